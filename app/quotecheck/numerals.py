"""Numbers written in words, digits or both, as one key: "forty-two", "42" and "42nd" are `42`."""

from __future__ import annotations

import re
from collections.abc import Sequence

from app.quotecheck.vocabulary import TABLES, word_table

NUMBERS: dict[str, int] = TABLES["numbers"]
TENS = frozenset(word for word, value in NUMBERS.items() if value >= 20)
SCALES: dict[str, int] = TABLES["scales"]
QUANTITIES = word_table("quantities")
DIGITS = re.compile(r"(\d+(?:\.\d+)?)(?:st|nd|rd|th)?")


def numeral_of(words: Sequence[str]) -> tuple[str, int]:
    """The number with which some words begin, in digits, and how many of the words it takes."""
    total, current, end = 0.0, _value(words[0]), 1
    while current is not None and end < len(words):
        before, word = words[end - 1], words[end]
        and_more = word == "and" and before in SCALES and end + 1 < len(words)
        more = _value(words[end + 1] if and_more else word)
        if before in TENS and NUMBERS.get(word, 10) < 10:
            current += NUMBERS[word]
        elif word == "hundred" and current < 100:
            current *= 100
        elif SCALES.get(word, 0) >= 1000:
            total, current = total + current * SCALES[word], 0
        elif before in SCALES and more is not None and more < 1000:
            current += more
        else:
            break
        end += 1 + and_more
    if current is None:
        return words[0], 1
    digits = DIGITS.fullmatch(words[0])
    if digits is not None and end == 1:
        # 007 is 7, 12.00 is 12, and 3.50 is 3.5.
        whole, _, part = digits[1].partition(".")
        return ".".join(filter(None, (whole.lstrip("0") or "0", part.rstrip("0")))), 1
    return f"{total + current:.15g}", end


def _value(word: str) -> float | None:
    digits = DIGITS.fullmatch(word)
    return NUMBERS.get(word) if digits is None else float(digits[1])


def is_quantity(key: str) -> bool:
    """Whether the key of a word is a number or a quantity."""
    return key[0].isdigit() or key in QUANTITIES or key in SCALES
