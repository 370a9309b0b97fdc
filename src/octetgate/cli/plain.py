"""``octetgate serve`` with nothing but settings, read without loading the command line's library.

Reading the options costs more than half of what the rest of the master does before its first
fork, and a server's start is worth it.  Whatever is not plain is left to the library, which
says what is wrong with it.
"""

import os
from collections.abc import Sequence
from pathlib import Path

from octetgate.cli.console import Trouble
from octetgate.server.settings import BadSetting, Settings, flag, known, load
from octetgate.server.values import SWITCH

_CONFIG = "config"


def plain_settings(arguments: Sequence[str]) -> Settings | None:
    """Return the settings of a plain ``serve``; None if there is more to understand."""
    if not arguments or arguments[0] != "serve":
        return None
    flags = _flags(arguments[1:])
    if flags is None:
        return None
    config = flags.pop(_CONFIG, None) or os.environ.get("OCTETGATE_CONFIG")
    try:
        return load(
            Settings, flags=flags, environ=os.environ, file=Path(config) if config else None
        )
    except BadSetting as error:
        raise Trouble(str(error)) from error


def _flags(words: Sequence[str]) -> dict[str, str] | None:
    """Return what the flags say, by the settings' names; None if something is no flag."""
    switches = {each.name for each in known(Settings) if each.metadata["kind"] is SWITCH}
    names = {flag(each.name): each.name for each in known(Settings)} | {"--config": _CONFIG}
    negative = {f"--no-{flag(name)[2:]}": name for name in switches}
    found: dict[str, str] = {}
    left = list(reversed(words))
    while left:
        word, equals, value = left.pop().partition("=")
        name = names.get(word, negative.get(word))
        if name is None or (name in switches and equals):
            return None
        if name in switches:
            value = str(word not in negative)
        elif not equals:
            if not left or left[-1].startswith("--"):
                return None
            value = left.pop()
        found[name] = value
    return found
