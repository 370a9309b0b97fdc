import asyncio
import json
import os

import pytest
from tests.adapters.runners.waiting import ended, until

from octetgate.adapters.runners import _folders
from octetgate.adapters.runners._folders import Folders, fingerprint
from octetgate.core.ports.functions import InvalidPackage

ANSWERS = "import os\ndef handler(event, context): return [{}, os.getpid()]"


def write(folder, answer):
    (folder / "handler.py").write_text(ANSWERS.format(answer))


@pytest.fixture
def folder(tmp_path):
    """A folder with code that can be told apart."""
    made = tmp_path / "code"
    made.mkdir()
    write(made, 1)
    return made


async def answer(aws):
    outcome = await aws.invoke()
    return json.loads(outcome.payload)


# --- Fingerprints ---


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda at: (at / "handler.py").write_text("longer than before" * 9), id="size"),
        pytest.param(lambda at: os.utime(at / "handler.py", ns=(1, 1)), id="time"),
        pytest.param(lambda at: (at / "new.py").write_text(""), id="added"),
        pytest.param(lambda at: (at / "handler.py").unlink(), id="removed"),
        pytest.param(lambda at: (at / "handler.py").rename(at / "h.py"), id="renamed"),
        pytest.param(lambda at: (at / "pkg" / "inner.py").write_text("1"), id="below"),
        pytest.param(lambda at: (at / "node_modules" / "new").mkdir(), id="installed"),
    ],
)  # fmt: skip
def test_a_change_changes_the_fingerprint(folder, change):
    (folder / "pkg").mkdir()
    (folder / "node_modules").mkdir()
    before = fingerprint(folder)
    assert fingerprint(folder) == before
    change(folder)
    assert fingerprint(folder) != before


def test_what_git_and_python_keep_for_themselves_is_no_change(folder):
    before = fingerprint(folder)
    for name in (".git", "__pycache__"):
        (folder / name).mkdir()
        (folder / name / "x").write_text("")
    assert fingerprint(folder) == before


def test_a_link_to_nowhere_and_one_to_above_do_no_harm(folder):
    (folder / "nowhere").symlink_to("/nobody/has/this")
    (folder / "above").symlink_to("..")
    assert fingerprint(folder)


def test_a_folder_that_is_not_there_or_too_large_is_refused(folder, monkeypatch):
    with pytest.raises(InvalidPackage, match="expected a folder that can be read"):
        fingerprint(folder / "nobody")
    monkeypatch.setattr(_folders, "MOST_ENTRIES", 1)
    (folder / "more").write_text("")
    with pytest.raises(InvalidPackage, match="expected at most 1 files"):
        fingerprint(folder)


async def test_a_folder_in_the_middle_of_being_written_is_waited_for(folder):
    """Writes come faster than the looks, until the last one is complete."""
    folders = Folders()

    async def writing():
        for size in range(20):
            (folder / "handler.py").write_text("x" * size)
            await asyncio.sleep(_folders.SETTLED_SECONDS / 3)
        write(folder, 2)

    async with asyncio.TaskGroup() as group:
        group.create_task(writing())
        found = group.create_task(folders.fingerprint(folder))
    assert found.result() == fingerprint(folder)
    assert (folder / "handler.py").read_text() == ANSWERS.format(2)


async def test_a_folder_that_is_written_to_all_the_time_is_run_at_some_time(folder, monkeypatch):
    monkeypatch.setattr(_folders, "SETTLED_SECONDS", 0.0)
    counter = iter(range(10**6))

    def ever_new(folder):
        return str(next(counter))

    monkeypatch.setattr(_folders, "fingerprint", ever_new)
    assert int(await Folders().fingerprint(folder)) == _folders._LOOKS


# --- Functions ---


async def test_an_edit_is_run_by_the_next_call_and_the_old_processes_end(aws, folder):
    aws.put_folder(folder)
    (one, old), (again, same) = await answer(aws), await answer(aws)
    assert (one, again) == (1, 1)
    assert old == same
    write(folder, 2)
    assert (await answer(aws))[0] == 2
    await until(lambda: ended(old))


async def test_edits_of_the_same_size_within_a_second_are_seen(aws, folder):
    aws.put_folder(folder)
    found = []
    for number in range(5):
        write(folder, number)
        found.append((await answer(aws))[0])
    assert found == [0, 1, 2, 3, 4]


async def test_nothing_is_left_among_the_sources(aws, folder):
    (folder / "other.py").write_text("")
    (folder / "handler.py").write_text("import other\ndef handler(event, context): return 1")
    aws.put_folder(folder)
    assert (await aws.invoke()).payload == b"1"
    assert sorted(file.name for file in folder.iterdir()) == ["handler.py", "other.py"]


async def test_a_mistake_is_reported_and_its_correction_runs(aws, folder):
    aws.put_folder(folder)
    (folder / "handler.py").write_text("def handler(event, context) return 1")
    outcome = await aws.invoke()
    assert json.loads(outcome.payload)["errorType"] == "Runtime.UserCodeSyntaxError"
    write(folder, 3)
    assert (await answer(aws))[0] == 3


async def test_a_call_at_work_ends_with_the_code_it_began_with(aws, folder, tmp_path):
    begun = tmp_path / "begun"
    (folder / "handler.py").write_text(
        "import os, time\ndef handler(event, context):\n"
        f"    open({os.fspath(begun)!r}, 'w').close()\n"
        f"    while os.path.exists({os.fspath(begun)!r}): time.sleep(0.01)\n    return 'old'"
    )
    aws.put_folder(folder)
    async with asyncio.TaskGroup() as group:
        old = group.create_task(aws.invoke())
        await until(begun.exists)
        write(folder, 2)
        assert (await answer(aws))[0] == 2
        begun.unlink()
    assert old.result().payload == b'"old"'


async def test_a_folder_that_went_away_is_an_error_of_the_function(aws, folder):
    aws.put_folder(folder)
    assert await answer(aws)
    folder.rename(folder.with_name("moved"))
    with pytest.raises(InvalidPackage, match="expected a folder"):
        await aws.invoke()
