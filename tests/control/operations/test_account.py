import pytest
from tests.control.refusals import bad, refused

ROLE = "arn:aws:iam::123456789012:role/logs"


def patch(op, path, value=None):
    return [{"op": op, "path": path, **({} if value is None else {"value": value})}]


def test_an_account_has_awss_limits_and_usage_plans(client):
    account = client("apigateway", key="111111111111").get_account()
    del account["ResponseMetadata"]
    assert account == {
        "throttleSettings": {"burstLimit": 5000, "rateLimit": 10000.0},
        "features": ["UsagePlans"],
        "apiKeyVersion": "4",
    }


def test_a_role_is_kept_for_an_account_and_a_region(client):
    ours = client("apigateway", key="222222222222")
    done = ours.update_account(patchOperations=patch("replace", "/cloudwatchRoleArn", ROLE))
    assert done["cloudwatchRoleArn"] == ROLE
    assert ours.get_account()["cloudwatchRoleArn"] == ROLE
    elsewhere = client("apigateway", key="222222222222", region="us-east-1")
    assert "cloudwatchRoleArn" not in elsewhere.get_account()
    assert "cloudwatchRoleArn" not in client("apigateway", key="333333333333").get_account()
    unset = ours.update_account(patchOperations=patch("replace", "/cloudwatchRoleArn", ""))
    assert "cloudwatchRoleArn" not in unset


def test_the_feature_that_every_account_has_can_be_asked_for(gw):
    done = gw.update_account(patchOperations=patch("add", "/features", "UsagePlans"))
    assert done["features"] == ["UsagePlans"]


@pytest.mark.parametrize(
    "op, path, value, message",
    [
        ("replace", "/throttleSettings/rateLimit", "1", "Invalid patch path  '/throttleSettings/rateLimit' specified for op 'replace'. Must be one of: [/cloudwatchRoleArn]"),
        ("remove", "/cloudwatchRoleArn", None, "Invalid patch path  '/cloudwatchRoleArn' specified for op 'remove'. Please choose supported operations"),
        ("remove", "/features", "UsagePlans", "Invalid patch value for /features: expected add of UsagePlans; found remove of 'UsagePlans'"),
        ("replace", "/cloudwatchRoleArn", "me", "Invalid patch value for /cloudwatchRoleArn: expected arn:aws:iam::{account}:role/{name}; found 'me'"),
    ],
)  # fmt: skip
def test_a_patch_that_cannot_be_is_refused(gw, op, path, value, message):
    found = refused(gw.update_account, patchOperations=patch(op, path, value))
    assert found == bad(message)
