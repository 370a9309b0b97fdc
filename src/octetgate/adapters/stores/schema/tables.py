"""The tables as they are now."""

from sqlalchemy import Column, Integer, LargeBinary, MetaData, String, Table, UniqueConstraint

metadata = MetaData()

documents = Table(
    "documents",
    metadata,
    # Grows with each new document and stays when it is replaced: the order of creation.
    Column("position", Integer, primary_key=True),
    Column("collection", String, nullable=False),
    Column("key", String, nullable=False),
    Column("document", LargeBinary, nullable=False),
    # Of the change that wrote it; for whoever looks into the database.
    Column("revision", Integer, nullable=False),
    UniqueConstraint("collection", "key", name="documents_key"),
)

changes = Table(
    "changes",
    metadata,
    Column("revision", Integer, primary_key=True),
    Column("collection", String, nullable=False),
    Column("key", String, nullable=False),
    # A revision is never given twice, even when the changes are trimmed.
    sqlite_autoincrement=True,
)

alembic_version = Table(
    "alembic_version",
    metadata,
    Column("version_num", String(32), primary_key=True),
)
