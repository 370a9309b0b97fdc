"""All 124 operations of API Gateway have a test that calls them through boto3."""

import ast
import re

import pytest
from tests.control.exercised import TABLE, every_operation

NAMED = [
    (file, operation, test)
    for file, operations in TABLE.items()
    for operation, test in operations.items()
]


def test_every_operation_is_exercised_or_listed_as_not_yet_answered(project):
    page = (project / "docs/reference/supported-operations.md").read_text()
    gateway = page.partition("## API Gateway (`apigateway`)")[2].partition("\n## ")[0]
    unanswered = gateway.partition("### Not yet")[2].partition("\n### ")[0]
    missing = set(re.findall(r"`(\w+)`", unanswered))
    exercised = [operation for _, operation, _ in NAMED]
    assert len(exercised) == len(set(exercised))
    assert set(exercised) | missing == every_operation()
    assert set(exercised) & missing == set()


@pytest.mark.parametrize("file", TABLE)
def test_every_test_in_the_table_exists(project, file):
    module = ast.parse((project / f"tests/control/operations/{file}.py").read_text())
    tests = {node.name for node in ast.walk(module) if isinstance(node, ast.FunctionDef)}
    assert set(TABLE[file].values()) - tests == set()
