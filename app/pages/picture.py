"""Pictures of answers as SVG: how many entries each month meets, readable without a script."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from urllib.parse import urlencode

from app.database import Ask
from app.entries.facets import between, extent, months_between
from app.entries.pages import count
from app.entries.selection import Selection

WIDTH, HEIGHT, BASE = 960, 150, 120
MOST_MONTHS = 240


async def density(selection: Selection, ask: Ask) -> list[tuple[str, int]]:
    """How many entries each month meets, from the first that begins to the last that does."""
    first, last = await extent(selection, ask)
    if first is None or last is None:
        return []
    months = list(months_between(first, last))[-MOST_MONTHS:]
    return [
        (f"{start:%Y-%m}", await count(between(selection, start, end), ask))
        for start, end in months
    ]


def timeline_picture(
    months: Sequence[tuple[str, int]], path: str, parameters: list[tuple[str, str]]
) -> str | None:
    """A bar for each month, linked to the question narrowed to it; None for fewer than two."""
    if len(months) < 2:
        return None
    most = max(number for _, number in months) or 1
    step = WIDTH / len(months)
    kept = [pair for pair in parameters if pair[0] not in ("date", "start_date", "end_date")]
    bars = [
        bar(month, number, position * step, step, number / most * (BASE - 20), path, kept)
        for position, (month, number) in enumerate(months)
    ]
    labels = [
        f'<text x="{position * step:.1f}" y="{BASE + 18}" class="axis">{month[:4]}</text>'
        for position, (month, _) in enumerate(months)
        if month.endswith("-01") or position == 0
    ]
    title = f"Entries by month, {months[0][0]} to {months[-1][0]}; at most {most} in one month"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="group" '
        f'aria-label="{escape(title)}" class="density">'
        f'<line x1="0" y1="{BASE}" x2="{WIDTH}" y2="{BASE}" class="ground"/>'
        f"{''.join(bars)}{''.join(labels)}</svg>"
    )


def bar(
    month: str,
    number: int,
    left: float,
    step: float,
    height: float,
    path: str,
    kept: list[tuple[str, str]],
) -> str:
    """One month: a bar that is a link, with its number as its name."""
    href = escape(f"/{path}?{urlencode([*kept, ('date', month)])}")
    return (
        f'<a href="{href}" aria-label="{month}: {number}">'
        f'<rect x="{left + 0.5:.1f}" y="{BASE - height:.1f}" width="{max(step - 1, 0.5):.1f}" '
        f'height="{height:.1f}" class="bar"><title>{month}: {number}</title></rect></a>'
    )
