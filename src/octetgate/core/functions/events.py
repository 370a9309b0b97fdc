"""What becomes of asynchronous calls: how often they are tried, and who hears how they ended.

Spec: lambda 8; records and dead letters as in AWS's developer guide ("Capturing records of
Lambda asynchronous invocations").
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import msgspec

from octetgate.core.functions.answer_fields import NO_JSON
from octetgate.core.model.function import EventInvokeConfig, Function

OLDEST_SECONDS = 21600
"""Without a configuration: six hours, as on AWS."""
LONGEST_THROTTLE_SECONDS = 300.0
LONGEST_ERROR = 1024
"""Bytes of an error's text that go with a dead letter."""

TARGETS = ("sqs", "sns", "lambda", "events", "s3")
"""The services that take records, as in their ARNs."""
_TARGET = re.compile(
    r"arn:[a-z-]+:(?:(?P<service>sqs|sns|lambda|events):[a-z0-9-]+:\d{12}:(?P<rest>.+)|(?P<s3>s3):::.+)"
)


class Condition(StrEnum):
    """How an asynchronous call ended."""

    SUCCESS = "Success"
    RETRIES_EXHAUSTED = "RetriesExhausted"
    EVENT_AGE_EXCEEDED = "EventAgeExceeded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the function answered last."""

    payload: bytes
    function_error: str | None
    executed_version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """An asynchronous call that is over."""

    request_id: str
    function_arn: str
    """With a qualifier."""
    condition: Condition
    attempts: int
    payload: bytes
    answer: Answer | None
    """None: it never ran."""


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """Something to be told to a target."""

    target: str
    """ARN."""
    function_arn: str
    text: str
    """JSON."""
    detail_type: str = ""
    """What an event bus is told that it is."""
    attributes: dict[str, str] = {}
    """What goes with a dead letter."""


def pauses(config: EventInvokeConfig | None, usual: Sequence[float]) -> Sequence[float]:
    """Return the seconds before the second and each further attempt."""
    if config is None or config.maximum_retry_attempts is None:
        return usual
    return usual[: config.maximum_retry_attempts]


def throttle_pause(times: int, first: float) -> float:
    """Return the seconds before another try, after there was no room so many times.

    Such tries count for the event's age only.
    """
    return min(LONGEST_THROTTLE_SECONDS, first * 2.0 ** min(times - 1, 30))


def is_too_old(config: EventInvokeConfig | None, seconds: float) -> bool:
    """Return whether a call that came that long ago is not tried any more."""
    oldest = config.maximum_event_age_in_seconds if config else None
    return seconds > (OLDEST_SECONDS if oldest is None else oldest)


def target_service(arn: str) -> str | None:
    """Return the service that an ARN leads records to, or None if it leads them nowhere.

    Queues and topics are standard ones, as on AWS.
    """
    found = _TARGET.fullmatch(arn)
    if found is None or arn.endswith(".fifo"):
        return None
    return found["service"] or found["s3"]


def deliveries(
    ended: Ended, config: EventInvokeConfig | None, version: Function, now: str
) -> list[Delivery]:
    """Return who is to hear how a call ended; ``now`` is the time as ISO text."""
    succeeded = ended.condition is Condition.SUCCESS
    found: list[Delivery] = []
    target = (config.on_success if succeeded else config.on_failure) if config else ""
    if target:
        outcome = "Success" if succeeded else "Failure"
        found.append(
            Delivery(
                target=target,
                function_arn=ended.function_arn,
                text=record(ended, now),
                detail_type=f"Lambda Function Invocation Result - {outcome}",
            )
        )
    if version.dead_letter and not succeeded:
        found.append(_dead_letter(ended, version.dead_letter))
    return found


def record(ended: Ended, now: str) -> str:
    """Return what a destination is told, as AWS writes it."""
    told: dict[str, Any] = {
        "version": "1.0",
        "timestamp": now,
        "requestContext": {
            "requestId": ended.request_id,
            "functionArn": ended.function_arn,
            "condition": ended.condition,
            "approximateInvokeCount": ended.attempts,
        },
        "requestPayload": _json(ended.payload),
    }
    if ended.answer is not None:
        context = {"statusCode": 200, "executedVersion": ended.answer.executed_version}
        if ended.answer.function_error is not None:
            context["functionError"] = ended.answer.function_error
        told["responseContext"] = context
        told["responsePayload"] = _json(ended.answer.payload)
    return msgspec.json.encode(told).decode("utf-8", "replace")


def _dead_letter(ended: Ended, target: str) -> Delivery:
    """Return the event itself, and why it was given up."""
    error = ended.answer.payload if ended.answer else ended.condition.encode()
    return Delivery(
        target=target,
        function_arn=ended.function_arn,
        text=ended.payload.decode("utf-8", "replace"),
        attributes={
            "RequestID": ended.request_id,
            # 429: there was no room for it until it was too old (unconfirmed).
            "ErrorCode": "200" if ended.answer else "429",
            "ErrorMessage": error[:LONGEST_ERROR].decode("utf-8", "replace"),
        },
    )


def _json(payload: bytes) -> Any:
    """Return a payload as it stands in a document: JSON as it is, anything else as text."""
    try:
        msgspec.json.decode(payload, type=msgspec.Raw)
    except NO_JSON:
        return payload.decode("utf-8", "replace")
    return msgspec.Raw(payload)
