"""Where runs of recorded words stand in a text, and which stretches of it they point to."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from app.quotecheck.candidates import RUN_LENGTH, Probe
from app.quotecheck.differences import SLACK, position_of
from app.quotecheck.tokens import Reading

# Where one run of words stands in a text, and how many stretches of it a wording is held against.
POSITIONS = 20
STRETCHES = 6


class Runs:
    """A reading and where in it each run of words stands."""

    def __init__(self, reading: Reading):
        self.reading = reading
        self.length = min(RUN_LENGTH, len(reading.keys))
        self.index: dict[Probe, list[int]] = {}
        self.words = frozenset(reading.keys)
        for number in range(len(reading.keys) - self.length + 1):
            run = reading.keys[number : number + self.length]
            at = self.index.setdefault(run, [])
            if len(at) < POSITIONS:
                at.append(number)

    def shares(self, printed: Reading) -> bool:
        """Whether a wording has a run of these words, or is no longer than a run."""
        if len(printed.keys) < self.length:
            return bool(printed.keys) and self.words.issuperset(printed.keys)
        return any(run in self.index for run in runs(printed.keys, self.length))

    def stretches(self, printed: Reading) -> Iterator[Reading]:
        """The parts of the text against which a wording is to be held."""
        length = len(printed.keys)
        if length < self.length:
            if length:
                yield from self._whole(printed)
            return
        shifts: defaultdict[int, int] = defaultdict(int)
        for number, run in enumerate(runs(printed.keys, self.length)):
            for at in self.index.get(run, ()):
                shifts[at - number] += 1
        for first, last in gathered(shifts, max(SLACK, length // 4)):
            words = self.reading.words[max(0, first - SLACK) : max(0, last + length + SLACK)]
            yield Reading(self.reading.text, words)

    def _whole(self, printed: Reading) -> Iterator[Reading]:
        """Where a wording shorter than a run stands."""
        length = len(printed.keys)
        starts = (
            at + start
            for run, places in self.index.items()
            if (start := position_of(printed.keys, run)) is not None
            for at in places
        )
        for start in heapq.nsmallest(POSITIONS, set(starts)):
            yield Reading(self.reading.text, self.reading.words[start : start + length])


def runs(keys: Sequence[str], length: int) -> Iterator[Probe]:
    """Every run of so many words."""
    for number in range(len(keys) - length + 1):
        yield tuple(keys[number : number + length])


def gathered(shifts: Mapping[int, int], apart: int) -> Iterator[tuple[int, int]]:
    """The shifts that lie together, those that most runs agree on."""
    groups: list[list[int]] = []
    for shift in sorted(shifts):
        if groups and shift - groups[-1][-1] <= apart:
            groups[-1].append(shift)
        else:
            groups.append([shift])
    groups.sort(key=lambda group: -sum(shifts[shift] for shift in group))
    for group in groups[:STRETCHES]:
        yield group[0], group[-1]
