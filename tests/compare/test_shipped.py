"""Three comparisons of real proposals, as read against their texts by eye."""

from __future__ import annotations

import pytest

from tests.api.asking import Asker
from tests.compare.test_compare import lines, numbers


def pairs(ask: Asker, one: str, other: str, query: str = "") -> dict[str, str]:
    """The matched terms, by the parts of their ids that are their own."""
    page = ask.page(f"/v1/compare?proposal={one}&proposal={other}{query}")
    return {
        str(first).removeprefix(f"{one}-"): str(second).removeprefix(f"{other}-")
        for *_, (first, second) in lines(page)
        if first and second
    }


def test_paris_and_the_reply_of_february_2024(shipped_ask: Asker) -> None:
    """The truce of 45 days stays; hostages and prisoners are named by other groups."""
    assert pairs(shipped_ask, "prop-2024-01-paris", "prop-2024-02-hamas") == {
        "truce-45-days": "pause-phase-one",
        "hostages-women-elderly-wounded": "hostages-women-young-elderly-sick",
        "prisoners-ratio": "prisoners-women-children",
        "talks-on-extension": "phase-two-condition",
    }


def test_may_2024_and_the_agreement_of_january_2025(shipped_ask: Asker) -> None:
    """What was announced in May 2024 is found again in the agreement, in three stages."""
    assert pairs(shipped_ask, "prop-2024-05-israel-biden", "prop-2025-01-agreement") == {
        "ceasefire-six-weeks": "ceasefire-first-stage",
        "withdrawal-populated-areas": "withdrawal-perimeter",
        "withdrawal-full": "withdrawal-remaining-forces",
        "hostages-first-group": "hostages-33",
        "hostages-remaining-living": "hostages-remaining-living",
        "remains-returned": "bodies-returned",
        "prisoners-hundreds": "women-minors-and-total",
        "civilians-return-home": "return-north",
        "aid-surge": "aid-trucks",
        "housing-units": "temporary-homes-tents",
        "phase-two-talks": "second-stage-talks",
        "reconstruction-plan": "reconstruction-supervised",
        "guarantors": "guarantors-monitoring",
    }


def test_witkoff_and_the_reply_of_may_2025(shipped_ask: Asker) -> None:
    """Ten living hostages stay ten, on other days; what each day brings is not mixed up."""
    one, other = "prop-2025-05-witkoff", "prop-2025-05-hamas"
    assert pairs(shipped_ask, one, other) == {
        "hostages-ten-living": "hostages-three-groups",
        "bodies-18": "bodies-staged",
        "prisoners-life-and-detainees": "prisoners-agreed-number",
        "flights-suspended": "flights-suspended",
        "talks-from-day-one": "permanent-ceasefire",
        "redeployment-north-south": "withdrawal-complete",
    }
    page = shipped_ask.page(f"/v1/compare?proposal={one}&proposal={other}&topic=hostages")
    assert [number for number in numbers(page) if number[0] == "persons"][:2] == [
        ("persons", "same", [("exactly", 10), ("exactly", 10)]),
        ("persons", "changed", [("exactly", 5), ("exactly", 4)]),
    ]


@pytest.mark.parametrize(
    ("one", "other", "unit", "values"),
    [
        ("prop-2024-04-burns", "prop-2025-01-agreement", "persons", [40, 33]),
        ("prop-2024-01-paris", "prop-2024-05-israel-biden", "days", [45, 42]),
    ],
)
def test_numbers_of_the_record(
    shipped_ask: Asker, one: str, other: str, unit: str, values: list[int]
) -> None:
    """Hostages 40 against 33, days 45 against 42."""
    page = shipped_ask.page(f"/v1/compare?proposal={one}&proposal={other}")
    shown = [
        [value and value[1] for value in number[2]] for number in numbers(page) if number[0] == unit
    ]
    assert values in shown


def test_numbers_of_the_dead_do_not_stand_beside_those_of_the_living(shipped_ask: Asker) -> None:
    """33 hostages become 20 living ones; the 28 dead are a number of their own."""
    page = shipped_ask.page(
        "/v1/compare?proposal=prop-2025-01-agreement&proposal=prop-2025-10-first-phase"
    )
    hostages = [
        [value and value[1] for value in number[2]]
        for number in numbers(page)
        if number[0] == "persons"
    ]
    assert [33, 20] in hostages
    assert [None, 28] in hostages


def test_words_that_are_hardly_alike_are_changed_not_reworded(shipped_ask: Asker) -> None:
    """Two terms may differ in their words alone: they are reworded where the words are alike."""
    page = shipped_ask.page(
        "/v1/compare?proposal=prop-2024-02-paris-draft&proposal=prop-2024-04-burns"
    )
    found = {
        line["cells"][1]["term"]["id"].removeprefix("prop-2024-04-burns-"): (
            line["change"],
            line["cells"][1]["change"],
            line["differs_in"],
        )
        for topic in page["data"]["topics"]
        for line in topic["lines"]
        if line["differs_in"] == ["text"]
    }
    assert found == {
        "hostages-40": ("reworded", "reworded", ["text"]),
        "return-to-north": ("changed", "changed", ["text"]),
    }
