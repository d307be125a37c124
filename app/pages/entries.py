"""The page of one entry, with its sources and the entries that belong to it."""

from __future__ import annotations

from collections.abc import Awaitable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import orjson
from starlette.requests import Request

from app.analysis.positions import ProposalPositionsQuestion, proposal_positions
from app.analysis.positions_models import ActorPositions, ProposalPositions
from app.api.records import document_now
from app.db.snapshots import Memory, Snapshot, find
from app.entries.documents import EntryLink
from app.entries.names import ENTRIES
from app.entries.questions import NoQuestion, Sort
from app.entries.result_pages import DOCUMENTS, find_page
from app.errors import InvalidQuery
from app.formats.jsonld import CONTEXT, in_script, node_of
from app.http.route import service_of
from app.kinds import KINDS, headline
from app.kinds.kind import Kind, Related
from app.pages.rendering import Values
from app.pages.routing import PageAt

Loaded = dict[str, Any]
MOST_RELATED = 200


@dataclass(frozen=True)
class Section:
    """Entries under a heading, `brief` without their date; `more` is the page that has the rest."""

    heading: str
    entries: list[Loaded]
    more: str | None = None
    brief: bool = False


async def entry_page(
    request: Request, _: NoQuestion, snapshot: Snapshot, entry_id: str, kind: Kind
) -> Values:
    entry = await document_now(kind.name, entry_id, snapshot)
    positions: list[Loaded] = []
    if kind.name == "proposal":
        asked = ProposalPositionsQuestion()
        positions = await positions_shown(proposal_positions(entry, asked, snapshot))
    linked = node_of(entry, service_of(request).settings.public_url)
    return {
        "entry": entry,
        "related": await related(entry, snapshot),
        "positions": positions,
        "titles": await find(snapshot, titles, entry),
        "jsonld": in_script({"@context": CONTEXT, **linked}).decode(),
    }


async def related(entry: Loaded, snapshot: Snapshot) -> list[Section]:
    """The sections that the kind of the entry asks for."""
    sections = []
    for each in KINDS[entry["kind"]].related:
        found, more = await naming(entry, each, snapshot)
        if each.grouped is None:
            sections.append(Section(each.heading, found, more))
            continue
        sections += [Section(*group, brief=True) for group in each.grouped(entry, found)]
        sections.append(Section(f"More {KINDS[each.kind].plural}", [], more))
    return sections


async def naming(
    entry: Loaded, section: Related, snapshot: Snapshot
) -> tuple[list[Loaded], str | None]:
    """The entries of a section, the oldest first, and the page with more, if there are more."""
    kind, name = KINDS[section.kind], section.filter
    asked = kind.question.model_validate(
        {name: [entry["id"]], "limit": MOST_RELATED, "sort": Sort.oldest}
    )
    _, found = await find_page(snapshot, asked, (kind.name,))
    more = f"/{kind.plural}?{name}={entry['id']}&sort=date" if found.next_cursor else None
    return [orjson.loads(body) for body in found.documents], more


def titles(memory: Memory, entry: Loaded) -> dict[str, str]:
    """The headlines of the entries that this one refers to, by id."""
    return headlines(memory, sorted(set(linked_ids(entry))))


def headlines(memory: Memory, ids: list[str]) -> dict[str, str]:
    """The headlines of entries by id."""
    entries = [each for each in memory.get_all(ENTRIES, ids) if each is not None]
    bodies = memory.get_all(DOCUMENTS, [sort_key for _, sort_key in entries])
    documents = map(orjson.loads, bodies)
    return {each["id"]: headline(each) for each in documents}


def linked_ids(value: Any) -> Iterator[str]:
    """The id of each `EntryLink` in a document."""
    if isinstance(value, list):
        for each in value:
            yield from linked_ids(each)
    elif isinstance(value, dict):
        if value.keys() == EntryLink.model_fields.keys():
            yield value["id"]
        yield from linked_ids(list(value.values()))


async def positions_shown(
    found: Awaitable[ProposalPositions | ActorPositions],
) -> list[Loaded]:
    """Positions for a page; none where they are more than one page can show.

    The API answers the same question narrowed.
    """
    try:
        return list((await found).model_dump(mode="json")["positions"])
    except InvalidQuery:
        return []


PAGES = [
    PageAt(f"/{each.plural}/{{id}}", "entry.html", partial(entry_page, kind=each))
    for each in KINDS.values()
]
