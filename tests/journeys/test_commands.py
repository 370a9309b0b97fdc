"""The client commands against a running server."""

import json
import re
import subprocess

import pytest
import requests
from tests.journeys.building import build_proxy
from tests.journeys.running import COMMAND, backend

CODE = """
import json

def handler(event, context):
    print("heard", json.dumps(event))
    if event.get("fail"):
        raise ValueError("as asked")
    return {"twice": event["number"] * 2}
"""


def said(done):
    """Return what a command that worked printed."""
    assert done.returncode == 0, done.stderr
    return done.stdout.decode()


def refused(done):
    """Return the one line of a command that did not work."""
    assert done.returncode == 1, done.stdout
    line = done.stderr.decode()
    assert line.startswith("octetgate: ")
    assert line.count("\n") == 1
    return line


@pytest.fixture(scope="module")
def double(octetgate, tmp_path_factory):
    folder = tmp_path_factory.mktemp("double")
    (folder / "double.py").write_text(CODE)
    arn = said(
        octetgate.command(
            *("functions", "create", "double"),
            *("--folder", str(folder), "--handler", "double.handler", "--timeout", "5"),
        )
    ).strip()
    assert arn == "arn:aws:lambda:us-east-1:000000000000:function:double"
    return arn


@pytest.fixture(scope="module")
def echoed(octetgate):
    """An API that echoes, with two stages."""

    def echo(handler, body):
        handler.reply(body, handler.headers.get("content-type", "text/plain"))

    with backend(echo) as url:
        api = build_proxy(octetgate, url, name="Echo", media_types=["*/*"])
        octetgate.gateway.create_deployment(restApiId=api, stageName="v2")
        yield api


def test_a_function_of_ones_own_is_listed_called_and_logged(octetgate, double):
    listed = said(octetgate.command("functions", "list"))
    assert double in listed
    assert "double.handler" in listed
    called = octetgate.command("functions", "invoke", "double", "--data", '{"number": 21}')
    assert json.loads(said(called)) == {"twice": 42}
    assert b'heard {"number": 21}' in called.stderr


def test_what_a_function_printed_can_be_read_afterwards(octetgate, double):
    said(octetgate.command("functions", "invoke", "double", "--data", '{"number": 4711}'))
    log = said(octetgate.command("functions", "logs", "double", "--since", "5m"))
    assert re.search(r'^\d{4}-\S+Z heard \{"number": 4711\}$', log, re.MULTILINE)
    assert (
        log.index(" START RequestId: ")
        < log.index(" END RequestId: ")
        < log.index(" REPORT RequestId: ")
    )
    assert "Function not found: nobody" in refused(octetgate.command("functions", "logs", "nobody"))


def test_a_log_can_be_followed_until_the_server_ends(start, tmp_path):
    server = start()
    (tmp_path / "tick.py").write_text("def handler(event, context): print('tick', event)")
    create = ("functions", "create", "tick", "--folder", str(tmp_path), "--handler", "tick.handler")
    said(server.command(*create))
    command = [*COMMAND, "functions", "logs", "tick", "--follow", "--endpoint", server.endpoint]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as following:
        for number in range(3):
            server.functions.invoke(FunctionName="tick", Payload=f"{number}".encode())
            line = b""
            while f" tick {number}\n".encode() not in line:
                line = following.stdout.readline()
                assert line
        assert server.stop() == 0
        following.stdout.read()
        assert following.wait(10) == 0


def test_a_function_that_raises_gives_status_1_and_its_error(octetgate, double):
    done = octetgate.command("functions", "invoke", "double", "--data", '{"fail": true}')
    assert done.returncode == 1
    assert json.loads(done.stdout)["errorMessage"] == "as asked"


def test_a_name_is_given_once(octetgate, double, tmp_path):
    done = octetgate.command(
        *("functions", "create", "double", "--folder", str(tmp_path), "--handler", "a.b")
    )
    assert "CreateFunction: Function already exist" in refused(done)


def test_a_function_that_was_deleted_is_gone(octetgate):
    create = ("functions", "create", "short", "--blueprint", "image-processing-service")
    said(octetgate.command(*create))
    assert said(octetgate.command("functions", "delete", "short")) == "deleted short\n"
    for command in ("delete", "invoke"):
        assert "Function not found" in refused(octetgate.command("functions", command, "short"))


@pytest.mark.parametrize("by", ["id", "name"])
def test_a_call_goes_to_the_stage_and_comes_back_byte_for_byte(octetgate, echoed, tmp_path, by):
    body = bytes(range(256)) * 1000
    (tmp_path / "body").write_bytes(body)
    done = octetgate.command(
        *("invoke", echoed if by == "id" else "Echo", "POST", "images", "--stage", "v2"),
        *("--header", "Content-Type: application/x-any", "--data", f"@{tmp_path / 'body'}"),
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == body
    head = done.stderr.decode()
    assert head.startswith("HTTP/1.1 200 ")
    assert "application/x-any" in head
    assert "256000 bytes in " in head


@pytest.mark.parametrize(
    "arguments, words",
    [
        (("Nothing", "GET", "/"), "API: expected the id or name of one API; 'Nothing'"),
        (("Echo", "GET", "/"), "--stage: expected one of the API's stages (v1, v2)"),
        (("Echo", "GET", "/", "--stage", "v3"), "found v3"),
        (("Echo", "GET", "/", "--stage", "v1", "--header", "oops"), "expected NAME:VALUE"),
        (("Echo", "GET", "/", "--stage", "v1", "--data", "@/nowhere"), "--data: expected a file"),
    ],
)
def test_a_call_that_cannot_be_made_is_told(octetgate, echoed, arguments, words):
    assert words in refused(octetgate.command("invoke", *arguments))


def test_a_refusal_of_the_gateway_gives_status_1(octetgate, echoed):
    done = octetgate.command("invoke", "Echo", "GET", "/nowhere", "--stage", "v1")
    assert done.returncode == 1
    assert done.stderr.startswith(b"HTTP/1.1 403 ")


def test_management_that_others_can_reach_is_warned_of(start):
    server = start("--admin-host", "0.0.0.0")
    assert server.said.startswith("WARNING: management listens on 0.0.0.0")
    assert requests.get(f"{server.endpoint}/_octetgate/health", timeout=10).status_code == 200


@pytest.mark.parametrize("store", ["redis://there", "sqlite://no-path"])
def test_a_store_that_cannot_be_is_told_in_one_line(octetgate, tmp_path, store):
    done = octetgate.command(
        *("serve", "--store", store, "--data", str(tmp_path), "--port", "0", "--admin-port", "0")
    )
    assert "expected" in refused(done)


def test_explain_says_what_would_happen_and_what_was_probably_not_meant(octetgate):
    api = build_proxy(octetgate, "http://127.0.0.1:9/", name="Pictures", media_types=["image/png"])
    asked = ("explain", "Pictures", "POST", "/images", "--content-type", "image/png")
    told = said(octetgate.command(*asked, "--accept", "text/html,image/png"))
    assert f"Pictures ({api}), v1" in told
    assert "request row 7: image/png is in binaryMediaTypes" in told
    assert "hint: accept-not-first" in told
    found = json.loads(said(octetgate.command(*asked, "--accept", "image/png", "--json")))
    assert found["request"]["payload"]["match"] == "image/png"
    assert [hint["name"] for hint in found["hints"]] == ["text-for-binary-accept"]


def test_explain_looks_at_how_the_data_begins(octetgate, tmp_path):
    build_proxy(octetgate, "http://127.0.0.1:9/", name="Texts", media_types=["image/png"])
    file = tmp_path / "x"
    file.write_bytes(b"\x89PNG\r\n\x1a\n\xff\xff")
    asked = ("explain", "Texts", "POST", "/images", "--content-type", "text/plain")
    assert "hint: type-not-listed" in said(octetgate.command(*asked, "--data", f"@{file}"))
    assert "type-not-listed" not in said(octetgate.command(*asked, "--data", "text"))


def test_explain_of_nothing_is_refused(octetgate):
    assert "'nope' stands for none" in refused(octetgate.command("explain", "nope", "GET", "/"))
