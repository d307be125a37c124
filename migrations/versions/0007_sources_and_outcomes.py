"""Identifiers, locators, the life of proposals, reports of terms, tallies and exchanges"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

SLUG = sa.String().with_variant(sa.String(collation="C"), "postgresql")
DEFERRED = {"deferrable": True, "initially": "DEFERRED"}
TEXT, WHOLE, NUMBER = sa.String(), sa.Integer(), sa.Float()
IDENTIFIERS = {"wikidata": TEXT, "un_document": TEXT, "pax": WHOLE}
FORMS = {"value_from": NUMBER, "value_to": NUMBER}
PARTS = {"part": NUMBER, "whole": NUMBER, "currency": TEXT, "per": TEXT}
QUANTITY = {"value": NUMBER, "qualifier": TEXT, "printed": TEXT}
NEW_COLUMNS = {
    "actor": {"un_document": TEXT, "pax": WHOLE},
    "topic": IDENTIFIERS,
    "source": IDENTIFIERS,
    "entry": {"recorded": TEXT, **IDENTIFIERS},
    "entry_citation": {"locator": TEXT},
    "entry_quantity": {**FORMS, **PARTS},
    "event": {
        "voting_body_id": "actor",
        "votes_for": WHOLE,
        "votes_against": WHOLE,
        "votes_abstaining": WHOLE,
        "votes_threshold": TEXT,
    },
    "quote": {"spoken_language": TEXT},
    "rendering": {"evidence_method": TEXT, "evidence_page": TEXT, "named_speaker": TEXT},
    "proposal": {"amends_id": "proposal", "amends_basis": TEXT},
    "term": {
        "clause": TEXT,
        "condition": TEXT,
        "condition_entry_id": "entry",
        "deadline": TEXT,
        "due_at": TEXT,
    },
}
# The first columns of a table are its key; a name in place of a type is that of another table, to
# whose id the column refers.
NEW_TABLES = {
    "event_exchange": (
        {"event_id": "event", "position": WHOLE},
        {"category": SLUG, "released_by_id": "actor", "unit": TEXT},
        {"released_to_id": "actor", **QUANTITY, **FORMS, "of": TEXT},
    ),
    "proposal_life": (
        {"proposal_id": "proposal", "position": WHOLE},
        {"stage": SLUG, "date": TEXT},
        {"event_id": "event", "by_proposal_id": "proposal", "note": TEXT},
    ),
    "proposal_life_actor": (
        {"proposal_id": "proposal", "life": WHOLE, "actor_id": "actor"},
        {},
        {},
    ),
    "proposal_life_citation": (
        {"proposal_id": "proposal", "life": WHOLE, "position": WHOLE},
        {"source_id": "source"},
        {"via": TEXT, "supports": TEXT, "locator": TEXT},
    ),
    "proposal_text": (
        {"proposal_id": "proposal", "position": WHOLE},
        {"kind": SLUG, "source_id": "source"},
        {"title": TEXT, "note": TEXT},
    ),
    "term_report": (
        {"term_id": "term", "position": WHOLE},
        {"outcome": SLUG, "basis": SLUG, "date": TEXT, "cumulative": sa.Boolean()},
        {"note": TEXT, "entry_id": "entry"},
    ),
    "term_report_claimant": (
        {"term_id": "term", "report": WHOLE, "position": WHOLE},
        {},
        {"actor_id": "actor", "name": TEXT},
    ),
    "term_report_citation": (
        {"term_id": "term", "report": WHOLE, "position": WHOLE},
        {"source_id": "source"},
        {"via": TEXT, "supports": TEXT, "locator": TEXT},
    ),
    "term_report_quantity": (
        {"term_id": "term", "report": WHOLE, "position": WHOLE},
        {"unit": TEXT},
        {**QUANTITY, "of": TEXT, "notes": TEXT, **FORMS, **PARTS},
    ),
}


def upgrade() -> None:
    """Forward."""
    for table, columns in NEW_COLUMNS.items():
        with op.batch_alter_table(table) as altered:
            for name, kind in columns.items():
                altered.add_column(sa.Column(name, SLUG if isinstance(kind, str) else kind))
                if isinstance(kind, str):
                    altered.create_foreign_key(
                        f"fk_{table}_{name}_{kind}", kind, [name], ["id"], **DEFERRED
                    )
    for table, (key, required, optional) in NEW_TABLES.items():
        op.create_table(
            table,
            *(column(name, kind, primary_key=True) for name, kind in key.items()),
            *(column(name, kind, nullable=False) for name, kind in required.items()),
            *(column(name, kind, nullable=True) for name, kind in optional.items()),
        )


def column(name: str, kind: object, **options: bool) -> sa.Column[object]:
    """A column of a type, or one that refers to the id of a table."""
    if isinstance(kind, str):
        return sa.Column(name, SLUG, sa.ForeignKey(f"{kind}.id", **DEFERRED), **options)
    return sa.Column(name, kind, **options)


def downgrade() -> None:
    """Back."""
    for table in reversed(NEW_TABLES):
        op.drop_table(table)
    for table, columns in NEW_COLUMNS.items():
        with op.batch_alter_table(table) as altered:
            for name, kind in columns.items():
                if isinstance(kind, str):
                    altered.drop_constraint(f"fk_{table}_{name}_{kind}", type_="foreignkey")
                altered.drop_column(name)
