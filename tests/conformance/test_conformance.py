"""Requests of every sort are answered as docs/conformance.md says."""

from __future__ import annotations

from itertools import chain

import pytest

from tests.conformance.__main__ import PAGE, page
from tests.conformance.asking import answers, plain, sections

REQUESTS = [*chain.from_iterable(part["requests"] for part in sections())]


@pytest.fixture(scope="module")
def base(tiny_server: str) -> str:
    """A server over the tiny record."""
    return tiny_server


@pytest.mark.slow
def test_each_request_is_answered_as_the_table_says(base: str) -> None:
    """By the same statuses, with the headers that belong to them, and the same end."""
    wrong = []
    for each, (seen, read) in zip(REQUESTS, answers(base), strict=True):
        text = read.decode("latin-1")
        shown = all(part in text for part in each.get("shows", ()))
        if seen != each["ours"] or not shown or any(part in text for part in each.get("lacks", ())):
            wrong.append((each["name"], each["ours"], seen, text[:300]))
    assert wrong == []


@pytest.mark.slow
def test_uvicorn_answers_as_the_table_says() -> None:
    """So that the table compares with the version that is locked."""
    with plain() as base:
        found = [seen for seen, _ in answers(base)]
    assert found == [each["plain"] for each in REQUESTS]


def test_the_page_is_written_from_the_table() -> None:
    """Docs say what the test holds, and why where the two servers differ."""
    assert PAGE.read_text() == page()
    assert len(REQUESTS) >= 120
    unexplained = [
        each["name"]
        for each in REQUESTS
        if (each["ours"] != each["plain"]) != bool(each.get("why"))
    ]
    assert unexplained == []
