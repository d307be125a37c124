"""The same answers as pages for people: templates, one stylesheet, few scripts."""

from __future__ import annotations

from fastapi import FastAPI

from app.http.route import QuestionRoute
from app.kinds import KINDS
from app.pages import (
    cards,
    compare,
    embedding,
    entries,
    guide,
    home,
    lists,
    oembed,
    outcome,
    quotecheck,
    reference,
)
from app.pages.assets import static
from app.pages.finding import add_finding
from app.pages.rendering import require_templates
from app.pages.routing import add_page


def add_pages(app: FastAPI) -> None:
    """Registers every page; raises `KindIncomplete` where a kind lacks its template."""
    require_templates(KINDS)
    modules = (home, lists, outcome, entries, reference, compare, quotecheck, guide)
    found = [page for module in modules for page in module.PAGES]
    for page in (*found, *embedding.PAGES):
        add_page(app, page.path, page.answer, page.question, page.route)
    add_page(app, "/oembed", oembed.oembed, oembed.OembedQuestion, QuestionRoute)
    cards.add_cards(app)
    add_finding(app, found)
    files = ("/assets/{mark}/{name}", static), ("/embed.js", embedding.script)
    for path, endpoint in files:
        app.router.add_route(path, endpoint, methods=["GET", "HEAD"], include_in_schema=False)
    app.router.add_route("/check", quotecheck.mark_page, methods=["POST"], include_in_schema=False)
