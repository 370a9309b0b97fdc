"""Published versions of functions (spec: lambda 8)."""

from octetgate.control.calls import Members, Read, Write
from octetgate.control.errors import InvalidParameterValueException
from octetgate.control.lambdas import (
    check_revision,
    find_function,
    find_whole,
    listed,
    qualified,
    refuse_unsupported,
    shown_configuration,
)
from octetgate.control.publishing import publish
from octetgate.core.ports.store import FUNCTION_VERSIONS

SERVICE = "lambda"


def publish_version(call: Write, asked: Members) -> Members:
    """Keep the function as it is now under a number; what has not changed keeps its number."""
    function = find_function(call, asked)
    refuse_unsupported(asked)
    check_revision(function.revision_id, asked, "GetFunction/GetAlias")
    wanted = asked.get("CodeSha256")
    if wanted and wanted != function.code_sha256:
        raise InvalidParameterValueException(
            f"CodeSHA256 ({wanted}) is different from current CodeSHA256 in $LATEST "
            f"({function.code_sha256}). Please try again with the CodeSHA256 in $LATEST."
        )
    return shown_configuration(publish(call, function, asked.get("Description")))


def list_versions_by_function(call: Read, asked: Members) -> Members:
    """Return the function as it is now and its versions, oldest first."""
    function = find_whole(call, asked)
    versions = [each for _, each in call.store.list(FUNCTION_VERSIONS, f"{function.name}/")]
    shown = [
        (each.version, shown_configuration(each, qualified(each.arn, each.version)))
        for each in (function, *versions)
    ]
    return listed(shown, asked, "Versions")
