"""Parley on PostgreSQL beside an application of async SQLAlchemy and asyncpg on the same server.

`python -m benchmarks.postgres S` starts a PostgreSQL of its own, loads both, and drives both with
wrk. The server of PostgreSQL has no core of its own on a machine with two: it shares them.
"""

from __future__ import annotations

import argparse
import sqlite3
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg

from app.db.relational import TABLES as RELATIONAL
from app.db.tables import METADATA
from app.seeding.postgres import postgres_target
from benchmarks.generate import SIZES
from benchmarks.load import PARLEY, database_of
from benchmarks.peers import INDEXES, TABLES, build
from benchmarks.questions import QUESTIONS, Values
from benchmarks.report import WORK, machine, publish, save, table
from benchmarks.serve import Results, drive, medians, part
from benchmarks.servers import UVICORN, paths_of, serving
from tests.postgres.servers import servers

ASKED = ("by actor", "actor, dates", "actor, topic, dates", "quotes by speaker, topic", "one entry")
# Rows of one COPY.
COPIED = 5000
SETTINGS = "shared_buffers = 1GB\nmax_wal_size = 8GB\n"
NAMES = ("Parley, uncached", "async SQLAlchemy + asyncpg")


def asyncpg_folder() -> Path:
    """Where asyncpg is, which Parley itself does without."""
    folder = WORK / "asyncpg"
    if not (folder / "asyncpg").exists():
        install = [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(folder)]
        subprocess.run([*install, "asyncpg"], check=True)
    return folder


def load_parley(database: Path, url: str) -> None:
    """Copies what the server reads from a seeded file, which is the same on both engines.

    The full text is left out, of which no question here asks.
    """
    opened = sqlite3.connect(f"file:{database}?mode=ro&immutable=1", uri=True)
    with closing(opened) as source, postgres_target(url) as target:
        for table in METADATA.sorted_tables:
            if table.name in RELATIONAL:
                continue
            columns = ", ".join(f'"{column.name}"' for column in table.columns)
            rows = source.execute(f'SELECT {columns} FROM "{table.name}"')
            while part := rows.fetchmany(COPIED):
                target.insert(table, part)
        target.commit()


def load_peer(peer: Path, url: str) -> None:
    """Copies the tables that anyone would make into PostgreSQL, with the same indexes."""
    source = sqlite3.connect(f"file:{peer}?mode=ro&immutable=1", uri=True)
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(TABLES.encode())
        for name in tables_in(TABLES):
            with connection.cursor() as cursor, cursor.copy(f"COPY {name} FROM STDIN") as copied:
                for row in source.execute(f"SELECT * FROM {name}"):
                    copied.write_row(row)
        for statement in INDEXES.split(";"):
            if "CREATE INDEX" in statement or "ANALYZE" in statement:
                connection.execute(statement.encode())
    source.close()


def tables_in(text: str) -> Iterator[str]:
    """The names of the tables that some statements make."""
    for statement in text.split(";"):
        words = statement.split()
        if words[:2] == ["CREATE", "TABLE"]:
            yield words[2]


def compared(size: str, rounds: int, seconds: float) -> Results:
    """Each question to both, in turn."""
    database = database_of(size)
    values = Values(database)
    asked = [each for each in QUESTIONS if each.name in ASKED]
    peer = build(database, database.with_name("peer.db"))
    results: Results = {question.name: defaultdict(list) for question in asked}
    with servers("bench") as (server,):
        server.create(SETTINGS)
        server.start()
        with psycopg.connect(server.url().replace("+psycopg", ""), autocommit=True) as connection:
            connection.execute("CREATE DATABASE parley")
            connection.execute("CREATE DATABASE peer")
        load_parley(database, server.url("parley"))
        load_peer(peer, server.url("peer"))
        serve = [*PARLEY, "serve", "--port", "{port}"]
        settings = {
            "DATABASE_URL": server.url("parley"),
            "CACHE_BYTES": "0",
            "LOG_REQUESTS": "none",
        }
        other = [sys.executable, *UVICORN, "--port", "{port}", "benchmarks.tutorial_async:app"]
        others = {
            "TUTORIAL_DATABASE": server.url("peer").replace("psycopg", "asyncpg"),
            "PYTHONPATH": str(asyncpg_folder()),
        }
        with (
            serving(NAMES[0], "parley", serve, environment=settings) as ours,
            serving(NAMES[1], "tutorial", other, environment=others) as theirs,
        ):
            for question in asked:
                lines = {each.name: paths_of(each, question, values) for each in (ours, theirs)}
                for _ in range(rounds):
                    for each in (ours, theirs):
                        done = drive(each, lines[each.name], seconds, "1")
                        results[question.name][each.name].append(done)
                        print(f"{question.name}, {each.name}: {done['rps']:,.0f}/s", flush=True)
    return results


def main() -> None:
    """python -m benchmarks.postgres SIZE"""
    asking = argparse.ArgumentParser(description=__doc__)
    asking.add_argument("size", choices=SIZES, nargs="?", default="S")
    asking.add_argument("--rounds", type=int, default=3)
    asking.add_argument("--seconds", type=float, default=2)
    given = asking.parse_args()
    results = compared(given.size, given.rounds, given.seconds)
    rows = []
    for question, runs in results.items():
        found = [medians(runs[name]) for name in NAMES]
        ours, theirs = ([run["rps"] for run in runs[name]] for name in NAMES)
        rates = [each["rps"] for each in found]
        times = part(ours, theirs)
        rows.append([question, *rates, times, *(each["p99"] for each in found)])
    heads = ["requests/s", *NAMES, "times", *(f"p99 ms, {name}" for name in NAMES)]
    text = f"{SIZES[given.size]}; {machine()}.\n\n{table(heads, rows)}"
    print(text)
    save(f"postgres-{given.size}", {"machine": machine(), "results": results})
    publish(f"postgres {given.size}", text)


if __name__ == "__main__":
    main()
