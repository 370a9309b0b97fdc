"""Methods with AWS_IAM: who signed with a management key is let in; botocore signs."""

import datetime as dt
import json
from urllib.parse import urlsplit

import pytest
from botocore.auth import SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from msgspec.structs import replace
from tests.gateway.builders import API, World, aws_proxy, http_proxy, mock, resource
from tests.gateway.phases.test_stage_cache import FakeCaches

from octetgate.core.model.management_key import ManagementKey
from octetgate.core.model.stage import MethodSetting
from octetgate.core.ports.store import MANAGEMENT_KEYS, STAGES

HOST = "gateway.example"
FULL, LOOKING = Credentials("OCTGFULL", "secret"), Credentials("OCTGLOOK", "other")
UNKNOWN = Credentials("OCTGWHO", "secret")


class Signed(World):
    """A world whose one method asks for a signature."""

    def __init__(self, integration=None, **members):
        super().__init__(**members)
        self.deploy(
            resource("/pets", integration or mock(), authorization_type="AWS_IAM"),
            binary=("image/png",),
        )
        self.keep(FULL, "ada")
        self.keep(LOOKING, "eve", read_only=True)

    def keep(self, credentials, name, **members):
        key = ManagementKey(
            access_key_id=credentials.access_key,
            secret_access_key=credentials.secret_key,
            name=name,
            created_date=0.0,
            **members,
        )
        with self.store.write() as writing:
            writing.put(MANAGEMENT_KEYS, key.access_key_id, key)

    def sign(
        self,
        body=b"",
        *,
        by=FULL,
        auth=SigV4Auth,
        service="execute-api",
        region="us-east-1",
        query="",
        **headers,
    ):
        target = f"http://{HOST}/restapis/{API}/s/_user_request_/pets{query}"
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        asked = AWSRequest("POST", target, data=body, headers=named)
        auth(by, service, region).add_auth(asked)
        return asked

    async def send(self, asked, *, method="POST", body=None):
        place = urlsplit(asked.url)
        target = f"{place.path}?{place.query}" if place.query else place.path
        headers = {"Host": HOST, **dict(asked.headers.items())}
        given = asked.data or b"" if body is None else body
        return await self.request(method, target, given, **headers)


def refusal(answer):
    # AWS writes it large where access is denied.
    (message,) = answer.message.values()
    return answer.status, answer.headers.get("x-amzn-errortype"), message


@pytest.mark.parametrize("auth", [SigV4Auth, SigV4QueryAuth])
@pytest.mark.parametrize("query", ["", "?b=2&a=%2F%20x"])
async def test_who_signs_with_a_key_is_let_in(auth, query):
    world = Signed()
    assert (await world.send(world.sign(auth=auth, query=query))).status == 200


async def test_the_body_is_signed_and_arrives_as_it_was_sent():
    world = Signed(http_proxy())
    image = bytes(range(256)) * 100
    asked = world.sign(image, Content_Type="image/png")
    assert (await world.send(asked)).status == 200
    (request,) = world.upstream.asked
    assert await request.body.collect(10**6) == image
    status, code, message = refusal(await world.send(asked, body=image + b"more"))
    assert (status, code) == (403, "InvalidSignatureException")
    assert message.startswith("The request signature we calculated does not match")


async def test_a_body_that_the_signer_left_out_may_be_any():
    world = Signed()
    asked = world.sign(b"a", X_Amz_Content_SHA256="UNSIGNED-PAYLOAD")
    assert (await world.send(asked, body=b"b")).status == 200


async def test_a_backend_does_not_get_the_signature():
    world = Signed(http_proxy())
    await world.send(world.sign())
    (request,) = world.upstream.asked
    assert "authorization" not in request.headers
    assert request.headers.get("x-amz-date")


async def test_a_function_is_told_who_signed():
    world = Signed(aws_proxy())
    await world.send(world.sign())
    event = json.loads(world.functions.invoked[0].payload)
    context = event["requestContext"]
    assert "authorizer" not in context
    assert {name: context["identity"][name] for name in ("accountId", "accessKey", "userArn")} == {
        "accountId": "000000000000",
        "accessKey": "OCTGFULL",
        "userArn": "arn:aws:iam::000000000000:user/ada",
    }
    assert "authorization" not in {name.lower() for name in event["headers"]}


async def test_a_call_without_a_signature_is_refused():
    world = Signed()
    found = refusal(await world.call("POST", "/pets"))
    assert found == (403, "MissingAuthenticationTokenException", "Missing Authentication Token")


async def test_an_unknown_key_is_refused():
    world = Signed()
    assert refusal(await world.send(world.sign(by=UNKNOWN))) == (
        403,
        "UnrecognizedClientException",
        "The security token included in the request is invalid.",
    )


async def test_a_key_that_was_revoked_is_good_no_longer():
    world = Signed()
    asked = world.sign()
    assert (await world.send(asked)).status == 200
    with world.store.write() as writing:
        writing.delete(MANAGEMENT_KEYS, "OCTGFULL")
    assert (await world.send(asked)).status == 403


async def test_a_key_for_looking_alone_may_not_call():
    world = Signed()
    status, code, message = refusal(await world.send(world.sign(by=LOOKING)))
    assert (status, code) == (403, "AccessDeniedException")
    assert message == (
        "User: arn:aws:iam::000000000000:user/eve is not authorized to perform: "
        f"execute-api:Invoke on resource: arn:aws:execute-api:us-east-1:********0000:{API}"
        "/s/POST/pets"
    )


async def test_a_signature_for_another_service_is_refused():
    world = Signed()
    status, code, message = refusal(await world.send(world.sign(service="lambda")))
    assert (status, code) == (403, "InvalidSignatureException")
    assert message == "Credential should be scoped to correct service: 'execute-api'."


async def test_a_signature_for_another_region_is_refused():
    world = Signed()
    wrong = "Credential should be scoped to a valid region, not 'eu-west-1'."
    found = refusal(await world.send(world.sign(region="eu-west-1")))
    assert found == (403, "InvalidSignatureException", wrong)
    found = refusal(await world.send(world.sign(region="eu-west-1", service="lambda")))
    assert found[2] == f"{wrong} Credential should be scoped to correct service: 'execute-api'."


@pytest.mark.parametrize("auth", [SigV4Auth, SigV4QueryAuth])
async def test_a_session_token_is_nobody_s_here(auth):
    world = Signed()
    borrowed = Credentials(FULL.access_key, FULL.secret_key, "token")
    found = refusal(await world.send(world.sign(by=borrowed, auth=auth)))
    assert found[:2] == (403, "UnrecognizedClientException")


async def test_a_key_is_good_until_it_expires():
    world = Signed()
    brief = Credentials("OCTGBRIEF", "secret")
    now = dt.datetime.now(dt.UTC).timestamp()
    world.keep(brief, "nightly", expires_date=now + 600)
    asked = world.sign(by=brief)
    assert (await world.send(asked)).status == 200
    world.keep(brief, "nightly", expires_date=now - 1)
    assert refusal(await world.send(asked)) == (
        403,
        "ExpiredTokenException",
        "The security token included in the request is expired",
    )


async def test_an_old_signature_is_refused(monkeypatch):
    world = Signed()
    past = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=16)
    monkeypatch.setattr("botocore.auth.get_current_datetime", lambda: past)
    status, code, message = refusal(await world.send(world.sign()))
    assert (status, code) == (403, "InvalidSignatureException")
    assert message.startswith("Signature expired: ")


async def test_half_a_signature_is_refused():
    world = Signed()
    found = refusal(await world.call("POST", "/pets", Authorization="AWS4-HMAC-SHA256 x"))
    assert found[:2] == (403, "IncompleteSignatureException")


async def test_a_signature_is_for_its_method_alone():
    world = Signed()
    assert (await world.send(world.sign(), method="GET")).status == 403


async def test_who_has_signed_may_have_a_remembered_answer_made_anew():
    world = Signed(http_proxy(), caches=FakeCaches())
    setting = MethodSetting(caching_enabled=True)
    with world.store.write() as writing:
        stage = writing.get(STAGES, f"{API}/s")
        stage = replace(stage, cache_cluster_enabled=True, method_settings={"pets/ANY": setting})
        writing.put(STAGES, f"{API}/s", stage)
    for headers, asked in [({}, 1), ({}, 1), ({"Cache_Control": "max-age=0"}, 2), ({}, 2)]:
        answer = await world.send(world.sign(**headers))
        assert (answer.status, answer.headers.get("warning")) == (200, None)
        assert len(world.upstream.asked) == asked
