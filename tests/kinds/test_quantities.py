"""Numbers are held against the words that are printed beside them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.conftest import TINY
from tests.seeding.folders import Edit, edited, flaws_of

FIGURE = """\
- id: fig-{number}
  date: 1998-05
  metric: counted
  description: What was counted.
  quantity: {{{quantity}, unit: persons}}
  topics: [settlement]
  citations: [{{source: referendums-1998}}]
"""
RIGHT = (
    "from: 5, to: 7, printed: five to seven",
    "from: 5, to: 7, printed: between five and seven",
    "from: 7, to: 10, printed: between seven and ten",
    "from: 5, to: 7, printed: 5–7",
    "from: 5000000, to: 8000000, printed: 5 to 8 million",
    "from: 5000, to: 8000, printed: five to eight thousand",
    "from: 120, to: 130, printed: one hundred and twenty to one hundred and thirty",
    "part: 26, whole: 48, printed: 26 of the 48",
    "part: 2, whole: 3, printed: two thirds",
    "part: 1, whole: 2, printed: half of them",
    "from: 5, to: 8, printed: five to seven, notes: The annex has one more.",
    "value: 108, qualifier: exactly, printed: one hundred and eight",
)
WRONG = {
    "from: 5, to: 8, printed: five to seven": "to is 8, but 'five to seven' is printed, which is "
    "5 or 7; correct it",
    "from: 4, to: 7, printed: 5 to 7": "from is 4, but '5 to 7' is printed, which is 5 or 7; "
    "correct it",
    "from: 5, to: 70, printed: 5 to 7 million": "to is 70, but '5 to 7 million' is printed, which "
    "is 5 or 7,000,000; correct it",
    "part: 26, whole: 47, printed: 26 of the 48": "whole is 47, but '26 of the 48' is printed, "
    "which is 26 or 48; correct it",
    "part: 62, whole: 84, printed: 26 of the 84": "part is 62, but '26 of the 84' is printed, "
    "which is 26 or 84; correct it",
    "value: 11, qualifier: more_than, printed: more than 11.000": "value is 11, but 'more than "
    "11.000' is printed, which is 11,000; correct it",
    "value: 108, qualifier: exactly, printed: at least 108": "qualifier is exactly, but 'at least "
    "108' is printed; write at_least",
    "from: 5, to: 8, qualifier: exactly, printed: about 5 to 8": "qualifier is exactly, but 'about "
    "5 to 8' is printed; write about",
}


def flaws_in(quantities: list[str], copy: Path) -> list[str]:
    """What is wrong with the quantity of each of some figures."""
    figures = [
        FIGURE.format(number=number, quantity=quantity)
        for number, quantity in enumerate(quantities)
    ]
    folder = edited(TINY, [Edit("figures/more.yaml", None, "".join(figures))], copy)
    flaws = [each.partition(": quantity: ")[2] for each in flaws_of(folder)]
    return [re.sub(r" \(without signs.*", "", each) for each in flaws]


@pytest.mark.parametrize("wrong", [False, True])
def test_numbers_are_those_that_are_printed(wrong: bool, tmp_path: Path) -> None:
    """Values, both ends of a range, and a part and its whole; notes say why one is another."""
    given = [*WRONG] if wrong else [*RIGHT]
    assert flaws_in(given, tmp_path / "record") == ([*WRONG.values()] if wrong else [])
