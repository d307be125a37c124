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

NAMESPACE, MEDIA_TYPE = "http://www.w3.org/2005/Atom", "application/atom+xml"
# The record holds no control characters; these two are no characters of XML either.
NOT_XML = str.maketrans({0xFFFE: "\ufffd", 0xFFFF: "\ufffd"})
PAGING = {"cursor", "limit"}


def as_atom(answer: Answer) -> bytes:
    about, base = answer.about(), answer.public_url
    items = [item_of(document) for document in answer.loaded()]
    asked = [f"{name}={value}" for name, value in answer.parameters if name not in PAGING]
    feed = Element("feed", {"xmlns": NAMESPACE})
    add(feed, "id", stable_id(about.id, f"{answer.path}?{'&'.join(asked)}").urn)
    add(feed, "title", f"{about.title}: {answer.name}")
    if answer.rest is not None:
        add(feed, "subtitle", answer.rest)
    began = parse_date(about.coverage.date).start.isoformat()
    add(feed, "updated", moment(max((each.updated for each in items), default=began)))
    add(feed, "link", rel="self", href=base + answer.self_link, type=MEDIA_TYPE)
    add_alternates(feed, base, answer.as_json_link())
    if answer.next_link is not None:
        add(feed, "link", rel="next", href=base + answer.next_link, type=MEDIA_TYPE)
    add(feed, "link", rel="license", href=about.licence.url)
    add(add(feed, "author"), "name", about.title)
    add(feed, "generator", "Parley")
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
    entry = add(feed, "entry")
    add(entry, "id", stable_id(answer.about().id, item.name).urn)
    add(entry, "title", item.title)
    add(entry, "updated", moment(item.updated))
    add_alternates(entry, answer.public_url, item.url)
    for citation in item.document.get("citations", ()):
        source = citation["source"]
        if address := source["passage_href"] or source["href"]:
            add(entry, "link", rel="via", href=address, hreflang=source["language"])
    for topic in item.document.get("topics", ()):
        add(entry, "category", term=topic["id"], label=topic["name"])
    add(entry, "content", item.content)


def add_alternates(parent: Element, base: str, path: str) -> None:
    """Adds links to the page and to the JSON of a path of the API."""
    add(parent, "link", rel="alternate", href=base + path.removeprefix("/v1"), type="text/html")
    add(parent, "link", rel="alternate", href=base + path, type="application/json")


def add(parent: Element, name: str, text: str = "", **attributes: str) -> Element:
    """Adds an element, without the characters that XML does not allow."""
    allowed = {name: value.translate(NOT_XML) for name, value in attributes.items()}
    element = SubElement(parent, name, allowed)
    element.text = text.translate(NOT_XML)
    return element


def moment(time: str) -> str:
    """A time; of a day its first moment in UTC, as Atom's dates have a time."""
    return time if "T" in time else f"{time}T00:00:00Z"
