"""Documents in memory: what was asked for last, within bounds, for as long as a revision lasts."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.bounded import Bounded
from app.db.postings import Postings, size_of_document
from app.db.sql import Row, Statement
from app.entries.result_pages import documents_at, entry_of


class Stored:
    """A database of documents, and which of them were asked for."""

    def __init__(self) -> None:
        self.postings = Postings()
        self.asked: list[list[int]] = []

    async def rows(self, statement: Statement, **values: Any) -> list[Row]:
        """Those asked for, in no order."""
        del statement
        self.asked.append(list(values.values()))
        return [(sort_key, b"%d" % sort_key) for sort_key in sorted(values.values(), reverse=True)]


def test_a_document_is_read_once() -> None:
    """Only what is not in memory is asked of the database, and all comes in the order asked."""
    stored: Any = Stored()
    assert asyncio.run(documents_at([7, 3, 5], stored)) == [b"7", b"3", b"5"]
    assert asyncio.run(documents_at([5, 9, 7, 1], stored)) == [b"5", b"9", b"7", b"1"]
    assert asyncio.run(documents_at([], stored)) == []
    assert stored.asked == [[7, 3, 5], [9, 1]]


def test_an_entry_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """By its id; its document is the one that lists show. One that is not there is asked again."""
    stored: Any = Stored()

    async def rows(statement: Statement, **values: Any) -> list[Row]:
        del statement
        stored.asked.append(values["id"])
        return [("event", 7, b"7")] if values["id"] == "ev-7" else []

    with monkeypatch.context() as patched:
        patched.setattr(stored, "rows", rows)
        for _ in range(2):
            assert asyncio.run(entry_of("ev-7", stored)) == ("event", b"7")
            assert asyncio.run(entry_of("ev-8", stored)) is None
    assert asyncio.run(documents_at([7], stored)) == [b"7"]
    assert stored.asked == ["ev-7", "ev-8", "ev-8"]
    stored.postings.documents = Bounded(0, len)
    assert asyncio.run(entry_of("ev-7", stored)) == ("event", b"7")
    assert stored.asked[3:] == [[7]]


def test_documents_in_memory_are_bounded() -> None:
    """Those that were not asked for since half of the room was filled give way."""
    stored: Any = Stored()
    stored.postings.documents = Bounded(6 * size_of_document(b"1"), size_of_document)
    asyncio.run(documents_at([1, 2, 3], stored))
    for sort_keys, read in (([1, 4], [4]), ([4, 5, 1], [5]), ([2, 3], [3]), ([4], [])):
        before = len(stored.asked)
        asyncio.run(documents_at(sort_keys, stored))
        assert [sort_key for each in stored.asked[before:] for sort_key in each] == read


def test_a_document_that_is_gone_is_no_page() -> None:
    """A sort key without a document is a broken file, never a shorter page."""

    async def nothing(statement: Statement, **values: Any) -> list[Row]:
        del statement, values
        return []

    empty: Any = SimpleNamespace(postings=Postings(), rows=nothing)
    with pytest.raises(KeyError):
        asyncio.run(documents_at([1], empty))


def test_what_is_kept_takes_the_room_it_says() -> None:
    """A value that is put again counts once; one that is larger than half of it is not kept."""
    kept: Bounded[str, str] = Bounded(20, len)
    kept.put("a", "123456")
    kept.put("a", "1234")
    kept.put("b", "12345")
    assert (kept.get("a"), kept.get("c"), kept.size) == ("1234", None, 9)
    kept.put("c", "12345678901")
    assert (kept.some(["a", "b", "c"]), kept.size) == (["1234", "12345", None], 9)
    kept.put("a", "12345678901")
    assert (kept.some(["a", "b", "c"]), kept.size) == ([None, "12345", None], 5)


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 12)), max_size=60))
def test_what_is_kept_is_bounded(steps: list[tuple[int, int]]) -> None:
    """What is found is what was put last; both generations together never take more room."""
    kept: Bounded[int, str] = Bounded(20, len)
    put: dict[int, str] = {}
    for number, (key, size) in enumerate(steps):
        found = kept.get(key)
        assert found is None or found == put[key]
        put[key] = str(number % 10) * size
        kept.put(key, put[key])
        if size <= 10:
            assert kept.get(key) == put[key]
        young, old = (sum(map(len, each.values())) for each in (kept.young, kept.old))
        assert young == kept.size
        assert young + old <= 20
        assert not kept.young.keys() & kept.old.keys()
