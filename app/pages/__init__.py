"""The same answers as pages for people: templates, one stylesheet, few scripts."""

from __future__ import annotations

from fastapi import FastAPI

from app.pages import assets, compare, embedding, entries, home, lists, reference
from app.pages import quotecheck as check


def add_routes(app: FastAPI) -> None:
    """Registers every page."""
    for module in (home, lists, entries, reference, compare, check, embedding, assets):
        module.add_routes(app)
