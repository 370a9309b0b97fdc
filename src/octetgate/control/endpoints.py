"""Where an integration may go: what is checked of it, whichever way it came in."""

import re

from octetgate.control.errors import BadRequestException
from octetgate.control.mappings import check_request_mapping, check_templates
from octetgate.core.model.integration import Integration, IntegrationType

HTTP = (IntegrationType.HTTP, IntegrationType.HTTP_PROXY)
_AWS = (IntegrationType.AWS, IntegrationType.AWS_PROXY)
_NEEDS_METHOD = (*HTTP, IntegrationType.AWS)
_SHORTEST_MS, LONGEST_MS, _LONGEST_STREAM_MS = 50, 29000, 900_000
STREAM_MS = 300_000
"""What a stream may take unless it is told otherwise (unconfirmed: AWS documents "up to five
minutes" after a switch to STREAM)."""

_PROXIES = (IntegrationType.HTTP_PROXY, IntegrationType.AWS_PROXY)

_ARN = re.compile(r"arn:[^:]+:apigateway:[^:]*:[^:]+:(?P<tail>.*)")
_ACTION = re.compile(r"(path|action)/.*")
_PROXY_ARN = re.compile(
    r"arn:[^:]+:apigateway:[^:]*:"
    r"(lambda:path/+2015-03-31/functions/arn:[^:]+:lambda:[^:]*:[^:]*:function:[^/]+/invocations"
    r"|(?P<streams>lambda:path/+2021-11-15/functions/arn:[^:]+:lambda:[^:]*:[^:]*:function:[^/]+"
    r"/response-streaming-invocations)"
    r"|firehose:action/(PutRecord|PutRecordBatch))"
)


def check_integration(integration: Integration) -> None:
    """Refuse what AWS refuses, whichever way it came in (spec: control-plane 6, lambda 4)."""
    if integration.type in _NEEDS_METHOD and not integration.http_method:
        raise BadRequestException("Enumeration value for HttpMethod must be non-empty")
    _check_uri(integration)
    _check_connection(integration)
    _check_transfer(integration)
    check_request_mapping(integration.request_parameters or {})
    check_templates(integration.request_templates or {}, "requestTemplates")


def _check_transfer(integration: Integration) -> None:
    if integration.streams and integration.type not in _PROXIES:
        raise BadRequestException(
            "responseTransferMode: expected BUFFERED, as only HTTP_PROXY and AWS_PROXY stream; "
            "found STREAM"
        )
    if integration.type is IntegrationType.AWS_PROXY:
        _check_transfer_of_function(integration)
    longest = _LONGEST_STREAM_MS if integration.streams else LONGEST_MS
    if not _SHORTEST_MS <= integration.timeout_in_millis <= longest:
        raise BadRequestException(f"Timeout should be between {_SHORTEST_MS} ms and {longest} ms")


def _check_transfer_of_function(integration: Integration) -> None:
    """Refuse a mode and an operation of Lambda that do not fit (payload-encodings 10.2)."""
    arn = _PROXY_ARN.fullmatch(integration.uri or "")
    if arn is not None and bool(arn["streams"]) is not integration.streams:
        expected = (
            "2021-11-15/functions/{function ARN}/response-streaming-invocations, as "
            "responseTransferMode is STREAM"
            if integration.streams
            else "2015-03-31/functions/{function ARN}/invocations, as responseTransferMode is "
            "BUFFERED"
        )
        raise BadRequestException(f"uri: expected {expected}; found {integration.uri}")


def default_timeout_ms(*, streams: bool) -> int:
    """Return the ``timeoutInMillis`` of an integration that was not told one."""
    return STREAM_MS if streams else LONGEST_MS


def _check_uri(integration: Integration) -> None:
    uri = integration.uri or ""
    if integration.type in HTTP and not uri.startswith(("http://", "https://")):
        raise BadRequestException("Invalid HTTP endpoint specified for URI")
    if integration.type not in _AWS:
        return
    arn = _ARN.fullmatch(uri)
    if arn is None:
        raise BadRequestException("Invalid ARN specified in the request")
    if not _ACTION.fullmatch(arn["tail"]):
        raise BadRequestException("AWS ARN for integration must contain path or action")
    if integration.type is IntegrationType.AWS_PROXY and not _PROXY_ARN.fullmatch(uri):
        raise BadRequestException(
            "Integrations of type 'AWS_PROXY' currently only supports Lambda function and "
            "Firehose stream invocations."
        )


def _check_connection(integration: Integration) -> None:
    """Refuse a VPC link where there can be none, and half of one."""
    linked = integration.connection_type == "VPC_LINK"
    if linked and integration.type not in HTTP:
        raise BadRequestException(
            f"connectionType: expected INTERNET with {integration.type}; found VPC_LINK"
        )
    if linked and not integration.connection_id:
        raise BadRequestException(
            "connectionId: expected the id of a VPC link, or a stage variable; found none"
        )
    for member, given in (
        ("connectionId", None if linked else integration.connection_id),
        ("integrationTarget", None if linked else integration.integration_target),
    ):
        if given:
            raise BadRequestException(
                f"{member}: expected none without a VPC link; found {given!r}"
            )
