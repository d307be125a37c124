"""The date language: which texts are dates, and which days each of them covers.

It is a closed part of EDTF (ISO 8601-2): a year, month or day; `a/b` of these; `a/..` for an open
end; each with a trailing `~`, `?` or `%`. To explain one more refusal: one row in refusals.toml.

Dates as people write them are read, too: "7 February 2024" is `2024-02-07`. They must name the
month: whether 07/02/2024 is in February or in July is a guess.
"""

from __future__ import annotations

import calendar
import datetime
import re
from calendar import day_name, month_name
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from app.data_files import read_toml

OPEN_END = ".."
SHOWN_CHARACTERS = 60
# Parsed dates are cached: a record repeats few of them, and a question reads each three times.
KEPT_DATES = 16384


class DateLanguageError(ValueError):
    """A text outside the date language: the `text`, what is `wrong`, and what would be `right`."""

    def __init__(self, text: object, wrong: str, right: str) -> None:
        super().__init__(text, wrong, right)
        self.text, self.wrong, self.right = text, wrong, right

    def __str__(self) -> str:
        shown = _cut(self.text) if isinstance(self.text, str) else self.text
        return f"{shown!r}: {self.wrong}; {self.right}"


class Precision(StrEnum):
    """How exactly a date was given."""

    day = "day"
    month = "month"
    year = "year"
    interval = "interval"
    open = "open"


class Qualifier(StrEnum):
    """How sure a date is: `~` approximate, `?` uncertain, `%` both."""

    approximate = "approximate"
    uncertain = "uncertain"
    both = "both"


QUALIFIER_SIGNS = {
    "~": Qualifier.approximate,
    "?": Qualifier.uncertain,
    "%": Qualifier.both,
}


@dataclass(frozen=True, slots=True)
class DateSpan:
    """A date as curated, with its first and last day, both inclusive.

    `end` is `datetime.date.max` for an open end. A qualifier never widens the days; an interval has
    the qualifier of its parts, and `both` where they differ.
    """

    text: str
    start: datetime.date
    end: datetime.date
    precision: Precision
    qualifier: Qualifier | None

    @property
    def last_day(self) -> datetime.date | None:
        """The last day; None for an open end."""
        return None if self.precision is Precision.open else self.end

    @property
    def is_inexact(self) -> bool:
        """Whether the exact days are not known: the date is a month, a year, or qualified."""
        known = self.precision not in (Precision.month, Precision.year)
        return self.qualifier is not None or not known


# Dimension and value of the index term of entries whose exact days are not known.
INEXACT = ("dated", "inexact")


DATE = re.compile(r"(?!0000)([0-9]{4})(?:-(0[1-9]|1[0-2])(?:-([0-9]{2}))?)?([~?%])?")
INTERVAL = re.compile(r"(?!\.\./)([^/]+)/([^/]+)")
FORMS = "write a year, a month or a day as in 2024, 2024-02 or 2024-02-07"
# Why a text is no interval, and why a part of one is no date: what is wrong, and what would be
# right, by the pattern that matches.
REFUSALS = {
    what: {re.compile(each["pattern"]): (each["wrong"], each["right"]) for each in rows}
    for what, rows in read_toml("entries/refusals.toml").items()
}


def parse_date(text: str) -> DateSpan:
    """Read one date, `a`, `a/b` or `a/..`; raise DateLanguageError for anything else."""
    # YAML reads an unquoted 2024 as a number and an unquoted 2024-02-07 as a date.
    if not isinstance(text, str):
        kind = type(text).__name__
        raise DateLanguageError(text, f"not text but {kind}", "write it in quotes as '2024-02-07'")
    return _parse(text)


def parse_bound(text: str) -> tuple[datetime.date, datetime.date]:
    """Read a year, month or day, without a qualifier, as its first and last day.

    Raises DateLanguageError for anything else.
    """
    if "/" in str(text):
        raise DateLanguageError(text, "an interval", f"a bound is one date: {FORMS}")
    span = parse_date(text)
    if span.qualifier is not None:
        raise DateLanguageError(text, "a qualifier", f"a bound has none: write {text[:-1]}")
    return span.start, span.end


@lru_cache(maxsize=KEPT_DATES)
def _parse(text: str) -> DateSpan:
    if "/" not in text:
        return _parse_part(text, text)
    interval = INTERVAL.fullmatch(text)
    if interval is None:
        raise _refused("intervals", text, text)
    first = _parse_part(interval[1], text)
    if interval[2] == OPEN_END:
        return DateSpan(text, first.start, datetime.date.max, Precision.open, first.qualifier)
    last = _parse_part(interval[2], text)
    _refuse_reversed(first, last, text)
    qualifiers = {each.qualifier for each in (first, last) if each.qualifier is not None}
    qualifier = Qualifier.both if len(qualifiers) > 1 else next(iter(qualifiers), None)
    return DateSpan(text, first.start, last.end, Precision.interval, qualifier)


def _parse_part(part: str, text: str) -> DateSpan:
    match = DATE.fullmatch(part)
    if match is None:
        raise _refused("dates", part, text)
    year, month, day, sign = match.groups()
    last_month = int(month or 12)
    days = calendar.monthrange(int(year), last_month)[1]
    if day and not 1 <= int(day) <= days:
        raise DateLanguageError(text, "no such day", f"{year}-{month} has {days} days")
    start = datetime.date(int(year), int(month or 1), int(day or 1))
    end = datetime.date(int(year), last_month, int(day or days))
    precision = Precision.day if day else Precision.month if month else Precision.year
    return DateSpan(part, start, end, precision, QUALIFIER_SIGNS.get(sign))


def _refuse_reversed(first: DateSpan, last: DateSpan, text: str) -> None:
    right = "write the earlier date first"
    if last.end < first.start:
        raise DateLanguageError(text, "an interval that ends before it starts", right)
    if last.start < first.start:
        wrong = "an interval whose end may lie before its start"
        raise DateLanguageError(text, wrong, "write the end as exactly as the start")


def _refused(what: str, part: str, text: str) -> DateLanguageError:
    found = next(filter(None, (pattern.search(part) for pattern in REFUSALS[what])))
    wrong, right = REFUSALS[what][found.re]
    return DateLanguageError(text, wrong, found.expand(right))


def _cut(text: str) -> str:
    return text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]}…"


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
        rf"{MONTH},?{BETWEEN}(?:(?:of|in)\s+)?{YEAR}",
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
# What the words before a date add to it in the date language.
QUALIFIER_WORDS = {
    Qualifier.approximate: "about",
    Qualifier.uncertain: "probably",
    Qualifier.both: "probably about",
}
ENDINGS = {QUALIFIER_WORDS[qualifier]: sign for sign, qualifier in QUALIFIER_SIGNS.items()}
ENDINGS |= dict.fromkeys(("from", "since"), f"/{OPEN_END}")
LEADING = re.compile(r"(probably about|about|probably|from|since|on|in|during)\s+", re.IGNORECASE)
BETWEEN_DATES = re.compile(r"\s+(?:to|[-–])\s+")
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
    leading = LEADING.match(given)
    word, dated = (leading[1].lower(), given[leading.end() :]) if leading else ("", given)
    ending = ENDINGS.get(word, "")
    if not ending and (days := _first_match(DAYS_OF_MONTH, dated)):
        month = _month(days)
        return f"{month}-{int(days['day']):02}/{month}-{int(days['last']):02}"
    parts = [dated] if ending else BETWEEN_DATES.split(dated, maxsplit=1)
    dates = [_one_date(part) for part in parts]
    return "/".join(filter(None, dates)) + ending if all(dates) else text


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
