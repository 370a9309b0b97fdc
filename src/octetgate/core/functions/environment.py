"""The environment that a function's process starts with: exactly what AWS gives, and its own."""

from collections.abc import Mapping

from octetgate.core.model.function import Function

RESERVED = (
    "_HANDLER",
    "AWS_EXECUTION_ENV",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
    "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_VERSION",
    "AWS_LAMBDA_INITIALIZATION_TYPE",
    "AWS_LAMBDA_LOG_GROUP_NAME",
    "AWS_LAMBDA_LOG_STREAM_NAME",
    "AWS_LAMBDA_RUNTIME_API",
    "LAMBDA_RUNTIME_DIR",
    "LAMBDA_TASK_ROOT",
)
"""Names that a function's configuration does not get to choose."""


def environment(
    function: Function,
    *,
    task_root: str,
    runtime_dir: str,
    runtime_api: str,
    log_stream: str,
    temporary: str,
    layers: str | None = None,
    shared: Mapping[str, str],
    initialization: str = "on-demand",
) -> dict[str, str]:
    """Return the variables (spec: lambda 7).

    ``shared`` is what every function gets, such as credentials; the function's own variables
    win over it and over the defaults, never over the reserved names.  ``layers`` is the folder
    that takes the place of ``/opt``.
    """
    region = function.arn.split(":")[3]
    # AWS documents it as not defined where the runtime is the package's own.
    identifier = (
        {} if function.brings_runtime else {"AWS_EXECUTION_ENV": f"AWS_Lambda_{function.runtime}"}
    )
    given = {
        "_HANDLER": function.handler,
        **identifier,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_size),
        "AWS_LAMBDA_FUNCTION_NAME": function.name,
        "AWS_LAMBDA_FUNCTION_VERSION": function.version,
        "AWS_LAMBDA_INITIALIZATION_TYPE": initialization,
        "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{function.name}",
        "AWS_LAMBDA_LOG_STREAM_NAME": log_stream,
        "AWS_LAMBDA_RUNTIME_API": runtime_api,
        "LAMBDA_RUNTIME_DIR": runtime_dir,
        "LAMBDA_TASK_ROOT": task_root,
    }
    defaults = {
        "AWS_DEFAULT_REGION": region,
        "AWS_REGION": region,
        "LANG": "en_US.UTF-8",
        "LD_LIBRARY_PATH": f"{task_root}:{task_root}/lib",
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "PYTHONPATH": runtime_dir,
        "TMPDIR": temporary,
        "TZ": ":UTC",
    }
    if function.runtime.startswith("nodejs"):
        defaults["NODE_PATH"] = ":".join([*_node_modules(function, layers), task_root])
    for name, paths in _of_layers(function, layers).items() if layers else ():
        defaults[name] = ":".join([*filter(None, [defaults.get(name)]), *paths])
    return {**defaults, **shared, **function.environment, **given}


def _of_layers(function: Function, layers: str) -> Mapping[str, list[str]]:
    """Return where runtimes look in layers; it comes after what is the package's own."""
    return {
        "LD_LIBRARY_PATH": [f"{layers}/lib"],
        "PATH": [f"{layers}/bin"],
        "PYTHONPATH": [
            f"{layers}/python",
            f"{layers}/python/lib/{function.runtime}/site-packages",
        ],
    }


def _node_modules(function: Function, layers: str | None) -> list[str]:
    """Return where Node.js finds packages of layers; those of the function come first anyhow."""
    if layers is None:
        return []
    version = function.runtime.removeprefix("nodejs").partition(".")[0]
    return [f"{layers}/nodejs/node{version}/node_modules", f"{layers}/nodejs/node_modules"]
