"""What a function's process is kept from, and what it finds where."""

import json
import os

import pytest
from tests.adapters.runners.isolations import USERS, WALLED, alone, isolation, kinds
from tests.adapters.runners.lambdas import zipped
from tests.adapters.runners.provided import provided

from octetgate.adapters.runners._isolation import View
from octetgate.adapters.runners._probe import NoIsolation, probe
from octetgate.adapters.runners._users import NoUser, Users
from octetgate.core.ports.functions import InvalidPackage


@pytest.fixture
async def isolated(functions, tmp_path):
    async def make(kind, **changes):
        return await functions(isolation=isolation(kind, tmp_path), **changes)

    return make


async def answer(aws, code, *, name="f", **changes):
    """Return what a handler that is one expression evaluates to."""
    code = f"import os, pathlib, tempfile\ndef handler(e, c): return {code}"
    aws.put(code, name=name, **changes)
    outcome = await aws.invoke(function=name)
    assert outcome.function_error is None, outcome
    return json.loads(outcome.payload)


STATUS = "dict(line.split(':', 1) for line in open('/proc/self/status'))"


@pytest.mark.parametrize("kind", ["plain", "process", "bubblewrap"])
async def test_a_process_can_win_no_privileges_and_is_bounded(isolated, kind):
    aws = await isolated(kind)
    status = await answer(aws, STATUS)
    assert status["NoNewPrivs"].strip() == "1"
    limits = await answer(aws, "open('/proc/self/limits').read()")
    found = {line[:25].strip(): line[26:].split()[0] for line in limits.splitlines()}
    assert found["Max core file size"] == "0"
    assert found["Max open files"] == "1024"
    assert found["Max file size"] == str(512 * 2**20)


@pytest.mark.parametrize("kind", ["plain", "process", "bubblewrap"])
async def test_a_process_does_not_push_aside_who_gives_it_calls(isolated, kind):
    aws = await isolated(kind)
    assert await answer(aws, "os.sched_getscheduler(0)") == os.SCHED_BATCH


@kinds("users")
async def test_roots_functions_are_users_of_their_own_without_any_capability(isolated, kind):
    aws = await isolated(kind)
    users = await answer(aws, "[os.getresuid(), os.getresgid(), os.getgroups()]")
    assert users[0] == users[1] == [users[0][0]] * 3
    assert users[0][0] in USERS
    assert users[2] == []
    status = await answer(aws, STATUS)
    assert {int(status[name], 16) for name in ("CapPrm", "CapEff", "CapAmb")} == {0}


@kinds("users")
async def test_two_processes_are_two_users_and_cannot_signal_us_or_each_other(isolated, kind):
    aws = await isolated(kind)
    first = await answer(aws, "[os.getuid(), os.getpid()]", name="one")
    second = await answer(aws, "os.getuid()", name="two")
    assert first[0] != second
    aws.put("import os\ndef handler(e, c): os.kill(e, 0)", name="two")
    for pid in (first[1], os.getpid()):
        outcome = await aws.invoke(b"%d" % pid, function="two")
        assert json.loads(outcome.payload)["errorType"] == "PermissionError"


SPEAKS = """
import http.client
def handler(event, context):
    connection = http.client.HTTPConnection(event)
    connection.request("GET", "/2018-06-01/runtime/invocation/next")
    return connection.getresponse().status
"""


@kinds("users")
async def test_one_functions_runtime_api_is_closed_to_others(isolated, kind):
    aws = await isolated(kind)
    api = await answer(aws, "os.environ['AWS_LAMBDA_RUNTIME_API']", name="one")
    aws.put(SPEAKS, name="two")
    outcome = await aws.invoke(json.dumps(api).encode(), function="two")
    assert json.loads(outcome.payload)["errorType"] in ("RemoteDisconnected", "ConnectionResetError")  # fmt: skip
    assert (await aws.invoke(function="one")).function_error is None


@WALLED
async def test_the_data_folder_is_not_there(isolated, kind, tmp_path):
    (tmp_path / "octetgate.db").write_text("secret")
    aws = await isolated(kind)
    # Of the folder there is no more than the way to the function's code.
    found = await answer(aws, f"[str(p) for p in pathlib.Path({str(tmp_path)!r}).rglob('*') if p.is_file()]")  # fmt: skip
    assert [path for path in found if "/functions/code/" not in path] == []


@WALLED
async def test_tmp_is_a_process_s_own_and_everything_else_is_to_be_read_only(isolated, kind):
    aws = await isolated(kind)
    mine = "pathlib.Path('/tmp/mine').write_text('x'), tempfile.gettempdir(), os.listdir('/tmp')"
    assert (await answer(aws, f"[{mine}]", name="one"))[:2] == [1, "/tmp"]
    assert "mine" not in await answer(aws, "os.listdir('/tmp')", name="two")
    writable = "[p for p in ('/', '/usr', '/etc', '/var', os.environ['LAMBDA_TASK_ROOT'], os.path.dirname(os.environ['LAMBDA_TASK_ROOT'])) if os.access(p, os.W_OK)]"  # fmt: skip
    if os.getuid() == 0:
        assert await answer(aws, writable, name="three") == []


@kinds("bubblewrap")
async def test_bubblewrap_shows_task_root_and_layers_where_aws_has_them_and_no_process(
    isolated, kind
):
    aws = await isolated(kind)
    found = await answer(
        aws,
        "[os.getcwd(), os.environ['LAMBDA_TASK_ROOT'], __file__, open('/opt/l/x').read(),"
        " [n for n in os.listdir('/proc') if n.isdigit()], os.listdir('/var/task')]",
        layers=(aws.layer("l", {"l/x": "of the layer", "python/y.py": ""}),),
    )
    assert found[:4] == ["/var/task", "/var/task", "/var/task/handler.py", "of the layer"]
    assert len(found[4]) <= 3  # bubblewrap's own, and the function
    assert found[5] == ["handler.py"]


@WALLED
async def test_packages_with_a_runtime_of_their_own_run_too(isolated, kind):
    aws = await isolated(kind)
    aws.put(provided("def handler(event, answer): answer.post('response', b'mine')"), runtime="provided.al2023")  # fmt: skip
    assert (await aws.invoke()).payload == b"mine"


@WALLED
async def test_node_runs_too(isolated, kind):
    aws = await isolated(kind)
    aws.put(zipped({"index.js": "exports.handler = async () => process.cwd()"}), runtime="nodejs20.x", handler="index.handler")  # fmt: skip
    outcome = await aws.invoke()
    assert outcome.function_error is None, outcome
    assert outcome.payload.startswith(b'"/')


@WALLED
async def test_a_folder_below_one_that_is_closed_to_others_runs(isolated, kind, tmp_path):
    folder = tmp_path / "closed" / "code"
    folder.mkdir(parents=True)
    (folder / "handler.py").write_text("def handler(e, c): return open('handler.py').read(3)")
    folder.chmod(0o755)
    folder.parent.chmod(0o700)
    aws = await isolated(kind)
    aws.put_folder(folder)
    assert (await aws.invoke()).payload == b'"def"'


@kinds("users")
async def test_a_folder_that_others_may_not_read_is_refused_with_what_to_do(
    isolated, kind, tmp_path
):
    folder = tmp_path / "code"
    folder.mkdir(mode=0o700)
    aws = await isolated(kind)
    aws.put_folder(folder)
    with pytest.raises(InvalidPackage, match=r"found mode 700; run `chmod -R o\+rX`"):
        await aws.invoke()


@pytest.mark.parametrize("variable", ["LD_PRELOAD", "PYTHONSTARTUP", "PYTHONPATH"])
@kinds("users")
async def test_a_functions_variables_count_only_once_its_rights_are_gone(isolated, kind, variable):
    aws = await isolated(kind)
    spy = "import os, sys\nprint('as', os.getuid(), file=sys.stderr)\n"
    package = zipped({"handler.py": "def handler(e, c): pass", "sitecustomize.py": spy})
    aws.put(package, environment={variable: "/nowhere"})
    root = (await aws.invoke()) and await answer(aws, "os.environ['LAMBDA_TASK_ROOT']")
    aws.put(package, environment={variable: root})
    outcome = await aws.invoke(log_tail=True)
    assert b"as 0\n" not in outcome.log_tail


# --- Which there is ---


def test_bubblewrap_that_is_not_there_is_no_silent_fallback(tmp_path):
    with pytest.raises(NoIsolation, match=r"expected bubblewrap to work here; .*no-such-program"):
        probe("bubblewrap", None, tmp_path, bubblewrap="no-such-program")


def test_without_users_processes_are_octetgates_own_user(tmp_path):
    found = probe("process", None, tmp_path)
    assert found.isolation.users is None
    assert found.isolation.view in (View.OWN, View.NAMESPACED, View.SHARED)


def test_a_user_is_lent_once_on_the_whole_machine_until_it_is_given_back(tmp_path):
    _, number = alone(isolation("users", tmp_path))
    one, other = Users([number]), Users([number])
    assert one.take() == number
    with pytest.raises(NoUser, match=f"expected a free user among {number} to {number}"):
        other.take()
    one.give_back(number)
    assert other.take() == number
    other.give_back(number)
