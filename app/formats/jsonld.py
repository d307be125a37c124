"""JSON-LD: the page as linked data, in schema.org's terms and, where it has none, PROV's.

Each kind says what its entries are (`Kind.linked_data`); an actor in a role stands inside a Role of
the property that fits it best. The context stands in the answer itself: expanding it needs no
network. What could end a `<script>` element is escaped.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from mimetypes import guess_type

import orjson
from sqlalchemy import column, or_, select, table

from app.db.snapshots import Revision, Snapshot
from app.db.sql import Statement
from app.formats.answer import Answer
from app.formats.words import WORDS
from app.kinds import KINDS
from app.kinds.linked_data import WITHOUT_QUALIFIER, Node, actor_node, source_node, without_nothing

# The one download whose type is not told by its name.
NDJSON = "application/x-ndjson"
CONTEXT: Node = orjson.loads((files("app.formats") / "context.json").read_bytes())


def as_jsonld(answer: Answer) -> bytes:
    """The documents of the page as a graph, after the dataset that they are from."""
    base = answer.public_url
    dataset = dataset_node(answer.about().model_dump(), answer.revision, base)
    documents = answer.loaded()
    nodes = [node_of(document, base) for document in documents]
    named = sorted({link["actor"]["id"] for each in documents for link in each["actors"]})
    nodes += [
        {"@id": f"{base}/v1/actors/{each}", **answer.identified[each]}
        for each in named
        if each in answer.identified
    ]
    return in_script({"@context": CONTEXT, "@graph": [dataset, *nodes]})


def dataset_node(about: Node, revision: Revision, base: str) -> Node:
    """The dataset, given its description as curated."""
    return {
        "@id": f"{base}/v1/dataset",
        "@type": "Dataset",
        "name": about["title"],
        "description": about["description"],
        "license": about["licence"]["url"],
        "version": about["version"],
        "identifier": revision.digest,
    }


def dataset_jsonld(about: Node, revision: Revision, base: str, files: Mapping[str, str]) -> str:
    """The dataset for search engines, with the addresses of its downloads by their names."""
    contact = about.get("contact")
    node = dataset_node(about, revision, base) | {
        "url": f"{base}/",
        "temporalCoverage": about["coverage"]["date"].translate(WITHOUT_QUALIFIER),
        "spatialCoverage": about["coverage"].get("places", []),
        "creditText": about["how_to_cite"],
        "distribution": [
            {
                "@type": "DataDownload",
                "name": name,
                "contentUrl": base + path,
                "encodingFormat": guess_type(name)[0] or NDJSON,
            }
            for name, path in files.items()
        ],
        "isAccessibleForFree": True,
        "creator": contact and {"@type": "Organization", "name": contact["name"]},
    }
    return in_script({"@context": "https://schema.org/", **without_nothing(node)}).decode()


def in_script(node: Node) -> bytes:
    """A node as JSON that cannot end the `<script>` element that it may stand in."""
    text = orjson.dumps(node)
    return text.replace(b"<", b"\\u003c").replace(b">", b"\\u003e").replace(b"&", b"\\u0026")


def node_of(document: Node, base: str) -> Node:
    """An entry: what all kinds share around what is its own, without what is not known."""
    kind = KINDS[document["kind"]].linked_data
    citations = [citation_node(kind.sources, each, base) for each in document["citations"]]
    node = {
        "@id": base + document["url"],
        "url": base + document["url"],
        "identifier": document["id"],
        "date": document["date"],
        "sameAs": same_as(document["identifiers"]),
        **kind.node(document, base),
        kind.sources: citations,
    }
    node.setdefault(kind.about, []).extend(topic_node(each, base) for each in document["topics"])
    for link in document["actors"]:
        name = kind.roles.get(link["role"], kind.about)
        node.setdefault(name, []).append(role_node(name, link, base))
    return without_nothing(node)


ACTOR_TYPES, REGISTERS = WORDS["actor_types"], WORDS["registers"]
# By its columns alone, as importing the models of the relational tables would slow the start.
ACTOR = table("actor", *map(column, ("id", "kind", *REGISTERS))).c
IDS = [ACTOR[register] for register in REGISTERS]
IDENTIFIED = Statement(
    select(ACTOR.id, ACTOR.kind, *IDS).where(or_(*(each.is_not(None) for each in IDS)))
)


async def identified_actors(snapshot: Snapshot) -> dict[str, Node]:
    """What is known of actors that outside registers identify, by id."""
    return {
        actor: {
            "@type": ACTOR_TYPES.get(kind, "Organization"),
            "sameAs": same_as(dict(zip(REGISTERS, ids, strict=True))),
        }
        for actor, kind, *ids in await snapshot.rows(IDENTIFIED)
    }


def same_as(identifiers: Node | None) -> list[str]:
    """The addresses of the same in outside registers."""
    given = identifiers or {}
    return [REGISTERS[name].format(value) for name, value in given.items() if value is not None]


def role_node(name: str, link: Node, base: str) -> Node:
    """An actor in a role, as schema.org writes it: the property again inside a Role."""
    actor = actor_node(link["actor"], base)
    return without_nothing(
        {"@type": "Role", "roleName": link["role"], name: actor, "description": link["office"]}
    )


def topic_node(topic: Node, base: str) -> Node:
    return {"@id": base + topic["url"], "@type": "DefinedTerm", "name": topic["name"]}


def citation_node(name: str, citation: Node, base: str) -> Node:
    """A source, in a Role where there is more to say of the citation than of the source."""
    source = source_node(citation["source"], base)
    located = {name: part for name, part in (citation["locator"] or {}).items() if part}
    told = {**located, "via": citation["via"], "supports": citation["supports"]}
    remarks = [f"{name}: {part}" for name, part in told.items() if part]
    if not remarks:
        return source
    return {"@type": "Role", "roleName": "source", name: source, "description": "; ".join(remarks)}
