"""The counts of a whole answer as SVG: a lane for each kind, a bar for each month.

Each bar links to the question narrowed to its month; entries without an exact day are hatched. It
needs no script. The page around it styles its text and colours; a document of its own has a style.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from urllib.parse import urlencode

import jinja2
from markupsafe import Markup

from app.entries.density import Density, Lane, Span
from app.formats.answer import Answer
from app.kinds import KINDS

WIDTH, MARGIN = 960, 8
# The least distance between years, so that they are legible in a small picture.
APART = 90
PAGING = frozenset(("cursor", "limit", "format", "fields", "count", "facets", "snippets", "sort"))
DATED = frozenset(("date", "start_date", "end_date"))

Link = Callable[[Lane, Span], str]


@cache
def picture_templates() -> jinja2.Environment:
    """The templates of pictures."""
    templates = jinja2.Environment(
        loader=jinja2.PackageLoader("app.formats"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
    )
    templates.globals.update(WIDTH=WIDTH, MARGIN=MARGIN, kinds=KINDS)
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
    return drawn(answer.density, title, link, alone=True).encode()


def drawn(density: Density, title: str, link: Link, *, alone: bool = False) -> Markup:
    """The picture; one that does not stand `alone` is styled by the page around it."""
    spans = density.spans
    step = (WIDTH - 2 * MARGIN) / max(len(spans), 1)
    years = list(years_below(spans, step))
    shown = (
        picture_templates()
        .get_template("density.svg")
        .render(title=title, density=density, step=step, years=years, link=link, alone=alone)
    )
    return Markup(shown.replace("\n", ""))  # Its parts are escaped.


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
