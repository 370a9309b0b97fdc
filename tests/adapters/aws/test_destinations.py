"""Records and dead letters arrive at moto's server, read with boto3 from the other side."""

import asyncio
import json
import socket

import boto3
import pytest
from moto.server import ThreadedMotoServer

from octetgate.adapters.aws.destinations import AwsDestinations
from octetgate.adapters.aws.services import AwsSettings
from octetgate.core.functions.events import Delivery
from octetgate.core.ports.destinations import Undeliverable

REGION = "eu-west-1"
ACCOUNT = "123456789012"  # moto's own
FUNCTION = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:f:$LATEST"
RECORD = json.dumps({"version": "1.0", "text": "ä"})
ATTRIBUTES = {"RequestID": "r", "ErrorCode": "200", "ErrorMessage": "no"}


@pytest.fixture(scope="module")
def moto():
    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    yield "http://{}:{}".format(*server.get_host_and_port())
    server.stop()


@pytest.fixture
def client(moto):
    made = []

    def one(service):
        keys = {"aws_access_key_id": "any", "aws_secret_access_key": "any"}
        made.append(boto3.client(service, endpoint_url=moto, region_name=REGION, **keys))
        return made[-1]

    yield one
    for each in made:
        each.close()


@pytest.fixture
def destinations(moto):
    destinations = AwsDestinations(AwsSettings(endpoint_url=moto))
    yield destinations
    destinations.close()


def delivery(target, **more):
    return Delivery(target=target, function_arn=FUNCTION, text=RECORD, **more)


def queue(client, name):
    """Make a queue; return its URL and its ARN."""
    return client.create_queue(QueueName=name)["QueueUrl"], f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}"


def taken(client, url):
    found = client.receive_message(QueueUrl=url, MessageAttributeNames=["All"], WaitTimeSeconds=5)
    [message] = found["Messages"]
    return message


async def test_a_queue_takes_a_message_and_its_attributes(client, destinations):
    sqs = client("sqs")
    url, arn = queue(sqs, "letters")
    await destinations.send(delivery(arn, attributes=ATTRIBUTES))
    message = taken(sqs, url)
    assert message["Body"] == RECORD
    told = message["MessageAttributes"]
    assert {name: each["StringValue"] for name, each in told.items()} == ATTRIBUTES
    assert told["ErrorCode"]["DataType"] == "Number"


async def test_a_topic_takes_a_message(client, destinations):
    sqs, sns = client("sqs"), client("sns")
    url, arn = queue(sqs, "subscribed")
    topic = sns.create_topic(Name="topic")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    await destinations.send(delivery(topic, attributes=ATTRIBUTES))
    told = json.loads(taken(sqs, url)["Body"])
    assert told["Message"] == RECORD
    assert told["MessageAttributes"]["ErrorMessage"]["Value"] == "no"


async def test_an_event_bus_takes_an_event(client, destinations):
    sqs, events = client("sqs"), client("events")
    url, arn = queue(sqs, "ruled")
    bus = events.create_event_bus(Name="bus")["EventBusArn"]
    pattern = json.dumps({"source": ["lambda"]})
    events.put_rule(Name="rule", EventBusName="bus", EventPattern=pattern)
    events.put_targets(Rule="rule", EventBusName="bus", Targets=[{"Id": "1", "Arn": arn}])
    await destinations.send(
        delivery(bus, detail_type="Lambda Function Invocation Result - Success")
    )
    told = json.loads(taken(sqs, url)["Body"])
    assert told["detail"] == json.loads(RECORD)
    assert told["detail-type"] == "Lambda Function Invocation Result - Success"
    assert told["resources"] == [bus, FUNCTION]


async def test_a_bucket_takes_an_object(client, destinations):
    s3 = client("s3")
    s3.create_bucket(Bucket="records", CreateBucketConfiguration={"LocationConstraint": REGION})
    await destinations.send(delivery("arn:aws:s3:::records"))
    [found] = s3.list_objects_v2(Bucket="records", Prefix="aws/lambda/async/f/")["Contents"]
    assert s3.get_object(Bucket="records", Key=found["Key"])["Body"].read().decode() == RECORD


@pytest.mark.parametrize(
    "target",
    [
        f"arn:aws:sqs:{REGION}:{ACCOUNT}:nope",
        "arn:aws:s3:::nowhere",
        "arn:aws:kinesis:x:1:stream/s",
    ],
)
async def test_what_does_not_arrive_says_where_it_was_to_go(destinations, target):
    with pytest.raises(Undeliverable, match=target):
        await destinations.send(delivery(target))


async def test_without_credentials_nothing_is_sent_to_aws(monkeypatch, tmp_path):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    destinations = AwsDestinations(AwsSettings())
    with pytest.raises(Undeliverable, match="credentials"):
        await destinations.send(delivery(f"arn:aws:sqs:{REGION}:{ACCOUNT}:q"))
    destinations.close()


async def test_targets_that_hang_hold_nobody_up_who_keeps_events(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        hanging = AwsDestinations(
            AwsSettings(endpoint_url=f"http://127.0.0.1:{silent.getsockname()[1]}")
        )
        loop, target = asyncio.get_running_loop(), delivery(f"arn:aws:sqs:{REGION}:{ACCOUNT}:q")
        sending = [loop.create_task(hanging.send(target)) for _ in range(40)]
        # More than the loop's own threads: if they were these, the file would wait for them.
        peers = [(await asyncio.to_thread(silent.accept))[0] for _ in range(8)]
        await asyncio.to_thread((tmp_path / "kept").touch)
        assert not any(each.done() for each in sending)
        hanging.close()
        for peer in peers:
            peer.close()
        await asyncio.gather(*sending, return_exceptions=True)
