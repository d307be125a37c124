"""`/llms.txt`: tells agents what this is, how to ask it, and how to cite what it answers."""

from __future__ import annotations

from importlib.resources import files
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

TEXT = files("app.api").joinpath("llms.md").read_text(encoding="utf-8")


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
        operation_id="getLlmsText",
        response_model=None,
        response_class=PlainTextResponse,
    )
