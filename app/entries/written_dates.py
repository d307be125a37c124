"""Dates as people write them, in the date language: "7 February 2024" is `2024-02-07`.

A month must be named: whether 07/02/2024 is in February or in July is a guess.
"""

from __future__ import annotations

import re
from calendar import day_name, month_name

from app.entries.dates import OPEN_END, DateLanguageError

MONTHS = {
    form: number
    for number, name in enumerate(month_name)
    if number
    for form in (name.lower(), name[:3].lower(), *(["sept"] if number == 9 else []))
}
MONTH = rf"(?P<month>{'|'.join(sorted(MONTHS, key=len, reverse=True))})\.?"
DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
YEAR = r"(?P<year>\d{4})"
WEEKDAY = rf"(?:(?:{'|'.join(f'{name}|{name[:3]}' for name in day_name)})\.?,?\s+)?"
WRITTEN = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"{WEEKDAY}(?:the\s+)?{DAY}\s+(?:of\s+)?{MONTH},?\s+{YEAR}",
        rf"{WEEKDAY}{MONTH}\s+(?:the\s+)?{DAY},?\s+{YEAR}",
        rf"{MONTH},?\s+(?:of\s+)?{YEAR}",
    )
)
QUALIFIED = re.compile(r"(?P<sign>probably about|about|probably)\s+(?P<date>.+)", re.IGNORECASE)
SIGNS = {"about": "~", "probably": "?", "probably about": "%"}
NUMBERS_ONLY = re.compile(r"\d{1,2}[/.-]\d{1,2}[/.-](?:\d{2}|\d{4})")


def in_date_language(text: str) -> str:
    """The date that a text writes, in the date language; any other text as it is.

    Raises DateLanguageError for a date in which only the order of numbers tells the month.
    """
    given = " ".join(text.split())
    if NUMBERS_ONLY.fullmatch(given):
        wrong = "a date of which the month is a guess"
        raise DateLanguageError(text, wrong, "write 2024-02-07 or 7 February 2024")
    if given.lower().startswith("from "):
        start = _one_date(given[5:])
        return f"{start}/{OPEN_END}" if start is not None else text
    qualified = QUALIFIED.fullmatch(given)
    if qualified is not None:
        date = _one_date(qualified["date"])
        return f"{date}{SIGNS[qualified['sign'].lower()]}" if date is not None else text
    parts = [_one_date(part) for part in re.split(r"\s+(?:to|[-–])\s+", given, maxsplit=1)]
    return "/".join(filter(None, parts)) if all(parts) else text


def _one_date(text: str) -> str | None:
    match = next(filter(None, (pattern.fullmatch(text) for pattern in WRITTEN)), None)
    if match is None:
        return None
    found = match.groupdict()
    month = f"{match['year']}-{MONTHS[match['month'].lower()]:02}"
    return f"{month}-{int(found['day']):02}" if "day" in found else month
