"""What may be fed with anything: each parser refuses in its own words or gives something sound."""

from __future__ import annotations

from collections.abc import Callable

from app.entries.dates import DateLanguageError, parse_bound, parse_date
from app.entries.result_pages import LARGEST, Position, read_cursor, revision_of, write_cursor
from app.entries.search_query import (
    NoWordsError,
    TooManyWordsError,
    UnclearQueryError,
    read_query,
)
from app.entries.words import fold, fts5_any, split
from app.errors import InvalidQuery
from app.http.messages import read_question
from app.kinds.quotes import QuoteQuestion

MARK = b"mark"
LIKE: Position = [0]
RANKED_LIKE: Position = [0.0, 0]
DATES = b"0123456789-/.~?%X "


def dates(text: str) -> None:
    """A date is a span whose first day is not after its last."""
    try:
        span = parse_date(text)
    except DateLanguageError:
        pass
    else:
        assert span.start <= span.end
    try:
        first, last = parse_bound(text)
    except DateLanguageError:
        return
    assert first <= last


def cursors(text: str) -> None:
    """A cursor that is taken is one that would be written."""
    for like in (LIKE, RANKED_LIKE):
        try:
            position = read_cursor(text, MARK, like, LARGEST)
        except InvalidQuery:
            continue
        again = write_cursor(MARK, revision_of(text), *position)
        assert read_cursor(again, MARK, like, LARGEST) == position


def words(text: str) -> None:
    """Words are folded for good, and what is sought is never a syntax error."""
    for word in split(text):
        assert fold(word) == word
        assert " " not in word
    try:
        groups = read_query(text)
    except (NoWordsError, TooManyWordsError, UnclearQueryError):
        return
    for group in groups:
        assert fts5_any(group.terms).count('"') % 2 == 0


def queries(text: str) -> None:
    """A query string is a question, or 422 with a document that can be sent."""
    raw = text.encode("utf-8", "surrogatepass")
    try:
        question, _ = read_question(QuoteQuestion, raw)
    except InvalidQuery as refused:
        refused.body()
    else:
        assert question.model_dump_json()


PARSERS: dict[str, Callable[[str], None]] = {
    "dates": dates,
    "cursors": cursors,
    "words": words,
    "queries": queries,
}
