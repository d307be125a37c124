"""From a raw query string to a validated question, or to a problem that names every mistake."""

from __future__ import annotations

import re
from functools import cache
from typing import Any, TypeVar, get_origin
from urllib.parse import unquote_to_bytes

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from app.entries.names import nearest
from app.errors import InvalidQuery, query_error

MAX_PARAMETERS = 500
# Other clients' way to write a parameter that repeats: `actor[]`, `actor[0]`.
BRACKETS = re.compile(r"\[[0-9]{0,3}\]$")
NO_LETTER = re.compile("[^a-z]")
# What other APIs call our parameters, without what is no letter: `per_page` is `perpage`.
OTHER_NAMES = {
    "q": "search text query keyword keywords term terms word words phrase",
    "start_date": "from since after start startdate begin datefrom fromdate mindate",
    "recorded_since": "since updatedsince modifiedsince",
    "end_date": "to until till before end enddate dateto todate maxdate",
    "date": "year month day on when",
    "cursor": "page offset skip pagetoken",
    "limit": "perpage size pagesize max maxresults rows",
    "sort": "order orderby sortby",
    "kind": "type types kinds",
    "event_type": "type",
    "speaker": "author by person",
    "actor": "person who",
    "topic": "tag tags category subject",
    "source": "publisher outlet",
    "fields": "select columns",
    "format": "output",
    "language": "lang locale",
}
# What is not there as it is meant: percent-encoded, a space as `+`, or not ASCII.
ENCODED = re.compile(rb"[%+\x80-\xff]")
Q = TypeVar("Q", bound=BaseModel)


def read_question(model: type[Q], query: bytes) -> tuple[Q, list[tuple[str, str]]]:
    """The question of a query string, and its parameters as written."""
    if not query:
        return empty_question(model), []
    parameters = read_parameters(query)
    lists = list_fields(model)
    values: dict[str, Any] = {}
    for name, value in parameters:
        if name in lists:
            values.setdefault(name, []).append(value)
        elif name in values:
            raise InvalidQuery.of(name, value, "is given twice; give it once.")
        else:
            values[name] = value
    return validated(model, values), parameters


def validated(model: type[Q], values: dict[str, Any]) -> Q:
    """The question of some values."""
    try:
        return model.model_validate(values)
    except ValidationError as invalid:
        errors = [explained(error, model, values) for error in invalid.errors(include_url=False)]
        raise InvalidQuery(errors) from invalid


@cache
def empty_question(model: type[Q]) -> Q:
    """A question without parameters; it is frozen, so that one is enough."""
    return validated(model, {})


def read_parameters(query: bytes) -> list[tuple[str, str]]:
    """The name-value pairs of a query string, in order."""
    pairs = query.split(b"&", MAX_PARAMETERS)
    if len(pairs) > MAX_PARAMETERS:
        raise InvalidQuery.of(
            "query", f"{len(pairs)} or more", f"has more than {MAX_PARAMETERS} parameters."
        )
    read = decoded if ENCODED.search(query) else bytes.decode
    parameters = []
    for pair in filter(None, pairs):
        name, _, value = pair.partition(b"=")
        parameters.append((BRACKETS.sub("", read(name)), read(value)))
    return parameters


def decoded(part: bytes) -> str:
    """A percent-encoded part as text; it has to be UTF-8."""
    try:
        plain = part.decode("ascii")
        return unquote_to_bytes(plain.replace("+", " ")).decode("utf-8")
    except UnicodeDecodeError as error:
        shown = part[:60].decode("ascii", "backslashreplace")
        raise InvalidQuery.of("query", shown, "is not percent-encoded UTF-8.") from error


@cache
def list_fields(model: type[BaseModel]) -> frozenset[str]:
    """The fields that may be given several times."""
    return frozenset(
        name for name, field in model.model_fields.items() if get_origin(field.annotation) is list
    )


def explained(
    error: ErrorDetails, model: type[BaseModel], values: dict[str, Any]
) -> dict[str, Any]:
    """One mistake in the words of a client, with the nearest valid value where there is one."""
    name = str(error["loc"][0]) if error["loc"] else ""
    value = error["input"]
    kind, context = error["type"], error.get("ctx", {})
    if kind == "extra_forbidden":
        return query_error(name, values[name], "is not a parameter here.", meant(name, model))
    if kind == "enum":
        expected = str(context["expected"])
        choices = expected.replace(" or ", ", ").replace("'", "").split(", ")
        return query_error(name, value, f"must be {expected}.", nearest(str(value), choices))
    if kind == "value_error":
        message = str(context["error"])
        if not name:
            # A mistake about several parameters names the first.
            name, _, message = message.partition(": ")
        return query_error(name, as_written(name, value, values), message.rstrip(".") + ".")
    return query_error(name, as_written(name, value, values), f"{error['msg']}.")


def meant(name: str, model: type[BaseModel]) -> list[str]:
    """The parameters that a name may mean: those that others call so, else the nearest spelling."""
    known = list(model.model_fields)
    asked = NO_LETTER.sub("", name.lower())
    called_so = [ours for ours, others in OTHER_NAMES.items() if asked in others.split()]
    return [ours for ours in called_so if ours in known] or nearest(name, known)


def as_written(name: str, value: Any, values: dict[str, Any]) -> str:
    """The value of a parameter in the words of the client; that of a repeated one, joined."""
    if isinstance(value, str):
        return value
    given = values.get(name, "")
    return given if isinstance(given, str) else ",".join(given)
