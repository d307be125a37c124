"""Atom (RFC 4287): the page as a feed, with stable ids, updated on days that the record gives.

A feed needs few of Atom's elements, and all text in it is plain text, which the standard library's
writer escapes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple
from xml.etree.ElementTree import Element, SubElement, tostring

from app.db.work import check_work
from app.entries.dates import parse_date
from app.formats.answer import Answer
from app.formats.headline import account
from app.formats.stable_ids import last_updated, stable_id

NAMESPACE = "http://www.w3.org/2005/Atom"
# The record holds no control characters; these two are no characters of XML either.
NOT_XML = str.maketrans({0xFFFE: "\ufffd", 0xFFFF: "\ufffd"})
PAGING = {"cursor", "limit"}


def as_atom(answer: Answer) -> bytes:
    about = answer.about()
    items = [item_of(document) for document in answer.loaded()]
    asked = [f"{name}={value}" for name, value in answer.parameters if name not in PAGING]
    feed = Element("feed", {"xmlns": NAMESPACE})
    add_text(feed, "id", stable_id(about.id, f"{answer.path}?{'&'.join(asked)}").urn)
    add_text(feed, "title", f"{about.title}: {answer.name}")
    if answer.rest is not None:
        add_text(feed, "subtitle", answer.rest)
    began = parse_date(about.coverage.date).start.isoformat()
    add_text(feed, "updated", moment(max((each.updated for each in items), default=began)))
    add_link(feed, "self", answer.public_url + answer.self_link, "application/atom+xml")
    page = answer.public_url + answer.as_json_link().removeprefix("/v1")
    add_link(feed, "alternate", page, "text/html")
    add_link(feed, "alternate", answer.public_url + answer.as_json_link(), "application/json")
    if answer.next_link is not None:
        add_link(feed, "next", answer.public_url + answer.next_link, "application/atom+xml")
    add_link(feed, "license", about.licence.url)
    add_text(SubElement(feed, "author"), "name", about.title)
    add_text(feed, "generator", "Parley")
    for item in items:
        add_item(feed, answer, item)
    body: bytes = tostring(feed, encoding="utf-8", xml_declaration=True)
    return body


class Item(NamedTuple):
    """What a feed says of an entry, of a change or of a correction.

    `name` makes its stable id, `updated` is a day or a time, `url` the path in the API.
    """

    name: str
    title: str
    updated: str
    url: str
    content: str
    document: Mapping[str, Any] = {}


def item_of(document: dict[str, Any]) -> Item:
    """The item of a document of a feed's list."""
    kind, record_id = document["kind"], document["id"]
    if "reason" in document:
        reason, day = document["reason"], parse_date(document["date"]).start.isoformat()
        name = f"correction:{kind}:{record_id}:{day}:{reason}"
        line = f"Corrected on {day}: {kind} {record_id}"
        return Item(name, line, day, document["url"], reason)
    if "sequence" in document:
        name = f"change:{kind}:{record_id}:{document['action']}:{document['hash']}"
        line = f"{document['action'].capitalize()}: {kind} {record_id}"
        return Item(name, line, document["seeded_at"], document["url"], line)
    day = last_updated(document).isoformat()
    return Item(record_id, document["label"], day, document["url"], account(document), document)


def add_item(feed: Element, answer: Answer, item: Item) -> None:
    """Adds an item; its author is the feed's."""
    check_work()
    entry = SubElement(feed, "entry")
    add_text(entry, "id", stable_id(answer.about().id, item.name).urn)
    add_text(entry, "title", item.title)
    add_text(entry, "updated", moment(item.updated))
    page = answer.public_url + item.url.removeprefix("/v1")
    add_link(entry, "alternate", page, "text/html")
    add_link(entry, "alternate", answer.public_url + item.url, "application/json")
    for citation in item.document.get("citations", ()):
        source = citation["source"]
        if address := source["passage_href"] or source["href"]:
            add_link(entry, "via", address, hreflang=source["language"])
    for topic in item.document.get("topics", ()):
        label = xml_text(topic["name"])
        SubElement(entry, "category", {"term": topic["id"], "label": label})
    add_text(entry, "content", item.content)


def add_text(parent: Element, name: str, text: str) -> None:
    SubElement(parent, name).text = xml_text(text)


def add_link(
    parent: Element, relation: str, address: str, media_type: str | None = None, **more: str
) -> None:
    typed = {} if media_type is None else {"type": media_type}
    SubElement(parent, "link", {"rel": relation, "href": address, **typed, **more})


def xml_text(text: str) -> str:
    """The text without the characters that XML does not allow."""
    return text.translate(NOT_XML)


def moment(time: str) -> str:
    """A time; of a day its first moment in UTC, as Atom's dates have a time."""
    return time if "T" in time else f"{time}T00:00:00Z"
