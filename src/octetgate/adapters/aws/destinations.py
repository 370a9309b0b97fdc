"""Records and dead letters to SQS, SNS, EventBridge and S3, or what stands for them, by boto3.

boto3 is imported when the first one is sent: most servers never send any.
"""

import asyncio
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from octetgate.adapters.aws._clients import client
from octetgate.adapters.aws.services import AwsSettings, endpoint_key
from octetgate.core.functions.events import Delivery, target_service
from octetgate.core.ports.destinations import Undeliverable

_AT_ONCE = 8
"""Deliveries that are under way at the same time."""
_KINDS: Mapping[str, str] = {"ErrorCode": "Number"}
"""Attributes that are no text."""


class AwsDestinations:
    """Keeps the promise of :class:`octetgate.core.ports.destinations.Destinations`."""

    def __init__(self, settings: AwsSettings) -> None:
        self._settings = settings
        self._urls = {endpoint_key(name): url for name, url in settings.endpoint_urls.items()}
        self._clients: dict[tuple[str, str], Any] = {}
        self._making = threading.Lock()
        # Threads of its own: a target that hangs must not hold up who keeps events on the disk.
        self._threads = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="destinations")

    async def send(self, delivery: Delivery) -> None:
        """Hand it over; raises Undeliverable."""
        await asyncio.get_running_loop().run_in_executor(self._threads, self._send, delivery)

    def close(self) -> None:
        """Begin no more; what is under way may end."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _send(self, delivery: Delivery) -> None:
        from botocore.exceptions import BotoCoreError, ClientError

        send = _SENDERS.get(target_service(delivery.target) or "")
        if send is None:
            raise Undeliverable(
                f"{delivery.target}: expected a queue, a topic, an event bus or a bucket"
            )
        # A bucket's ARN names no region: the function's own counts.
        region = delivery.target.split(":")[3] or delivery.function_arn.split(":")[3]
        try:
            send(lambda service: self._client(service, region), delivery)
        except (ClientError, BotoCoreError) as error:
            raise Undeliverable(f"{delivery.target}: {error}") from error

    def _client(self, service: str, region: str) -> Any:
        # boto3's sessions are not safe to make clients in several threads; its clients are.
        with self._making:
            if (service, region) not in self._clients:
                self._clients[service, region] = self._made(service, region)
            return self._clients[service, region]

    def _made(self, service: str, region: str) -> Any:
        chosen = self._urls.get(_SETTING.get(service, service)) or self._settings.endpoint_url
        # Whoever sends decides when to try again.
        return client(self._settings, service, region, chosen, retries={"total_max_attempts": 1})


_SETTING: Mapping[str, str] = {"events": "eventbridge"}
"""Services whose endpoint setting has another name."""
_Client = Callable[[str], Any]


def _to_queue(client: _Client, delivery: Delivery) -> None:
    sqs = client("sqs")
    account, name = delivery.target.split(":")[4:6]
    url = sqs.get_queue_url(QueueName=name, QueueOwnerAWSAccountId=account)["QueueUrl"]
    sqs.send_message(
        QueueUrl=url, MessageBody=delivery.text, MessageAttributes=_attributes(delivery)
    )


def _to_topic(client: _Client, delivery: Delivery) -> None:
    client("sns").publish(
        TopicArn=delivery.target, Message=delivery.text, MessageAttributes=_attributes(delivery)
    )


def _to_bus(client: _Client, delivery: Delivery) -> None:
    entry = {
        "Source": "lambda",
        "DetailType": delivery.detail_type,
        "Resources": [delivery.target, delivery.function_arn],
        "Detail": delivery.text,
        "EventBusName": delivery.target,
    }
    answer = client("events").put_events(Entries=[entry])
    if answer["FailedEntryCount"]:
        raise Undeliverable(f"{delivery.target}: {answer['Entries'][0].get('ErrorMessage')}")


def _to_bucket(client: _Client, delivery: Delivery) -> None:
    function = delivery.function_arn.split(":")[6]
    day, moment = time.strftime("%Y/%m/%d %Y-%m-%dT%H.%M.%S", time.gmtime()).split()
    client("s3").put_object(
        Bucket=delivery.target.rpartition(":::")[2],
        Key=f"aws/lambda/async/{function}/{day}/{moment}-{uuid.uuid4()}",
        Body=delivery.text.encode(),
        ContentType="application/json",
    )


_SENDERS: Mapping[str, Callable[[_Client, Delivery], None]] = {
    "sqs": _to_queue,
    "sns": _to_topic,
    "events": _to_bus,
    "s3": _to_bucket,
}


def _attributes(delivery: Delivery) -> dict[str, dict[str, str]]:
    return {
        name: {"DataType": _KINDS.get(name, "String"), "StringValue": value}
        for name, value in delivery.attributes.items()
    }
