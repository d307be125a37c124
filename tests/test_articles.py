"""The two articles that the record began with: every quotation in them is in it, word for word."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import SHIPPED, Seeded

SOURCES = Path(__file__).parents[2] / "shared" / "sources"
ARTICLES = {
    "article-20240207-absolute-victory": SOURCES / "seed-000.txt",
    "article-20240207-total-victory": SOURCES / "seed-003.txt",
}
QUOTED = re.compile(r"[“\"]([^“”\"]+)[”\"]")

pytestmark = pytest.mark.skipif(not SOURCES.is_dir(), reason="the two articles are not here")


@pytest.fixture(scope="module")
def wordings(cached_files: Seeded) -> list[tuple[str, str]]:
    """Every wording in the shipped record, with the source that prints it."""
    connection = sqlite3.connect(cached_files(SHIPPED))
    try:
        rows = connection.execute("SELECT body FROM document WHERE kind = 'quote'").fetchall()
    finally:
        connection.close()
    documents: Iterator[Any] = (json.loads(body) for (body,) in rows)
    return [
        (rendering["source"]["id"], rendering["text"])
        for document in documents
        for rendering in document["renderings"]
    ]


def plain(text: str) -> str:
    """A text with its white space as single spaces."""
    return " ".join(text.split())


@pytest.mark.parametrize("source", ARTICLES)
def test_every_quotation_of_an_article_is_in_the_record(
    source: str, wordings: list[tuple[str, str]]
) -> None:
    """Each passage in quotation marks is a wording of a quote that cites the article."""
    article = plain(ARTICLES[source].read_text())
    quoted = [passage.rstrip(",.") for passage in QUOTED.findall(article)]
    recorded = {text.rstrip(",.") for where, text in wordings if where == source}
    assert quoted
    assert [passage for passage in quoted if passage not in recorded] == []


@pytest.mark.parametrize("source", ARTICLES)
def test_every_wording_that_cites_an_article_stands_in_it(
    source: str, wordings: list[tuple[str, str]]
) -> None:
    """Nothing is put into the mouth of an article."""
    article = plain(ARTICLES[source].read_text())
    cited = [text for where, text in wordings if where == source]
    assert cited
    assert [text for text in cited if text not in article] == []
