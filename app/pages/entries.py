"""The page of one entry: what it says, in which words, by which sources, and what goes with it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any

import orjson
from fastapi import FastAPI, Query
from rapidfuzz.distance import Indel
from sqlalchemy import bindparam, select
from starlette.requests import Request

from app.analysis.positions import ProposalPositionsQuestion, proposal_positions
from app.api.answering import service_of
from app.api.entries import entry_now
from app.api.single import NoQuestion
from app.db.snapshots import Snapshot
from app.db.sql import Statement
from app.db.tables import document
from app.entries.query_plan import select_entries
from app.entries.questions import Sort
from app.entries.result_pages import read_page
from app.entries.words import fold
from app.errors import InvalidQuery
from app.formats.jsonld import CONTEXT, node_of
from app.http.route import Rendered
from app.kinds import KINDS, headline
from app.kinds.kind import Kind
from app.pages.embedding import snippets_of
from app.pages.rendering import page
from app.pages.routing import PageRoute
from app.reference.dataset import dataset_of

Loaded = dict[str, Any]
MOST_RELATED = 200
EVIDENCE = {
    "verified": "found in the source",
    "failed": "not found in the source",
    "unverified": "not looked up yet",
}


@dataclass(frozen=True)
class Section:
    """Entries under a heading; the page that has the rest, where there are more."""

    heading: str
    entries: list[Loaded]
    more: str | None = None


async def entry_page(request: Request, entry_id: str, kind: Kind) -> Rendered:
    """The page of an entry."""
    async with service_of(request).database.snapshot() as snapshot:
        _, body = await entry_now(entry_id, kind.name, snapshot)
        entry = orjson.loads(body)
        values = {
            "entry": entry,
            "dataset": await dataset_of(snapshot),
            "related": await related(entry, snapshot),
            "positions": await positions(entry, snapshot),
            "wordings": wordings(entry),
            "titles": await titles(entry, snapshot),
        }
    public_url = service_of(request).settings.public_url
    values["embed"] = snippets_of(request, request.scope["path"])
    values["evidence_words"] = EVIDENCE
    values["jsonld"] = embedded({"@context": CONTEXT, **node_of(entry, public_url)})
    return await asyncio.to_thread(page, request, snapshot.revision, "entry.html", values)


def embedded(document: Any) -> str:
    """JSON that may stand in a script element: no character of it ends the element."""
    text = orjson.dumps(document).decode()
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


async def related(entry: Loaded, snapshot: Snapshot) -> list[Section]:
    """What belongs to the entry: an event's quotes and figures, a proposal's terms by phase."""
    if entry["kind"] == "event":
        return [
            await section("What was said", "quote", "event", entry, snapshot),
            await section("Figures", "figure", "event", entry, snapshot),
        ]
    if entry["kind"] == "proposal":
        terms = await section("Terms", "term", "proposal", entry, snapshot)
        phased = by_phase(entry, sorted(terms.entries, key=curated_order))
        more = [Section("More terms", [], terms.more)] if terms.more else []
        return [*(Section(heading, found) for heading, found in phased), *more]
    return []


async def section(heading: str, kind: str, name: str, entry: Loaded, snapshot: Snapshot) -> Section:
    """The entries of a kind that name this one, the oldest first; where more are, if they are."""
    asked = KINDS[kind].question.model_validate(
        {name: [entry["id"]], "limit": MOST_RELATED, "sort": Sort.oldest}
    )
    selection = await select_entries(asked, (kind,), snapshot)
    found = await read_page(asked, (kind,), selection, snapshot)
    more = f"/{KINDS[kind].plural}?{name}={entry['id']}&sort=date" if found.next_cursor else None
    return Section(heading, [orjson.loads(body) for body in found.documents], more)


async def titles(entry: Loaded, snapshot: Snapshot) -> dict[str, str]:
    """The titles of the entries that this one refers to, by id."""
    links = [entry.get("event"), entry.get("proposal")]
    links += [answer["proposal"] for answer in entry.get("responds_to", [])]
    links += [reply["proposal"] for reply in [entry.get("in_reply_to")] if reply]
    ids = sorted({link["id"] for link in links if link})
    if not ids:
        return {}
    given = {f"id_{number}": each for number, each in enumerate(ids)}
    return {
        each: headline(orjson.loads(body))
        for each, body in await snapshot.rows(bodies_statement(len(ids)), **given)
    }


@lru_cache(maxsize=64)
def bodies_statement(count: int) -> Statement:
    """The documents of some entries."""
    given: list[Any] = [bindparam(f"id_{number}") for number in range(count)]
    return Statement(select(document.c.id, document.c.body).where(document.c.id.in_(given)))


def curated_order(term: Loaded) -> tuple[bool, int, str]:
    """By position; terms without one come last, by id."""
    return term["position"] is None, term["position"] or 0, term["id"]


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


async def positions(entry: Loaded, snapshot: Snapshot) -> list[Loaded]:
    """Everyone's position on a proposal."""
    if entry["kind"] != "proposal":
        return []
    try:
        found = await proposal_positions(entry, ProposalPositionsQuestion(), snapshot)
    except InvalidQuery:
        # More than one page can show; the API answers it narrowed.
        return []
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
    """Runs of words of another wording: the same, or with other words of the first left out.

    What it leaves out before its first and after its last common word is cut, not changed: only
    as many words as it has instead are shown.
    """
    ones, others = first.split(), other.split()
    runs: list[tuple[list[str], list[str], list[str]]] = []
    for step in Indel.opcodes([folded(word) for word in ones], [folded(word) for word in others]):
        gone = ones[step.src_start : step.src_end]
        come = others[step.dest_start : step.dest_end]
        if step.tag == "equal":
            runs.append((come, [], []))
        elif runs and not runs[-1][0]:
            runs[-1] = ([], runs[-1][1] + gone, runs[-1][2] + come)
        else:
            runs.append(([], gone, come))
    if not any(same for same, _, _ in runs):
        return [("same", other)]
    parts: list[tuple[str, str]] = []
    for number, (same, gone, come) in enumerate(runs):
        parts += [("same", " ".join(same))] if same else []
        begins, ends = number == 0, number == len(runs) - 1
        kept = gone
        if begins and len(gone) > len(come):
            kept = gone[len(gone) - len(come) :]
            parts.append(("cut", "…"))
        if ends and not begins:
            kept = gone[: len(come)]
        parts += [("left out", " ".join(kept))] if kept else []
        parts += [("added", " ".join(come))] if come else []
        if ends and not begins and len(gone) > len(come):
            parts.append(("cut", "…"))
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
