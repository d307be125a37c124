"""Editions of the tiny record: every event's title tells its edition, and so does the version."""

from __future__ import annotations

import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import orjson

from app.config import Settings
from app.db.engines import open_database
from app.db.snapshots import Database, Memory, RevisionCache, Snapshot
from app.entries.questions import EntryQuestion
from app.entries.result_pages import ResultPage, find_page
from app.seeding.seed import SeedSummary, seed
from tests.conftest import TINY


def edition(folder: Path, number: int) -> Path:
    """The seed files of an edition."""
    made = folder / f"edition-{number}"
    shutil.copytree(TINY, made)
    for file in (made / "events").glob("*.yaml"):
        text = file.read_text()
        file.write_text(re.sub(r"^(  title: .*)$", rf"\1 [{number}]", text, flags=re.MULTILINE))
    dataset = made / "dataset.yaml"
    dataset.write_text(
        re.sub(r"^version:.*$", f"version: '{number}'", dataset.read_text(), flags=re.M)
    )
    return made


def seed_edition(url: str, folder: Path, number: int) -> SeedSummary:
    """Seeds an edition."""
    return seed(edition(folder, number), Settings(database_url=url))


async def ask_page(ask: Snapshot, **asked: object) -> ResultPage:
    """A page of the events, as the database has them: nothing is taken from memory."""
    ask.memory = Memory(ask.revision, RevisionCache())
    return await page_of(ask, **asked)


async def page_of(ask: Snapshot, **asked: object) -> ResultPage:
    """A page of the events."""
    question = EntryQuestion.model_validate(asked)
    _, page = await find_page(ask, question, ("event",))
    return page


def editions_of(page: ResultPage) -> set[str]:
    """The editions that the documents of a page are of."""
    titles = [orjson.loads(document)["title"] for document in page.documents]
    return {title.rpartition("[")[2].rstrip("]") for title in titles}


async def version_of(database: Database) -> str:
    """The version that answers now."""
    async with database.snapshot() as ask:
        return ask.revision.version


@asynccontextmanager
async def opened(url: str, timeout: float = 5, connections: int = 3) -> AsyncIterator[Database]:
    """A database that is closed in the end."""
    database = open_database(
        Settings(database_url=url, statement_timeout=timeout, database_connections=connections)
    )
    try:
        yield database
    finally:
        await database.close()
