"""The card by which clients find the tools before they connect, and the catalog that leads to it.

The card is that of the Model Context Protocol (SEP-2127), the catalog an AI Catalog.
"""

from __future__ import annotations

import re
from importlib.metadata import version
from typing import Any
from urllib.parse import urlsplit

import orjson
from fastapi import FastAPI
from starlette.requests import Request

from app.agents.serving import AgentsEndpoint
from app.api.registration import add_question
from app.entries.questions import NoQuestion
from app.http.route import Representation, service_of
from app.reference.dataset import described

CARD = "application/mcp-server-card+json"
SCHEMA = "https://static.modelcontextprotocol.io/schemas/v1/server-card.schema.json"
MOST_CHARACTERS = 100
DESCRIPTION = (
    "Search, read, check, compare and follow a sourced record of a negotiation, with citations."
)


def server_card(at: str, record: str, title: str) -> dict[str, Any]:
    """What the server is and where it answers; the tools are listed by itself."""
    host = re.sub("[^a-z0-9.]", "-", urlsplit(at).hostname or "")
    return {
        "$schema": SCHEMA,
        "name": f"{'.'.join(reversed(host.split('.')))}/{record}",
        "version": version("parley"),
        "title": title[:MOST_CHARACTERS],
        "description": DESCRIPTION,
        "websiteUrl": f"{at}/guide",
        "remotes": [{"type": "streamable-http", "url": f"{at}{AgentsEndpoint.path}"}],
    }


def catalog_of(at: str, record: str, title: str) -> dict[str, Any]:
    """The one card of this service."""
    entry = {
        "identifier": f"urn:air:{urlsplit(at).hostname}:mcp:{record}",
        "displayName": title,
        "type": CARD,
        "url": f"{at}{AgentsEndpoint.path}/server-card",
    }
    return {"specVersion": "1.0", "entries": [entry]}


DOCUMENTS = {
    f"{AgentsEndpoint.path}/server-card": (CARD, server_card),
    "/.well-known/mcp/server-card.json": (CARD, server_card),
    "/.well-known/ai-catalog.json": ("application/json", catalog_of),
}


async def answer(request: Request, _: NoQuestion) -> Representation:
    """The card or the catalog, with the title of the record."""
    content_type, document_of = DOCUMENTS[request.scope["route"].path]
    async with service_of(request).database.snapshot() as snapshot:
        dataset, revision = await described(snapshot), snapshot.revision
    document = document_of(service_of(request).settings.public_url, dataset.id, dataset.title)
    return Representation(content_type, orjson.dumps(document), revision)


def add_routes(app: FastAPI) -> None:
    """Registers the documents."""
    for path in DOCUMENTS:
        add_question(app, path, answer)
