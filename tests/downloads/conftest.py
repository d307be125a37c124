"""The tiny record and the shipped one, at a public address of their own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.api.asking import Asker
from tests.conftest import SHIPPED, TINY, Seeded

PUBLIC = "https://record.example"


@pytest.fixture(scope="session")
def tiny_ask(cached_databases: Seeded) -> Iterator[Asker]:
    """Asks the tiny record."""
    with Asker(cached_databases(TINY), public_url=PUBLIC) as asker:
        yield asker


@pytest.fixture(scope="session")
def ask(cached_databases: Seeded) -> Iterator[Asker]:
    """Asks the shipped record."""
    with Asker(cached_databases(SHIPPED), public_url=PUBLIC) as asker:
        yield asker


@pytest.fixture(scope="session")
def server(shipped_server: str) -> str:
    """The address of a server over the shipped record."""
    return shipped_server
