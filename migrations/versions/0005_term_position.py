"""The position of a term in the curated order of its proposal."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    with op.batch_alter_table("term") as table:
        table.add_column(sa.Column("position", sa.Integer()))


def downgrade() -> None:
    """Back."""
    with op.batch_alter_table("term") as table:
        table.drop_column("position")
