"""What is checked of parameters and templates when they are saved (spec: mapping 1 and 2).

Only what AWS checks then: a template's own syntax is looked at when it is deployed.
"""

import re
from collections.abc import Callable, Mapping, Sequence

from octetgate.control.errors import BadRequestException
from octetgate.core.mapping.expressions import (
    BadExpression,
    parse_gateway_response_expression,
    parse_gateway_response_target,
    parse_request_expression,
    parse_request_target,
    parse_response_expression,
    parse_response_target,
)
from octetgate.core.mapping.template import LARGEST_TEMPLATE
from octetgate.core.model.api import MethodResponse

_METHOD_PARAMETER = re.compile(r"method\.request\.(path|querystring|header)\.([a-zA-Z0-9._$-]+)")
_METHOD_HEADER = re.compile(r"method\.response\.header\.[^\s]+")
_MEDIA_TYPE = re.compile(r"[^\s/;]+/[^\s/;]+(\s*;.*)?")


def check_method_parameters(parameters: Mapping[str, bool]) -> None:
    """Refuse parameters of a method that no request could have."""
    seen: set[str] = set()
    for name, needed in parameters.items():
        if needed is None:
            raise BadRequestException("Invalid null or empty value in requestParameters")
        match = _METHOD_PARAMETER.fullmatch(name)
        if match is None:
            raise _unmappable(name)
        if match[2] in seen:
            raise BadRequestException(
                "Parameter names must be unique across querystring, header and path"
            )
        seen.add(match[2])


def check_response_headers(parameters: Mapping[str, bool]) -> None:
    """Refuse what a method response declares and cannot be a header of it."""
    for name, needed in parameters.items():
        if needed is None:
            raise BadRequestException("Invalid null or empty value in responseParameters")
        if not _METHOD_HEADER.fullmatch(name):
            raise _unmappable(name)


def check_request_mapping(parameters: Mapping[str, str]) -> None:
    """Refuse request parameters that are no mapping."""
    _check(parameters, parse_request_target, parse_request_expression, "requestParameters")


def check_response_mapping(parameters: Mapping[str, str]) -> None:
    """Refuse response parameters that are no mapping."""
    _check(parameters, parse_response_target, parse_response_expression, "responseParameters")


def check_declared(parameters: Mapping[str, str], response: MethodResponse | None) -> None:
    """Refuse response parameters that the method response of their status does not promise.

    What users of the service report: an undeclared header cannot be mapped.
    """
    if not parameters:
        return
    if response is None:
        raise _invalid(["No method response exists for method."])
    promised = response.response_parameters or {}
    unknown = [name for name in parameters if name not in promised]
    if unknown:
        raise _invalid([f"Invalid mapping expression parameter specified: {n}" for n in unknown])


def check_gateway_mapping(parameters: Mapping[str, str]) -> None:
    """Refuse parameters of a gateway response that are no mapping."""
    parse_target, parse = parse_gateway_response_target, parse_gateway_response_expression
    _check(parameters, parse_target, parse, "responseParameters")


def check_templates(templates: Mapping[str, str], member: str) -> None:
    """Refuse templates under no media type, and templates larger than AWS keeps."""
    for media_type, template in templates.items():
        if template is None:
            raise BadRequestException(f"Invalid null or empty value in {member}")
        if not _MEDIA_TYPE.fullmatch(media_type):
            found = f"[Invalid content type specified: {media_type}]"
            raise BadRequestException(f"Validation Result: warnings : [], errors : {found}")
        size = len(template.encode())
        if size > LARGEST_TEMPLATE:
            raise BadRequestException(
                f"{member}.{media_type}: expected at most {LARGEST_TEMPLATE} bytes; found {size}"
            )


def _check(
    parameters: Mapping[str, str],
    parse_target: Callable[[str], object],
    parse_expression: Callable[[str], object],
    member: str,
) -> None:
    for target, expression in parameters.items():
        if not expression:
            raise BadRequestException(f"Invalid null or empty value in {member}")
        try:
            parse_target(target)
            parse_expression(expression)
        except BadExpression as error:
            raise _unmappable(error.found) from None


def _unmappable(text: str) -> BadRequestException:
    return _invalid([f"Invalid mapping expression specified: {text}"])


def _invalid(errors: Sequence[str]) -> BadRequestException:
    found = f"[{', '.join(errors)}]"
    return BadRequestException(
        f"Invalid mapping expression specified: Validation Result: warnings : [], errors : {found}"
    )
