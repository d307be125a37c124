"""The first schema"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

SLUG = sa.String().with_variant(sa.String(collation="C"), "postgresql")
PLACE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
# What a migration makes does not change with the code that came after it.
FULL_TEXT = {
    "sqlite": "CREATE VIRTUAL TABLE words USING fts5(text, tokenize = 'ascii')",
    "postgresql": (
        "CREATE TABLE words (place bigint PRIMARY KEY, vector tsvector NOT NULL);"
        "CREATE INDEX ix_words_vector ON words USING gin (vector)"
    ),
}


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "actor",
        sa.Column("id", SLUG, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", SLUG, nullable=False),
        sa.Column("description", sa.String(), nullable=True),
        sa.Column("wikidata", sa.String(), nullable=True),
        sa.Column("iso3166", sa.String(), nullable=True),
        sa.Column("gw", sa.Integer(), nullable=True),
        sa.Column("notes", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_actor")),
    )
    op.create_table(
        "correction",
        sa.Column("kind", SLUG, nullable=False),
        sa.Column("id", SLUG, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("day", SLUG, nullable=False),
        sa.Column("date", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "id", "position", name=op.f("pk_correction")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("correction", schema=None) as batch_op:
        batch_op.create_index("ix_correction_day", ["day", "kind", "id", "position"], unique=False)

    op.create_table(
        "document",
        sa.Column("place", PLACE, autoincrement=False, nullable=False),
        sa.Column("id", SLUG, nullable=False),
        sa.Column("kind", SLUG, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("place", name=op.f("pk_document")),
        sa.UniqueConstraint("id", name=op.f("uq_document_id")),
    )
    op.create_table(
        "entry",
        sa.Column("id", SLUG, nullable=False),
        sa.Column("kind", SLUG, nullable=False),
        sa.Column("date", sa.String(), nullable=False),
        sa.Column("start_date", sa.String(), nullable=False),
        sa.Column("end_date", sa.String(), nullable=True),
        sa.Column("date_precision", sa.String(), nullable=False),
        sa.Column("day_order", sa.Integer(), nullable=True),
        sa.Column("notes", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry")),
    )
    op.create_table(
        "former_id",
        sa.Column("realm", SLUG, nullable=False),
        sa.Column("former", SLUG, nullable=False),
        sa.Column("id", SLUG, nullable=False),
        sa.PrimaryKeyConstraint("realm", "former", name=op.f("pk_former_id")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "name",
        sa.Column("realm", SLUG, nullable=False),
        sa.Column("folded", SLUG, nullable=False),
        sa.Column("id", SLUG, nullable=False),
        sa.PrimaryKeyConstraint("realm", "folded", name=op.f("pk_name")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "name_word",
        sa.Column("realm", SLUG, nullable=False),
        sa.Column("word", SLUG, nullable=False),
        sa.Column("id", SLUG, nullable=False),
        sa.PrimaryKeyConstraint("realm", "word", "id", name=op.f("pk_name_word")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "posting",
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("place", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("key", "place", name=op.f("pk_posting")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "record",
        sa.Column("kind", SLUG, nullable=False),
        sa.Column("id", SLUG, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "id", name=op.f("pk_record")),
    )
    op.create_table(
        "reference",
        sa.Column("realm", SLUG, nullable=False),
        sa.Column("id", SLUG, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("realm", "id", name=op.f("pk_reference")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "revision",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("seeded_at", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_revision")),
    )
    op.create_table(
        "source",
        sa.Column("id", SLUG, nullable=False),
        sa.Column("publisher", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("title_origin", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=True),
        sa.Column("archive_url", sa.String(), nullable=True),
        sa.Column("date", sa.String(), nullable=True),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("notes", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source")),
    )
    op.create_table(
        "state",
        sa.Column("name", SLUG, nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_state")),
    )
    op.create_table(
        "tally",
        sa.Column("key", PLACE, autoincrement=False, nullable=False),
        sa.Column("kind", SLUG, nullable=False),
        sa.Column("dimension", SLUG, nullable=False),
        sa.Column("value", SLUG, nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_tally")),
    )
    with op.batch_alter_table("tally", schema=None) as batch_op:
        batch_op.create_index("ix_tally_dimension", ["kind", "dimension", "n"], unique=False)

    op.create_table(
        "topic",
        sa.Column("id", SLUG, nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("definition", sa.String(), nullable=True),
        sa.Column("broader_id", SLUG, nullable=True),
        sa.Column("notes", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["broader_id"],
            ["topic.id"],
            name=op.f("fk_topic_broader_id_topic"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_topic")),
    )
    op.create_table(
        "actor_alias",
        sa.Column("actor_id", SLUG, nullable=False),
        sa.Column("alias", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_id"],
            ["actor.id"],
            name=op.f("fk_actor_alias_actor_id_actor"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("actor_id", "alias", name=op.f("pk_actor_alias")),
    )
    op.create_table(
        "actor_part",
        sa.Column("actor_id", SLUG, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("part_of_id", SLUG, nullable=False),
        sa.Column("date", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["actor_id"],
            ["actor.id"],
            name=op.f("fk_actor_part_actor_id_actor"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["part_of_id"],
            ["actor.id"],
            name=op.f("fk_actor_part_part_of_id_actor"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("actor_id", "position", name=op.f("pk_actor_part")),
    )
    op.create_table(
        "actor_position",
        sa.Column("actor_id", SLUG, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("of_id", SLUG, nullable=True),
        sa.Column("date", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["actor_id"],
            ["actor.id"],
            name=op.f("fk_actor_position_actor_id_actor"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["of_id"],
            ["actor.id"],
            name=op.f("fk_actor_position_of_id_actor"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("actor_id", "position", name=op.f("pk_actor_position")),
    )
    op.create_table(
        "change",
        sa.Column("sequence", PLACE, autoincrement=False, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("kind", SLUG, nullable=False),
        sa.Column("id", SLUG, nullable=False),
        sa.Column("action", SLUG, nullable=False),
        sa.Column("before", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["revision"], ["revision.number"], name=op.f("fk_change_revision_revision")
        ),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_change")),
    )
    with op.batch_alter_table("change", schema=None) as batch_op:
        batch_op.create_index("ix_change_id", ["kind", "id", "sequence"], unique=False)
        batch_op.create_index("ix_change_revision", ["revision", "sequence"], unique=False)

    op.create_table(
        "entry_actor",
        sa.Column("entry_id", SLUG, nullable=False),
        sa.Column("actor_id", SLUG, nullable=False),
        sa.Column("role", SLUG, nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_id"],
            ["actor.id"],
            name=op.f("fk_entry_actor_actor_id_actor"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["entry.id"],
            name=op.f("fk_entry_actor_entry_id_entry"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("entry_id", "actor_id", "role", name=op.f("pk_entry_actor")),
    )
    op.create_table(
        "entry_citation",
        sa.Column("entry_id", SLUG, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("source_id", SLUG, nullable=False),
        sa.Column("via", sa.String(), nullable=True),
        sa.Column("supports", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["entry.id"],
            name=op.f("fk_entry_citation_entry_id_entry"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["source_id"],
            ["source.id"],
            name=op.f("fk_entry_citation_source_id_source"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("entry_id", "position", name=op.f("pk_entry_citation")),
    )
    op.create_table(
        "entry_correction",
        sa.Column("entry_id", SLUG, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("date", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["entry.id"],
            name=op.f("fk_entry_correction_entry_id_entry"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("entry_id", "position", name=op.f("pk_entry_correction")),
    )
    op.create_table(
        "entry_quantity",
        sa.Column("entry_id", SLUG, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("value", sa.Float(), nullable=True),
        sa.Column("qualifier", sa.String(), nullable=True),
        sa.Column("printed", sa.String(), nullable=True),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("of", sa.String(), nullable=True),
        sa.Column("notes", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["entry.id"],
            name=op.f("fk_entry_quantity_entry_id_entry"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("entry_id", "position", name=op.f("pk_entry_quantity")),
    )
    op.create_table(
        "entry_topic",
        sa.Column("entry_id", SLUG, nullable=False),
        sa.Column("topic_id", SLUG, nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["entry.id"],
            name=op.f("fk_entry_topic_entry_id_entry"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["topic_id"],
            ["topic.id"],
            name=op.f("fk_entry_topic_topic_id_topic"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("entry_id", "topic_id", name=op.f("pk_entry_topic")),
    )
    op.create_table(
        "event",
        sa.Column("id", SLUG, nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("summary", sa.String(), nullable=False),
        sa.Column("event_type", SLUG, nullable=False),
        sa.Column("place", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["id"],
            ["entry.id"],
            name=op.f("fk_event_id_entry"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
    )
    op.create_table(
        "proposal",
        sa.Column("id", SLUG, nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("summary", sa.String(), nullable=False),
        sa.Column("status", SLUG, nullable=False),
        sa.Column("status_note", sa.String(), nullable=True),
        sa.Column("detail", SLUG, nullable=False),
        sa.Column("in_reply_to_id", SLUG, nullable=True),
        sa.Column("reply_basis", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["id"],
            ["entry.id"],
            name=op.f("fk_proposal_id_entry"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["in_reply_to_id"],
            ["proposal.id"],
            name=op.f("fk_proposal_in_reply_to_id_proposal"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal")),
    )
    op.create_table(
        "event_response",
        sa.Column("event_id", SLUG, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("proposal_id", SLUG, nullable=False),
        sa.Column("actor_id", SLUG, nullable=False),
        sa.Column("stance", SLUG, nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["actor_id"],
            ["actor.id"],
            name=op.f("fk_event_response_actor_id_actor"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["event_id"],
            ["event.id"],
            name=op.f("fk_event_response_event_id_event"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["proposal_id"],
            ["proposal.id"],
            name=op.f("fk_event_response_proposal_id_proposal"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("event_id", "position", name=op.f("pk_event_response")),
    )
    op.create_table(
        "figure",
        sa.Column("id", SLUG, nullable=False),
        sa.Column("metric", SLUG, nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("claimed_by", sa.String(), nullable=True),
        sa.Column("event_id", SLUG, nullable=True),
        sa.ForeignKeyConstraint(
            ["event_id"],
            ["event.id"],
            name=op.f("fk_figure_event_id_event"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["id"],
            ["entry.id"],
            name=op.f("fk_figure_id_entry"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_figure")),
    )
    op.create_table(
        "phase",
        sa.Column("proposal_id", SLUG, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=True),
        sa.Column("notes", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["proposal_id"],
            ["proposal.id"],
            name=op.f("fk_phase_proposal_id_proposal"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("proposal_id", "number", name=op.f("pk_phase")),
    )
    op.create_table(
        "quote",
        sa.Column("id", SLUG, nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("event_id", SLUG, nullable=True),
        sa.Column("context", sa.String(), nullable=True),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("translated", sa.Boolean(), nullable=True),
        sa.Column("fragment", sa.Boolean(), nullable=False),
        sa.Column("attribution", SLUG, nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"],
            ["event.id"],
            name=op.f("fk_quote_event_id_event"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["id"],
            ["entry.id"],
            name=op.f("fk_quote_id_entry"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quote")),
    )
    op.create_table(
        "term",
        sa.Column("id", SLUG, nullable=False),
        sa.Column("proposal_id", SLUG, nullable=False),
        sa.Column("phase", sa.Integer(), nullable=True),
        sa.Column("text", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["id"],
            ["entry.id"],
            name=op.f("fk_term_id_entry"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["proposal_id"],
            ["proposal.id"],
            name=op.f("fk_term_proposal_id_proposal"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_term")),
    )
    op.create_table(
        "quote_speaker",
        sa.Column("quote_id", SLUG, nullable=False),
        sa.Column("actor_id", SLUG, nullable=False),
        sa.Column("office", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["actor_id"],
            ["actor.id"],
            name=op.f("fk_quote_speaker_actor_id_actor"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["quote_id"],
            ["quote.id"],
            name=op.f("fk_quote_speaker_quote_id_quote"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("quote_id", "actor_id", name=op.f("pk_quote_speaker")),
    )
    op.create_table(
        "rendering",
        sa.Column("quote_id", SLUG, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("source_id", SLUG, nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("translated", sa.Boolean(), nullable=True),
        sa.Column("via", sa.String(), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("evidence", SLUG, nullable=False),
        sa.Column("evidence_date", sa.String(), nullable=True),
        sa.Column("evidence_text_sha256", sa.String(), nullable=True),
        sa.Column("evidence_exact", sa.String(), nullable=True),
        sa.Column("evidence_prefix", sa.String(), nullable=True),
        sa.Column("evidence_suffix", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["quote_id"],
            ["quote.id"],
            name=op.f("fk_rendering_quote_id_quote"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["source_id"],
            ["source.id"],
            name=op.f("fk_rendering_source_id_source"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("quote_id", "position", name=op.f("pk_rendering")),
    )
    op.execute(FULL_TEXT[op.get_context().dialect.name])


def downgrade() -> None:
    """Back."""
    op.execute("DROP TABLE words")
    op.drop_table("rendering")
    op.drop_table("quote_speaker")
    op.drop_table("term")
    op.drop_table("quote")
    op.drop_table("phase")
    op.drop_table("figure")
    op.drop_table("event_response")
    op.drop_table("proposal")
    op.drop_table("event")
    op.drop_table("entry_topic")
    op.drop_table("entry_quantity")
    op.drop_table("entry_correction")
    op.drop_table("entry_citation")
    op.drop_table("entry_actor")
    with op.batch_alter_table("change", schema=None) as batch_op:
        batch_op.drop_index("ix_change_revision")
        batch_op.drop_index("ix_change_id")

    op.drop_table("change")
    op.drop_table("actor_position")
    op.drop_table("actor_part")
    op.drop_table("actor_alias")
    op.drop_table("topic")
    with op.batch_alter_table("tally", schema=None) as batch_op:
        batch_op.drop_index("ix_tally_dimension")

    op.drop_table("tally")
    op.drop_table("state")
    op.drop_table("source")
    op.drop_table("revision")
    op.drop_table("reference")
    op.drop_table("record")
    op.drop_table("posting")
    op.drop_table("name_word")
    op.drop_table("name")
    op.drop_table("former_id")
    op.drop_table("entry")
    op.drop_table("document")
    with op.batch_alter_table("correction", schema=None) as batch_op:
        batch_op.drop_index("ix_correction_day")

    op.drop_table("correction")
    op.drop_table("actor")
