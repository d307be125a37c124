"""A real server over the shipped record."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.api.asking import serving
from tests.conftest import SHIPPED, Seeded


@pytest.fixture(scope="session")
def server(cached_databases: Seeded) -> Iterator[str]:
    """The address of a server over the shipped record."""
    with serving(cached_databases(SHIPPED)) as base:
        yield base
