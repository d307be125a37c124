"""The rules by which wordings, speakers and dates make a verdict. Pure functions."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.entries.dates import DateSpan
from app.quotecheck.answers import DifferenceKind, Verdict
from app.quotecheck.candidates import Candidate
from app.quotecheck.differences import Alignment, Found, Weights, align
from app.quotecheck.tokens import Reading, readings

# Quotes of which the words are aligned one by one.
ALIGNED = 12
# Fewer words in a row could be anyone's.
PART_WORDS = 4
WHOLE_WORDS = 5
NEAR_WORDS = 3
# How alike words must be: what tells much may differ more, what stands against a mere part of a
# wording (less than this share of it) hardly at all. Measured with tests/check: unrelated texts
# reach 0.64 in few telling words, 0.45 in many, 0.75 against a part.
NEAR_LIKENESS = 0.7
TELLING = 5.0
NEAR_LIKENESS_TELLING = 0.6
MOST = 0.7
NEAR_LIKENESS_PART = 0.85

RANK = {Verdict.not_in_record: 0, Verdict.near: 1, Verdict.partial: 2, Verdict.exact: 3}


@dataclass(frozen=True)
class Judged:
    """How a text stands to one recorded wording, by its words alone."""

    words: Verdict
    likeness: float
    alignment: Alignment
    wording: Mapping[str, Any]
    found: tuple[Found, ...]

    @property
    def order(self) -> tuple[int, float, float]:
        """The closest is the greatest."""
        covered = self.alignment.covered()
        return RANK[self.words], self.likeness - 0.2 * (1 - covered), covered


@dataclass(frozen=True)
class Match:
    """How all that was asked stands to one quote."""

    candidate: Candidate
    judged: Judged
    others: tuple[Found, ...]

    @property
    def verdict(self) -> Verdict:
        """Right words of another speaker or of another day are near, whatever they are alone."""
        words = self.judged.words
        return Verdict.near if self.others and words is not Verdict.not_in_record else words

    @property
    def order(self) -> tuple[int, int, float, float, int]:
        """The closest is the greatest; of equals the one with the right speaker and date."""
        return (RANK[self.verdict], *self.judged.order, -len(self.others))

    @property
    def found(self) -> tuple[Found, ...]:
        """Everything that a reader must know."""
        return (*self.judged.found, *self.others)


def judged(alignment: Alignment, weights: Weights, wording: Mapping[str, Any]) -> Judged:
    """The verdict on one alignment."""
    likeness = min(1.0, alignment.likeness(weights))
    cut = tuple(alignment.negations_cut()) if alignment.is_part else ()
    words = words_verdict(alignment, likeness, weights, negation_cut=bool(cut))
    found: tuple[Found, ...] = ()
    if words is Verdict.near:
        found = cut or tuple(alignment.differences())
    return Judged(words, likeness, alignment, wording, found)


def words_verdict(
    alignment: Alignment, likeness: float, weights: Weights, *, negation_cut: bool
) -> Verdict:
    """The verdict on the words alone."""
    if alignment.is_whole:
        return Verdict.exact
    if alignment.is_part:
        return part_verdict(alignment, negation_cut)
    if alignment.holds_whole and len(alignment.printed.words) >= WHOLE_WORDS:
        return Verdict.near
    common = alignment.common()
    if len(common) >= NEAR_WORDS and likeness >= likeness_needed(alignment, weights.total(common)):
        return Verdict.near
    return Verdict.not_in_record


def likeness_needed(alignment: Alignment, told: float) -> float:
    """From which likeness on words are near, given what those in common tell."""
    if alignment.covered() < MOST:
        return NEAR_LIKENESS_PART
    return NEAR_LIKENESS_TELLING if told >= TELLING else NEAR_LIKENESS


def part_verdict(alignment: Alignment, negation_cut: bool) -> Verdict:
    """The verdict on an unchanged part; what lost its "not" by the cut is near at best."""
    asked, printed = len(alignment.asked.words), len(alignment.printed.words)
    if negation_cut and (asked >= PART_WORDS or asked + 1 == printed):
        return Verdict.near
    return Verdict.partial if asked >= PART_WORDS else Verdict.not_in_record


def promising(asked: Reading, candidates: Sequence[Candidate], weights: Weights) -> list[Candidate]:
    """The candidates that share most with the asked words, whatever their order."""
    keys = frozenset(asked.keys)

    def shared(candidate: Candidate) -> float:
        return max(
            shared_weight(keys, frozenset(readings(wording["text"])[0].keys), weights)
            for wording in candidate.wordings
        )

    return heapq.nlargest(ALIGNED, candidates, key=shared)


def shared_weight(asked: frozenset[str], printed: frozenset[str], weights: Weights) -> float:
    """What the words in common tell, more where they are most of either side."""
    common = weights.total(asked & printed)
    least = min(weights.total(asked), weights.total(printed))
    return common * common / least if least else 0.0


def closest(asked: tuple[Reading, ...], candidate: Candidate, weights: Weights) -> Judged:
    """The closest wording of a quote, each read with and without what stands in brackets."""
    return max(
        (
            judged(align(one, other), weights, wording)
            for wording in candidate.wordings
            for other in readings(wording["text"])
            for one in asked
            if other.words
        ),
        key=lambda each: each.order,
    )


def other_than_asked(
    candidate: Candidate, speaker: str | None, spoke: bool, day: DateSpan | None
) -> Iterator[Found]:
    """Whether the speaker or the date on record is another than the one given."""
    quote = candidate.document
    if speaker is not None and not spoke:
        names = ", ".join(each["actor"]["name"] for each in quote["speakers"])
        yield Found(DifferenceKind.speaker, speaker, names)
    if day is not None and not overlaps(quote, day):
        yield Found(DifferenceKind.date, day.text, quote["date"])


def overlaps(quote: Mapping[str, Any], day: DateSpan) -> bool:
    """Whether the days of a quote and those of a date have one in common."""
    start = date.fromisoformat(quote["start_date"])
    end = date.fromisoformat(quote["end_date"]) if quote["end_date"] else date.max
    return start <= day.end and day.start <= end


def best_first(matches: Iterable[Match]) -> list[Match]:
    """The closest first."""
    return sorted(matches, key=lambda match: (match.order, match.candidate.sort_key), reverse=True)
