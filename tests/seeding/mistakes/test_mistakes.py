"""Nine of ten mistakes that curators make are told."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.seeding.mistakes.table import mistakes, outcomes


# The whole record is checked 25 times.
@pytest.mark.slow
@pytest.mark.timeout(600)
def test_nine_of_ten_mistakes_are_told() -> None:
    """So they are of those looked at while the rules were written, and of those kept for this."""
    told: Counter[str] = Counter()
    every: Counter[str] = Counter()
    for outcome in outcomes(mistakes()):
        every[outcome.mistake.half] += 1
        told[outcome.mistake.half] += outcome.is_told
    assert every.total() >= 150
    assert {half: told[half] / every[half] >= 0.9 for half in every} == {
        "tuned": True,
        "kept": True,
    }
