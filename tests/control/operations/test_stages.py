from types import SimpleNamespace

import pytest
from tests.control.refusals import absent, bad, refused, taken

# As recorded, character by character (spec: control-plane 5.2).
VALID = "[/deploymentId, /description, /cacheClusterEnabled, /cacheClusterSize, /clientCertificateId, /accessLogSettings, /accessLogSettings/destinationArn, /accessLogSettings/format, /{resourcePath}/{httpMethod}/metrics/enabled, /{resourcePath}/{httpMethod}/logging/dataTrace, /{resourcePath}/{httpMethod}/logging/loglevel, /{resourcePath}/{httpMethod}/throttling/burstLimit/{resourcePath}/{httpMethod}/throttling/rateLimit/{resourcePath}/{httpMethod}/caching/ttlInSeconds, /{resourcePath}/{httpMethod}/caching/enabled, /{resourcePath}/{httpMethod}/caching/dataEncrypted, /{resourcePath}/{httpMethod}/caching/requireAuthorizationForCacheControl, /{resourcePath}/{httpMethod}/caching/unauthorizedCacheControlHeaderStrategy, /*/*/metrics/enabled, /*/*/logging/dataTrace, /*/*/logging/loglevel, /*/*/throttling/burstLimit /*/*/throttling/rateLimit /*/*/caching/ttlInSeconds, /*/*/caching/enabled, /*/*/caching/dataEncrypted, /*/*/caching/requireAuthorizationForCacheControl, /*/*/caching/unauthorizedCacheControlHeaderStrategy, /variables/{variable_name}, /tracingEnabled]"
COPY = "Valid copy:path are [/deploymentId, /variables] and valid copy:from are [/canarySettings/deploymentId, /canarySettings/stageVariableOverrides]"
FIRST = {
    "metricsEnabled": False,
    "dataTraceEnabled": False,
    "throttlingBurstLimit": 5000,
    "throttlingRateLimit": 10000.0,
    "cachingEnabled": True,
    "cacheTtlInSeconds": 300,
    "cacheDataEncrypted": False,
    "requireAuthorizationForCacheControl": True,
    "unauthorizedCacheControlHeaderStrategy": "SUCCEED_WITH_RESPONSE_HEADER",
}


@pytest.fixture
def stage(gw, mocked):
    """Return the place of a stage, and the deployment it serves."""
    api = mocked["restApiId"]
    name_role(gw, "arn:aws:iam::000000000000:role/logs")
    deployment = gw.create_deployment(restApiId=api, stageName="s")["id"]
    yield SimpleNamespace(
        place={"restApiId": api, "stageName": "s"}, api=api, deployment=deployment
    )
    name_role(gw, "")


def name_role(gw, arn):
    """Have the account name a role for logs, or none."""
    change = {"op": "replace", "path": "/cloudwatchRoleArn", "value": arn}
    gw.update_account(patchOperations=[change])


@pytest.mark.parametrize("level", ["ERROR", "INFO"])
def test_logging_wants_a_role_of_the_account(gw, stage, level):
    name_role(gw, "")
    asked = (gw, stage, "replace", "/*/*/logging/loglevel", level)
    assert refused(lambda: patched(*asked)) == bad(
        "CloudWatch Logs role ARN must be set in account settings to enable logging"
    )
    assert gw.get_stage(**stage.place)["methodSettings"] == {}
    # To be silent takes nobody's leave, and bodies alone are not logged.
    patched(gw, stage, "replace", "/*/*/logging/loglevel", "OFF")
    name_role(gw, "arn:aws:iam::000000000000:role/logs")
    made = patched(gw, stage, "replace", "/*/*/logging/loglevel", level)
    assert made["methodSettings"]["*/*"]["loggingLevel"] == level


def patched(gw, stage, op, path, value=None, source=None):
    change = {"op": op, "path": path, "value": value, "from": source}
    change = {name: part for name, part in change.items() if part is not None}
    return gw.update_stage(**stage.place, patchOperations=[change])


def shown(response):
    return {key: value for key, value in response.items() if key != "ResponseMetadata"}


def test_a_new_stage_has_the_recorded_defaults_and_nothing_else(gw, stage):
    made = gw.create_stage(restApiId=stage.api, stageName="t", deploymentId=stage.deployment)
    assert made["ResponseMetadata"]["HTTPStatusCode"] == 201
    found = shown(gw.get_stage(restApiId=stage.api, stageName="t"))
    assert found == shown(made)
    assert found.pop("createdDate") == found.pop("lastUpdatedDate")
    assert found == {
        "stageName": "t",
        "deploymentId": stage.deployment,
        "cacheClusterEnabled": False,
        "cacheClusterStatus": "NOT_AVAILABLE",
        "methodSettings": {},
        "tracingEnabled": False,
    }


def test_what_is_given_comes_back(gw, stage):
    given = {
        "description": "d",
        "variables": {"a_1": "https://x.example/?a=b&c,d#~-._:"},
        "cacheClusterEnabled": True,
        "cacheClusterSize": "0.5",
        "tracingEnabled": True,
        "tags": {"k": "v"},
    }
    place = {"restApiId": stage.api, "stageName": "t"}
    gw.create_stage(**place, deploymentId=stage.deployment, **given)
    found = gw.get_stage(**place)
    assert {**found, **given} == found


@pytest.mark.parametrize(
    "given, expected",
    [
        pytest.param({"stageName": "s"}, taken("Stage already exists"), id="taken"),
        pytest.param(
            {"deploymentId": "nope"}, bad("Deployment id does not exist"), id="no-deployment"
        ),
        pytest.param(
            {"stageName": "a/b"},
            bad("stageName: expected 1 to 128 of a-zA-Z0-9_-; found 'a/b'"),
            id="bad-name",
        ),
        pytest.param(
            {"canarySettings": {"deploymentId": "nope"}},
            bad("Deployment id does not exist"),
            id="canary",
        ),
        pytest.param(
            {"documentationVersion": "1"},
            absent("Invalid Documentation version specified"),
            id="documentation",
        ),
        pytest.param(
            {"variables": {"a-b": "c"}},
            bad("variables: expected a name of 1 to 64 of A-Za-z0-9_; found 'a-b'"),
            id="variable-name",
        ),
        pytest.param(
            {"variables": {"a": "<"}},
            bad("variables.a: expected 1 to 512 of A-Za-z0-9-._~:/?#&=,; found '<'"),
            id="variable-value",
        ),
        pytest.param(
            {"variables": {f"v{n}": "x" for n in range(101)}},
            bad("variables: expected at most 100; found 101"),
            id="too-many-variables",
        ),
    ],
)
def test_a_stage_that_cannot_be_is_refused(gw, stage, given, expected):
    members = {
        "restApiId": stage.api,
        "stageName": "t",
        "deploymentId": stage.deployment,
        **given,
    }
    assert refused(gw.create_stage, **members) == expected


def test_an_unknown_stage_is_not_found(gw, stage):
    expected = absent("Invalid stage identifier specified")
    place = {"restApiId": stage.api, "stageName": "nope"}
    assert refused(gw.get_stage, **place) == expected
    assert refused(gw.update_stage, **place, patchOperations=[]) == expected
    assert refused(gw.delete_stage, **place) == expected


def test_stages_are_listed_by_deployment(gw, stage):
    other = gw.create_deployment(restApiId=stage.api, stageName="t")["id"]
    names = [each["stageName"] for each in gw.get_stages(restApiId=stage.api)["item"]]
    one = gw.get_stages(restApiId=stage.api, deploymentId=other)["item"]
    assert names == ["s", "t"]
    assert [each["stageName"] for each in one] == ["t"]


def test_deleting_a_stage_keeps_its_deployment(gw, stage):
    gone = gw.delete_stage(**stage.place)
    assert gone["ResponseMetadata"]["HTTPStatusCode"] == 202
    assert gw.get_deployment(restApiId=stage.api, deploymentId=stage.deployment)


@pytest.mark.parametrize(
    "path, value, member, after",
    [
        ("/description", "d", "description", "d"),
        ("/tracingEnabled", "true", "tracingEnabled", True),
        ("/cacheClusterEnabled", "true", "cacheClusterEnabled", True),
        ("/cacheClusterSize", "0.5", "cacheClusterSize", "0.5"),
        ("/variables/a", "b", "variables", {"a": "b"}),
        (
            "/accessLogSettings/format",
            "$context.requestId",
            "accessLogSettings",
            {"format": "$context.requestId"},
        ),
        (
            "/*/*/metrics/enabled",
            "true",
            "methodSettings",
            {"*/*": {**FIRST, "metricsEnabled": True}},
        ),
        (
            "/~1pets~1{id}/GET/caching/ttlInSeconds",
            "5",
            "methodSettings",
            {"pets/{id}/GET": {**FIRST, "cacheTtlInSeconds": 5}},
        ),
        (
            "/test/GET/throttling/rateLimit",
            "1.5",
            "methodSettings",
            {"test/GET": {**FIRST, "throttlingRateLimit": 1.5}},
        ),
        (
            "/test/GET/throttling/burstLimit",
            "2",
            "methodSettings",
            {"test/GET": {**FIRST, "throttlingBurstLimit": 2}},
        ),
        (
            "/test/GET/logging/loglevel",
            "INFO",
            "methodSettings",
            {"test/GET": {**FIRST, "loggingLevel": "INFO"}},
        ),
        (
            "/test/GET/logging/dataTrace",
            "true",
            "methodSettings",
            {"test/GET": {**FIRST, "dataTraceEnabled": True}},
        ),
        (
            "/test/GET/caching/enabled",
            "false",
            "methodSettings",
            {"test/GET": {**FIRST, "cachingEnabled": False}},
        ),
        (
            "/test/GET/caching/dataEncrypted",
            "true",
            "methodSettings",
            {"test/GET": {**FIRST, "cacheDataEncrypted": True}},
        ),
        (
            "/test/GET/caching/requireAuthorizationForCacheControl",
            "false",
            "methodSettings",
            {"test/GET": {**FIRST, "requireAuthorizationForCacheControl": False}},
        ),
        (
            "/test/GET/caching/unauthorizedCacheControlHeaderStrategy",
            "FAIL_WITH_403",
            "methodSettings",
            {"test/GET": {**FIRST, "unauthorizedCacheControlHeaderStrategy": "FAIL_WITH_403"}},
        ),
    ],
)
def test_patching_a_stage(gw, stage, path, value, member, after):
    assert patched(gw, stage, "replace", path, value)[member] == after
    assert gw.get_stage(**stage.place)[member] == after


def test_a_stage_is_moved_to_another_deployment(gw, stage):
    second = gw.create_deployment(restApiId=stage.api, stageName="s")["id"]
    assert second != stage.deployment
    moved = patched(gw, stage, "replace", "/deploymentId", stage.deployment)
    assert moved["deploymentId"] == stage.deployment


@pytest.mark.parametrize(
    "verb, about, value, cached",
    [
        ("GET", "throttling/burstLimit", "2", True),
        ("*", "metrics/enabled", "true", True),
        ("POST", "throttling/burstLimit", "2", False),
        ("DELETE", "logging/loglevel", "OFF", False),
        ("ANY", "logging/dataTrace", "true", False),
        ("POST", "caching/ttlInSeconds", "5", True),
        ("POST", "caching/enabled", "true", True),
    ],
)
def test_only_get_is_cached_by_a_setting_that_says_nothing_of_it(
    gw, stage, verb, about, value, cached
):
    path = "*" if verb == "*" else "~1test"
    found = patched(gw, stage, "replace", f"/{path}/{verb}/{about}", value)["methodSettings"]
    (setting,) = found.values()
    assert setting["cachingEnabled"] is cached
    patched(gw, stage, "remove", f"/{path}/{verb}")


def test_what_was_set_can_be_removed(gw, stage):
    patched(gw, stage, "replace", "/variables/a", "b")
    assert "variables" not in patched(gw, stage, "remove", "/variables/a")
    patched(gw, stage, "replace", "/accessLogSettings/format", "$context.requestId")
    assert "accessLogSettings" not in patched(gw, stage, "remove", "/accessLogSettings")
    patched(gw, stage, "add", "/accessLogSettings/format", "${context.extendedRequestId}")
    assert "accessLogSettings" not in patched(gw, stage, "remove", "/accessLogSettings/format")
    patched(gw, stage, "replace", "/*/*/metrics/enabled", "true")
    assert patched(gw, stage, "remove", "/*/*")["methodSettings"] == {}
    assert patched(gw, stage, "remove", "/canarySettings")["stageName"] == "s"


def no_setting(path):
    return (
        f"Cannot remove method setting {path} because there is no method setting for this method "
    )


@pytest.mark.parametrize(
    "op, path, value, source, message",
    [
        pytest.param(
            "replace",
            "/x",
            "y",
            None,
            f"Invalid method setting path: /x. Must be one of: {VALID}",
            id="unknown",
        ),
        pytest.param("remove", "/*/*", None, None, no_setting("*/*"), id="no-setting"),
        pytest.param(
            "remove",
            "/accessLogSettings/destinationArn",
            None,
            None,
            no_setting("accessLogSettings/destinationArn"),
            id="no-access-log-member",
        ),
        pytest.param(
            "remove",
            "/canarySettings/badPath",
            None,
            None,
            no_setting("canarySettings/badPath"),
            id="no-canary-member",
        ),
        pytest.param("remove", "/x", None, None, no_setting("x"), id="remove-unknown"),
        pytest.param(
            "replace",
            "/accessLogSettings/wrong",
            "x",
            None,
            "Invalid accessLogSettings path. Must be one of : [/accessLogSettings/destinationArn, /accessLogSettings/format]",
            id="access-log-path",
        ),
        pytest.param(
            "replace",
            "/accessLogSettings/format",
            "",
            None,
            "Access Log value must not be empty",
            id="access-log-value",
        ),
        pytest.param(
            "replace",
            "/accessLogSettings/format",
            "$context.requestIdentity $context.requestTime",
            None,
            "accessLogSettings.format: expected $context.requestId or $context.extendedRequestId in it; found '$context.requestIdentity $context.requestTime'",
            id="access-log-without-an-id",
        ),
        pytest.param(
            "replace",
            "/accessLogSettings/format",
            "$context.requestId" + "x" * 3055,
            None,
            "accessLogSettings.format: expected at most 3072 bytes; found 3073",
            id="access-log-too-long",
        ),
        pytest.param(
            "replace",
            "/accessLogSettings/destinationArn",
            "arn:aws:firehose:eu-west-1:1:deliverystream/mine",
            None,
            "accessLogSettings.destinationArn: expected a delivery stream with a name that begins with amazon-apigateway-; found arn:aws:firehose:eu-west-1:1:deliverystream/mine",
            id="access-log-to-another-stream",
        ),
        pytest.param(
            "replace",
            "/deploymentId",
            "nope",
            None,
            "Deployment id does not exist",
            id="no-deployment",
        ),
        pytest.param(
            "add",
            "/canarySettings/deploymentId",
            "x",
            None,
            "Invalid add operation with path: /canarySettings/deploymentId",
            id="add-canary",
        ),
        pytest.param(
            "replace",
            "/canarySettings/percentTraffic",
            "100.1",
            None,
            "canarySettings.percentTraffic: expected 0.0 to 100.0; found 100.1",
            id="canary-share",
        ),
        pytest.param(
            "replace",
            "/canarySettings/deploymentId",
            "nope",
            None,
            "Deployment id does not exist",
            id="no-canary-deployment",
        ),
        pytest.param(
            "copy",
            "/canarySettings/stageVariableOverrides",
            None,
            "/variables",
            f"Invalid copy operation with path: /canarySettings/stageVariableOverrides and from /variables. {COPY}",
            id="wrong-copy",
        ),
        pytest.param(
            "copy",
            "/deploymentId",
            None,
            "/variables",
            f"Invalid copy operation with path: /deploymentId and from /variables. {COPY}",
            id="wrong-source",
        ),
        pytest.param(
            "copy",
            "/deploymentId",
            None,
            "/canarySettings/deploymentId",
            "Promotion not available. Canary does not exist.",
            id="promotion",
        ),
        pytest.param(
            "copy",
            "/variables",
            None,
            "/canarySettings/stageVariableOverrides",
            "Promotion not available. Canary does not exist.",
            id="promotion-of-variables",
        ),
        pytest.param(
            "replace",
            "/a/GET/logging/loglevel",
            "LOUD",
            None,
            "Invalid patch value for /a/GET/logging/loglevel: expected one of OFF, ERROR, INFO; found 'LOUD'",
            id="log-level",
        ),
        pytest.param(
            "replace",
            "/cacheClusterSize",
            "9",
            None,
            "Invalid patch value for /cacheClusterSize: expected one of 0.5, 1.6, 6.1, 13.5, 28.4, 58.2, 118, 237; found '9'",
            id="cache-size",
        ),
        pytest.param(
            "replace",
            "/a/GET/throttling/rateLimit",
            "fast",
            None,
            "Invalid patch value for /a/GET/throttling/rateLimit: expected a number; found 'fast'",
            id="rate",
        ),
        pytest.param(
            "replace",
            "/clientCertificateId",
            "x",
            None,
            "Invalid Client Certificate ID specified",
            id="certificate",
        ),
    ],
)
def test_a_patch_of_a_stage_is_refused_in_its_words(gw, stage, op, path, value, source, message):
    before = shown(gw.get_stage(**stage.place))
    assert refused(lambda: patched(gw, stage, op, path, value, source)) == bad(message)
    assert shown(gw.get_stage(**stage.place)) == before


def test_a_cache_is_available_as_soon_as_it_is_asked_for(gw, stage):
    gw.create_stage(
        restApiId=stage.api,
        stageName="t",
        deploymentId=stage.deployment,
        cacheClusterEnabled=True,
        cacheClusterSize="1.6",
    )
    found = gw.get_stage(restApiId=stage.api, stageName="t")
    assert (found["cacheClusterStatus"], found["cacheClusterSize"]) == ("AVAILABLE", "1.6")
