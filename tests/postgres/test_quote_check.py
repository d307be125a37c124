"""The quote check answers alike from both engines."""

from __future__ import annotations

import asyncio

from app.config import Settings
from app.db.engines import open_database
from app.quotecheck.lookup import check
from app.quotecheck.mark import mark
from tests.conftest import SHIPPED, Seeded
from tests.quotecheck.test_matcher import cases, date_of


async def answers(url: str) -> list[str]:
    """Every labelled case's answer."""
    database = open_database(Settings(database_url=url, statement_timeout=30))
    try:
        async with database.snapshot() as ask:
            return [
                (
                    await mark(case.text, ask)
                    if case.group == "passage"
                    else await check(case.text, case.label.get("speaker"), date_of(case), ask)
                ).model_dump_json()
                for case in cases()
            ]
    finally:
        await database.close()


def test_every_labelled_case_is_answered_alike(shipped_url: str, cached_files: Seeded) -> None:
    """The candidates come from two full-text indexes, the answers are the same bytes."""
    from_sqlite = asyncio.run(answers(f"sqlite:///{cached_files(SHIPPED)}"))
    assert asyncio.run(answers(shipped_url)) == from_sqlite
