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
from typing import NamedTuple, NoReturn

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


class Refusal(NamedTuple):
    """Why a text is refused: the pattern that it matches, what is wrong, what would be right."""

    pattern: re.Pattern[str]
    wrong: str
    right: str


DATE = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?([~?%])?")
FORMS = "write a year, a month or a day as in 2024, 2024-02 or 2024-02-07"

REFUSALS = [
    Refusal(re.compile(each["pattern"]), each["wrong"], each["right"])
    for each in read_toml("entries/refusals.toml")["refusals"]
]


def parse_date(text: str) -> DateSpan:
    """Read one date, `a`, `a/b` or `a/..`; raise DateLanguageError for anything else."""
    _refuse_other_than_text(text)
    return _parse(text)


@lru_cache(maxsize=KEPT_DATES)
def _parse(text: str) -> DateSpan:
    start, slash, end = text.partition("/")
    if not slash:
        return _parse_part(text, text)
    return _parse_interval(start, end, text)


def parse_bound(text: str) -> tuple[datetime.date, datetime.date]:
    """Read a year, month or day, without a qualifier, as its first and last day.

    Raises DateLanguageError for anything else.
    """
    _refuse_other_than_text(text)
    return _parse_bound(text)


@lru_cache(maxsize=KEPT_DATES)
def _parse_bound(text: str) -> tuple[datetime.date, datetime.date]:
    if "/" in text:
        raise DateLanguageError(text, "an interval", f"a bound is one date: {FORMS}")
    span = _parse_part(text, text)
    if span.qualifier is not None:
        raise DateLanguageError(text, "a qualifier", f"a bound has none: write {text[:-1]}")
    return span.start, span.end


def _parse_interval(start: str, end: str, text: str) -> DateSpan:
    _refuse_interval_form(start, end, text)
    first = _parse_part(start, text)
    if end == OPEN_END:
        return DateSpan(text, first.start, datetime.date.max, Precision.open, first.qualifier)
    last = _parse_part(end, text)
    _refuse_reversed(first, last, text)
    qualifier = _joint_qualifier(first.qualifier, last.qualifier)
    return DateSpan(text, first.start, last.end, Precision.interval, qualifier)


def _parse_part(part: str, text: str) -> DateSpan:
    match = DATE.fullmatch(part)
    if match is None:
        _refuse_part(part, text)
    year, month, day, sign = match.groups()
    _refuse_no_such_day(year, month, day, text)
    first, last = datetime.date(int(year), int(month or 1), int(day or 1)), int(month or 12)
    end = datetime.date(int(year), last, int(day or calendar.monthrange(int(year), last)[1]))
    precision = Precision.day if day else Precision.month if month else Precision.year
    return DateSpan(part, first, end, precision, QUALIFIER_SIGNS.get(sign))


def _joint_qualifier(first: Qualifier | None, last: Qualifier | None) -> Qualifier | None:
    if first is None or last is None:
        return first or last
    return first if first is last else Qualifier.both


def _refuse_other_than_text(text: object) -> None:
    # YAML reads an unquoted 2024 as a number and an unquoted 2024-02-07 as a date.
    if not isinstance(text, str):
        kind = type(text).__name__
        raise DateLanguageError(text, f"not text but {kind}", "write it in quotes as '2024-02-07'")


def _refuse_interval_form(start: str, end: str, text: str) -> None:
    if "/" in end:
        raise DateLanguageError(text, "more than one '/'", f"{FORMS}, or two of them around '/'")
    if start in ("", OPEN_END):
        raise DateLanguageError(text, "an open start", "write the first day known before '/'")
    if not end:
        raise DateLanguageError(text, "no end", f"write '..' for an open end: {_cut(start)}/..")


def _refuse_reversed(first: DateSpan, last: DateSpan, text: str) -> None:
    right = "write the earlier date first"
    if last.end < first.start:
        raise DateLanguageError(text, "an interval that ends before it starts", right)
    if last.start < first.start:
        wrong = "an interval whose end may lie before its start"
        raise DateLanguageError(text, wrong, "write the end as exactly as the start")


def _refuse_part(part: str, text: str) -> NoReturn:
    refusal = next(refusal for refusal in REFUSALS if refusal.pattern.search(part))
    raise DateLanguageError(text, refusal.wrong, refusal.right)


def _refuse_no_such_day(year: str, month: str | None, day: str | None, text: str) -> None:
    if year == "0000":
        raise DateLanguageError(text, "the year 0000", "years run from 0001 to 9999")
    if month is None:
        return
    if day is None and 21 <= int(month) <= 41:
        right = "write its months as in 2024-03/2024-05"
        raise DateLanguageError(text, "a season or another part of a year", right)
    if not 1 <= int(month) <= 12:
        right = "months run from 01 to 12"
        if day is not None and 1 <= int(day) <= 12 and 13 <= int(month) <= 31:
            right = f"the month stands before the day as in {year}-{day}-{month}"
        raise DateLanguageError(text, "no such month", right)
    days = calendar.monthrange(int(year), int(month))[1]
    if day is not None and not 1 <= int(day) <= days:
        raise DateLanguageError(text, "no such day", f"{year}-{month} has {days} days")


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


def date_in_words(span: DateSpan) -> str:
    """A date in words; uncertain ones say so."""
    before = QUALIFIERS.get(span.qualifier or "", "")
    if span.precision is Precision.year:
        return f"{before}{span.start.year}"
    if span.precision is Precision.month:
        return f"{before}{month_name[span.start.month]} {span.start.year}"
    if span.precision is Precision.open:
        return f"{before}from {_day_in_words(span.start)}"
    days = dict.fromkeys((_day_in_words(span.start), _day_in_words(span.end)))
    return before + " to ".join(days)


def _day_in_words(day: datetime.date) -> str:
    return f"{day.day} {month_name[day.month]} {day.year}"
