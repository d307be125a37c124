"""The guide: short recipes with the answers of the record that is served."""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter

from starlette.requests import Request

from app.api.recipes import recipes
from app.db.snapshots import Snapshot
from app.entries.questions import NoQuestion
from app.pages.rendering import Values
from app.pages.routing import PageAt


async def guide(request: Request, _: NoQuestion, snapshot: Snapshot) -> Values:
    """Recipes by what somebody wants to do."""
    del snapshot
    found = groupby(await recipes(request), itemgetter("group"))
    return {"groups": [(name, [*group]) for name, group in found]}


PAGES = [PageAt("/guide", "guide.html", guide)]
