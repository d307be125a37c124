"""The tiny record with three drafts that answer each other."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.seeding.seed import seed
from tests.api.asking import Asker
from tests.conftest import SHIPPED, TINY, Seeded, settings_of

DRAFTS = Path(__file__).parent / "drafts.yaml"


@pytest.fixture(scope="module")
def drafts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asker]:
    """Asks the tiny record with the drafts."""
    place = tmp_path_factory.mktemp("drafts")
    shutil.copytree(TINY, place / "seed")
    shutil.copy(DRAFTS, place / "seed" / "proposals" / "drafts.yaml")
    database = place / "record.db"
    seed(place / "seed", settings_of(database))
    with Asker(database) as ask:
        yield ask


@pytest.fixture(scope="module")
def shipped_ask(cached_databases: Seeded) -> Iterator[Asker]:
    """Asks the shipped record."""
    with Asker(cached_databases(SHIPPED)) as ask:
        yield ask
