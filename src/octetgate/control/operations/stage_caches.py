"""Flushing what a stage remembers (spec: control-plane 2.4).

A cache's keys hold the stage's epoch: raising it makes everything that was remembered under the
one before unreachable, in every process at once.
"""

from msgspec.structs import replace

from octetgate.control.calls import Members, Write
from octetgate.control.definitions import find_stage
from octetgate.core.ports.store import STAGES


def flush_stage_cache(call: Write, asked: Members) -> None:
    """Forget the answers that a stage remembers."""
    stage = find_stage(call, asked)
    stage = replace(stage, cache_epoch=stage.cache_epoch + 1)
    call.store.put(STAGES, f"{asked['restApiId']}/{stage.stage_name}", stage)


def flush_stage_authorizers_cache(call: Write, asked: Members) -> None:
    """Forget what authorizers decided for a stage."""
    stage = find_stage(call, asked)
    stage = replace(stage, authorizers_cache_epoch=stage.authorizers_cache_epoch + 1)
    call.store.put(STAGES, f"{asked['restApiId']}/{stage.stage_name}", stage)
