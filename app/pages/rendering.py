"""Pages from templates: the functions that templates call, the menu, and the headers of a page."""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache, lru_cache, partial
from importlib.resources import files
from itertools import groupby
from operator import itemgetter
from typing import Any
from urllib.parse import urlencode

import jinja2
from babel import Locale
from starlette.requests import Request

from app.db.snapshots import Snapshot
from app.db.work import check_work
from app.entries.documents import QUALIFIER_WORDS, number_text, quantity_text
from app.entries.languages import (
    dates_written,
    locale_of,
    quotation_marks,
    written_date,
    written_number,
)
from app.entries.stems import OWN_LANGUAGE
from app.formats import FORMATS
from app.formats.headline import remarks_on
from app.formats.svg import drawn, graph_picture, span_in_words
from app.formats.words import WORDS
from app.http.route import asked_path, service_of, work_for
from app.kinds import KINDS
from app.kinds.figures import claimants_of
from app.kinds.quotes import ellipses
from app.pages.charts import exchanges
from app.pages.credits import WITH_CARD, differences_in_words, entry_credit, in_quotes
from app.pages.lettering import is_lettered
from app.pages.wordings import wordings
from app.reference.dataset import dataset_of, language_of
from app.reference.record_types import KindIncomplete

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
EMBED_POLICY = POLICY.replace("frame-ancestors 'none'", "frame-ancestors *")
# The headers of a page that is of one request only.
UNKEPT = {"Cache-Control": "no-store", "Content-Security-Policy": POLICY}
HTML_TEXT = "text/html; charset=utf-8"
THEMES = re.compile(r"(?:^|&)theme=(light|dark|auto)(?=&|$)")
# What the address of a page has for its frame alone.
OF_FRAME = re.compile(r"(?:theme|cursor)=")
# What each template of a kind has: the entry in a list, and on its own page.
KIND_MACROS = ("line", "page")
Entry = dict[str, Any]
# What a page gives to its template. With `long`, the template is rendered as work.
Values = dict[str, Any]
QUALIFIERS = {**QUALIFIER_WORDS, "less_than": "fewer than "}


def grouped_by_day(entries: list[Entry]) -> Iterator[tuple[str, list[Any]]]:
    """Entries in their order under the dates that they have in common.

    Each has the fragments of quotations beside it that are shown within it: those of its day that
    were said at this event.
    """
    for day, found in groupby(entries, key=itemgetter("display_date")):
        those = list(found)
        events = {each["id"] for each in those if each["kind"] == "event"}
        held = {
            each["id"]: each["event"]["id"]
            for each in those
            if each["kind"] == "quote" and each["fragment"] and each["event"]
            if each["event"]["id"] in events
        }
        check_work()
        within = {name: [each for each in those if held.get(each["id"]) == name] for name in events}
        yield (
            day,
            [(each, within.get(each["id"], [])) for each in those if each["id"] not in held],
        )


# What templates call by its own name, in every language alike.
FILTERS: tuple[Callable[..., Any], ...] = (
    *(claimants_of, differences_in_words, ellipses, entry_credit, exchanges, grouped_by_day),
    *(in_quotes, is_lettered, quotation_marks, remarks_on, wordings),
)


@lru_cache(maxsize=8)
def environment(language: str = OWN_LANGUAGE) -> jinja2.Environment:
    """Templates of a language, which escape everything, and fail where a name is unknown."""
    locale = locale_of(language)
    templates = jinja2.Environment(
        loader=jinja2.PackageLoader("app.pages"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters.update({each.__name__: each for each in FILTERS})
    templates.filters.update(
        dates=partial(dates_written, language),
        day=partial(written_date, language),
        drawing=lambda shown: drawn(shown.density, shown.title, shown.link, language),
        number=partial(written_number, locale),
        map_picture=lambda graph: graph_picture(graph, "", language),
        page=page_path,
        quantity=partial(shown_quantity, locale),
        span=partial(span_in_words, language),
        words=spaced,
    )
    templates.globals.update(language=language, direction=locale.text_direction, asset=asset)
    templates.globals.update(formats=[*FORMATS.values()], kinds=KINDS)
    templates.globals.update(query=urlencode, with_card=WITH_CARD)
    return templates


def require_templates(kinds: Iterable[str]) -> None:
    """Raises `KindIncomplete` where a kind has no template, or one without a macro."""
    for kind in kinds:
        try:
            template = environment().get_template(f"kinds/{kind}.html").module
        except jinja2.TemplateNotFound as missing:
            raise KindIncomplete(kind, f"app/pages/templates has no {missing.name}") from missing
        for macro in KIND_MACROS:
            if not hasattr(template, macro):
                raise KindIncomplete(kind, f"kinds/{kind}.html has no macro {macro!r}")


@cache
def static_files() -> dict[str, bytes]:
    """The content of each static file by name; the stylesheet has the colours of the kinds."""
    found = {each.name: each.read_bytes() for each in (files("app.pages") / "static").iterdir()}
    template = environment().from_string(found["style.css"].decode())
    style = template.render(kinds=list(KINDS.values())) + "\n"
    return {**found, "style.css": style.encode()}


@cache
def asset(name: str) -> str:
    """The path of a static file, with a hash of its content, so that it may be cached for good."""
    digest = hashlib.sha256(static_files()[name]).hexdigest()[:12]
    return f"/assets/{digest}/{name}"


def shown_quantity(locale: Locale, quantity: dict[str, Any]) -> str:
    """A number with its qualifier, or the printed words, with the unit if nothing else is said."""
    written = partial(written_number, locale)
    if number_text(quantity, written) is None:
        unit = "" if quantity["of"] else f" {quantity['unit']}"
        return f"{quantity['printed']}{unit}"
    qualifiers = QUALIFIERS if locale.language == OWN_LANGUAGE else QUALIFIERS | WORDS["signs"]
    return quantity_text({**quantity, "of": None}, qualifiers, written)


def page_path(url: str) -> str:
    """The page of a document or question, by its path in the API."""
    return url.removeprefix("/v1")


def spaced(name: str) -> str:
    """A value such as `accepts_conditionally` as words."""
    return name.replace("_", " ")


def framing(request: Request) -> dict[str, Any]:
    """Whether a page is in a frame, in which colours, its own address, and if it can be framed."""
    path, query = asked_path(request), request.scope["query_string"].decode("ascii", "replace")
    is_framed = path.startswith("/embed/")
    own = f"/embed{getattr(request.scope.get('route'), 'path', None)}"
    kept = [each for each in query.split("&") if each and not OF_FRAME.match(each)]
    return {
        "base": "frame.html" if is_framed else "base.html",
        "told": "",
        "theme": next(iter(THEMES.findall(query)), "light"),
        "here": path.removeprefix("/embed") + ("?" + "&".join(kept) if kept else ""),
        "can_be_framed": any(getattr(each, "path", "") == own for each in request.app.routes),
    }


async def rendered(request: Request, snapshot: Snapshot, template: str, values: Values) -> str:
    """A template with the given values and those of every page: dataset, revision, addresses."""
    dataset = await dataset_of(snapshot)
    shared = {
        "dataset": dataset,
        "revision": snapshot.revision,
        "path": asked_path(request).removeprefix("/embed"),
        "watched": service_of(request).settings.watch_report is not None,
        "public_url": service_of(request).settings.public_url,
    }
    shown = environment(language_of(dataset)).get_template(template)
    parts = shown.generate(shared | framing(request) | values)
    if not values.get("long"):
        return await asyncio.to_thread("".join, parts)
    async with work_for(request) as work:
        return await work.in_thread("".join, map(checked, parts))


def checked(part: str) -> str:
    """A part of a page; raises past the deadline, or where the client has gone away."""
    check_work()
    return part
