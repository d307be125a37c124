"""Atom (RFC 4287): the page as a feed, with stable ids, updated on days that the record gives.

A feed needs few of Atom's elements, and all text in it is plain text, which the standard library's
writer escapes.
"""

from __future__ import annotations

import datetime
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from app.db.work import check_work
from app.entries.dates import parse_date
from app.formats.answer import Answer
from app.formats.headline import account, title
from app.formats.stable_ids import last_updated, stable_id

NAMESPACE = "http://www.w3.org/2005/Atom"
# The record holds no control characters; these two are no characters of XML either.
NOT_XML = str.maketrans({0xFFFE: "\ufffd", 0xFFFF: "\ufffd"})
PAGING = {"cursor", "limit"}


def as_atom(answer: Answer) -> bytes:
    about = answer.about()
    documents = answer.loaded()
    days = [last_updated(document) for document in documents]
    asked = [f"{name}={value}" for name, value in answer.parameters if name not in PAGING]
    feed = Element("feed", {"xmlns": NAMESPACE})
    add_text(feed, "id", stable_id(about.id, f"{answer.path}?{'&'.join(asked)}").urn)
    add_text(feed, "title", f"{about.title}: {answer.name}")
    if answer.rest is not None:
        add_text(feed, "subtitle", answer.rest)
    add_text(feed, "updated", midnight(max(days, default=parse_date(about.coverage.date).start)))
    add_link(feed, "self", answer.public_url + answer.self_link, "application/atom+xml")
    add_link(feed, "alternate", answer.public_url + answer.as_json_link(), "application/json")
    if answer.next_link is not None:
        add_link(feed, "next", answer.public_url + answer.next_link, "application/atom+xml")
    add_link(feed, "license", about.licence.url)
    add_text(SubElement(feed, "author"), "name", about.title)
    add_text(feed, "generator", "Parley")
    for document, day in zip(documents, days, strict=True):
        add_entry(feed, answer, document, day)
    body: bytes = tostring(feed, encoding="utf-8", xml_declaration=True)
    return body


def add_entry(feed: Element, answer: Answer, document: dict[str, Any], day: datetime.date) -> None:
    """Adds an entry; its author is the feed's."""
    check_work()
    entry = SubElement(feed, "entry")
    add_text(entry, "id", stable_id(answer.about().id, document["id"]).urn)
    add_text(entry, "title", title(document))
    add_text(entry, "updated", midnight(day))
    add_link(entry, "alternate", answer.public_url + document["url"], "application/json")
    for topic in document["topics"]:
        label = xml_text(topic["name"])
        SubElement(entry, "category", {"term": topic["id"], "label": label})
    add_text(entry, "content", account(document))


def add_text(parent: Element, name: str, text: str) -> None:
    SubElement(parent, name).text = xml_text(text)


def add_link(parent: Element, relation: str, address: str, media_type: str | None = None) -> None:
    typed = {} if media_type is None else {"type": media_type}
    SubElement(parent, "link", {"rel": relation, "href": address, **typed})


def xml_text(text: str) -> str:
    """The text without the characters that XML does not allow."""
    return text.translate(NOT_XML)


def midnight(day: datetime.date) -> str:
    """The first moment of a day in UTC, as Atom's dates have a time."""
    return f"{day.isoformat()}T00:00:00Z"
