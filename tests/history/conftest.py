"""A record that is seeded again and again while it is asked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.seeding.seed import seed
from tests.api.asking import Asker
from tests.conftest import sqlite_settings
from tests.seeding.folders import Curated, read_folder, write_folder


class Bench:
    """The tiny record in memory, a database that follows it, and an application that answers."""

    def __init__(self, folder: Path, place: Path):
        self.curated: Curated = read_folder(folder)
        self.place = place
        self.database = place / "record.db"
        self.revision = 0
        self.seed()
        self.ask = Asker(self.database)

    def seed(self) -> int:
        """Seeds what is in memory; answers the number of the revision that stands now."""
        folder = write_folder(self.curated, self.place / "folder")
        summary = seed(folder, sqlite_settings(self.database), allow_removals=True)
        self.revision = summary.revision or self.revision
        return self.revision


@pytest.fixture
def bench(tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    """The tiny record, seeded once; the application looks for news before every answer."""
    monkeypatch.setattr("app.sqlite.LOOK_EVERY", 0.0)
    bench = Bench(tiny, tmp_path)
    with bench.ask:
        yield bench
