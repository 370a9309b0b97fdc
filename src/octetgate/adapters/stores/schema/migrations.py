"""Brings a database to the present schema.

Alembic takes half a second to import, so it is asked only when there is an older database to
move: a new one is made from the tables as they are, and a current one is left alone.
"""

from functools import cache
from pathlib import Path

from sqlalchemy import Connection, insert, select, text

from octetgate.adapters.stores.schema.tables import alembic_version, metadata

_HERE = Path(__file__).parent


class WrongSchema(Exception):
    """The database is not one of ours, or is ahead of us; says what was expected and found."""


@cache
def versions() -> tuple[str, ...]:
    """Return every version of the schema, oldest first: what the migrations' names start with."""
    files = (_HERE / "versions").glob("[0-9]*.py")
    return tuple(sorted(file.name.partition("_")[0] for file in files))


def is_current(connection: Connection) -> bool:
    """Say whether the database needs nothing; raises WrongSchema if it is not one of ours."""
    found = _version(connection)
    if found is not None and found not in versions():
        newest = versions()[-1]
        raise WrongSchema(f"expected a schema up to version {newest}, found version {found}")
    return found == versions()[-1]


def bring_up(connection: Connection) -> None:
    """Bring the database to the newest version, as a part of the caller's transaction."""
    if _version(connection) is None:
        metadata.create_all(connection, checkfirst=False)
        connection.execute(insert(alembic_version).values(version_num=versions()[-1]))
    elif not is_current(connection):  # another process may have been faster
        migrate(connection)


def migrate(connection: Connection) -> None:
    """Run every migration that the database has not seen."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    # The options are read by ConfigParser, to which a bare % means something.
    config.set_main_option("script_location", str(_HERE).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _version(connection: Connection) -> str | None:
    """Return the database's version; None when it is empty."""
    rows = connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'table'"))
    tables = [name for name in rows.scalars() if not name.startswith("sqlite_")]
    if not tables:
        return None
    if alembic_version.name not in tables:
        found = ", ".join(sorted(tables)[:5])
        raise WrongSchema(f"expected a database of octetgate, found one with the tables {found}")
    return connection.execute(select(alembic_version.c.version_num)).scalar_one_or_none() or "none"
