"""Who may call, and how often: API keys, usage plans, throttles (spec: request-lifecycle 9)."""

import pytest
from msgspec.structs import replace
from tests.gateway.builders import API, World, http_proxy, mock, resource

from octetgate.core.model.access import (
    ApiKey,
    ApiStage,
    QuotaSettings,
    ThrottleSettings,
    UsagePlan,
    UsagePlanKey,
)
from octetgate.core.model.stage import MethodSetting
from octetgate.core.ports.store import API_KEYS, STAGES, USAGE_PLAN_KEYS, USAGE_PLANS

VALUE = "a-key-of-twenty-letters"
SLOW = {"throttling_rate_limit": 1.0, "throttling_burst_limit": 2}


def world(*, key_required: bool = False, aws_limits: bool = False, **settings: MethodSetting):
    made = World(aws_limits=aws_limits)
    made.deploy(
        resource("/pets", http_proxy(), "GET", api_key_required=key_required),
        resource("/food", http_proxy(), "GET", api_key_required=key_required),
    )
    change_stage(made, method_settings=settings)
    return made


def change_stage(world: World, **members: object) -> None:
    with world.store.write() as writing:
        stage = writing.get(STAGES, f"{API}/s")
        writing.put(STAGES, f"{API}/s", replace(stage, **members))


def keep(world: World, collection, key: str, document) -> None:
    with world.store.write() as writing:
        writing.put(collection, key, document)


def let_in(world: World, *, enabled: bool = True, stage: str = "s", **plan: object) -> None:
    """Make a key and a usage plan that leads it to a stage."""
    throttles = plan.pop("by_method", None)
    place = ApiStage(api_id=API, stage=stage, throttle=throttles)
    key = ApiKey(id="key1", value=VALUE, created_date=0, last_updated_date=0, enabled=enabled)
    keep(world, API_KEYS, "key1", key)
    keep(world, USAGE_PLANS, "plan1", UsagePlan(id="plan1", name="p", api_stages=(place,), **plan))
    keep(world, USAGE_PLAN_KEYS, "plan1/key1", UsagePlanKey(key_id="key1"))


async def statuses(world: World, calls: int, path: str = "/pets", **headers: str) -> list[int]:
    return [(await world.call("GET", path, **headers)).status for _ in range(calls)]


# -- keys ------------------------------------------------------------------------------------


async def test_a_key_of_a_plan_of_the_stage_is_let_in_by_a_header_of_any_case():
    asked = world(key_required=True)
    let_in(asked)
    assert await statuses(asked, 1, x_api_key=VALUE) == [200]
    assert await statuses(asked, 1, X_API_KEY=VALUE) == [200]


@pytest.mark.parametrize(
    "plan, headers",
    [
        pytest.param({}, {}, id="no-key"),
        pytest.param({}, {"x_api_key": VALUE + "!"}, id="unknown-key"),
        pytest.param({"enabled": False}, {"x_api_key": VALUE}, id="disabled-key"),
        pytest.param({"stage": "other"}, {"x_api_key": VALUE}, id="plan-of-another-stage"),
    ],
)
async def test_any_other_key_is_forbidden(plan, headers):
    asked = world(key_required=True)
    let_in(asked, **plan)
    answer = await asked.call("GET", "/pets", **headers)
    assert (answer.status, answer.data) == (403, b'{"message":"Forbidden"}')
    assert answer.headers.get("x-amzn-errortype") == "ForbiddenException"
    assert not asked.upstream.asked


async def test_a_key_taken_out_of_its_plan_is_refused_at_the_next_call():
    asked = world(key_required=True)
    let_in(asked)
    assert await statuses(asked, 1, x_api_key=VALUE) == [200]
    with asked.store.write() as writing:
        writing.delete(USAGE_PLAN_KEYS, "plan1/key1")
    assert await statuses(asked, 1, x_api_key=VALUE) == [403]


async def test_a_method_that_asks_for_no_key_takes_none_into_account():
    asked = world()
    let_in(asked, quota=QuotaSettings(limit=1))
    assert await statuses(asked, 3, x_api_key=VALUE) == [200, 200, 200]
    assert not asked.meters.usage.counted


# -- quotas and the key's own throttle -------------------------------------------------------


async def test_a_quota_admits_its_calls_and_no_more():
    asked = world(key_required=True)
    let_in(asked, quota=QuotaSettings(limit=2, period="MONTH"))
    assert await statuses(asked, 2, x_api_key=VALUE) == [200, 200]
    answer = await asked.call("GET", "/pets", x_api_key=VALUE)
    assert (answer.status, answer.data) == (429, b'{"message":"Limit Exceeded"}')
    assert answer.headers.get("x-amzn-errortype") == "LimitExceededException"


async def test_a_plan_throttles_its_keys_over_all_methods_and_spares_their_quota():
    asked = world(key_required=True)
    throttle = ThrottleSettings(burst_limit=2, rate_limit=1)
    let_in(asked, throttle=throttle, quota=QuotaSettings(limit=3))
    assert await statuses(asked, 1, "/pets", x_api_key=VALUE) == [200]
    assert await statuses(asked, 2, "/food", x_api_key=VALUE) == [200, 429]
    asked.meters.throttles.now += 1
    assert await statuses(asked, 1, x_api_key=VALUE) == [200]
    assert sum(asked.meters.usage.counted.values()) == 3


async def test_who_is_too_fast_and_has_used_up_the_quota_hears_of_the_quota():
    asked = world(key_required=True)
    let_in(
        asked,
        throttle=ThrottleSettings(burst_limit=1, rate_limit=1),
        quota=QuotaSettings(limit=2),
    )
    assert (await asked.call("GET", "/pets", x_api_key=VALUE)).status == 200
    assert (await asked.call("GET", "/pets", x_api_key=VALUE)).message["message"] == (
        "Too Many Requests"
    )
    asked.meters.throttles.now += 1
    assert (await asked.call("GET", "/pets", x_api_key=VALUE)).status == 200
    assert (await asked.call("GET", "/pets", x_api_key=VALUE)).message["message"] == (
        "Limit Exceeded"
    )


async def test_a_plan_s_throttle_for_a_method_stands_in_for_the_plan_s():
    asked = world(key_required=True)
    let_in(
        asked,
        throttle=ThrottleSettings(burst_limit=1, rate_limit=1),
        by_method={"/pets/GET": ThrottleSettings(burst_limit=3, rate_limit=1)},
    )
    assert await statuses(asked, 4, "/pets", x_api_key=VALUE) == [200, 200, 200, 429]
    assert await statuses(asked, 2, "/food", x_api_key=VALUE) == [200, 429]


async def test_who_has_used_up_a_quota_takes_no_tokens_of_the_stage():
    asked = world(key_required=True, **{"*/*": MethodSetting(**SLOW)})
    let_in(asked, quota=QuotaSettings(limit=1))
    assert await statuses(asked, 5, x_api_key=VALUE) == [200, 429, 429, 429, 429]
    let_in(asked)
    assert await statuses(asked, 2, x_api_key=VALUE) == [200, 429]


# -- the stage's and the account's throttles -------------------------------------------------


async def test_a_setting_for_all_methods_gives_each_a_bucket_of_its_own():
    asked = world(**{"*/*": MethodSetting(**SLOW)})
    assert await statuses(asked, 3, "/pets") == [200, 200, 429]
    assert await statuses(asked, 3, "/food") == [200, 200, 429]
    answer = await asked.call("GET", "/food")
    assert (answer.status, answer.data) == (429, b'{"message":"Too Many Requests"}')
    assert answer.headers.get("x-amzn-errortype") == "TooManyRequestsException"


async def test_a_method_s_setting_stands_in_for_that_of_all_methods():
    one = MethodSetting(throttling_rate_limit=1.0, throttling_burst_limit=1)
    asked = world(**{"*/*": MethodSetting(**SLOW), "pets/GET": one})
    assert await statuses(asked, 2, "/pets") == [200, 429]
    assert await statuses(asked, 3, "/food") == [200, 200, 429]


async def test_a_changed_throttle_holds_for_the_next_call():
    asked = world(**{"*/*": MethodSetting(**SLOW)})
    assert await statuses(asked, 3) == [200, 200, 429]
    change_stage(asked, method_settings={})
    assert await statuses(asked, 3) == [200, 200, 200]


@pytest.mark.parametrize(
    "nothing", [{"throttling_rate_limit": 0.0}, {"throttling_burst_limit": 0}], ids=str
)
async def test_a_throttle_of_nothing_closes_the_method(nothing):
    assert await statuses(world(**{"pets/GET": MethodSetting(**nothing)}), 2) == [429, 429]


async def test_a_setting_made_for_something_else_throttles_only_where_aws_limits_hold():
    settings = {"*/*": MethodSetting(caching_enabled=True)}
    generous, strict = world(**settings), world(aws_limits=True, **settings)
    assert await statuses(generous, 1) == await statuses(strict, 1) == [200]
    assert not generous.meters.throttles.buckets
    assert list(strict.meters.throttles.buckets) == [
        f"{API}/s/pets/GET",
        "account 000000000000/us-east-1",
    ]


async def test_the_account_has_ten_thousand_calls_a_second_where_aws_limits_hold():
    asked = world(aws_limits=True)
    throttles = asked.meters.throttles
    await statuses(asked, 1)
    (bucket,) = throttles.buckets
    throttles.buckets[bucket] = throttles.now + 0.5
    assert await statuses(asked, 1) == [429]


@pytest.mark.parametrize(
    "authorization, limited, status",
    [("AWS_IAM", True, 414), ("AWS_IAM", False, 403), ("NONE", True, 200)],
)
async def test_a_long_arn_is_414_where_whoever_calls_has_to_be_allowed(
    authorization, limited, status
):
    world = World(aws_limits=limited)
    world.deploy(resource("/{p}", mock(), authorization_type=authorization))
    answer = await world.call("GET", "/" + "p" * 1_600)
    assert answer.status == status
    if status == 414:
        assert answer.message == {"message": "Request-URI Too Long"}
        assert "method ARN: expected at most 1600 bytes, found 16" in answer.line["error"]


@pytest.mark.parametrize(
    "header, kind, message",
    [
        pytest.param(None, "MissingAuthenticationToken", "Missing Authentication Token", id="none"),
        pytest.param(
            "Bearer abc",
            "IncompleteSignature",
            "'abc' not a valid key=value pair (missing equal-sign) in Authorization header: "
            "'Bearer abc'.",
            id="no-signature",
        ),
    ],
)
async def test_where_nothing_is_an_authorization_is_read_as_a_signature(header, kind, message):
    world = World()
    world.deploy(resource("/m", mock()))
    headers = {} if header is None else {"Authorization": header}
    answer = await world.call("GET", "/nowhere", **headers)
    assert (answer.status, answer.message) == (403, {"message": message})
    assert answer.headers.get("x-amzn-errortype") == f"{kind}Exception"
