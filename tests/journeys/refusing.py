"""An API that refuses calls in every way there is, and the calls that it refuses."""

import json
import socket
import threading
from dataclasses import dataclass, field

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from tests.adapters.runners.lambdas import zipped
from tests.journeys.building import build_function, lambda_uri
from tests.journeys.raw import ask
from tests.journeys.running import backend

from octetgate.core.model.management_key import ManagementKey
from octetgate.core.ports.store import MANAGEMENT_KEYS
from octetgate.server.build import open_store

GOOD = Credentials("OCTGGOOD", "a secret")
PAST = Credentials("OCTGPAST", "a secret")
STAGES = ("plain", "family", "own")
"""Without a word of the API's, with one for each family, and with one for each type."""
OWN = (
    "$context.error.responseType|$context.error.message|$context.error.messageString|"
    "$context.error.validationErrorString|$context.requestId|$context.stage|"
    "$stageVariables.colour|$method.request.header.X-Tag|$context.unknown|#if(true)"
)
FUNCTIONS = """
def handler(event, context):
    if context.function_name == "malformed":
        return 1
    token = event["authorizationToken"]
    if token == "broken":
        raise ValueError("broken")
    if token == "nonsense":
        return "nonsense"
    effect = "Deny" if token == "deny" else "Allow"
    resource = "nothing" if token == "silent" else "*"
    statement = {"Action": "execute-api:Invoke", "Effect": effect, "Resource": resource}
    return {"principalId": "p", "policyDocument": {"Statement": [statement]}}
"""
MODEL = {"type": "object", "required": ["price"]}
PATHS = [
    "open",
    "denied",
    "signed",
    "throttled",
    "key",
    "guard",
    "shut",
    "checked",
    "broken",
    "never",
    "mapped",
    "held",
    "malformed",
    "unmapped",
    "refused",
    "cut",
    "late",
]
POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": effect,
            "Principal": "*",
            "Action": "execute-api:Invoke",
            "Resource": [f"execute-api:/*/*/{path}" for path in paths],
        }
        # Of /guard it says nothing, so that the authorizer decides.
        for effect, paths in (
            ("Allow", [path for path in PATHS if path != "guard"]),
            ("Deny", ["denied"]),
        )
    ],
}


@dataclass(frozen=True)
class Asks:
    """A call, without its stage."""

    path: str
    method: str = "GET"
    headers: dict = field(default_factory=dict)
    body: bytes | None = None
    by: Credentials | None = None
    service: str = "execute-api"


class Refusing:
    """The API, deployed to three stages."""

    def __init__(self, server):
        self.server = server
        self._closing = []
        gateway = server.gateway
        made = gateway.create_rest_api(name="refusing", policy=json.dumps(POLICY))
        self.api, self._root = made["id"], made["rootResourceId"]
        self._build()
        self._deploy("plain")
        families = {"DEFAULT_4XX": {"statusCode": "499"}, "DEFAULT_5XX": {}}
        for kind, members in families.items():
            gateway.put_gateway_response(
                restApiId=self.api,
                responseType=kind,
                responseTemplates={"application/json": f"{kind} for $context.error.responseType"},
                **members,
            )
        self._deploy("family")
        self.own_status = {}
        for number, kind in enumerate(self.types):
            self.own_status[kind] = 530 + number
            gateway.put_gateway_response(
                restApiId=self.api,
                responseType=kind,
                statusCode=str(530 + number),
                responseParameters={
                    "gatewayresponse.header.X-Type": "context.error.responseType",
                    "gatewayresponse.header.X-Origin": "method.request.header.Origin",
                    "gatewayresponse.header.X-Colour": "stageVariables.colour",
                    "gatewayresponse.header.X-Static": "'static'",
                },
                responseTemplates={"application/json": OWN, "text/html": "<b>"},
            )
        self._deploy("own")
        self._sell_nothing()
        self._make_keys()

    @property
    def types(self):
        """Every type of AWS's service model."""
        return self.server.gateway.meta.service_model.shape_for("GatewayResponseType").enum

    def close(self):
        for close in reversed(self._closing):
            close()

    def send(self, asks, stage, **more):
        """Make the call, signed if somebody signs it; ``more`` are headers besides."""
        url = f"{self.server.invoke_url(self.api, stage).rstrip('/')}{asks.path}"
        headers = {
            **asks.headers,
            **{name.replace("_", "-"): value for name, value in more.items()},
        }
        if asks.by is not None:
            signed = AWSRequest(asks.method, url, data=asks.body or b"", headers=headers)
            SigV4Auth(asks.by, asks.service, "us-east-1").add_auth(signed)
            headers = dict(signed.headers.items())
        return ask(url, asks.method, headers=list(headers.items()), body=asks.body)

    # -- building ---------------------------------------------------------------------------

    def _build(self):
        gateway, server = self.server.gateway, self.server
        code = zipped({"handler.py": FUNCTIONS})
        names = ("guard", "shut", "malformed")
        arns = {name: build_function(server, name, code, Timeout=30) for name in names}
        server.functions.put_function_concurrency(
            FunctionName="shut", ReservedConcurrentExecutions=0
        )
        guards = {
            name: gateway.create_authorizer(
                restApiId=self.api,
                name=name,
                type="TOKEN",
                authorizerUri=lambda_uri(arns[name]),
                identitySource="method.request.header.Auth",
                authorizerResultTtlInSeconds=0,
            )["id"]
            for name in ("guard", "shut")
        }
        validator = gateway.create_request_validator(
            restApiId=self.api, name="all", validateRequestBody=True, validateRequestParameters=True
        )["id"]
        gateway.create_model(
            restApiId=self.api, name="Pet", contentType="application/json", schema=json.dumps(MODEL)
        )
        self._method("open")
        self._method("denied")
        self._method("signed", authorizationType="AWS_IAM")
        self._method("throttled")
        self._method("key", apiKeyRequired=True)
        for name, guard in guards.items():
            self._method(name, authorizationType="CUSTOM", authorizerId=guard)
        self._method(
            "checked",
            verb="POST",
            requestValidatorId=validator,
            requestParameters={"method.request.querystring.page": True},
            requestModels={"application/json": "Pet"},
        )
        self._method("broken", integration={"requestTemplates": {"application/json": "{}"}})
        self._method("never", verb="POST", integration={"passthroughBehavior": "NEVER"})
        self._method(
            "mapped",
            verb="POST",
            integration=self._elsewhere(lambda *_: None)
            | {
                "type": "HTTP",
                "requestParameters": {
                    "integration.request.header.X-Name": "method.request.body.name"
                },
            },
        )
        self._method(
            "held", verb="POST", integration={"type": "AWS", "uri": lambda_uri(arns["malformed"])}
        )
        self._method(
            "malformed", integration={"type": "AWS_PROXY", "uri": lambda_uri(arns["malformed"])}
        )
        self._method(
            "unmapped",
            integration={"type": "AWS", "uri": lambda_uri(arns["malformed"]), "responses": False},
        )
        self._method("refused", integration=self._refusing())
        self._method("cut", integration=self._elsewhere(_cut))
        self._method("late", integration=self._late())

    def _method(self, path, *, verb="GET", integration=None, **members):
        gateway = self.server.gateway
        resource = gateway.create_resource(restApiId=self.api, parentId=self._root, pathPart=path)
        place = {"restApiId": self.api, "resourceId": resource["id"], "httpMethod": verb}
        gateway.put_method(**place, **{"authorizationType": "NONE", **members})
        given = {"type": "MOCK", **(integration or {})}
        responses = given.pop("responses", True)
        if given["type"] == "MOCK":
            given.setdefault("requestTemplates", {"application/json": '{"statusCode": 200}'})
        else:
            given.setdefault("integrationHttpMethod", "POST")
        gateway.put_integration(**place, **given)
        gateway.put_method_response(**place, statusCode="200")
        if responses:
            gateway.put_integration_response(**place, statusCode="200")

    def _elsewhere(self, answer):
        """Return an integration with a backend of its own."""
        running = backend(answer)
        url = running.__enter__()
        self._closing.append(lambda: running.__exit__(None, None, None))
        return {"type": "HTTP_PROXY", "integrationHttpMethod": "GET", "uri": url}

    def _late(self):
        ends = threading.Event()
        late = self._elsewhere(lambda *_: ends.wait(60))
        self._closing.append(ends.set)
        return late | {"timeoutInMillis": 50}

    def _refusing(self):
        taken = socket.socket()
        taken.bind(("127.0.0.1", 0))  # and never listens
        self._closing.append(taken.close)
        port = taken.getsockname()[1]
        return {"type": "HTTP_PROXY", "uri": f"http://127.0.0.1:{port}"}

    def _deploy(self, stage):
        gateway = self.server.gateway
        gateway.create_deployment(restApiId=self.api, stageName=stage, variables={"colour": "red"})
        change = {
            "op": "replace",
            "path": "/~1throttled/GET/throttling/burstLimit",
            "value": "0",
        }
        gateway.update_stage(restApiId=self.api, stageName=stage, patchOperations=[change])

    def _sell_nothing(self):
        """Make a key whose quota is used up, in this month and in the next."""
        gateway = self.server.gateway
        key = gateway.create_api_key(name="spent", enabled=True)
        plan = gateway.create_usage_plan(
            name="nothing",
            apiStages=[{"apiId": self.api, "stage": stage} for stage in STAGES],
            quota={"limit": 0, "period": "MONTH"},
        )["id"]
        gateway.create_usage_plan_key(usagePlanId=plan, keyId=key["id"], keyType="API_KEY")
        self.spent = gateway.get_api_key(apiKey=key["id"], includeValue=True)["value"]

    def _make_keys(self):
        # From now on management would ask for a key, too.
        store = open_store(f"sqlite:///{self.server.data}/octetgate.db")
        for credentials, expires in ((GOOD, None), (PAST, 1.0)):
            key = ManagementKey(
                access_key_id=credentials.access_key,
                secret_access_key=credentials.secret_key,
                name="ada",
                created_date=0.0,
                expires_date=expires,
            )
            with store.write() as writing:
                writing.put(MANAGEMENT_KEYS, key.access_key_id, key)
        store.close()


def _cut(handler, _):
    handler.close_connection = True
    handler.connection.shutdown(socket.SHUT_RDWR)
