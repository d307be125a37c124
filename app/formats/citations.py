"""How to cite an entry, a reference document or the dataset: BibTeX, RIS and CSL-JSON.

Each citation starts with the requested document, at an address whose answer never changes, and
continues with its sources. All three formats are written from the same CSL-JSON items.
To add a format: its writer, its row in `CITATION_FORMATS`, its name in `app.api.records.OneFormat`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson

from app.db.snapshots import Revision
from app.formats.words import WORDS
from app.reference.dataset import DatasetRecord
from app.reference.sources import SourceKind, SourceRecord, TitleOrigin

# Digits of a digest in an address: enough to be unique.
DIGEST_DIGITS = 16
VERSION_DATE = re.compile(r"([0-9]{4})[.-]([0-9]{2})[.-]([0-9]{2})")

Item = dict[str, Any]


@dataclass(frozen=True)
class Cited:
    """A document of a kind at a revision, with its dataset and its sources."""

    kind: str
    document: dict[str, Any]
    dataset: DatasetRecord
    sources: Sequence[SourceRecord]
    revision: Revision
    public_url: str


def csl_items(cited: Cited) -> list[Item]:
    """The CSL-JSON items: the document, then its sources; for a source, the source alone."""
    sources = [source_item(source) for source in cited.sources]
    return sources if cited.kind == "source" else [own_item(cited), *sources]


def own_item(cited: Cited) -> Item:
    """The dataset, or an entry, an actor or a topic as a part of it."""
    document, dataset, digest = cited.document, cited.dataset, cited.revision.digest
    whole = cited.kind == "dataset"
    path = "/v1/dataset" if whole else document["url"]
    return without_none(
        {
            "id": f"{cited.kind}:{document['id']}",
            "type": "dataset" if whole else "entry",
            "title": dataset.title if whole else document["label"],
            "container-title": None if whole else dataset.title,
            "publisher": dataset.contact.name if dataset.contact is not None else None,
            "version": dataset.version,
            "issued": version_date(dataset.version),
            "event-date": csl_date(document.get("date")),
            "note": f"Revision {digest}",
            "URL": f"{cited.public_url}{path}?revision={digest[:DIGEST_DIGITS]}",
        }
    )


def source_item(source: SourceRecord) -> Item:
    """A source; a title that is not the printed one stands in brackets."""
    printed = source.title_origin is TitleOrigin.page
    kind = CSL_TYPES.get(source.kind, "document")
    # Styles print the outlet of an article as what contains it.
    outlet = "container-title" if kind == NEWS else "publisher"
    archived = f"Archived at {source.archive_url}" if source.archive_url is not None else None
    return without_none(
        {
            "id": f"source:{source.id}",
            "type": kind,
            "title": source.title if printed else f"[{source.title}]",
            outlet: source.publisher,
            "issued": csl_date(source.date),
            "language": source.language,
            "note": archived,
            "URL": source.url,
        }
    )


NEWS = "article-newspaper"
CSL_TYPES = {SourceKind.news: NEWS, SourceKind.report: "report"}


def without_none(item: Item) -> Item:
    return {name: value for name, value in item.items() if value is not None}


def csl_date(dated: str | None) -> Item | None:
    """A date of the date language in CSL-JSON; for an open interval, its start."""
    if dated is None:
        return None
    bounds = [bound.rstrip("~?%") for bound in dated.split("/") if bound != ".."]
    parts = [[int(part) for part in bound.split("-")] for bound in bounds]
    return {"date-parts": parts, "circa": True} if dated[-1] in "~?%" else {"date-parts": parts}


def version_date(version: str) -> Item | None:
    """The day that a version is named after, if it is: nothing else says when it was published."""
    found = VERSION_DATE.fullmatch(version)
    if found is None:
        return None
    try:
        return csl_date(date(*map(int, found.groups())).isoformat())
    except ValueError:
        return None


def iso_dates(item: Item, name: str) -> list[str]:
    """The one or two bounds of an item's date, as ISO 8601 days, months or years."""
    bounds = item.get(name, {}).get("date-parts", [])
    return ["-".join([f"{year:04d}", *(f"{part:02d}" for part in rest)]) for year, *rest in bounds]


def edtf_date(item: Item, name: str) -> str | None:
    """An item's date for biblatex: an interval with a slash, `~` after an approximate date."""
    bounds = iso_dates(item, name)
    return "/".join(bounds) + ("~" if "circa" in item[name] else "") if bounds else None


def as_csl(cited: Cited) -> bytes:
    """CSL-JSON: a list of items, for citation processors and reference managers."""
    return orjson.dumps(csl_items(cited))


def fields_of(item: Item) -> Iterator[tuple[str, str, str | None]]:
    """The fields of an item, each by its name in BibTeX and its tag in RIS, where it has one.

    The names `date` and `eventdate` are biblatex's.
    """
    issued, event = iso_dates(item, "issued"), iso_dates(item, "event-date")
    about = "about " if "circa" in item.get("event-date", {}) else ""
    is_news, contained_in = item["type"] == NEWS, item.get("container-title")
    yield "title", "TI", item["title"]
    yield "journal" if is_news else "howpublished", "T2", contained_in
    yield "", "JO", contained_in if is_news else None
    yield "publisher", "PB", item.get("publisher")
    yield "version", "ET", item.get("version")
    yield "year", "PY", issued[0][:4] if issued else None
    yield "date", "", edtf_date(item, "issued")
    yield "", "DA", issued[0].replace("-", "/") if issued else None
    yield "eventdate", "", edtf_date(item, "event-date")
    yield "language", "LA", item.get("language")
    yield "", "N1", f"Dated {about}{' to '.join(event)}" if event else None
    yield "note", "N1", item.get("note")
    yield "url", "UR", item.get("URL")


def as_bibtex(cited: Cited) -> bytes:
    """BibTeX in UTF-8: one entry for each item."""
    return "\n".join(bibtex_entry(item) for item in csl_items(cited)).encode()


def bibtex_entry(item: Item) -> str:
    """An item as `@misc`, or `@article` of an outlet."""
    lines = [
        f"  {name} = {{{BIBTEX.get(name, tex)(value)}}}"
        for name, _, value in fields_of(item)
        if name and value is not None
    ]
    kind = "article" if item["type"] == NEWS else "misc"
    return f"@{kind}{{{item['id']},\n" + ",\n".join(lines) + "\n}\n"


def tex(text: str) -> str:
    return one_line(text).translate(TEX)


def one_line(text: str) -> str:
    return " ".join(text.split())


TEX = str.maketrans(WORDS["tex"])
# In an address, only characters that would end or break the field are percent-encoded.
ADDRESS = str.maketrans({"{": "%7B", "}": "%7D", "\\": "%5C"})
# What is not written as other text; the inner braces of a title keep capitals as they are.
BIBTEX: dict[str, Callable[[str], str]] = {
    "title": lambda title: f"{{{tex(title)}}}",
    "url": lambda address: address.translate(ADDRESS),
    **dict.fromkeys(("date", "eventdate"), str),
}


def as_ris(cited: Cited) -> bytes:
    """RIS in UTF-8: one record for each item, lines ended by CR LF."""
    lines = [line for item in csl_items(cited) for line in ris_record(item)]
    return "".join(f"{line}\r\n" for line in lines).encode()


RIS_TYPES = {NEWS: "NEWS", "report": "RPRT", "document": "GEN"}


def ris_record(item: Item) -> Iterator[str]:
    """The lines of an item: a tag of two characters, two spaces, a dash, a space, the value."""
    own = ("TY", RIS_TYPES.get(item["type"], "DATA")), ("ID", item["id"])
    for tag, value in (*own, *((tag, value) for _, tag, value in fields_of(item))):
        if tag and value is not None:
            yield f"{tag}  - {one_line(value)}"
    yield "ER  - "


@dataclass(frozen=True)
class CitationFormat:
    content_type: str
    write: Callable[[Cited], bytes]


CITATION_FORMATS = {
    "bibtex": CitationFormat("application/x-bibtex; charset=utf-8", as_bibtex),
    "ris": CitationFormat("application/x-research-info-systems; charset=utf-8", as_ris),
    "csl-json": CitationFormat("application/vnd.citationstyles.csl+json", as_csl),
}
