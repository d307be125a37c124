"""The counts of a whole answer as SVG: a lane for each kind, a bar for each month.

Each bar links to the question narrowed to its month; entries without an exact day are hatched. It
needs no script. The page around it styles its text and colours; a document of its own has a style.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache, partial
from urllib.parse import urlencode

import jinja2
from babel.dates import format_date
from markupsafe import Markup

from app.analysis.graph import ProposalGraph
from app.entries.density import Density, Lane, Span
from app.entries.languages import locale_of, written_date
from app.formats.answer import Answer
from app.kinds import KINDS
from app.reference.dataset import language_of

WIDTH, MARGIN = 640, 8
# The least width of a bar, so that a thumb can hit it, and of the name of a month.
BAR, NAME = 24, 32
# The least distance between years.
APART = 48
PAGING = frozenset(("cursor", "limit", "format", "fields", "count", "facets", "snippets", "sort"))
DATED = frozenset(("date", "start_date", "end_date"))

Link = Callable[[Lane, Span], str]


@cache
def format_templates() -> jinja2.Environment:
    """The templates of formats; those of pictures escape everything."""
    templates = jinja2.Environment(
        loader=jinja2.PackageLoader("app.formats"),
        autoescape=jinja2.select_autoescape(["svg"]),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
    )
    templates.globals.update(MARGIN=MARGIN, kinds=KINDS)
    return templates


def as_svg(answer: Answer) -> bytes:
    """The picture of the whole answer, not only of the page."""
    assert answer.density is not None
    kept = [pair for pair in answer.parameters if pair[0] not in PAGING | DATED]
    named = [pair for pair in kept if pair[0] != "kind"]

    def link(lane: Lane, span: Span) -> str:
        parameters = [*named, ("kind", lane.kind)] if answer.name == "timeline" else kept
        return f"{answer.public_url}{answer.path}?{urlencode([*parameters, ('date', span.name)])}"

    title = f"{answer.about().title}: {answer.name}"
    language = language_of(answer.about().model_dump())
    return drawn(answer.density, title, link, language, alone=True).encode()


def drawn(
    density: Density, title: str, link: Link, language: str, *, alone: bool = False
) -> Markup:
    """The picture; one that does not stand `alone` is styled by the page around it."""
    spans = density.spans
    width = max(WIDTH, len(spans) * BAR + 2 * MARGIN)
    step = (width - 2 * MARGIN) / max(len(spans), 1)
    template = format_templates().get_template("density.svg")
    shown = template.render(
        title=title,
        density=density,
        width=width,
        step=step,
        months=list(months_below(spans, step, language)),
        years=list(years_below(spans, step)),
        link=link,
        words=partial(span_in_words, language),
        alone=alone,
    )
    return Markup(shown.replace("\n", ""))  # Its parts are escaped.


def graph_picture(graph: ProposalGraph, base: str, language: str, *, alone: bool = False) -> Markup:
    """The map of proposals: a row for each, the oldest first, with arcs between them.

    Links begin with `base`; a picture that does not stand `alone` is styled by the page around it.
    """
    template, dated = format_templates().get_template("graph.svg"), partial(written_date, language)
    return Markup(template.render(graph=graph, base=base, dated=dated, alone=alone))


def span_in_words(language: str, span: Span) -> str:
    """A month as people write it, or the years."""
    return written_date(language, span.name) if "-" in span.name else span.name.replace("/", "–")


def months_below(
    spans: tuple[Span, ...], step: float, language: str
) -> Iterator[tuple[float, str]]:
    """Where names of months stand below the bars: all, or those of quarters or half years."""
    apart = next((each for each in (1, 3, 6) if each * step >= NAME), 12)
    for number, each in enumerate(spans):
        if "-" in each.name and (each.first.month - 1) % apart == 0:
            yield MARGIN + number * step, format_date(each.first, "LLL", locale=locale_of(language))


def years_below(spans: tuple[Span, ...], step: float) -> Iterator[tuple[float, str]]:
    """Where years stand below the bars, as many as are legible."""
    begins = [
        n for n, each in enumerate(spans) if each.name.endswith("-01") or "-" not in each.name
    ]
    if spans and (not begins or begins[0] * step >= APART):
        begins = sorted({0, *begins})
    last = float(-APART)
    for number in begins:
        left = MARGIN + number * step
        if left - last >= APART:
            last = left
            yield left, spans[number].name[:4]
