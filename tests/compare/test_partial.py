"""A term that is missing from a partial record is `not_recorded`, and nothing follows from that.

Each case is a row of columns: `T` has the term, `.` is a full record without it, `?` a partial
record without it, and `t` a partial record that has it.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest

from app.seeding.seed import seed
from tests.api.asking import Asker
from tests.conftest import TINY, sqlite_settings
from tests.seeding.folders import flaws_of, read_folder, write_folder

Cells = list[tuple[str | None, bool]]

CASES: list[tuple[str, str, bool, Cells]] = [
    ("T.", "dropped", True, [(None, True), ("dropped", True)]),
    (".T", "added", True, [(None, True), ("added", True)]),
    ("T?", "not_recorded", False, [(None, True), ("not_recorded", False)]),
    ("?T", "not_recorded", False, [("not_recorded", False), (None, False)]),
    ("t?", "not_recorded", False, [(None, True), ("not_recorded", False)]),
    ("t.", "dropped", True, [(None, True), ("dropped", True)]),
    ("?t", "not_recorded", False, [("not_recorded", False), (None, False)]),
    ("Tt", "same", True, [(None, True), ("same", True)]),
    ("T?T", "same", True, [(None, True), ("not_recorded", False), ("same", False)]),
    ("T.T", "changed", True, [(None, True), ("dropped", True), ("added", True)]),
    (".?T", "added", True, [(None, True), ("not_recorded", False), (None, False)]),
    ("T?.", "dropped", True, [(None, True), ("not_recorded", False), (None, False)]),
    (".T.", "passing", True, [(None, True), ("added", True), ("dropped", True)]),
    ("?T.", "dropped", False, [("not_recorded", False), (None, False), ("dropped", True)]),
    (".T?", "added", False, [(None, True), ("added", True), ("not_recorded", False)]),
    ("?.T", "not_recorded", False, [("not_recorded", False), (None, False), ("added", True)]),
    ("T.?", "not_recorded", False, [(None, True), ("dropped", True), ("not_recorded", False)]),
    ("?tT", "same", False, [("not_recorded", False), (None, False), ("same", True)]),
]


def proposal(case: int, column: int, shown: str) -> dict[str, Any]:
    """A proposal with the term or without it, and always with another one."""
    own = {
        "date": "1998-01-01",
        "topics": ["assembly"],
        "citations": [{"source": "agreement-1998"}],
    }
    term = {"obliged": ["ireland"], "topics": ["prisoners"], "citations": own["citations"]}
    terms = [{**term, "id": f"case-{case}-{column}-always", "obliged": ["united-kingdom"]}]
    terms[0] |= {"text": "An assembly is elected.", "topics": ["assembly"]}
    if shown in "Tt":
        quantity = {"value": 90, "qualifier": "exactly", "unit": "persons"}
        terms.append({**term, "id": f"case-{case}-{column}", "text": "Ninety prisoners go free."})
        terms[1] |= {"quantities": [quantity]}
    return {
        **own,
        "id": f"case-{case}-{column}",
        "title": "A case",
        "summary": "A case.",
        "proposers": ["ireland"],
        "status": "superseded",
        "detail": "partial" if shown in "?t" else "full",
        "terms": [{**each, "id": f"{each['id']}-term"} for each in terms],
    }


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Asks a record with the proposals of every case."""
    place = tmp_path_factory.mktemp("cases")
    curated = read_folder(TINY)
    for number, (columns, *_) in enumerate(CASES):
        for column, shown in enumerate(columns):
            each = proposal(number, column, shown)
            curated["proposal"][each["id"]] = each
    seed(write_folder(curated, place / "seed"), sqlite_settings(place / "record.db"))
    with Asker(place / "record.db") as ask:
        yield ask


def question(number: int) -> str:
    """The comparison of a case's proposals."""
    columns = range(len(CASES[number][0]))
    return "/v1/compare?" + "&".join(f"proposal=case-{number}-{each}" for each in columns)


def line_of(ask: Asker, number: int) -> Any:
    """The line of the term that a case is about."""
    topics = ask.page(question(number))["data"]["topics"]
    (line,) = next(each["lines"] for each in topics if each["topic"]["id"] == "prisoners")
    return line


@pytest.mark.parametrize("number", range(len(CASES)), ids=[case[0] for case in CASES])
def test_lines_and_cells(cases: Asker, number: int) -> None:
    """Change and certainty of the line and of each cell, in JSON."""
    columns, change, certain, cells = CASES[number]
    line = line_of(cases, number)
    assert (line["change"], line["certain"]) == (change, certain), columns
    assert [(each["change"], each["certain"]) for each in line["cells"]] == cells


@pytest.mark.parametrize("number", range(len(CASES)), ids=[case[0] for case in CASES])
def test_csv(cases: Asker, number: int) -> None:
    """The same in CSV."""
    columns, change, certain, cells = CASES[number]
    rows = list(csv.DictReader(io.StringIO(cases(f"{question(number)}&format=csv").text)))
    (row,) = [row for row in rows if row["topic"] == "prisoners"]
    assert (row["change"], row["certain"]) == (change, str(certain).lower())
    shown = [
        (
            row[f"case-{number}-{column}.change"] or None,
            row[f"case-{number}-{column}.certain"] == "true",
        )
        for column in range(len(columns))
    ]
    assert shown == cells


def test_numbers(cases: Asker) -> None:
    """A number goes with its term: it is dropped or added only where the term is."""
    changes = {
        columns: [each["change"] for each in line_of(cases, number)["quantities"]]
        for number, (columns, *_) in enumerate(CASES)
    }
    assert changes["T."] == ["dropped"]
    assert changes["T?"] == changes["?T"] == ["not_recorded"]
    assert changes["T?T"] == ["same"]


def test_the_page(cases: Asker) -> None:
    """A term that a partial record lacks is shown as not recorded, a dropped one as dropped."""
    page = cases(question(2).removeprefix("/v1"), headers={"Accept": "text/html"}).text
    assert '<td class="cell-not_recorded"><span class="soft">not recorded</span>' in page
    assert "dropped" not in page.split("<main")[1].split("<table>")[1]
    page = cases(question(0).removeprefix("/v1"), headers={"Accept": "text/html"}).text
    assert '<td class="cell-dropped"><span class="soft">dropped</span>' in page


def written(path: Path, terms: list[dict[str, Any]]) -> Path:
    """The tiny record with a proposal of these terms."""
    curated = read_folder(TINY)
    curated["proposal"]["ordered"] = {**proposal(0, 0, "."), "id": "ordered", "terms": terms}
    curated["proposal"]["other"] = {**proposal(0, 0, "."), "id": "other", "terms": []}
    return write_folder(curated, path)


def ordered(tmp_path: Path, positions: list[int | None]) -> list[str]:
    """The terms with these positions in the order of the comparison, which is that of the page."""
    (each,) = proposal(0, 0, ".")["terms"]
    terms = [
        {**each, "id": f"ordered-{number}", "text": f"Thing {number} is done."}
        | ({"position": position} if position is not None else {})
        for number, position in enumerate(positions)
    ]
    seed(written(tmp_path / "seed", terms), sqlite_settings(tmp_path / "record.db"))
    with Asker(tmp_path / "record.db") as ask:
        compared = ask.page("/v1/compare?proposal=ordered&proposal=other")["data"]
        (topic,) = compared["topics"]
        shown = [line["cells"][0]["term"] for line in topic["lines"]]
        for term in shown:
            assert term["position"] == positions[int(term["id"][-1])]
            assert ask.page(term["url"])["data"]["position"] == term["position"]
        page = ask("/proposals/ordered", headers={"Accept": "text/html"}).text
    places = [page.index(f"Thing {term['id'][-1]} is done") for term in shown]
    assert places == sorted(places)
    return [term["id"] for term in shown]


def test_terms_stand_in_the_curated_order(tmp_path: Path) -> None:
    """Terms are shown by position, on the page of the proposal as well."""
    assert ordered(tmp_path, [3, 1, 2, 20, 10]) == [
        "ordered-1",
        "ordered-2",
        "ordered-0",
        "ordered-4",
        "ordered-3",
    ]


def test_terms_without_a_position(tmp_path: Path) -> None:
    """Terms without a position come after those with one, by id."""
    assert ordered(tmp_path, [None, 2, None, 1]) == [
        "ordered-3",
        "ordered-1",
        "ordered-0",
        "ordered-2",
    ]


@pytest.mark.parametrize(
    ("position", "wrong"),
    [
        (0, "must be 1 or more, not 0"),
        (10_001, "must be 10000 or less, not 10001"),
        (1.5, "must be a whole number, not 1.5"),
        ("first", "must be a plain number such as 45 or 4.5, not 'first'"),
    ],
)
def test_positions_that_are_none(tmp_path: Path, position: object, wrong: str) -> None:
    """A position is a whole number from 1 to 10000."""
    (each,) = proposal(0, 0, ".")["terms"]
    (flaw,) = flaws_of(written(tmp_path / "seed", [{**each, "position": position}]))
    assert flaw.endswith(f"case-0-0-always-term: position: {wrong}")
