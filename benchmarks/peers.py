"""The same record as tables that anyone would make: for the tutorial application and Datasette.

One table for each thing, link tables, an index on every column that is asked for.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

TABLES = """
CREATE TABLE actor (id TEXT PRIMARY KEY, name TEXT NOT NULL, kind TEXT NOT NULL);
CREATE TABLE topic (id TEXT PRIMARY KEY, label TEXT NOT NULL, broader_id TEXT REFERENCES topic);
CREATE TABLE source (id TEXT PRIMARY KEY, publisher TEXT, title TEXT, url TEXT, date TEXT);
CREATE TABLE event (
    id TEXT PRIMARY KEY, date TEXT, start_date TEXT, end_date TEXT, title TEXT, summary TEXT,
    event_type TEXT, place TEXT
);
CREATE TABLE quote (
    id TEXT PRIMARY KEY, date TEXT, start_date TEXT, end_date TEXT, text TEXT, context TEXT,
    language TEXT, attribution TEXT, event_id TEXT REFERENCES event
);
CREATE TABLE event_actor (
    event_id TEXT REFERENCES event, actor_id TEXT REFERENCES actor, role TEXT,
    PRIMARY KEY (event_id, actor_id)
);
CREATE TABLE event_topic (
    event_id TEXT REFERENCES event, topic_id TEXT REFERENCES topic, PRIMARY KEY (event_id, topic_id)
);
CREATE TABLE event_source (
    event_id TEXT REFERENCES event, source_id TEXT REFERENCES source,
    PRIMARY KEY (event_id, source_id)
);
CREATE TABLE quote_speaker (
    quote_id TEXT REFERENCES quote, actor_id TEXT REFERENCES actor, PRIMARY KEY (quote_id, actor_id)
);
CREATE TABLE quote_topic (
    quote_id TEXT REFERENCES quote, topic_id TEXT REFERENCES topic, PRIMARY KEY (quote_id, topic_id)
);
CREATE TABLE quote_source (
    quote_id TEXT REFERENCES quote, source_id TEXT REFERENCES source,
    PRIMARY KEY (quote_id, source_id)
);
"""
ROWS = """
INSERT INTO actor SELECT id, name, kind FROM parley.actor;
INSERT INTO topic SELECT id, label, broader_id FROM parley.topic;
INSERT INTO source SELECT id, publisher, title, url, date FROM parley.source;
INSERT INTO event SELECT id, date, start_date, end_date, title, summary, event_type, place
    FROM parley.event JOIN parley.entry USING (id);
INSERT INTO quote SELECT id, date, start_date, end_date, text, context, language, attribution,
    event_id FROM parley.quote JOIN parley.entry USING (id);
INSERT OR IGNORE INTO event_actor SELECT entry_id, actor_id, role
    FROM parley.entry_actor JOIN parley.event ON event.id = entry_id;
INSERT INTO event_topic SELECT entry_id, topic_id
    FROM parley.entry_topic JOIN parley.event ON event.id = entry_id;
INSERT OR IGNORE INTO event_source SELECT entry_id, source_id
    FROM parley.entry_citation JOIN parley.event ON event.id = entry_id;
INSERT INTO quote_speaker SELECT quote_id, actor_id FROM parley.quote_speaker;
INSERT INTO quote_topic SELECT entry_id, topic_id
    FROM parley.entry_topic JOIN parley.quote ON quote.id = entry_id;
INSERT OR IGNORE INTO quote_source SELECT entry_id, source_id
    FROM parley.entry_citation JOIN parley.quote ON quote.id = entry_id;
"""
INDEXES = """
CREATE INDEX event_by_date ON event (start_date, id);
CREATE INDEX quote_by_date ON quote (start_date, id);
CREATE INDEX quote_by_event ON quote (event_id);
CREATE INDEX event_by_actor ON event_actor (actor_id, event_id);
CREATE INDEX event_by_topic ON event_topic (topic_id, event_id);
CREATE INDEX event_by_source ON event_source (source_id, event_id);
CREATE INDEX quote_by_speaker ON quote_speaker (actor_id, quote_id);
CREATE INDEX quote_by_topic ON quote_topic (topic_id, quote_id);
CREATE INDEX quote_by_source ON quote_source (source_id, quote_id);
CREATE VIRTUAL TABLE quote_fts USING fts5(text, content='quote');
INSERT INTO quote_fts (quote_fts) VALUES ('rebuild');
ANALYZE;
"""


def build(database: Path, peer: Path) -> Path:
    """Writes the tables from a seeded database, once."""
    if peer.exists():
        return peer
    working = peer.with_suffix(".part")
    working.unlink(missing_ok=True)
    connection = sqlite3.connect(working)
    connection.execute("PRAGMA journal_mode = OFF")
    connection.execute("PRAGMA synchronous = OFF")
    connection.executescript(TABLES)
    connection.execute("ATTACH ? AS parley", (str(database),))
    connection.executescript(ROWS)
    connection.commit()
    connection.execute("DETACH parley")
    connection.executescript(INDEXES)
    connection.close()
    return working.rename(peer)
