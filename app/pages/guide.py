"""The guide: short recipes with the answers of the record that is served."""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter

from starlette.requests import Request

from app.api.recipes import recipes
from app.entries.questions import NoQuestion
from app.http.route import Representation, service_of
from app.pages.rendering import page
from app.pages.routing import PageAt


async def guide(request: Request, _: NoQuestion) -> Representation:
    """Recipes by what somebody wants to do."""
    found = await recipes(request)
    groups = [(name, [*group]) for name, group in groupby(found, itemgetter("group"))]
    async with service_of(request).database.snapshot() as snapshot:
        return await page(request, snapshot, "guide.html", groups=groups)


PAGES = [PageAt("/guide", guide)]
