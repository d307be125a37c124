"""Views for people, and full text of the tables as Datasette and sqlite-utils find it, in SQLite"""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

NAMES = """(SELECT group_concat(actor.name, '; ') FROM entry_actor
    JOIN actor ON actor.id = entry_actor.actor_id
    WHERE entry_actor.entry_id = entry.id AND entry_actor.role = '{}')"""
TOPICS = """(SELECT group_concat(topic.label, '; ') FROM entry_topic
    JOIN topic ON topic.id = entry_topic.topic_id WHERE entry_topic.entry_id = entry.id)"""
OUTLETS = """(SELECT group_concat({}, '; ') FROM entry_citation
    JOIN source ON source.id = entry_citation.source_id
    WHERE entry_citation.entry_id = entry.id)"""
DATED = "entry.id, entry.date, entry.start_date, entry.end_date"
END = f"""{TOPICS} AS topics, {OUTLETS.format("source.publisher")} AS outlets,
    {OUTLETS.format("source.url")} AS addresses, entry.recorded, entry.notes"""
NUMBER = """{0}.value, {0}.value_from, {0}.value_to, {0}.part, {0}.whole, {0}.qualifier,
    {0}.printed, {0}.unit, {0}.currency, {0}.per, {0}."of" AS counted"""
VIEWS = {
    "quotes": f"""
        SELECT {DATED}, {NAMES.format("speaker")} AS speakers, quote.text, quote.language,
            quote.translated, quote.spoken_language, quote.fragment, quote.attribution,
            quote.context, quote.event_id, rendering.evidence, source.publisher AS outlet,
            source.title AS article, source.url AS address, {END}
        FROM quote JOIN entry ON entry.id = quote.id
        JOIN rendering ON rendering.quote_id = quote.id AND rendering.position = 0
        JOIN source ON source.id = rendering.source_id""",
    "wordings": """
        SELECT quote_id, rendering.position, rendering.text, rendering.language,
            rendering.translated, rendering.named_speaker, rendering.evidence,
            source.publisher AS outlet, source.title AS article, source.date AS published,
            source.url AS address, source.archive_url AS archived
        FROM rendering JOIN source ON source.id = rendering.source_id""",
    "events": f"""
        SELECT {DATED}, event.title, event.event_type, event.place, event.summary,
            (SELECT group_concat(actor.name || ' (' || entry_actor.role || ')', '; ')
                FROM entry_actor JOIN actor ON actor.id = entry_actor.actor_id
                WHERE entry_actor.entry_id = entry.id) AS actors, {END}
        FROM event JOIN entry ON entry.id = event.id""",
    "proposals": f"""
        SELECT {DATED}, proposal.title, proposal.status, {NAMES.format("proposer")} AS proposers,
            {NAMES.format("mediator")} AS mediators, proposal.summary, proposal.in_reply_to_id,
            proposal.amends_id, proposal.detail, {END}
        FROM proposal JOIN entry ON entry.id = proposal.id""",
    "terms_with_quantities": f"""
        SELECT {DATED}, proposal.title AS proposal, term.proposal_id, term.phase, term.clause,
            {NAMES.format("obliged")} AS obliged, {NAMES.format("beneficiary")} AS beneficiaries,
            term.text, term.condition, term.deadline, term.due_at,
            {NUMBER.format("entry_quantity")}, {END}
        FROM term JOIN entry ON entry.id = term.id
        JOIN proposal ON proposal.id = term.proposal_id
        LEFT JOIN entry_quantity ON entry_quantity.entry_id = term.id""",
    "reports": """
        SELECT term_report.term_id, term.text AS term, term.proposal_id, term_report.outcome,
            term_report.basis, term_report.date,
            (SELECT group_concat(coalesce(actor.name, term_report_claimant.name), '; ')
                FROM term_report_claimant
                LEFT JOIN actor ON actor.id = term_report_claimant.actor_id
                WHERE term_report_claimant.term_id = term_report.term_id
                    AND term_report_claimant.report = term_report.position) AS claimed_by,
            term_report.note, term_report.entry_id
        FROM term_report JOIN term ON term.id = term_report.term_id""",
    "figures": f"""
        SELECT {DATED}, figure.metric, figure.description, {NUMBER.format("entry_quantity")},
            coalesce(figure.claimed_by, {NAMES.format("claimant")}) AS claimed_by,
            figure.event_id, {END}
        FROM figure JOIN entry ON entry.id = figure.id
        JOIN entry_quantity ON entry_quantity.entry_id = figure.id""",
}
# The names begin like that of the index that the server reads, as all are made by hand.
SEARCHED = {
    "quote": ("text", "context"),
    "rendering": ("text",),
    "event": ("title", "summary"),
    "proposal": ("title", "summary"),
    "term": ("text",),
    "figure": ("description",),
    "actor": ("name", "description"),
    "source": ("title", "publisher"),
}


def upgrade() -> None:
    """Forward."""
    if op.get_bind().dialect.name != "sqlite":
        return
    for name, query in VIEWS.items():
        op.execute(f"CREATE VIEW {name} AS {query}")
    for table, columns in SEARCHED.items():
        index, listed = f"words_{table}", ", ".join(columns)
        new = ", ".join(f"new.{column}" for column in columns)
        old = ", ".join(f"old.{column}" for column in columns)
        add = f"INSERT INTO {index} (rowid, {listed}) VALUES (new.rowid, {new});"
        remove = (
            f"INSERT INTO {index} ({index}, rowid, {listed}) VALUES ('delete', old.rowid, {old});"
        )
        op.execute(f'CREATE VIRTUAL TABLE {index} USING fts5({listed}, content="{table}")')
        op.execute(f"INSERT INTO {index} ({index}) VALUES ('rebuild')")
        for event, done in (("INSERT", add), ("DELETE", remove), ("UPDATE", remove + add)):
            op.execute(
                f"CREATE TRIGGER {index}_{event.lower()} AFTER {event} ON {table} BEGIN {done} END"
            )


def downgrade() -> None:
    """Back."""
    if op.get_bind().dialect.name != "sqlite":
        return
    for table in SEARCHED:
        for event in ("insert", "delete", "update"):
            op.execute(f"DROP TRIGGER words_{table}_{event}")
        op.execute(f"DROP TABLE words_{table}")
    for name in VIEWS:
        op.execute(f"DROP VIEW {name}")
