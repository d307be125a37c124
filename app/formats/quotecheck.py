"""The answers of the quote check as CSV: a row for each text, or for each quotation of a text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from app.entries.csv_columns import SEPARATOR, csv_lines, header

Json = Mapping[str, Any]
QUOTE_COLUMNS = ("quote", "url", "speakers", "date", "printed", "source", "differences")
ASKED_COLUMNS = ("text", "speaker_asked", "date_asked", "verdict", "too_short", "statement")
CHECK_COLUMNS = (*ASKED_COLUMNS, "similarity", *QUOTE_COLUMNS)
MARK_COLUMNS = ("start", "end", "text", "verdict", "similarity", *QUOTE_COLUMNS)


def checks_csv(answers: Iterable[Json]) -> bytes:
    """Each text with its verdict and the closest quote."""
    return _table(CHECK_COLUMNS, map(_check_row, answers))


def marks_csv(answer: Json) -> bytes:
    """The marks and the quotations that are not in the record, in the order of the text."""
    passages = [*answer["marks"], *answer["unmatched"]]
    passages.sort(key=lambda each: each["start"])
    return _table(MARK_COLUMNS, map(_mark_row, passages))


def _table(columns: Sequence[str], rows: Iterable[list[Any]]) -> bytes:
    return header(columns) + b"".join(csv_lines(rows))


def _check_row(answer: Json) -> list[Any]:
    asked, first = answer["asked"], next(iter(answer["matches"]), None)
    judged = [answer["verdict"], answer["too_short"], answer["statement"]]
    cells = _quote_cells(first, "text")
    return [asked["text"], asked["speaker_given"], asked["date"], *judged, *cells]


def _mark_row(passage: Json) -> list[Any]:
    found = passage if "quote" in passage else None
    verdict = passage.get("verdict", "not_in_record")
    cells = _quote_cells(found, "printed")
    return [passage["start"], passage["end"], passage["text"], verdict, *cells]


def _quote_cells(found: Json | None, printed: str) -> list[Any]:
    """The similarity, and the columns of the quote; empty where there is none."""
    if found is None:
        return [None, *[None for _ in QUOTE_COLUMNS]]
    quote, speakers = found["quote"], [each["actor"]["name"] for each in found["speakers"]]
    named = [quote["id"], quote["url"], SEPARATOR.join(speakers), found["date"], found[printed]]
    differences = SEPARATOR.join(map(_difference, found["differences"]))
    return [found["similarity"], *named, found["source"]["name"], differences]


def _difference(difference: Json) -> str:
    return f"{difference['kind']}: {difference['asked'] or ''} → {difference['printed'] or ''}"
