"""SQLite's full-text index without a copy of its texts"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# As much as is held of the index in memory before it is written: most records fit, and are then
# one segment, which is searched twice as fast as seven.
HASH_BYTES = 64 * 1024 * 1024
STATE = sa.table("state", sa.column("name"), sa.column("value", sa.LargeBinary()))


def upgrade() -> None:
    """Forward."""
    if op.get_bind().dialect.name != "sqlite":
        return
    op.execute(
        "CREATE VIRTUAL TABLE words_index USING fts5(text, content = '', tokenize = 'ascii')"
    )
    op.execute(f"INSERT INTO words_index (words_index, rank) VALUES ('hashsize', {HASH_BYTES})")
    op.execute("INSERT INTO words_index (rowid, text) SELECT rowid, text FROM words")
    op.execute("DROP TABLE words")
    op.execute("ALTER TABLE words_index RENAME TO words")


def downgrade() -> None:
    """Back; the next seeding indexes all entries anew, as the texts are gone."""
    if op.get_bind().dialect.name != "sqlite":
        return
    op.execute("DROP TABLE words")
    op.execute("CREATE VIRTUAL TABLE words USING fts5(text, tokenize = 'ascii')")
    op.execute(STATE.update().where(STATE.c.name == "document_format").values(value=b"0"))
