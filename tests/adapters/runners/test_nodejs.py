"""Functions in Node.js, on our own runtime (src/octetgate/runtimes/nodejs)."""

import base64
import json
import re
import stat

import pytest
from tests.adapters.runners.lambdas import zipped

from octetgate.core.ports.functions import InvalidRuntime, Invocation, StreamBroken

NODE = {"runtime": "nodejs20.x", "handler": "index.handler"}
INTEGRATION = "application/vnd.awslambda.http-integration-response"


def put(aws, code, *, path="index.js", files=None, **changes):
    aws.put(zipped({path: code, **(files or {})}), **(NODE | changes))


def error_of(outcome):
    assert outcome.function_error == "Unhandled"
    return json.loads(outcome.payload)


async def streamed(aws, payload=b"{}"):
    return await aws.supervisor.stream(Invocation(function="f", payload=payload))


async def rest(stream):
    pieces = []
    while piece := await stream.read():
        pieces.append(piece)
    return b"".join(pieces)


# --- Styles of handlers ---


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("exports.handler = async (event) => event", id="async"),
        pytest.param("exports.handler = (event) => Promise.resolve(event)", id="promise"),
        pytest.param(
            "exports.handler = (event, context, callback) => callback(null, event)", id="callback"
        ),
        pytest.param(
            "exports.handler = (event, context, callback) => { setTimeout(() => callback(null, event), 5) }",
            id="callback-later",
        ),
        pytest.param("exports.handler = (event, context) => context.succeed(event)", id="succeed"),
        pytest.param("exports.handler = (event, context) => context.done(null, event)", id="done"),
    ],
)
async def test_a_handler_answers_in_every_style(aws, code):
    put(aws, code)
    event = {"text": "Grüße 🌍", "list": [1, 2.5, None, True], "deep": {"a": {}}}
    for _ in range(2):
        outcome = await aws.invoke(json.dumps(event).encode())
        assert (json.loads(outcome.payload), outcome.function_error) == (event, None)


@pytest.mark.parametrize(
    "path, code, handler",
    [
        pytest.param(
            "index.mjs", "export const handler = async () => 1", "index.handler", id="mjs"
        ),
        pytest.param("index.cjs", "exports.handler = async () => 1", "index.handler", id="cjs"),
        pytest.param(
            "index.mjs",
            "const one = await Promise.resolve(1); export const handler = async () => one",
            "index.handler",
            id="top-level-await",
        ),
        pytest.param(
            "index.mjs",
            "export default { handler: async () => 1 }",
            "index.handler",
            id="default-export",
        ),
        pytest.param(
            "src/in/api.js", "exports.handler = async () => 1", "src/in/api.handler", id="folders"
        ),
        pytest.param(
            "index.js",
            "exports.users = { get: { handler: async () => 1 } }",
            "index.users.get.handler",
            id="nested-export",
        ),
        pytest.param(
            "lib/index.js",
            "exports.handler = async () => 1",
            "lib.handler",
            id="folder-with-an-index",
        ),
    ],
)
async def test_a_handler_is_found_where_it_is_named(aws, path, code, handler):
    put(aws, code, path=path, handler=handler)
    assert (await aws.invoke()).payload == b"1"


async def test_a_package_of_modules_is_one(aws):
    about = {"package.json": '{"type": "module"}', "lib/value.js": "export const value = 7"}
    put(
        aws,
        "import { value } from './lib/value.js'\nexport const handler = async () => value",
        files=about,
    )
    assert (await aws.invoke()).payload == b"7"


async def test_packages_are_found_in_the_function_and_in_its_layers(aws):
    layer = aws.layer("shared", {"nodejs/node_modules/ours/index.js": "exports.of = 'layer'"})
    put(
        aws,
        "const a = require('mine').of, b = require('ours').of\nexports.handler = async () => [a, b]",
        files={"node_modules/mine/index.js": "exports.of = 'package'"},
        layers=(layer,),
    )
    assert (await aws.invoke()).payload == b'["package","layer"]'


# --- When a call is over ---


async def test_a_callback_waits_until_nothing_is_left_to_do(aws):
    put(
        aws,
        "exports.handler = (e, c, callback) => { const r = []; setTimeout(() => r.push(1), 30); callback(null, r) }",
    )
    assert (await aws.invoke()).payload == b"[1]"


async def test_a_callback_does_not_wait_if_the_function_says_so(aws):
    put(
        aws,
        "exports.handler = (e, c, callback) => { c.callbackWaitsForEmptyEventLoop = false;"
        " const r = []; setTimeout(() => {}, 60000); callback(null, r) }",
    )
    assert (await aws.invoke()).payload == b"[]"


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("exports.handler = () => {}", id="no-callback"),
        pytest.param("exports.handler = async () => {}", id="undefined"),
        pytest.param(
            "exports.handler = () => new Promise(() => {})", id="a-promise-that-nobody-keeps"
        ),
        pytest.param("exports.handler = (e, c, callback) => callback()", id="empty-callback"),
    ],
)
async def test_a_function_that_says_nothing_answers_null(aws, code):
    put(aws, code)
    assert [(await aws.invoke()).payload for _ in range(2)] == [b"null", b"null"]


# --- What it is told ---


async def test_a_handler_is_told_of_its_call(aws):
    put(
        aws,
        "exports.handler = async (e, c) => ({...c, left: c.getRemainingTimeInMillis(),"
        " trace: process.env._X_AMZN_TRACE_ID, as: process.env.AWS_EXECUTION_ENV})",
        timeout=30,
        memory_size=256,
    )
    context = base64.b64encode(b'{"client": {"app_title": "t"}}').decode()
    outcome = await aws.invoke(client_context=context, trace_id="Root=1-a")
    told = json.loads(outcome.payload)
    assert 25_000 < told.pop("left") <= 30_000
    assert told.pop("logStreamName")
    assert told == {
        "callbackWaitsForEmptyEventLoop": True,
        "functionName": "f",
        "functionVersion": "$LATEST",
        "memoryLimitInMB": "256",
        "logGroupName": "/aws/lambda/f",
        "awsRequestId": outcome.request_id,
        "invokedFunctionArn": "arn:aws:lambda:eu-west-1:111122223333:function:f",
        "clientContext": {"client": {"app_title": "t"}},
        "trace": "Root=1-a",
        "as": "AWS_Lambda_nodejs20.x",
    }


async def test_what_it_prints_has_time_request_and_level(aws):
    put(
        aws,
        "console.log('starts')\n"
        "exports.handler = async () => { console.log('a %d', 1, {b: [2]}); console.info('i'); console.warn('w');"
        " console.error('e'); console.debug('d'); process.stdout.write('plain\\n') }",
    )
    outcome = await aws.invoke(log_tail=True)
    time = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"
    lines = [re.sub(time, "TIME", line) for line in outcome.log_tail.decode().splitlines()]
    here = f"TIME\t{outcome.request_id}\t"
    assert lines[1:-2] == [
        f"{here}INFO\ta 1 {{ b: [ 2 ] }}",
        f"{here}INFO\ti",
        f"{here}WARN\tw",
        f"{here}ERROR\te",
        f"{here}DEBUG\td",
        "plain",
    ]


# --- Errors ---


@pytest.mark.parametrize(
    "code, error_type, message",
    [
        pytest.param(
            "exports.handler = async () => { throw new TypeError('no') }",
            "TypeError",
            "no",
            id="async",
        ),
        pytest.param(
            "exports.handler = () => { throw new RangeError('no') }",
            "RangeError",
            "no",
            id="at-once",
        ),
        pytest.param(
            "exports.handler = (e, c, callback) => callback(new Error('no'))",
            "Error",
            "no",
            id="callback",
        ),
        pytest.param(
            "exports.handler = (e, c) => c.fail(new Error('no'))", "Error", "no", id="fail"
        ),
        pytest.param("exports.handler = (e, c) => c.done('text')", "string", "text", id="a-string"),
        pytest.param(
            "exports.handler = async () => 1n",
            "Error",
            "Unable to stringify response body: Do not know how to serialize a BigInt",
            id="not-json",
        ),
        pytest.param(
            "exports.handler = () => { Promise.reject(new Error('no')); return new Promise((r) => setTimeout(r, 5000)) }",
            "Runtime.UnhandledPromiseRejection",
            "Error: no",
            id="a-rejection-that-nobody-handles",
        ),
        pytest.param(
            "exports.handler = () => new Promise(() => setTimeout(() => { throw new Error('no') }, 1))",
            "Error",
            "no",
            id="an-exception-that-nobody-catches",
        ),
    ],
)
async def test_an_error_has_the_shape_of_aws_and_the_next_call_works(
    aws, code, error_type, message
):
    put(aws, f"exports.fine = async () => 1\n{code.replace('exports.handler', 'const failing')}\n"
        "exports.handler = (event, ...rest) => (event ? failing : exports.fine)(event, ...rest)")  # fmt: skip
    outcome = await aws.invoke(b"1", log_tail=True)
    error = error_of(outcome)
    assert (error["errorType"], error["errorMessage"]) == (error_type, message)
    assert isinstance(error["trace"], list)
    assert (
        f"\tERROR\t{'Unhandled' if 'Unhandled' in error_type else ''}" in outcome.log_tail.decode()
    )
    assert (await aws.invoke(b"0")).payload == b"1"


@pytest.mark.parametrize(
    "code, handler, error_type, message",
    [
        pytest.param(
            "",
            "other.handler",
            "Runtime.ImportModuleError",
            "Error: Cannot find module 'other'",
            id="no-file",
        ),
        pytest.param(
            "require('absent')",
            "index.handler",
            "Runtime.ImportModuleError",
            "Error: Cannot find module 'absent'",
            id="no-package",
        ),
        pytest.param(
            "let let = 1",
            "index.handler",
            "Runtime.UserCodeSyntaxError",
            "SyntaxError: let is disallowed",
            id="syntax",
        ),
        pytest.param(
            "exports.other = 1",
            "index.handler",
            "Runtime.HandlerNotFound",
            "index.handler is undefined or not exported",
            id="no-export",
        ),
        pytest.param(
            "exports.handler = 1",
            "index.handler",
            "Runtime.HandlerNotFound",
            "index.handler is not a function",
            id="no-function",
        ),
        pytest.param(
            "",
            "index",
            "Runtime.MalformedHandlerName",
            "expected file.export; found 'index'",
            id="no-name",
        ),
        pytest.param(
            "throw new EvalError('at start')", "index.handler", "EvalError", "at start", id="throws"
        ),
    ],
)
async def test_a_function_that_cannot_start_says_why(aws, code, handler, error_type, message):
    put(aws, code, handler=handler)
    error = error_of(await aws.invoke())
    assert error["errorType"] == error_type
    assert error["errorMessage"].startswith(message)
    assert error["trace"]


async def test_a_function_that_exits_is_reported_and_started_again(aws):
    put(aws, "exports.handler = async (event) => event ? process.exit(3) : 1")
    error = error_of(await aws.invoke(b"1"))
    assert error["errorMessage"].endswith("Error: Runtime exited with error: exit status 3")
    assert (await aws.invoke(b"0")).payload == b"1"


# --- Answers that stream ---

STREAMS = "exports.handler = awslambda.streamifyResponse(async (event, stream, context) => {%s})"


async def test_a_stream_begins_with_status_and_headers_and_arrives_whole(aws):
    put(
        aws,
        STREAMS
        % "const out = awslambda.HttpResponseStream.from(stream, {statusCode: 201, headers: {a: 'b'}});"
        " for (let n = 0; n < 64; n++) { if (!out.write(Buffer.alloc(65536, n)))"
        " await new Promise((go) => out.once('drain', go)) } out.end()",
    )
    for _ in range(2):
        answer = await streamed(aws)
        assert answer.content_type == INTEGRATION
        head, body = (await rest(answer)).split(bytes(8), 1)
        assert json.loads(head) == {"statusCode": 201, "headers": {"a": "b"}}
        assert body == b"".join(bytes([n]) * 65536 for n in range(64))


async def test_a_stream_without_a_body_still_has_its_head(aws):
    put(aws, STREAMS % "awslambda.HttpResponseStream.from(stream, {statusCode: 204}).end()")
    assert await rest(await streamed(aws)) == b'{"statusCode":204}' + bytes(8)


async def test_a_pipeline_into_the_stream_ends_it(aws):
    put(
        aws,
        "const {pipeline} = require('node:stream/promises'), {Readable} = require('node:stream');"
        + STREAMS
        % "stream.setContentType('text/plain'); await pipeline(Readable.from(['a', 'b', event.last]), stream)",
    )
    answer = await streamed(aws, b'{"last": "c"}')
    assert (answer.content_type, await rest(answer)) == ("text/plain", b"abc")


@pytest.mark.parametrize(
    "code, error_type",
    [
        pytest.param("throw new TypeError('no')", "TypeError", id="before"),
        pytest.param(
            "stream.write('a'); await new Promise((go) => setTimeout(go, 20)); throw new TypeError('no')",
            "TypeError",
            id="behind-the-beginning",
        ),
        pytest.param(
            "stream.write('a'); stream.destroy(new TypeError('no'))", "TypeError", id="destroyed"
        ),
        pytest.param("stream.write('a')", "Error", id="never-ended"),
    ],
)
async def test_a_stream_that_fails_is_broken_and_the_next_call_works(aws, code, error_type):
    put(aws, STREAMS % f"if (!event) return stream.end('fine'); {code}")
    with pytest.raises(StreamBroken) as broken:
        await rest(await streamed(aws, b"1"))
    assert json.loads(broken.value.payload)["errorType"] == error_type
    assert await rest(await streamed(aws, b"0")) == b"fine"


# --- The program ---


async def test_a_setting_names_the_program(functions, tmp_path):
    program = tmp_path / "our-node"
    program.write_text('#!/bin/sh\nOURS=yes exec node "$@"\n')
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    aws = await functions(node=str(program))
    put(aws, "exports.handler = async () => process.env.OURS")
    assert (await aws.invoke()).payload == b'"yes"'


async def test_without_the_program_a_call_says_what_is_missing(functions):
    aws = await functions(node="no-such-node")
    put(aws, "exports.handler = async () => 1")
    with pytest.raises(InvalidRuntime) as refused:
        await aws.invoke()
    assert str(refused.value) == (
        "f: runtime nodejs20.x needs Node.js; expected the program 'no-such-node', found none; "
        "install it, or name it with the setting `node`"
    )
