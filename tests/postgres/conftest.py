"""A server for the session, or the one that PARLEY_TEST_POSTGRES names, and databases on it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.config import Settings
from app.seeding.seed import seed
from tests.conftest import SHIPPED, TINY
from tests.postgres.servers import any_server, new_database


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    """The address of a server where databases can be made."""
    with any_server() as url:
        yield url


@pytest.fixture
def empty_url(server_url: str) -> Iterator[str]:
    """The address of an empty database."""
    with new_database(server_url, f"parley_test_{os.getpid()}") as url:
        yield url


@pytest.fixture(scope="session")
def shipped_url(server_url: str) -> Iterator[str]:
    """The address of a database with the shipped record; not to be written."""
    with seeded_database(server_url, SHIPPED, "shipped") as url:
        yield url


@pytest.fixture(scope="session")
def tiny_url(server_url: str) -> Iterator[str]:
    """The address of a database with the tiny record; not to be written."""
    with seeded_database(server_url, TINY, "tiny") as url:
        yield url


@contextmanager
def seeded_database(server_url: str, folder: Path, name: str) -> Iterator[str]:
    """A database with a record."""
    with new_database(server_url, f"parley_test_{os.getpid()}_{name}") as url:
        seed(folder, Settings(database_url=url))
        yield url
