"""Printed numbers: the qualifiers that the words beside a number allow."""

from __future__ import annotations

import pytest

from app.entries.printed_numbers import contradiction

PHRASES = {
    "exceeding five years": "more_than",
    "not exceeding five years": "up_to",
    "a term not to exceed five years": "up_to",
    "not over 5": "up_to",
    "not above 5": "up_to",
    "for no longer than 5 years": "up_to",
    "no less than 5": "at_least",
    "not more than 5": "up_to",
}


@pytest.mark.parametrize("printed", PHRASES)
def test_words_beside_a_number(printed: str) -> None:
    """A negated bound is the opposite bound: another qualifier contradicts what is printed."""
    right = PHRASES[printed]
    assert contradiction("value", 5, right, printed, "years") is None
    for wrong in {"at_least", "more_than", "up_to", "less_than"} - {right}:
        said = contradiction("value", 5, wrong, printed, "years")
        assert said == f"qualifier is {wrong}, but {printed!r} is printed; write {right}"
