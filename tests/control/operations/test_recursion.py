import uuid

from tests.control.packages import create
from tests.control.refusals import refused


def test_circles_are_allowed_and_nobody_is_told_that_they_end(lam):
    name = f"f-{uuid.uuid4().hex}"
    create(lam, name)
    assert lam.get_function_recursion_config(FunctionName=name)["RecursiveLoop"] == "Allow"
    kept = lam.put_function_recursion_config(FunctionName=name, RecursiveLoop="Allow")
    assert kept["RecursiveLoop"] == "Allow"
    code, status, message = refused(
        lam.put_function_recursion_config, FunctionName=name, RecursiveLoop="Terminate"
    )
    assert (code, status) == ("InvalidParameterValueException", 400)
    assert message.startswith("RecursiveLoop: expected Allow")


def test_of_a_function_that_is_not_there_nothing_is_said(lam):
    assert refused(lam.get_function_recursion_config, FunctionName="nope")[1] == 404
