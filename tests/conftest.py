"""The records that tests ask, and databases seeded from them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from app.config import Settings
from app.seeding.seed import seed
from tests.api.asking import Asker, serving
from tests.engines import Chosen, url_of

TINY = Path(__file__).parent / "records" / "good-friday"
SHIPPED = Path(__file__).parents[1] / "seed_data"

Seeded = Callable[[Path], Path]

# What starts real servers, browsers or databases, or asks thousands of questions: `make slow`.
SLOW = (
    "tests/agents/",
    "tests/api/test_contract.py",
    "tests/benchmarks/",
    "tests/curation/",
    "tests/downloads/",
    "tests/evidence/test_fetching.py",
    "tests/quotecheck/test_bounds.py",
    "tests/quotecheck/test_labelled.py",
    "tests/examples/",
    "tests/history/test_mirror.py",
    "tests/history/test_then.py",
    "tests/operation/",
    "tests/pages/test_browser.py",
    "tests/pages/test_docs.py",
    "tests/pages/test_embedding.py",
    "tests/pages/test_language.py",
    "tests/postgres/",
    "tests/seeding/mistakes/",
    "tests/seeding/test_interruptions.py",
    "tests/seeding/test_places.py",
    "tests/seeding/test_processes.py",
)

# What takes longest of it begins first, so that no worker has it left when the others have ended.
LONGEST = (
    "tests/operation/test_setup.py",
    "tests/seeding/test_places.py",
    "tests/seeding/mistakes/",
    "tests/api/test_contract.py",
    "tests/quotecheck/test_labelled.py",
    "tests/history/test_mirror.py",
    "tests/postgres/",
    "tests/operation/test_cache_in_front.py",
)

# What `--engine=postgresql` leaves out, and why.
ABOUT_FILES = {
    "tests/benchmarks/": "measures SQLite",
    "tests/downloads/test_dataset.py::test_every_download_is_there": "the file is one of them",
    "tests/downloads/test_sqlite_file.py": "downloads the file",
    "tests/operation/test_backups.py": "copies the file",
    "tests/operation/test_file_faults.py": "damages the file",
    "tests/operation/test_limits.py::test_the_deadline_of_a_statement": "takes SQLite's time away",
    "tests/net/": "pins the answers of SQLite; tests/postgres compares the engines",
    "tests/postgres/": "asks both engines as it is",
    "tests/seeding/": "looks into the file; tests/postgres seeds PostgreSQL",
}


def pytest_addoption(parser: pytest.Parser) -> None:
    """The engine that the tests of HTTP ask."""
    parser.addoption("--engine", choices=("sqlite", "postgresql"), default="sqlite")


def pytest_configure(config: pytest.Config) -> None:
    """Puts the databases of tests on the engine that is asked for."""
    if config.getoption("engine") == "postgresql":
        # Imported here, as the package of the server is not needed for SQLite.
        from tests.postgres.engine import Databases  # noqa: PLC0415

        Chosen.engine = Databases()


def pytest_unconfigure() -> None:
    """Removes the databases."""
    Chosen.engine.close()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks what `make test` leaves to `make slow`, and what is not about the engine asked for."""
    for item in items:
        if item.nodeid.startswith(SLOW):
            item.add_marker(pytest.mark.slow)
        for prefix, reason in ABOUT_FILES.items():
            if Chosen.engine.name != "sqlite" and item.nodeid.startswith(prefix):
                item.add_marker(pytest.mark.skip(reason=reason))
    items.sort(key=turn)


def turn(item: pytest.Item) -> int:
    """When a test has its turn: the longest ones first, the others as they were."""
    turns = (turn for turn, prefix in enumerate(LONGEST) if item.nodeid.startswith(prefix))
    return next(turns, len(LONGEST))


def sqlite_settings(database: Path) -> Settings:
    """The settings for a database file."""
    return Settings(database_url=f"sqlite:///{database}")


def settings_of(database: Path) -> Settings:
    """The settings for a database of the engine that is asked for."""
    return Settings(database_url=url_of(database))


@pytest.fixture
def tiny() -> Path:
    """The folder of a tiny record of another negotiation."""
    return TINY


@pytest.fixture
def shipped() -> Path:
    """The folder of the record that is shipped."""
    return SHIPPED


@pytest.fixture(scope="session")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Seeded:
    """Seeds each folder once a session, into a database that is copied and never opened."""

    @cache
    def database_of(folder: Path) -> Path:
        path = tmp_path_factory.mktemp("pristine") / "record.db"
        seed(folder, settings_of(path))
        return path

    return database_of


@pytest.fixture(scope="session")
def cached_databases(pristine: Seeded, tmp_path_factory: pytest.TempPathFactory) -> Seeded:
    """A database of each folder for the whole session; to be asked, never written."""

    @cache
    def database_of(folder: Path) -> Path:
        path = tmp_path_factory.mktemp("seeded") / "record.db"
        Chosen.engine.copy(pristine(folder), path)
        return path

    return database_of


@pytest.fixture(scope="session")
def cached_files(cached_databases: Seeded, tmp_path_factory: pytest.TempPathFactory) -> Seeded:
    """The same as files of SQLite, for tests that read the file, whichever engine is asked."""
    if Chosen.engine.name == "sqlite":
        return cached_databases

    @cache
    def file_of(folder: Path) -> Path:
        path = tmp_path_factory.mktemp("file") / "record.db"
        seed(folder, sqlite_settings(path))
        return path

    return file_of


@pytest.fixture
def seeded(tmp_path: Path, pristine: Seeded) -> Iterator[Seeded]:
    """Seeds a folder into a database of the test's own: `seeded(tiny)`.

    What stands in the checkout does not change during a session and is seeded once.
    """
    path = tmp_path / "record.db"

    def database_of(folder: Path) -> Path:
        if folder in (TINY, SHIPPED):
            Chosen.engine.copy(pristine(folder), path)
        else:
            seed(folder, settings_of(path))
        return path

    yield database_of
    Chosen.engine.drop(path)


@pytest.fixture(scope="session")
def tiny_ask(cached_databases: Seeded) -> Iterator[Asker]:
    """Asks the tiny record."""
    with Asker(cached_databases(TINY)) as asker:
        yield asker


@pytest.fixture(scope="session")
def ask(cached_databases: Seeded) -> Iterator[Asker]:
    """Asks the shipped record."""
    with Asker(cached_databases(SHIPPED)) as asker:
        yield asker


@pytest.fixture(scope="session")
def tiny_server(cached_databases: Seeded) -> Iterator[str]:
    """The address of a server over the tiny record."""
    with serving(cached_databases(TINY)) as base:
        yield base


@pytest.fixture(scope="session")
def shipped_server(cached_databases: Seeded) -> Iterator[str]:
    """The address of a server over the shipped record."""
    with serving(cached_databases(SHIPPED)) as base:
        yield base
