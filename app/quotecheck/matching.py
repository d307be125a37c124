"""The matcher: which quotes of the record some words stand for, the closest first.

A bounded number of quotes is looked at for each passage, however large the record is: those that
share most rare words with it, and those of the speaker and the days that are given.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

from pyroaring import BitMap
from rapidfuzz import fuzz

from app.db.snapshots import Snapshot
from app.db.work import check_work
from app.entries.dates import DateSpan
from app.entries.words import split
from app.quotecheck.alignment import Operation, Step
from app.quotecheck.answers import DifferenceKind, Verdict
from app.quotecheck.attribution import SaidBy, Scene, is_said_by
from app.quotecheck.candidates import Candidate, Quotes, spoken_key, word_key
from app.quotecheck.judgement import (
    RANK,
    SHORT_WORDS,
    Comparison,
    Finding,
    Judgement,
    compare_words,
    overlaps,
    speaker_names,
)
from app.quotecheck.prose import Quotation
from app.quotecheck.reading import STRETCH_WORDS, Reading
from app.quotecheck.vocabulary import telling, telling_weight

# Quotes that are read for a passage, more where its words are too few to tell much; quotes of the
# speaker and the days asked that are read besides; quotes of which the words are aligned.
READ = 20
FEW_TO_FIND = 6
READ_SHORT = 60
READ_FITTING = 12
# Quotes that are held against a stretch of a long text, or one without quotation marks.
STRETCH_QUOTES = 4
ALIGNED = 8
# Beside those that share most, only quotes nearly as much alike as the most alike one are aligned.
MOST_SHARED = 2
PROMISING = 0.75
# Parts of a passage that are of different quotes: how long, and how much of it they are.
PART_WORDS = 5
PART_TELLING = 3
PARTS_SHARE = 0.7


# How what takes long is done: in the event loop, or in a thread.
Run = Callable[..., Awaitable[Any]]


class Passage(NamedTuple):
    """Some words, and who is said to have said them when."""

    reading: Reading
    said: SaidBy | None = None
    day: DateSpan | None = None

    @property
    def key(self) -> tuple[object, ...]:
        """The key under which equal passages share one answer."""
        return self.reading.keys, self.said, self.day


@dataclass(frozen=True)
class Quoted:
    """The quotations of a text, with those who are said to have said them."""

    quotations: Sequence[Quotation] = ()
    scene: Scene | None = None
    said: SaidBy | None = None
    day: DateSpan | None = None

    @cached_property
    def passages(self) -> dict[Quotation, Passage]:
        """Those of one piece as they are looked up."""
        whole = (each for each in self.quotations if len(each.pieces) == 1)
        return {each: self.passage(each) for each in whole}

    def passage(self, quotation: Quotation) -> Passage:
        """A quotation as it is looked up."""
        check_work()
        said = self.said if self.scene is None else self.scene.attribution(quotation.pieces[0])
        return Passage(quotation.reading, said, self.day)


@dataclass(frozen=True)
class Matches:
    """The quotes that a passage may stand for, the closest first.

    `parts` are several quotes of which the passage is put together.
    """

    passage: Passage
    judgements: Sequence[Judgement]
    parts: Sequence[Judgement] = ()

    @property
    def verdict(self) -> Verdict:
        """The verdict of the closest quote; near for a passage that is put together."""
        if self.parts:
            return Verdict.near
        return self.judgements[0].verdict if self.judgements else Verdict.not_in_record

    @property
    def recorded(self) -> BitMap:
        """The ordinals of the quotes whose words they are, or nearly are."""
        near = (each for each in self.judgements if each.verdict is not Verdict.not_in_record)
        return BitMap(each.candidate.ordinal for each in near)

    @property
    def order(self) -> int:
        """The closest by its words is the greatest."""
        if self.parts or not self.judgements:
            return RANK[self.verdict]
        return RANK[self.judgements[0].comparison.verdict]

    @property
    def is_only_extended(self) -> bool:
        """Whether there is no match, or one from which only added words differ."""
        if self.verdict is Verdict.not_in_record:
            return True
        findings = self.best.comparison.findings
        return all(each.kind is DifferenceKind.added for each in findings)

    @property
    def is_too_short(self) -> bool:
        """Whether the words stand in the record but are too few to tell whose they are."""
        few = len(self.passage.reading) < SHORT_WORDS and self.verdict is Verdict.partial
        return few and self.passage.said is None and self.passage.day is None

    @property
    def best(self) -> Judgement:
        """The closest quote."""
        return (self.parts or self.judgements)[0]


class Matcher:
    """Looks the passages of a request up, equal ones once, until its work is to end.

    `run` is how it does what takes long: in the event loop, or in a thread.
    """

    def __init__(self, snapshot: Snapshot, run: Run):
        self.quotes = Quotes(snapshot)
        self.run = run
        self.likely: dict[object, BitMap] = {}
        self.found: dict[object, Matches] = {}

    async def load(self, passages: Sequence[Passage], most: int = READ_SHORT) -> None:
        """Loads the quotes that are looked at for some passages, at most so many for each."""
        if passages:
            await self.quotes.load_postings(await self.run(postings_of, passages))
            await self.quotes.load_candidates(await self.run(self._likely_for, passages, most))

    def _likely_for(self, passages: Sequence[Passage], most: int) -> BitMap:
        for passage in passages:
            if passage.key not in self.likely:
                check_work()
                count = READ_SHORT if len(passage.reading) < FEW_TO_FIND else READ
                self.likely[passage.key] = likely_quotes(passage, self.quotes, min(most, count))
        return BitMap.union(BitMap(), *(self.likely[each.key] for each in passages))

    def candidates(self, passage: Passage) -> list[Candidate]:
        """The quotes that are looked at for a passage."""
        check_work()
        return [self.quotes.candidates[ordinal] for ordinal in self.likely[passage.key]]

    def matches(self, passage: Passage) -> Matches:
        """The quotes that a passage may stand for, the closest first."""
        if passage.key not in self.found:
            candidates = self.candidates(passage)
            self.found[passage.key] = find_matches(passage, self.quotes, candidates)
        return self.found[passage.key]

    def matches_of(self, quoted: Quoted) -> dict[Quotation, Matches]:
        """The matches of quotations; several pieces match only if one quote may have them all."""
        found = {each: self.matches(passage) for each, passage in quoted.passages.items()}
        recorded = {each.span: matches.recorded for each, matches in found.items()}
        for quotation in quoted.quotations:
            common = BitMap.intersection(*(recorded[each] for each in quotation.pieces))
            if len(quotation.pieces) > 1 and common:
                passage = quoted.passage(quotation)
                self.likely[passage.key] = common
                found[quotation] = self.matches(passage)
        return found


def postings_of(passages: Iterable[Passage]) -> set[int]:
    """The postings of all words of some passages, and of the actors they are attributed to."""
    found = set()
    for passage in passages:
        found |= {word_key(word) for word in passage.reading.index_words}
        if passage.said is not None:
            found |= {spoken_key(actor) for actor in passage.said.actors}
    return found


def likely_quotes(passage: Passage, quotes: Quotes, count: int) -> BitMap:
    """The quotes that are looked at for a passage."""
    words = passage.reading.index_words
    found = quotes.most_like(words, count)
    if len(passage.reading) > STRETCH_WORDS:
        for part in passage.reading.stretches():
            found = found | quotes.most_like(part.index_words, STRETCH_QUOTES)
    fitting = None
    if passage.said is not None and passage.said.actors:
        fitting = quotes.spoken_by(passage.said.actors)
    if passage.day is not None:
        days = quotes.between(passage.day.start, passage.day.end)
        fitting = days if fitting is None else fitting & days
    if fitting:
        fewer = min(count, READ_FITTING) if len(passage.reading) >= FEW_TO_FIND else count
        found = found | quotes.most_like(words, fewer, fitting)
    return found


def find_matches(passage: Passage, quotes: Quotes, candidates: Sequence[Candidate]) -> Matches:
    """The quotes that a passage may stand for, of those that are looked at."""
    said, reading = passage.said, passage.reading
    spoken = quotes.spoken_by(said.actors) if said is not None else BitMap()
    others = {each.ordinal: tuple(_other_facts(passage, each, spoken)) for each in candidates}
    judgements = [
        Judgement(each, compare_words(reading, *each.wordings), others[each.ordinal])
        for each in _most_promising(reading, candidates, others)
    ]
    judgements.sort(key=lambda each: each.order, reverse=True)
    return Matches(passage, judgements, _parts(reading, judgements))


def _most_promising(
    reading: Reading, candidates: Sequence[Candidate], others: Mapping[int, Sequence[Finding]]
) -> list[Candidate]:
    """The candidates that share most words, before any of them is aligned."""
    # As they are written and as they are compared: "won't" and "will not".
    written = {tuple(split(reading.printed())), reading.keys}
    asked = frozenset(reading.index_words)
    promises = []
    for candidate in candidates:
        check_work()
        alike = max(
            fuzz.partial_ratio(words, each) for words in written for each, _ in candidate.words
        )
        shared = max(telling_weight(asked & each) for _, each in candidate.words)
        fitting = -len(others[candidate.ordinal])
        promises.append((shared, alike, fitting, candidate.ordinal, candidate))
    promises.sort(reverse=True)
    least = PROMISING * max((alike for _, alike, *_ in promises), default=0)
    return [
        each[-1] for number, each in enumerate(promises) if number < MOST_SHARED or each[1] >= least
    ][:ALIGNED]


def _other_facts(passage: Passage, candidate: Candidate, spoken: BitMap) -> Iterator[Finding]:
    """Whether the speaker or the date on record is another than the one given."""
    said, quote = passage.said, candidate.document
    if said is not None and said.certain and not is_said_by(candidate, said, spoken):
        yield Finding(DifferenceKind.speaker, said.text, speaker_names(quote))
    if passage.day is not None and not overlaps(quote, passage.day):
        yield Finding(DifferenceKind.date, passage.day.text, quote["date"])


def _parts(reading: Reading, judgements: Sequence[Judgement]) -> list[Judgement]:
    """The quotes of which a passage is put together, in its order; none if it is not."""
    if not judgements or not _may_be_parts(judgements[0].comparison):
        return []
    compared = [
        replace(judgement, comparison=compare_words(reading, wording))
        for judgement in judgements
        for wording in judgement.candidate.wordings
    ]
    runs = [
        (step, judgement)
        for judgement in compared
        for step in judgement.comparison.alignment.steps
        if _tells_enough(reading, step, judgement.comparison.alignment.printed)
    ]
    runs.sort(key=lambda each: telling_weight(reading.keys[each[0].a : each[0].b]), reverse=True)
    taken: dict[Step, Judgement] = {}
    for run, judgement in runs:
        if all(run.b <= other.a or other.b <= run.a for other in taken):
            taken[run] = judgement
    share = sum(telling_weight(reading.keys[run.a : run.b]) for run in taken)
    quotes = {judgement.candidate.ordinal for judgement in taken.values()}
    if len(quotes) < 2 or share < PARTS_SHARE * telling_weight(reading.keys):
        return []
    return [
        replace(each, comparison=compare_words(reading.part(run.a, run.b), each.comparison.wording))
        for run, each in sorted(taken.items(), key=lambda each: each[0].a)
    ]


def _may_be_parts(comparison: Comparison) -> bool:
    """Whether a quote has some words of a passage in a row, and the passage has others, too."""
    steps = comparison.alignment.steps
    others = (step.b - step.a for step in steps if step.op is not Operation.equal)
    return (
        comparison.verdict not in (Verdict.exact, Verdict.partial)
        and comparison.alignment.longest_common >= SHORT_WORDS
        and max(others, default=0) >= SHORT_WORDS
    )


def _tells_enough(reading: Reading, step: Step, printed: Reading) -> bool:
    """Whether some words are a whole wording, or enough to be recognised as a part of one."""
    words = reading.keys[step.a : step.b]
    if step.op is not Operation.equal or len(words) < SHORT_WORDS - 1:
        return False
    whole = step.d - step.c == len(printed)
    return whole or (len(words) >= PART_WORDS and telling(words) >= PART_TELLING)
