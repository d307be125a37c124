"""The same answers as pages for people: templates, one stylesheet, few scripts."""

from __future__ import annotations

from fastapi import FastAPI

from app.pages import assets, check, compare, embedding, entries, home, lists, reference


def add_routes(app: FastAPI) -> None:
    """Registers every page."""
    for module in (home, lists, entries, reference, compare, check, embedding, assets):
        module.add_routes(app)
