"""Pictures of answers for pages: the drawing, its numbers as a table, and what the script needs."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from app.entries.density import Density, Lane, Span
from app.formats.svg import DATED, PAGING, Link
from app.kinds import KINDS


@dataclass(frozen=True)
class Picture:
    """What a template draws of a density: `link` leads from a bar to the page of its entries."""

    density: Density
    title: str
    link: Link
    path: str
    query: str


def picture_of(
    density: Density, path: str, parameters: list[tuple[str, str]], title: str
) -> Picture | None:
    """The picture of an answer, its bars linked to pages; None for fewer than two months."""
    if len(density.spans) < 2:
        return None
    kept = [pair for pair in parameters if pair[0] not in PAGING | DATED]
    # The list of one kind needs no kind.
    named = [pair for pair in kept if pair[0] != "kind"]

    def link(lane: Lane, span: Span) -> str:
        return f"/{KINDS[lane.kind].plural}?{urlencode([*named, ('date', span.name)])}"

    return Picture(density, title, link, f"/{path}", urlencode(kept))
