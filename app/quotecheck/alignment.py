"""How one text stands to another, word by word: which words are the same, and what differs.

The passage that was asked about is held against the stretch of a wording that it is most like.
What the wording has before and after that stretch is no difference.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

from rapidfuzz import fuzz
from rapidfuzz.distance import Indel, Levenshtein

from app.quotecheck.reading import Reading, same_spelling
from app.quotecheck.vocabulary import telling_weight, word_table

# The stretch that is compared may reach so many words beyond the one that is most like.
SLACK = 8
# Of a text that is so many times as long as a wording, only a stretch is held against it.
MUCH_LONGER = 1.5
# Of more words before or after everything in common, none is held against a printed one.
EDGE_WORDS = 6

NEGATORS = word_table("negators")


class Operation(Enum):
    """What leads from the asked words to the printed ones."""

    equal = "equal"
    replace = "replace"
    delete = "delete"
    insert = "insert"


class Step(NamedTuple):
    """One step of an alignment: words asked[a:b] stand against printed[c:d]."""

    op: Operation
    a: int
    b: int
    c: int
    d: int

    def moved(self, asked: int, printed: int) -> Step:
        """The step with so many words more before both."""
        return Step(self.op, self.a + asked, self.b + asked, self.c + printed, self.d + printed)


@dataclass(frozen=True)
class Alignment:
    """All asked words against a stretch of the printed ones."""

    asked: Reading
    printed: Reading
    steps: tuple[Step, ...]

    @cached_property
    def first(self) -> int:
        """The first printed word of the stretch."""
        return self.steps[0].c if self.steps else 0

    @cached_property
    def last(self) -> int:
        """The printed word after the stretch."""
        return self.steps[-1].d if self.steps else 0

    @cached_property
    def shown(self) -> tuple[Step, ...]:
        """The steps as they are shown: what is written as one word changes as a whole."""
        return tuple(_in_whole_words(self.steps, self.asked, self.printed))

    @cached_property
    def changes(self) -> tuple[Step, ...]:
        """The steps that change something; where the asked text says so, words may be left out."""
        return tuple(step for step in self.shown if not self._is_same(step))

    def _is_same(self, step: Step) -> bool:
        said_so = step.op is Operation.insert and step.a in self.asked.omissions
        return step.op is Operation.equal or said_so

    @property
    def is_unchanged(self) -> bool:
        """Whether the asked words stand in the printed ones, in their order."""
        return bool(self.steps) and not self.changes

    @property
    def is_whole(self) -> bool:
        """Whether the words of both are the same."""
        if any(step.op is not Operation.equal for step in self.steps):
            return False
        rest = (*self.printed.words[: self.first], *self.printed.words[self.last :])
        return bool(self.steps) and all(word.optional for word in rest)

    @cached_property
    def equal(self) -> Sequence[Step]:
        """The steps over words that are the same."""
        return [step for step in self.steps if step.op is Operation.equal]

    @cached_property
    def common(self) -> Sequence[str]:
        """The asked words that are the same as the printed ones."""
        return [key for step in self.equal for key in self.asked.keys[step.a : step.b]]

    @property
    def longest_common(self) -> int:
        """The most words in a row that are the same."""
        return max((step.b - step.a for step in self.equal), default=0)

    @property
    def share(self) -> float:
        """The share of the printed words against which the asked ones stand."""
        return (self.last - self.first) / max(1, len(self.printed))

    @cached_property
    def similarity(self) -> float:
        """2 · words in common / (asked words + printed words they stand against), from 0 to 1.

        Words that an ellipsis of the asked text leaves out are not counted.
        """
        common = sum(step.b - step.a + step.d - step.c for step in self.equal)
        others = [step for step in self.steps if not self._is_same(step)]
        total = common + sum(step.b - step.a + step.d - step.c for step in others)
        return common / total if total else 0.0

    @cached_property
    def likeness(self) -> float:
        """2 · weight of the words in common / (weight of the asked and of the printed ones)."""
        stretch = self.printed.keys[self.first : self.last]
        total = telling_weight(self.asked.keys) + telling_weight(stretch)
        return min(1.0, 2 * telling_weight(self.common) / total) if total else 0.0

    def cut_negations(self) -> Iterator[int]:
        """A "not" right before or after the asked words, or where an ellipsis left words out."""
        printed = self.printed
        edges = [(self.first - 1, self.first), (self.last, self.last)]
        gaps = [s for s in self.steps if s.op is Operation.insert and self._is_same(s)]
        edges += [edge for gap in gaps for edge in ((gap.c, gap.c), (gap.d - 1, gap.d))]
        for number, boundary in edges:
            is_negator = 0 <= number < len(printed) and printed.keys[number] in NEGATORS
            if is_negator and not printed.breaks(boundary):
                yield number


def align(asked: Reading, printed: Reading) -> Alignment:
    """The alignment of the asked words to the stretch of the printed ones they are most like."""
    at = printed.spelling.find(asked.spelling)
    if at >= 0:
        first = printed.spelling.count(" ", 0, at)
        whole = Step(Operation.equal, 0, len(asked), first, first + len(asked))
        return Alignment(asked, printed, (whole,))
    steps = _pieces_in_order(asked, printed) if asked.omissions else None
    return Alignment(asked, printed, tuple(steps or _local_steps(asked, printed)))


def word_steps(asked: Sequence[str], printed: Sequence[str]) -> list[Step]:
    """The fewest changes from one sequence of words to another."""
    return [
        Step(Operation(each.tag), each.src_start, each.src_end, each.dest_start, each.dest_end)
        for each in Indel.opcodes(asked, printed)
    ]


def _pieces_in_order(asked: Reading, printed: Reading) -> list[Step] | None:
    """The steps where every piece between ellipses stands, unchanged, after the one before it."""
    steps: list[Step] = []
    bounds = [0, *sorted(asked.omissions), len(asked)]
    end = 0
    for first, last in pairwise(bounds):
        found = align(asked.part(first, last), printed.part(end, len(printed)))
        if not found.is_unchanged:
            return None
        moved = [step.moved(first, end) for step in found.steps]
        if steps and moved[0].c > end:
            steps.append(Step(Operation.insert, first, first, end, moved[0].c))
        steps += moved
        end = moved[-1].d
    return steps


def _local_steps(asked: Reading, printed: Reading) -> list[Step]:
    """The steps over all asked words and the printed stretch that they are most like."""
    a, b, c, d = _windows(asked.keys, printed.keys)
    found = [step.moved(a, c) for step in word_steps(asked.keys[a:b], printed.keys[c:d])]
    steps = settled(found, asked, printed)
    equal = [number for number, step in enumerate(steps) if step.op is Operation.equal]
    if not equal:
        return []
    return _with_edges(steps[equal[0] : equal[-1] + 1], asked, printed)


def _windows(asked: Sequence[str], printed: Sequence[str]) -> tuple[int, int, int, int]:
    """From where to where asked and printed words are compared: all of the fewer ones, and the
    stretch of the more numerous ones from which the fewest changes lead to them.
    """
    if len(printed) < len(asked) <= len(printed) * MUCH_LONGER:
        return 0, len(asked), 0, len(printed)
    short, long = sorted((asked, printed), key=len)
    near = fuzz.partial_ratio_alignment(short, long)
    first, last = (near.dest_start, near.dest_end) if near is not None else (0, len(long))
    last = min(
        range(max(first, last - SLACK), min(len(long), last + SLACK) + 1),
        key=lambda end: (Levenshtein.distance(short, long[first:end]), -end),
    )
    first = min(
        range(max(0, first - SLACK), min(first + SLACK, last) + 1),
        key=lambda start: (Levenshtein.distance(short, long[start:last]), start),
    )
    if long is printed:
        return 0, len(asked), first, last
    return first, last, 0, len(printed)


def _with_edges(steps: list[Step], asked: Reading, printed: Reading) -> list[Step]:
    """The steps with what is asked before and after everything in common.

    It is held against as many printed words of the same clause, if there are any.
    """
    last = steps.pop()
    while asked.keys[last.b : last.b + 1] == printed.keys[last.d : last.d + 1] != ():
        last = last._replace(b=last.b + 1, d=last.d + 1)
    steps.append(last)
    first = steps[0]
    head, tail = first.a, len(asked) - last.b
    start, end = first.c, last.d
    while first.c - start < head <= EDGE_WORDS and start and not printed.breaks(start):
        start -= 1
    while end - last.d < tail <= EDGE_WORDS and end < len(printed) and not printed.breaks(end):
        end += 1
    if head:
        before = Step(Operation.replace, 0, head, start, first.c)
        wider = before._replace(c=max(0, start - 1))
        steps.insert(0, _settle_edge(before, wider, asked, printed))
    if tail:
        after = Step(Operation.replace, last.b, len(asked), last.d, end)
        wider = after._replace(d=min(end + 1, len(printed)))
        steps.append(_settle_edge(after, wider, asked, printed))
    return steps


def _settle_edge(step: Step, wider: Step, asked: Reading, printed: Reading) -> Step:
    """The step; a compound at the edge may be one asked word and two printed ones."""
    compound = _settle(wider, asked, printed)
    return compound if compound.op is Operation.equal else _settle(step, asked, printed)


def _in_whole_words(steps: Sequence[Step], asked: Reading, printed: Reading) -> list[Step]:
    """The steps with none inside what is written as one word: "haven't" is changed as a whole."""
    whole: list[Step] = []
    if not any(asked.is_inside_word(step.a) or printed.is_inside_word(step.c) for step in steps):
        return list(steps)
    for step in steps:
        if whole and (asked.is_inside_word(step.a) or printed.is_inside_word(step.c)):
            before = whole.pop()
            shift = -1 if before.op is Operation.equal else 1
            before = before._replace(b=before.b + shift, d=before.d + shift)
            step = step._replace(a=step.a + shift, c=step.c + shift)
            whole += [_settle(before, asked, printed)] if before.a < before.b else []
        whole += [_settle(step, asked, printed)] if step.a < step.b or step.c < step.d else []
    return whole


def settled(steps: Iterable[Step], asked: Reading, printed: Reading) -> list[Step]:
    """The steps with neighbouring changes made one, and those that only change spaces equal."""
    merged: list[Step] = []
    for step in steps:
        if merged and (step.op is Operation.equal) == (merged[-1].op is Operation.equal):
            op = step.op if step.op is Operation.equal else Operation.replace
            merged[-1] = Step(op, merged[-1].a, step.b, merged[-1].c, step.d)
        else:
            merged.append(step)
    found = [_settle(step, asked, printed) for step in merged]
    return found if found == merged else settled(found, asked, printed)


def _settle(step: Step, asked: Reading, printed: Reading) -> Step:
    """The step with the operation that fits its words."""
    if step.op is Operation.equal:
        return step
    ours, theirs = asked.words[step.a : step.b], printed.words[step.c : step.d]
    if all(word.optional for word in (*ours, *theirs)) or same_spelling(ours, theirs):
        return step._replace(op=Operation.equal)
    if not ours:
        return step._replace(op=Operation.insert)
    return step._replace(op=Operation.replace if theirs else Operation.delete)
