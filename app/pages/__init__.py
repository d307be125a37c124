"""The same answers as pages for people: templates, one stylesheet, few scripts."""

from __future__ import annotations

from fastapi import FastAPI

from app.kinds import KINDS
from app.pages import assets, compare, embedding, entries, home, lists, reference
from app.pages import quotecheck as check
from app.pages.rendering import require_templates


def add_routes(app: FastAPI) -> None:
    """Registers every page; raises `KindIncomplete` where a kind lacks its template."""
    require_templates(KINDS)
    for module in (home, lists, entries, reference, compare, check, embedding, assets):
        module.add_routes(app)
