"""Dates as people write them, from and to the date language: "7 February 2024" is `2024-02-07`.

What is read must name its month: whether 07/02/2024 is in February or in July is a guess.
"""

from __future__ import annotations

import datetime
import re
from calendar import day_name, month_name
from collections.abc import Mapping
from typing import Any

from app.entries.dates import OPEN_END, DateLanguageError, parse_bound

MONTHS = {
    form: number
    for number, name in enumerate(month_name)
    if number
    for form in (name.lower(), name[:3].lower(), *(["sept"] if number == 9 else []))
}
MONTH = rf"(?P<month>{'|'.join(sorted(MONTHS, key=len, reverse=True))})\.?"
DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
YEAR = r"(?P<year>\d{4})"
BETWEEN = r"[\s./-]+"
WEEKDAY = rf"(?:(?:{'|'.join(f'{name}|{name[:3]}' for name in day_name)})\.?,?\s+)?"
WRITTEN = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"{WEEKDAY}(?:the\s+)?{DAY}{BETWEEN}(?:of\s+)?{MONTH},?{BETWEEN}{YEAR}",
        rf"{WEEKDAY}{MONTH}{BETWEEN}(?:the\s+)?{DAY},?\s+{YEAR}",
        rf"{MONTH},?{BETWEEN}(?:of\s+)?{YEAR}",
        rf"{YEAR}{BETWEEN}{MONTH}{BETWEEN}{DAY}",
        rf"{YEAR}[./-](?P<number>\d{{1,2}})[./-]{DAY}",
    )
)
LAST_DAY = r"(?P<last>\d{1,2})(?:st|nd|rd|th)?"
TO = r"\s*(?:to|and|[-–])\s*"
DAYS_OF_MONTH = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"{DAY}{TO}{LAST_DAY}\s+(?:of\s+)?{MONTH},?\s+{YEAR}",
        rf"{MONTH}\s+{DAY}{TO}{LAST_DAY},?\s+{YEAR}",
    )
)
# A year, month or day that is in the date language already, as nearly all are.
PLAIN = re.compile(r"\d{4}(?:-\d{2}){0,2}")
PREPOSITION = re.compile(r"(?:on|in|during)\s+", re.IGNORECASE)
OPEN_START = re.compile(r"(?:from|since)\s+", re.IGNORECASE)
QUALIFIED = re.compile(r"(?P<sign>probably about|about|probably)\s+(?P<date>.+)", re.IGNORECASE)
SIGNS = {"about": "~", "probably": "?", "probably about": "%"}
QUALIFIERS = {"approximate": "about ", "uncertain": "probably ", "both": "probably about "}
NUMBERS_ONLY = re.compile(r"\d{1,2}[/.-]\d{1,2}[/.-](?:\d{2}|\d{4})")


def in_date_language(text: str) -> str:
    """The date that a text writes, in the date language; any other text as it is.

    Raises DateLanguageError for a date in which only the order of numbers tells the month.
    """
    if PLAIN.fullmatch(text):
        return text
    given = " ".join(text.split())
    if NUMBERS_ONLY.fullmatch(given):
        wrong = "a date of which the month is a guess"
        raise DateLanguageError(text, wrong, "write 2024-02-07 or 7 February 2024")
    if opened := OPEN_START.match(given):
        start = _one_date(given[opened.end() :])
        return f"{start}/{OPEN_END}" if start is not None else text
    qualified = QUALIFIED.fullmatch(given)
    if qualified is not None:
        date = _one_date(qualified["date"])
        return f"{date}{SIGNS[qualified['sign'].lower()]}" if date is not None else text
    given = PREPOSITION.sub("", given, count=1)
    if days := _first_match(DAYS_OF_MONTH, given):
        month = _month(days)
        return f"{month}-{int(days['day']):02}/{month}-{int(days['last']):02}"
    parts = [_one_date(part) for part in re.split(r"\s+(?:to|[-–])\s+", given, maxsplit=1)]
    return "/".join(filter(None, parts)) if all(parts) else text


def readable_bound(text: str) -> str:
    """The year, month or day in the date language, from what people write."""
    bound = in_date_language(text)
    parse_bound(bound)
    return bound


def _one_date(text: str) -> str | None:
    found = _first_match(WRITTEN, text)
    if not found:
        return None
    return f"{_month(found)}-{int(found['day']):02}" if "day" in found else _month(found)


def _first_match(patterns: tuple[re.Pattern[str], ...], text: str) -> dict[str, str]:
    match = next(filter(None, (pattern.fullmatch(text) for pattern in patterns)), None)
    return match.groupdict() if match is not None else {}


def _month(found: dict[str, str]) -> str:
    number = found.get("number") or MONTHS[found["month"].lower()]
    return f"{found['year']}-{int(number):02}"


def date_in_words(entry: Mapping[str, Any]) -> str:
    """The date of an entry's document in words; uncertain ones say so."""
    first = datetime.date.fromisoformat(entry["start_date"])
    before = QUALIFIERS.get(entry["date_qualifier"] or "", "")
    precision = entry["date_precision"]
    if precision == "year":
        return f"{before}{first.year}"
    if precision == "month":
        return f"{before}{month_name[first.month]} {first.year}"
    if precision == "open":
        return f"{before}from {_day_in_words(first)}"
    last = datetime.date.fromisoformat(entry["end_date"])
    days = dict.fromkeys((_day_in_words(first), _day_in_words(last)))
    return before + " to ".join(days)


def _day_in_words(day: datetime.date) -> str:
    return f"{day.day} {month_name[day.month]} {day.year}"
