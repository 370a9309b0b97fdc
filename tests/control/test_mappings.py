"""What boto3 would never send: JSON nulls where a text or a boolean belongs."""

import pytest

from octetgate.control.errors import BadRequestException
from octetgate.control.mappings import (
    check_method_parameters,
    check_request_mapping,
    check_response_headers,
    check_response_mapping,
    check_templates,
)


@pytest.mark.parametrize(
    "check, given, member",
    [
        pytest.param(
            check_method_parameters,
            {"method.request.header.X": None},
            "requestParameters",
            id="method",
        ),
        pytest.param(
            check_response_headers,
            {"method.response.header.X": None},
            "responseParameters",
            id="method-response",
        ),
        pytest.param(
            check_request_mapping,
            {"integration.request.header.X": None},
            "requestParameters",
            id="integration",
        ),
        pytest.param(
            check_response_mapping,
            {"method.response.header.X": ""},
            "responseParameters",
            id="integration-response",
        ),
        pytest.param(
            lambda given: check_templates(given, "responseTemplates"),
            {"application/json": None},
            "responseTemplates",
            id="template",
        ),
    ],
)
def test_an_entry_has_a_value(check, given, member):
    with pytest.raises(BadRequestException, match=f"Invalid null or empty value in {member}"):
        check(given)


@pytest.mark.parametrize(
    "check, given",
    [
        (check_request_mapping, {"integration.request.path.id": "method.request.path.id"}),
        (check_request_mapping, {"integration.request.header.X": "context.identity.sourceIp"}),
        (check_response_mapping, {"method.response.header.X": "integration.response.body.a[0].b"}),
        (check_response_mapping, {"method.response.header.X": "stageVariables.x"}),
    ],
)
def test_a_mapping_of_the_specification_passes(check, given):
    check(given)


@pytest.mark.parametrize(
    "check, given",
    [
        (check_request_mapping, {"integration.request.header.X": "integration.response.header.Y"}),
        (check_response_mapping, {"method.response.header.X": "method.request.header.Y"}),
    ],
)
def test_a_mapping_sees_its_own_side_only(check, given):
    with pytest.raises(BadRequestException, match="Invalid mapping expression specified"):
        check(given)
