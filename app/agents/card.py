"""The card by which clients find the tools before they connect, and the catalog that leads to it.

The card is that of the Model Context Protocol (SEP-2127), the catalog an AI Catalog.
"""

from __future__ import annotations

import re
from importlib.metadata import version
from urllib.parse import urlsplit

import jinja2
import orjson
from fastapi import FastAPI
from starlette.requests import Request

from app.agents.serving import AgentsEndpoint
from app.api.registration import add_question
from app.entries.questions import NoQuestion
from app.http.route import Representation, service_of
from app.reference.dataset import described

CARD = ("application/mcp-server-card+json", "server-card.json")
DOCUMENTS = {
    f"{AgentsEndpoint.path}/server-card": CARD,
    "/.well-known/mcp/server-card.json": CARD,
    "/.well-known/ai-catalog.json": ("application/json", "ai-catalog.json"),
}
TEMPLATES = jinja2.Environment(
    loader=jinja2.PackageLoader("app.agents", "."), undefined=jinja2.StrictUndefined
)


async def answer(request: Request, _: NoQuestion) -> Representation:
    """The card or the catalog, with the title of the record."""
    content_type, name = DOCUMENTS[request.scope["route"].path]
    async with service_of(request).database.snapshot() as snapshot:
        dataset, revision = await described(snapshot), snapshot.revision
    at = service_of(request).settings.public_url
    hostname = urlsplit(at).hostname or ""
    document = TEMPLATES.get_template(name).render(
        at=at,
        path=AgentsEndpoint.path,
        hostname=hostname,
        # Names of servers have no other characters.
        host=re.sub("[^a-z0-9.]", "-", hostname),
        version=version("parley"),
        dataset=dataset,
    )
    return Representation(content_type, orjson.dumps(orjson.loads(document)), revision)


def add_routes(app: FastAPI) -> None:
    """Registers the documents."""
    for path in DOCUMENTS:
        add_question(app, path, answer)
