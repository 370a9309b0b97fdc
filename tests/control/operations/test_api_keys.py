import pytest
from tests.control.refusals import absent, bad, refused, taken

UNKNOWN = "Invalid API Key identifier specified"


def shown(response):
    return {key: value for key, value in response.items() if key != "ResponseMetadata"}


def patch(op, path, value=None):
    return [{"op": op, "path": path, **({} if value is None else {"value": value})}]


@pytest.fixture
def key(gw):
    """Return a key as it was made."""
    return shown(gw.create_api_key(name="someone"))


@pytest.fixture
def stage(gw, mocked):
    """Return the API of a stage ``s``."""
    gw.create_deployment(restApiId=mocked["restApiId"], stageName="s")
    return mocked["restApiId"]


def test_a_new_key_has_a_value_that_nobody_can_guess_and_is_off(gw, key):
    assert (len(key["id"]), key["id"].isalnum()) == (10, True)
    assert (len(key["value"]), key["value"].isalnum()) == (40, True)
    assert (key["enabled"], key["stageKeys"]) == (False, [])
    assert key["createdDate"] == key["lastUpdatedDate"]
    assert gw.create_api_key()["value"] != key["value"]


def test_what_is_given_comes_back_and_the_value_only_when_asked_for(gw, stage):
    given = {
        "name": "n",
        "description": "d",
        "enabled": True,
        "value": "v" * 19 + "1",
        "customerId": "c",
        "tags": {"a": "1"},
    }
    made = gw.create_api_key(**given, stageKeys=[{"restApiId": stage, "stageName": "s"}])
    assert made["ResponseMetadata"]["HTTPStatusCode"] == 201
    assert {name: made[name] for name in given} == given
    assert made["stageKeys"] == [f"{stage}/s"]
    seen = shown(gw.get_api_key(apiKey=made["id"], includeValue=True))
    assert seen == shown(made)
    del seen["value"]
    assert shown(gw.get_api_key(apiKey=made["id"])) == seen
    gw.delete_api_key(apiKey=made["id"])


@pytest.mark.parametrize(
    "given, refusal",
    [
        ({"value": "v" * 19}, bad("API Key value should be at least 20 characters")),
        ({"value": "v" * 129}, bad("API Key value exceeds maximum size of 128 characters")),
        ({"name": "n" * 1025}, bad("Invalid API Key name, can be at most 1024 characters.")),
        ({"description": "d" * 125_001}, bad("Invalid API Key description specified.")),
        (
            {"stageKeys": [{"restApiId": "nope", "stageName": "s"}]},
            absent("Invalid stage identifier specified"),
        ),
    ],
    ids=["short", "long", "name", "description", "stage"],
)
def test_what_is_no_key_is_refused(gw, given, refusal):
    before = len(gw.get_api_keys(limit=500)["items"])
    assert refused(gw.create_api_key, **given) == refusal
    assert len(gw.get_api_keys(limit=500)["items"]) == before


def test_a_value_is_one_keys_until_that_is_deleted(gw):
    value = "the-value-of-somebody"
    made = gw.create_api_key(value=value)
    assert refused(gw.create_api_key, value=value) == taken("API Key already exists")
    gone = gw.delete_api_key(apiKey=made["id"])
    assert gone["ResponseMetadata"]["HTTPStatusCode"] == 202
    assert gw.create_api_key(value=value)["value"] == value


@pytest.mark.parametrize("operation", ["get", "update", "delete"])
def test_an_unknown_key_is_not_found(gw, operation):
    assert refused(getattr(gw, f"{operation}_api_key"), apiKey="nope") == absent(UNKNOWN)


def test_keys_are_listed_by_the_beginning_of_their_names_and_by_customer(gw):
    for name, customer in (("list-a", "c1"), ("list-b", "c2"), ("other-list", "c1")):
        gw.create_api_key(name=name, customerId=customer)
    names = [key["name"] for key in gw.get_api_keys(nameQuery="list-")["items"]]
    assert names == ["list-a", "list-b"]
    found = gw.get_api_keys(customerId="c1", includeValues=True)["items"]
    assert [key["name"] for key in found] == ["list-a", "other-list"]
    assert [len(key["value"]) for key in found] == [40, 40]
    assert "value" not in gw.get_api_keys(nameQuery="list-")["items"][0]


def test_keys_come_in_pages(gw):
    for number in range(3):
        gw.create_api_key(name=f"paged-{number}")
    first = gw.get_api_keys(nameQuery="paged-", limit=2)
    second = gw.get_api_keys(nameQuery="paged-", limit=2, position=first["position"])
    names = [key["name"] for key in first["items"] + second["items"]]
    assert names == ["paged-0", "paged-1", "paged-2"]
    assert "position" not in second


@pytest.mark.parametrize(
    "path, value, member, after",
    [
        ("/name", "new", "name", "new"),
        ("/description", "new", "description", "new"),
        ("/customerId", "new", "customerId", "new"),
        ("/enabled", "true", "enabled", True),
    ],
)
def test_patching_a_key(gw, key, path, value, member, after):
    patched = gw.update_api_key(apiKey=key["id"], patchOperations=patch("replace", path, value))
    assert patched[member] == after
    assert "value" not in patched
    assert shown(gw.get_api_key(apiKey=key["id"])) == shown(patched)
    assert patched["lastUpdatedDate"] >= key["createdDate"]


def test_patching_the_stages_of_a_key(gw, key, stage):
    added = patch("add", "/stages", f"{stage}/s") + patch("add", "/labels", "x")
    assert gw.update_api_key(apiKey=key["id"], patchOperations=added)["stageKeys"] == [f"{stage}/s"]
    removed = patch("remove", "/stages", f"{stage}/s")
    assert gw.update_api_key(apiKey=key["id"], patchOperations=removed)["stageKeys"] == []
    found = refused(
        gw.update_api_key, apiKey=key["id"], patchOperations=patch("add", "/stages", "a/b")
    )
    assert found == absent("Invalid stage identifier specified")


@pytest.mark.parametrize(
    "op, path, value, message",
    [
        ("replace", "/value", "v" * 20, "Invalid patch path  '/value' specified for op 'replace'. Must be one of: [/customerId, /description, /enabled, /name]"),
        ("add", "/name", "x", "Invalid patch path  '/name' specified for op 'add'. Please choose supported operations"),
        ("replace", "/enabled", "x", "Invalid patch value for /enabled: expected true or false; found 'x'"),
        ("add", "/stages", "", "Invalid null or empty value in stages"),
        ("remove", "/stages", None, "Invalid null or empty value in stages"),
        ("add", "/labels", None, "Invalid null or empty value in labels"),
        ("replace", "/name", "n" * 1025, "Invalid API Key name, can be at most 1024 characters."),
    ],
)  # fmt: skip
def test_a_patch_that_cannot_be_is_refused(gw, key, op, path, value, message):
    found = refused(gw.update_api_key, apiKey=key["id"], patchOperations=patch(op, path, value))
    assert found == bad(message)


def test_a_deleted_stage_has_no_keys(gw, stage):
    made = gw.create_api_key(stageKeys=[{"restApiId": stage, "stageName": "s"}])["id"]
    gw.delete_stage(restApiId=stage, stageName="s")
    assert gw.get_api_key(apiKey=made)["stageKeys"] == []


def file(*lines):
    return "\n".join(("name,key,description,enabled,usageplanIds", *lines)).encode()


def test_a_file_makes_keys_with_places_in_plans(gw):
    plan = gw.create_usage_plan(name="imported")["id"]
    made = gw.import_api_keys(
        body=file(
            f"one,{'1' * 30},first,false,{plan}",
            f"two,{'2' * 30},,,",
            f"one,{'1' * 30},again,true,",
        ),
        format="csv",
    )
    assert made["ResponseMetadata"]["HTTPStatusCode"] == 201
    one, two, again = made["ids"]
    assert (one, "warnings" in made) == (again, False)
    key = gw.get_api_key(apiKey=one, includeValue=True)
    assert (key["name"], key["value"]) == ("one", "1" * 30)
    assert (key["description"], key["enabled"]) == ("again", True)
    assert gw.get_api_key(apiKey=two)["enabled"] is True
    assert [key["id"] for key in gw.get_usage_plan_keys(usagePlanId=plan)["items"]] == [one]


def test_what_a_file_has_that_is_no_key_is_a_warning_or_a_refusal(gw):
    body = file(f"good,{'3' * 30},,,nope", "bad,short,,,")
    warnings = [
        "line 3: key: expected 30 to 128 characters; found 5",
        "good: no usage plan nope",
    ]
    found = refused(gw.import_api_keys, body=body, format="csv", failOnWarnings=True)
    assert found == bad("; ".join(warnings))
    assert gw.get_api_keys(nameQuery="good")["items"] == []
    made = gw.import_api_keys(body=body, format="csv")
    assert (len(made["ids"]), made["warnings"]) == (1, warnings)


def test_a_file_without_keys_is_refused(gw):
    found = refused(gw.import_api_keys, body=b"name\nx", format="csv")
    assert found == bad("body: expected a column key; found name")
    code, _, message = refused(gw.import_api_keys, body=b"name,key", format="xml")
    assert code == "ValidationException"
    assert "Value 'xml' at 'format' failed to satisfy constraint" in message
