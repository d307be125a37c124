"""Atom (RFC 4287): a feed of the page, with ids that last and days that curators gave.

Written with the standard library: of all that Atom has, a feed needs few elements, and all text in
it is plain text, which the writer escapes.
"""

from __future__ import annotations

import datetime
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from app.formats.answer import Answer
from app.formats.headline import account, title
from app.formats.stable_ids import lasting_id, touched

NAMESPACE = "http://www.w3.org/2005/Atom"
# The record holds no control characters; these two are no characters of XML either.
NOT_XML = str.maketrans({0xFFFE: "\ufffd", 0xFFFF: "\ufffd"})
PAGING = {"cursor", "limit"}


def as_atom(answer: Answer) -> bytes:
    """The documents of the page as a feed."""
    about = answer.about()
    documents = answer.loaded()
    days = [touched(document) for document in documents]
    asked = [f"{name}={value}" for name, value in answer.parameters if name not in PAGING]
    feed = Element("feed", {"xmlns": NAMESPACE})
    add(feed, "id", lasting_id(about.id, f"{answer.path}?{'&'.join(asked)}").urn)
    add(feed, "title", f"{about.title}: {answer.name}")
    add(feed, "updated", midnight(max(days, default=about.first_day)))
    link(feed, "self", answer.public_url + answer.self_link, "application/atom+xml")
    link(feed, "alternate", answer.public_url + answer.as_json_link(), "application/json")
    if answer.next_link is not None:
        link(feed, "next", answer.public_url + answer.next_link, "application/atom+xml")
    link(feed, "license", about.licence)
    add(SubElement(feed, "author"), "name", about.title)
    add(feed, "generator", "Parley")
    for document, day in zip(documents, days, strict=True):
        add_entry(feed, answer, document, day)
    written: bytes = tostring(feed, encoding="utf-8", xml_declaration=True)
    return written


def add_entry(feed: Element, answer: Answer, document: dict[str, Any], day: datetime.date) -> None:
    """An entry of the feed; its author is the feed's."""
    entry = SubElement(feed, "entry")
    add(entry, "id", lasting_id(answer.about().id, document["id"]).urn)
    add(entry, "title", title(document))
    add(entry, "updated", midnight(day))
    link(entry, "alternate", answer.public_url + document["url"], "application/json")
    for topic in document["topics"]:
        label = plain(topic["name"])
        SubElement(entry, "category", {"term": topic["id"], "label": label})
    add(entry, "content", account(document))


def add(parent: Element, name: str, text: str) -> None:
    """An element of plain text."""
    SubElement(parent, name).text = plain(text)


def link(parent: Element, relation: str, address: str, media_type: str | None = None) -> None:
    """A link to somewhere else."""
    attributes = {"rel": relation, "href": address}
    SubElement(
        parent, "link", attributes if media_type is None else {**attributes, "type": media_type}
    )


def plain(text: str) -> str:
    """Text of which every character may stand in XML."""
    return text.translate(NOT_XML)


def midnight(day: datetime.date) -> str:
    """A day as Atom writes moments; curators give days."""
    return f"{day.isoformat()}T00:00:00Z"
