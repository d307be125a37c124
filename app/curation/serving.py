"""`parley serve FOLDER`: a record checked, seeded into a cache of its own, and served.

With `--watch` it is seeded again when a file is saved; pages then load again, or show the flaws.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from platformdirs import user_cache_path

from app.errors import ParleyError
from app.seeding.files import visible_files

EVERY_SECONDS = 0.5
# The files of a folder with their sizes and times.
Stamp = dict[Path, tuple[int, int]]


def cached_database(folder: Path) -> Path:
    """The database file of a folder's record, in the user's cache."""
    place = str(folder.resolve())
    name = f"{folder.resolve().name}-{hashlib.sha256(place.encode()).hexdigest()[:12]}.db"
    return user_cache_path("parley") / name


def load_folder(folder: Path, database: Path, report: Path) -> None:
    """Loads the record in a process of its own, so that the server answers on."""
    command = [sys.executable, "-P", "-m", "app.curation.loading"]
    subprocess.run(
        [*command, folder, database, report], env={**os.environ, "PYTHONUTF8": "1"}, check=False
    )


def prepare(folder: Path, *, watching: bool) -> tuple[Path, Path | None]:
    """The database of a record, and where the report on it stands while it is watched.

    Raises `ParleyError` where the record cannot be loaded, and nothing watches for it to be mended.
    """
    database = cached_database(folder)
    database.parent.mkdir(parents=True, exist_ok=True)
    report = database.with_suffix(".report.txt")
    changes = saves(folder)
    load_folder(folder, database, report)
    while watching and not database.exists():
        next(changes)
        load_folder(folder, database, report)
    if not database.exists():
        raise ParleyError(f"The record in {folder} could not be loaded; mend what is said above.")
    if not watching:
        return database, None

    def watch() -> None:
        for _ in changes:
            load_folder(folder, database, report)

    threading.Thread(target=watch, daemon=True).start()
    return database, report


def saves(folder: Path) -> Iterator[None]:
    """Waits until a file of a folder is saved, added or removed; again and again."""
    before = stamp_of(folder)
    while True:
        time.sleep(EVERY_SECONDS)
        now = stamp_of(folder)
        if now != before:
            yield
        before = now


def stamp_of(folder: Path) -> Stamp:
    """What tells that a file was saved, added or removed."""
    found: Stamp = {}
    for path in visible_files(folder, lambda _: None):
        try:
            state = path.stat()
        except FileNotFoundError:
            continue
        found[path] = state.st_mtime_ns, state.st_size
    return found
