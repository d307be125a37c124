"""The records that tests ask, and databases seeded from them."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from app.config import Settings
from app.seeding.seed import seed

TINY = Path(__file__).parent / "records" / "good-friday"
SHIPPED = Path(__file__).parents[1] / "seed_data"

Seeded = Callable[[Path], Path]

# What starts real servers, browsers or databases, or asks thousands of questions: `make slow`.
SLOW = (
    "tests/api/test_contract.py",
    "tests/benchmarks/",
    "tests/check/test_matcher.py",
    "tests/examples/",
    "tests/history/test_mirror.py",
    "tests/history/test_then.py",
    "tests/operation/",
    "tests/pages/test_browser.py",
    "tests/postgres/",
    "tests/seeding/test_interruptions.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks what `make test` leaves to `make slow`; `make check` runs both."""
    for item in items:
        if item.nodeid.startswith(SLOW):
            item.add_marker(pytest.mark.slow)


def sqlite_settings(database: Path) -> Settings:
    """The settings for a database file."""
    return Settings(database_url=f"sqlite:///{database}")


@pytest.fixture
def tiny() -> Path:
    """The folder of a tiny record of another negotiation."""
    return TINY


@pytest.fixture
def shipped() -> Path:
    """The folder of the record that is shipped."""
    return SHIPPED


@pytest.fixture(scope="session")
def cached_databases(tmp_path_factory: pytest.TempPathFactory) -> Seeded:
    """Seeds each folder once a session; the files are to be copied, never written."""
    kept: dict[Path, Path] = {}

    def database_of(folder: Path) -> Path:
        if folder not in kept:
            path = tmp_path_factory.mktemp("seeded") / "record.db"
            seed(folder, sqlite_settings(path))
            kept[folder] = path
        return kept[folder]

    return database_of


@pytest.fixture
def seeded(tmp_path: Path, cached_databases: Seeded) -> Seeded:
    """Seeds a folder into a database file of the test's own: `seeded(tiny)`.

    What stands in the checkout does not change during a session and is seeded once.
    """

    def database_of(folder: Path) -> Path:
        path = tmp_path / "record.db"
        if folder in (TINY, SHIPPED):
            shutil.copyfile(cached_databases(folder), path)
        else:
            seed(folder, sqlite_settings(path))
        return path

    return database_of
