"""JSON-LD: the page as linked data, in schema.org's terms and, where it has none, PROV's.

Events are Events, quotes Quotations, proposals and terms CreativeWorks, figures Observations; an
actor in a role stands inside a Role of the property that fits it best. The context stands in the
answer itself: expanding it needs no network. What could end a `<script>` element is escaped.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson

from app.entries.documents import headline
from app.formats.answer import Answer
from app.formats.headline import in_words

Node = dict[str, Any]

DATE = {"@type": "schema:Date"}
ADDRESS = {"@type": "@id"}
CONTEXT: Node = {
    "schema": "https://schema.org/",
    "@vocab": "https://schema.org/",
    "prov": "http://www.w3.org/ns/prov#",
    "dcterms": "http://purl.org/dc/terms/",
    "date": {"@id": "dcterms:date", "@type": "http://id.loc.gov/datatypes/edtf/EDTF"},
    "startDate": DATE,
    "endDate": DATE,
    "dateCreated": DATE,
    "dateModified": DATE,
    "datePublished": DATE,
    "observationDate": DATE,
    "url": ADDRESS,
    "license": ADDRESS,
    "wasAttributedTo": {"@id": "prov:wasAttributedTo"},
}
# Which property an actor of an event stands in; a role that is not named here is what it is about.
EVENT_ROLES = {
    "host": "organizer",
    "chair": "organizer",
    "initiator": "organizer",
    "participant": "attendee",
    "party": "attendee",
    "mediator": "attendee",
    "facilitator": "attendee",
    "signatory": "attendee",
    "guarantor": "attendee",
    "speaker": "performer",
    "sponsor": "sponsor",
}
WORK_ROLES = {
    "speaker": "spokenByCharacter",
    "proposer": "creator",
    "sponsor": "sponsor",
    "mediator": "contributor",
    "facilitator": "contributor",
}
BOUNDS = {
    "exactly": "value",
    "at_least": "minValue",
    "more_than": "minValue",
    "up_to": "maxValue",
    "less_than": "maxValue",
}


def as_jsonld(answer: Answer) -> bytes:
    """The documents of the page as a graph, after the dataset that they are from."""
    at = answer.public_url
    about = answer.about()
    dataset = {
        "@id": f"{at}/v1/dataset",
        "@type": "Dataset",
        "name": about.title,
        "description": about.description,
        "license": about.licence,
        "version": about.version,
        "identifier": answer.revision.digest,
    }
    nodes = [node_of(document, at) for document in answer.loaded()]
    written = orjson.dumps({"@context": CONTEXT, "@graph": [dataset, *nodes]})
    return written.replace(b"<", b"\\u003c").replace(b">", b"\\u003e").replace(b"&", b"\\u0026")


def node_of(document: Node, at: str) -> Node:
    """An entry: what all kinds share around what is its own, without what is not known."""
    kind = document["kind"]
    node = {
        "@id": at + document["url"],
        "url": at + document["url"],
        "identifier": document["id"],
        "date": document["date"],
        **KINDS[kind](document, at),
        **SOURCED[kind](document, at),
    }
    about = ABOUT.get(kind, "about")
    node.setdefault(about, []).extend(topic_node(topic, at) for topic in document["topics"])
    for link in document["actors"]:
        name = ROLES[kind].get(link["role"], about)
        node.setdefault(name, []).append(in_role(name, link, at))
    return known(node)


def known(node: Node) -> Node:
    """The members that have a value."""
    return {name: value for name, value in node.items() if value not in (None, [], {})}


def event(document: Node, at: str) -> Node:
    """What is an event's own; it is about the proposals that it answers."""
    place = document["place"]
    return {
        "@type": "Event",
        "name": document["title"],
        "description": document["summary"],
        "startDate": document["start_date"],
        "endDate": document["end_date"],
        "location": {"@type": "Place", "name": place} if place else None,
        "about": [{"@id": at + each["proposal"]["url"]} for each in document["responds_to"]],
    }


def quote(document: Node, at: str) -> Node:
    """What is a quote's own: who said it, in which office, at which event, in whose wordings."""
    said_at = document["event"]
    return {
        "@type": "Quotation",
        **dated(document),
        "text": document["text"],
        "inLanguage": document["language"],
        "abstract": document["context"],
        "creator": [in_office(each, at) for each in document["speakers"]],
        "recordedAt": {"@id": at + said_at["url"]} if said_at else None,
        "workExample": [wording(each, at) for each in document["renderings"]],
    }


def wording(rendering: Node, at: str) -> Node:
    """One outlet's or translator's wording of an utterance."""
    return known(
        {
            "@type": "Quotation",
            "text": rendering["text"],
            "inLanguage": rendering["language"],
            "citation": source_node(rendering["source"], at),
            "creditText": rendering["via"],
            "description": rendering["note"],
        }
    )


def proposal(document: Node, at: str) -> Node:
    """What is a proposal's own."""
    reply = document["in_reply_to"]
    return {
        "@type": "CreativeWork",
        **dated(document),
        "name": document["title"],
        "abstract": document["summary"],
        "creativeWorkStatus": document["status"],
        "mentions": {"@id": at + reply["proposal"]["url"]} if reply else None,
        "hasPart": [phase_node(each) for each in document["phases"]],
    }


def phase_node(phase: Node) -> Node:
    """A stage of a proposal."""
    return known(
        {
            "@type": "CreativeWork",
            "name": phase["title"],
            "position": phase["number"],
            "timeRequired": f"P{phase['days']}D" if phase["days"] else None,
            "description": phase["notes"],
        }
    )


def term(document: Node, at: str) -> Node:
    """What is a term's own."""
    return {
        "@type": "CreativeWork",
        **dated(document),
        "text": document["text"],
        "position": document["phase"],
        "isPartOf": {"@id": at + document["proposal"]["url"]},
        "mentions": [quantity_node(each) for each in document["quantities"]],
    }


def figure(document: Node, at: str) -> Node:
    """What is a figure's own: the number with its bounds, and who claims it."""
    counted = document["event"]
    claimed = f"; claimed by: {document['claimed_by']}" if document["claimed_by"] else ""
    return {
        **quantity_node(document["quantity"]),
        "@type": "Observation",
        "name": headline(document),
        "observationDate": document["end_date"] or document["start_date"],
        "variableMeasured": document["metric"],
        "description": in_words(document["quantity"]) + claimed,
        "observationAbout": [{"@id": at + counted["url"]}] if counted else [],
        "wasAttributedTo": [actor_node(each, at) for each in document["claimants"]],
    }


def quantity_node(quantity: Node) -> Node:
    """A number: as a value where it is exact, as a bound where it is one, and always in words."""
    node = {"@type": "QuantitativeValue", "unitText": quantity["unit"]}
    bound = BOUNDS.get(quantity["qualifier"] or "")
    if bound is not None:
        node[bound] = quantity["value"]
    return {**node, "description": in_words(quantity)}


def dated(document: Node) -> Node:
    """When a work was made: a date, or the interval it covers."""
    if document["date_precision"] in ("interval", "open"):
        return {"temporalCoverage": document["date"].translate(UNQUALIFIED)}
    return {"dateCreated": document["date"].translate(UNQUALIFIED)}


UNQUALIFIED = str.maketrans("", "", "~?%")


def in_role(name: str, link: Node, at: str) -> Node:
    """An actor in a role, as schema.org writes it: the property again inside a Role."""
    actor = actor_node(link["actor"], at)
    return known(
        {"@type": "Role", "roleName": link["role"], name: actor, "description": link["office"]}
    )


def in_office(speaker: Node, at: str) -> Node:
    """A speaker, in the office held on that date."""
    actor = actor_node(speaker["actor"], at)
    if speaker["office"] is None:
        return actor
    return {"@type": "Role", "roleName": speaker["office"], "creator": actor}


def actor_node(actor: Node, at: str) -> Node:
    """An actor; its own document says whether it is a person or a group."""
    return {"@id": at + actor["url"], "name": actor["name"]}


def topic_node(topic: Node, at: str) -> Node:
    """A topic."""
    return {"@id": at + topic["url"], "@type": "DefinedTerm", "name": topic["name"]}


def source_node(source: Node, at: str) -> Node:
    """A cited text."""
    return known(
        {
            "@id": at + source["url"],
            "@type": "CreativeWork",
            "name": source["title"],
            "publisher": {"@type": "Organization", "name": source["name"]},
            "datePublished": source["date"].translate(UNQUALIFIED) if source["date"] else None,
        }
    )


def cited(name: str) -> Callable[[Node, str], Node]:
    """The sources of an entry under a property; what one credits or supports stands in a Role."""

    def sources(document: Node, at: str) -> Node:
        return {name: [citation_node(name, each, at) for each in document["citations"]]}

    return sources


def citation_node(name: str, citation: Node, at: str) -> Node:
    """A source, in a Role where there is more to say of the citation than of the source."""
    source = source_node(citation["source"], at)
    said = [f"{each}: {citation[each]}" for each in ("via", "supports") if citation[each]]
    if not said:
        return source
    return {"@type": "Role", "roleName": "source", name: source, "description": "; ".join(said)}


KINDS: dict[str, Callable[[Node, str], Node]] = {
    "event": event,
    "quote": quote,
    "proposal": proposal,
    "term": term,
    "figure": figure,
}
# Only works cite; an event or an observation is the subject of a work.
SOURCED = {
    "event": cited("subjectOf"),
    "quote": cited("citation"),
    "proposal": cited("citation"),
    "term": cited("citation"),
    "figure": cited("subjectOf"),
}
ABOUT = {"figure": "observationAbout"}
ROLES: dict[str, dict[str, str]] = {
    "event": EVENT_ROLES,
    "quote": WORK_ROLES,
    "proposal": WORK_ROLES,
    "term": WORK_ROLES,
    "figure": {},
}
