"""Which refusal wins: a call that is wrong in every way is put right step by step.

Spec: request-lifecycle 1.  Codings of the body come later here than on AWS: nobody who may not
call has us inflate anything.
"""

import json

from msgspec.structs import replace
from tests.gateway.authorizers.test_lambda_authorizers import policy as said_policy
from tests.gateway.authorizers.test_lambda_authorizers import says
from tests.gateway.builders import API, FUNCTION_URI, World, backend, http, resource, responses

from octetgate.core.model.access import (
    ApiKey,
    ApiStage,
    Authorizer,
    QuotaSettings,
    ThrottleSettings,
    UsagePlan,
    UsagePlanKey,
)
from octetgate.core.model.api import RequestValidator
from octetgate.core.model.integration import PassthroughBehavior
from octetgate.core.model.schema import Model
from octetgate.core.model.stage import MethodSetting
from octetgate.core.ports.store import API_KEYS, STAGES, USAGE_PLAN_KEYS, USAGE_PLANS
from octetgate.core.ports.upstream import UpstreamBroken, UpstreamRefused, UpstreamTimeout

KEY = "a-key-of-twenty-letters"
JSON = "application/json"
EVERYBODY = {
    "Principal": "*",
    "Action": "execute-api:Invoke",
    "Resource": f"arn:aws:execute-api:us-east-1:000000000000:{API}/*",
}
POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", **EVERYBODY},
        {"Effect": "Deny", **EVERYBODY, "Condition": {"StringEquals": {"aws:UserAgent": "bot"}}},
    ],
}
ROOM = ThrottleSettings(burst_limit=100, rate_limit=100)


class Wrong(World):
    """A world, and a call of it that is wrong in every way."""

    def __init__(self):
        super().__init__()
        integration = http(
            passthrough_behavior=PassthroughBehavior.NEVER,
            request_templates={JSON: "$input.body"},
            integration_responses=responses(selection_pattern="200"),
        )
        self.deploy(
            resource(
                "/pets",
                integration,
                "POST",
                authorization_type="CUSTOM",
                authorizer_id="g",
                api_key_required=True,
                request_validator_id="v",
                request_parameters={"method.request.querystring.page": True},
                request_models={"$default": "Pet"},
            ),
            api={"policy": json.dumps(POLICY)},
            authorizers={
                "g": Authorizer(
                    id="g",
                    name="g",
                    type="TOKEN",
                    identity_source="method.request.header.Auth",
                    authorizer_uri=FUNCTION_URI,
                    authorizer_result_ttl_in_seconds=0,
                )
            },
            request_validators={
                "v": RequestValidator(
                    id="v",
                    name="v",
                    validate_request_body=True,
                    validate_request_parameters=True,
                )
            },
            models={
                "Pet": Model(
                    id="m", name="Pet", content_type=JSON, schema='{"required": ["price"]}'
                )
            },
        )
        self.path = "/nowhere"
        self.body = b"{"
        self.headers = {
            "User_Agent": "bot",
            "Content_Type": "text/csv",
            "Content_Encoding": "unknown",
        }
        self.functions.answer = says(said_policy("Deny"))
        self.upstream.answer = UpstreamTimeout("late")
        key = ApiKey(id="k", value=KEY, created_date=0, last_updated_date=0, enabled=True)
        self._keep(API_KEYS, "k", key)
        self._keep(USAGE_PLAN_KEYS, "p/k", UsagePlanKey(key_id="k"))
        self.plan(throttle=replace(ROOM, burst_limit=0), quota=QuotaSettings(limit=0))
        self.stage(burst=0)

    def _keep(self, collection, key, document):
        with self.store.write() as writing:
            writing.put(collection, key, document)

    def plan(self, **members):
        places = (ApiStage(api_id=API, stage="s"),)
        self._keep(USAGE_PLANS, "p", UsagePlan(id="p", name="p", api_stages=places, **members))

    def stage(self, *, burst):
        setting = MethodSetting(throttling_rate_limit=100.0, throttling_burst_limit=burst)
        with self.store.write() as writing:
            stage = replace(writing.get(STAGES, f"{API}/s"), method_settings={"*/*": setting})
            writing.put(STAGES, f"{API}/s", stage)

    async def refusal(self):
        """Return the type of the refusal, and the status."""
        answer = await self.call("POST", self.path, self.body, **self.headers)
        return answer.line.get("responseType"), answer.status


def set_header(name, value):
    def mend(world):
        if value is None:
            del world.headers[name]
        else:
            world.headers[name] = value

    return mend


STEPS = [
    ("MISSING_AUTHENTICATION_TOKEN", 403, lambda world: setattr(world, "path", "/pets")),
    ("ACCESS_DENIED", 403, set_header("User_Agent", "browser")),
    ("UNAUTHORIZED", 401, set_header("Auth", "token")),
    ("ACCESS_DENIED", 403, lambda world: setattr(world.functions, "answer", says())),
    ("INVALID_API_KEY", 403, set_header("X_API_Key", KEY)),
    (
        "QUOTA_EXCEEDED",
        429,
        lambda world: world.plan(
            throttle=replace(ROOM, burst_limit=0), quota=QuotaSettings(limit=100)
        ),
    ),
    ("THROTTLED", 429, lambda world: world.plan(throttle=ROOM)),
    ("THROTTLED", 429, lambda world: world.stage(burst=100)),
    ("UNSUPPORTED_MEDIA_TYPE", 415, set_header("Content_Encoding", None)),
    ("BAD_REQUEST_PARAMETERS", 400, lambda world: setattr(world, "path", "/pets?page=1")),
    ("BAD_REQUEST_BODY", 400, lambda world: setattr(world, "body", b'{"price": 1}')),
    ("UNSUPPORTED_MEDIA_TYPE", 415, set_header("Content_Type", JSON)),
    (
        "INTEGRATION_TIMEOUT",
        504,
        lambda world: setattr(world.upstream, "answer", UpstreamBroken("cut")),
    ),
    (
        "INTEGRATION_FAILURE",
        504,
        lambda world: setattr(world.upstream, "answer", UpstreamRefused("shut")),
    ),
    (
        "API_CONFIGURATION_ERROR",
        500,
        lambda world: setattr(world.upstream, "answer", backend(b"x", 404)),
    ),
    ("API_CONFIGURATION_ERROR", 500, lambda world: setattr(world.upstream, "answer", None)),
    (None, 200, None),
]


async def test_of_many_reasons_the_earliest_in_the_order_of_things_is_told():
    world = Wrong()
    for number, (kind, status, mend) in enumerate(STEPS):
        assert await world.refusal() == (kind, status), number
        if mend is not None:
            mend(world)
