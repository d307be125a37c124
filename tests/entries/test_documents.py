"""Documents and entries in memory: read once for as long as a revision lasts."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest

from app.api.records import ENTRY, ENTRY_DOCUMENTS
from app.db.snapshots import Memory, Revision, RevisionCache, find
from app.db.sql import Row, Statement
from app.entries.result_pages import DOCUMENTS


class Stored:
    """A database of documents, of which one is an entry, and what it was asked for."""

    def __init__(self) -> None:
        self.kept = RevisionCache()
        self.asked: list[Any] = []
        self.began, self.timeout = time.monotonic(), 60.0

    @property
    def memory(self) -> Memory:
        """The memory of a question of its own."""
        return self.last

    def next_question(self) -> Any:
        """The snapshot of the next question."""
        self.last = Memory(Revision(1, "", ""), self.kept)
        return self

    async def rows(self, statement: Statement, **values: Any) -> list[Row]:
        """Documents, in no order, or the entry."""
        if statement is ENTRY:
            self.asked.append(values["id"])
            return [("event", b"7")] if values["id"] == "ev-7" else []
        sort_keys = dict.fromkeys(values.values())
        self.asked.append(list(sort_keys))
        return [(each, b"%d" % each) for each in sorted(sort_keys, reverse=True) if each < 100]


def documents(stored: Stored, *sort_keys: int) -> list[bytes]:
    """What a question for some documents gets."""

    def read(memory: Memory) -> list[bytes]:
        return memory.get_all(DOCUMENTS, sort_keys)

    return asyncio.run(find(stored.next_question(), read))


def test_a_document_is_read_once() -> None:
    """Only what is not in memory is asked of the database, and all comes in the order asked."""
    stored = Stored()
    assert documents(stored, 7, 3, 5) == [b"7", b"3", b"5"]
    assert documents(stored, 5, 9, 7, 1) == [b"5", b"9", b"7", b"1"]
    assert documents(stored) == []
    assert stored.asked == [[7, 3, 5], [9, 1]]


def test_an_entry_is_read_once() -> None:
    """By its id. One that is not there is asked again."""
    stored = Stored()

    def read(entry_id: str) -> Any:
        return asyncio.run(find(stored.next_question(), Memory.get, ENTRY_DOCUMENTS, entry_id))

    for _ in range(2):
        assert read("ev-7") == ("event", b"7")
        assert read("ev-8") is None
    assert stored.asked == ["ev-7", "ev-8", "ev-8"]


def test_a_document_that_is_gone_is_no_page() -> None:
    """A sort key without a document is a broken file, never a shorter page."""
    with pytest.raises(KeyError):
        documents(Stored(), 1, 100)
