"""Counting: how many of some entries stand in a list, however many there are of either."""

from __future__ import annotations

import random

import pytest
from pyroaring import BitMap

from app.entries.facets import counting

ENTRIES = 200_000
DICE = random.Random(5)


@pytest.mark.parametrize("found", [0, 1, 99, 101, 5_000, 150_000, ENTRIES])
@pytest.mark.parametrize("listed", [0, 3, 2_000, 190_000])
def test_both_ways_of_counting_agree(found: int, listed: int) -> None:
    """Few entries are looked up in a list; of many, what is left out is taken away."""
    entries, numbers = (BitMap(DICE.sample(range(ENTRIES), each)) for each in (found, listed))
    assert counting(entries, ENTRIES)(numbers) == len(set(entries) & set(numbers))
