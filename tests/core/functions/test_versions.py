from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import asdict, replace

from octetgate.core.functions.versions import (
    chosen_version,
    is_unchanged,
    leads_to,
    provisioned_versions,
    published,
)
from octetgate.core.model.function import Alias, Function, Provisioned, Statement

FUNCTION = Function(
    name="f",
    arn="arn:aws:lambda:eu-west-1:111122223333:function:f",
    runtime="python3.12",
    handler="h.h",
    role="r",
    code_key="k",
    code_sha256="k",
    code_size=1,
    last_modified=1.0,
    revision_id="1",
    description="d",
)
WHOLE = replace(
    FUNCTION,
    tags={"a": "b"},
    policy=(Statement(sid="s", principal="*", action="*", resource="r"),),
    aliases={"live": Alias(name="live", function_version="1", revision_id="r")},
    last_version=3,
    reserved_concurrency=5,
)


def alias(version="1", **weights):
    return Alias(
        name="live",
        function_version=version,
        additional_version_weights={key[1:]: weight for key, weight in weights.items()},
        revision_id="r",
    )


def test_a_version_keeps_what_runs_and_leaves_out_what_is_the_functions():
    version = published(WHOLE, 4, "said")
    assert version == replace(FUNCTION, version="4", version_description="said")


def test_every_member_is_either_compared_or_known_to_be_the_functions_or_the_versions_own():
    """A new member of Function has to be thought about here."""
    assert is_unchanged(WHOLE, published(WHOLE, 1, None))
    others = {
        field: "x" if isinstance(value, str) else 9 if isinstance(value, int) else ("x",)
        for field, value in asdict(FUNCTION).items()
    }
    changes = {field for field in others if not is_unchanged(replace(WHOLE, **{field: others[field]}), published(WHOLE, 1, None))}  # fmt: skip
    assert changes == {
        "name", "arn", "runtime", "handler", "role", "code_key", "code_sha256", "code_size",
        "folder", "description", "timeout", "memory_size", "environment", "architectures",
        "ephemeral_storage", "tracing_mode", "layers", "dead_letter",
    }  # fmt: skip


@pytest.mark.parametrize(
    "dice, version", [(0.0, "2"), (0.24, "2"), (0.25, "1"), (0.5, "1"), (0.999, "1")]
)
def test_an_alias_sends_its_share_of_calls_to_the_other_version(dice, version):
    assert chosen_version(alias(_2=0.25), dice) == version


@pytest.mark.parametrize("weights, version", [({}, "1"), ({"_2": 0.0}, "1"), ({"_2": 1.0}, "2")])
@given(dice=st.floats(0, 1, exclude_max=True))
def test_nothing_and_everything_are_shares_too(weights, version, dice):
    assert chosen_version(alias(**weights), dice) == version


@given(st.integers(0, 100))
def test_the_share_is_the_weight(percent):
    dice = [number / 100 for number in range(100)]
    served = Counter(chosen_version(alias(_2=percent / 100), each) for each in dice)
    assert abs(served["2"] - percent) <= 1


def test_an_alias_leads_to_both_of_its_versions():
    aliases = [alias("1", _2=0.5), replace(alias("3"), name="old")]
    found = {version: leads_to(aliases, version) for version in "1234"}
    assert found == {"1": ["live"], "2": ["live"], "3": ["old"], "4": []}


def test_what_an_alias_provides_goes_to_its_main_version():
    aliases = {"live": alias("1", v2=0.5), "next": alias("2")}
    provisioned = {
        name: Provisioned(requested=count, last_modified=0.0)
        for name, count in {"live": 3, "2": 4, "next": 5}.items()
    }
    found = replace(WHOLE, aliases=aliases, provisioned=provisioned)
    assert provisioned_versions(found) == {"1": 3, "2": 9}
