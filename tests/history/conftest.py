"""A record that is seeded again and again while it is asked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.seeding.seed import seed
from tests.api.asking import Asker
from tests.conftest import TINY, Seeded, settings_of
from tests.seeding.folders import Curated, read_folder, write_folder


class Bench:
    """The tiny record in memory, a database that follows it, and an application that answers."""

    def __init__(self, folder: Path, database: Path):
        self.curated: Curated = read_folder(folder)
        self.database = database
        self.revision = 1
        self.ask = Asker(database)

    def seed(self) -> int:
        """Seeds what is in memory; answers the number of the revision that stands now."""
        folder = write_folder(self.curated, self.database.with_name("folder"))
        summary = seed(folder, settings_of(self.database), allow_removals=True)
        self.revision = summary.revision or self.revision
        # PostgreSQL is looked at once a second while a server runs; readiness looks at once.
        self.ask("/health/ready")
        return self.revision


@pytest.fixture
def bench(tiny: Path, seeded: Seeded, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    """The tiny record, seeded once; the application looks for news before every answer."""
    monkeypatch.setattr("app.db.sqlite.LOOK_EVERY", 0.0)
    bench = Bench(tiny, seeded(tiny))
    with bench.ask:
        yield bench


@pytest.fixture(scope="session")
def still(cached_databases: Seeded) -> Iterator[Asker]:
    """Asks the tiny record, which is not seeded again."""
    with Asker(cached_databases(TINY)) as ask:
        yield ask
