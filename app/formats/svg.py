"""The counts of a whole answer as SVG: a lane for each kind, a bar for each month.

Each bar links to the question narrowed to its month; entries without an exact day are hatched. It
needs no script. Text and colours are styled by the page around it, or, where it is a document of
its own, by `STYLE`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from html import escape
from urllib.parse import urlencode

from app.entries.density import Density, Lane, Span
from app.formats.answer import Answer
from app.kinds import KINDS

WIDTH, MARGIN = 960, 8
# The heights of a lane's name and of its bars.
HEAD, BARS = 40, 76
LANE = HEAD + BARS
FOOT = 40
# The least distance between years, so that they are legible in a small picture.
APART = 90
PAGING = frozenset(("cursor", "limit", "format", "fields", "count", "facets", "snippets", "sort"))
DATED = frozenset(("date", "start_date", "end_date"))


def bar_colors(scheme: int) -> str:
    """The colour of each kind's bars, in light (0) or dark (1) surroundings.

    Bars without a rule of their own have the colour of the first kind.
    """
    classes = ["bars", *list(KINDS)[1:]]
    colors = [kind.colors[scheme] for kind in KINDS.values()]
    return "".join(f".{name}{{color:{color}}}" for name, color in zip(classes, colors, strict=True))


# The style of a picture that stands in no page.
STYLE = (
    "<style>svg{color-scheme:light dark;font-family:system-ui,sans-serif}"
    ".axis,.most,.lane{font-size:13px;fill:#585b60}.lane{font-weight:600}.ground{stroke:#d9d7d0}"
    f"{bar_colors(0)}.bar{{fill:currentColor}}.hatch{{stroke:#fdfdfb}}.paper{{fill:#fdfdfb}}"
    "@media(prefers-color-scheme:dark){.axis,.most,.lane{fill:#a9adb3}.ground{stroke:#383c42}"
    f"{bar_colors(1)}.hatch{{stroke:#16181b}}.paper{{fill:#16181b}}}}</style>"
)

Link = Callable[[Lane, Span], str]


def as_svg(answer: Answer) -> bytes:
    """The picture of the whole answer, not only of the page."""
    assert answer.density is not None
    kept = [pair for pair in answer.parameters if pair[0] not in PAGING | DATED]
    named = [pair for pair in kept if pair[0] != "kind"]

    def link(lane: Lane, span: Span) -> str:
        parameters = [*named, ("kind", lane.kind)] if answer.name == "timeline" else kept
        return f"{answer.public_url}{answer.path}?{urlencode([*parameters, ('date', span.name)])}"

    title = f"{answer.about().title}: {answer.name}"
    return drawn(answer.density, title, link, style=STYLE).encode()


def drawn(density: Density, title: str, link: Link, style: str = "") -> str:
    """The picture; without a style, the page around it has to style it."""
    height = len(density.lanes) * LANE + FOOT
    lanes = (
        drawn_lane(density, lane, number * LANE, link) for number, lane in enumerate(density.lanes)
    )
    described = escape(f"{title}. {description_of(density)}")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="group" '
        f'class="density" aria-label="{described}">{style}'
        f'<rect class="paper" width="{WIDTH}" height="{height}"/>'
        f"{pattern()}{''.join(lanes)}{''.join(years(density.spans, height))}</svg>"
    )


def description_of(density: Density) -> str:
    """What the picture shows, as text."""
    if not density.lanes:
        return "No entries."
    most = "; ".join(
        f"most {KINDS[lane.kind].plural} in {name}: {number}"
        for lane in density.lanes
        for number, name in [most_of(density, lane)]
    )
    return f"Entries by month, {density.spans[0].name} to {density.spans[-1].name}; {most}."


def most_of(density: Density, lane: Lane) -> tuple[int, str]:
    """The highest count of a lane, and the first month that has it."""
    most = max(lane.numbers)
    return most, density.spans[lane.numbers.index(most)].name


def pattern() -> str:
    """The hatching for entries without an exact day."""
    return (
        '<defs><pattern id="hatch" width="5" height="5" patternUnits="userSpaceOnUse" '
        'patternTransform="rotate(45)"><line class="hatch" y2="5" stroke-width="4"/></pattern>'
        "</defs>"
    )


def step_of(spans: tuple[Span, ...]) -> float:
    return (WIDTH - 2 * MARGIN) / max(len(spans), 1)


def drawn_lane(density: Density, lane: Lane, top: float, link: Link) -> str:
    """A lane: its name, its ground line, its bars, and its highest count."""
    most, name = most_of(density, lane)
    step = step_of(density.spans)
    ground = top + LANE
    bars = "".join(
        bar_element(span, number, vague, (MARGIN + n * step, step, ground, most), link(lane, span))
        for n, (span, number, vague) in enumerate(
            zip(density.spans, lane.numbers, lane.inexact, strict=True)
        )
        if number
    )
    return (
        f'<g class="bars {lane.kind}" data-kind="{lane.kind}">'
        f'<text class="lane" x="{MARGIN}" y="{top + 28}">{KINDS[lane.kind].label}</text>'
        f'<text class="most" x="{WIDTH - MARGIN}" y="{top + 28}" text-anchor="end">'
        f"at most {most}, in {name}</text>"
        f'<line class="ground" x1="{MARGIN}" x2="{WIDTH - MARGIN}" y1="{ground}" y2="{ground}"/>'
        f"{bars}</g>"
    )


def bar_element(
    span: Span, number: int, vague: int, room: tuple[float, float, float, int], href: str
) -> str:
    """A bar that is a link; the part without an exact day is hatched, at its top.

    `room` is its left edge and width, the ground, and the count that fills the height.
    """
    left, step, ground, most = room
    width = max(step - 1, 0.8)
    high, unsure = (each / most * BARS for each in (number, vague))
    x, y = f"{left:.1f}", f"{ground - high:.1f}"
    hatched = (
        f'<rect x="{x}" y="{y}" width="{width:.1f}" height="{unsure:.1f}" fill="url(#hatch)" '
        'opacity="0.6"/>'
        if vague
        else ""
    )
    said = f"{span.name}: {number}" + (f", {vague} of them without an exact day" if vague else "")
    return (
        f'<a href="{escape(href)}" tabindex="-1" aria-label="{said}"><title>{said}</title>'
        f'<rect class="bar" x="{x}" y="{y}" width="{width:.1f}" height="{high:.1f}"/>{hatched}</a>'
    )


def years(spans: tuple[Span, ...], height: float) -> Iterator[str]:
    """The years below the bars, as many as are legible."""
    names = [span.name for span in spans]
    begins = [n for n, name in enumerate(names) if name.endswith("-01") or "-" not in name]
    if spans and (not begins or begins[0] * step_of(spans) >= APART):
        begins = sorted({0, *begins})
    last = float(-APART)
    for number in begins:
        span, left = spans[number], MARGIN + number * step_of(spans)
        if left - last >= APART:
            last = left
            yield f'<text class="axis" x="{left:.1f}" y="{height - 12}">{span.name[:4]}</text>'
