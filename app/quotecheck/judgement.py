"""The rules by which words, speakers and dates make a verdict. Pure functions."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.entries.dates import DateSpan
from app.quotecheck.alignment import NEGATORS, Alignment, Operation, align
from app.quotecheck.answers import DifferenceKind, Verdict
from app.quotecheck.candidates import Candidate
from app.quotecheck.numerals import is_quantity
from app.quotecheck.reading import Reading, read_wording
from app.quotecheck.vocabulary import telling, telling_weight, word_table

# How alike words must be for a wording to be recognised in them, how many telling words both must
# have, and how many in a row. Of recorded passages with one word changed 99 % are more alike, of
# sentences about the same events 1 in 400.
RECOGNISED = 0.65
TELLING_WORDS = 2
IN_A_ROW = 3
# Of words that stand against a mere part of a wording, more than two thirds must be in common;
# against most of one, fewer.
COMMON_SHARE = 2 / 3
MOST = 0.7
# Of fewer words than these only one may differ.
FEW_WORDS = 8
# Of so many words in common so much alike, one telling word is enough.
NEARLY_ALL = 0.85
NEARLY_ALL_WORDS = 7
# More words in a row than these are words that were added, whatever they say.
ADDED_WORDS = 2
# A whole wording of so many words, or so many words of one, are recognised in any text.
WHOLE_WORDS = 5
# Words that have changed places are recognised where so much of them stands in runs.
REORDERED_SHARE = 0.8
RUN_WORDS = 9
# Fewer words are too short to tell whose they are.
SHORT_WORDS = 4


def _pattern(form: str) -> re.Pattern[str]:
    """A pattern with the words of some tables."""
    words = {
        name: rf"\b(?:{'|'.join(word_table(name)).replace('_', ' ')})\b" for name in TABLES_CUT
    }
    return re.compile(form.format(**words), re.IGNORECASE)


TABLES_CUT = ("conditions", "limits", "auxiliaries", "negators")
# What may have been cut off: in the sentence before the words, after them, or in the next one.
CONDITION = _pattern("{conditions}")
CUT_OFF = (
    *((number, "condition", CONDITION) for number in range(3)),
    (0, "condition", _pattern(r"\A\W*{limits}|{limits}\W*\Z")),
    (1, "condition", _pattern(r"\A\W*{limits}")),
    (0, "negation", _pattern(r"{negators}\W*\Z")),
    (1, "negation", _pattern(r"\A\W*(?:{auxiliaries}\W+)?(?:{negators}|cannot\b|\w+n['’]t\b)")),
)
SENTENCE_END = re.compile(r"[.!?…؟]+[”\"’']?\s+")

RANK = {Verdict.not_in_record: 0, Verdict.near: 1, Verdict.partial: 2, Verdict.exact: 3}


@dataclass(frozen=True)
class Finding:
    """A difference that a reader must know."""

    kind: DifferenceKind
    asked: str
    printed: str


@dataclass(frozen=True)
class Comparison:
    """How some words differ from one recorded wording."""

    verdict: Verdict
    alignment: Alignment
    wording: Mapping[str, Any]
    findings: tuple[Finding, ...]

    @property
    def order(self) -> tuple[int, float, float]:
        """The closest is the greatest."""
        alike = round(self.alignment.likeness + self.alignment.similarity, 6)
        return RANK[self.verdict], alike, self.alignment.share


@dataclass(frozen=True)
class Judgement:
    """How a question differs from one quote: its words, its speaker and its date."""

    candidate: Candidate
    comparison: Comparison
    others: tuple[Finding, ...]

    @property
    def verdict(self) -> Verdict:
        """Right words of another speaker or of another day are near, whatever they are alone."""
        words = self.comparison.verdict
        return Verdict.near if self.others and words is not Verdict.not_in_record else words

    @property
    def order(self) -> tuple[int, int, float, int, float, int]:
        """The closest is the greatest; of equal ones, that with the right speaker and date."""
        words, alike, share = self.comparison.order
        if self.comparison.alignment.is_unchanged:
            # A "not" that was cut off before the words makes them no other quote's.
            words = max(words, RANK[Verdict.partial])
        return RANK[self.verdict], words, alike, -len(self.others), share, self.candidate.ordinal

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Everything that a reader must know."""
        return (*self.comparison.findings, *self.others)


def compare_words(asked: Reading, *wordings: Mapping[str, Any]) -> Comparison:
    """How some words differ from the closest of some wordings, by the words alone."""
    compared = (
        _comparison(align(asked, printed), wording)
        for wording in wordings
        for printed in read_wording(wording["text"])
    )
    return max(compared, key=lambda each: each.order)


def _comparison(alignment: Alignment, wording: Mapping[str, Any]) -> Comparison:
    judge = _judge_unchanged if alignment.is_unchanged else _judge_changed
    verdict, findings = judge(alignment)
    return Comparison(verdict, alignment, wording, tuple(findings))


def _judge_unchanged(alignment: Alignment) -> tuple[Verdict, Iterable[Finding]]:
    """The verdict on words that stand in a wording; a "not" must not be cut off."""
    asked, printed = alignment.asked, alignment.printed
    if alignment.is_whole:
        return Verdict.exact, ()
    cut = [
        Finding(DifferenceKind.negation, "", printed.printed(number, number + 1))
        for number in alignment.cut_negations()
    ]
    tells = len(asked) >= SHORT_WORDS or len(printed) - len(asked) == 1
    return (Verdict.near, cut) if cut and tells else (Verdict.partial, ())


def _judge_changed(alignment: Alignment) -> tuple[Verdict, Iterable[Finding]]:
    """The verdict on words that differ from those of a wording, and how they do."""
    asked, printed = alignment.asked, alignment.printed
    stretch = permuted(asked, printed)
    if stretch is None and not is_recognised(alignment):
        return Verdict.not_in_record, ()
    if stretch is None and not is_reordered(alignment):
        return Verdict.near, word_findings(alignment)
    order = Finding(DifferenceKind.order, asked.printed(), (stretch or printed).printed())
    return Verdict.near, [order]


def is_recognised(alignment: Alignment) -> bool:
    """Whether a wording is recognisably meant, although something differs."""
    common, run = alignment.common, alignment.longest_common
    if len(common) >= NEARLY_ALL_WORDS and alignment.similarity >= NEARLY_ALL:
        return telling(common) > 0
    if telling(common) < TELLING_WORDS or _is_phrase(alignment):
        return False
    if run >= RUN_WORDS or WHOLE_WORDS <= run == len(alignment.printed):
        return True
    alike = alignment.likeness
    most = alignment.share >= MOST or len(common) > COMMON_SHARE * len(alignment.asked)
    row = run >= IN_A_ROW or alike >= NEARLY_ALL
    return (alike >= RECOGNISED and row and most) or is_reordered(alignment)


def _is_phrase(alignment: Alignment) -> bool:
    """Whether few words, of which more than one differs, may be a phrase that anyone uses."""
    others = [step for step in alignment.steps if step.op is not Operation.equal]
    changed = sum(max(step.b - step.a, step.d - step.c) for step in others)
    return len(alignment.asked) < FEW_WORDS and changed > 1


def permuted(asked: Reading, printed: Reading) -> Reading | None:
    """The stretch of the wording that has all asked words, more than two, and no others."""
    size, words = len(asked), _written_out(asked.keys)
    if size < IN_A_ROW or telling(words) < TELLING_WORDS:
        return None
    if not set(words) <= set(_written_out(printed.keys)):
        return None
    stretches = (
        printed.part(n, n + size)
        for n in range(len(printed) - size + 1)
        if not (printed.is_inside_word(n) or printed.is_inside_word(n + size))
    )
    return next((each for each in stretches if _written_out(each.keys) == words), None)


def _written_out(keys: Iterable[str]) -> list[str]:
    return sorted("is" if key == "'s" else key for key in keys)


def is_reordered(alignment: Alignment) -> bool:
    """Whether nearly all asked words stand in the wording, in runs that have changed places."""
    asked, printed = alignment.asked, alignment.printed
    shared = [key for key in asked.keys if key in printed.key_set]
    if telling_weight(shared) < REORDERED_SHARE * telling_weight(asked.keys):
        return False
    found = 0.0
    in_order, first, end = True, 0, 0
    while first < len(asked):
        last = first
        while last < len(asked) and asked.part(first, last + 1).spelling in printed.spelling:
            last += 1
        if last - first >= IN_A_ROW:
            run = asked.part(first, last)
            found += telling_weight(run.keys)
            # What is repeated in the wording counts as in order where it is so once.
            after = printed.spelling.find(run.spelling, end)
            in_order, end = in_order and after >= 0, after + len(run.spelling) - 1
        first = max(last, first + 1)
    return not in_order and found >= REORDERED_SHARE * telling_weight(asked.keys)


PLAIN_KINDS = {
    Operation.replace: DifferenceKind.word,
    Operation.insert: DifferenceKind.dropped,
    Operation.delete: DifferenceKind.added,
}


# What words tell of which another meaning is made: the numbers, and how often they say no.
TOLD_BY: dict[DifferenceKind, Callable[[Sequence[str]], object]] = {
    DifferenceKind.number: lambda keys: sorted(filter(is_quantity, keys)),
    DifferenceKind.negation: lambda keys: sum(map(NEGATORS.__contains__, keys)),
}


def word_findings(alignment: Alignment) -> Iterator[Finding]:
    """What differs in words, in their order."""
    asked, printed = alignment.asked, alignment.printed
    for step in alignment.changes:
        ours, theirs = asked.keys[step.a : step.b], printed.keys[step.c : step.d]
        kinds = [kind for kind, told in TOLD_BY.items() if told(ours) != told(theirs)]
        if step.op is Operation.delete and step.b - step.a > ADDED_WORDS:
            # What follows the recorded words does not turn them round.
            follows = step.b == len(asked)
            kinds = [DifferenceKind.added, *([] if follows else kinds)]
        for kind in kinds or [PLAIN_KINDS[step.op]]:
            yield Finding(kind, asked.printed(step.a, step.b), printed.printed(step.c, step.d))


def speaker_names(quote: Mapping[str, Any]) -> str:
    """Who said a quote."""
    return ", ".join(each["actor"]["name"] for each in quote["speakers"])


def overlaps(quote: Mapping[str, Any], day: DateSpan) -> bool:
    """Whether the days of a quote and those of a date have one in common."""
    start = date.fromisoformat(quote["start_date"])
    end = date.fromisoformat(quote["end_date"]) if quote["end_date"] else date.max
    return start <= day.end and day.start <= end


def cut_off(alignment: Alignment) -> tuple[str, str] | None:
    """The recorded words around the asked ones that limit or negate them, and which they do."""
    if not alignment.steps:
        return None
    printed = alignment.printed
    start, end = printed.words[alignment.first].start, printed.words[alignment.last - 1].end
    after = SENTENCE_END.split(printed.text[end:], maxsplit=2)
    around = (SENTENCE_END.split(printed.text[:start])[-1], *after[:2], "")
    for number, kind, pattern in CUT_OFF:
        found = pattern.search(around[number])
        if found is not None:
            return kind, around[number][found.start() :].strip(' .,;:–—-“”"')
    return None
