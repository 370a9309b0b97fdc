import json

import pytest

from octetgate.cli.console import Trouble


@pytest.fixture
def account(management, monkeypatch):
    """Let the same octetgate be the AWS account that is pulled from; return a stage of it."""
    monkeypatch.setenv("AWS_ENDPOINT_URL_API_GATEWAY", management.url)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "theirs")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "theirs")
    gw = management.gw
    api = gw.create_rest_api(name="theirs", binaryMediaTypes=["image/png"])
    place = {"restApiId": api["id"], "resourceId": api["rootResourceId"], "httpMethod": "GET"}
    gw.put_method(**place, authorizationType="NONE")
    gw.put_integration(**place, type="HTTP_PROXY", integrationHttpMethod="GET", uri="http://x/")
    gw.create_deployment(restApiId=api["id"], stageName="live", variables={"colour": "red"})
    yield api["id"]
    gw.delete_rest_api(restApiId=api["id"])


def test_an_api_of_an_account_is_imported_and_deployed_like_there(run, account, management):
    words = ("--region", "eu-west-1", "--name", "ours", "--json")
    made = json.loads(run("pull", "theirs", *words).out)
    assert (made["name"], made["stage"], made["methods"]) == ("ours", "live", 1)
    assert made["id"] != account
    gw = management.gw
    assert gw.get_rest_api(restApiId=made["id"])["binaryMediaTypes"] == ["image/png"]
    assert gw.get_stage(restApiId=made["id"], stageName="live")["variables"] == {"colour": "red"}
    again = json.loads(run("pull", account, *words).out)
    assert (again["id"], again["updated"]) == (made["id"], True)


def test_an_account_that_cannot_be_reached_is_told(run, monkeypatch, free_port):
    monkeypatch.setenv("AWS_ENDPOINT_URL_API_GATEWAY", f"http://127.0.0.1:{free_port}")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "theirs")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "theirs")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    with pytest.raises(Trouble, match=f"nothing answers at http://127.0.0.1:{free_port}"):
        run("pull", "theirs", "--region", "eu-west-1")


def test_a_profile_that_is_not_there_is_told(run):
    with pytest.raises(Trouble, match=r"AWS: The config profile \(nobody\) could not be found"):
        run("pull", "theirs", "--profile", "nobody")
