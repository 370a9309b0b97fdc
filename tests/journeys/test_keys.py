"""Management keys on a running server: made beside it, asked for at once, good for calls too."""

import json
import subprocess

import boto3
import pytest
import requests
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError
from tests.journeys.running import COMMAND


def keys(server, *words):
    """Run ``octetgate keys`` on the server's data folder; return what it says."""
    done = subprocess.run(
        [*COMMAND, "keys", *words, "--data", str(server.data)],
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.decode()


def client(server, key, secret):
    return boto3.client(
        "apigateway",
        endpoint_url=server.endpoint,
        region_name="us-east-1",
        aws_access_key_id=key,
        aws_secret_access_key=secret,
        config=Config(retries={"total_max_attempts": 1}),
    )


def code(call, **members):
    with pytest.raises(ClientError) as refused:
        call(**members)
    return refused.value.response["Error"]["Code"]


def test_from_the_first_key_on_the_server_asks_for_one(start):
    server = start()
    anybody = server.gateway
    api = anybody.create_rest_api(name="pets")
    place = {
        "restApiId": api["id"],
        "resourceId": api["rootResourceId"],
        "httpMethod": "GET",
    }
    anybody.put_method(**place, authorizationType="AWS_IAM")
    anybody.put_integration(
        **place, type="MOCK", requestTemplates={"application/json": '{"statusCode": 200}'}
    )
    anybody.put_method_response(**place, statusCode="200")
    anybody.put_integration_response(**place, statusCode="200")
    anybody.create_deployment(restApiId=api["id"], stageName="live")

    made = json.loads(keys(server, "create", "ada", "--json"))
    looking = json.loads(keys(server, "create", "eve", "--read-only", "--json"))
    pair = made["accessKeyId"], made["secretAccessKey"]
    ada = client(server, *pair)
    eve = client(server, looking["accessKeyId"], looking["secretAccessKey"])
    assert code(anybody.get_rest_apis) == "UnrecognizedClientException"
    assert ada.get_rest_api(restApiId=api["id"])["name"] == "pets"
    assert eve.get_rest_api(restApiId=api["id"])["name"] == "pets"
    assert code(eve.delete_rest_api, restApiId=api["id"]) == "AccessDeniedException"

    url = server.invoke_url(api["id"], "live")
    assert requests.get(url, timeout=10).status_code == 403
    signed = AWSRequest("GET", url)
    SigV4Auth(Credentials(*pair), "execute-api", "us-east-1").add_auth(signed)
    assert requests.get(url, headers=dict(signed.headers.items()), timeout=10).status_code == 200

    keys(server, "revoke", made["accessKeyId"])
    assert code(ada.get_rest_apis) == "UnrecognizedClientException"
    assert requests.get(url, headers=dict(signed.headers.items()), timeout=10).status_code == 403
