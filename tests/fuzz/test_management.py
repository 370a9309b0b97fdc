"""Calls of API Gateway's management port, made of its service model: right ones, nearly right ones
and nonsense.

What is refused changes nothing, and nothing is a bug: no 500, and not a line in the log.
"""

import json
import logging
import resource
from collections import deque
from contextlib import ExitStack, closing
from http.client import HTTPConnection
from urllib.parse import quote, urlencode

import pytest
from botocore.loaders import Loader
from botocore.model import ServiceModel, Shape
from hypothesis import HealthCheck, event, given, note, settings
from hypothesis import strategies as st
from tests.control.functions import FakeFunctions
from tests.control.serving import served
from tests.fuzz.soup import soup

from octetgate.adapters.certificates import self_signed
from octetgate.adapters.meters.usage import KeptUsage
from octetgate.adapters.stores import memory
from octetgate.control.app import application
from octetgate.control.calls import ControlSettings

MODEL = ServiceModel(Loader().load_service_model("apigateway", "service-2"), "apigateway")
OPERATIONS = [MODEL.operation_model(name) for name in MODEL.operation_names]
MOST_MEMORY = 512 * 1024
"""Kibibytes that the process may grow by while a test runs."""

WORDS = (
    "a b s prod pets / {id} {proxy+} /pets ~1 * - _ $ . , : true false null 0 1 -1 200 9999999999999 GET ANY "
    "NONE AWS_IAM CUSTOM HTTP MOCK AWS_PROXY image/png */* application/json #set($a=1) $input.body 'x' é \ud83d "
    "method.request.header.A integration.request.path.id arn:aws:lambda:eu-west-1:000000000000:function:f "
    "https://example.com/{id} example.com REGIONAL EDGE PRIVATE DAY 2026-01-01 {} [] { \x00 %2F %00 .. "
    '{"openapi":"3.0.1","info":{"title":"t","version":"1"},"paths":{}} {"type":"object"}'
)
PATHS = (
    "/name /description /binaryMediaTypes/image~1png /minimumCompressionSize /apiKeySource /variables/a "
    "/*/*/throttling/burstLimit /*/*/caching/enabled /~1pets/GET/logging/loglevel /cacheClusterEnabled "
    "/cacheClusterSize /deploymentId /canarySettings/percentTraffic /accessLogSettings/format /tracingEnabled "
    "/policy /endpointConfiguration/types/REGIONAL /uri /httpMethod /requestParameters/integration.request.header.A "
    "/requestTemplates/application~1json /timeoutInMillis /contentHandling /cacheKeyParameters /statusCode "
    "/selectionPattern /responseParameters/method.response.header.A /parentId /pathPart /authorizationType "
    "/apiKeyRequired /requestModels/application~1json /requestValidatorId /authorizerUri /identitySource "
    "/validateRequestBody /schema /quota/limit /quota/period /throttle/rateLimit /apiStages /enabled /tags/a "
    "/cloudwatchRoleArn /certificateArn /basePath /stage /properties /labels / //  /~ /~2 /a/b/c"
)
NAMED = {
    "op": ["add", "replace", "remove", "copy", "move", "test"],
    "httpMethod": ["GET", "ANY", "POST"],
    "statusCode": ["200", "404"],
    "stageName": ["s"],
    "parentId": [],
    "type": ["MOCK", "HTTP", "HTTP_PROXY", "AWS", "AWS_PROXY", "TOKEN", "REQUEST", "API", "METHOD"],
    "responseType": ["DEFAULT_4XX", "UNAUTHORIZED"],
    "pathPart": ["pets", "{id}", "{proxy+}"],
    "authorizationType": ["NONE", "AWS_IAM"],
    "keyType": ["API_KEY"],
    "modelName": ["Pet"],
    "domainName": ["example.com", "a.example.com"],
    "basePath": ["(none)", "v1"],
    "contentType": ["application/json"],
    "exportType": ["oas30", "swagger"],
    "sdkType": ["javascript"],
}
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.floats() | soup(WORDS, 3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(soup(WORDS, 2), inner, max_size=3),
    max_leaves=5,
)
NUMBERS = st.sampled_from([0, 1, -1, 50, 300, 3600, 29_000, 2**31, -(2**63), 10**30, 0.5, 1e308])


LATELY = [f"id-{number}-" for number in range(6)]
"""Stand for ids that answers have named, so that what is drawn is the same in every run."""

MADE = {
    "restApiId": "id-api-",
    "parentId": "id-root-",
    "resourceId": "id-pets-",
    "deploymentId": "id-deployment-",
    "requestValidatorId": "id-validator-",
    "authorizerId": "id-authorizer-",
    "apiKey": "id-key-",
    "keyId": "id-key-",
    "usagePlanId": "id-plan-",
}
"""What stands for the id of what is there from the beginning, by the member that names it."""


class Port:
    """A management port, and the ids that its answers have named."""

    def __init__(self, port: int, store) -> None:
        self.store = store
        self._connection = HTTPConnection("127.0.0.1", port, timeout=60)
        self._made: dict[str, str] = {}
        self._lately: deque[str] = deque(maxlen=len(LATELY))

    def close(self) -> None:
        self._connection.close()

    def call(self, method: str, target: str, body: bytes) -> tuple[int, bytes]:
        lately = dict(zip(LATELY, self._lately, strict=False))
        for word, known in (self._made | lately).items():
            target = target.replace(word, quote(known, safe=""))
            body = body.replace(word.encode(), known.encode())
        self._connection.request(method, target, body, {"Content-Type": "application/json"})
        answer = self._connection.getresponse()
        return answer.status, answer.read()

    def make(self, method: str, target: str, **members: object) -> dict:
        status, body = self.call(method, target, json.dumps(members).encode())
        assert status < 300, body
        return json.loads(body)

    def kept(self) -> dict:
        """Return all documents, as they are stored."""
        return {name: dict(found) for name, found in self.store._kept.documents.items()}

    def begin(self) -> None:
        """Make an API with something of most kinds, whose ids calls will name."""
        api = self.make("POST", "/restapis", name="pets")
        at = f"/restapis/{api['id']}"
        pets = self.make("POST", f"{at}/resources/{api['rootResourceId']}", pathPart="pets")
        method = f"{at}/resources/{pets['id']}/methods/GET"
        self.make("PUT", method, authorizationType="NONE")
        self.make("PUT", f"{method}/responses/200")
        self.make("PUT", f"{method}/integration", type="MOCK")
        self.make("PUT", f"{method}/integration/responses/200")
        self.make("POST", f"{at}/models", name="Pet", contentType="application/json", schema="{}")
        lambdas = "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions"
        uri = f"{lambdas}/arn:aws:lambda:eu-west-1:000000000000:function:f/invocations"
        source = "method.request.header.A"
        authorizer = {"type": "TOKEN", "authorizerUri": uri, "identitySource": source}
        validator = self.make("POST", f"{at}/requestvalidators", name="v")
        guard = self.make("POST", f"{at}/authorizers", name="a", **authorizer)
        deployment = self.make("POST", f"{at}/deployments", stageName="s")
        key = self.make("POST", "/apikeys", name="k", enabled=True)
        plan = self.make("POST", "/usageplans", name="p")
        self._made = {
            "id-api-": api["id"],
            "id-root-": api["rootResourceId"],
            "id-pets-": pets["id"],
            "id-deployment-": deployment["id"],
            "id-validator-": validator["id"],
            "id-authorizer-": guard["id"],
            "id-key-": key["id"],
            "id-plan-": plan["id"],
        }

    def learn(self, body: bytes) -> None:
        try:
            found = json.loads(body)
        except ValueError:
            return
        if isinstance(found, dict) and isinstance(found.get("id"), str):
            self._lately.appendleft(found["id"])


class Complaints(logging.Handler):
    """What was logged as an error."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@pytest.fixture(scope="module")
def port(tmp_path_factory):
    store = memory.open("memory://")
    usage = KeptUsage(tmp_path_factory.mktemp("meters") / "usage")
    app = application(
        store,
        FakeFunctions(),
        ControlSettings(issue_certificate=self_signed.issue),
        health=dict,
        usage=usage,
    )
    with closing(usage), served(app) as number, closing(Port(number, store)) as made:
        yield made


@pytest.fixture
def complaints():
    with ExitStack() as undo:
        handler = Complaints()
        logging.getLogger().addHandler(handler)
        undo.callback(logging.getLogger().removeHandler, handler)
        yield handler.lines


def values(shape: Shape, name: str) -> st.SearchStrategy[object]:
    """Return values for a member, nearly all of which have its shape."""
    return st.one_of(*[_right(shape, name)] * 9, JUNK)


def _right(shape: Shape, name: str) -> st.SearchStrategy[object]:
    match shape.type_name:
        case "structure":
            members = {one: values(inner, one) for one, inner in shape.members.items()}
            return st.fixed_dictionaries({}, optional=members)
        case "list":
            return st.lists(values(shape.member, name), max_size=3)
        case "map":
            return st.dictionaries(soup(WORDS, 2), values(shape.value, name), max_size=3)
        case "boolean":
            return st.booleans()
        case "integer" | "long" | "double" | "float" | "timestamp":
            return NUMBERS
        case _:
            return _texts(shape, name)


def _texts(shape: Shape, name: str) -> st.SearchStrategy[str]:
    known = [*getattr(shape, "enum", []), *NAMED.get(name, [])]
    if name in MADE:
        known = [MADE[name]] * 5 + LATELY
    elif name.endswith("Id") or name == "id":
        known += [*LATELY, *MADE.values()]
    if name in {"path", "from"}:
        known = PATHS.split(" ")
    elif not known:
        return soup(WORDS, 3)
    return st.one_of(*[st.sampled_from(known)] * 4, soup(WORDS, 3))


@st.composite
def requests(draw: st.DrawFn) -> tuple[str, str, bytes]:
    """Return method, target and body of a call of any operation."""
    operation = draw(st.sampled_from(OPERATIONS))
    method, uri = operation.http["method"], operation.http["requestUri"]
    shape = operation.input_shape
    query: list[tuple[str, str]] = []
    document: dict[str, object] = {}
    body = b""
    for name, member in (shape.members if shape else {}).items():
        needed = name in shape.required_members
        if not needed and draw(st.booleans()):
            continue
        value = draw(values(member, name))
        wire = member.serialization.get("name", name)
        match member.serialization.get("location"):
            case "uri":
                spelled = quote(_spelled(value) or "x", safe="")
                uri = uri.replace(f"{{{wire}}}", spelled).replace(f"{{{wire}+}}", spelled)
            case "querystring":
                query.append((wire, _spelled(value)))
            case "header":
                continue
            case _ if shape.serialization.get("payload") == name:
                body = _spelled(value).encode("utf-8", "replace")
            case _:
                document[wire] = value
    if document:
        body = json.dumps(document).encode()
    if draw(st.integers(0, 19)) == 0:
        body = draw(
            st.binary(max_size=20)
            | soup(WORDS, 5).map(lambda text: text.encode("utf-8", "replace"))
        )
    target = uri.partition("?")[0]
    fixed = uri.partition("?")[2]
    query_text = "&".join(part for part in (fixed, urlencode(query, errors="replace")) if part)
    return method, target + (f"?{query_text}" if query_text else ""), body


def _spelled(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return text.encode("utf-8", "replace").decode()


@settings(
    max_examples=12,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
    ],
)
@given(st.data())
def test_a_refused_call_changes_nothing_and_no_call_is_a_bug(port, complaints, data):
    complaints.clear()
    port.begin()
    memory_before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in range(10):
        method, target, body = data.draw(requests())
        note(f"{method} {target}\n{body!r}")
        before = port.kept()
        status, answer = port.call(method, target, body)
        event(f"{status // 100}xx")
        assert status in {501, *range(200, 500)}, answer
        assert complaints == []
        if status >= 400:
            assert port.kept() == before
            assert answer
        else:
            port.learn(answer)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < memory_before + MOST_MEMORY
