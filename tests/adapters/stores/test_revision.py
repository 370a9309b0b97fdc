"""The word next to the database, and what is left of it when a writer dies."""

import multiprocessing
import os
import signal
import sqlite3

import pytest

from octetgate.adapters.stores import sqlite
from octetgate.adapters.stores._revision import RevisionWord
from octetgate.core.ports.store import FUNCTION_CODE, StoreConflict


def never():
    raise AssertionError("the database was asked")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "store.db-revision"


@pytest.fixture
def words(path):
    """Return what opens the word, with what the database would answer."""
    opened = []

    def open_(ask=never, wait=0.05):
        opened.append(RevisionWord(path, wait, ask))
        return opened[-1]

    yield open_
    for word in opened:
        word.close()


def test_a_commit_is_seen_by_everyone_without_asking(words):
    writer, reader = words(), words()
    writer.commit(lambda: None, 5)
    assert (writer.read(), reader.read()) == (5, 5)


def test_during_a_commit_the_revision_is_the_one_before(words):
    writer, reader = words(), words()
    writer.commit(lambda: None, 5)
    seen = []
    writer.commit(lambda: seen.append((writer.read(), reader.read())), 6)
    assert seen == [(5, 5)]
    assert reader.read() == 6


@pytest.mark.parametrize("committed", [5, 6], ids=["before-its-commit", "after-its-commit"])
def test_a_word_that_a_failed_writer_left_open_is_asked_for_once(words, committed):
    answers = [committed]
    writer, reader = words(), words(answers.pop)
    writer.commit(lambda: None, 5)
    with pytest.raises(ZeroDivisionError):
        writer.commit(lambda: 1 // 0, 6)
    assert [reader.read(), reader.read(), writer.read()] == [committed] * 3


def test_settling_believes_the_database_and_not_the_word(words):
    words().commit(lambda: None, 50)
    restored = words(lambda: 7)
    restored.settle()
    assert restored.read() == 7


@pytest.mark.parametrize("content", [b"", b"abc", b"0123456789"])
def test_a_file_of_another_size_is_given_the_right_one(path, words, content):
    path.write_bytes(content)
    word = words(lambda: 3)
    word.settle()
    assert (word.read(), path.stat().st_size) == (3, 8)


def test_a_second_writer_waits_only_so_long(words):
    writer, other = words(), words()
    with writer.lock(), pytest.raises(StoreConflict, match=r"for 0\.05 s"):
        other.commit(never, 1)
    other.commit(lambda: None, 1)
    assert writer.read() == 1


def test_threads_that_share_a_word_do_not_share_its_lock(words):
    word = words()
    with word.lock(), pytest.raises(StoreConflict):
        word.commit(never, 1)


def die_around_the_commit(url, *, after):
    """Write a document, and be killed right before or after the database has it."""
    store = sqlite.open(url)
    commit = store._word.commit

    def deadly(really, revision):
        def fatal():
            if after:
                really()
            os.kill(os.getpid(), signal.SIGKILL)

        commit(fatal, revision)

    store._word.commit = deadly
    with store.write() as writing:
        writing.put(FUNCTION_CODE, "last", b"")


@pytest.mark.parametrize("after", [False, True], ids=["before-the-commit", "after-the-commit"])
def test_a_writer_killed_around_its_commit_is_noticed_by_the_next_question(tmp_path, after):
    url = f"sqlite:///{tmp_path}/store.db"
    store = sqlite.open(url)
    with store.write() as writing:
        writing.put(FUNCTION_CODE, "first", b"")
    writer = multiprocessing.get_context("spawn").Process(
        target=die_around_the_commit, args=(url,), kwargs={"after": after}
    )
    writer.start()
    writer.join()
    assert writer.exitcode == -signal.SIGKILL
    assert store._word._word[0] & 1
    assert store.revision() == 1 + after
    assert [change.key for change in store.changes(1)] == ["last"] * after
    with store.write() as writing:
        writing.put(FUNCTION_CODE, "next", b"")
    assert store.revision() == 2 + after
    store.close()
    database = sqlite3.connect(tmp_path / "store.db")
    assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    database.close()
