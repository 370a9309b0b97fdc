"""The naming laws: a name that someone knows from AWS leads to one place."""

import re

import botocore.session
import pytest
from botocore import xform_name

from octetgate.core.model.integration import IntegrationType

SERVICES = ("apigateway", "lambda")


def modules(folder):
    return {file.stem for file in folder.glob("*.py")} - {"__init__"}


@pytest.fixture(scope="module")
def boto3_methods():
    session = botocore.session.get_session()
    return {
        (service, xform_name(operation))
        for service in SERVICES
        for operation in session.get_service_model(service).operation_names
    }


def test_the_phases_are_the_boxes_that_the_life_of_a_call_lists(project, source):
    page = (project / "docs/explanation/life-of-a-call.md").read_text()
    listed = re.findall(r"^\| `gateway/phases/(\w+)\.py` \|", page, flags=re.MULTILINE)
    assert set(listed) == modules(source / "gateway/phases")


def test_an_integration_is_a_file_with_its_wire_name(source):
    wire_names = {kind.value.lower() for kind in IntegrationType}
    files = modules(source / "gateway/integrations")
    assert files
    assert files <= wire_names


def test_every_operation_has_the_name_of_a_boto3_method(operation_functions, boto3_methods):
    assert operation_functions
    assert [found for found in operation_functions if found not in boto3_methods] == []


def test_no_operation_stands_in_two_places(operation_functions):
    assert sorted(operation_functions) == sorted(set(operation_functions))


def test_no_module_has_a_name_that_says_nothing(source):
    says_nothing = {"base", "common", "helper", "helpers", "manager", "misc", "util", "utils"}
    assert {str(file) for file in source.rglob("*.py") if file.stem in says_nothing} == set()


def test_a_test_of_core_stands_in_the_folder_of_what_it_tests(project, source):
    tests = project / "tests/core"
    folders = {file.parent.relative_to(tests) for file in tests.rglob("test_*.py")}
    assert folders
    assert [str(folder) for folder in folders if not (source / "core" / folder).is_dir()] == []
