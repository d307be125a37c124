"""Pictures of answers for pages: the drawing, its numbers as a table, and what the script needs."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from markupsafe import Markup

from app.entries.density import Density, Lane, Span
from app.formats.svg import DATED, PAGING, drawn
from app.kinds import KINDS


@dataclass(frozen=True)
class Row:
    """A month of the table: its name, and for each lane its number and the question for it."""

    name: str
    numbers: list[tuple[int, int, str]]


@dataclass(frozen=True)
class Picture:
    """What a template shows of a density."""

    svg: Markup
    kinds: list[str]
    rows: list[Row]
    path: str
    query: str
    days: str
    has_inexact: bool


def picture_of(
    density: Density, path: str, parameters: list[tuple[str, str]], title: str
) -> Picture | None:
    """The picture of an answer, its bars linked to pages; None for fewer than two months."""
    if len(density.spans) < 2:
        return None
    kept = [pair for pair in parameters if pair[0] not in PAGING | DATED]

    def link(lane: Lane, span: Span) -> str:
        return f"{page_of(lane, path)}?{urlencode([*kept_for(path, kept), ('date', span.name)])}"

    return Picture(
        svg=drawn(density, title, link),
        kinds=[KINDS[lane.kind].label for lane in density.lanes],
        rows=[
            Row(
                span.name,
                [(lane.numbers[n], lane.inexact[n], link(lane, span)) for lane in density.lanes],
            )
            for n, span in enumerate(density.spans)
        ],
        path=f"/{path}",
        query=urlencode(kept),
        days=" ".join(f"{span.first}/{span.last}" for span in density.spans),
        has_inexact=any(any(lane.inexact) for lane in density.lanes),
    )


def page_of(lane: Lane, path: str) -> str:
    """The page that lists a lane's entries."""
    return f"/{KINDS[lane.kind].plural}" if path == "timeline" else f"/{path}"


def kept_for(path: str, kept: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """What is asked besides; the list of a kind needs no kind."""
    return [pair for pair in kept if pair[0] != "kind"] if path == "timeline" else kept
