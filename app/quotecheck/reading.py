"""How a text is read for comparison: its words as keys, each with the characters it stands on.

No difference are quotation marks, dots, dashes, spacing and case, contractions ("we're", "we are"),
numbers in words or digits, and words that an editor put into brackets.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import cached_property, lru_cache
from itertools import product
from typing import NamedTuple

from app.entries.words import SPACELESS, end_with_marks, folded_with_offsets, split
from app.quotecheck.markup import FILLER, SIGNS, plain_text
from app.quotecheck.numerals import NUMBERS, numeral_of
from app.quotecheck.vocabulary import TABLES

LETTER = rf"[^\W_{SPACELESS}]"
# 27,700 and 3.5 are one number each, and so is a time: 12:00.
NUMBER = r"\d{1,3}(?:,\d{3}){1,6}(?!\d)(?:\.\d{1,9})?|\d{1,15}\.\d{1,9}(?!\w)|\d{1,2}:\d\d(?![\w:])"
# U.S. and U.N. are one word each.
INITIALS = r"(?<![a-z0-9])[a-z](?:\.[a-z]){1,7}(?![a-z0-9])"
# A longer word is read as several; one has few apostrophes.
ASCII_WORD = r"[a-z0-9]{1,64}(?:['\[\]][a-z0-9]{1,64}){0,3}"
ANY_WORD = rf"{LETTER}{{1,64}}(?:['\[\]]{LETTER}{{1,64}}){{0,3}}|(?=[^\W_])[{SPACELESS}]"
ASCII_TOKEN = re.compile(rf"{INITIALS}|(?=[a-z]){ASCII_WORD}|{NUMBER}|{ASCII_WORD}|[&%]")
TOKEN = re.compile(rf"{INITIALS}|{NUMBER}|{ANY_WORD}|[&%]")
BRACKETED = re.compile(r"\[[^\[\]]*\]|\([^()]*\)")
CAMEL = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^A-Za-z\d]+")
CLAUSE_END = re.compile(r"[.,;:!?…。！？،؛؟\n]|\s-+\s|--|-\s|\s-")
ELLIPSIS = re.compile(r"…|\.\s?\.\s?\.|\[\s*(?:…|\.\.\.)\s*\]")
# A long text is looked through in stretches of so many words, each with some of the one before.
STRETCH_WORDS = 40
OVERLAP_WORDS = 12
# What stands for other words wherever it stands.
SAME_WORDS = {word: tuple(words.split()) for word, words in TABLES["same_words"].items()}
# What may stand between the words of one number.
GAPS = ("", "-")
# What stands after an apostrophe; `'s` and `'d` may be several words.
ENDINGS = {"re": "are", "ve": "have", "ll": "will", "m": "am", "s": "'s", "d": "'d"}
ENDING_WORDS = {"'s": ("is", "has", "us", "s", ""), "'d": ("would", "had", "d")}
# Of more of them in one place, not all meanings are tried.
ENDINGS_EXPANDED = 4
# Spaces, but not those between two numbers.
NUMBERS_APART = re.compile(r" (?!(?<=\d )\d)")
NOT_STEMS = {"can": "can", "won": "will", "shan": "shall", "ain": "is"}


class Word(NamedTuple):
    """A word as it is compared, where it stands, and whether an editor may have added it."""

    key: str
    start: int
    end: int
    optional: bool = False


class Reading:
    """A text and those of its words that are compared."""

    def __init__(self, text: str, words: Sequence[Word]):
        self.text = text
        self.words = tuple(words)

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """The words as they are compared."""
        return tuple([word.key for word in self.words])

    @cached_property
    def spelling(self) -> str:
        """All words, a space around each."""
        return f" {' '.join(self.keys)} "

    @cached_property
    def key_set(self) -> frozenset[str]:
        """The different words."""
        return frozenset(self.keys)

    @cached_property
    def index_words(self) -> tuple[str, ...]:
        """The words by which quotes are found: as they are written, and as they are compared."""
        written = dict.fromkeys(self.text[word.start : word.end] for word in self.words)
        return tuple(dict.fromkeys(split(" ".join((*written, *self.keys)))))

    def __len__(self) -> int:
        return len(self.words)

    def part(self, first: int, last: int) -> Reading:
        """The words from `first` up to `last`."""
        return Reading(self.text, self.words[first:last])

    def stretches(self) -> Iterator[Reading]:
        """All words in parts, each with some of the one before."""
        for first in range(0, len(self), STRETCH_WORDS - OVERLAP_WORDS):
            part = self.part(first, first + STRETCH_WORDS)
            if first == 0 or len(part) > OVERLAP_WORDS:
                yield part

    def printed(self, first: int = 0, last: int | None = None) -> str:
        """The words from `first` up to `last`, in the spelling of the text."""
        words = self.words[first:last]
        return self.text[words[0].start : words[-1].end].replace(FILLER, "") if words else ""

    def gap(self, number: int) -> str:
        """What stands between the word `number` and the one that precedes it."""
        before = self.words[number - 1].end if number else self.words[number].start
        return self.text[before : self.words[number].start].replace(FILLER, "")

    def is_inside_word(self, number: int) -> bool:
        """Whether the word `number` and the one before it are written as one."""
        words = self.words
        return 0 < number < len(words) and words[number].start == words[number - 1].start

    def breaks(self, number: int) -> bool:
        """Whether a clause ends between the word `number` and the one that precedes it."""
        return CLAUSE_END.search(self.gap(number).translate(SIGNS)) is not None

    @cached_property
    def omissions(self) -> frozenset[int]:
        """Before which words an ellipsis says that something is left out."""
        if ELLIPSIS.search(self.text) is None:
            return frozenset()
        numbers = range(1, len(self.words))
        return frozenset(each for each in numbers if ELLIPSIS.search(self.gap(each)))


def read_words(text: str) -> Reading:
    """All words of a text; entities, tags and soft line ends are no part of them."""
    plain = plain_text(text)
    words = [
        Word(key, start, end) for raw, start, end in _located_tokens(plain) for key in _keys_of(raw)
    ]
    if any(map(begins_number, words)):
        words = _with_numerals(plain, words)
    inside = [match.span() for match in BRACKETED.finditer(plain)]
    return Reading(plain, _with_optional(words, inside) if inside else words)


@lru_cache(maxsize=8192)
def read_wording(text: str) -> tuple[Reading, ...]:
    """A recorded wording with what stands in brackets and, where something does, without it."""
    whole = read_words(text)
    outside = [word for word in whole.words if not word.optional]
    return (whole, Reading(whole.text, outside)) if len(outside) < len(whole) else (whole,)


def _located_tokens(text: str) -> Iterator[tuple[str, int, int]]:
    """The words as they are written, folded, and numbers with the signs inside them."""
    plain = text.translate(SIGNS)
    folded, offsets = folded_with_offsets(plain)
    for match in (ASCII_TOKEN if plain.isascii() else TOKEN).finditer(folded):
        start, end = match.span()
        if not plain.isascii():
            start, end = offsets[start], end_with_marks(text, offsets[end - 1] + 1)
        if text[start - 1 : start] in ("#", "@"):
            parts = CAMEL.finditer(text, start, end)
            yield from ((part[0].lower(), *part.span()) for part in parts)
        else:
            yield match[0], start, end


@lru_cache(maxsize=8192)
def _keys_of(raw: str) -> tuple[str, ...]:
    """A word as it is compared: without brackets, contractions written out."""
    word = raw.replace("[", "").replace("]", "")
    if word[0].isdigit():
        return (word.replace(",", "").replace(":", "."),)
    word = word.replace(".", "")
    if "'" not in word:
        return SAME_WORDS.get(word, (word,))
    *stems, ending = word.split("'")
    if ending == "t" and stems[-1].endswith("n"):
        return (*stems[:-1], NOT_STEMS.get(stems[-1], stems[-1][:-1]), "not")
    if ending == "s" and stems[-1] == "let":
        return (*stems, "us")
    return (*stems, ENDINGS.get(ending, ending))


def begins_number(word: Word) -> bool:
    """Whether a word may begin a number."""
    return word.key in NUMBERS or word.key[0].isdigit()


def _with_numerals(text: str, words: list[Word]) -> list[Word]:
    """The words with each number as one word in digits."""
    read: list[Word] = []
    number = 0
    while number < len(words):
        word, end, count = words[number], number + 1, 1
        if begins_number(word):
            while end < len(words) and text[words[end - 1].end : words[end].start].strip() in GAPS:
                end += 1
            key, count = numeral_of([each.key for each in words[number:end]])
            word = Word(key, word.start, words[number + count - 1].end)
        read.append(word)
        number += count
    return read


def _with_optional(words: Sequence[Word], inside: Sequence[tuple[int, int]]) -> list[Word]:
    """The words, with those marked that stand wholly inside brackets; both in order."""
    # The end of the last bracket that begins before a word.
    ends = [-1, *(end for _, end in inside)]
    marked = [
        word._replace(optional=word.end < ends[bisect_left(inside, (word.start, 0))])
        for word in words
    ]
    return list(words) if all(word.optional for word in marked) else marked


def same_spelling(ours: Sequence[Word], theirs: Sequence[Word]) -> bool:
    """Whether some words differ in spaces alone, or in what stands after an apostrophe.

    `cease-fire`, `cease fire` and `ceasefire` are the same; numbers are kept apart: 4 5 is not 45.
    """
    endings = sum(word.key in ENDING_WORDS for word in (*ours, *theirs))
    return endings <= ENDINGS_EXPANDED and not _spellings(ours).isdisjoint(_spellings(theirs))


def _spellings(words: Sequence[Word]) -> set[str]:
    """The ways in which some words may be written without spaces."""
    written = product(*(ENDING_WORDS.get(word.key, (word.key,)) for word in words))
    return {NUMBERS_APART.sub("", " ".join(keys)) for keys in written}
