"""An entry of any kind as a few paragraphs of text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from app.entries.documents import quantity_text
from app.formats.words import WORDS
from app.kinds import KINDS, headline

# Members that are shown as they stand, each after its heading.
REMARKS = {"summary": "", "context": "", "status_note": "", "notes": "Note: "}


def remarks_on(document: dict[str, Any]) -> list[str]:
    """Remarks that must accompany the words or the number of an entry."""
    return KINDS[document["kind"]].remarks(document)


def account(document: dict[str, Any]) -> str:
    """What the entry says, its numbers, remarks on its words and dates, and its sources."""
    return "\n\n".join(paragraphs(document))


def paragraphs(document: dict[str, Any]) -> Iterator[str]:
    if KINDS[document["kind"]].headline != "title":
        yield headline(document)
    for quantity in document.get("quantities", [document.get("quantity")]):
        if quantity:
            yield quantity_text(quantity)
    if remarks := "; ".join(remarks_on(document)):
        yield f"{remarks[0].upper()}{remarks[1:].rstrip('.')}."
    for member, heading in REMARKS.items():
        if document.get(member):
            yield f"{heading}{document[member]}"
    yield from date_remarks(document)
    for correction in document["corrections"]:
        yield f"Corrected on {correction['date']}: {correction['reason']}"
    yield "\n".join(source_line(each) for each in document["citations"])


def date_remarks(document: dict[str, Any]) -> Iterator[str]:
    """How exact the date is, and whether it has an end."""
    if document["end_date"] is None:
        yield f"From {document['start_date']}; no end is on record."
    elif document["date_precision"] in ("month", "year"):
        yield f"The date is known as {document['date'].rstrip('~?%')} only."
    if document["date_qualifier"] is not None:
        yield WORDS["date_remarks"][document["date_qualifier"]]


def source_line(citation: dict[str, Any]) -> str:
    """A source as a line: a title that is not the printed one stands in brackets."""
    source, locator = citation["source"], citation["locator"] or {}
    title = source["title"] if source["title_printed"] else f"[{source['title']}]"
    located = [f"{name} {part}" for name, part in locator.items() if part]
    line = ", ".join(filter(None, [source["name"], title, source["date"], *located]))
    via = f" (via {citation['via']})" if citation["via"] else ""
    address = source["passage_href"] or source["href"] or source["archive_href"]
    return f"Source: {line}{via}" + (f" {address}" if address else "")
