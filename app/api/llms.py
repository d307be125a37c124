"""`/llms.txt`: tells agents what this is, how to ask it, and how to cite what it answers.

`/llms-full.txt` goes on with the formats, every question with its parameters, and the recipes.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import jinja2
from fastapi import FastAPI
from starlette.requests import Request

from app.api.balance import balance_of
from app.api.dataset import kind_counts
from app.api.downloads import links
from app.api.openapi import Described, operations
from app.api.recipes import recipes
from app.api.registration import add_question
from app.entries.questions import NoQuestion
from app.formats import FORMATS
from app.http.route import Representation, service_of
from app.kinds import KINDS
from app.reference.dataset import described

CONTENT_TYPE = "text/plain; charset=utf-8"
FULL = "/llms-full.txt"
TEMPLATES = jinja2.Environment(
    loader=jinja2.PackageLoader("app.api", "."),
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    keep_trailing_newline=True,
)


async def llms(request: Request, _: NoQuestion) -> Representation:
    """What this is, how to ask it and how to cite it, for agents."""
    service = service_of(request)
    async with service.database.snapshot() as snapshot:
        values: dict[str, Any] = {
            "at": service.settings.public_url,
            "dataset": await described(snapshot),
            "revision": snapshot.revision,
            "counts": await kind_counts(snapshot.revision, snapshot),
            "balance": await balance_of(snapshot),
            "links": links(snapshot.engine),
            "kinds": KINDS,
        }
    template = "llms.md"
    if request.scope["route"].path == FULL:
        template = "llms-full.md"
        document = request.app.openapi()
        values |= {"paths": document["paths"], "parameters": parameters(document)}
        values |= {"recipes": await recipes(request), "formats": FORMATS}
    text = TEMPLATES.get_template(template).render(values)
    return Representation(CONTENT_TYPE, text.encode(), snapshot.revision)


def parameters(document: Described) -> list[tuple[str, list[str]]]:
    """What each parameter means, and the paths at which it does."""
    found: dict[str, list[str]] = defaultdict(list)
    for path, operation in operations(document):
        for each in operation.get("parameters", ()):
            found[f"`{each['name']}`: {each['description']}"].append(path)
    return sorted(found.items())


def add_routes(app: FastAPI) -> None:
    """Registers both texts."""
    for path, operation_id in (("/llms.txt", "getLlmsText"), (FULL, "getLlmsFullText")):
        add_question(app, path, llms, operation_id=operation_id, media_type="text/plain")
