"""The whole life of a function, with boto3 and with the aws CLI, against a running server."""

import asyncio
import json
import os
import subprocess

import pytest
from tests.adapters.runners.waiting import until
from tests.control.packages import ROLE, package

CODE = "def handler(event, context): return [{!r}, event]"


def code(word):
    return package(CODE.format(word))


def call(client, name, **members):
    answer = client.invoke(FunctionName=name, Payload=b"1", **members)
    return json.loads(answer["Payload"].read()), answer["ExecutedVersion"]


def create(client, name, **members):
    given = {
        "FunctionName": name,
        "Runtime": "python3.12",
        "Handler": "index.handler",
        "Role": ROLE,
        "Code": {"ZipFile": code("one")},
        **members,
    }
    return client.create_function(**given)


def test_a_function_lives_its_life_with_boto3(octetgate):
    client, place = octetgate.functions, {"FunctionName": "life"}
    create(client, "life")
    for waiter in ("function_exists", "function_active_v2"):
        client.get_waiter(waiter).wait(**place)
    assert call(client, "life") == (["one", 1], "$LATEST")

    assert client.publish_version(**place)["Version"] == "1"
    client.get_waiter("published_version_active").wait(**place, Qualifier="1")
    client.create_alias(**place, Name="live", FunctionVersion="1")

    client.update_function_configuration(**place, Timeout=9)
    client.update_function_code(**place, ZipFile=code("two"))
    client.get_waiter("function_updated_v2").wait(**place)
    assert call(client, "life") == (["two", 1], "$LATEST")
    assert call(client, "life", Qualifier="live") == (["one", 1], "1")

    assert client.publish_version(**place)["Version"] == "2"
    client.update_alias(
        **place,
        Name="live",
        FunctionVersion="1",
        RoutingConfig={"AdditionalVersionWeights": {"2": 1.0}},
    )
    assert call(client, "life:live") == (["two", 1], "2")
    found = client.list_versions_by_function(**place)["Versions"]
    assert [each["Version"] for each in found] == ["$LATEST", "1", "2"]

    granted = {**place, "Qualifier": "live", "StatementId": "s"}
    client.add_permission(
        **granted, Action="lambda:InvokeFunction", Principal="apigateway.amazonaws.com"
    )
    assert "Policy" in client.get_policy(**place, Qualifier="live")
    client.remove_permission(**granted)

    client.delete_alias(**place, Name="live")
    client.delete_function(**place, Qualifier="1")
    client.delete_function(**place)
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.invoke(**place)


def test_what_goes_wrong_has_the_type_that_boto3_knows(octetgate):
    client, place = octetgate.functions, {"FunctionName": "wrong"}
    create(client, "wrong", Publish=True)
    client.create_alias(**place, Name="live", FunctionVersion="1")
    raised = client.exceptions
    # fmt: off
    cases = [
        (raised.ResourceConflictException, lambda: create(client, "wrong")),
        (raised.ResourceConflictException, lambda: client.create_alias(**place, Name="live", FunctionVersion="1")),
        (raised.ResourceConflictException, lambda: client.delete_function(**place, Qualifier="1")),
        (raised.ResourceNotFoundException, lambda: client.get_function(**place, Qualifier="7")),
        (raised.ResourceNotFoundException, lambda: client.invoke(**place, Qualifier="nobody")),
        (raised.ResourceNotFoundException, lambda: client.get_alias(**place, Name="nobody")),
        (raised.ResourceNotFoundException, lambda: client.get_policy(**place)),
        (raised.InvalidParameterValueException, lambda: create(client, "other", Code={"ZipFile": b"no zip"})),
        (raised.InvalidParameterValueException, lambda: client.delete_function(**place, Qualifier="$LATEST")),
        (raised.InvalidRequestContentException, lambda: client.invoke(**place, Payload=b"{")),
        (raised.PreconditionFailedException, lambda: client.update_function_code(**place, ZipFile=code("x"), RevisionId="old")),
        (raised.PreconditionFailedException, lambda: client.update_alias(**place, Name="live", RevisionId="old")),
    ]
    # fmt: on
    for error, wrong in cases:
        with pytest.raises(error):
            wrong()


def test_a_function_lives_its_life_with_the_aws_cli(octetgate, project):
    done = subprocess.run(
        ["sh", "life.sh", "cli-life"],
        cwd=project / "examples/function-life",
        env={**os.environ, "OCTETGATE_ENDPOINT": octetgate.endpoint},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    arn = "arn:aws:lambda:us-east-1:000000000000:function:cli-life"
    *steps, policy, gone = done.stdout.splitlines()
    assert steps == [
        arn,
        '"Hello world" from $LATEST',
        "published 1",
        f"{arn}:live",
        "Successful",
        '"Goodbye world" from $LATEST',
        '"Hello world" from 1',
        "published 2",
        "2",
        '"Goodbye world" from 2',
    ]
    assert json.loads(policy)["Statement"][0]["Resource"] == f"{arn}:live"
    assert gone == "ResourceNotFoundException"


def test_urls_warm_processes_and_later_calls_with_the_aws_cli(octetgate, project):
    done = subprocess.run(
        ["sh", "more.sh", "cli-more"],
        cwd=project / "examples/function-life",
        env={**os.environ, "OCTETGATE_ENDPOINT": octetgate.endpoint},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines() == [
        "arn:aws:lambda:us-east-1:000000000000:function:cli-more:1",
        '{"Message":"Forbidden"}',
        "You are at /a/b",
        "Access-Control-Allow-Origin: https://example.com",
        "IN_PROGRESS",
        "READY\t2",
        '"provisioned-concurrency"',
        "0",
        "202",
        "heard: Success on-demand",
    ]


def test_a_version_is_kept_warm_and_says_when_it_is(octetgate):
    client, place = octetgate.functions, {"FunctionName": "warm", "Qualifier": "live"}
    kind = "import os\ndef handler(*_): return os.environ['AWS_LAMBDA_INITIALIZATION_TYPE']"
    create(client, "warm", Code={"ZipFile": package(kind)}, Publish=True)
    client.create_alias(FunctionName="warm", Name="live", FunctionVersion="1")
    made = client.put_provisioned_concurrency_config(**place, ProvisionedConcurrentExecutions=1)
    assert made["Status"] == "IN_PROGRESS"

    def status():
        return client.get_provisioned_concurrency_config(**place)["Status"]

    asyncio.run(until(lambda: status() == "READY"))
    assert call(client, "warm:live")[0] == "provisioned-concurrency"
    client.delete_provisioned_concurrency_config(**place)
    with pytest.raises(client.exceptions.ProvisionedConcurrencyConfigNotFoundException):
        status()


def test_an_edit_is_run_by_the_next_call(octetgate, tmp_path):
    folder = tmp_path / "code"
    folder.mkdir()
    handler = folder / "index.py"
    handler.write_text(CODE.format("one"))
    made = octetgate.command(
        "functions", "create", "edited", "--folder", str(folder), "--handler", "index.handler", "--watch",
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    for word in ("one", "two", "three"):
        handler.write_text(CODE.format(word))
        assert call(octetgate.functions, "edited")[0] == [word, 1]


def test_versions_and_aliases_are_there_after_a_restart(start):
    server = start()
    create(server.functions, "kept", Publish=True)
    server.functions.create_alias(FunctionName="kept", Name="live", FunctionVersion="1")
    server.functions.update_function_code(FunctionName="kept", ZipFile=code("two"))
    assert server.stop() == 0
    server.start()
    assert call(server.functions, "kept", Qualifier="live") == (["one", 1], "1")
    assert call(server.functions, "kept") == (["two", 1], "$LATEST")
