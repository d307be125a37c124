"""Dates and numbers as the language of the record writes them, by the data of Unicode (CLDR)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_interval, format_skeleton
from babel.numbers import format_decimal

from app.entries.dates import date_in_words, parse_date

# English as most of the world writes it: 7 February 2024.
ENGLISH = Locale.parse("en_001")
SIGNS = {"approximate": "~ ", "uncertain": "? ", "both": "% "}


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


def days_of(written: str) -> dict[str, Any]:
    """A date of the date language as the document of an entry has it."""
    span = parse_date(written)
    return {
        "start_date": span.start.isoformat(),
        "end_date": span.last_day and span.last_day.isoformat(),
        "date_precision": span.precision,
        "date_qualifier": span.qualifier,
    }


def written_date(locale: Locale, entry: Mapping[str, Any]) -> str:
    """The date of an entry in words; in other languages than English with the signs of EDTF."""
    if locale.language == "en":
        return date_in_words(entry)
    first, precision = date.fromisoformat(entry["start_date"]), entry["date_precision"]
    if precision in ("year", "month"):
        skeleton = "y" if precision == "year" else "yMMMM"
        written = format_skeleton(skeleton, first, locale=locale)
    elif precision == "open":
        written = f"{format_date(first, 'long', locale)} –"
    elif entry["end_date"] == entry["start_date"]:
        written = format_date(first, "long", locale)
    else:
        last = date.fromisoformat(entry["end_date"])
        written = format_interval(first, last, "yMMMMd", locale=locale)
    return SIGNS.get(entry["date_qualifier"], "") + written
