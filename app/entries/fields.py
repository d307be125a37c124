"""The validated types of what curators write: texts, ids, dates, numbers, addresses."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, NoReturn
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PlainValidator,
)
from pydantic import StringConstraints as Text

from app.entries.dates import Precision, parse_date

SLUG_PATTERN = r"^[a-z0-9]+(?:-[a-z0-9]+)*$"
DECIMAL = re.compile(r"-?[0-9]{1,30}(?:\.[0-9]{1,30})?")
LARGEST_NUMBER = 10**15
# Control characters but line ends, those that turn the direction of text, and lone surrogates.
HIDDEN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def without_controls(text: str) -> str:
    """Refuses control characters, bidi controls and lone surrogates."""
    hidden = HIDDEN.search(text)
    if hidden is not None:
        raise ValueError(
            f"has the control character U+{ord(hidden[0]):04X} at position {hidden.start() + 1}; "
            "remove it"
        )
    return text


# Parameters that hold a key to what they lead to.
SECRET = re.compile(
    r"[?&#](access_token|api_?key|auth_token|passw(?:or)?d|secret|session_?id|sig"
    r"|x-(?:amz|goog)-(?:credential|security-token|signature))=",
    re.IGNORECASE,
)
USER = re.compile(r"https?://[^/?#]*@")


def without_credentials(address: str) -> str:
    """Refuses a web address that names a user, a password or a key: the record is public.

    Raises `ValueError` for a host or port that is none, too.
    """
    _ = urlsplit(address).port
    if USER.match(address):
        raise ValueError("has a user or a password before @; remove it, as the record is public")
    secret = SECRET.search(address)
    if secret is not None:
        raise ValueError(
            f"has a key in its parameter {secret[1]}; give the address without it, as the record "
            "is public"
        )
    return address


def valid_date(text: str) -> str:
    """Raises `DateLanguageError` for a text outside the date language."""
    parse_date(text)
    return text


def whole_day(text: str) -> str:
    """Refuses a month, a year, an interval and a day that is not certain."""
    span = parse_date(text)
    if span.precision is not Precision.day or span.qualifier is not None:
        raise ValueError(f"must be one day, as in 2024-02-07, not {text!r}")
    return text


def read_flag(value: Any) -> Any:
    """Reads `true` and `false`; refuses `no`, `off`, 0 and all else."""
    if value in ("true", "false"):
        return value == "true"
    if isinstance(value, bool):
        return value
    raise ValueError(f"must be true or false, not {value!r}")


def read_number(value: Any) -> Any:
    """A decimal number; text such as `1e3` or `0x10` is refused."""
    if isinstance(value, str) and DECIMAL.fullmatch(value):
        value = float(value) if "." in value else int(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"must be a plain number such as 45 or 4.5, not {value!r}")
    # Beyond this, a float no longer represents every whole number.
    if abs(value) > LARGEST_NUMBER:
        raise ValueError(f"must lie between -10^15 and 10^15, not be {value!r}")
    return value


def without_outer_space(text: str) -> str:
    """Refuses white space around the words of a source, as they must not be changed."""
    if text != text.strip():
        raise ValueError(
            "begins or ends with white space, and the words of a source are not changed in "
            "silence; write the words alone (after `>-`, where they take several lines)"
        )
    return text


def once(key: Callable[[Any], object] = lambda item: item) -> AfterValidator:
    """Refuses a list with the same item twice."""

    def each_once(items: tuple[Any, ...]) -> tuple[Any, ...]:
        if len(items) < 2:
            return items
        keys = [key(item) for item in items]
        for number, each in enumerate(keys):
            if (first := keys.index(each)) < number:
                raise ValueError(f"item {number + 1} repeats item {first + 1}; keep one of them")
        return items

    return AfterValidator(each_once)


def never_written(reason: str) -> BeforeValidator:
    """Refuses whatever a seed file gives for a field, with the reason."""

    def refuse(_: object) -> NoReturn:
        raise ValueError(reason)

    return BeforeValidator(refuse)


@dataclass(frozen=True)
class RefersTo:
    """Marks a field that holds the id of a record of this kind.

    Validation looks the record up; documents show its summary, or a link below `/v1/{plural}`.
    """

    kind: str
    plural: str


Slug = Annotated[str, Text(pattern=SLUG_PATTERN, max_length=120), Field(examples=["a-name-2024"])]
ActorId = Annotated[Slug, RefersTo("actor", "actors")]
TopicId = Annotated[Slug, RefersTo("topic", "topics")]
SourceId = Annotated[Slug, RefersTo("source", "sources")]
EventId = Annotated[Slug, RefersTo("event", "events")]
# An entry of any kind.
EntryId = Annotated[Slug, RefersTo("entry", "entries")]
ProposalId = Annotated[Slug, RefersTo("proposal", "proposals")]
# White space around our own words is removed; around the words of a source it is refused.
Line = Annotated[
    str,
    Text(min_length=1, max_length=1000, strip_whitespace=True),
    AfterValidator(without_controls),
]
Prose = Annotated[
    str,
    Text(min_length=1, max_length=20_000, strip_whitespace=True),
    AfterValidator(without_controls),
]
Verbatim = Annotated[
    str,
    Text(min_length=1, max_length=20_000),
    AfterValidator(without_controls),
    AfterValidator(without_outer_space),
]
Edtf = Annotated[
    str,
    AfterValidator(valid_date),
    Field(
        examples=["2024-02-07", "2024-02~", "2024", "2024-02-06/2024-02-08", "2024-02-06/.."],
        json_schema_extra={"format": "edtf"},
    ),
]
Day = Annotated[
    str,
    AfterValidator(whole_day),
    Field(examples=["2024-02-07"], json_schema_extra={"format": "date"}),
]
Flag = Annotated[bool, BeforeValidator(read_flag)]
Number = Annotated[int | float, PlainValidator(read_number, json_schema_input_type=int | float)]
Whole = Annotated[int, BeforeValidator(read_number)]
Count = Annotated[Whole, Field(ge=0)]
Language = Annotated[
    str,
    Text(pattern=r"^[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*$"),
    Field(examples=["en", "he", "zh-Hant"]),
]
WebAddress = Annotated[
    str,
    Text(pattern=r'^https?://[^\s<>"]+$', max_length=2000),
    Field(examples=["https://example.org/2024/02/07/page"]),
    AfterValidator(without_controls),
    AfterValidator(without_credentials),
]
FormerIds = Annotated[tuple[Slug, ...], once()]
