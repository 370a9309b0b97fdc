"""Function URLs whose callers have to sign, with botocore as the one who signs."""

import json

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from tests.gateway.builders import FakeExchange, FakeFunctions

from octetgate.adapters.stores import memory
from octetgate.core.http.body import Body
from octetgate.core.model.function import FunctionUrl
from octetgate.core.model.management_key import ManagementKey
from octetgate.core.ports.functions import InvokeError, Outcome, TooManyInvocations
from octetgate.core.ports.store import FUNCTION_URLS, MANAGEMENT_KEYS
from octetgate.gateway.function_urls import FunctionUrls
from octetgate.gateway.live_keys import LiveKeys
from octetgate.gateway.live_urls import LiveUrls

ARN = "arn:aws:lambda:eu-west-1:111122223333:function:f"
HOST = "abc.lambda-url.eu-west-1.on.aws"
TARGET = "/a%20b?x=1&y=%C3%A4"


def key(name, **changes):
    return ManagementKey(
        access_key_id=name.upper(),
        secret_access_key=f"secret of {name}",
        name=name,
        created_date=0.0,
        **changes,
    )


class Urls:
    """One function URL over fakes."""

    def __init__(self, auth_type="AWS_IAM"):
        self.store = memory.open("memory://")
        self.functions = FakeFunctions(Outcome(status=200, payload=b'"ran"'))
        self.lines = []
        live = LiveUrls(self.store), LiveKeys(self.store)
        self._urls = FunctionUrls(*live, self.functions, self.lines.append)
        with self.store.write() as draft:
            url = FunctionUrl(
                url_id="abc", function="f", arn=ARN, auth_type=auth_type, created=0, last_modified=0
            )
            draft.put(FUNCTION_URLS, "abc", url)
            known = key("ann"), key("eve", read_only=True), key("old", expires_date=1.0)
            for each in known:
                draft.put(MANAGEMENT_KEYS, each.access_key_id, each)

    async def ask(self, headers, *, body=b"", method="POST", target=TARGET):
        exchange = FakeExchange(
            method, target, {"Host": HOST, **headers}, Body.of(body), leaves=False
        )
        await self._urls.handle(exchange)
        return exchange.reply.status, exchange.data

    def why(self):
        """Return what the last line of the access log says of the error."""
        return json.loads(self.lines[-1]())["error"]


@pytest.fixture
def urls():
    urls = Urls()
    yield urls
    urls.store.close()


def signed(
    name="ann",
    secret=None,
    *,
    body=b"",
    method="POST",
    service="lambda",
    region="eu-west-1",
    token=None,
    more=None,
):
    """Return the headers of a signed request."""
    request = AWSRequest(method, f"https://{HOST}{TARGET}", headers=more or {}, data=body)
    keys = Credentials(name.upper(), secret or f"secret of {name}", token)
    SigV4Auth(keys, service, region).add_auth(request)
    return dict(request.headers)


FORBIDDEN = (403, b'{"Message":"Forbidden"}')


async def test_a_signed_call_runs_and_the_function_is_told_whose_it_is(urls):
    assert await urls.ask(signed(body=b"data"), body=b"data") == (200, b'"ran"')
    [asked] = urls.functions.invoked
    # The account's own call: no permission of the function's is asked for.
    assert (asked.function, asked.url_auth_type) == (ARN, None)
    context = json.loads(asked.payload)["requestContext"]
    assert context["accountId"] == "111122223333"
    assert context["authorizer"]["iam"] == {
        "accessKey": "ANN",
        "accountId": "111122223333",
        "callerId": "ANN",
        "cognitoIdentity": None,
        "principalOrgId": None,
        "userArn": "arn:aws:iam::111122223333:user/ann",
        "userId": "ANN",
    }


async def test_a_body_may_be_left_out_of_the_signature(urls):
    more = {"X-Amz-Content-SHA256": "UNSIGNED-PAYLOAD"}
    assert (await urls.ask(signed(more=more), body=b"any"))[0] == 200


@pytest.mark.parametrize(
    "headers, body, why",
    [
        pytest.param({}, b"", "expected a signature; found none", id="unsigned"),
        pytest.param({"Authorization": "Bearer x"}, b"", "missing equal-sign", id="another-scheme"),
        pytest.param(signed("bob"), b"", "expected a known key", id="unknown-key"),
        pytest.param(signed(secret="wrong"), b"", "does not match", id="wrong-secret"),
        pytest.param(signed(body=b"a"), b"b", "does not match", id="another-body"),
        pytest.param(signed(method="GET"), b"", "does not match", id="another-method"),
        pytest.param(signed(service="s3"), b"", "service lambda", id="another-service"),
        pytest.param(signed(region="us-east-1"), b"", "region eu-west-1", id="another-region"),
        pytest.param(signed(token="t"), b"", "expected no session token", id="session-token"),
        pytest.param(signed("old"), b"", "OLD has expired", id="expired-key"),
        pytest.param(signed("eve"), b"", "EVE is for looking alone", id="read-only"),
    ],
)
async def test_what_is_not_signed_well_is_forbidden_and_the_log_says_why(urls, headers, body, why):
    assert await urls.ask(headers, body=body) == FORBIDDEN
    assert why in urls.why()
    assert urls.functions.invoked == []


async def test_a_key_that_was_revoked_is_good_no_longer(urls):
    headers = signed()
    assert (await urls.ask(headers))[0] == 200
    with urls.store.write() as draft:
        draft.delete(MANAGEMENT_KEYS, "ANN")
    assert await urls.ask(headers) == FORBIDDEN


async def test_an_open_url_takes_no_notice_of_signatures():
    urls = Urls("NONE")
    assert await urls.ask({"Authorization": "Bearer x"}) == (200, b'"ran"')
    [asked] = urls.functions.invoked
    assert asked.url_auth_type == "NONE"
    assert json.loads(asked.payload)["headers"]["authorization"] == "Bearer x"
    urls.store.close()


@pytest.mark.parametrize(
    "error, found",
    [
        (TooManyInvocations("full"), (429, b'{"Message":"Rate Exceeded."}')),
        (InvokeError("left"), (502, b"Internal Server Error")),
        (KeyError("a bug"), (502, b"Internal Server Error")),
    ],
)
async def test_a_call_that_does_not_come_to_the_function_says_so(urls, error, found):
    urls.functions.answer = error
    assert await urls.ask(signed()) == found
