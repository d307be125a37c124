"""How an entry of any kind is told in plain words: in one line, and in a few."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from app.entries.documents import MEMBERS, headline

# What else is said of it, and under which heading.
REMARKS = {"summary": "", "context": "", "status_note": "", "notes": "Note: "}
QUALIFIERS = {
    "approximate": "The date is approximate.",
    "uncertain": "The date is uncertain.",
    "both": "The date is approximate and uncertain.",
}
WORDS = {
    "exactly": "",
    "about": "about ",
    "at_least": "at least ",
    "more_than": "more than ",
    "up_to": "up to ",
    "less_than": "less than ",
}
LINE_LENGTH = 200


def title(document: dict[str, Any]) -> str:
    """The headline in one line of bounded length; a quote's with who said it."""
    line = " ".join(headline(document).split())
    line = line if len(line) <= LINE_LENGTH else line[: LINE_LENGTH - 1] + "…"
    if document["kind"] != "quote":
        return line
    speakers = ", ".join(each["actor"]["name"] for each in document["speakers"])
    return f"{speakers}: “{line}”"


def account(document: dict[str, Any]) -> str:
    """What the entry says, its numbers, its dates where they are not plain, and its sources."""
    return "\n\n".join(paragraphs(document))


def paragraphs(document: dict[str, Any]) -> Iterator[str]:
    """The parts of an account."""
    if MEMBERS[document["kind"]] in ("text", "description"):
        yield headline(document)
    for quantity in quantities(document):
        yield in_words(quantity)
    for member, heading in REMARKS.items():
        if document.get(member):
            yield f"{heading}{document[member]}"
    yield from date_remarks(document)
    for correction in document["corrections"]:
        yield f"Corrected on {correction['date']}: {correction['reason']}"
    yield "\n".join(cited(each) for each in document["citations"])


def quantities(document: dict[str, Any]) -> list[dict[str, Any]]:
    """The numbers of a term or a figure."""
    if document["kind"] == "figure":
        return [document["quantity"]]
    return list(document.get("quantities", ()))


def in_words(quantity: dict[str, Any]) -> str:
    """A number with its qualifier and unit; without its qualifier it would be a misreport."""
    of = f" ({quantity['of']})" if quantity["of"] else ""
    if quantity["value"] is None:
        return f"{quantity['printed']}{of}"
    return f"{WORDS[quantity['qualifier']]}{quantity['value']:,} {quantity['unit']}{of}"


def date_remarks(document: dict[str, Any]) -> Iterator[str]:
    """What the days alone do not say: how exact the date is, and whether it has an end."""
    if document["end_date"] is None:
        yield f"From {document['start_date']}; no end is on record."
    elif document["date_precision"] in ("month", "year"):
        yield f"The date is known as {document['date'].rstrip('~?%')} only."
    if document["date_qualifier"] is not None:
        yield QUALIFIERS[document["date_qualifier"]]


def cited(citation: dict[str, Any]) -> str:
    """A source in one line."""
    source = citation["source"]
    parts = [source["name"], source["title"], source["date"]]
    line = ", ".join(part for part in parts if part)
    return f"Source: {line} (via {citation['via']})" if citation["via"] else f"Source: {line}"
