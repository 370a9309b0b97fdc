"""Actions of eight services through mapping templates; boto3 looks at them from the other side."""

import json
import uuid
from xml.etree import ElementTree as ET

import pytest
from tests.gateway.front import Front, response

JSON = "application/json"
ACCOUNT = "123456789012"
FORM = "'application/x-www-form-urlencoded'"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/any"


def header(name, value):
    return {f"integration.request.header.{name}": value}


def query(name, value):
    return {f"integration.request.querystring.{name}": value}


async def call(front: Front, target, template=None, body=b"{}", *, path="/x", **members):
    """Serve one service behind ``/x`` and call it."""
    given = {
        "uri": f"arn:aws:apigateway:us-east-1:{target}",
        "credentials": ROLE,
        "request_templates": {JSON: template} if template else None,
    }
    front.deploy(front.integration("AWS", **given | members))
    answer = await front.ask(body=body, content_type=JSON, path=path)
    line = front.lines[-1]
    assert (answer.status, line["integrationStatus"]) == (200, 200), (answer.body, line)
    return answer


@pytest.fixture
def queue(client):
    name = f"q-{uuid.uuid4()}"
    return client("sqs").create_queue(QueueName=name)["QueueUrl"], name


@pytest.mark.parametrize("form", ["path", "action"])
async def test_sqs_send_message_by_the_query_protocol(front: Front, client, queue, form):
    url, name = queue
    template = "Action=SendMessage&MessageBody=$util.urlEncode($input.body)"
    target = f"sqs:path/{ACCOUNT}/{name}"
    if form == "action":
        target = "sqs:action/SendMessage"
        template = f"QueueUrl=$util.urlEncode('{url}')&MessageBody=$util.urlEncode($input.body)"
    text = '{"héllo": "w&rld"}'
    answer = await call(
        front, target, template, text.encode(), request_parameters=header("Content-Type", FORM)
    )
    (message,) = client("sqs").receive_message(QueueUrl=url)["Messages"]
    assert message["Body"] == text
    assert message["MessageId"] in answer.body.decode()


async def test_sqs_send_message_by_json(front: Front, client, queue):
    url, name = queue
    await call(
        front,
        f"sqs:path/{ACCOUNT}/{name}",
        f'{{"QueueUrl": "{url}", "MessageBody": "$util.escapeJavaScript($input.body)"}}',
        b'{"n": 1}',
        request_parameters={
            **header("Content-Type", "'application/x-amz-json-1.0'"),
            **header("X-Amz-Target", "'AmazonSQS.SendMessage'"),
        },
    )
    (message,) = client("sqs").receive_message(QueueUrl=url)["Messages"]
    assert message["Body"] == '{"n": 1}'


async def test_dynamodb_put_item_and_query(front: Front, client):
    table = client("dynamodb").create_table(
        TableName=f"t-{uuid.uuid4()}",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )["TableDescription"]["TableName"]
    await call(
        front,
        "dynamodb:action/PutItem",
        f'{{"TableName": "{table}", "Item": {{"id": {{"S": "$context.requestId"}},'
        ' "name": {"S": $input.json("$.name")}}}',
        '{"name": "Réx"}'.encode(),
    )
    (item,) = client("dynamodb").scan(TableName=table)["Items"]
    assert item["name"] == {"S": "Réx"}
    answer = await call(
        front,
        "dynamodb:action/Query",
        f'{{"TableName": "{table}", "KeyConditionExpression": "id = :id",'
        ' "ExpressionAttributeValues": {":id": {"S": $input.json("$.id")}}}',
        json.dumps({"id": item["id"]["S"]}).encode(),
        integration_responses={
            "200": response(
                templates={
                    JSON: "#foreach($i in $input.path('$.Items'))$i.name.S#if($foreach.hasNext),#end#end"
                }
            )
        },
    )
    assert answer.body.decode() == "Réx"


@pytest.mark.parametrize("parameters", ["in-a-form", "in-the-query"])
async def test_sns_publish(front: Front, client, queue, parameters):
    url, name = queue
    topic = client("sns").create_topic(Name=name)["TopicArn"]
    arn = f"arn:aws:sqs:us-east-1:{ACCOUNT}:{name}"
    client("sns").subscribe(
        TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes={"RawMessageDelivery": "true"}
    )
    if parameters == "in-a-form":
        template = f"TopicArn=$util.urlEncode('{topic}')&Message=$util.urlEncode($input.body)"
        mapped, body, path = header("Content-Type", FORM), b"a & b", "/x"
    else:
        template, body, path = None, b"", "/x?text=a%20%26+b"
        mapped = {
            **query("TopicArn", f"'{topic}'"),
            **query("Message", "method.request.querystring.text"),
        }
    answer = await call(
        front, "sns:action/Publish", template, body, path=path, request_parameters=mapped
    )
    (message,) = client("sqs").receive_message(QueueUrl=url)["Messages"]
    assert message["Body"] == "a & b"
    assert ET.fromstring(answer.body).tag.endswith("PublishResponse")


async def test_kinesis_put_record(front: Front, client):
    stream = f"s-{uuid.uuid4()}"
    client("kinesis").create_stream(StreamName=stream, ShardCount=1)
    answer = await call(
        front,
        "kinesis:action/PutRecord",
        f'{{"StreamName": "{stream}", "Data": "$util.base64Encode($input.json(\'$.data\'))",'
        ' "PartitionKey": "$input.path(\'$.key\')"}',
        b'{"data": {"a": 1}, "key": "k"}',
    )
    shard = json.loads(answer.body)["ShardId"]
    iterator = client("kinesis").get_shard_iterator(
        StreamName=stream, ShardId=shard, ShardIteratorType="TRIM_HORIZON"
    )["ShardIterator"]
    (record,) = client("kinesis").get_records(ShardIterator=iterator)["Records"]
    assert (record["Data"], record["PartitionKey"]) == (b'{"a":1}', "k")


async def test_step_functions_start_execution(front: Front, client):
    definition = {"StartAt": "x", "States": {"x": {"Type": "Pass", "End": True}}}
    machine = client("stepfunctions").create_state_machine(
        name=f"m-{uuid.uuid4()}", definition=json.dumps(definition), roleArn=ROLE
    )["stateMachineArn"]
    answer = await call(
        front,
        "states:action/StartExecution",
        f'{{"stateMachineArn": "{machine}", "input": "$util.escapeJavaScript($input.json(\'$\'))"}}',
        b'{"order": 7}',
    )
    arn = json.loads(answer.body)["executionArn"]
    found = client("stepfunctions").describe_execution(executionArn=arn)
    assert json.loads(found["input"]) == {"order": 7}


async def test_eventbridge_put_events(front: Front, client, queue):
    url, name = queue
    arn = f"arn:aws:sqs:us-east-1:{ACCOUNT}:{name}"
    events = client("events")
    events.put_rule(Name=name, EventPattern=json.dumps({"source": [name]}))
    events.put_targets(Rule=name, Targets=[{"Id": "q", "Arn": arn}])
    await call(
        front,
        "events:action/PutEvents",
        f'{{"Entries": [{{"Source": "{name}", "DetailType": "order",'
        ' "Detail": "$util.escapeJavaScript($input.body)"}]}',
        b'{"id": 7}',
        request_parameters={
            **header("X-Amz-Target", "'AWSEvents.PutEvents'"),
            **header("Content-Type", "'application/x-amz-json-1.1'"),
        },
    )
    (message,) = client("sqs").receive_message(QueueUrl=url)["Messages"]
    assert json.loads(message["Body"])["detail"] == {"id": 7}


async def test_ssm_get_parameter_is_answered_in_the_legacy_wrapping(front: Front, client):
    client("ssm").put_parameter(Name="/colour", Value="blue", Type="String", Overwrite=True)
    answer = await call(
        front,
        "ssm:action/GetParameter",
        '{"Name": "$input.params(\'name\')"}',
        path="/x?name=/colour",
    )
    wrapping = json.loads(answer.body)["GetParameterResponse"]
    assert wrapping["GetParameterResult"]["Parameter"]["Value"] == "blue"
    assert wrapping["ResponseMetadata"]["RequestId"]


async def test_a_refusal_of_a_service_selects_its_response(front: Front, client):
    front.deploy(
        front.integration(
            "AWS",
            uri="arn:aws:apigateway:us-east-1:ssm:action/GetParameter",
            request_templates={JSON: '{"Name": "/none"}'},
            integration_responses={
                "200": response("200"),
                "404": response(
                    "404",
                    selection_pattern="4..",
                    templates={JSON: "$input.path('$.__type')"},
                ),
            },
        )
    )
    answer = await front.ask(body=b"{}", content_type=JSON)
    assert (answer.status, answer.body) == (404, b"ParameterNotFound")
