"""New, old, present and future databases, and those of others."""

import sqlite3
import subprocess
import sys

import pytest
from sqlalchemy import create_engine, inspect

from octetgate.adapters.stores import sqlite
from octetgate.adapters.stores.schema import migrations
from octetgate.adapters.stores.schema.tables import metadata
from octetgate.core.ports.store import FUNCTION_CODE, StoreUnusable


@pytest.fixture
def file(tmp_path):
    return tmp_path / "store.db"


@pytest.fixture
def engine(tmp_path):
    """Return an engine for an empty database that is no store yet."""
    engine = create_engine(f"sqlite:///{tmp_path / 'bare.db'}")
    yield engine
    engine.dispose()


def opened_and_closed(file):
    sqlite.open(f"sqlite:///{file}").close()


def ran(file, *statements):
    """Run the statements in the file; return the last one's rows."""
    connection = sqlite3.connect(file)
    with connection:
        rows = [connection.execute(statement).fetchall() for statement in statements][-1]
    connection.close()
    return rows


def schema(connection):
    """Return everything that tells one schema from another."""
    looked = inspect(connection)
    return {
        table: (
            [(c["name"], str(c["type"]), c["nullable"]) for c in looked.get_columns(table)],
            looked.get_pk_constraint(table)["constrained_columns"],
            looked.get_unique_constraints(table),
            looked.get_indexes(table),
        )
        for table in looked.get_table_names()
    }


def test_a_new_database_has_the_schema_of_a_migrated_one(engine):
    with engine.begin() as connection:
        migrations.migrate(connection)
        assert migrations.is_current(connection)
        migrated = schema(connection)
        metadata.drop_all(connection)
        migrations.bring_up(connection)
        assert schema(connection) == migrated


def test_revisions_are_never_given_twice_in_either(engine):
    statement = "SELECT sql FROM sqlite_master WHERE name = 'changes'"
    with engine.begin() as connection:
        migrations.migrate(connection)
        assert "AUTOINCREMENT" in connection.exec_driver_sql(statement).scalar_one()
        metadata.drop_all(connection)
        migrations.bring_up(connection)
        assert "AUTOINCREMENT" in connection.exec_driver_sql(statement).scalar_one()


def test_migrating_a_current_database_changes_nothing(engine):
    with engine.begin() as connection:
        migrations.bring_up(connection)
        before = schema(connection)
        migrations.bring_up(connection)
        migrations.migrate(connection)
        assert schema(connection) == before


def test_a_migration_is_a_part_of_the_callers_transaction(engine):
    with engine.connect() as connection:
        connection.exec_driver_sql("BEGIN")
        migrations.migrate(connection)
        connection.rollback()
        assert schema(connection) == {}


def test_the_versions_are_numbered_without_gaps():
    numbers = range(1, len(migrations.versions()) + 1)
    assert migrations.versions() == tuple(f"{number:04}" for number in numbers)


def test_a_database_is_stamped_with_the_newest_version(file):
    opened_and_closed(file)
    assert ran(file, "SELECT * FROM alembic_version") == [(migrations.versions()[-1],)]


def test_a_current_database_opens_without_alembic(file):
    opened_and_closed(file)
    program = (
        "import sys; from octetgate.adapters.stores import sqlite; "
        f"sqlite.open({f'sqlite:///{file}'!r}).close(); "
        "print('alembic' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path[:0] = {sys.path!r}; {program}"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "False\n"


def test_an_older_database_is_migrated_when_it_is_opened(file, monkeypatch):
    opened_and_closed(file)
    asked = []
    monkeypatch.setattr(migrations, "versions", lambda: ("0001", "0002"))
    monkeypatch.setattr(migrations, "migrate", asked.append)
    opened_and_closed(file)
    assert len(asked) == 1


def test_a_database_of_a_later_octetgate_is_refused_and_left_alone(file):
    opened_and_closed(file)
    ran(file, "UPDATE alembic_version SET version_num = '9999'")
    newest = migrations.versions()[-1]
    with pytest.raises(StoreUnusable) as error:
        sqlite.open(f"sqlite:///{file}")
    assert str(error.value) == (
        f"store {file}: expected a schema up to version {newest}, found version 9999"
    )
    assert ran(file, "SELECT * FROM alembic_version") == [("9999",)]


def test_a_database_that_lost_its_version_is_refused(file):
    opened_and_closed(file)
    ran(file, "DELETE FROM alembic_version")
    with pytest.raises(StoreUnusable, match="found version none"):
        sqlite.open(f"sqlite:///{file}")


def test_a_database_of_another_program_is_refused_and_left_alone(file):
    ran(file, "CREATE TABLE bookmarks (url)")
    with pytest.raises(StoreUnusable, match="found one with the tables bookmarks"):
        sqlite.open(f"sqlite:///{file}")
    assert ran(file, "SELECT name FROM sqlite_master") == [("bookmarks",)]
    assert ran(file, "PRAGMA journal_mode") == [("delete",)]


def test_a_folder_with_a_percent_sign_can_hold_the_migrations(engine, tmp_path, monkeypatch):
    odd = tmp_path / "100%(home)s"
    odd.symlink_to(migrations._HERE)
    monkeypatch.setattr(migrations, "_HERE", odd)
    with engine.begin() as connection:
        migrations.migrate(connection)
        assert migrations.is_current(connection)


def test_documents_of_an_earlier_run_are_there_after_opening(file):
    store = sqlite.open(f"sqlite:///{file}")
    with store.write() as writing:
        writing.put(FUNCTION_CODE, "k", b"zip")
    store.close()
    opened_and_closed(file)
    assert ran(file, "SELECT collection, key, document FROM documents") == [
        ("function_code", "k", b"zip")
    ]
