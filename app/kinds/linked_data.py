"""What the JSON-LD of entries is put together from: actors, sources and numbers as nodes.

A node is in schema.org's terms. `base` is the public URL, which begins every `@id`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from app.data_files import read_toml
from app.entries.documents import quantity_text

Node = dict[str, Any]
TABLES: dict[str, dict[str, str]] = read_toml("kinds/linked_data.toml")
WORK_ROLES = TABLES["work_roles"]
WITHOUT_QUALIFIER = str.maketrans("", "", "~?%")


@dataclass(frozen=True)
class LinkedData:
    """How a kind of entry is described in JSON-LD.

    `node` makes a kind's own properties of a document and the base; `roles` names the property of
    an actor by its role, `about` that of topics and of all other actors, `sources` that of sources:
    only works cite, an event or an observation is the subject of a work.
    """

    node: Callable[[Node, str], Node]
    roles: Mapping[str, str]
    about: str = "about"
    sources: str = "citation"


def without_nothing(node: Node) -> Node:
    """The properties that have a value."""
    return {name: value for name, value in node.items() if value not in (None, [], {})}


def date_node(document: Node) -> Node:
    """When a work was made: a date, or the interval that it covers."""
    interval = document["date_precision"] in ("interval", "open")
    name = "temporalCoverage" if interval else "dateCreated"
    return {name: document["date"].translate(WITHOUT_QUALIFIER)}


def reference_node(link: Node, base: str) -> Node:
    return {"@id": base + link["url"]}


def actor_node(actor: Node, base: str) -> Node:
    """An actor; its own document says whether it is a person or a group."""
    return {"@id": base + actor["url"], "name": actor["name"]}


def source_node(source: Node, base: str) -> Node:
    """A source; its address leads to the very words where these are known."""
    published = source["date"].translate(WITHOUT_QUALIFIER) if source["date"] else None
    return without_nothing(
        {
            "@id": base + source["url"],
            "@type": "CreativeWork",
            "name": source["title"],
            "url": source["passage_href"] or source["href"],
            "archivedAt": source["archive_href"],
            "inLanguage": source["language"],
            "publisher": {"@type": "Organization", "name": source["name"]},
            "datePublished": published,
        }
    )


def quantity_node(quantity: Node) -> Node:
    """A number: as a value where it is exact, as a bound where it is one, and always in words."""
    node = {"@type": "QuantitativeValue", "unitText": quantity["unit"]}
    bound = TABLES["bounds"].get(quantity["qualifier"] or "")
    if bound is not None and quantity["value"] is not None:
        node[bound] = quantity["value"]
    if quantity["from"] is not None:
        node |= {"minValue": quantity["from"], "maxValue": quantity["to"]}
    return {**node, "description": quantity_text(quantity)}
