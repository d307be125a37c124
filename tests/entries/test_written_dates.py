"""Dates as people write them, in the functions and in questions."""

from __future__ import annotations

import pytest

from app.entries.dates import DateLanguageError, in_date_language
from tests.api.asking import Asker

READ = [
    ("7 February 2024", "2024-02-07"),
    ("07 feb 2024", "2024-02-07"),
    ("Feb 7, 2024", "2024-02-07"),
    ("FEBRUARY 7 2024", "2024-02-07"),
    ("7th of February 2024", "2024-02-07"),
    ("the 3rd of Sept. 2024", "2024-09-03"),
    ("February the 7th, 2024", "2024-02-07"),
    ("Wednesday, 7 February 2024", "2024-02-07"),
    ("Wed Feb 7 2024", "2024-02-07"),
    ("  7  February\n2024 ", "2024-02-07"),
    ("February 2024", "2024-02"),
    ("Feb, 2024", "2024-02"),
    ("about February 2024", "2024-02~"),
    ("probably 7 February 2024", "2024-02-07?"),
    ("probably about February 2024", "2024-02%"),
    ("from 7 February 2024", "2024-02-07/.."),
    ("6 May 2024 to 7 May 2024", "2024-05-06/2024-05-07"),
    ("May 2024 – June 2024", "2024-05/2024-06"),
    ("7-Feb-2024", "2024-02-07"),
    ("7/Feb/2024", "2024-02-07"),
    ("2024-Feb-07", "2024-02-07"),
    ("Feb-2024", "2024-02"),
    ("2024/02/07", "2024-02-07"),
    ("2024.2.7", "2024-02-07"),
    ("2024-2-7", "2024-02-07"),
    ("on 7 February 2024", "2024-02-07"),
    ("in February 2024", "2024-02"),
    ("since 7 February 2024", "2024-02-07/.."),
    ("6 to 8 February 2024", "2024-02-06/2024-02-08"),
    ("6–8 February 2024", "2024-02-06/2024-02-08"),
    ("6-8 Feb. 2024", "2024-02-06/2024-02-08"),
    ("February 6-8, 2024", "2024-02-06/2024-02-08"),
    ("Feb 6th and 7th 2024", "2024-02-06/2024-02-07"),
]
LEFT = ["2024", "2024-02", "2024-02-07/..", "yesterday", "", "7 Februar", "May", "32 of 2024"]
GUESSES = ["07/02/2024", "7/2/2024", "2/7/24", "13/02/2024", "07.02.2024", "07-02-2024", " 7/2/24 "]


@pytest.mark.parametrize(("text", "date"), READ)
def test_a_date_with_the_name_of_a_month_is_read(text: str, date: str) -> None:
    """Day, month and year in any usual order, also as the pages print them."""
    assert in_date_language(text) == date


@pytest.mark.parametrize("text", LEFT)
def test_anything_else_is_left_as_it_is(text: str) -> None:
    """The date language decides about it."""
    assert in_date_language(text) == text


@pytest.mark.parametrize("text", GUESSES)
def test_numbers_of_which_the_month_is_a_guess_are_refused(text: str) -> None:
    """Always, also where only one of the numbers can be a month."""
    with pytest.raises(DateLanguageError, match="the month is a guess; write 2024-02-07 or 7 Feb"):
        in_date_language(text)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("date=7 February 2024", "date=2024-02-07"),
        ("date=6 May 2024 to 7 May 2024", "date=2024-05-06/2024-05-07"),
        ("start_date=Feb 7, 2024&end_date=Feb 2024", "start_date=2024-02-07&end_date=2024-02"),
    ],
)
def test_questions_take_written_dates(ask: Asker, written: str, meant: str) -> None:
    """The same entries as for the date language."""
    found = ask.ids(f"/v1/quotes?{written}")
    assert found
    assert found == ask.ids(f"/v1/quotes?{meant}")


@pytest.mark.parametrize("parameter", ["date", "start_date", "end_date"])
def test_a_guess_is_refused_by_name(ask: Asker, parameter: str) -> None:
    """With what to write instead."""
    problem = ask.problem(f"/v1/quotes?{parameter}=07/02/2024", 422)
    (error,) = problem["errors"]
    assert error["parameter"] == parameter
    assert "write 2024-02-07 or 7 February 2024" in error["detail"]


def test_a_day_that_is_not_there_is_refused(ask: Asker) -> None:
    """The date language says how many days the month has."""
    problem = ask.problem("/v1/quotes?date=30 February 2024", 422)
    assert "2024-02 has 29 days" in problem["errors"][0]["detail"]
