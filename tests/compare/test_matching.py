"""The rule by which terms are matched: the pairing with the greatest sum, and nothing below."""

from __future__ import annotations

from itertools import permutations

from hypothesis import given
from hypothesis import strategies as some

from app.analysis.matching import best_assignment, best_pairs

SCORES = some.integers(1, 5).flatmap(
    lambda width: some.lists(
        some.lists(some.integers(0, 9), min_size=width, max_size=width), min_size=1, max_size=5
    )
)


def greatest_sum(scores: list[list[int]]) -> int:
    """The greatest sum over every way to pair rows with columns."""
    if len(scores) > len(scores[0]):
        scores = [list(column) for column in zip(*scores, strict=True)]
    ways = permutations(range(len(scores[0])), len(scores))
    return max(sum(scores[row][column] for row, column in enumerate(way)) for way in ways)


@given(SCORES)
def test_no_other_pairing_has_a_greater_sum(scores: list[list[int]]) -> None:
    """The pairs are each row's and each column's only one, and together the best."""
    found = best_assignment(scores)
    assert len({row for row, _ in found}) == len({column for _, column in found}) == len(found)
    assert sum(scores[row][column] for row, column in found) == greatest_sum(scores)


@given(SCORES)
def test_the_whole_is_the_sum_of_its_islands(scores: list[list[int]]) -> None:
    """Taking apart what does not hang together loses nothing; below the threshold is no pair."""
    rows, columns = range(len(scores)), range(len(scores[0]))
    found = best_pairs(rows, columns, lambda row, column: scores[row][column] / 10, 0.3)
    allowed = [[score if score >= 3 else 0 for score in row] for row in scores]
    assert all(scores[row][column] >= 3 for row, column in found.items())
    assert sum(scores[row][column] for row, column in found.items()) == greatest_sum(allowed)


def test_the_best_single_pair_may_give_way() -> None:
    """Two good pairs go before the best one and a bad one."""
    assert best_assignment([[9, 8], [8, 0]]) == [(0, 1), (1, 0)]
