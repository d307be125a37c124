"""The tiny record, asked with the settings of a test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from tests.api.asking import Asker
from tests.conftest import TINY, Seeded

Asking = Callable[..., Asker]


@pytest.fixture
def asking(cached_databases: Seeded) -> Iterator[Asking]:
    """Makes an application over the tiny record: `asking(max_body=10)`."""
    with ExitStack() as stack:

        def make(**settings: Any) -> Asker:
            return stack.enter_context(Asker(cached_databases(TINY), **settings))

        yield make
