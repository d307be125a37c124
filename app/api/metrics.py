"""The metrics over HTTP."""

from __future__ import annotations

from fastapi import FastAPI
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.requests import Request
from starlette.responses import PlainTextResponse

from app.api.registration import add_question
from app.entries.questions import NoQuestion
from app.http.messages import CompleteResponse, complete
from app.http.observation import Metrics
from app.http.route import service_of


async def metrics(request: Request, _: NoQuestion) -> CompleteResponse:
    """What Prometheus scrapes."""
    async with service_of(request).database.snapshot() as snapshot:
        revision = snapshot.revision.number
    counted: Metrics = request.app.state.metrics
    headers = [(b"content-type", CONTENT_TYPE_LATEST.encode()), (b"cache-control", b"no-store")]
    return complete(200, headers, counted.text(revision))


def add_routes(app: FastAPI) -> None:
    """Registers the metrics."""
    add_question(
        app,
        "/metrics",
        metrics,
        content={"text/plain": {"schema": {"type": "string"}}},
        headers={},
        operation_id="getMetrics",
        response_model=None,
        response_class=PlainTextResponse,
    )
