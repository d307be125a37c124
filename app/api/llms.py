"""`/llms.txt`: tells agents what this is, how to ask it, and how to cite what it answers."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import PlainTextResponse

from app.api import downloads
from app.api.balance import balance_of
from app.api.dataset import kind_counts
from app.api.registration import add_question
from app.db.snapshots import Snapshot
from app.entries.questions import NoQuestion
from app.http.route import Representation, service_of
from app.kinds import KINDS
from app.reference.dataset import dataset_of

CONTENT_TYPE = "text/plain; charset=utf-8"

TEXT = """\
# {title}

> {description}

This is a read-only JSON API. It needs no key. It holds {counts}, from {coverage}, version {version}
of the record, revision digest {digest}.

## How to ask

- Lists: {lists}. All kinds in one order: {at}/v1/timeline
- By whom: `actor=` (id, name or alias), `actor_role=`, `include_affiliates=true`
- When: `date=2024-02`, or `start_date=` and `end_date=`; every entry whose days overlap is found
- About what: `topic=` (narrower topics included); ids are at {at}/v1/topics
- In which words: `q=` (all words; "a phrase"; begin*; -without; this OR that), `word_forms=true`,
  `snippets=true`, `sort=relevance`; where nothing is found, `meta.nearest` has words that are
- How many: `count=exact`, `facets=actor,topic`; pages: `limit=` up to 500, then `links.next`
- Short answers: `fields=id,date,text`
- Anything wrong is refused with 422: read `errors[].detail`, which names the nearest valid value.
  An empty `data` means that the record has no such entry, not that nothing happened.

Everything that can be asked: {at}/openapi.json

## Good questions

- Who said what: {at}/v1/quotes?actor={actor}&limit=5
- What happened, the oldest first: {at}/v1/timeline?sort=date&limit=20
- What each proposal asks of whom: {at}/v1/terms?limit=20
- What the record is and lacks: {at}/v1/dataset

## How to cite

{how_to_cite} Revision {short}, {at}

- Cite an entry by its address, `{at}` + its `url`, with the revision digest in `meta.revision`.
- Quote `text` word for word, with `speakers[].actor.name`, `speakers[].office`, `date` and the
  source in `citations`. Say so where `translated` is true or null, or `renderings` differ.
- Give a number with its `qualifier` (more_than, about, …): without it, it is another claim.
- A date with `date_qualifier`, or with `date_precision` month or year, is not a day.
- `attribution` says on whose word a quotation rests; `reported` means at second hand.

## The whole record

{downloads}

Licence: {licence} ({licence_url}). Quotations remain their speakers' words.
"""


async def llms(request: Request, _: NoQuestion) -> Representation:
    """What this is, how to ask it and how to cite it, for agents."""
    service = service_of(request)
    async with service.database.snapshot() as snapshot:
        values = await values_of(snapshot, service.settings.public_url)
    return Representation(CONTENT_TYPE, TEXT.format(**values).encode(), snapshot.revision)


async def values_of(snapshot: Snapshot, at: str) -> dict[str, Any]:
    """What the text says of this record and this server."""
    dataset = await dataset_of(snapshot)
    counts = await kind_counts(snapshot.revision, snapshot)
    balance = await balance_of(snapshot)
    links = downloads.links(snapshot.engine)
    return {
        "title": dataset["title"],
        "description": " ".join(dataset["description"].split()),
        "counts": ", ".join(f"{n} {KINDS[kind].plural}" for kind, n in counts.items()),
        "coverage": dataset["coverage"]["date"].replace("/", " to "),
        "version": dataset["version"],
        "digest": snapshot.revision.digest,
        "short": snapshot.revision.digest[:12],
        "lists": ", ".join(f"{at}/v1/{kind.plural}" for kind in KINDS.values()),
        "actor": balance.actors[0].actor.id if balance.actors else "",
        "how_to_cite": " ".join(dataset["how_to_cite"].split()),
        "licence": dataset["licence"]["name"],
        "licence_url": dataset["licence"]["url"],
        "downloads": "\n".join(f"- {at}{path}" for path in links.values()),
        "at": at,
    }


def add_routes(app: FastAPI) -> None:
    """Registers the text."""
    add_question(
        app,
        "/llms.txt",
        llms,
        answer="The text.",
        operation_id="getLlmsText",
        summary="Read how agents should ask and cite",
        tags=["dataset"],
        response_model=None,
        response_class=PlainTextResponse,
    )
