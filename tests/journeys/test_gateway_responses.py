"""Each gateway response, provoked by a call: built in, by its family, and in the API's words.

Spec: request-lifecycle 4.
"""

import json

import pytest
from tests.journeys.refusing import GOOD, OWN, PAST, Asks, Refusing

from octetgate.core.model.responses import FAMILIES, family
from octetgate.gateway.faults import Fault

TOO_LARGE = 10 * 2**20 + 1
DENIED = "User is not authorized to access this resource"
RESOURCE = (
    "execute-api:Invoke on resource: arn:aws:execute-api:us-east-1:********0000:{api}/{stage}"
)
JSON = {"Content-Type": "application/json"}
UNPROVOKABLE = {
    "RESOURCE_NOT_FOUND": "what is not there is MISSING_AUTHENTICATION_TOKEN, as recorded on AWS",
    "WAF_FILTERED": "AWS WAF is a service of its own, and nothing here stands for it",
}
"""Why nothing leads to a type; an API may word it all the same."""


def before(message):
    """Return the body of a refusal before the method runs."""
    return json.dumps({"message": message}, separators=(",", ":"))


def during(message):
    """Return the body of a refusal while the method runs; AWS writes a space there."""
    return json.dumps({"message": message})


def denied(message):
    return json.dumps({"Message": message}, separators=(",", ":"))


def row(kind, name, asks, status, error, body):
    return pytest.param(
        kind, asks, status, error and f"{error}Exception", body, id=f"{kind}-{name}"
    )


INTERNAL = "Internal server error"
ROWS = [
    row(
        "ACCESS_DENIED",
        "by-the-authorizer",
        Asks("/guard", headers={"Auth": "deny"}),
        403,
        "AccessDenied",
        denied(f"{DENIED} with an explicit deny in an identity-based policy"),
    ),
    row(
        "ACCESS_DENIED",
        "allowed-by-nobody",
        Asks("/guard", headers={"Auth": "silent"}),
        403,
        "AccessDenied",
        denied(DENIED),
    ),
    row(
        "ACCESS_DENIED",
        "by-the-resource-policy",
        Asks("/denied"),
        403,
        "AccessDenied",
        denied(
            f"User: anonymous is not authorized to perform: {RESOURCE}/GET/denied with an explicit "
            "deny"
        ),
    ),
    row(
        "API_CONFIGURATION_ERROR",
        "refused-by-the-backend",
        Asks("/refused"),
        500,
        "InternalServerError",
        during(INTERNAL),
    ),
    row(
        "API_CONFIGURATION_ERROR",
        "no-integration-response",
        Asks("/unmapped"),
        500,
        "InternalServerError",
        during(INTERNAL),
    ),
    row(
        "AUTHORIZER_CONFIGURATION_ERROR",
        "function-raises",
        Asks("/guard", headers={"Auth": "broken"}),
        500,
        "AuthorizerConfiguration",
        before(None),
    ),
    row(
        "AUTHORIZER_CONFIGURATION_ERROR",
        "function-talks-nonsense",
        Asks("/guard", headers={"Auth": "nonsense"}),
        500,
        "AuthorizerConfiguration",
        before(None),
    ),
    row(
        "AUTHORIZER_FAILURE",
        "function-throttled",
        Asks("/shut", headers={"Auth": "x"}),
        500,
        "AuthorizerFailure",
        before(None),
    ),
    row(
        "BAD_REQUEST_BODY",
        "against-its-model",
        Asks("/checked?page=1", "POST", JSON, b'{"prize": 1}'),
        400,
        "BadRequest",
        during("Invalid request body"),
    ),
    row(
        "BAD_REQUEST_BODY",
        "no-json",
        Asks("/checked?page=1", "POST", JSON, b"{"),
        400,
        "BadRequest",
        during("Invalid request body"),
    ),
    row(
        "BAD_REQUEST_PARAMETERS",
        "missing-and-body-bad-too",
        Asks("/checked", "POST", JSON, b"{"),
        400,
        "BadRequest",
        during("Missing required request parameters: [page]"),
    ),
    row(
        "DEFAULT_4XX",
        "json-wanted-by-a-mapping",
        Asks("/mapped", "POST", JSON, b"{"),
        400,
        "BadRequest",
        during("Invalid JSON in request body"),
    ),
    row(
        "DEFAULT_4XX",
        "half-a-signature",
        Asks("/signed", headers={"Authorization": "Bearer x"}),
        403,
        "IncompleteSignature",
        before(
            "'x' not a valid key=value pair (missing equal-sign) in Authorization header: "
            "'Bearer x'."
        ),
    ),
    row(
        "DEFAULT_5XX",
        "no-status-of-a-mock",
        Asks("/broken"),
        500,
        "InternalServerError",
        during(INTERNAL),
    ),
    row(
        "DEFAULT_5XX",
        "malformed-answer",
        Asks("/malformed"),
        502,
        "InternalServerError",
        during(INTERNAL),
    ),
    row(
        "EXPIRED_TOKEN",
        "key-whose-time-is-over",
        Asks("/signed", by=PAST),
        403,
        "ExpiredToken",
        before("The security token included in the request is expired"),
    ),
    row(
        "INTEGRATION_FAILURE",
        "backend-hangs-up",
        Asks("/cut"),
        504,
        "InternalServerError",
        during("Network error communicating with endpoint"),
    ),
    row(
        "INTEGRATION_TIMEOUT",
        "backend-is-late",
        Asks("/late"),
        504,
        "InternalServerError",
        during("Endpoint request timed out"),
    ),
    row("INVALID_API_KEY", "none", Asks("/key"), 403, "Forbidden", before("Forbidden")),
    row(
        "INVALID_API_KEY",
        "unknown",
        Asks("/key", headers={"X-API-Key": "x" * 20}),
        403,
        "Forbidden",
        before("Forbidden"),
    ),
    row(
        "INVALID_SIGNATURE",
        "of-another-service",
        Asks("/signed", by=GOOD, service="lambda"),
        403,
        "InvalidSignature",
        before("Credential should be scoped to correct service: 'execute-api'."),
    ),
    row(
        "MISSING_AUTHENTICATION_TOKEN",
        "no-such-path",
        Asks("/nowhere"),
        403,
        "MissingAuthenticationToken",
        before("Missing Authentication Token"),
    ),
    row(
        "MISSING_AUTHENTICATION_TOKEN",
        "no-such-method",
        Asks("/open", "DELETE"),
        403,
        "MissingAuthenticationToken",
        before("Missing Authentication Token"),
    ),
    row(
        "MISSING_AUTHENTICATION_TOKEN",
        "unsigned",
        Asks("/signed"),
        403,
        "MissingAuthenticationToken",
        before("Missing Authentication Token"),
    ),
    row(
        "QUOTA_EXCEEDED",
        "spent",
        Asks("/key", headers={"X-API-Key": "spent"}),
        429,
        "LimitExceeded",
        before("Limit Exceeded"),
    ),
    row(
        "REQUEST_TOO_LARGE",
        "declared",
        Asks("/held", "POST", {"Content-Length": str(TOO_LARGE)}),
        413,
        None,
        "HTTP content length exceeded 10485760 bytes.",
    ),
    row(
        "THROTTLED",
        "by-the-stage",
        Asks("/throttled"),
        429,
        "TooManyRequests",
        before("Too Many Requests"),
    ),
    row("UNAUTHORIZED", "no-token", Asks("/guard"), 401, "Unauthorized", before("Unauthorized")),
    row(
        "UNSUPPORTED_MEDIA_TYPE",
        "no-template",
        Asks("/never", "POST", {"Content-Type": "text/csv"}, b"a,b"),
        415,
        "BadRequest",
        during("Unsupported Media Type"),
    ),
    row(
        "UNSUPPORTED_MEDIA_TYPE",
        "unknown-coding",
        Asks("/held", "POST", {"Content-Encoding": "x"}, b"a"),
        415,
        "BadRequest",
        during("Unsupported Media Type"),
    ),
]


@pytest.fixture(scope="module")
def refusing(octetgate):
    made = Refusing(octetgate)
    yield made
    made.close()


def send(refusing, asks, stage, **more):
    if asks.headers.get("X-API-Key") == "spent":
        asks.headers["X-API-Key"] = refusing.spent
    return refusing.send(asks, stage, **more)


def test_the_table_has_every_type_that_anything_leads_to(refusing):
    provoked = {each.values[0] for each in ROWS}
    assert provoked | set(UNPROVOKABLE) == set(refusing.types)
    assert not provoked & set(UNPROVOKABLE)
    raised, left = set(), [Fault]
    while left:
        known = left.pop()
        raised.add(str(known.type))
        left += [each for each in known.__subclasses__() if each.__module__ == Fault.__module__]
    assert raised == provoked


@pytest.mark.parametrize("kind, asks, status, error, body", ROWS)
def test_a_refusal_is_built_in_byte_for_byte(refusing, kind, asks, status, error, body):
    answer = send(refusing, asks, "plain")
    expected = body.replace("{api}", refusing.api).replace("{stage}", "plain").encode()
    assert (answer.status, answer.body) == (status, expected)
    own = {"x-amzn-ErrorType": error} if error else {}
    media_type = "text/plain" if kind == "REQUEST_TOO_LARGE" else "application/json"
    found = dict(answer.headers)
    for name in ("Date", "x-amzn-RequestId", "x-amz-apigw-id"):
        assert found.pop(name), name
    assert found == {
        **own,
        "Content-Type": media_type,
        "Content-Length": str(len(expected)),
        "Connection": found["Connection"],
    }


@pytest.mark.parametrize("kind, asks, status, error, body", ROWS)
def test_a_refusal_follows_its_family(refusing, kind, asks, status, error, body):
    answer = send(refusing, asks, "family")
    if kind == "REQUEST_TOO_LARGE":
        assert (answer.status, answer.body.decode()) == (status, body)
        return
    # The family of the client's errors has a status of its own, the server's has none.
    default = str(family(kind))
    assert answer.status == (499 if default == "DEFAULT_4XX" else status)
    assert answer.body.decode() == f"{default} for {kind}"
    assert answer.header("x-amzn-errortype") == error


@pytest.mark.parametrize("kind, asks, status, error, body", ROWS)
def test_a_refusal_is_in_the_api_s_words(refusing, kind, asks, status, error, body, request):
    answer = send(refusing, asks, "own", Origin="https://a.example", X_Tag="tag")
    if kind == "REQUEST_TOO_LARGE":
        assert (answer.status, answer.body.decode()) == (status, body)
        assert answer.header("x-type") is None
        return
    assert answer.status == refusing.own_status[kind]
    assert answer.header("content-type") == "application/json"
    assert answer.header("x-amzn-errortype") == error
    told = {name: answer.header(f"x-{name}") for name in ("type", "origin", "colour", "static")}
    assert told == {
        "type": kind,
        "origin": "https://a.example",
        "colour": "red",
        "static": "static",
    }
    (message,) = json.loads(body.replace("{api}", refusing.api).replace("{stage}", "own")).values()
    found = answer.body.decode().split("|")
    why = found.pop(3)
    assert found == [
        kind,
        message or "",
        json.dumps(message),
        answer.header("x-amzn-requestid"),
        "own",
        "red",
        "tag",
        "",
        "#if(true)",
    ]
    assert len(found) + 1 == len(OWN.split("|"))
    assert bool(why) == (kind == "BAD_REQUEST_BODY")
    if "against-its-model" in request.node.name:
        assert why == '[object has missing required properties (["price"])]'


def test_the_client_s_accept_chooses_among_the_api_s_words(refusing):
    answer = refusing.send(Asks("/nowhere"), "own", Accept="text/html")
    assert (answer.header("content-type"), answer.body) == ("text/html", b"<b>")


@pytest.mark.parametrize("kind", UNPROVOKABLE)
def test_what_nothing_leads_to_can_be_worded_all_the_same(refusing, kind):
    assert kind in refusing.own_status
    assert kind not in FAMILIES


def test_what_the_api_does_not_refuse_gets_through(refusing):
    assert send(refusing, Asks("/open"), "own").status == 200
    assert send(refusing, Asks("/signed", by=GOOD), "own").status == 200
    assert send(refusing, Asks("/guard", headers={"Auth": "allow"}), "own").status == 200
    good = Asks("/checked?page=1", "POST", JSON, b'{"price": 1}')
    assert send(refusing, good, "own").status == 200
