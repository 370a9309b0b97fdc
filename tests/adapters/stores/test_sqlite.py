"""What is SQLite's own: its file, its settings, and its errors in our words."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from octetgate.adapters.stores import sqlite
from octetgate.core.ports.store import FUNCTION_CODE, StoreConflict, StoreUnusable


@pytest.fixture
def file(tmp_path):
    return tmp_path / "store.db"


@pytest.fixture
def store(file):
    with closing(sqlite.open(f"sqlite:///{file}")) as store:
        yield store


def put(store, key="k", document=b"zip"):
    with store.write() as writing:
        writing.put(FUNCTION_CODE, key, document)


def pragma(store, statement):
    """Run the pragma on the connection that is used next, and return its value."""
    with store._readers.connect() as connection:
        return connection.connection.execute(f"PRAGMA {statement}").fetchone()


def test_three_slashes_name_a_relative_path_and_four_an_absolute_one(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with closing(sqlite.open("sqlite:///here.db")) as relative:
        put(relative)
        with closing(sqlite.open(f"sqlite:///{tmp_path}/here.db")) as absolute:
            assert absolute.revision() == 1


def test_a_relative_path_stays_where_it_was_when_the_process_moves(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with closing(sqlite.open("sqlite:///here.db")) as store:
        monkeypatch.chdir("/")
        put(store)
        with store.read() as reading:
            assert reading.get(FUNCTION_CODE, "k") == b"zip"


def test_a_link_leads_to_the_same_revision(file, store):
    link = file.with_name("link.db")
    link.symlink_to(file)
    with closing(sqlite.open(f"sqlite:///{link}")) as other:
        put(store)
        assert other.revision() == 1


def test_every_commit_is_synced_and_readers_do_not_wait_for_it(store):
    assert (pragma(store, "synchronous"), pragma(store, "journal_mode")) == ((2,), ("wal",))


def test_a_revision_without_its_database_starts_again(file):
    with closing(sqlite.open(f"sqlite:///{file}")) as store:
        put(store)
    file.unlink()
    with closing(sqlite.open(f"sqlite:///{file}")) as store:
        assert (store.revision(), store.changes(0)) == (0, [])


def test_a_revision_that_lags_behind_its_database_catches_up_at_opening(file):
    with closing(sqlite.open(f"sqlite:///{file}")) as store:
        put(store)
    file.with_name("store.db-revision").unlink()
    with closing(sqlite.open(f"sqlite:///{file}")) as store:
        assert store.revision() == 1


def test_asking_for_the_revision_asks_no_database(store):
    put(store)
    store._word._ask = None
    assert [store.revision() for _ in range(3)] == [1, 1, 1]


def test_closing_twice_is_as_good_as_once(file):
    store = sqlite.open(f"sqlite:///{file}")
    store.close()
    store.close()


def test_a_store_leaves_no_open_file(tmp_path):
    def open_files():
        links = [Path(f"/proc/self/fd/{file.name}") for file in Path("/proc/self/fd").iterdir()]
        return [link for link in links if link.resolve().is_relative_to(tmp_path)]

    with closing(sqlite.open(f"sqlite:///{tmp_path}/store.db")) as store:
        put(store)
        assert open_files()
    (tmp_path / "foreign.db").write_bytes(b"no database" * 100)
    with pytest.raises(StoreUnusable):
        sqlite.open(f"sqlite:///{tmp_path}/foreign.db")
    assert open_files() == []


# --- Errors ------------------------------------------------------------------------------------


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///", "sqlite://file.db"])
def test_a_url_without_a_path_is_refused(url):
    with pytest.raises(StoreUnusable, match="expected sqlite:/// and a path, found no path"):
        sqlite.open(url)


def unusable(path):
    with pytest.raises(StoreUnusable) as error:
        sqlite.open(f"sqlite:///{path}")
    return str(error.value)


def test_a_folder_that_does_not_exist_is_named(tmp_path):
    assert unusable(tmp_path / "none" / "store.db") == (
        f"store {tmp_path}/none/store.db: expected a file that can be opened, "
        "in a folder that exists, found: No such file or directory"
    )


def test_a_folder_is_no_store(tmp_path):
    (tmp_path / "store.db").mkdir()
    assert unusable(tmp_path / "store.db") == (
        f"store {tmp_path}/store.db: expected a file that can be opened, "
        "in a folder that exists, found: unable to open database file"
    )


def test_a_file_of_another_kind_is_no_store_and_is_left_alone(file):
    file.write_bytes(b"\x89PNG\r\n" * 100)
    assert unusable(file) == (
        f"store {file}: expected an SQLite database, found: file is not a database"
    )
    assert file.read_bytes() == b"\x89PNG\r\n" * 100


def test_a_damaged_database_says_so(file):
    with closing(sqlite.open(f"sqlite:///{file}")) as store:
        put(store, document=bytes(100_000))
    content = bytearray(file.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    file.write_bytes(content)
    assert "expected a sound SQLite database, found: database disk image is malformed" in unusable(
        file
    )


def test_a_database_that_turns_read_only_says_so(file, store):
    pragma(store, "query_only = on")
    with pytest.raises(StoreUnusable, match="expected a file and a folder that can be written"):
        put(store)


def test_a_full_disk_says_so_and_what_was_there_stays(file, store):
    put(store, "first")
    pragma(store, "max_page_count = 10")
    with pytest.raises(
        StoreUnusable, match="expected room on the disk, found: database or disk is full"
    ):
        put(store, "second", bytes(100_000))
    pragma(store, "max_page_count = 10000")
    put(store, "third")
    with store.read() as reading:
        assert [key for key, _ in reading.list(FUNCTION_CODE)] == ["first", "third"]
    assert store.revision() == 2


def test_a_foreign_writer_is_a_conflict(file):
    with closing(sqlite.open(f"sqlite:///{file}?wait=0.05")) as store:
        foreign = sqlite3.connect(file, isolation_level=None)
        foreign.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreConflict, match=r"another writer held .*store\.db for 0\.05 s"):
            put(store)
        foreign.close()
        put(store)


def test_a_fault_of_ours_stays_what_it_is(store):
    with store._readers.begin() as connection:
        connection.exec_driver_sql("DROP TABLE documents")
    with pytest.raises(OperationalError, match="no such table: documents"):
        put(store)
