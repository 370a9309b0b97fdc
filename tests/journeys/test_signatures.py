"""Signed calls over the wire: what was signed gets in, and nothing that was made of it since."""

import datetime as dt
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

import pytest
from botocore.auth import S3SigV4Auth, SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from tests.journeys.raw import ask

from octetgate.core.model.management_key import ManagementKey
from octetgate.core.ports.store import MANAGEMENT_KEYS
from octetgate.server.build import open_store

ADA = Credentials("OCTGADA", "a secret")
EVE = Credentials("OCTGEVE", "another")
PAST = Credentials("OCTGPAST", "a third")
TOLD = "$context.httpMethod $context.resourcePath $context.identity.userArn"
INVALID = "InvalidSignatureException"
UNLIKE = "The request signature we calculated does not match the signature you provided."
LATE = dt.timedelta(minutes=-16)
EARLY = dt.timedelta(minutes=6)


@dataclass(frozen=True)
class Call:
    """A request as it will stand on the wire."""

    target: str
    headers: list
    method: str = "GET"
    body: bytes = b""

    def having(self, name, value):
        """Return the call with a header of that name alone."""
        kept = [(key, old) for key, old in self.headers if key.lower() != name.lower()]
        return replace(self, headers=kept if value is None else [*kept, (name, value)])

    def also(self, name, value):
        """Return the call with one header more."""
        return replace(self, headers=[*self.headers, (name, value)])

    def authorized(self, old, new):
        """Return the call with something else in its Authorization header."""
        (text,) = (value for name, value in self.headers if name == "Authorization")
        assert old in text
        return self.having("Authorization", text.replace(old, new))

    def aimed(self, old, new):
        """Return the call with something else in its target."""
        assert old in self.target
        return replace(self, target=self.target.replace(old, new))


class Signer:
    """Signs calls as botocore does, and sends them as they are."""

    def __init__(self, server):
        self._server = server
        gateway = server.gateway
        self.api = gateway.create_rest_api(name="signed")["id"]
        self.host = f"{self.api}.execute-api.localhost"
        (root,) = gateway.get_resources(restApiId=self.api)["items"]
        pets = self._resource(root["id"], "pets")
        admin = self._resource(root["id"], "admin")
        for resource, verb in (
            (pets, "GET"),
            (pets, "POST"),
            (pets, "DELETE"),
            (self._resource(admin, "{proxy+}"), "ANY"),
            (self._resource(root["id"], "{proxy+}"), "ANY"),
        ):
            self._method(resource, verb)
        gateway.create_deployment(restApiId=self.api, stageName="s")
        gateway.create_deployment(restApiId=self.api, stageName="t")
        # From now on management would ask for a key, too.
        store = open_store(f"sqlite:///{server.data}/octetgate.db")
        for credentials, name, members in (
            (ADA, "ada", {}),
            (EVE, "eve", {"read_only": True}),
            (PAST, "nightly", {"expires_date": 1.0}),
        ):
            key = ManagementKey(
                access_key_id=credentials.access_key,
                secret_access_key=credentials.secret_key,
                name=name,
                created_date=0.0,
                **members,
            )
            with store.write() as writing:
                writing.put(MANAGEMENT_KEYS, key.access_key_id, key)
        store.close()

    def _resource(self, parent, part):
        made = self._server.gateway.create_resource(
            restApiId=self.api, parentId=parent, pathPart=part
        )
        return made["id"]

    def _method(self, resource, verb):
        gateway = self._server.gateway
        method = {"restApiId": self.api, "resourceId": resource, "httpMethod": verb}
        gateway.put_method(**method, authorizationType="AWS_IAM")
        gateway.put_integration(
            **method, type="MOCK", requestTemplates={"application/json": '{"statusCode": 200}'}
        )
        gateway.put_method_response(**method, statusCode="200")
        gateway.put_integration_response(
            **method, statusCode="200", responseTemplates={"application/json": TOLD}
        )

    def sign(
        self,
        target="/s/pets",
        method="GET",
        body=b"",
        headers=(),
        *,
        by=ADA,
        auth=SigV4Auth,
        region="us-east-1",
        service="execute-api",
        **options,
    ):
        """Return the call as who signs it sends it."""
        url = f"http://{self.host}{target}"
        asked = AWSRequest(method, url, data=body, headers=dict(headers))
        auth(by, service, region, **options).add_auth(asked)
        place = urlsplit(asked.url)
        return Call(
            f"{place.path}?{place.query}" if place.query else place.path,
            [(name, value) for name, value in asked.headers.items() if name != "Host"],
            method,
            body,
        )

    def send(self, call, *, host=None):
        return ask(
            self._server.url,
            call.method,
            call.target,
            call.headers,
            call.body or None,
            host=host or self.host,
        )


@pytest.fixture(scope="module")
def signer(octetgate):
    return Signer(octetgate)


@pytest.fixture
def clock(monkeypatch):
    """Set the signer's clock off."""

    def off(by):
        now = dt.datetime.now(dt.UTC) + by
        monkeypatch.setattr("botocore.auth.get_current_datetime", lambda: now)

    return off


ODD = "/s/pets?b=%2F%20x&a=1&a=%C3%A9&c"


@pytest.mark.parametrize(
    "call, where",
    [
        pytest.param(lambda s: s.sign(), "GET /pets", id="in-headers"),
        pytest.param(lambda s: s.sign(auth=SigV4QueryAuth), "GET /pets", id="presigned"),
        pytest.param(lambda s: s.sign(ODD), "GET /pets", id="odd-query"),
        pytest.param(
            lambda s: s.sign("/s/pets?a=1&b=2").aimed("a=1&b=2", "b=2&a=1"),
            "GET /pets",
            id="query-in-another-order",
        ),
        pytest.param(
            lambda s: s.sign("/s/pets", "POST", b"\xff\x00body"), "POST /pets", id="with-a-body"
        ),
        pytest.param(
            lambda s: replace(
                s.sign("/s/pets", "POST", b"a", {"X-Amz-Content-SHA256": "UNSIGNED-PAYLOAD"}),
                body=b"b",
            ),
            "POST /pets",
            id="body-left-out-by-the-signer",
        ),
        pytest.param(lambda s: s.sign("/s/pets/"), "GET /pets", id="trailing-slash"),
        pytest.param(lambda s: s.sign("/s/Pets"), "GET /{proxy+}", id="other-case"),
        pytest.param(lambda s: s.sign("/s/admin%2Fx"), "GET /{proxy+}", id="encoded-slash"),
        pytest.param(
            lambda s: s.sign("/s/admin/%2e%2e/pets"), "GET /admin/{proxy+}", id="encoded-dots"
        ),
        pytest.param(
            lambda s: s.sign("/s/admin//x/../pets", auth=S3SigV4Auth),
            "GET /admin/{proxy+}",
            id="dots-signed-as-sent",
        ),
        pytest.param(
            lambda s: s.sign(headers={"X-HTTP-Method-Override": "DELETE"}),
            "DELETE /pets",
            id="signed-override",
        ),
        pytest.param(lambda s: s.sign().also("X-Other", "1"), "GET /pets", id="unsigned-header"),
    ],
)
def test_what_was_signed_is_let_in(signer, call, where):
    answer = signer.send(call(signer))
    assert answer.status == 200, answer.body
    assert answer.body.decode() == f"{where} arn:aws:iam::000000000000:user/ada"


@pytest.mark.parametrize(
    "by, auth", [(-14, SigV4Auth), (4, SigV4Auth), (-59, SigV4QueryAuth), (4, SigV4QueryAuth)]
)
def test_clocks_may_differ_a_little_and_a_presigned_url_has_its_hour(signer, clock, by, auth):
    clock(dt.timedelta(minutes=by))
    assert signer.send(signer.sign(auth=auth)).status == 200


@pytest.mark.parametrize(
    "call",
    [
        pytest.param(
            lambda s: replace(s.sign("/s/pets", "POST", b"1 dollar"), body=b"9 dollar"), id="body"
        ),
        pytest.param(lambda s: replace(s.sign("/s/pets", "POST", b"x"), body=b""), id="no-body"),
        pytest.param(lambda s: replace(s.sign(), method="DELETE"), id="method"),
        pytest.param(lambda s: s.sign(headers={"X-Tag": "a"}).having("X-Tag", "b"), id="header"),
        pytest.param(lambda s: s.sign(headers={"X-Tag": "a"}).also("X-Tag", "b"), id="more-header"),
        pytest.param(
            lambda s: s.sign(headers={"X-Tag": "a"}).having("X-Tag", None), id="no-header"
        ),
        pytest.param(lambda s: s.sign("/s/pets?a=1").aimed("a=1", "a=2"), id="query"),
        pytest.param(lambda s: s.sign("/s/pets?a=1").aimed("a=1", "a=1&a=2"), id="query-twice"),
        pytest.param(lambda s: s.sign("/s/pets?a=1&a=2").aimed("&a=2", ""), id="query-once"),
        pytest.param(lambda s: s.sign().aimed("/pets", "/pets?a"), id="more-query"),
        pytest.param(lambda s: s.sign("/s/pets?a=1").aimed("?a=1", ""), id="no-query"),
        pytest.param(lambda s: s.sign("/s/pets?a=1").aimed("a=1", "A=1"), id="query-case"),
        pytest.param(lambda s: s.sign().aimed("/s/", "/t/"), id="another-stage"),
        pytest.param(lambda s: s.sign().aimed("/s/", "//s/"), id="slash-before-the-stage"),
        pytest.param(lambda s: s.sign().aimed("/s/", "/s//"), id="slash-after-the-stage"),
        pytest.param(lambda s: s.sign("/s/x/y").aimed("x/y", "x//y"), id="slash-inside"),
        pytest.param(lambda s: s.sign().aimed("/pets", "/./pets"), id="dot"),
        pytest.param(lambda s: s.sign().aimed("/pets", "/admin/../pets"), id="dots-into-admin"),
        pytest.param(lambda s: s.sign().aimed("/pets", "/admin/%2e%2e/pets"), id="encoded-dots"),
        pytest.param(lambda s: s.sign("/s/a/x").aimed("a/x", "a%2Fx"), id="encoded-slash"),
        pytest.param(lambda s: s.sign("/s/a%2Fx").aimed("%2Fx", "%2fx"), id="case-of-an-escape"),
        pytest.param(lambda s: s.sign().aimed("/pets", "/%70ets"), id="encoded-letter"),
        pytest.param(lambda s: s.sign().aimed("/pets", "/Pets"), id="path-case"),
        pytest.param(lambda s: s.sign().aimed("/pets", "/pets/"), id="trailing-slash"),
        pytest.param(
            lambda s: s.sign("/s/pets", "POST", b"x").also(
                "X-Amz-Content-SHA256", "UNSIGNED-PAYLOAD"
            ),
            id="body-called-unsigned-afterwards",
        ),
        pytest.param(lambda s: s.sign().authorized("Signature=", "Signature=0"), id="signature"),
        pytest.param(
            lambda s: s.sign().authorized("x-amz-date", "x-amz-date;x-tag"), id="more-signed"
        ),
        pytest.param(lambda s: s.sign(by=Credentials("OCTGADA", "guess")), id="secret"),
        pytest.param(
            lambda s: s.sign(auth=SigV4QueryAuth).aimed("Expires=3600", "Expires=86400"),
            id="longer-life",
        ),
        pytest.param(
            lambda s: s.sign(auth=SigV4QueryAuth).aimed("X-Amz-Expires", "a=1&X-Amz-Expires"),
            id="presigned-more-query",
        ),
        pytest.param(
            lambda s: replace(s.sign(auth=SigV4QueryAuth), method="DELETE"), id="presigned-method"
        ),
        pytest.param(
            lambda s: s.sign(auth=SigV4QueryAuth).aimed("/pets", "/admin/../pets"),
            id="presigned-dots",
        ),
    ],
)
def test_what_was_not_signed_like_this_is_refused(signer, call):
    status, kind, message = signer.send(call(signer)).refusal
    assert (status, kind) == (403, INVALID)
    assert message.startswith(UNLIKE)


def test_a_signature_for_one_host_is_not_for_another(signer):
    other = f"{signer.api}.execute-api.us-east-1.localhost"
    absolute = replace(signer.sign(), target=f"http://{other}/s/pets")
    for answer in (signer.send(signer.sign(), host=other), signer.send(absolute)):
        status, kind, message = answer.refusal
        assert (status, kind, message[: len(UNLIKE)]) == (403, INVALID, UNLIKE)
    assert signer.send(replace(absolute, target=f"http://{signer.host}/s/pets")).status == 200


WRONG_REGION = "Credential should be scoped to a valid region, not 'eu-west-1'."
WRONG_SERVICE = "Credential should be scoped to correct service: 'execute-api'."
UNRECOGNIZED = "The security token included in the request is invalid."
BORROWED = Credentials(ADA.access_key, ADA.secret_key, "a session's token")
HALF = "IncompleteSignatureException"


@pytest.mark.parametrize(
    "call, kind, text",
    [
        pytest.param(lambda s: s.sign(region="eu-west-1"), INVALID, WRONG_REGION, id="region"),
        pytest.param(lambda s: s.sign(service="lambda"), INVALID, WRONG_SERVICE, id="service"),
        pytest.param(
            lambda s: s.sign().authorized("host;", ""),
            INVALID,
            "'Host' must be a 'SignedHeader' in the AWS Authorization.",
            id="host-unsigned",
        ),
        pytest.param(
            lambda s: s.sign().also("X-HTTP-Method-Override", "DELETE"),
            INVALID,
            "'x-http-method-override' must be a 'SignedHeader' in the AWS Authorization.",
            id="another-method-by-a-header",
        ),
        pytest.param(
            lambda s: s.sign(by=Credentials("OCTGWHO", "x")),
            "UnrecognizedClientException",
            UNRECOGNIZED,
            id="unknown-key",
        ),
        pytest.param(
            lambda s: s.sign(by=BORROWED), "UnrecognizedClientException", UNRECOGNIZED, id="session"
        ),
        pytest.param(
            lambda s: s.sign(by=BORROWED, auth=SigV4QueryAuth),
            "UnrecognizedClientException",
            UNRECOGNIZED,
            id="session-in-the-query",
        ),
        pytest.param(
            lambda s: s.sign(by=PAST),
            "ExpiredTokenException",
            "The security token included in the request is expired",
            id="expired-key",
        ),
        pytest.param(
            lambda s: Call("/s/pets", []),
            "MissingAuthenticationTokenException",
            "Missing Authentication Token",
            id="unsigned",
        ),
        pytest.param(
            lambda s: Call("/s/pets", [("Authorization", "Bearer x")]),
            HALF,
            "'x' not a valid key=value pair (missing equal-sign) in Authorization header: "
            "'Bearer x'.",
            id="another-scheme",
        ),
        pytest.param(
            lambda s: s.sign(auth=SigV4QueryAuth).aimed("X-Amz-Signature", "X-Amz-Signed"),
            HALF,
            "AWS query-string parameters must include 'X-Amz-Signature'. "
            "Re-examine the query-string parameters.",
            id="presigned-without-signature",
        ),
        pytest.param(
            lambda s: s.sign(auth=SigV4QueryAuth, expires=604801),
            HALF,
            "X-Amz-Expires: expected 0 to 604800 seconds; found '604801'",
            id="presigned-for-too-long",
        ),
    ],
)
def test_each_other_refusal_says_what_is_wrong(signer, call, kind, text):
    assert signer.send(call(signer)).refusal == (403, kind, text)


def test_two_signatures_are_none(signer):
    once = signer.sign()
    twice = once.also("Authorization", dict(once.headers)["Authorization"])
    assert signer.send(twice).refusal[:2] == (403, HALF)


def test_a_key_for_looking_alone_calls_nothing(signer):
    status, kind, message = signer.send(signer.sign(by=EVE)).refusal
    assert (status, kind) == (403, "AccessDeniedException")
    assert message == (
        "User: arn:aws:iam::000000000000:user/eve is not authorized to perform: execute-api:Invoke "
        f"on resource: arn:aws:execute-api:us-east-1:********0000:{signer.api}/s/GET/pets"
    )


@pytest.mark.parametrize(
    "by, auth, text",
    [
        pytest.param(LATE, SigV4Auth, "Signature expired: ", id="late"),
        pytest.param(EARLY, SigV4Auth, "Signature not yet current: ", id="early"),
        pytest.param(
            dt.timedelta(minutes=-61), SigV4QueryAuth, "Signature expired: ", id="late-presigned"
        ),
        pytest.param(EARLY, SigV4QueryAuth, "Signature not yet current: ", id="early-presigned"),
    ],
)
def test_a_signature_is_good_in_its_time_alone(signer, clock, by, auth, text):
    clock(by)
    status, kind, message = signer.send(signer.sign(auth=auth)).refusal
    assert (status, kind, message[: len(text)]) == (403, INVALID, text)


def test_a_date_that_was_changed_is_not_the_scope_s(signer, clock):
    clock(dt.timedelta(days=-2))
    old = signer.sign()
    now = dt.datetime.now(dt.UTC).strftime("%Y%m%dT%H%M%SZ")
    status, kind, message = signer.send(old.having("X-Amz-Date", now)).refusal
    assert (status, kind) == (403, INVALID)
    assert message.startswith("Date in Credential scope does not match YYYYMMDD from ISO-8601")
