"""How text is folded, split into words and searched, alike in both engines.

Both engines are given words, never text: FTS5 the words of `split` joined by spaces, PostgreSQL
`tsvector_text` of them.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from app.data_files import read_toml

# FTS5's `ascii` tokenizer splits at ASCII signs alone and takes all else as it is: exactly our
# words. (`unicode61` asks its own, older Unicode what a letter is.)
FTS5_TOKENIZE = "ascii"

# PostgreSQL takes words of up to 2046 bytes: 64 characters are at most 256.
WORD_LENGTH_MAXIMUM = 64
TSVECTOR_POSITION_MAXIMUM = 16383
TSVECTOR_POSITIONS_PER_WORD = 256

TATWEEL = "\u0640"

LETTERS = read_toml("entries/letters.toml")
# Digits of every script, by the zeros that begin them.
DIGITS = {chr(ord(zero) + digit): str(digit) for zero in LETTERS["zeros"] for digit in range(10)}
EQUAL_LETTERS = str.maketrans({**LETTERS["latin"], **LETTERS["arabic"], **DIGITS})

# Scripts written without spaces: each character is a word, and a run of them is a phrase.
SPACELESS = "".join(LETTERS["spaceless"].values())
# Unicode counts these as letters; transliterated names have them where others write an apostrophe.
APOSTROPHES = "\u02b9-\u02bf\u02ee"

ASCII_WORD = re.compile(r"[a-z0-9]+")
WORD = re.compile(rf"[^\W_{APOSTROPHES}{SPACELESS}]+|(?=[^\W_])[{SPACELESS}]")
# Dashes, quotation marks and dots: often all that is not ASCII in a Latin text.
TYPOGRAPHY = re.compile(r"[\u2010-\u2027]+")

# Between Hebrew letters a quotation mark is part of an abbreviation (צה"ל), not of a phrase.
GERSHAYIM = re.compile(r'(?<=[\u05d0-\u05ea])["”](?=[\u05d0-\u05ea])')


@dataclass(frozen=True, slots=True)
class SearchTerm:
    """A word, or a phrase of adjacent words.

    With `prefix` the last word may go on: `hosta` finds `hostages`.
    """

    words: tuple[str, ...]
    prefix: bool = False

    @property
    def is_word(self) -> bool:
        """Whether this is one whole word."""
        return len(self.words) == 1 and not self.prefix

    @property
    def whole_words(self) -> tuple[str, ...]:
        """The words that every matching text has."""
        return self.words[:-1] if self.prefix else self.words


class Located(NamedTuple):
    """A folded word, and the characters text[start:end] that it was read from."""

    word: str
    start: int
    end: int


def fold(text: str) -> str:
    """Write a text as it is compared, without case, accents, vowel signs and invisible controls.

    That is NFKD and Unicode case folding, less marks (categories M*), format controls (Cf) and
    tatweel, with EQUAL_LETTERS for what NFKD keeps apart; folding twice changes nothing. Indic
    vowel signs are marks too: कि is compared as क.
    """
    if text.isascii():
        return text.lower()
    return without_marks(unicodedata.normalize("NFKD", text)).casefold().translate(EQUAL_LETTERS)


def split(text: str) -> list[str]:
    """List the words of a text in order: folded runs of letters and numbers (categories L*, N*).

    Characters of scripts without spaces are one word each. All else separates, apostrophes and
    hyphens too. A word of more than 64 characters is cut to 64, so that both engines hold the same.
    """
    folded = fold(text if text.isascii() else TYPOGRAPHY.sub(" ", text))
    pattern = ASCII_WORD if folded.isascii() else WORD
    return [word[:WORD_LENGTH_MAXIMUM] for word in pattern.findall(folded)]


def located(text: str) -> list[Located]:
    """List the words of `split` in the same order, each with where it stands in the text."""
    folded, offsets = folded_with_offsets(text)
    pattern = ASCII_WORD if folded.isascii() else WORD
    return [
        Located(
            match[0][:WORD_LENGTH_MAXIMUM],
            offsets[match.start()],
            end_with_marks(text, offsets[match.end() - 1] + 1),
        )
        for match in pattern.finditer(folded)
    ]


def fts5_any(terms: Iterable[SearchTerm]) -> str:
    """Write the FTS5 MATCH expression for any of these."""
    return " OR ".join(map(_fts5_phrase, terms))


def tsquery_any(terms: Iterable[SearchTerm]) -> str:
    """Write a text for PostgreSQL to cast to `tsquery`: any of these."""
    return " | ".join(map(_tsquery_phrase, terms))


def tsvector_text(words: Iterable[str]) -> str:
    """Write a text for PostgreSQL to cast by `::tsvector`: each word and its positions, from 1.

    PostgreSQL holds positions up to 16383, and 256 of one word. Those beyond are left out: a phrase
    that stands only there is not found, a word is. All of it may take one mebibyte.
    """
    positions: dict[str, list[str]] = {}
    for position, word in enumerate(words, start=1):
        kept = positions.setdefault(word, [])
        if position <= TSVECTOR_POSITION_MAXIMUM and len(kept) < TSVECTOR_POSITIONS_PER_WORD:
            kept.append(str(position))
    return " ".join(
        f"{_postgres_quoted(word)}:{','.join(kept)}" if kept else _postgres_quoted(word)
        for word, kept in positions.items()
    )


def folded_with_offsets(text: str) -> tuple[str, Sequence[int]]:
    """The folded text, and for each of its characters which one of the text it comes from."""
    if text.isascii():
        return text.lower(), range(len(text))
    parts = [_folded_character(character) for character in text]
    offsets = [offset for offset, part in enumerate(parts) for _ in part]
    return "".join(parts), offsets


def end_with_marks(text: str, end: int) -> int:
    """Where a word ends with the marks on its last letter."""
    while end < len(text) and _folded_character(text[end]) == "":
        end += 1
    return end


@lru_cache(maxsize=4096)
def _folded_character(character: str) -> str:
    return " " if TYPOGRAPHY.match(character) else fold(character)


def without_marks(text: str) -> str:
    # A look at each different character, then loops in C: faster than a look at each character.
    for character in filter(_is_mark, set(text)):
        text = text.replace(character, "")
    return text


@lru_cache(maxsize=4096)
def _is_mark(character: str) -> bool:
    category = unicodedata.category(character)
    return category[0] == "M" or category == "Cf" or character == TATWEEL


def _fts5_phrase(term: SearchTerm) -> str:
    phrase = " ".join(term.words)
    return f'"{phrase}"*' if term.prefix else f'"{phrase}"'


def _tsquery_phrase(term: SearchTerm) -> str:
    phrase = " <-> ".join(map(_postgres_quoted, term.words))
    return f"({phrase}:*)" if term.prefix else f"({phrase})"


def _postgres_quoted(word: str) -> str:
    doubled = word.replace("\\", "\\\\").replace("'", "''")
    return f"'{doubled}'"
