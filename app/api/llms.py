"""`/llms.txt`: tells agents what this is, how to ask it, and how to cite what it answers."""

from __future__ import annotations

from importlib.resources import files

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import PlainTextResponse

from app.api.balance import balance_of
from app.api.dataset import kind_counts
from app.api.downloads import links
from app.api.registration import add_question
from app.entries.questions import NoQuestion
from app.http.route import Representation, service_of
from app.kinds import KINDS
from app.reference.dataset import described

CONTENT_TYPE = "text/plain; charset=utf-8"

TEXT = files("app.api").joinpath("llms.md").read_text(encoding="utf-8")


async def llms(request: Request, _: NoQuestion) -> Representation:
    """What this is, how to ask it and how to cite it, for agents."""
    service = service_of(request)
    at = service.settings.public_url
    async with service.database.snapshot() as snapshot:
        dataset, revision = await described(snapshot), snapshot.revision
        counts = await kind_counts(revision, snapshot)
        balance = await balance_of(snapshot)
    text = TEXT.format(
        at=at,
        dataset=dataset,
        digest=revision.digest,
        short=revision.digest[:12],
        description=" ".join(dataset.description.split()),
        how_to_cite=" ".join(dataset.how_to_cite.split()),
        coverage=dataset.coverage.date.replace("/", " to "),
        counts=", ".join(f"{n} {KINDS[kind].plural}" for kind, n in counts.items()),
        lists=", ".join(f"{at}/v1/{kind.plural}" for kind in KINDS.values()),
        actor=balance.actors[0].actor.id if balance.actors else "",
        downloads="\n".join(
            f"- [{name}]({at}{path})" for name, path in links(snapshot.engine).items()
        ),
    )
    return Representation(CONTENT_TYPE, text.encode(), revision)


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
