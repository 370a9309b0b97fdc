"""Management keys, through boto3, the presigner of botocore, and plain HTTP."""

import datetime as dt
from types import SimpleNamespace
from urllib.parse import urlsplit
from urllib.request import urlopen

import boto3
import botocore.config
import botocore.session
import pytest
from botocore.auth import SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from tests.control.functions import FakeFunctions
from tests.control.packages import package
from tests.control.refusals import refused
from tests.control.serving import call, served

from octetgate.adapters.stores import memory
from octetgate.control.access import is_local
from octetgate.control.app import application
from octetgate.control.calls import ControlSettings
from octetgate.core.model.management_key import ManagementKey
from octetgate.core.ports.store import MANAGEMENT_KEYS

FULL = Credentials("OCTGFULL", "full secret")
LOOKING = Credentials("OCTGLOOK", "looking secret")
MISSING = "Missing Authentication Token"


def add(store, credentials, name, **members):
    key = ManagementKey(
        access_key_id=credentials.access_key,
        secret_access_key=credentials.secret_key,
        name=name,
        created_date=0.0,
        **members,
    )
    with store.write() as draft:
        draft.put(MANAGEMENT_KEYS, key.access_key_id, key)


@pytest.fixture(scope="module")
def guarded():
    """Return a management port with two keys, and its store."""
    store = memory.open("memory://")
    add(store, FULL, "ada")
    add(store, LOOKING, "eve", read_only=True)
    app = application(store, FakeFunctions(), ControlSettings(), health=lambda: {"status": "ok"})
    with served(app) as port:
        yield SimpleNamespace(port=port, url=f"http://127.0.0.1:{port}", store=store)


def client(guarded, credentials, service="apigateway"):
    return boto3.client(
        service,
        endpoint_url=guarded.url,
        region_name="eu-west-1",
        aws_access_key_id=credentials.access_key,
        aws_secret_access_key=credentials.secret_key,
        config=botocore.config.Config(retries={"total_max_attempts": 1}),
    )


def refusal(answer):
    status, headers, body = answer
    return status, headers["x-amzn-errortype"], body["message"]


def signed(guarded, target="/restapis", *, auth=SigV4Auth, service="apigateway", **more):
    asked = AWSRequest(method="GET", url=f"{guarded.url}{target}", **more)
    auth(FULL, service, "eu-west-1").add_auth(asked)
    return asked


def send(guarded, asked, method="GET"):
    place = urlsplit(asked.url)
    target = f"{place.path}?{place.query}" if place.query else place.path
    return call(
        guarded.port, method, target, body=asked.data or None, headers=dict(asked.headers.items())
    )


def test_a_full_key_may_look_and_change(guarded):
    gw = client(guarded, FULL)
    made = gw.create_rest_api(name="kept", description="öß", tags={"a b": "c/d"})
    assert gw.get_rest_api(restApiId=made["id"])["name"] == "kept"
    gw.delete_rest_api(restApiId=made["id"])


def test_a_read_only_key_may_look_and_not_change(guarded):
    gw = client(guarded, LOOKING)
    assert gw.get_rest_apis()["items"] == []
    assert refused(gw.create_rest_api, name="x") == (
        "AccessDeniedException",
        403,
        (
            "User: arn:aws:iam::000000000000:user/eve is not authorized to perform: "
            "apigateway:POST because the key OCTGLOOK is read-only"
        ),
    )
    assert gw.get_rest_apis()["items"] == []


def test_calling_a_function_is_more_than_looking(guarded):
    code, status, message = refused(client(guarded, LOOKING, "lambda").invoke, FunctionName="f")
    assert (code, status) == ("AccessDeniedException", 403)
    assert "is not authorized to perform: lambda:Invoke because" in message


def test_a_key_whose_time_is_over_is_refused(guarded):
    past = Credentials("OCTGPAST", "secret")
    add(guarded.store, past, "nightly", expires_date=1.0)
    assert refused(client(guarded, past).get_rest_apis) == (
        "ExpiredTokenException",
        403,
        "The security token included in the request is expired",
    )


def test_an_unknown_key_is_refused(guarded):
    gw = client(guarded, Credentials("OCTGOTHER", "secret"))
    assert refused(gw.get_rest_apis) == (
        "UnrecognizedClientException",
        403,
        "The security token included in the request is invalid.",
    )


def test_a_wrong_secret_is_refused(guarded):
    code, status, message = refused(client(guarded, Credentials("OCTGFULL", "x")).get_rest_apis)
    assert (code, status) == ("InvalidSignatureException", 403)
    assert message.startswith(
        "The request signature we calculated does not match the signature you provided."
    )


def test_a_request_without_a_signature_is_refused(guarded):
    found = refusal(call(guarded.port, "GET", "/restapis"))
    assert found == (403, "MissingAuthenticationTokenException", MISSING)


def test_half_a_signature_is_refused(guarded):
    headers = {"Authorization": "AWS4-HMAC-SHA256 Credential=x"}
    status, code, message = refusal(call(guarded.port, "GET", "/restapis", headers=headers))
    assert (status, code) == (403, "IncompleteSignatureException")
    assert message.startswith("Authorization header requires 'Signature' parameter.")


def test_a_signature_for_another_service_is_refused(guarded):
    # Where a page of ours is asked for; calls of operations are named as not being here.
    page = "/_octetgate/functions/f/code"
    status, _, body = send(guarded, signed(guarded, page, service="s3"))
    assert (status, body["message"]) == (
        403,
        "Credential should be scoped to correct service: 'apigateway' or 'lambda'.",
    )


def test_an_old_signature_is_refused(guarded, monkeypatch):
    past = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=16)
    monkeypatch.setattr("botocore.auth.get_current_datetime", lambda: past)
    status, code, message = refusal(send(guarded, signed(guarded)))
    assert (status, code) == (403, "InvalidSignatureException")
    assert message.startswith(f"Signature expired: {past:%Y%m%dT%H%M%SZ} is now earlier than ")


def test_a_presigned_url_is_as_good_as_a_header(guarded):
    asked = signed(guarded, "/restapis?limit=5", auth=SigV4QueryAuth)
    status, _, body = send(guarded, asked)
    assert (status, body) == (200, {"item": []})
    status, code, _ = refusal(send(guarded, asked, "DELETE"))
    assert (status, code) == (403, "InvalidSignatureException")


def test_a_signature_s_parameters_are_no_members(guarded):
    # CreateStage's and GetExport's like take every parameter that has no name of its own.
    gw = client(guarded, FULL)
    api = gw.create_rest_api(name="kept")
    place = {"restApiId": api["id"], "resourceId": api["rootResourceId"], "httpMethod": "GET"}
    gw.put_method(**place, authorizationType="NONE")
    gw.put_integration(**place, type="MOCK")
    gw.create_deployment(restApiId=api["id"], stageName="live")
    target = f"/restapis/{api['id']}/stages/live/exports/oas30?extensions=integrations"
    status, _, _ = send(guarded, signed(guarded, target, auth=SigV4QueryAuth))
    assert status == 200
    gw.delete_rest_api(restApiId=api["id"])


def test_a_body_may_be_left_unsigned(guarded):
    asked = AWSRequest(
        method="POST",
        url=f"{guarded.url}/restapis",
        data=b'{"name": "unsigned"}',
        headers={"X-Amz-Content-SHA256": "UNSIGNED-PAYLOAD"},
    )
    SigV4Auth(FULL, "apigateway", "eu-west-1").add_auth(asked)
    status, _, body = send(guarded, asked, "POST")
    assert (status, body["name"]) == (201, "unsigned")
    client(guarded, FULL).delete_rest_api(restApiId=body["id"])


def test_a_body_that_was_changed_on_the_way_is_refused(guarded):
    asked = AWSRequest(method="POST", url=f"{guarded.url}/restapis", data=b'{"name": "a"}')
    SigV4Auth(FULL, "apigateway", "eu-west-1").add_auth(asked)
    asked.data = b'{"name": "b"}'
    status, code, _ = refusal(send(guarded, asked, "POST"))
    assert (status, code) == (403, "InvalidSignatureException")


def test_a_key_is_good_until_it_is_revoked(guarded):
    fleeting = Credentials("OCTGFLEETING", "secret")
    add(guarded.store, fleeting, "bob")
    gw = client(guarded, fleeting)
    gw.get_rest_apis()
    with guarded.store.write() as draft:
        draft.delete(MANAGEMENT_KEYS, "OCTGFLEETING")
    assert refused(gw.get_rest_apis)[0] == "UnrecognizedClientException"


@pytest.mark.parametrize(
    "page",
    ["/_octetgate/explain", "/_octetgate/functions/f/code", "/_octetgate/functions/f/logs"],
)
def test_octetgate_s_own_pages_ask_for_a_key_too(guarded, page):
    status, _, body = call(guarded.port, "GET", page)
    assert (status, body["message"]) == (403, MISSING)
    status, _, _ = send(guarded, signed(guarded, page))
    assert status != 403


def test_health_is_for_everybody(guarded):
    assert call(guarded.port, "GET", "/_octetgate/health")[0] == 200


def test_the_link_to_a_package_is_signed(guarded):
    lam = client(guarded, FULL, "lambda")
    lam.create_function(
        FunctionName="linked",
        Runtime="python3.12",
        Role="arn:aws:iam::000000000000:role/r",
        Handler="m.h",
        Code={"ZipFile": package()},
    )
    link = lam.get_function(FunctionName="linked")["Code"]["Location"]
    with urlopen(link) as answer:
        assert answer.read() == package()
    assert call(guarded.port, "GET", urlsplit(link).path)[0] == 403
    lam.delete_function(FunctionName="linked")


@pytest.mark.parametrize(
    "peer, local",
    [
        ("127.0.0.1", True),
        ("127.8.9.1", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("10.0.0.1", False),
        ("::ffff:10.0.0.1", False),
        ("localhost", False),
        (None, False),
    ],
)
def test_who_is_on_this_machine(peer, local):
    assert is_local(peer) is local


def test_without_keys_a_page_that_reads_from_its_own_name_is_refused():
    """Neither Origin nor Sec-Fetch-Site comes with a GET of a page's own, insecure, site."""
    store = memory.open("memory://")
    app = application(store, FakeFunctions(), ControlSettings(), health=lambda: {"status": "ok"})
    with served(app) as port:
        for target in "/apikeys?includeValues=true", "/_octetgate/functions/f/code":
            for host in f"evil.example:{port}", "[::1.example":
                for browser in {"Accept-Language": ""}, {"User-Agent": "Mozilla/5.0"}:
                    status, _, body = call(port, "GET", target, headers={"Host": host, **browser})
                    assert (status, body["message"][:5]) == (403, "Host:"), (target, host)
        # Whoever signs is let in under every name.
        add(store, FULL, "ada")
        named = f"evil.example:{port}"
        asked = signed(SimpleNamespace(url=f"http://{named}"))
        headers = {**dict(asked.headers.items()), "Host": named}
        assert call(port, "GET", "/restapis", headers=headers)[0] == 200


def test_without_keys_only_this_machine_is_answered():
    app = application(memory.open("memory://"), FakeFunctions(), ControlSettings(), health=dict)

    async def from_elsewhere(scope, receive, send):
        await app({**scope, "client": ("10.0.0.1", 1)}, receive, send)

    with served(from_elsewhere) as port:
        status, code, message = refusal(call(port, "GET", "/restapis"))
    assert (status, code) == (403, "AccessDeniedException")
    assert message == (
        "expected a caller on this machine, as there are no management keys; found 10.0.0.1; "
        "make a key with: octetgate keys create"
    )
    with served(app) as port:
        assert call(port, "GET", "/restapis")[0] == 200
