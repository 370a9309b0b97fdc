"""Operations for pages of the same process: what boto3 is told, they are told."""

from types import SimpleNamespace

import pytest
from tests.control.functions import FakeFunctions

from octetgate.adapters.stores import memory
from octetgate.control.app import application
from octetgate.control.calls import ControlSettings
from octetgate.control.errors import (
    AccessDeniedException,
    BadRequestException,
    ConflictException,
    InternalFailure,
    NotFoundException,
    UnrecognizedClientException,
    ValidationException,
)
from octetgate.core.model.management_key import ManagementKey
from octetgate.core.ports.functions import TooManyInvocations
from octetgate.core.ports.store import MANAGEMENT_KEYS, StoreConflict

KEY = ManagementKey(
    access_key_id="OCTGLOOK", secret_access_key="secret", name="eve", created_date=0, read_only=True
)
HERE = {"host": "127.0.0.1:8081"}


@pytest.fixture
def world():
    store, functions = memory.open("memory://"), FakeFunctions()
    app = application(store, functions, ControlSettings(), health=dict)
    inside = app.state.inside

    async def call(operation, service="apigateway", key=None, **members):
        return await inside.call(key, "http://127.0.0.1:8081", service, operation, members)

    return SimpleNamespace(store=store, functions=functions, inside=inside, call=call)


async def test_results_have_boto3s_names_and_python_values(world):
    made = await world.call("create_rest_api", name="pets", description=None)
    found = await world.call("get_rest_apis")
    assert found["items"] == [{**made, "tags": {}}]  # the service shows empty tags in lists alone
    assert isinstance(made["createdDate"], float)
    assert "description" not in made


@pytest.mark.parametrize(
    "operation, members, error",
    [
        pytest.param("create_rest_api", {}, ValidationException, id="the-models-constraints"),
        pytest.param("create_rest_api", {"name": ""}, BadRequestException, id="an-operations-own"),
        pytest.param("get_rest_api", {"restApiId": "nowhere"}, NotFoundException, id="absent"),
        pytest.param("create_rest_api", {"nmae": "pets"}, TypeError, id="a-member-misspelt"),
    ],
)
async def test_refusals_are_the_services(world, operation, members, error):
    with pytest.raises(error):
        await world.call(operation, **members)


async def test_a_key_for_looking_changes_nothing(world):
    assert await world.call("get_rest_apis", key=KEY) == {"items": []}
    with pytest.raises(AccessDeniedException, match="the key OCTGLOOK is read-only"):
        await world.call("create_rest_api", key=KEY, name="pets")


async def test_a_lost_race_and_a_busy_function_are_told_as_over_the_wire(world, monkeypatch):
    async def lost(*_):
        raise StoreConflict

    async def busy(*_):
        raise TooManyInvocations("Rate Exceeded.")

    monkeypatch.setattr(world.inside, "_run", lost)
    with pytest.raises(ConflictException, match="concurrent modification"):
        await world.call("create_rest_api", name="pets")
    monkeypatch.setattr(world.inside, "_run", busy)
    with pytest.raises(Exception, match="Rate Exceeded") as told:
        await world.call("invoke", "lambda", FunctionName="f")
    assert (told.value.code, told.value.status) == ("TooManyRequestsException", 429)


async def test_a_bug_is_told_as_one_and_nothing_of_it_is_shown(world, monkeypatch):
    async def broken(*_):
        raise ZeroDivisionError("inner words")

    monkeypatch.setattr(world.inside, "_run", broken)
    with pytest.raises(InternalFailure) as told:
        await world.call("get_rest_apis")
    assert "inner words" not in str(told.value)


async def test_without_keys_whoever_is_on_this_machine_may_come_and_nobody_else(world):
    assert await world.inside.needs_key(HERE, "127.0.0.1") is False
    with pytest.raises(AccessDeniedException, match="expected a caller on this machine"):
        await world.inside.needs_key(HERE, "192.0.2.7")
    with pytest.raises(AccessDeniedException, match="Host: expected localhost or an address"):
        await world.inside.needs_key({"host": "evil.example"}, "127.0.0.1")


async def test_with_keys_anybody_may_come_by_any_name_and_needs_one(world):
    with world.store.write() as draft:
        draft.put(MANAGEMENT_KEYS, KEY.access_key_id, KEY)
    assert await world.inside.needs_key({"host": "gate.example"}, "192.0.2.7") is True
    with pytest.raises(AccessDeniedException):
        await world.inside.needs_key({**HERE, "origin": "https://evil.example"}, "127.0.0.1")
    assert await world.inside.prove("OCTGLOOK", "secret") == KEY
    for wrong in (("OCTGLOOK", "Secret"), ("OCTGNOBODY", ""), ("", "")):
        with pytest.raises(AccessDeniedException, match="expected an access key id and its secret"):
            await world.inside.prove(*wrong)
    with pytest.raises(UnrecognizedClientException):
        await world.inside.holder("OCTGNOBODY")
