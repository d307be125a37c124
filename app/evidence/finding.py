"""Finds words in a text, whatever its typography, with the words around them.

Quotation marks of every style, dashes of every length, an ellipsis as one sign or three dots, the
width of spaces, spaces around dashes and invisible signs make no difference. Everything else does:
a letter's case, a comma, an accent, and brackets, which stand as printed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from rapidfuzz import fuzz

from app.kinds.evidence import CONTEXT_LENGTH

QUOTATION_MARKS = frozenset("\"'`´‘’‚‛“”„‟«»‹›′″׳״＂＇「」『』")
DASHES = frozenset("-‐‑‒–—―−﹘﹣－")
SPACE = re.compile(r"\s+")


@dataclass(frozen=True)
class SourcePassage:
    """Words as a text has them, with a few characters before and after."""

    exact: str
    prefix: str
    suffix: str


def find_words(words: str, text: str) -> SourcePassage | None:
    """The first passage of a text with the words; one in quotation marks is preferred."""
    plain = squeezed(text)
    signs, at = comparable(plain)
    sought, _ = comparable(squeezed(words))
    spans = [(at[start], at[end - 1] + 1) for start, end in whole_words(sought, signs)]
    if not spans:
        return None
    quoted = (span for span in spans if stands_quoted(plain, *span))
    start, end = next(quoted, spans[0])
    return SourcePassage(plain[start:end], before(plain, start), after(plain, end))


# How alike, of a hundred, the nearest passage is at least.
LEAST_ALIKE = 60


def nearest_passage(words: str, text: str) -> str | None:
    """The words of a text that are most like those that it does not have; None where none are."""
    plain = squeezed(text)
    found = fuzz.partial_ratio_alignment(
        squeezed(words), plain, processor=None, score_cutoff=LEAST_ALIKE
    )
    if found is None:
        return None
    start = plain.rfind(" ", 0, found.dest_start + 1) + 1
    end = plain.find(" ", found.dest_end - 1)
    return plain[start : end if end >= 0 else len(plain)]


def squeezed(text: str) -> str:
    """A text in composed characters, with one space between words and no invisible signs."""
    spaced = SPACE.sub(" ", unicodedata.normalize("NFC", text)).strip()
    hidden = {c for c in set(spaced) if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co", "Cn")}
    return "".join(c for c in spaced if c not in hidden) if hidden else spaced


def comparable(text: str) -> tuple[str, list[int]]:
    """The signs that are compared, and the position of each in the text."""
    signs: list[str] = []
    at: list[int] = []
    for position, sign in enumerate(text):
        for each in alike(sign):
            if each == " " and signs and signs[-1] == "-":
                continue
            if each == "-" and signs and signs[-1] == " ":
                signs.pop()
                at.pop()
            signs.append(each)
            at.append(position)
    return "".join(signs), at


def alike(sign: str) -> str:
    """The sign for which another one counts in comparisons."""
    if sign in QUOTATION_MARKS:
        return '"'
    if sign in DASHES:
        return "-"
    return "..." if sign == "…" else sign


def whole_words(sought: str, signs: str) -> Iterator[tuple[int, int]]:
    """Start and end of each occurrence among the signs that cuts no word in two."""
    start = signs.find(sought) if sought else -1
    while start >= 0:
        end = start + len(sought)
        if not (inside_word(signs, start) or inside_word(signs, end)):
            yield start, end
        start = signs.find(sought, start + 1)


def inside_word(signs: str, position: int) -> bool:
    """Whether a position lies between two letters or digits."""
    between = signs[position - 1 : position + 1] if position > 0 else ""
    return len(between) == 2 and all(sign.isalnum() for sign in between)


def stands_quoted(text: str, start: int, end: int) -> bool:
    """Whether a quotation mark stands next to the words."""
    return text[start - 1 : start] in QUOTATION_MARKS or text[end : end + 1] in QUOTATION_MARKS


def before(text: str, start: int) -> str:
    """A few whole words before a position."""
    cut = text[max(0, start - CONTEXT_LENGTH) : start]
    whole = start <= CONTEXT_LENGTH or " " not in cut
    return cut if whole else cut[cut.index(" ") + 1 :]


def after(text: str, end: int) -> str:
    """A few whole words after a position."""
    cut = text[end : end + CONTEXT_LENGTH]
    whole = end + CONTEXT_LENGTH >= len(text) or " " not in cut
    return cut if whole else cut[: cut.rindex(" ")]
