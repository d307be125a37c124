"""Where reported numbers stand in the charts of pages, and the reports of terms in their lanes.

A line joins the numbers of one claimant about one thing, never those of several; a chart has one
scale, from zero.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import Any, NamedTuple

from app.entries.dates import parse_date
from app.kinds.figures import claimants_of

Json = dict[str, Any]
LEFT, RIGHT, TOP, BOTTOM = 8, 340, 24, 180
# The charts of a list of figures, and the lines of a chart.
MOST_CHARTS, MOST_LINES = 6, 6
# Where the lanes of terms begin and end, and how far apart two reports of a term stand at least.
LANE_LEFT, LANE_RIGHT, APART = 250, 700, 14


class ChartNumber(NamedTuple):
    """A number as it was reported, with the lowest and the highest that it says."""

    date: str
    low: float
    high: float
    quantity: Json


# A claimant and what is counted, and its numbers, the oldest first.
Line = tuple[str, list[ChartNumber]]


def number_of(date: str, quantity: Json, value: float | None) -> list[ChartNumber]:
    """A number that can be drawn; none where there are words alone."""
    low, high = quantity["from"] or value, quantity["to"] or value
    return [] if low is None or high is None else [ChartNumber(date, low, high, quantity)]


def chart_day(date: str) -> int:
    return parse_date(date).start.toordinal()


def chart(lines: list[Line], promised: float | None = None) -> Json | None:
    """The points of each line, and the axes; None for numbers of one day alone."""
    numbers = [each for _, line in lines for each in line]
    days = sorted({chart_day(each.date) for each in numbers})
    if len(days) < 2:
        return None
    top = rounded_up(max(promised or 0, *(each.high for each in numbers)))
    across = axis(days, LEFT, RIGHT)

    def level(number: float) -> float:
        return round(BOTTOM - (BOTTOM - TOP) * number / top, 1)

    return {
        "lines": [
            (name, [(across(chart_day(n.date)), level(n.low), level(n.high), n) for n in line])
            for name, line in lines
        ],
        "levels": [(top * part, level(top * part)) for part in (0, 0.5, 1)],
        "promised": None if promised is None else level(promised),
        "months": [(across(day), f"{date.fromordinal(day):%Y-%m}") for day in ends_of(days)],
    }


def axis(days: list[int], left: float, right: float) -> Callable[[int], float]:
    """Where each day stands between the first and the last of some days."""
    first, length = days[0], days[-1] - days[0]
    return lambda day: round(left + (right - left) * (day - first) / length, 1)


def ends_of(days: list[int]) -> list[int]:
    return [days[0], (days[0] + days[-1]) // 2, days[-1]]


def rounded_up(number: float) -> int:
    """The next number that is 1, 2, 4, 6 or 8 of a power of ten."""
    power = int("1".ljust(len(str(int(number))), "0"))
    return next((each * power for each in (1, 2, 4, 6, 8) if each * power >= number), 10 * power)


def figure_charts(figures: Iterable[Json]) -> Iterator[Json]:
    """A chart for each metric and unit, with the lines that have the most numbers."""
    found: dict[tuple[str, str], list[Json]] = defaultdict(list)
    for each in figures:
        quantity = each["quantity"]
        unit = quantity["unit"] + (f" per {quantity['per']}" if quantity["per"] else "")
        found[each["metric"], unit].append(each)
    for (metric, unit), counted in sorted(found.items(), key=lambda item: -len(item[1])):
        lines = sorted(chart_lines(counted), key=lambda line: (-len(line[1]), line[0]))
        drawn = chart(lines[:MOST_LINES])
        if drawn is not None:
            left_out = max(0, len(lines) - MOST_LINES)
            yield {**drawn, "metric": metric, "unit": unit, "left_out": left_out}


def chart_lines(figures: Iterable[Json]) -> Iterator[Line]:
    """The numbers of each claimant about each thing; counts of several events are not one thing."""
    found: dict[str, list[Json]] = defaultdict(list)
    for each in figures:
        named = ", ".join(actor["name"] for actor in each["claimants"])
        what = each["quantity"]["of"] or each["description"]
        found[f"{named or claimants_of(each)[1]}: {what}"].append(each)
    for name, those in found.items():
        is_of_events = all(each["event"] for each in those)
        things: dict[str, list[ChartNumber]] = defaultdict(list)
        for each in those:
            thing = each["event"]["id"] if is_of_events else ""
            quantity = each["quantity"]
            things[thing] += number_of(each["date"], quantity, quantity["value"])
        yield from ((name, numbers) for numbers in things.values() if numbers)


def series_charts(term: Json) -> Iterator[Json]:
    """A chart for each account's numbers of what the term promises, with the level promised."""
    for series in term["numbers"]:
        like = [each for each in term["quantities"] if is_same(each, series)]
        if not like or like[0]["value"] is None:
            continue
        values = [
            number
            for each in series["numbers"]
            for number in number_of(
                each["date"],
                each["quantity"],
                each["quantity"]["value"] if series["per"] else each["total"],
            )
        ]
        claimant = series["claimant"]
        drawn = chart([((claimant["actor"] or claimant)["name"], values)], like[0]["value"])
        if drawn is not None:
            yield {**drawn, "series": series, "quantity": like[0]}


def is_same(promised: Json, reported: Json) -> bool:
    return all(promised[name] == reported[name] for name in ("unit", "of", "per"))


def lanes(sections: Iterable[tuple[str, list[Json]]]) -> Json | None:
    """A lane for each phase: a row for each term, with its due day and its reports in order."""
    shown = [(heading, terms) for heading, terms in sections if any(t["reports"] for t in terms)]
    reports = [each for _, terms in shown for term in terms for each in term["reports"]]
    days = sorted({chart_day(each["date"]) for each in reports})
    if len(days) < 2:
        return None
    across = axis(days, LANE_LEFT, LANE_RIGHT)

    def row(term: Json) -> Json:
        due = chart_day(term["due_at"]) if term["due_at"] else 0
        marks = spread([across(chart_day(each["date"])) for each in term["reports"]])
        return {
            "term": term,
            "due": across(due) if days[0] <= due <= days[-1] else None,
            "marks": list(zip(marks, term["reports"], strict=True)),
        }

    return {
        "phases": [(heading, [row(term) for term in terms]) for heading, terms in shown],
        "months": [(across(day), f"{date.fromordinal(day):%Y-%m}") for day in ends_of(days)],
    }


def spread(places: list[float]) -> list[float]:
    """Places in their order, moved so that none is less than `APART` from the one before."""
    moved: list[float] = []
    for place in places:
        moved.append(max(place, moved[-1] + APART) if moved else place)
    beyond = max(0, moved[-1] - LANE_RIGHT) if moved else 0
    return [round(place - beyond, 1) for place in moved]


def exchanges(events: Iterable[Json]) -> Json:
    """Who was released by whom, event by event: a column for each category, on its own scale."""
    rows, most = [], defaultdict[tuple[str, str], float](float)
    for event in events:
        row: dict[tuple[str, str], list[Json]] = defaultdict(list)
        for each in event["exchanges"]:
            column = (each["category"], each["released_by"]["name"])
            row[column].append(each)
            most[column] = max(most[column], each["quantity"]["value"] or 0)
        if row:
            rows.append((event, row))
    return {"rows": rows, "most": dict(sorted(most.items()))}
