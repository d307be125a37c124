"""Other spellings of a word: 27,700 is 27700, a cease-fire a ceasefire, and the U.S. the US.

Seeding indexes them beside the words of a text (`other_spellings`); a question asks for a word as
it is written and in other spellings (`rewritten`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from app.entries.words import GERSHAYIM, WORD_LENGTH_MAXIMUM, fold

# Ends the word that is indexed for an abbreviation: `US` is another word than the pronoun.
ABBREVIATED = "•"
LETTER = r"[^\W\d_]"
# Thousands are separated by one sign throughout, which may be a space.
NUMBER = re.compile(
    r"(?<![\d.,])\d{1,3}(?P<sign>[.,'’٬\u00a0\u202f\u2009 ])\d{3}(?:(?P=sign)\d{3})*(?!\d)"
)
HYPHENS = "-\u2010\u2011"
# A quotation mark inside a Hebrew word is part of an abbreviation.
GERSHAYIM_SIGN = "״"
JOINERS = f"{HYPHENS}{GERSHAYIM_SIGN}'’ʼʾʿ"
COMPOUND = re.compile(rf"(?<![^\W_])[^\W_]++(?:[{JOINERS}][^\W_]++)+")
JOINER = re.compile(f"([{JOINERS}])")
# In a compound of more than two, shorter words make others: `day-to-day` is not about today.
PAIRED_LENGTH = 4
DOTTED = re.compile(rf"(?<![\w.])(?:(?:{LETTER}\.){{2,}}(?!\w)|(?:{LETTER}\.)+{LETTER}(?![\w.]))")
SHORT_WORD = re.compile(rf"(?<![\w.]){LETTER}{{2,3}}(?!\w)")


def other_spellings(text: str) -> Iterator[str]:
    """The words of a text in other spellings than its own, each as often as it occurs."""
    plain = without_dots(text)
    folded = fold(plain)
    for number in NUMBER.finditer(folded):
        yield joined_number(number)
    for compound in COMPOUND.finditer(folded):
        yield from joined_spellings(compound[0])
    for word in SHORT_WORD.finditer(plain):
        if word[0].isupper():
            yield fold(word[0]) + ABBREVIATED


def rewritten(text: str) -> Iterator[str]:
    """A text in other spellings: numbers and compounds joined, abbreviations with dots."""
    folded = fold(without_dots(text))
    yield COMPOUND.sub(joined_compound, with_joined_numbers(folded))
    yield SHORT_WORD.sub(with_spaces, text)


def with_joined_numbers(text: str) -> str:
    """A text with its numbers without separators."""
    return NUMBER.sub(joined_number, text)


def number_in(text: str) -> str | None:
    """The number in a text without its separators; None if the text is anything but a number."""
    number = NUMBER.fullmatch(fold(text))
    return joined_number(number) if number is not None else None


def abbreviation_in(text: str) -> str | None:
    """The word that is indexed for a text that is an abbreviation; None if it is none."""
    is_short = SHORT_WORD.fullmatch(text) is not None and text.isupper()
    if not is_short and DOTTED.fullmatch(text) is None:
        return None
    return fold(text).replace(".", "") + ABBREVIATED


def without_dots(text: str) -> str:
    """A text with its abbreviations in capitals and without dots, and Hebrew ones marked."""
    marked = GERSHAYIM.sub(GERSHAYIM_SIGN, text)
    return DOTTED.sub(lambda dotted: dotted[0].replace(".", "").upper(), marked)


def with_spaces(word: re.Match[str]) -> str:
    """The letters of an abbreviation, which are the words of its spelling with dots."""
    return " ".join(word[0]) if word[0].isupper() else word[0]


def joined_number(number: re.Match[str]) -> str:
    """A number without what separates its thousands."""
    return number[0].replace(number["sign"], "")


def joined_compound(compound: re.Match[str]) -> str:
    """A compound as one word, where it may be written so."""
    return next(joined_spellings(compound[0]), compound[0])


def joined_spellings(compound: str) -> Iterator[str]:
    """A compound as one word; of a long one, also two words of it that follow each other."""
    parts = JOINER.split(compound)
    words, signs = parts[::2], parts[1::2]
    if all(map(is_joinable, words, signs, words[1:])):
        yield "".join(words)[:WORD_LENGTH_MAXIMUM]
    if len(words) > 2:
        for one, other in pairwise(words):
            if min(len(one), len(other)) >= PAIRED_LENGTH:
                yield (one + other)[:WORD_LENGTH_MAXIMUM]


def is_joinable(one: str, sign: str, other: str) -> bool:
    """Whether two words may be written as one: no dates (2024-02), and no endings (Israel's)."""
    if one.isdecimal() and other.isdecimal():
        return False
    return sign in HYPHENS + GERSHAYIM_SIGN or min(len(one), len(other)) > 1
