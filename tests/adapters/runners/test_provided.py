"""Functions that bring their own runtime, or have it from a layer."""

import io
import json
import zipfile

from tests.adapters.runners.lambdas import zipped
from tests.adapters.runners.provided import provided

PROVIDED = {"runtime": "provided.al2023"}
ANSWERS = "def handler(event, answer): answer.post('response', b'%s')"
SHELL = """#!/bin/sh
calls="http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation"
while :; do
    event=$(curl -sS --noproxy '*' -D "$TMPDIR/head" "$calls/next")
    id=$(tr -d '\\r' <"$TMPDIR/head" | sed -n 's/^Lambda-Runtime-Aws-Request-Id: *//p')
    echo "$_HANDLER says $event"
    curl -sS --noproxy '*' -o "$TMPDIR/reply" -d "{\\"was\\": $event}" "$calls/$id/response"
done
"""


def programs(files):
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w") as archive:
        for name, text in files.items():
            entry = zipfile.ZipInfo(name)
            entry.external_attr = 0o755 << 16
            archive.writestr(entry, text)
    return package.getvalue()


async def test_a_shell_script_is_a_runtime(aws):
    aws.put(programs({"bootstrap": SHELL}), **PROVIDED)
    for event in (b'{"a": 1}', b"[2]"):
        outcome = await aws.invoke(event, log_tail=True)
        assert json.loads(outcome.payload) == {"was": json.loads(event)}
        assert f"handler.handler says {event.decode()}\n".encode() in outcome.log_tail


async def test_a_bootstrap_may_come_from_a_layer(aws):
    layer = aws.layer_of("runtime", provided(ANSWERS % "the layer"))
    aws.put(zipped({"handler.py": ""}), layers=(layer,), **PROVIDED)
    assert (await aws.invoke()).payload == b"the layer"


async def test_the_packages_own_bootstrap_wins_over_a_layers(aws):
    layer = aws.layer_of("runtime", provided(ANSWERS % "the layer"))
    aws.put(provided(ANSWERS % "the package"), layers=(layer,), **PROVIDED)
    assert (await aws.invoke()).payload == b"the package"


async def test_without_any_bootstrap_both_places_are_named(aws):
    layer = aws.layer_of("runtime", zipped({"lib/nothing": ""}))
    aws.put(zipped({"handler.py": ""}), layers=(layer,), **PROVIDED)
    outcome = await aws.invoke()
    error = json.loads(outcome.payload)
    assert (outcome.function_error, error["errorType"]) == (
        "Unhandled",
        "Runtime.InvalidEntrypoint",
    )
    assert error["errorMessage"].count("/bootstrap") == 2
    assert "Error: Couldn't find valid bootstrap(s): [/" in error["errorMessage"]
