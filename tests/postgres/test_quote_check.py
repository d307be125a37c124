"""The quote check answers alike from both engines."""

from __future__ import annotations

from tests.api.asking import Asker
from tests.conftest import SHIPPED, Seeded
from tests.quotecheck.asking import Json, check, mark
from tests.quotecheck.test_labelled import cases


def answers(database: str) -> list[Json]:
    """Every labelled case's answer."""
    with Asker(database, statement_timeout=30) as ask:
        return [
            mark(ask, case.text)
            if case.group == "passage"
            else check(ask, case.text, case.label.get("speaker"), case.date)
            for case in cases()
        ]


def test_every_labelled_case_is_answered_alike(shipped_url: str, cached_files: Seeded) -> None:
    """The postings come from two databases, the answers are the same."""
    from_sqlite = answers(f"sqlite:///{cached_files(SHIPPED)}")
    assert answers(shipped_url) == from_sqlite
