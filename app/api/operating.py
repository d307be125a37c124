"""For those who run the service: whether it lives and is ready, and its metrics."""

from __future__ import annotations

from fastapi import FastAPI
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.requests import Request

from app.api.registration import add_question
from app.db.postings import STORED
from app.entries.documents import DOCUMENT_FORMAT, Document
from app.entries.questions import NoQuestion
from app.errors import Unavailable
from app.http.messages import JSON, CompleteResponse, complete
from app.http.observation import Metrics
from app.http.route import service_of


class Health(Document):
    """Whether the service can answer."""

    status: str
    """live or ready."""


async def live(_: Request, question: NoQuestion) -> CompleteResponse:
    """The process runs."""
    del question
    return unkept(JSON, b'{"status":"live"}')


async def ready(request: Request, _: NoQuestion) -> CompleteResponse:
    """The record can be asked: the database is there, with our schema and document format."""
    database = service_of(request).database
    await database.check()
    async with database.snapshot() as snapshot:
        stored = await snapshot.rows(STORED, name="document_format")
    if not stored or bytes(stored[0][0]) != str(DOCUMENT_FORMAT).encode():
        raise Unavailable("The documents are of another format; run `parley seed`.")
    return unkept(JSON, b'{"status":"ready"}')


async def metrics(request: Request, _: NoQuestion) -> CompleteResponse:
    """What Prometheus scrapes."""
    async with service_of(request).database.snapshot() as snapshot:
        revision = snapshot.revision.number
    counted: Metrics = request.app.state.metrics
    return unkept(CONTENT_TYPE_LATEST, counted.text(revision))


def unkept(content_type: str, body: bytes) -> CompleteResponse:
    """An answer that no cache keeps."""
    headers = [(b"content-type", content_type.encode()), (b"cache-control", b"no-store")]
    return complete(200, headers, body)


def add_routes(app: FastAPI) -> None:
    """Registers the health checks and the metrics."""
    for answer in (live, ready):
        name = answer.__name__
        add_question(
            app,
            f"/health/{name}",
            answer,
            headers={},
            operation_id=f"get{name.capitalize()}",
            model=Health,
        )
    add_question(
        app, "/metrics", metrics, headers={}, operation_id="getMetrics", media_type="text/plain"
    )
