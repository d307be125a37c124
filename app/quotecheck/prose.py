"""The shape of a text: its paragraphs, its sentences, and what stands in quotation marks."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from app.quotecheck.tokens import Reading, Word, read

Span = tuple[int, int]

PARAGRAPH_END = re.compile(r"\n+")
# A full stop inside a name (U.S., J.D.) or a number ends no sentence.
SENTENCE_END = re.compile(r"(?<![.!?…。！？؟])(?<![.\s]\w)[.!?…。！？؟]+[”»\"’']?\s+|\n+")
# Between two letters a straight mark is a Hebrew abbreviation's.
PAIRS = tuple(
    re.compile(pattern)
    for pattern in (
        r"“([^“”\n]+)”",
        r"„([^“”„\n]+)[“”]",
        r"«([^«»\n]+)»",
        r"(?<!\w)\"((?:[^\"\n]|(?<=\w)\"(?=\w))+)\"(?!\w)",
        r"(?<![\w’])‘((?:[^‘’\n]|’(?=\w))+)’(?!\w)",
        r"(?<![\w'])'((?:[^'\n]|(?<=\w)'(?=\w))+)'(?!\w)",
    )
)
# One quotation may be interrupted: “We need a ceasefire,” he said. “This war must end.”
INTERRUPTION_WORDS = 20
PIECES = 3


@dataclass(frozen=True)
class Prose:
    """A text, its words, and where its quotations, sentences and paragraphs are."""

    text: str
    reading: Reading

    @cached_property
    def starts(self) -> list[int]:
        """Where each word begins."""
        return [word.start for word in self.reading.words]

    @cached_property
    def quoted(self) -> list[Span]:
        """The characters between quotation marks, the outermost ones, in order."""
        spans = sorted(match.span(1) for pair in PAIRS for match in pair.finditer(self.text))
        outer: list[Span] = []
        for span in spans:
            if not outer or span[0] >= outer[-1][1]:
                outer.append(span)
        return outer

    @cached_property
    def sentence_ends(self) -> list[int]:
        """Where each sentence ends, the last one left out."""
        return [match.end() for match in SENTENCE_END.finditer(self.text)]

    @cached_property
    def paragraph_ends(self) -> list[int]:
        """Where each paragraph ends, the last one left out."""
        return [match.end() for match in PARAGRAPH_END.finditer(self.text)]

    def sentence(self, span: Span) -> Span:
        """The sentence or sentences that a span reaches over."""
        return self._enclosing(self.sentence_ends, span)

    def paragraph(self, span: Span) -> Span:
        """The paragraph or paragraphs that a span reaches over."""
        return self._enclosing(self.paragraph_ends, span)

    def _enclosing(self, ends: list[int], span: Span) -> Span:
        first = bisect_right(ends, span[0])
        last = bisect_right(ends, max(span[0], span[1] - 1))
        return (
            ends[first - 1] if first else 0,
            ends[last] if last < len(ends) else len(self.text),
        )

    def words_in(self, span: Span) -> Sequence[Word]:
        """The words that begin within a span."""
        first = bisect_right(self.starts, span[0] - 1)
        return self.reading.words[first : bisect_right(self.starts, span[1] - 1)]

    def around(self, span: Span) -> Span | None:
        """The quotation marks' inside in which a span stands, or None."""
        number = bisect_right(self.quoted, (span[0], len(self.text))) - 1
        if number >= 0 and span[1] <= self.quoted[number][1]:
            return self.quoted[number]
        return None

    def quotations(self) -> Iterator[Reading]:
        """Everything quoted: each piece, and pieces that are one quotation with an interruption."""
        pieces = [self.words_in(span) for span in self.quoted]
        for number in range(len(pieces)):
            words: list[Word] = []
            for piece in pieces[number : number + PIECES]:
                if not piece or (words and not self._continues(words[-1], piece[0])):
                    break
                words.extend(piece)
                yield Reading(self.text, tuple(words))

    def _continues(self, before: Word, after: Word) -> bool:
        between = (before.end, after.start)
        same_paragraph = PARAGRAPH_END.search(self.text, *between) is None
        return same_paragraph and len(self.words_in(between)) <= INTERRUPTION_WORDS


def prose(text: str) -> Prose:
    """The shape of a text."""
    return Prose(text, read(text))
