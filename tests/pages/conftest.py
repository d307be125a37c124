"""A browser, a server for it, and a record that is hostile in every text of it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from playwright.sync_api import Browser

from app.seeding.seed import seed
from tests.conftest import TINY, settings_of
from tests.pages.browsing import opened_browser
from tests.pages.hostile import made_hostile


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium."""
    with opened_browser() as opened:
        yield opened


@pytest.fixture(scope="session")
def base(shipped_server: str) -> str:
    """The address of a server over the shipped record."""
    return shipped_server


@pytest.fixture(scope="session")
def hostile_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny record with markup, scripts and signs of templates in every text of it."""
    folder = tmp_path_factory.mktemp("hostile") / "record"
    shutil.copytree(TINY, folder)
    for path in folder.rglob("*.yaml"):
        records = yaml.safe_load(path.read_text(encoding="utf-8"))
        path.write_text(
            yaml.safe_dump(
                made_hostile(records), allow_unicode=True, sort_keys=False, width=10_000
            ),
            encoding="utf-8",
        )
    database = folder.parent / "record.db"
    seed(folder, settings_of(database))
    return database
