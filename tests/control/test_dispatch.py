import re
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from octetgate.control import dispatch
from octetgate.control.wire.service import SERVICES, load

OPERATIONS = [
    pytest.param(service, operation, id=f"{service}-{operation.function}")
    for service in SERVICES
    for operation in load(service).operations.values()
]

PAGE = Path(__file__).parents[2] / "docs/reference/supported-operations.md"


def promised(service, title):
    """Return what the documentation says is answered of a service.

    Written out there, so that an operation cannot stop being answered unnoticed.
    """
    _, _, rest = PAGE.read_text().partition(f"\n## {title}\n")
    _, _, answered = rest.partition("\n## ")[0].partition("\n### Answered\n")
    rows = re.findall(r"^\| [^|]+ \| (`.*) \|$", answered.partition("\n### ")[0], re.MULTILINE)
    return {(service, name) for row in rows for name in re.findall(r"`(\w+)`", row)}


ANSWERED = promised("apigateway", "API Gateway (`apigateway`)") | promised(
    "lambda", "Lambda (`lambda`)"
)


def test_the_operations_that_are_answered_are_those_promised():
    assert set(dispatch.table()) == ANSWERED


@pytest.mark.parametrize("service, operation", OPERATIONS)
def test_an_operation_is_answered_or_says_that_it_is_not(service, operation, call_raw):
    path = operation.uri.replace("{", "").replace("}", "")
    status, headers, body = call_raw(operation.method, path, body=b"")
    code = headers.get("x-amzn-errortype")
    if (service, operation.function) in ANSWERED:
        assert status != 501
    else:
        assert (status, code) == (501, "NotImplementedException")
        assert body["message"] == f"{operation.name} ({service}) is not supported by octetgate yet"


def test_boto3_sees_the_refusal(lam):
    with pytest.raises(ClientError) as refused:
        lam.list_code_signing_configs()
    assert refused.value.response["Error"]["Code"] == "NotImplementedException"
    assert "ListCodeSigningConfigs" in refused.value.response["Error"]["Message"]
