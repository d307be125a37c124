"""Servers that the tools of others ask, and a browser."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from app.seeding.seed import seed
from tests.api.asking import serving
from tests.conftest import SHIPPED, TINY, sqlite_settings
from tests.pages.browsing import opened_browser


@contextmanager
def served(record: Path, folder: Path) -> Iterator[str]:
    """The address of a server over a record."""
    database = folder / "record.db"
    seed(record, sqlite_settings(database))
    with serving(database) as base:
        yield base


@pytest.fixture(scope="session")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server over the shipped record."""
    with served(SHIPPED, tmp_path_factory.mktemp("shipped")) as address:
        yield address


@pytest.fixture(scope="session")
def tiny_base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server over the tiny record."""
    with served(TINY, tmp_path_factory.mktemp("tiny")) as address:
        yield address


# Not of the session: while it is open, nothing else may run an event loop.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium."""
    with opened_browser() as opened:
        yield opened
