"""Dates and numbers as the language of the record writes them, by the data of Unicode (CLDR)."""

from __future__ import annotations

from functools import cache, lru_cache

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_interval, format_skeleton
from babel.numbers import format_decimal

from app.entries.dates import KEPT_DATES, QUALIFIER_SIGNS, Precision, date_in_words, parse_date

# English as most of the world writes it: 7 February 2024.
ENGLISH = Locale.parse("en_001")
SIGNS = {each: f"{sign} " for sign, each in QUALIFIER_SIGNS.items()}


@cache
def locale_of(language: str) -> Locale:
    """What is usual in a language; as in English where nothing is known of it."""
    try:
        return ENGLISH if language == "en" else Locale.parse(language, sep="-")
    except (ValueError, UnknownLocaleError):
        return ENGLISH


def written_number(locale: Locale, number: float) -> str:
    """A number with the signs of a language, none of its digits left out."""
    return format_decimal(number, locale=locale, decimal_quantization=False)


@lru_cache(maxsize=KEPT_DATES)
def written_date(language: str, text: str) -> str:
    """A date in words; in other languages than English with the signs of EDTF."""
    span, locale = parse_date(text), locale_of(language)
    if locale.language == "en":
        return date_in_words(span)
    if span.precision in (Precision.year, Precision.month):
        skeleton = "y" if span.precision is Precision.year else "yMMMM"
        written = format_skeleton(skeleton, span.start, locale=locale)
    elif span.precision is Precision.open:
        written = f"{format_date(span.start, 'long', locale)} –"
    elif span.start == span.end:
        written = format_date(span.start, "long", locale)
    else:
        written = format_interval(span.start, span.end, "yMMMMd", locale=locale)
    return f"{SIGNS[span.qualifier]}{written}" if span.qualifier else written
