"""The shape of a text: its sentences, what stands in quotation marks, and what stands around it."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple, TypeVar

from app.quotecheck.reading import Reading
from app.quotecheck.vocabulary import word_table

Span = tuple[int, int]
T = TypeVar("T")

# A full stop inside a name (U.S., J.D.) or a number ends no sentence.
SENTENCE_END = re.compile(
    r"(?<![.!?…。！？؟])(?<![.\s]\w)(?<!\bMr)(?<!\bMrs)(?<!\bDr)[.!?…。！？؟]+[”»\"’']?\s+(?![a-zà-ÿ])|\n\s*\n"
)
PARAGRAPH_END = re.compile(r"\n\s*\n")
# A line may end inside quotation marks, a paragraph may not, but the next one may open them again.
LINE = r"\n(?!\s*\n)"
PAIRS = ("“”", "„“”", "«»", "‹›", "「」", "『』", "‚‘’", "””", "»«", "›‹")
# What closes quotations elsewhere opens them only before a word, and not right after one.
OPENS = r"(?<![\w.,!?…])(?={0}\w)"
# Between two letters a straight mark is a Hebrew abbreviation's.
STRAIGHT = rf"(?<!\w)\"((?:[^\"\n]|{LINE}|(?<=\w)\"(?=\w))+)(?:\"(?!\w)|(?=\n\s*\n\s*\"))"
# An apostrophe stands between letters, or after the s of a plural. What ends with a sign of the
# sentence is looked for first.
APOSTROPHE = r"(?<=\w)[’'](?=\w)"
OF_MANY = r"(?<=s)[’'](?= [a-z])"
SINGLE = (
    r"(?<![\w’'])(?:‘|'(?!\d\ds))"
    rf"((?:[^‘’'\n]|{LINE}|{APOSTROPHE}|{OF_MANY})+?[.,!?…])[’'](?!\w)",
    rf"(?<![\w’])‘((?:[^‘’\n]|{LINE}|{APOSTROPHE})+)’(?!\w)",
    rf"(?<![\w'])'(?!\d\ds)((?:[^'\n]|{APOSTROPHE})+)'(?!\w)",
)


def _pair(opening: str, closing: str) -> str:
    opens = OPENS.format(opening) if opening in "”»›" else ""
    inside = rf"((?:[^{opening}{closing}\n]|{LINE})+)"
    return rf"{opens}{opening}{inside}(?:[{closing}]|(?=\n\s*\n\s*{opening}))"


ANY_QUOTED = "|".join((*(_pair(pair[0], pair[1:]) for pair in PAIRS), STRAIGHT, *SINGLE))
QUOTED = re.compile(rf"(?=[\"'‘{''.join(pair[0] for pair in PAIRS)}])(?:{ANY_QUOTED})")
# Characters beyond which nothing belongs to a passage any more.
NEARBY = 600
# One quotation may be interrupted: “We need a ceasefire,” he said. “This war must end.”
INTERRUPTION_WORDS = 20
PIECES = 3
# Words before the first of a clause that may be "told reporters that".
VERB_BEFORE_THAT = 4
SPEECH = word_table("speech")


class Quotation(NamedTuple):
    """What stands from mark to mark; several pieces where it is interrupted."""

    pieces: tuple[Span, ...]
    reading: Reading

    @property
    def span(self) -> Span:
        """From the first mark to the last."""
        return self.pieces[0][0], self.pieces[-1][1]

    @property
    def words(self) -> Span:
        """From the first word to the last."""
        return self.reading.words[0].start, self.reading.words[-1].end


@dataclass(frozen=True)
class Prose:
    """A text, its words, and where its quotations and sentences are."""

    reading: Reading

    @property
    def text(self) -> str:
        """The text without its markup, of the same length."""
        return self.reading.text

    @cached_property
    def starts(self) -> list[int]:
        """Where each word begins."""
        return [word.start for word in self.reading.words]

    @cached_property
    def quoted(self) -> list[Span]:
        """The characters between quotation marks, the outermost ones, in order."""
        spans = (match.span(match.lastindex or 0) for match in QUOTED.finditer(self.text))
        return [span for span in spans if len(self.words_in(span))]

    @cached_property
    def sentence_ends(self) -> list[int]:
        """Where each sentence ends, the last one left out."""
        return [match.end() for match in SENTENCE_END.finditer(self.text)]

    @cached_property
    def sentences(self) -> list[Span]:
        """The characters of each sentence, in order."""
        bounds = [0, *self.sentence_ends, len(self.text)]
        return list(pairwise(bounds))

    def sentence(self, span: Span) -> Span:
        """The sentence or sentences that a span reaches over, as far as they are near."""
        first = bisect_right(self.sentence_ends, span[0])
        last = bisect_right(self.sentence_ends, max(span[0], span[1] - 1))
        start, end = self.sentences[first][0], self.sentences[last][1]
        return max(start, span[0] - NEARBY), min(end, span[1] + NEARBY)

    def words_in(self, span: Span) -> Reading:
        """The words that begin within a span."""
        first = bisect_left(self.starts, span[0])
        return self.reading.part(first, bisect_left(self.starts, span[1]))

    def around(self, span: Span) -> Span | None:
        """The quotation marks' inside in which a span stands, or None."""
        number = bisect_right(self.quoted, (span[0], len(self.text))) - 1
        if number >= 0 and span[1] <= self.quoted[number][1]:
            return self.quoted[number]
        return None

    def outside(self, span: Span) -> Iterator[Span]:
        """The parts of a span that stand in no quotation marks."""
        start = span[0]
        number = bisect_left(self.quoted, (span[0], 0))
        for first, last in self.quoted[max(0, number - 1) :]:
            if first >= span[1]:
                break
            if first > start:
                yield start, first
            start = max(start, last)
        if start < span[1]:
            yield start, span[1]

    def quotations(self) -> Iterator[Quotation]:
        """Everything quoted: each piece, and pieces that are one quotation with an interruption."""
        for number in range(len(self.quoted)):
            pieces: list[Span] = []
            for piece in self.quoted[number : number + PIECES]:
                if pieces and not self._continues(pieces[-1], piece):
                    break
                pieces.append(piece)
                words = [word for each in pieces for word in self.words_in(each).words]
                yield Quotation(tuple(pieces), Reading(self.text, words))

    def _continues(self, before: Span, after: Span) -> bool:
        between = (before[1], after[0])
        if between[1] - between[0] > NEARBY or PARAGRAPH_END.search(self.text, *between):
            return False
        words = self.words_in(between).keys
        return len(words) <= INTERRUPTION_WORDS and not SPEECH.isdisjoint(words)

    def clause_around(self, first: int, last: int) -> Span:
        """The words from `first` up to `last` with all of their clause, after a verb of speech."""
        words, keys = self.reading.words, self.reading.keys
        while first and not self.reading.breaks(first):
            reach = VERB_BEFORE_THAT if keys[first - 1] == "that" else 1
            if not SPEECH.isdisjoint(keys[max(0, first - reach) : first]):
                break
            first -= 1
        while last < len(words) and not self.reading.breaks(last):
            last += 1
        return words[first].start, words[last - 1].end

    def before(self, span: Span) -> Span:
        """What leads to a span within its sentence, since the quotation or clause before it."""
        start = max(self.sentence(span)[0], self.text.rfind(";", 0, span[0]) + 1)
        number = bisect_left(self.quoted, span) - 1
        if number >= 0:
            start = max(start, self.quoted[number][1])
        return min(start, span[0]), span[0]

    def after(self, span: Span) -> Span:
        """What follows a span within its sentence, up to the next quotation or clause."""
        # After “…!” and “…?” the sentence may go on with a capital letter: the name of who said it.
        reach = 3 if self.text[span[1] - 1 : span[1]] in ("!", "?") else 1
        end = self.sentence((max(span[0], span[1] - 1), span[1] + reach))[1]
        semicolon = self.text.find(";", span[1], end)
        number = bisect_left(self.quoted, (span[1], 0))
        ends = [end, *([semicolon] if semicolon >= 0 else [])]
        if number < len(self.quoted):
            ends.append(self.quoted[number][0])
        return span[1], max(span[1], min(ends))


def each_once(found: Mapping[Quotation, T], is_whole: Callable[[T], bool]) -> dict[Quotation, T]:
    """Each quotation once: several pieces as one where that is recorded as a whole."""
    chosen: dict[Quotation, T] = {}
    end = 0
    for quotation in sorted(found, key=lambda each: (each.span[0], -len(each.pieces))):
        is_one = len(quotation.pieces) == 1 or is_whole(found[quotation])
        if quotation.span[0] >= end and is_one:
            chosen[quotation] = found[quotation]
            end = quotation.span[1]
    return chosen
