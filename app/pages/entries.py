"""The page of one entry: what it says, in which words, by which sources, and what goes with it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, Any

import orjson
from fastapi import FastAPI, Query
from rapidfuzz.distance import Indel
from starlette.requests import Request

from app.analysis.asking import all_of
from app.analysis.positions import ProposalPositionsQuestion, proposal_positions
from app.api.answering import service_of
from app.api.entries import entry_now
from app.api.route import Rendered
from app.api.single import NoQuestion
from app.database import Ask
from app.entries.questions import MAX_LIMIT, Sort
from app.entries.words import fold
from app.formats.jsonld import CONTEXT, node_of
from app.kinds import KINDS, Kind
from app.pages.rendering import dataset_of, page
from app.pages.routing import PageRoute

Loaded = dict[str, Any]


async def entry_page(request: Request, entry_id: str, kind: Kind) -> Rendered:
    """The page of an entry."""
    async with service_of(request).database.snapshot() as ask:
        _, body = await entry_now(entry_id, kind.name, ask)
        entry = orjson.loads(body)
        values = {
            "entry": entry,
            "dataset": await dataset_of(ask),
            "related": await related(entry, ask),
            "positions": await positions(entry, ask),
            "wordings": wordings(entry),
        }
    public_url = service_of(request).settings.public_url
    values["jsonld"] = embedded({"@context": CONTEXT, **node_of(entry, public_url)})
    return await asyncio.to_thread(page, request, ask.revision, "entry.html", values)


def embedded(document: Any) -> str:
    """JSON that may stand in a script element: no character of it ends the element."""
    text = orjson.dumps(document).decode()
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


async def related(entry: Loaded, ask: Ask) -> list[tuple[str, list[Loaded]]]:
    """What belongs to the entry: an event's quotes and figures, a proposal's terms by phase."""
    if entry["kind"] == "event":
        quotes = KINDS["quote"].question(event=[entry["id"]], limit=MAX_LIMIT, sort=Sort.oldest)
        figures = KINDS["figure"].question(event=[entry["id"]], limit=MAX_LIMIT, sort=Sort.oldest)
        return [
            ("What was said", await all_of(quotes, "quote", "event", ask)),
            ("Figures", await all_of(figures, "figure", "event", ask)),
        ]
    if entry["kind"] == "proposal":
        asked = KINDS["term"].question(proposal=[entry["id"]], limit=MAX_LIMIT, sort=Sort.oldest)
        return by_phase(entry, await all_of(asked, "term", "proposal", ask))
    return []


def by_phase(proposal: Loaded, terms: list[Loaded]) -> list[tuple[str, list[Loaded]]]:
    """A proposal's terms under its phases, those of the whole last."""
    headed = [
        (
            f"Phase {phase['number']}: {phase['title']}"
            + (f" ({phase['days']} days)" if phase["days"] else ""),
            [term for term in terms if term["phase"] == phase["number"]],
        )
        for phase in proposal["phases"]
    ]
    return [*headed, ("The whole proposal", [term for term in terms if term["phase"] is None])]


async def positions(entry: Loaded, ask: Ask) -> list[Loaded]:
    """Everyone's position on a proposal."""
    if entry["kind"] != "proposal":
        return []
    found = await proposal_positions(entry, ProposalPositionsQuestion(), ask)
    return list(found.model_dump(mode="json")["positions"])


def wordings(entry: Loaded) -> list[Loaded]:
    """A quote's wordings, each with what differs from the first one in the same language."""
    if entry["kind"] != "quote":
        return []
    first = entry["renderings"][0]
    return [
        {
            **each,
            "parts": parts_of(first["text"], each["text"])
            if each["language"] == first["language"] and each is not first
            else [("same", each["text"])],
        }
        for each in entry["renderings"]
    ]


def parts_of(first: str, other: str) -> list[tuple[str, str]]:
    """Runs of words of another wording: the same, added, or left out of the first."""
    ones, others = first.split(), other.split()
    steps = Indel.opcodes([folded(word) for word in ones], [folded(word) for word in others])
    parts = []
    for step in steps:
        if step.tag == "equal":
            parts.append(("same", " ".join(others[step.dest_start : step.dest_end])))
        if step.tag == "delete":
            parts.append(("left out", " ".join(ones[step.src_start : step.src_end])))
        if step.tag == "insert":
            parts.append(("added", " ".join(others[step.dest_start : step.dest_end])))
    return parts


def folded(word: str) -> str:
    """A word without case, accents and the signs around it."""
    return fold(word).strip(".,;:!?…'\"“”‘’()[]–—-") or word


def endpoint_of(kind: Kind) -> Callable[..., Awaitable[Rendered]]:
    """The endpoint of a kind's pages."""

    async def endpoint(
        request: Request, question: Annotated[NoQuestion, Query()], id: str
    ) -> Rendered:
        del question
        return await entry_page(request, id, kind)

    return endpoint


def add_routes(app: FastAPI) -> None:
    """Registers the pages of single entries."""
    for kind in KINDS.values():
        app.router.add_api_route(
            f"/{kind.plural}/{{id}}",
            endpoint_of(kind),
            route_class_override=PageRoute,
            response_model=None,
            include_in_schema=False,
        )
