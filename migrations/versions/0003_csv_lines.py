"""The CSV line of each entry"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

SLUG = sa.String().with_variant(sa.String(collation="C"), "postgresql")
PLACE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Forward; the next seeding makes all documents, and with them their lines."""
    op.create_table(
        "csv_line",
        sa.Column("place", PLACE, autoincrement=False, nullable=False),
        sa.Column("kind", SLUG, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("place", name=op.f("pk_csv_line")),
    )
    op.create_index("ix_csv_line_kind", "csv_line", ["kind", "place"])
    state = sa.table("state", sa.column("name"), sa.column("value", sa.LargeBinary()))
    op.execute(state.update().where(state.c.name == "document_format").values(value=b"0"))


def downgrade() -> None:
    """Back."""
    op.drop_table("csv_line")
