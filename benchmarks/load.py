"""How fast a record is checked and loaded, beside bare executemany of the same rows.

`python -m benchmarks.load S` makes the record where it is missing, and leaves the database that
`benchmarks.serve` asks.
"""

from __future__ import annotations

import argparse
import os
import sqlite3
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from typing import Any

from app.entries.fulltext import FULL_TEXT
from app.kinds import KINDS
from app.reference import REFERENCE_TYPES
from app.reference.registry import Reference
from app.seeding.index_terms import index_entry
from app.seeding.target import PAGE_BYTES
from benchmarks.generate import SIZES, generate
from benchmarks.processes import family, proportional
from benchmarks.report import WORK, machine, publish, save, table

CHUNK = 20_000
# The command `parley` of this Python.
PARLEY = (sys.executable, "-c", "from app.cli import main; raise SystemExit(main())")
PRAGMAS = (
    f"page_size = {PAGE_BYTES}",
    "journal_mode = OFF",
    "synchronous = OFF",
    "cache_size = -262144",
    "temp_store = FILE",
)


def record_of(size: str, *, changed: bool = False) -> Path:
    """The folder of a size, made once; `changed` differs in one entry of a hundred."""
    folder = WORK / size / ("changed" if changed else "record")
    if not (folder / "figures").exists():
        generate(size, folder, changed=changed)
    return folder


def database_of(size: str) -> Path:
    """The database of a size, seeded once."""
    path = WORK / size / "parley.db"
    if not path.exists():
        seed(record_of(size), path)
    return path


def parley(*arguments: str) -> dict[str, float]:
    """Runs a command of Parley in a process of its own: seconds, and the most memory in MB.

    The memory is that of all processes that it starts.
    """
    began = time.perf_counter()
    process = os.posix_spawn(
        sys.executable,
        [*PARLEY, *arguments],
        {**os.environ, "TQDM_DISABLE": "1"},
    )
    ended = threading.Event()
    with ThreadPoolExecutor(1) as beside:
        most = beside.submit(most_memory, process, ended)
        _, status, usage = os.wait4(process, 0)
        ended.set()
    if status:
        raise SystemExit(f"parley {' '.join(arguments)} failed")
    seconds = time.perf_counter() - began
    return {
        "seconds": seconds,
        "cpu": usage.ru_utime + usage.ru_stime,
        "mb": most.result(),
    }


def most_memory(pid: int, ended: threading.Event) -> float:
    """The most memory in MB that a process and those it started have together."""
    most = 0.0
    while not ended.wait(0.5):
        most = max(most, sum(map(proportional, family(pid))))
    return most


def seed(folder: Path, database: Path) -> dict[str, float]:
    """Seeds a folder."""
    return parley("seed", str(folder), "--database", f"sqlite:///{database}")


def bare(database: Path, copy: Path) -> dict[str, float]:
    """Writes every row of a database into an empty one with the same tables and indexes.

    The rows come in the order in which the tables hold them, which is the fastest one; reading
    them is not counted.
    """
    copy.unlink(missing_ok=True)
    source = sqlite3.connect(f"file:{database}?mode=ro&immutable=1", uri=True)
    target = sqlite3.connect(copy, isolation_level=None)
    for pragma in PRAGMAS:
        target.execute(f"PRAGMA {pragma}")
    clock = Clock()
    clock.run(lambda: target.execute("BEGIN"))
    names = create(source, target)
    for name in names:
        rows = copy_rows(name, source, target, clock)
        clock.rows += rows
    clock.run(lambda: target.execute("COMMIT"))
    for connection in (source, target):
        connection.close()
    return {"seconds": clock.seconds, "cpu": clock.cpu, "rows": clock.rows}


class Clock:
    """Adds up the time of what it runs."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.cpu = 0.0
        self.rows = 0

    def run(self, step: Callable[[], Any]) -> None:
        """Runs and counts."""
        began, used = time.perf_counter(), time.process_time()
        step()
        self.seconds += time.perf_counter() - began
        self.cpu += time.process_time() - used


def create(source: sqlite3.Connection, target: sqlite3.Connection) -> list[str]:
    """Makes the tables and indexes of one database in the other; returns the tables."""
    full_text = source.execute(
        "SELECT name FROM sqlite_master WHERE sql LIKE 'CREATE VIRTUAL TABLE%'"
    ).fetchall()
    parts = ("data", "idx", "content", "docsize", "config")
    shadows = {f"{name}_{part}" for (name,) in full_text for part in parts}
    found = source.execute(
        "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY type = 'index'"
    )
    kept = [each for each in found if each[1] not in shadows and not each[1].startswith("sqlite_")]
    for _, _, sql in kept:
        target.execute(sql)
    return [name for kind, name, _ in kept if kind == "table"]


def copy_rows(
    name: str, source: sqlite3.Connection, target: sqlite3.Connection, clock: Clock
) -> int:
    """Copies the rows of a table; returns how many."""
    columns = [f'"{row[1]}"' for row in source.execute(f"PRAGMA table_info({name})")]
    if name == "words":
        columns.insert(0, "rowid")
        found = indexed_texts(source)
    else:
        found = source.execute(f"SELECT {', '.join(columns)} FROM {name}")
    marks = ", ".join("?" * len(columns))
    insertion = f"INSERT INTO {name} ({', '.join(columns)}) VALUES ({marks})"
    copied = 0
    while rows := list(islice(found, CHUNK)):
        clock.run(lambda rows=rows: target.executemany(insertion, rows))  # type: ignore[misc]
        copied += len(rows)
    return copied


def indexed_texts(source: sqlite3.Connection) -> Iterator[tuple[int, str]]:
    """Sort key and text of each entry in the full-text index, which has no copy of the text."""
    records = source.execute("SELECT kind, body FROM record WHERE sort_key IS NULL")
    reference = Reference(
        (kind, REFERENCE_TYPES[kind].record.model_validate_json(body))
        for kind, body in records
        if kind in REFERENCE_TYPES
    )
    entries = source.execute(
        "SELECT kind, sort_key, body FROM record WHERE sort_key IS NOT NULL ORDER BY sort_key"
    )
    for kind, sort_key, body in entries:
        words, _ = index_entry(kind, KINDS[kind].record.model_validate_json(body), reference)
        yield sort_key, FULL_TEXT["sqlite"].stored(words)


def measure(size: str) -> dict[str, dict[str, float]]:
    """Check, seed, seed again with one entry in a hundred changed, and the bare rows."""
    record, changed = record_of(size), record_of(size, changed=True)
    database, again, copy = (WORK / size / name for name in ("parley.db", "again.db", "bare.db"))
    database.unlink(missing_ok=True)
    results = {"check": parley("check", str(record)), "seed": seed(record, database)}
    results["bare"] = bare(database, copy)
    copy.unlink()
    again.write_bytes(b"")
    again.unlink()
    os.link(database, again)
    results["re-seed"] = seed(changed, again)
    again.unlink()
    return results


def main() -> None:
    """python -m benchmarks.load SIZE"""
    asking = argparse.ArgumentParser(description=__doc__)
    asking.add_argument("size", choices=SIZES, nargs="?", default="S")
    size = asking.parse_args().size
    results = measure(size)
    rows = results["bare"]["rows"]
    slowest = results["seed"]["seconds"]
    lines = [
        [
            name,
            done["seconds"],
            done["cpu"],
            rows / done["seconds"] if name in ("seed", "bare") else None,
            slowest / done["seconds"],
            done.get("mb"),
        ]
        for name, done in results.items()
    ]
    names = ("", "seconds", "of the processor", "rows/s", "times as fast as seeding", "MB")
    shown = table(names, lines)
    print(shown)
    save(f"load-{size}", {"machine": machine(), "results": results})
    publish(f"load {size}", f"{SIZES[size]}, {rows:,.0f} rows; {machine()}.\n\n{shown}")


if __name__ == "__main__":
    main()
