"""Plain names: a sort key is no place, and a type of name no realm"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

STATE = sa.table("state", sa.column("name"), sa.column("value", sa.LargeBinary()))


def upgrade() -> None:
    """Forward."""
    rename("place", "sort_key", "realm", "name_type")
    op.execute(STATE.update().where(STATE.c.name == "places").values(name="sort_keys"))


def downgrade() -> None:
    """Back."""
    rename("sort_key", "place", "name_type", "realm")
    op.execute(STATE.update().where(STATE.c.name == "sort_keys").values(name="places"))


def rename(key: str, new_key: str, name_type: str, new_name_type: str) -> None:
    """Renames the columns of sort keys and of types of name."""
    keyed = ["document", "csv_line", "record"]
    if op.get_bind().dialect.name == "postgresql":
        keyed.append("words")
    for table in keyed:
        op.execute(f"ALTER TABLE {table} RENAME COLUMN {key} TO {new_key}")
    for table in ("reference", "name", "name_word", "former_id"):
        op.execute(f"ALTER TABLE {table} RENAME COLUMN {name_type} TO {new_name_type}")
