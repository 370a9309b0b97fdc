"""Documents, and the changes made to them."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make both tables."""
    op.create_table(
        "documents",
        sa.Column("position", sa.Integer, primary_key=True),
        sa.Column("collection", sa.String, nullable=False),
        sa.Column("key", sa.String, nullable=False),
        sa.Column("document", sa.LargeBinary, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.UniqueConstraint("collection", "key", name="documents_key"),
    )
    op.create_table(
        "changes",
        sa.Column("revision", sa.Integer, primary_key=True),
        sa.Column("collection", sa.String, nullable=False),
        sa.Column("key", sa.String, nullable=False),
        sqlite_autoincrement=True,
    )
