"""The date language: what it accepts, what it refuses and in which words."""

import contextlib
import datetime
import pickle
import warnings
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.entries.dates import (
    DateLanguageError,
    DateSpan,
    Precision,
    Qualifier,
    parse_bound,
    parse_date,
)

# The package warns about its own use of pyparsing while it is imported.
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from edtf import parse_edtf

ACCEPTED = [
    ("2024", date(2024, 1, 1), date(2024, 12, 31), "year", None),
    ("2024-02", date(2024, 2, 1), date(2024, 2, 29), "month", None),
    ("2023-02", date(2023, 2, 1), date(2023, 2, 28), "month", None),
    ("1900-02", date(1900, 2, 1), date(1900, 2, 28), "month", None),
    ("2000-02-29", date(2000, 2, 29), date(2000, 2, 29), "day", None),
    ("2024-02-07", date(2024, 2, 7), date(2024, 2, 7), "day", None),
    ("0001", date(1, 1, 1), date(1, 12, 31), "year", None),
    ("0001-01-01", date(1, 1, 1), date(1, 1, 1), "day", None),
    ("9999-12", date(9999, 12, 1), date(9999, 12, 31), "month", None),
    ("9999-12-31", date(9999, 12, 31), date(9999, 12, 31), "day", None),
    ("2024~", date(2024, 1, 1), date(2024, 12, 31), "year", "approximate"),
    ("2024-02?", date(2024, 2, 1), date(2024, 2, 29), "month", "uncertain"),
    ("2024-02-07%", date(2024, 2, 7), date(2024, 2, 7), "day", "both"),
    ("2024/2025", date(2024, 1, 1), date(2025, 12, 31), "interval", None),
    ("2024/2024", date(2024, 1, 1), date(2024, 12, 31), "interval", None),
    ("2024/2024-02-07", date(2024, 1, 1), date(2024, 2, 7), "interval", None),
    ("2024-02-07/2024-02-07", date(2024, 2, 7), date(2024, 2, 7), "interval", None),
    ("2024-02-07/2024-03", date(2024, 2, 7), date(2024, 3, 31), "interval", None),
    ("2024-02~/2024-03", date(2024, 2, 1), date(2024, 3, 31), "interval", "approximate"),
    ("2024-02/2024-03?", date(2024, 2, 1), date(2024, 3, 31), "interval", "uncertain"),
    ("2024-02?/2024-03?", date(2024, 2, 1), date(2024, 3, 31), "interval", "uncertain"),
    ("2024-02~/2024-03?", date(2024, 2, 1), date(2024, 3, 31), "interval", "both"),
    ("2024-02~/2024-03%", date(2024, 2, 1), date(2024, 3, 31), "interval", "both"),
    ("2024-02-07/..", date(2024, 2, 7), date.max, "open", None),
    ("2024~/..", date(2024, 1, 1), date.max, "open", "approximate"),
]

REFUSED = [
    ("", "'': an empty text; write a year, a month or a day as in 2024, 2024-02 or 2024-02-07"),
    ("yesterday", "'yesterday': not a date; write a year, a month or a day as in 2024"),
    ("Feb 2024", "not a date"),
    ("2024-", "not a date"),
    ("2024-02-", "not a date"),
    ("2024-02-07\x00", "'2024-02-07\\x00': not a date"),
    ("2024 02 07", "not a date"),
    ("2024-002", "not a date"),
    ("\ud800", "'\\ud800': not a date"),
    (" 2024", "' 2024': surrounding spaces; leave them out"),
    ("2024\n", "'2024\\n': surrounding spaces"),
    ("2024\u00a0", "surrounding spaces"),
    ("2024 / 2025", "surrounding spaces"),
    ("٢٠٢٤", "'٢٠٢٤': non-ASCII digits; write the digits 0 to 9"),
    ("2024-0２", "non-ASCII digits"),
    ("2024–02", "a dash; write hyphens (-) as in 2024-02-07"),
    ("2024-02-07T10:00", "'2024-02-07T10:00': a time of day; write the day alone as in 2024-02-07"),
    ("2024-02-07T10:00:00Z", "a time of day"),
    ("2024-02-07 10:00", "a time of day"),
    ("202X", "unspecified digits (X); write only what is known as in 2024 or 2024-02"),
    ("2024-XX", "unspecified digits (X)"),
    ("XXXX-02", "unspecified digits (X)"),
    ("XXXX", "unspecified digits (X)"),
    ("2024-02-0X", "unspecified digits (X)"),
    ("199u", "unspecified digits (X)"),
    ("2024-21", "a season or another part of a year; write its months as in 2024-03/2024-05"),
    ("2024-24~", "a season"),
    ("2024-41", "a season"),
    ("[2024,2025]", "a set; write one date or an interval"),
    ("{2024-02..2024-03}", "a set"),
    ("2024..2025", "'..' that is not an open end"),
    ("2024/..~", "'..' that is not an open end"),
    ("..", "'..' that is not an open end"),
    ("../2024", "'../2024': an open start; write the first day known before '/'"),
    ("/2024", "an open start"),
    ("../..", "an open start"),
    ("/", "an open start"),
    ("2024/", "'2024/': no end; write '..' for an open end: 2024/.."),
    ("2024-02/2024-01", "an interval that ends before it starts; write the earlier date first"),
    ("2025/2024", "an interval that ends before it starts"),
    ("2024-02-07~/2024-02-06~", "an interval that ends before it starts"),
    ("2024-02-07/2024", "an interval whose end may lie before its start"),
    ("2024-02-07/2024-02", "an interval whose end may lie before its start"),
    ("07/02/2024", "more than one '/'"),
    ("2024/2025/2026", "more than one '/'"),
    ("2024-02-30", "'2024-02-30': no such day; 2024-02 has 29 days"),
    ("2023-02-29", "no such day; 2023-02 has 28 days"),
    ("2024-02-00", "no such day"),
    ("2024/2025-02-30", "'2024/2025-02-30': no such day; 2025-02 has 28 days"),
    ("2024-00", "no such month; months run from 01 to 12"),
    ("2024-13", "no such month"),
    ("2024-99-01", "no such month"),
    ("2016-24-11", "no such month; the month stands before the day as in 2016-11-24"),
    ("2016-31-12", "no such month; the month stands before the day as in 2016-12-31"),
    ("2016-24-13", "no such month; months run from 01 to 12"),
    ("0000", "the year 0000; years run from 0001 to 9999"),
    ("0000-02-01", "the year 0000"),
    ("-0001", "a year before 0001"),
    ("Y-12024", "a year before 0001"),
    ("12024", "'12024': a year of more than four digits; years run from 0001 to 9999"),
    ("12024-02", "a year of more than four digits"),
    ("Y12024", "a year of more than four digits"),
    ("20240207", "digits without hyphens"),
    ("202402", "digits without hyphens"),
    ("7 Feb", "a date without its year in four digits; write the year, too"),
    ("March", "a date without its year in four digits"),
    ("Sept 7, 24", "a date without its year in four digits"),
    ("maybe", "not a date"),
    ("7 Febtober 2024", "not a date"),
    ("24", "a year of fewer than four digits"),
    ("7-2-2024", "a year of fewer than four digits; write the year first"),
    ("2024-2", "a month or day of one digit; write two digits as in 2024-02-07"),
    ("2024-02-7", "a month or day of one digit"),
    ("2024~?", "more than one qualifier; write one: ~, ? or % for both"),
    ("2024~-02", "a qualifier that is not at the end; write it last as in 2024-02~"),
    ("?2024", "a qualifier that is not at the end"),
    ("9" * 70, repr("9" * 60 + "…") + ": a year of more than four digits"),
]

REFUSED_BOUNDS = [
    ("2024~", "'2024~': a qualifier; a bound has none: write 2024"),
    ("2024/2025", "'2024/2025': an interval; a bound is one date"),
    ("2024/..", "an interval"),
    ("2024-02-30", "no such day; 2024-02 has 29 days"),
    ("2024-21", "a season"),
    (" 2024", "surrounding spaces"),
    ("", "an empty text"),
]

SIGNS = {
    "": None,
    "~": Qualifier.approximate,
    "?": Qualifier.uncertain,
    "%": Qualifier.both,
}

days = st.dates()
signs = st.sampled_from(sorted(SIGNS))
near_dates = st.text(alphabet="0123456789-/.~?%XxTuYZ:[]{} +\n٢", max_size=24)


def oracle_bounds(text: str) -> tuple[date, date]:
    """Read a date by the edtf package."""
    parsed = parse_edtf(text)
    return date(*parsed.lower_strict()[:3]), date(*parsed.upper_strict()[:3])


def days_of(text: str) -> tuple[date, date]:
    """Read a date as its first and last day."""
    span = parse_date(text)
    return span.start, span.end


@pytest.mark.parametrize(("text", "start", "end", "precision", "qualifier"), ACCEPTED)
def test_a_date_covers_its_days(
    text: str, start: date, end: date, precision: str, qualifier: str | None
) -> None:
    """Every form of the language covers exactly its days, and qualifiers never widen them."""
    expected_qualifier = Qualifier(qualifier) if qualifier else None
    expected = DateSpan(text, start, end, Precision(precision), expected_qualifier)
    assert parse_date(text) == expected


@pytest.mark.parametrize(("text", "message"), REFUSED)
def test_a_text_outside_the_language_is_refused_by_name(text: str, message: str) -> None:
    """A refusal says what was given, what is wrong and what would be right."""
    with pytest.raises(DateLanguageError) as refusal:
        parse_date(text)
    assert message in str(refusal.value)
    assert refusal.value.text == text


@pytest.mark.parametrize("other", [2024, date(2024, 2, 7), b"2024", None])
def test_only_text_is_read(other: object) -> None:
    """What YAML makes of an unquoted date is refused with the advice to quote it."""
    for parse in (parse_date, parse_bound):
        with pytest.raises(DateLanguageError, match=r"not text but .*; write it in quotes"):
            parse(other)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2024", date(2024, 1, 1), date(2024, 12, 31)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2024-02-07", date(2024, 2, 7), date(2024, 2, 7)),
    ],
)
def test_a_bound_is_a_first_and_a_last_day(text: str, first: date, last: date) -> None:
    """A bound takes a year, a month or a day."""
    assert parse_bound(text) == (first, last)


@pytest.mark.parametrize(("text", "message"), REFUSED_BOUNDS)
def test_a_bound_takes_no_interval_and_no_qualifier(text: str, message: str) -> None:
    """A bound refuses what only a date may have, by name."""
    with pytest.raises(DateLanguageError) as refusal:
        parse_bound(text)
    assert message in str(refusal.value)


def test_a_refusal_survives_pickling() -> None:
    """A refusal reaches another process whole."""
    refusal = DateLanguageError("20", "wrong", "right")
    assert str(pickle.loads(pickle.dumps(refusal))) == "'20': wrong; right"


@given(days, signs)
def test_a_day_is_read_as_it_is_written(day: date, sign: str) -> None:
    """Any day, written, is that day again, with its qualifier."""
    text = day.isoformat() + sign
    assert parse_date(text) == DateSpan(text, day, day, Precision.day, SIGNS[sign])


@given(days, days, signs, signs)
def test_an_interval_is_read_as_it_is_written(
    one: date, other: date, first_sign: str, last_sign: str
) -> None:
    """Any two days in order, written as an interval, are its first and last day."""
    first, last = sorted((one, other))
    span = parse_date(f"{first}{first_sign}/{last}{last_sign}")
    assert (span.start, span.end, span.precision) == (first, last, Precision.interval)


@given(days)
def test_a_month_ends_the_day_before_the_next(day: date) -> None:
    """A month starts on its first day, holds each of its days and ends where the next begins."""
    span = parse_date(f"{day:%Y}".zfill(4) + f"-{day:%m}")
    assert span.start == day.replace(day=1)
    assert span.start <= day <= span.end
    assert span.end == date.max or (span.end + datetime.timedelta(days=1)).day == 1


@given(st.text() | near_dates)
def test_any_text_is_read_or_refused(text: str) -> None:
    """No text raises anything but DateLanguageError, and what is read has its days in order."""
    for read in (parse_bound, days_of):
        with contextlib.suppress(DateLanguageError):
            first, last = read(text)
            assert first <= last


@pytest.mark.parametrize(
    "text",
    [
        text
        for text, _, _, precision, qualifier in ACCEPTED
        if precision != "open" and qualifier is None
    ],
)
def test_the_edtf_package_reads_the_same_days(text: str) -> None:
    """Years, months, days and their intervals cover the days that the edtf package gives them."""
    assert days_of(text) == oracle_bounds(text)


@settings(deadline=None, max_examples=25)
@given(st.lists(days, min_size=2, max_size=2), st.sampled_from([4, 7, 10]))
def test_the_edtf_package_agrees_on_any_interval(pair: list[date], length: int) -> None:
    """Two dates of one precision, in order, cover the days that the edtf package gives them."""
    first, last = sorted(day.isoformat()[:length] for day in pair)
    for text in (first, last, f"{first}/{last}"):
        assert days_of(text) == oracle_bounds(text)
