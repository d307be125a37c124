"""A real server over the shipped record."""

from __future__ import annotations

import pytest


@pytest.fixture(scope="session")
def server(shipped_server: str) -> str:
    """The address of a server over the shipped record."""
    return shipped_server
