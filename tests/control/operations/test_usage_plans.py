import json

import pytest
from tests.control.refusals import absent, bad, refused, taken

UNKNOWN = "Invalid Usage Plan ID specified"
PATHS = (
    "[/apiStages/{stage}/throttle, /apiStages/{stage}/throttle/{path}/{method}/rateLimit, "
    "/apiStages/{stage}/throttle/{path}/{method}/burstLimit, /description, /name, /productCode, "
    "/quota/limit, /quota/offset, /quota/period, /throttle/burstLimit, /throttle/rateLimit]"
)


def shown(response):
    return {key: value for key, value in response.items() if key != "ResponseMetadata"}


def patch(op, path, value=None):
    return [{"op": op, "path": path, **({} if value is None else {"value": value})}]


@pytest.fixture
def stage(gw, mocked):
    """Return the API of a stage ``s``."""
    gw.create_deployment(restApiId=mocked["restApiId"], stageName="s")
    return mocked["restApiId"]


@pytest.fixture
def plan(gw, stage):
    """Return a plan that leads to the stage."""
    return shown(gw.create_usage_plan(name="gold", apiStages=[{"apiId": stage, "stage": "s"}]))


@pytest.fixture
def change(gw, plan):
    """Return a function that patches the plan and returns it as it then is."""

    def changed(op, path, value=None):
        operations = patch(op, path, value)
        done = shown(gw.update_usage_plan(usagePlanId=plan["id"], patchOperations=operations))
        assert shown(gw.get_usage_plan(usagePlanId=plan["id"])) == done
        return done

    return changed


# --- Plans -------------------------------------------------------------------------------------


def test_a_new_plan_leads_nowhere_and_limits_nothing(gw):
    made = gw.create_usage_plan(name="bare")
    assert made["ResponseMetadata"]["HTTPStatusCode"] == 201
    assert shown(made) == {"id": made["id"], "name": "bare", "apiStages": []}
    assert (len(made["id"]), made["id"].isalnum()) == (6, True)


def test_what_is_given_comes_back(gw, stage):
    given = {
        "name": "gold",
        "description": "d",
        "apiStages": [
            {
                "apiId": stage,
                "stage": "s",
                "throttle": {"/pets/GET": {"burstLimit": 1, "rateLimit": 0.5}},
            }
        ],
        "throttle": {"burstLimit": 2, "rateLimit": 1.0},
        "quota": {"limit": 9, "period": "MONTH"},
        "tags": {"a": "1"},
    }
    made = gw.create_usage_plan(**given)
    given["quota"]["offset"] = 0
    assert shown(made) == {"id": made["id"], **given}
    assert shown(gw.get_usage_plan(usagePlanId=made["id"])) == shown(made)
    assert shown(made) in gw.get_usage_plans(limit=500)["items"]


@pytest.mark.parametrize(
    "given, message",
    [
        ({"name": ""}, "Usage plan name cannot be empty"),
        (
            {"throttle": {"burstLimit": -1, "rateLimit": 1.0}},
            "throttle: expected a burstLimit and a rateLimit of at least 0; found -1 and 1",
        ),
        (
            {"quota": {"limit": -1, "period": "DAY"}},
            "quota: expected a limit and an offset of at least 0; found -1 and 0",
        ),
        ({"apiStages": [{"apiId": "a"}]}, "Invalid API Stage specified"),
    ],
)
def test_what_is_no_plan_is_refused(gw, given, message):
    assert refused(gw.create_usage_plan, **{"name": "x", **given}) == bad(message)


def test_a_plan_leads_to_stages_that_exist_once(gw, stage):
    found = refused(gw.create_usage_plan, name="x", apiStages=[{"apiId": stage, "stage": "no"}])
    code, status, message = found
    assert (code, status) == ("NotFoundException", 404)
    assert message.startswith(f"Invalid API Stage {{api: {stage}, stage: no}} specified for usage")
    twice = [{"apiId": stage, "stage": "s"}] * 2
    assert refused(gw.create_usage_plan, name="x", apiStages=twice) == bad(
        "Invalid API Stage specified"
    )
    method = {"apiId": stage, "stage": "s", "throttle": {"pets": {"burstLimit": 1}}}
    assert refused(gw.create_usage_plan, name="x", apiStages=[method]) == bad(
        "apiStages.throttle: expected a path and a method, as /pets/GET; found 'pets'"
    )


@pytest.mark.parametrize(
    "operation",
    ["get_usage_plan", "update_usage_plan", "delete_usage_plan", "get_usage_plan_keys"],
)
def test_an_unknown_plan_is_not_found(gw, operation):
    assert refused(getattr(gw, operation), usagePlanId="nope") == absent(UNKNOWN)


def test_a_plan_that_leads_to_a_stage_stays(gw, stage, plan, change):
    assert refused(gw.delete_usage_plan, usagePlanId=plan["id"]) == bad(
        f"Cannot delete Usage Plan {plan['id']} because there are API Stages associated with it, "
        f"including {stage}:s"
    )
    assert change("remove", "/apiStages", f"{stage}:s")["apiStages"] == []
    gone = gw.delete_usage_plan(usagePlanId=plan["id"])
    assert gone["ResponseMetadata"]["HTTPStatusCode"] == 202
    assert refused(gw.get_usage_plan, usagePlanId=plan["id"]) == absent(UNKNOWN)


@pytest.mark.parametrize("gone", ["stage", "api"])
def test_a_plan_leads_to_nothing_that_is_gone(gw, stage, plan, gone):
    if gone == "stage":
        gw.delete_stage(restApiId=stage, stageName="s")
    else:
        gw.delete_rest_api(restApiId=stage)
    assert gw.get_usage_plan(usagePlanId=plan["id"])["apiStages"] == []


# --- Patches -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "op, path, value, member, after",
    [
        ("replace", "/name", "new", "name", "new"),
        ("replace", "/description", "new", "description", "new"),
        ("add", "/productCode", "p", "productCode", "p"),
        ("add", "/throttle/rateLimit", "0.5", "throttle", {"burstLimit": 0, "rateLimit": 0.5}),
        ("replace", "/throttle/burstLimit", "3", "throttle", {"burstLimit": 3, "rateLimit": 0.0}),
        ("add", "/quota/limit", "7", "quota", {"limit": 7, "offset": 0, "period": "DAY"}),
        ("replace", "/quota/offset", "2", "quota", {"limit": 0, "offset": 2, "period": "DAY"}),
        ("replace", "/quota/period", "WEEK", "quota", {"limit": 0, "offset": 0, "period": "WEEK"}),
    ],
)
def test_patching_a_plan(change, op, path, value, member, after):
    assert change(op, path, value)[member] == after


@pytest.mark.parametrize(
    "path, value, gone",
    [
        ("/throttle/rateLimit", "1", "/throttle"),
        ("/quota/limit", "1", "/quota"),
        ("/productCode", "p", "/productCode"),
    ],
)
def test_what_was_added_can_be_removed(change, path, value, gone):
    member = gone.removeprefix("/")
    assert member in change("add", path, value)
    assert member not in change("remove", gone)


def test_the_throttle_of_a_method_is_named_by_its_path_and_verb(change, stage):
    where = f"/apiStages/{stage}:s/throttle"
    change("add", f"{where}/~1pets~1{{id}}/GET/rateLimit", "1.5")
    (only,) = change("replace", f"{where}/~1pets~1{{id}}/GET/burstLimit", "4")["apiStages"]
    assert only["throttle"] == {"/pets/{id}/GET": {"burstLimit": 4, "rateLimit": 1.5}}
    change("add", f"{where}/~1/ANY/burstLimit", "1")
    (only,) = change("remove", f"{where}/~1pets~1{{id}}/GET")["apiStages"]
    assert only["throttle"] == {"//ANY": {"burstLimit": 1, "rateLimit": 0.0}}
    given = json.dumps({"/a/PUT": {"rateLimit": 2, "burstLimit": 3}})
    (only,) = change("replace", where, given)["apiStages"]
    assert only["throttle"] == {"/a/PUT": {"burstLimit": 3, "rateLimit": 2.0}}
    (only,) = change("remove", where)["apiStages"]
    assert "throttle" not in only


def test_stages_are_added_once(gw, change, stage, plan):
    assert change("add", "/apiStages", f"{stage}:s") == plan
    gw.create_deployment(restApiId=stage, stageName="t")
    stages = change("add", "/apiStages", f"{stage}:t")["apiStages"]
    assert [each["stage"] for each in stages] == ["s", "t"]


@pytest.mark.parametrize(
    "op, path, value, message",
    [
        ("replace", "/x", "1", f"Invalid patch path  '/x' specified for op 'replace'. Must be one of: {PATHS}"),
        ("add", "/name", "x", "Invalid patch path  '/name' specified for op 'add'. Please choose supported operations"),
        ("replace", "/apiStages", "a:s", "Invalid patch path  '/apiStages' specified for op 'replace'. Please choose supported operations"),
        ("add", "/apiStages", "malformed", "Invalid API Stage specified"),
        ("remove", "/apiStages/malformed/throttle", None, "Invalid API Stage specified"),
        ("replace", "/name", "", "Invalid patch value for /name: expected a value; found ''"),
        ("add", "/quota/limit", "many", "Invalid patch value for /quota/limit: expected an integer; found 'many'"),
        ("add", "/quota/period", "YEAR", "quota.period: expected one of DAY, WEEK, MONTH; found 'YEAR'"),
        ("add", "/throttle/rateLimit", "fast", "Invalid patch value for /throttle/rateLimit: expected a number; found 'fast'"),
        ("add", "/throttle/rateLimit", "inf", "Invalid patch value for /throttle/rateLimit: expected a number; found 'inf'"),
        ("add", "/throttle/burstLimit", "-1", "throttle: expected a burstLimit and a rateLimit of at least 0; found -1 and 0"),
    ],
)  # fmt: skip
def test_a_patch_that_cannot_be_is_refused(gw, plan, op, path, value, message):
    found = refused(
        gw.update_usage_plan, usagePlanId=plan["id"], patchOperations=patch(op, path, value)
    )
    assert found == bad(message)
    assert shown(gw.get_usage_plan(usagePlanId=plan["id"])) == plan


@pytest.mark.parametrize(
    "op, path, value",
    [
        ("add", "/apiStages", "nope:s"),
        ("remove", "/apiStages", "nope:s"),
        ("add", "/apiStages/nope:s/throttle/~1/GET/rateLimit", "1"),
    ],
)
def test_a_stage_that_is_not_there_is_not_found(gw, plan, op, path, value):
    found = refused(
        gw.update_usage_plan, usagePlanId=plan["id"], patchOperations=patch(op, path, value)
    )
    assert found == absent(
        f"Invalid API Stage {{api: nope, stage: s}} specified for usageplan {plan['id']}"
    )


def test_a_throttle_that_is_no_json_is_refused(gw, plan, stage):
    operations = patch("add", f"/apiStages/{stage}:s/throttle", "1")
    found = refused(gw.update_usage_plan, usagePlanId=plan["id"], patchOperations=operations)
    assert found[2].startswith(
        f"Invalid patch value for /apiStages/{stage}:s/throttle: expected JSON as "
    )


# --- Keys --------------------------------------------------------------------------------------


@pytest.fixture
def key(gw):
    """Return a key as it was made."""
    return gw.create_api_key(name="someone", enabled=True)


def test_a_key_has_a_place_in_a_plan_until_it_is_taken_from_it(gw, plan, key):
    place = {"usagePlanId": plan["id"], "keyId": key["id"]}
    made = gw.create_usage_plan_key(**place, keyType="API_KEY")
    assert made["ResponseMetadata"]["HTTPStatusCode"] == 201
    expected = {"id": key["id"], "type": "API_KEY", "value": key["value"], "name": "someone"}
    assert shown(made) == shown(gw.get_usage_plan_key(**place)) == expected
    assert gw.get_usage_plan_keys(usagePlanId=plan["id"])["items"] == [expected]
    assert gw.get_usage_plan_keys(usagePlanId=plan["id"], nameQuery="some")["items"] == [expected]
    assert gw.get_usage_plan_keys(usagePlanId=plan["id"], nameQuery="x")["items"] == []
    assert gw.get_usage_plans(keyId=key["id"])["items"] == [plan]
    assert refused(gw.create_usage_plan_key, **place, keyType="API_KEY") == taken(
        f"Usage Plan {plan['id']} already has API Key {key['id']}"
    )
    gone = gw.delete_usage_plan_key(**place)
    assert gone["ResponseMetadata"]["HTTPStatusCode"] == 202
    missing = absent("Invalid Usage Plan Key identifier specified")
    assert refused(gw.get_usage_plan_key, **place) == missing
    assert refused(gw.delete_usage_plan_key, **place) == missing
    assert gw.get_usage_plans(keyId=key["id"])["items"] == []


def test_a_place_in_a_plan_is_for_api_keys_that_exist(gw, plan, key):
    found = refused(
        gw.create_usage_plan_key, usagePlanId=plan["id"], keyId=key["id"], keyType="DOOR_KEY"
    )
    assert found == bad("keyType: expected API_KEY; found 'DOOR_KEY'")
    place = {"keyType": "API_KEY", "keyId": "nope"}
    found = refused(gw.create_usage_plan_key, usagePlanId=plan["id"], **place)
    assert found == absent("Invalid API Key identifier specified")
    found = refused(gw.create_usage_plan_key, usagePlanId="nope", **place)
    assert found == absent(UNKNOWN)


def test_one_plan_alone_leads_a_key_to_a_stage(gw, stage, plan, key):
    gw.create_usage_plan_key(usagePlanId=plan["id"], keyId=key["id"], keyType="API_KEY")
    second = gw.create_usage_plan(name="silver")["id"]
    gw.create_usage_plan_key(usagePlanId=second, keyId=key["id"], keyType="API_KEY")
    refusal = taken(
        f"Usage Plan {second} cannot be added because API Key {key['id']} cannot reference "
        f"multiple Usage Plans with the same API stage: {stage}:s"
    )
    added = patch("add", "/apiStages", f"{stage}:s")
    assert refused(gw.update_usage_plan, usagePlanId=second, patchOperations=added) == refusal
    gw.delete_usage_plan_key(usagePlanId=second, keyId=key["id"])
    gw.update_usage_plan(usagePlanId=second, patchOperations=added)
    found = refused(
        gw.create_usage_plan_key, usagePlanId=second, keyId=key["id"], keyType="API_KEY"
    )
    assert found == refusal


def test_a_deleted_key_has_no_place_in_a_plan(gw, plan, key):
    gw.create_usage_plan_key(usagePlanId=plan["id"], keyId=key["id"], keyType="API_KEY")
    gw.delete_api_key(apiKey=key["id"])
    assert gw.get_usage_plan_keys(usagePlanId=plan["id"])["items"] == []
