"""An API's resource policy on the way of a call, beside what else finds out who calls."""

import json

import pytest
from msgspec.structs import replace
from tests.gateway.authorizers.test_aws_iam import FULL, Signed
from tests.gateway.authorizers.test_lambda_authorizers import Guarded, says
from tests.gateway.authorizers.test_lambda_authorizers import policy as said_policy
from tests.gateway.authorizers.test_tokens import pool, signed
from tests.gateway.builders import API, World, mock, resource

from octetgate.core.model.api import EndpointConfiguration
from octetgate.core.ports.store import DEPLOYMENTS

ARN = f"arn:aws:execute-api:us-east-1:000000000000:{API}"
HIDDEN = f"arn:aws:execute-api:us-east-1:********0000:{API}"
EXPLICIT = " with an explicit deny"


def statement(effect, principal="*", **more):
    given = {"Effect": effect, "Principal": principal, "Action": "execute-api:Invoke"}
    return {**given, "Resource": f"{ARN}/*", **more}


ALLOW, DENY = statement("Allow"), statement("Deny")
SILENT = statement("Allow", Resource=f"{ARN}/other/*")


def under(world, *statements):
    """Give the world's API a policy."""
    text = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
    with world.store.write() as writing:
        ((key, record),) = writing.list(DEPLOYMENTS)
        rest_api = replace(record.definition.rest_api, policy=text)
        definition = replace(record.definition, rest_api=rest_api)
        writing.put(DEPLOYMENTS, key, replace(record, definition=definition))
    return world


def opened():
    world = World()
    world.deploy(resource("/pets", mock()))
    return world


def message(answer):
    (text,) = answer.message.values()
    return text


@pytest.mark.parametrize(
    "statements, how",
    [([ALLOW], None), ([SILENT], ""), ([DENY], EXPLICIT), ([ALLOW, DENY], EXPLICIT)],
)
async def test_an_open_method_needs_the_policy_s_word(statements, how):
    answer = await under(opened(), *statements).call("GET", "/pets")
    if how is None:
        assert answer.status == 200
        return
    assert answer.status == 403
    assert answer.headers.get("x-amzn-errortype") == "AccessDeniedException"
    assert message(answer) == (
        "User: anonymous is not authorized to perform: execute-api:Invoke on resource: "
        f"{HIDDEN}/s/GET/pets{how}"
    )


async def test_conditions_are_asked_of_the_call():
    narrow = statement("Allow", Condition={"StringEquals": {"aws:UserAgent": "ours"}})
    world = under(opened(), narrow)
    assert (await world.call("GET", "/pets", User_Agent="ours")).status == 200
    assert (await world.call("GET", "/pets", User_Agent="theirs")).status == 403


async def test_what_is_not_there_is_refused_as_ever():
    answer = await under(opened(), DENY).call("GET", "/nowhere")
    assert message(answer) == "Missing Authentication Token"


@pytest.mark.parametrize(
    "authorizer, statements, status",
    [
        ("Allow", [ALLOW], 200),
        ("Allow", [SILENT], 200),
        ("Allow", [DENY], 403),
        ("silent", [ALLOW], 200),
        ("silent", [SILENT], 403),
        ("Deny", [ALLOW], 403),
    ],
)
async def test_with_a_lambda_authorizer_either_side_may_allow(authorizer, statements, status):
    world = under(Guarded(), *statements)
    document = (
        said_policy("Allow", "nothing") if authorizer == "silent" else said_policy(authorizer)
    )
    world.functions.answer = says(document)
    assert (await world.call("GET", "/pets/7", Auth="t")).status == status


NOT_ADMIN = [ALLOW, statement("Deny", Resource=[f"{ARN}/*/admin", f"{ARN}/*/admin/*"])]
ONLY_PUBLIC = [statement("Allow", Resource=f"{ARN}/s/GET/public/*")]
READ_OTHERWISE = [
    pytest.param(NOT_ADMIN, "/other", 200, id="not-denied"),
    pytest.param(NOT_ADMIN, "/admin", 403, id="denied"),
    pytest.param(NOT_ADMIN, "/admin/", 403, id="trailing-slash"),
    pytest.param(NOT_ADMIN, "//admin", 403, id="doubled-slash"),
    pytest.param(NOT_ADMIN, "/%61dmin", 403, id="encoded-letter"),
    pytest.param(NOT_ADMIN, "/admin%2Fx", 403, id="encoded-slash"),
    pytest.param(NOT_ADMIN, "/other/../admin", 403, id="dots"),
    pytest.param(NOT_ADMIN, "/other/%2e%2e/admin", 403, id="encoded-dots"),
    pytest.param(NOT_ADMIN, "/Admin", 200, id="paths-have-case"),
    pytest.param(ONLY_PUBLIC, "/public/a", 200, id="allowed"),
    pytest.param(ONLY_PUBLIC, "/public/a/", 200, id="allowed-with-a-slash"),
    pytest.param(ONLY_PUBLIC, "/public/a%20b%2Fc//d", 200, id="allowed-with-escapes"),
    pytest.param(ONLY_PUBLIC, "/public/a/../b", 200, id="dots-that-stay"),
    pytest.param(ONLY_PUBLIC, "/admin", 403, id="not-allowed"),
    pytest.param(ONLY_PUBLIC, "/%70ublic/a", 403, id="allowed-only-when-decoded"),
    pytest.param(ONLY_PUBLIC, "/public/../admin", 403, id="dots-that-leave"),
    pytest.param(ONLY_PUBLIC, "/public/%2e%2e/admin", 403, id="encoded-dots-that-leave"),
]


@pytest.mark.parametrize("statements, path, status", READ_OTHERWISE)
async def test_what_a_backend_may_read_otherwise_is_judged_as_that_too(statements, path, status):
    world = World()
    world.deploy(resource("/admin", mock(), "GET"), resource("/{proxy+}", mock(), "GET"))
    assert (await under(world, *statements).call("GET", path)).status == status


@pytest.mark.parametrize("statements, path, status", READ_OTHERWISE)
async def test_so_it_is_by_an_authorizer_s_policy(statements, path, status):
    guarded = Guarded(path="/{proxy+}")
    plain = [{k: v for k, v in each.items() if k != "Principal"} for each in statements]
    guarded.functions.answer = says({"Version": "2012-10-17", "Statement": plain})
    assert (await guarded.call("GET", path, Auth="t")).status == status


async def test_a_token_is_looked_at_before_the_policy():
    world = under(pool(), DENY)
    assert (await world.call("GET", "/m")).status == 401
    denied = await world.call("GET", "/m", Auth=signed())
    assert (denied.status, message(denied)[-len(EXPLICIT) :]) == (403, EXPLICIT)
    assert (await under(pool(), ALLOW).call("GET", "/m", Auth=signed())).status == 200
    silent = await under(pool(), SILENT).call("GET", "/m", Auth=signed())
    assert silent.status == 403


async def test_a_private_api_without_a_policy_lets_nobody_in(caplog):
    private = {"endpoint_configuration": EndpointConfiguration(types=("PRIVATE",))}
    shut, open_ = World(), World()
    for world in (shut, open_):
        world.deploy(resource("/pets", mock()), api=private)
    assert (await under(open_, ALLOW).call("GET", "/pets")).status == 200
    assert (await shut.call("GET", "/pets")).status == 403
    assert "is PRIVATE: expected a policy, found none" in caplog.text


async def test_who_is_denied_whoever_calls_is_denied_before_the_authorizer_is_asked():
    world = under(Guarded(), DENY)
    await world.call("GET", "/pets/7", Auth="t")
    assert world.functions.invoked == []


@pytest.mark.parametrize(
    "statements, status",
    [
        ([ALLOW], 200),
        ([SILENT], 200),
        ([DENY], 403),
        ([statement("Deny", {"AWS": "arn:aws:iam::000000000000:user/ada"})], 403),
        ([statement("Deny", {"AWS": "arn:aws:iam::000000000000:user/eve"})], 200),
        (
            [
                {
                    **{k: v for k, v in DENY.items() if k != "Principal"},
                    "NotPrincipal": {"AWS": "arn:aws:iam::000000000000:user/ada"},
                }
            ],
            200,
        ),
    ],
)
async def test_a_signer_may_do_what_is_not_denied(statements, status):
    world = under(Signed(), *statements)
    assert (await world.send(world.sign(by=FULL))).status == status


@pytest.mark.parametrize(
    "condition, status",
    [
        ({"StringEquals": {"aws:username": "ada"}}, 403),
        ({"StringEquals": {"aws:username": "eve"}}, 200),
        ({"StringEquals": {"aws:PrincipalAccount": "000000000000"}}, 403),
        ({"StringEquals": {"aws:PrincipalType": "User", "aws:userid": FULL.access_key}}, 403),
        ({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:user/${aws:username}"}}, 403),
        ({"StringEquals": {"aws:username": "${aws:PrincipalTag/name}"}}, 200),
    ],
    ids=str,
)
async def test_conditions_ask_who_signed(condition, status):
    world = under(Signed(), statement("Deny", Condition=condition))
    assert (await world.send(world.sign(by=FULL))).status == status


async def test_nobody_signed_a_call_of_an_open_method():
    world = under(opened(), statement("Allow", Condition={"Null": {"aws:username": "true"}}))
    assert (await world.call("GET", "/pets")).status == 200


@pytest.mark.parametrize("name, status", [("pets", 200), ("ada", 403)])
async def test_a_resource_names_whoever_signed(name, status):
    world = Signed()
    world.keep(FULL, name)
    others = {key: value for key, value in DENY.items() if key != "Resource"}
    under(world, {**others, "NotResource": f"{ARN}/s/POST/${{aws:username}}"})
    assert (await world.send(world.sign(by=FULL))).status == status


async def test_a_policy_that_cannot_be_read_lets_nobody_in():
    world = opened()
    with world.store.write() as writing:
        ((key, record),) = writing.list(DEPLOYMENTS)
        rest_api = replace(record.definition.rest_api, policy="nonsense")
        definition = replace(record.definition, rest_api=rest_api)
        writing.put(DEPLOYMENTS, key, replace(record, definition=definition))
    assert (await world.call("GET", "/pets")).status == 403
