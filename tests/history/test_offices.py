"""Entries show the offices of their date, and are found by them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.history.conftest import Bench

OFFICE = "Secretary of State for Northern Ireland, Northern Ireland Office"


def statement(entry_id: str, date: str) -> dict[str, Any]:
    """An event with Mo Mowlam alone, who held her office from 1997-05-03 to 1999-10-11."""
    return {
        "id": entry_id,
        "date": date,
        "title": "She speaks",
        "summary": "She speaks in public.",
        "event_type": "statement",
        "actors": [{"actor": "mowlam", "role": "speaker"}],
        "topics": ["settlement"],
        "citations": [{"source": "agreement-1998"}],
    }


DATES = {
    "before": ("1997-05-02", None),
    "first-day": ("1997-05-03", OFFICE),
    "last-day": ("1999-10-11", OFFICE),
    "after": ("1999-10-12", None),
    "month-of-leaving": ("1999-10", OFFICE),
}


@pytest.fixture
def spoken(bench: Bench) -> Bench:
    """The tiny record with a statement around each end of her office."""
    for entry_id, (date, _) in DATES.items():
        bench.curated["event"][entry_id] = statement(entry_id, date)
    bench.seed()
    return bench


@pytest.mark.parametrize("entry_id", DATES)
def test_an_event_shows_the_office_of_its_date(spoken: Bench, entry_id: str) -> None:
    """The office is shown on the days on which it was held, and on no other."""
    (actor,) = spoken.ask.page(f"/v1/events/{entry_id}")["data"]["actors"]
    assert actor["office"] == DATES[entry_id][1]


@pytest.mark.parametrize("above", ["northern-ireland-office", "united-kingdom"])
def test_affiliates_are_those_of_the_date(spoken: Bench, above: str) -> None:
    """Asking with affiliates finds those in office on that day, and not those who left before."""
    asked = f"/v1/events?event_type=statement&actor={above}"
    assert spoken.ask.ids(asked) == []
    found = spoken.ask.ids(f"{asked}&include_affiliates=true&sort=date")
    assert sorted(found) == ["first-day", "last-day", "month-of-leaving"]
    assert spoken.ask.ids(f"{asked}&include_affiliates=true&date=1999-10-12") == [
        "month-of-leaving"
    ]
    assert spoken.ask.ids(f"{asked}&include_affiliates=true&date=1997-05-02") == []


def test_a_quote_shows_the_office_of_its_date(spoken: Bench) -> None:
    """A quote of the shipped sort shows it with its speaker, a curated office before all."""
    quote = spoken.curated["quote"]["q-new-beginning"]
    quote["speakers"] = [{"actor": "mowlam"}, {"actor": "ahern", "office": "Party leader"}]
    spoken.seed()
    speakers = spoken.ask.page("/v1/quotes/q-new-beginning")["data"]["speakers"]
    assert [each["office"] for each in speakers] == [OFFICE, "Party leader"]
