"""The quote check as a page: a quotation looked up, or a text with its quotations marked."""

from __future__ import annotations

import time
from typing import Annotated
from urllib.parse import parse_qs, urlencode

from pydantic import AfterValidator, BaseModel, ConfigDict
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from app.db.snapshots import Snapshot
from app.entries.questions import readable_date
from app.errors import InvalidQuery, UnsupportedMedia
from app.http.route import service_of, work_for
from app.pages.rendering import UNKEPT, Values, rendered
from app.pages.routing import PageAt
from app.quotecheck.articles import ARTICLE_CHARACTERS, mark_article
from app.quotecheck.lookup import CHECK_CHARACTERS, check_texts, quotation_question
from app.quotecheck.rendering import Json

FORM = "application/x-www-form-urlencoded"
SHOWN = {"most": {"quotation": CHECK_CHARACTERS, "text": ARTICLE_CHARACTERS}}


class CheckPageQuestion(BaseModel):
    """A quotation, its speaker and its date; without a quotation, the forms alone."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: str | None = None
    speaker: str | None = None
    date: Annotated[str | None, AfterValidator(readable_date)] = None


async def check_page(request: Request, question: CheckPageQuestion, snapshot: Snapshot) -> Values:
    """A quotation looked up, and the forms."""
    found = None
    if question.text is not None:
        asked = await quotation_question(
            question.text, question.speaker or None, question.date or None, snapshot
        )
        async with work_for(request) as work:
            (found,) = await check_texts([asked], snapshot, work)
    as_json = urlencode([*request.state.parameters, ("format", "json")])
    return {**SHOWN, "asked": question, "found": found, "api_link": f"/v1/check?{as_json}"}


async def mark_page(request: Request) -> Response:
    """A posted text with its recorded quotations marked; the text is not stored."""
    text = await text_of_form(request)
    request.state.began = time.monotonic()
    async with service_of(request).database.snapshot() as snapshot:
        async with work_for(request) as work:
            marked = await mark_article(text, snapshot, work)
        pieces = marked_pieces(text, marked["marks"])
        values = {**SHOWN, "text": text, "marked": marked, "pieces": pieces}
        shown = await rendered(request, snapshot, "check.html", values)
    return HTMLResponse(shown, headers=UNKEPT)


def marked_pieces(text: str, marks: list[Json]) -> list[tuple[str, int | None]]:
    """The text in pieces, each with the number of its mark or without one."""
    pieces: list[tuple[str, int | None]] = []
    done = 0
    for number, each in enumerate(marks, 1):
        pieces += [(text[done : each["start"]], None), (text[each["start"] : each["end"]], number)]
        done = each["end"]
    return [*pieces, (text[done:], None)]


async def text_of_form(request: Request) -> str:
    """The text of the form, with the line ends of browsers (CR LF) as one character."""
    if request.headers.get("content-type", "").split(";")[0].strip().lower() != FORM:
        raise UnsupportedMedia(f"This page takes its own form ({FORM}); /v1/check takes text.")
    fields = parse_qs((await request.body()).decode("ascii", "replace"), errors="replace")
    text = fields.get("text", [""])[0].replace("\r\n", "\n")
    # The page of a problem shows it in the form again.
    request.state.posted_text = text
    if not text.strip():
        raise InvalidQuery.of("text", "", "has no word; paste a text to look through.")
    return text


PAGES = [PageAt("/check", "check.html", check_page, CheckPageQuestion)]
