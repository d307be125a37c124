"""The five questions of docs/ledgers.md, asked of the shipped record in one request each."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.api.asking import Asker

OCTOBER = "/v1/proposals/prop-2025-10-first-phase/outcome"
JANUARY = "/v1/proposals/prop-2025-01-agreement/outcome"
PAGE = Path(__file__).parents[2] / "docs" / "ledgers.md"


def terms(page: Any) -> list[str]:
    return [each["id"].split("-", 3)[3] for each in page["data"]["terms"]]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (f"{OCTOBER}?outcome=fulfilled&claimed_by=israel&claimed_by=hamas", []),
        (
            f"{OCTOBER}?outcome=fulfilled&claimed_by=israel",
            ["first-phase-full-aid", "first-phase-withdrawal-24-hours"],
        ),
        (f"{OCTOBER}?outcome=fulfilled&claimed_by=hamas", ["first-phase-hostages-72-hours"]),
        (
            f"{JANUARY}?due_before=2025-03-02&without=fulfilled",
            [
                *("agreement-release-schedule", "agreement-women-minors-and-total"),
                *("agreement-return-north", "agreement-temporary-homes-tents"),
                "agreement-second-stage-talks",
            ],
        ),
        (
            f"{JANUARY}?outcome=breached&claimed_by=israel",
            ["agreement-hostages-33", "agreement-release-schedule"],
        ),
    ],
)
def test_which_terms(ask: Asker, asked: str, found: list[str]) -> None:
    """By what a side reported, and by what was due without a report of fulfilment."""
    assert terms(ask.page(asked)) == found


def test_who_belongs_to_a_claimant_counts_as_it_where_that_is_asked(ask: Asker) -> None:
    """Lists of terms find the army's reports as Israel's with `include_affiliates` alone."""
    asked = "/v1/terms?proposal=prop-2025-10-first-phase&outcome=begun&claimed_by="
    own = {each["id"] for each in ask.page(f"{asked}idf")["data"]}
    without = {each["id"] for each in ask.page(f"{asked}israel")["data"]}
    wider = {each["id"] for each in ask.page(f"{asked}israel&include_affiliates=true")["data"]}
    assert "prop-2025-10-first-phase-no-ceremonies" in own - without
    assert own | without <= wider


def test_the_resolution_endorses_the_plan(ask: Asker) -> None:
    """The map has a line from resolution 2803 to the plan of September 2025, by the Council."""
    edges = ask.page("/v1/proposals/graph?start_date=2025-09")["data"]["edges"]
    (line,) = (each for each in edges if each["kind"] == "endorses")
    assert (line["from"], line["to"]) == ("prop-2025-11-res-2803", "prop-2025-09-20-point")
    assert [each["id"] for each in line["by"]] == ["un-security-council"]
    assert [each["source"]["id"] for each in line["citations"]] == ["un-20251117"]


def test_trucks_a_day_by_claimant(ask: Asker) -> None:
    """Each account of trucks a day stands by itself, beside the 600 that were promised."""
    (term,) = ask.page("/v1/terms/prop-2025-10-first-phase-full-aid/outcome")["data"]["terms"]
    assert [(each["value"], each["per"]) for each in term["quantities"]] == [(600, "day")]
    rates = {
        each["claimant"]["name"] or each["claimant"]["actor"]["id"]: [
            number["quantity"]["value"] or (number["quantity"]["from"], number["quantity"]["to"])
            for number in each["numbers"]
        ]
        for each in term["numbers"]
        if each["per"] == "day"
    }
    assert rates == {
        "cogat": [300, (600, 800), 600],
        "gaza-media-office": [89, 145, 200, 244],
        "AP": [459],
        "un": [113],
        "idf": [600],
    }


def test_october_as_it_stood(ask: Asker) -> None:
    """Reports about days up to the last of the month stand in it, and later ones do not."""
    page = ask.page(f"{OCTOBER}?date=2025-10-31")["data"]
    (bodies,) = [each for each in page["terms"] if each["id"].endswith("hostages-72-hours")]
    assert page["as_of"] == "2025-10-31"
    assert bodies["reports"][-1]["date"] == "2025-10-30/2025-10-31"
    assert "fulfilled according to Hamas" not in bodies["statement"]


def test_account_is_drawn_against_what_was_promised(ask: Asker) -> None:
    """The page draws a line for each account with two numbers or more of what was promised."""
    html = {"accept": "text/html"}
    page = ask("/terms/prop-2025-10-first-phase-full-aid/outcome", headers=html).text
    assert page.count('<svg class="series"') == 2
    assert 'aria-label="300 trucks per day, 600 to 800 trucks per day' in page


def test_the_page_has_these_questions(ask: Asker) -> None:
    """Every request of docs/ledgers.md is answered."""
    asked = [line.strip() for line in PAGE.read_text().splitlines() if line.startswith("    /v1")]
    assert len(asked) == 5
    assert [ask(path).status_code for path in asked] == [200] * 5
