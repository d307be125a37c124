"""How two wordings differ, word by word: the alignment, and what of it a reader must know."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from app.quotecheck.answers import DifferenceKind, Operation
from app.quotecheck.tokens import Reading, run_together

# Words of one sort that are as alike as `toward` and `towards` count as nearly one.
ALIKE = 75.0
# A stretch of a longer wording is looked at with this many words more on either side.
SLACK = 3

NEGATORS = frozenset(
    (
        *("not", "no", "never", "none", "neither", "nor", "nobody", "nothing", "nowhere"),
        *("cannot", "without"),
        *("לא", "אין", "אל", "בלי", "ללא", "אינו", "אינה", "אינם"),
        *("لا", "لم", "لن", "ليس", "ليست", "غير", "بدون", "دون"),
        *("nicht", "kein", "keine", "nie", "ohne"),
        *("ne", "pas", "jamais", "sans", "sin", "nunca", "jamás"),
    )
)
NUMBER_WORDS = {
    word: str(value)
    for value, words in {
        0: "zero",
        0.25: "quarter",
        0.5: "half",
        1: "first once single",
        2: "two second twice both",
        3: "three third thrice",
        4: "four fourth",
        5: "five fifth",
        6: "six sixth",
        7: "seven seventh",
        8: "eight eighth",
        9: "nine ninth",
        10: "ten tenth",
        11: "eleven eleventh",
        12: "twelve twelfth dozen",
        13: "thirteen",
        14: "fourteen",
        15: "fifteen",
        16: "sixteen",
        17: "seventeen",
        18: "eighteen",
        19: "nineteen",
        20: "twenty twentieth",
        30: "thirty thirtieth",
        40: "forty",
        50: "fifty",
        60: "sixty",
        70: "seventy",
        80: "eighty",
        90: "ninety",
        100: "hundred hundreds",
        1000: "thousand thousands",
        10**6: "million millions",
        10**9: "billion billions",
    }.items()
    for word in words.split()
}


@dataclass(frozen=True, slots=True)
class Step:
    """One step of an alignment: words asked[a:b] stand against printed[c:d]."""

    op: Operation
    a: int
    b: int
    c: int
    d: int


@dataclass(frozen=True, slots=True)
class Found:
    """A difference in words."""

    kind: DifferenceKind
    asked: str
    printed: str


class Weights(dict[str, float]):
    """How much each word tells: from 0.2 for the commonest of the record to 1 for the rarest.

    Holds the words that were looked up; of others the weight is guessed.
    """

    def __missing__(self, key: str) -> float:
        parts = key.split("'")
        told = guess(key) if len(parts) == 1 else max(self[part] for part in parts)
        self[key] = told
        return told

    def total(self, keys: Iterable[str]) -> float:
        """The weight of several words."""
        return sum(map(self.__getitem__, keys))


def guess(word: str) -> float:
    """The weight of a word that was not looked up: short words are mostly common ones."""
    return 0.3 if len(word) <= 3 else 0.6


@dataclass(frozen=True)
class Alignment:
    """Asked words against those of one recorded wording, from end to end of both."""

    asked: Reading
    printed: Reading
    steps: tuple[Step, ...]

    @cached_property
    def inner(self) -> tuple[Step, ...]:
        """The steps without what of either stands before or after everything in common."""
        equal = [number for number, step in enumerate(self.steps) if step.op is Operation.equal]
        return self.steps[equal[0] : equal[-1] + 1] if equal else ()

    @property
    def is_whole(self) -> bool:
        """Whether all words of both are the same."""
        return all(step.op is Operation.equal for step in self.steps)

    @property
    def is_part(self) -> bool:
        """Whether the asked words stand, unchanged and without a gap, in the printed ones."""
        return len(self.inner) == 1 and self.inner[0].b - self.inner[0].a == len(self.asked.words)

    @property
    def holds_whole(self) -> bool:
        """Whether the printed words stand, unchanged and without a gap, in the asked ones."""
        return len(self.inner) == 1 and self.inner[0].d - self.inner[0].c == len(self.printed.words)

    def common(self) -> tuple[str, ...]:
        """The asked words that stand against the same printed ones."""
        equal = (step for step in self.steps if step.op is Operation.equal)
        return tuple(key for step in equal for key in self.asked.keys[step.a : step.b])

    def changed(self) -> int:
        """How many words differ between the first and the last word in common."""
        other = (step for step in self.inner if step.op is not Operation.equal)
        return sum(max(step.b - step.a, step.d - step.c) for step in other)

    def covered(self) -> float:
        """The share of the printed words against which the asked ones stand."""
        first, last = self._stretch()
        return (last - first) / max(1, len(self.printed.words))

    def longest_run(self) -> int:
        """The most words in one run that are the same."""
        runs = (step.b - step.a for step in self.steps if step.op is Operation.equal)
        return max(runs, default=0)

    def negations_cut(self) -> Iterator[Found]:
        """A "not" that stands in the same clause right before or after the words in common."""
        if not self.inner:
            return
        first, last = self.inner[0], self.inner[-1]
        if first.a == 0 and first.c > 0 and not self.printed.breaks(first.c):
            yield from self._cut(first.c - 1)
        end = last.b == len(self.asked.words) and last.d < len(self.printed.words)
        if end and not self.printed.breaks(last.d):
            yield from self._cut(last.d)

    def _cut(self, number: int) -> Iterator[Found]:
        if is_negator(self.printed.keys[number]):
            yield Found(DifferenceKind.negation, "", self.printed.printed(number, number + 1))

    def differences(self) -> Iterator[Found]:
        """What of the alignment a reader must know, in the order of the words."""
        for step in self.steps:
            if step.op is not Operation.equal:
                yield from self._differences(step)

    def _differences(self, step: Step) -> Iterator[Found]:
        asked, printed = self.asked.keys[step.a : step.b], self.printed.keys[step.c : step.d]
        kinds = list(kinds_of(asked, printed)) or [PLAIN_KINDS[step.op]]
        for kind in kinds:
            yield Found(
                kind,
                self.asked.printed(step.a, step.b),
                self.printed.printed(step.c, step.d),
            )

    def likeness(self, weights: Weights) -> float:
        """How alike the asked words and the stretch they stand against are, from 0 to 1.

        Each word counts by what it tells; words in another order count too, but less.
        """
        return max(self._in_order(weights), 0.9 * self._in_any_order(weights))

    def _stretch(self) -> tuple[int, int]:
        """The printed words against which the asked ones stand, ends without a partner left out."""
        partnered = [step for step in self.steps if step.op is not Operation.insert]
        return (partnered[0].c, partnered[-1].d) if partnered else (0, 0)

    def _in_order(self, weights: Weights) -> float:
        first, last = self._stretch()
        asked, printed = self.asked.keys, self.printed.keys
        common = 0.0
        for step in self.steps:
            pair = asked[step.a : step.b], printed[step.c : step.d]
            weight = weights.total(pair[0]) + weights.total(pair[1])
            common += weight * agreement(step, *pair)
        whole = weights.total(asked) + weights.total(printed[first:last])
        return common / whole if whole else 0.0

    def _in_any_order(self, weights: Weights) -> float:
        first, last = self._stretch()
        asked, printed = self.asked.keys, self.printed.keys[first:last]
        whole = weights.total(asked) + weights.total(printed)
        common = 2 * weights.total((Counter(asked) & Counter(printed)).elements())
        return common / whole if whole else 0.0


PLAIN_KINDS = {
    Operation.replace: DifferenceKind.word,
    Operation.insert: DifferenceKind.dropped,
    Operation.delete: DifferenceKind.added,
}


def align(asked: Reading, printed: Reading) -> Alignment:
    """The alignment of two readings: the shorter stands against its best stretch of the longer."""
    if asked.joined == printed.joined:
        whole = Step(Operation.equal, 0, len(asked.keys), 0, len(printed.keys))
        return Alignment(asked, printed, (whole,))
    first, last = stretch_of(asked.keys, printed.keys)
    if len(asked.keys) <= len(printed.keys):
        within = steps(asked.keys, printed.keys[first:last], 0, first)
        count = len(asked.keys)
        ends = (Step(Operation.insert, 0, 0, 0, first),)
        rest = (Step(Operation.insert, count, count, last, len(printed.keys)),)
    else:
        within = steps(asked.keys[first:last], printed.keys, first, 0)
        count = len(printed.keys)
        ends = (Step(Operation.delete, 0, first, 0, 0),)
        rest = (Step(Operation.delete, last, len(asked.keys), count, count),)
    return Alignment(asked, printed, tuple(tidied([*ends, *within, *rest], asked, printed)))


def stretch_of(one: Sequence[str], other: Sequence[str]) -> tuple[int, int]:
    """Where in the longer of two the shorter has its likest stretch."""
    short, long = (one, other) if len(one) <= len(other) else (other, one)
    exact = position_of(short, long)
    if exact is not None:
        return exact, exact + len(short)
    if len(long) <= len(short) + 2 * SLACK:
        return 0, len(long)
    found = fuzz.partial_ratio_alignment(short, long)
    if found is None:
        return 0, len(long)
    return max(0, found.dest_start - SLACK), min(len(long), found.dest_end + SLACK)


def position_of(short: Sequence[str], long: Sequence[str]) -> int | None:
    """Where the shorter stands as a whole in the longer."""
    wanted = tuple(short)
    for number in range(len(long) - len(wanted) + 1):
        if long[number] == wanted[0] and tuple(long[number : number + len(wanted)]) == wanted:
            return number
    return None


def steps(asked: Sequence[str], printed: Sequence[str], a: int, c: int) -> list[Step]:
    """The fewest changes from the asked words to the printed ones, moved by `a` and `c`."""
    return [
        Step(
            Operation(change.tag),
            a + change.src_start,
            a + change.src_end,
            c + change.dest_start,
            c + change.dest_end,
        )
        for change in Levenshtein.opcodes(asked, printed)
    ]


def tidied(found: Sequence[Step], asked: Reading, printed: Reading) -> Iterator[Step]:
    """The steps with neighbouring changes made one, and those that only move spaces equal."""
    merged: list[Step] = []
    for step in found:
        if step.a == step.b and step.c == step.d:
            continue
        if merged and (step.op is Operation.equal) == (merged[-1].op is Operation.equal):
            merged[-1] = Step(Operation.replace, merged[-1].a, step.b, merged[-1].c, step.d)
        else:
            merged.append(step)
    settled = [settle(step, asked, printed) for step in merged]
    if settled != merged:
        yield from tidied(settled, asked, printed)
    else:
        yield from settled


def settle(step: Step, asked: Reading, printed: Reading) -> Step:
    """The step with the operation that its words amount to."""
    one, other = asked.keys[step.a : step.b], printed.keys[step.c : step.d]
    if run_together(one) == run_together(other):
        return replace(step, op=Operation.equal)
    if not one:
        return replace(step, op=Operation.insert)
    if not other:
        return replace(step, op=Operation.delete)
    return replace(step, op=Operation.replace)


def agreement(step: Step, asked: Sequence[str], printed: Sequence[str]) -> float:
    """How far the two sides of a step agree, from 0 to 1."""
    if step.op is Operation.equal:
        return 1.0
    if step.op is not Operation.replace:
        return 0.0
    alike = fuzz.ratio(" ".join(asked), " ".join(printed))
    return alike / 100 if alike >= ALIKE else 0.0


def kinds_of(asked: Sequence[str], printed: Sequence[str]) -> Iterator[DifferenceKind]:
    """Whether a change changes a number or a "not"."""
    if numbers(asked) != numbers(printed):
        yield DifferenceKind.number
    if sum(map(is_negator, asked)) != sum(map(is_negator, printed)):
        yield DifferenceKind.negation


def is_negator(key: str) -> bool:
    """Whether a word says no."""
    return key in NEGATORS or key.endswith("n't") or key == "n't"


def numbers(keys: Sequence[str]) -> list[str]:
    """The numbers among some words, in digits, in order."""
    return sorted(filter(None, map(number_of, keys)))


def number_of(key: str) -> str | None:
    """The number that a word writes, in digits: `7th` is 7, `first` is 1; `one` may be none."""
    if key[0].isdigit():
        digits = key.rstrip("stndrh") if key[-1].isalpha() else key
        return digits if digits.isdigit() else key
    return NUMBER_WORDS.get(key)
