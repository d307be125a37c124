"""What the pages of positions answer and refuse."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.seeding.seed import seed
from tests.api.asking import Asker
from tests.conftest import SHIPPED, TINY, Seeded, settings_of

HERE = Path(__file__).parent
ON = "/v1/proposals/agreement/positions"


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asker]:
    """Asks the tiny record with some more answers."""
    place = tmp_path_factory.mktemp("answers")
    shutil.copytree(TINY, place / "seed")
    shutil.copy(HERE / "more.yaml", place / "seed" / "events" / "more.yaml")
    shutil.copy(HERE / "quotes.yaml", place / "seed" / "quotes" / "more.yaml")
    seed(place / "seed", settings_of(place / "record.db"))
    with Asker(place / "record.db") as ask:
        yield ask


def shown(page: Any) -> list[tuple[str, str, list[str], list[str]]]:
    """Actor, proposal, roles, and latest stances of each position."""
    return [
        (each["actor"]["id"], each["proposal"]["id"], each["concerned_as"], each["stances"])
        for each in page["data"]["positions"]
    ]


def test_positions_on_a_proposal(answers: Asker) -> None:
    """Who answered last stands first; who is concerned and has no answer stands last."""
    page = answers.page(ON)
    assert page["data"]["proposal"]["id"] == "agreement"
    assert shown(page) == [
        ("sinn-fein", "agreement", ["backer"], ["accepts", "accepts_conditionally"]),
        ("ahern", "agreement", [], ["endorses"]),
        ("united-kingdom", "agreement", ["proposer", "obliged"], ["accepts"]),
        ("ireland", "agreement", ["proposer", "obliged"], ["accepts"]),
        ("northern-ireland-office", "agreement", ["obliged"], []),
    ]
    assert page["data"]["positions"][-1]["position"] == "none_on_record"
    assert page["data"]["positions"][-1]["answers"] == []


def test_stances_over_time(answers: Asker) -> None:
    """The latest first; contradictions of one time side by side; quotes of that actor only."""
    first = answers.page(ON)["data"]["positions"][0]
    assert [
        (
            each["stance"],
            each["note"],
            each["event"]["id"],
            [quote["id"] for quote in each["quotes"]],
            each["contradicts"],
        )
        for each in first["answers"]
    ] == [
        ("accepts", "By a vote.", "second-answer", ["q-second-answer"], ["third-answer"]),
        ("accepts_conditionally", None, "third-answer", [], ["second-answer"]),
        ("under_study", None, "first-answer", [], []),
    ]
    assert first["answers"][0]["quotes"][0]["text"] == "We accept it."
    assert first["answers"][0]["quotes"][0]["evidence"] == "unverified"


def test_positions_of_some_actors(answers: Asker) -> None:
    """Actors narrow a proposal's page, by name too; who is not concerned is absent."""
    page = answers.page(f"{ON}?actor=We+Ourselves&actor=NIO&actor=mowlam")
    assert [each[0] for each in shown(page)] == ["sinn-fein", "northern-ireland-office"]


def test_positions_of_an_actor(answers: Asker) -> None:
    """Every proposal that concerns the actor, those without an answer last."""
    assert shown(answers.page("/v1/actors/ireland/positions?include_affiliates=false")) == [
        ("ireland", "agreement", ["proposer", "obliged"], ["accepts"]),
        ("ireland", "heads-of-agreement", ["proposer"], []),
    ]
    assert shown(answers.page("/v1/actors/sinn-fein/positions?proposal=heads-of-agreement")) == [
        ("sinn-fein", "heads-of-agreement", [], ["rejects"]),
    ]
    assert shown(answers.page("/v1/actors/mowlam/positions")) == []


def test_affiliates_stand_under_their_own_names(answers: Asker) -> None:
    """Who held an office of the actor on that date stands in the same series."""
    page = answers.page("/v1/actors/ireland/positions")
    assert [(each[0], each[1]) for each in shown(page)] == [
        ("ahern", "agreement"),
        ("ireland", "agreement"),
        ("ireland", "heads-of-agreement"),
    ]


def test_who_has_none_on_record_is_told_whose_affiliates_have(
    cached_databases: Seeded,
) -> None:
    """Israel has no answer of its own to the proposal of February 2024; its prime minister has."""
    with Asker(cached_databases(SHIPPED)) as ask:
        page = ask.page("/v1/proposals/prop-2024-02-hamas/positions?actor=israel&actor=russia")
    assert [
        (each["actor"]["id"], each["position"], [one["id"] for one in each["affiliates"]])
        for each in page["data"]["positions"]
    ] == [
        ("israel", "none_on_record", ["netanyahu"]),
        ("russia", "none_on_record", []),
    ]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/v1/proposals/agrement/positions", 404),
        ("/v1/proposals/talks/positions", 404),
        ("/v1/actors/irland/positions", 404),
        ("/v1/actors/marjorie-mowlam/positions", 308),
        ("/v1/actors/ireland/positions?proposal=agrement", 422),
        ("/v1/actors/ireland/positions?include_affiliates=yes", 422),
        (f"{ON}?actor=irland", 422),
        (f"{ON}?stance=accepts", 422),
    ],
)
def test_refused(answers: Asker, path: str, status: int) -> None:
    """What is not there is refused by name; a former id leads on."""
    answers.problem(path, status)
