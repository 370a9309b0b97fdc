import pytest

from octetgate.core.functions.environment import RESERVED, environment
from octetgate.core.model.function import Function


def given(*, own=None, shared=None, runtime="python3.12", layers=None):
    function = Function(
        name="thumb",
        arn="arn:aws:lambda:eu-west-1:111122223333:function:thumb",
        runtime=runtime,
        handler="handler.handler",
        role="r",
        code_key="k",
        code_sha256="s",
        code_size=1,
        last_modified=0.0,
        revision_id="1",
        memory_size=256,
        environment=own or {},
    )
    return environment(
        function,
        task_root="/code",
        runtime_dir="/runtimes",
        runtime_api="127.0.0.1:9",
        log_stream="2024/03/12/[$LATEST]00",
        temporary="/scratch",
        layers=layers,
        shared=shared or {},
    )


def test_the_variables_are_those_of_a_lambda_runtime():
    assert given() == {
        "_HANDLER": "handler.handler",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_EXECUTION_ENV": "AWS_Lambda_python3.12",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256",
        "AWS_LAMBDA_FUNCTION_NAME": "thumb",
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/thumb",
        "AWS_LAMBDA_LOG_STREAM_NAME": "2024/03/12/[$LATEST]00",
        "AWS_LAMBDA_RUNTIME_API": "127.0.0.1:9",
        "AWS_REGION": "eu-west-1",
        "LAMBDA_RUNTIME_DIR": "/runtimes",
        "LAMBDA_TASK_ROOT": "/code",
        "LANG": "en_US.UTF-8",
        "LD_LIBRARY_PATH": "/code:/code/lib",
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "PYTHONPATH": "/runtimes",
        "TMPDIR": "/scratch",
        "TZ": ":UTC",
    }


def test_a_functions_own_variable_wins_over_a_shared_one_and_over_a_default():
    seen = given(own={"A": "own", "TZ": "UTC"}, shared={"A": "shared", "B": "shared"})
    assert (seen["A"], seen["B"], seen["TZ"]) == ("own", "shared", "UTC")


@pytest.mark.parametrize("name", RESERVED)
def test_a_reserved_variable_cannot_be_chosen(name):
    assert given(own={name: "x"}, shared={name: "x"})[name] == given()[name]


def test_layers_are_looked_in_after_what_is_the_packages_own():
    function = Function(
        name="f", arn="arn:aws:lambda:eu-west-1:111122223333:function:f", runtime="python3.12", handler="h.h",
        role="r", code_key="k", code_sha256="k", code_size=1, last_modified=0.0, revision_id="1",
    )  # fmt: skip
    given = {"task_root": "/t", "runtime_dir": "/r", "runtime_api": "a", "log_stream": "s", "temporary": "/x", "shared": {}}  # fmt: skip
    without = environment(function, **given)
    with_layers = environment(function, **given, layers="/l")
    added = {
        name: with_layers[name].removeprefix(without.get(name, "")).lstrip(":")
        for name in with_layers
        if with_layers[name] != without.get(name)
    }
    assert added["PATH"] == "/l/bin"
    assert added["LD_LIBRARY_PATH"] == "/l/lib"
    assert added["PYTHONPATH"] == "/l/python:/l/python/lib/python3.12/site-packages"
    assert set(added) == {"PATH", "LD_LIBRARY_PATH", "PYTHONPATH"}


def test_node_finds_packages_of_layers_and_files_of_the_function():
    assert given(runtime="nodejs22.x", layers="/l")["NODE_PATH"].split(":") == [
        "/l/nodejs/node22/node_modules",
        "/l/nodejs/node_modules",
        "/code",
    ]


def test_a_package_that_brings_its_runtime_is_told_no_identifier():
    assert "AWS_EXECUTION_ENV" not in given(runtime="provided.al2023")
