import pytest
from tests.adapters.runners.lambdas import Lambda

from octetgate.adapters.runners._known import Known
from octetgate.adapters.stores import memory
from octetgate.core.functions.names import function_name
from octetgate.core.model.function import Alias
from octetgate.core.ports.functions import FunctionNotFound
from octetgate.core.ports.store import FUNCTION_VERSIONS

ARN = "arn:aws:lambda:eu-west-1:111122223333:function:f"


@pytest.fixture
def dice():
    """What the dice show next; empty: they must not be thrown."""
    return []


@pytest.fixture
def known(dice):
    """What is known of a function with two versions and three aliases."""
    store = memory.open("memory://")
    aws = Lambda(store, None)
    aws.put("1")
    aws.publish(1)
    aws.put("2")
    aws.publish(2)
    aws.put(
        "latest",
        aliases={
            "live": Alias(name="live", function_version="2", revision_id="r"),
            "new": Alias(name="new", function_version="$LATEST", revision_id="r"),
            "both": Alias(name="both", function_version="1", revision_id="r", additional_version_weights={"2": 0.5}),
        },
    )  # fmt: skip
    found = Known(store, region="eu-west-1", account_id="111122223333", dice=dice.pop)
    found.store = store
    yield found
    store.close()


@pytest.mark.parametrize(
    "reference, version, arn",
    [
        ("f", "$LATEST", ARN),
        ("f:$LATEST", "$LATEST", ARN),
        ("f:1", "1", f"{ARN}:1"),
        (f"{ARN}:2", "2", f"{ARN}:2"),
        ("f:live", "2", f"{ARN}:live"),
        ("f:new", "$LATEST", f"{ARN}:new"),
    ],
)
def test_a_name_leads_to_a_version(known, reference, version, arn):
    target = known.find(function_name(reference))
    assert (target.version.version, target.arn) == (version, arn)
    assert target.function.version == "$LATEST"


def test_an_alias_with_weights_leads_where_the_dice_say_each_time(known, dice):
    dice += [0.9, 0.1]
    name = function_name("f:both")
    assert [known.find(name).version.version for _ in range(2)] == ["2", "1"]


@pytest.mark.parametrize("reference", ["f:3", "f:nobody", "nobody", "nobody:1"])
def test_what_is_not_there_is_named_whole(known, reference):
    arn = f"arn:aws:lambda:eu-west-1:111122223333:function:{reference}"
    with pytest.raises(FunctionNotFound, match=f"^Function not found: {arn}$"):
        known.find(function_name(reference))


def test_a_deleted_version_is_found_no_more(known):
    assert known.find(function_name("f:1"))
    with known.store.write() as writing:
        writing.delete(FUNCTION_VERSIONS, "f/1")
    with pytest.raises(FunctionNotFound):
        known.find(function_name("f:1"))
