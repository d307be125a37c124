"""How a quotation is read for comparison: its words, each with the characters it stands on.

Quotation marks, dots, dashes, brackets, case and spacing are no part of a word; an apostrophe
inside one is. What an editor put into brackets can be read or left out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from app.entries.words import located

APOSTROPHES = frozenset("'’‘ʼ＇`´")
# In [T]he and requirement[s] the brackets stand inside one word.
INSIDE_WORDS = frozenset("[]")
THOUSANDS = frozenset(",\u00a0\u202f")
BRACKETED = re.compile(r"\[[^\[\]]*\]|\([^()]*\)")
AMPERSAND = re.compile(r"(?<![\w&])&(?![\w&])")
CLAUSE_END = re.compile(r"[.,;:!?…。！？،؛؟\n]|\s[-–—]+\s|[–—]")


@dataclass(frozen=True, slots=True)
class Word:
    """A word as it is compared, and where it stands; whether in an editor's brackets."""

    key: str
    start: int
    end: int
    bracketed: bool = False


@dataclass(frozen=True)
class Reading:
    """A text and those of its words that are compared."""

    text: str
    words: tuple[Word, ...]

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """The words as they are compared."""
        return tuple(word.key for word in self.words)

    @cached_property
    def joined(self) -> str:
        """All words without spaces."""
        return run_together(self.keys)

    def printed(self, first: int, last: int) -> str:
        """The words from `first` up to `last`, in the spelling of the text."""
        if first >= last:
            return ""
        return self.text[self.words[first].start : self.words[last - 1].end]

    def breaks(self, before: int) -> bool:
        """Whether a clause ends between the word `before` and the one that precedes it."""
        gap = self.text[self.words[before - 1].end : self.words[before].start]
        return CLAUSE_END.search(gap) is not None


def run_together(keys: Sequence[str]) -> str:
    """Words without spaces: `cease-fire`, `cease fire` and `ceasefire` are one, 4.5 and 45 are not.

    Only numbers are kept apart.
    """
    parts: list[str] = []
    for key in keys:
        if parts and parts[-1][-1].isdigit() and key[0].isdigit():
            parts.append(" ")
        parts.append(key)
    return "".join(parts)


def read(text: str) -> Reading:
    """All words of a text."""
    inside = [match.span() for match in BRACKETED.finditer(text)]
    words = joined_words(text, plain_words(text))
    return Reading(text, tuple(marked_bracketed(words, inside)))


@lru_cache(maxsize=4096)
def readings(text: str) -> tuple[Reading, ...]:
    """A text with what stands in brackets and, where something does, without it."""
    whole = read(text)
    outside = tuple(word for word in whole.words if not word.bracketed)
    if not outside or len(outside) == len(whole.words):
        return (whole,)
    return (whole, Reading(text, outside))


def plain_words(text: str) -> list[Word]:
    """The words of `split`, and `and` for each `&` that stands alone."""
    words = [Word(*each) for each in located(text)]
    signs = [Word("and", match.start(), match.end()) for match in AMPERSAND.finditer(text)]
    return sorted([*words, *signs], key=lambda word: word.start) if signs else words


def joined_words(text: str, words: Sequence[Word]) -> list[Word]:
    """The words, those put together that only an apostrophe or an editor's bracket parts."""
    joined: list[Word] = []
    for word in words:
        gap = text[joined[-1].end : word.start] if joined else " "
        if gap in APOSTROPHES:
            joined[-1] = Word(f"{joined[-1].key}'{word.key}", joined[-1].start, word.end)
        elif gap in INSIDE_WORDS or is_thousands(gap, joined, word):
            joined[-1] = Word(joined[-1].key + word.key, joined[-1].start, word.end)
        else:
            joined.append(word)
    return joined


def is_thousands(gap: str, before: Sequence[Word], word: Word) -> bool:
    """Whether a gap parts the thousands of one number, as in 27,700."""
    if gap not in THOUSANDS or len(word.key) != 3:
        return False
    return before[-1].key.isdecimal() and word.key.isdecimal()


def marked_bracketed(words: Sequence[Word], inside: Sequence[tuple[int, int]]) -> list[Word]:
    """The words, with those marked that stand wholly inside brackets; both in order."""
    marked = []
    number = 0
    for word in words:
        while number < len(inside) and inside[number][1] <= word.start:
            number += 1
        within = number < len(inside) and inside[number][0] < word.start
        whole = within and word.end < inside[number][1]
        marked.append(Word(word.key, word.start, word.end, bracketed=True) if whole else word)
    return marked
