"""Dates, numbers and quotations as a language writes them, by the data of Unicode (CLDR)."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_interval, format_skeleton
from babel.numbers import format_decimal

from app.data_files import read_toml
from app.entries.dates import KEPT_DATES, QUALIFIER_SIGNS, QUALIFIER_WORDS, Precision, parse_date

# English as most of the world writes it: 7 February 2024.
ENGLISH = Locale.parse("en_001")
DAY = r"\d{4}-\d{2}(?:-\d{2})?[~?%]?"
DATES = re.compile(rf"\b{DAY}(?:/(?:{DAY}|\.\.))?")
MARKS: dict[str, str] = read_toml("entries/quotation_marks.toml")
SIGNS = {each: sign for sign, each in QUALIFIER_SIGNS.items()}


@cache
def locale_of(language: str) -> Locale:
    """The conventions of a language; those of English where CLDR does not know it."""
    try:
        return ENGLISH if language == "en" else Locale.parse(language, sep="-")
    except (ValueError, UnknownLocaleError):
        return ENGLISH


def quotation_marks(language: str) -> str:
    """The signs before and after a quotation; those of English where none are known."""
    return MARKS.get(language) or MARKS.get(language.partition("-")[0], MARKS["en"])


def written_number(locale: Locale, number: float) -> str:
    """A number with the signs of a language, none of its digits left out."""
    return format_decimal(number, locale=locale, decimal_quantization=False)


@lru_cache(maxsize=KEPT_DATES)
def written_date(language: str, text: str) -> str:
    """A date in words; in other languages than English with the signs of EDTF."""
    span, locale = parse_date(text), locale_of(language)
    is_english = locale.language == "en"
    locale = ENGLISH if is_english else locale
    start, end = (format_date(day, "long", locale) for day in (span.start, span.end))
    if span.precision in (Precision.year, Precision.month):
        skeleton = "y" if span.precision is Precision.year else "yMMMM"
        written = format_skeleton(skeleton, span.start, locale=locale)
    elif span.precision is Precision.open:
        written = f"from {start}" if is_english else f"{start} –"
    elif start == end:
        written = start
    elif is_english:
        written = f"{start} to {end}"
    else:
        written = format_interval(span.start, span.end, "yMMMMd", locale=locale)
    signs = QUALIFIER_WORDS if is_english else SIGNS
    return f"{signs[span.qualifier]} {written}" if span.qualifier else written


def dates_written(language: str, text: str) -> str:
    """A text with its dates of the date language in words."""
    return DATES.sub(lambda found: written_date(language, found[0]), text)
