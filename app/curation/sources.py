"""Where two versions of a record come from: a folder, a git revision, a database, a server."""

from __future__ import annotations

import io
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import orjson
from sqlalchemy import select

from app.config import Settings
from app.db.sql import Statement
from app.db.tables import record
from app.errors import SeedRefused
from app.seeding.checking import stage, without_collection
from app.seeding.seed import target_of
from app.seeding.staging import temporary_staging
from app.seeding.target import workplace
from app.seeding.temporary import temporary_folder

# The canonical form of each record by its kind and id.
Records = dict[tuple[str, str], bytes]

RECORDS = Statement(select(record.c.kind, record.c.id, record.c.body))
CHANGES = "/v1/changes?since_revision=0&limit=500"
SECONDS = 60


def records_of(place: str, folder: Path) -> Records:
    """The records of a place; a git revision is one of the folder's. Raises `SeedRefused`."""
    if place.startswith(("http://", "https://")):
        return served_records(place.rstrip("/").removesuffix("/v1"))
    if "://" in place or Path(place).is_file():
        return stored_records(place if "://" in place else f"sqlite:///{place}")
    if Path(place).is_dir():
        return records_in_folder(Path(place))
    return committed_records(place, folder)


def records_in_folder(folder: Path) -> Records:
    """The records of a folder; raises `Flawed` where it has flaws."""
    with temporary_staging("parley-diff-") as staging, without_collection():
        stage(folder, staging)
        return {
            (kind, orjson.loads(body)["id"]): body
            for kind in staging.counts()
            for body in staging.bodies(kind)
        }


def committed_records(revision: str, folder: Path) -> Records:
    """The records of a folder as they were committed."""
    command = ["git", "archive", "--format=tar", revision, "--", "."]
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        said = getattr(error, "stderr", b"").decode(errors="replace").strip() or str(error)
        raise SeedRefused(
            f"{revision}: is no folder, database or address of a server, and no git revision of "
            f"{folder} ({said})"
        ) from error
    with (
        temporary_folder("parley-diff-") as copy,
        tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive,
    ):
        if copy is None:
            raise SeedRefused(f"{revision}: needs a folder for temporary files")
        archive.extractall(copy, filter="data")
        return records_in_folder(copy)


def stored_records(url: str) -> Records:
    """The records of a database."""
    settings = Settings(database_url=url)
    if settings.sqlite_path is not None and not settings.sqlite_path.is_file():
        raise SeedRefused(f"{settings.sqlite_path}: is not there")
    with workplace(settings) as place, target_of(settings, place) as target:
        rows = target.rows(RECORDS)
        return {(kind, record_id): bytes(body) for kind, record_id, body in rows}


def served_records(address: str) -> Records:
    """The records of a running server, by its feed of changes."""
    records: Records = {}
    try:
        for change in served_changes(address):
            key = change["kind"], change["id"]
            records.pop(key, None)
            if change["record"] is not None:
                records[key] = orjson.dumps(change["record"], option=orjson.OPT_SORT_KEYS)
    except (httpx.HTTPError, orjson.JSONDecodeError, KeyError) as error:
        raise SeedRefused(f"{address}: its changes could not be read ({error})") from error
    return records


def served_changes(address: str) -> Iterator[dict[str, Any]]:
    """Every change in the feed of a server, the oldest first."""
    with httpx.Client(base_url=address, timeout=SECONDS) as client:
        following: str | None = CHANGES
        while following is not None:
            page = orjson.loads(client.get(following).raise_for_status().content)
            yield from page["data"]
            following = page["links"]["next"]
