"""Posting lists as sets of numbers, one row each"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

PLACE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Forward."""
    op.drop_table("posting")
    op.create_table(
        "posting",
        sa.Column("key", PLACE, autoincrement=False, nullable=False),
        sa.Column("numbers", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_posting")),
    )
    index_anew()


def downgrade() -> None:
    """Back."""
    op.drop_table("posting")
    op.create_table(
        "posting",
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("place", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("key", "place", name=op.f("pk_posting")),
        sqlite_with_rowid=False,
    )
    index_anew()


def index_anew() -> None:
    """The next seeding makes all documents and index rows again."""
    state = sa.table("state", sa.column("name"), sa.column("value", sa.LargeBinary()))
    op.execute(state.update().where(state.c.name == "document_format").values(value=b"0"))
