import uuid

import pytest
from tests.control.packages import create
from tests.control.refusals import refused


@pytest.fixture
def name(lam):
    name = f"f-{uuid.uuid4().hex}"
    create(lam, name)
    return name


def test_a_function_runs_on_the_runtime_that_the_machine_has(lam, name):
    for found in (
        lam.get_runtime_management_config(FunctionName=name),
        lam.put_runtime_management_config(FunctionName=name, UpdateRuntimeOn="Auto"),
    ):
        assert found["UpdateRuntimeOn"] == "Auto"
        assert found["FunctionArn"].endswith(name)
    code, _, message = refused(
        lam.put_runtime_management_config, FunctionName=name, UpdateRuntimeOn="FunctionUpdate"
    )
    assert code == "InvalidParameterValueException"
    assert message.startswith("UpdateRuntimeOn: expected Auto")


def test_no_signature_is_asked_for(lam, name):
    found = lam.get_function_code_signing_config(FunctionName=name)
    assert found["FunctionName"] == name
    assert "CodeSigningConfigArn" not in found
    assert refused(lam.get_function_code_signing_config, FunctionName="nope")[1] == 404
