"""The tiny record and the shipped one, asked in-process and over a real server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.api.asking import Asker, serving
from tests.conftest import SHIPPED, TINY, Seeded


@pytest.fixture(scope="session")
def tiny_ask(cached_databases: Seeded) -> Iterator[Asker]:
    """Asks the tiny record."""
    with Asker(cached_databases(TINY)) as ask:
        yield ask


@pytest.fixture(scope="session")
def ask(cached_databases: Seeded) -> Iterator[Asker]:
    """Asks the shipped record."""
    with Asker(cached_databases(SHIPPED)) as asker:
        yield asker


@pytest.fixture(scope="session")
def server(cached_databases: Seeded) -> Iterator[str]:
    """The address of a server over the shipped record."""
    with serving(cached_databases(SHIPPED)) as base:
        yield base
