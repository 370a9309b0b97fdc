"""Packages that are named by bucket and key: fetched before an operation's transaction begins.

A download may take long, and nobody else could write for as long as a transaction is open.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from octetgate.control.calls import Call, Members
from octetgate.control.errors import InvalidParameterValueException
from octetgate.control.packages import HOT_RELOAD, LARGEST_UNZIPPED
from octetgate.core.ports.objects import NoObject

F = TypeVar("F", bound=Callable[..., Any])


def fetching(member: str | None) -> Callable[[F], F]:
    """Have the package that an operation's member names fetched; None: the members themselves."""

    def prepare(call: Call, asked: Members) -> Members:
        if member is None:
            return _fetched(call, asked)
        return {**asked, member: _fetched(call, asked[member])}

    def mark(operation: F) -> F:
        vars(operation)["prepare"] = prepare
        return operation

    return mark


def _fetched(call: Call, source: Members) -> Members:
    bucket, key = source.get("S3Bucket"), source.get("S3Key")
    if not bucket or not key or bucket == HOT_RELOAD or source.get("ZipFile"):
        return source
    if call.settings.objects is None:
        raise InvalidParameterValueException("S3Bucket: expected a ZipFile, as there is no S3 here")
    try:
        package = call.settings.objects.get(
            bucket,
            key,
            version=source.get("S3ObjectVersion"),
            region=call.region,
            limit=LARGEST_UNZIPPED,
        )
    except NoObject as error:
        raise InvalidParameterValueException(
            f"Error occurred while GetObject. S3 Error Code: {error.code}. "
            f"S3 Error Message: {error}"
        ) from error
    return {**source, "ZipFile": package}
