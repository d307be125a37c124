"""docs/backups.md does what it says: what is restored has the record's digest."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import time
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import Any

import psycopg

from app.config import Settings
from app.db.snapshots import LOOK_EVERY
from app.seeding.seed import seed
from tests.api.asking import Asker
from tests.conftest import TINY, Seeded, sqlite_settings
from tests.postgres.servers import BINARIES, plain, servers
from tests.seeding.folders import Edit, edited

RECORDS = 'SELECT kind, id, body FROM record ORDER BY kind COLLATE "{}", id COLLATE "{}"'
LATEST = "SELECT digest FROM revision ORDER BY number DESC LIMIT 1"
NEW_TITLE = Edit("events/1998.yaml", "title: A draft is", "title: A first draft is")


def recomputed(rows: Iterable[tuple[Any, ...]]) -> str:
    """The digest of some records, from their bodies alone."""
    digest = sha256()
    for kind, record_id, body in rows:
        digest.update(f"{kind}\0{record_id}\0".encode() + sha256(bytes(body)).digest())
    return digest.hexdigest()


def test_a_copied_file_is_a_backup(seeded: Seeded, tiny: Path, tmp_path: Path) -> None:
    """Copied, changed, restored by a rename under a running server: the digest is the old one."""
    database = seeded(tiny)
    with Asker(database) as ask:
        digest = ask("/v1/dataset").headers["parley-revision"]
        backup = shutil.copyfile(database, tmp_path / "backup.db")
        seed(edited(tiny, [NEW_TITLE], tmp_path / "changed"), sqlite_settings(database))
        time.sleep(LOOK_EVERY)
        assert ask("/v1/dataset").headers["parley-revision"] != digest
        shutil.copyfile(backup, tmp_path / "record.db.new").replace(database)
        time.sleep(LOOK_EVERY)
        assert ask("/v1/dataset").headers["parley-revision"] == digest
        assert ask("/health/ready").status_code == 200
    with sqlite3.connect(database) as connection:
        assert connection.execute(LATEST).fetchone() == (digest,)
        rows = connection.execute(RECORDS.format("BINARY", "BINARY"))
        assert recomputed(rows) == digest
    connection.close()


def test_a_dump_is_a_backup(tmp_path: Path) -> None:
    """pg_dump, a new database, pg_restore: it answers, and the digest is that of the record."""
    with servers("server") as (server,):
        server.create()
        server.start()
        first = seed(TINY, Settings(database_url=server.url()))
        dump = tmp_path / "parley.dump"
        tool("pg_dump", "--format=custom", f"--file={dump}", plain(server.url()))
        with psycopg.connect(plain(server.url()), autocommit=True) as connection:
            connection.execute("CREATE DATABASE restored")
        restored = server.url("restored")
        tool("pg_restore", "--no-owner", f"--dbname={plain(restored)}", str(dump))
        with psycopg.connect(plain(restored)) as connection:
            assert connection.execute(LATEST).fetchone() == (first.digest,)
            rows = connection.execute(RECORDS.format("C", "C").encode())
            assert recomputed(rows) == first.digest
        with Asker(restored) as ask:
            assert ask("/v1/dataset").headers["parley-revision"] == first.digest
            assert ask("/v1/events").status_code == 200


def tool(name: str, *arguments: str) -> None:
    """Runs one of PostgreSQL's tools as whoever runs the test."""
    subprocess.run([BINARIES / name, *arguments], check=True, capture_output=True, timeout=120)
