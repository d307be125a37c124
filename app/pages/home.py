"""The home page: what the record is, its numbers, a picture of it, and the latest entries."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import orjson
from starlette.requests import Request

from app.api import downloads
from app.api.dataset import kind_counts, quality_document
from app.api.entries import TimelineQuestion
from app.db.snapshots import Snapshot, find
from app.entries.density import density
from app.entries.facets import facets_of
from app.entries.query_plan import QueryPlan
from app.entries.questions import NoQuestion
from app.entries.result_pages import find_page
from app.formats.jsonld import dataset_jsonld
from app.http.route import service_of
from app.pages.picture import picture_of
from app.pages.rendering import Values
from app.pages.routing import PageAt
from app.reference.dataset import dataset_of

LATEST = 6


async def home(request: Request, _: NoQuestion, snapshot: Snapshot) -> Values:
    """What the record is, its latest entries, and questions to start with."""
    asked = TimelineQuestion(limit=LATEST, facets=["actor", "topic"])
    at, files = service_of(request).settings.public_url, downloads.links(snapshot.engine)
    dataset = await dataset_of(snapshot)
    plan, found = await find_page(snapshot, asked, asked.kinds())
    lanes = await find(snapshot, density, plan)
    return {
        "jsonld": dataset_jsonld(dataset, snapshot.revision, at, files),
        "quality": await quality_document(snapshot),
        "counts": await kind_counts(snapshot.revision, snapshot),
        "picture": picture_of(lanes, "timeline", [], "The whole record"),
        "latest": [orjson.loads(body) for body in found.documents],
        "questions": dataset.get("questions") or await frequent_questions(asked, plan, snapshot),
    }


async def frequent_questions(
    asked: TimelineQuestion, plan: QueryPlan, snapshot: Snapshot
) -> list[dict[str, Any]]:
    """Questions to start with, if the curators gave none: the most frequent actors and topics."""
    facets = await find(snapshot, facets_of, asked, plan, "/timeline", [])
    return [
        {"path": f"/v1/timeline?{name}={quote(value['id'])}", "text": f"{words} {value['label']}"}
        for name, words in (("actor", "Everything with"), ("topic", "Everything about"))
        for value in facets[name].values[:2]
    ]


PAGES = [PageAt("/", "home.html", home)]
