"""The representations of a list, one function each, and the one table that lists them.

To add a format: its function, its row in `FORMATS`, its name in `FormatName`. Every list then
offers it; one that needs dates is `dated`, and only dated lists offer it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from app.entries.questions import FormatName
from app.formats.answer import Answer
from app.formats.atom import as_atom
from app.formats.csv import as_csv
from app.formats.ical import as_ical
from app.formats.json import as_json
from app.formats.jsonld import as_jsonld
from app.formats.markdown import as_markdown
from app.formats.ndjson import as_ndjson
from app.formats.svg import as_svg


@dataclass(frozen=True)
class Format:
    """A representation: its name in queries, its media type, and what renders it.

    `by_accept`: the `Accept` header can choose it. `dated`: it shows entries with their dates and
    stable ids, so that it is not for lists of actors, topics and sources, takes no `fields`, and
    needs the dataset. `counted`: it shows the whole answer, not one page, and needs its counts by
    month. `whole`: without `limit` it has room for `WHOLE` documents, and says where more follow.
    """

    name: FormatName
    media_type: str
    render: Callable[[Answer], bytes]
    by_accept: bool = False
    dated: bool = False
    counted: bool = False
    whole: bool = False

    def content_type(self, answer: Answer) -> str:
        """The media type of an answer; documents with chosen fields have a type of their own."""
        if answer.fields and self.name is FormatName.json:
            return SPARSE_MEDIA_TYPE
        return self.full_type

    @cached_property
    def full_type(self) -> str:
        """The media type, for text with its character set."""
        is_text = self.media_type.startswith("text/")
        return f"{self.media_type}; charset=utf-8" if is_text else self.media_type


WHOLE = 1000
SPARSE_MEDIA_TYPE = "application/vnd.parley.sparse+json"

FORMATS: dict[FormatName, Format] = {
    each.name: each
    for each in (
        Format(FormatName.json, "application/json", as_json, by_accept=True),
        Format(FormatName.ndjson, "application/x-ndjson", as_ndjson, by_accept=True),
        Format(FormatName.csv, "text/csv", as_csv, whole=True),
        Format(FormatName.jsonld, "application/ld+json", as_jsonld, by_accept=True, dated=True),
        Format(FormatName.atom, "application/atom+xml", as_atom, dated=True, whole=True),
        Format(FormatName.ics, "text/calendar", as_ical, dated=True, whole=True),
        Format(FormatName.md, "text/markdown", as_markdown, by_accept=True, dated=True),
        Format(FormatName.svg, "image/svg+xml", as_svg, dated=True, counted=True),
    )
}
# What lists of actors, topics and sources offer.
UNDATED_FORMATS = {name: each for name, each in FORMATS.items() if not each.dated}
