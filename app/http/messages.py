"""HTTP messages: what a request says, and responses, whole or made while they are sent.

A request has header fields, the representation that they ask for, and a query string, which becomes
a validated question, or a problem that names every mistake.
"""

from __future__ import annotations

import asyncio
import re
import tomllib
from collections.abc import AsyncGenerator, Iterable
from contextlib import aclosing
from dataclasses import dataclass
from functools import cache, lru_cache
from html import escape
from importlib.resources import files
from typing import Any, TypeVar, get_origin
from urllib.parse import unquote_to_bytes

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from app.entries.names import nearest
from app.errors import PROBLEM_MEDIA_TYPE, InvalidQuery, Problem, query_error, said_of

HTML, JSON = "text/html", "application/json"
# Codings, the best first: zstd is as small as gzip at a seventh of the time.
CODINGS = (b"zstd", b"gzip")
REFUSED = re.compile(rb";\s*q\s*=\s*0(?:\.0*)?\s*$")
# What is wrong with a parameter that a question does not have.
NO_PARAMETER = "is not a parameter here."


def coding_of(fields: Fields) -> bytes:
    """The best coding that a client accepts; empty for none."""
    value = fields.get(b"accept-encoding")
    return accepted_codings(value)[0] if value is not None else b""


@lru_cache(maxsize=128)
def accepted_codings(value: bytes) -> tuple[bytes, ...]:
    """Those of our codings that a client does not refuse, the best first, and none at all.

    `*` stands for gzip.
    """
    codings = {part.split(b";")[0].strip(): part for part in value.lower().split(b",")}
    accepted = {name for name, part in codings.items() if REFUSED.search(part) is None}
    if b"*" in accepted and b"gzip" not in codings:
        accepted.add(b"gzip")
    return (*(coding for coding in CODINGS if coding in accepted), b"")


def preferred_type(fields: Fields, offered: tuple[str, ...]) -> str:
    """The media type that a client prefers among some; the first where it does not say.

    Empty where it accepts none of them. HTML is chosen where it is preferred to JSON.
    """
    accept = fields.get(b"accept", b"*/*")
    if len(offered) < 2 or accept in (b"*/*", b""):
        return offered[0] if offered else ""
    return negotiated_type(accept.decode("latin-1"), offered)


@lru_cache(maxsize=128)
def negotiated_type(accept: str, offered: tuple[str, ...]) -> str:
    """The same, kept for the headers that browsers send."""
    if accept in offered:
        return accept
    if HTML in offered and quality(accept, HTML) > quality(accept, JSON):
        return HTML
    types = [each for each in offered if each != HTML]
    wanted = [quality(accept, each) for each in types]
    best = max(wanted)
    return types[wanted.index(best)] if best > 0 else ""


def quality(accept: str, media_type: str) -> float:
    """How much an `Accept` header wants a media type, by its most specific range (RFC 9110)."""
    wanted, specific = 0.0, -1
    group = media_type.split("/")[0]
    for part in accept.split(","):
        name, *parameters = [piece.strip() for piece in part.split(";")]
        rank = {media_type: 2, f"{group}/*": 1, "*/*": 0}.get(name.lower(), -1)
        if rank > specific:
            wanted, specific = weight(parameters), rank
    return wanted


def weight(parameters: list[str]) -> float:
    """The q of a media range; what is not a number counts as 0."""
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "q":
            try:
                return float(value)
            except ValueError:
                return 0.0
    return 1.0


def coded_etag(etag: bytes, coding: bytes) -> bytes:
    """The ETag of the same representation in a coding; empty is none."""
    return b'%b-%b"' % (etag[:-1], coding) if coding else etag


def holds_anything(fields: Fields) -> bool:
    """Whether `If-None-Match` is `*`, which matches any answer."""
    return fields.get(b"if-none-match", b"").strip() == b"*"


def holds(fields: Fields, etag: bytes) -> bool:
    """Whether the client has what an ETag names, compared weakly (RFC 9110)."""
    held = fields.get(b"if-none-match")
    if held is None or held == etag:
        return held is not None
    names = {each.strip().removeprefix(b"W/") for each in held.split(b",")}
    return etag in names or names == {b"*"}


Fields = dict[bytes, bytes]


def header_fields(headers: list[tuple[bytes, bytes]]) -> Fields:
    """The headers of a request; several lines of one name are one list (RFC 9110, section 5.3)."""
    fields = dict(headers)
    if len(fields) == len(headers):
        return fields
    fields.clear()
    for name, value in headers:
        fields[name] = fields[name] + b", " + value if name in fields else value
    return fields


MAX_PARAMETERS = 500
# Other clients' way to write a parameter that repeats: `actor[]`, `actor[0]`.
BRACKETS = re.compile(r"\[[0-9]{0,3}\]$")
NO_LETTER = re.compile("[^a-z]")
# What other APIs call our parameters.
OTHER_NAMES = tomllib.loads(
    files("app.http").joinpath("other_names.toml").read_text(encoding="utf-8")
)
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
    fields = model.model_fields.items()
    return frozenset([name for name, field in fields if get_origin(field.annotation) is list])


def explained(
    error: ErrorDetails, model: type[BaseModel], values: dict[str, Any]
) -> dict[str, Any]:
    """One mistake in the words of a client, with the nearest valid value where there is one."""
    name = str(error["loc"][0]) if error["loc"] else ""
    value = error["input"]
    kind, context = error["type"], error.get("ctx", {})
    if kind == "extra_forbidden":
        return query_error(name, values[name], NO_PARAMETER, meant(name, model))
    said = f"{said_of(error)}."
    if kind == "enum":
        choices = str(context["expected"]).replace(" or ", ", ").replace("'", "").split(", ")
        return query_error(name, value, said, nearest(str(value), choices))
    if not name:
        # A mistake about several parameters names the first.
        name, _, said = said.partition(": ")
    return query_error(name, as_written(name, value, values), said)


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


Header = tuple[bytes, bytes]

EXPOSED = (
    b"ETag, Link, Parley-Revision, Cache-Status, Retry-After, Content-Range, Content-Disposition, "
    b"X-Request-Id, RateLimit, RateLimit-Policy"
)
# What every response says, a failure too.
COMMON_HEADERS: list[Header] = [
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", EXPOSED),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"strict-origin-when-cross-origin"),
]
# What a picture may load or run where it is opened as a document of its own: nothing.
SVG_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
# A problem in a frame, where the record cannot be asked how a page of it looks.
PROBLEM_PAGE = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>{0}</title>'
    '<body style="font:1rem/1.5 system-ui,sans-serif;margin:1rem"><p><b>{0}</b></p><p>{1}</p>'
)
FRAMED: list[Header] = [
    (b"content-type", b"text/html; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"content-security-policy", SVG_POLICY.encode()),
]
OF_BODY = frozenset((b"content-type", b"content-length", b"content-encoding"))


class CompleteResponse(Response):
    """A complete response, whose headers are bytes already.

    Starlette's own encoding of headers takes longer than reading an entry.
    """

    def __init__(self, status: int, headers: list[Header], body: bytes):
        self.status_code = status
        self.raw_headers = headers
        self.body = body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Sends it, and notes that it is complete: what may be kept in memory."""
        del receive
        scope["state"]["complete"] = True
        await send_whole(send, self.status_code, self.raw_headers, bytes(self.body))


def complete(status: int, headers: Iterable[Header], body: bytes) -> CompleteResponse:
    """A response that says how long its body is."""
    return CompleteResponse(status, [*headers, (b"content-length", b"%d" % len(body))], body)


async def send_whole(send: Send, status: int, headers: list[Header], body: bytes) -> None:
    """Sends a response in two messages."""
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def is_frame(scope: Scope) -> bool:
    """Whether a page is asked for that is shown within a page of another origin."""
    accept: bytes = scope["state"]["fields"].get(b"accept", b"")
    return scope["path"].startswith("/embed/") and b"text/html" in accept


def not_modified(headers: Iterable[Header]) -> CompleteResponse:
    """A 304 in the place of a 200 with these headers."""
    return CompleteResponse(304, without_body(headers), b"")


def without_body(headers: Iterable[Header]) -> list[Header]:
    """Headers without those that only a response with a body has."""
    return [header for header in headers if header[0] not in OF_BODY]


def problem_response(
    problem: Problem, body: bytes | None = None, scope: Scope | None = None
) -> CompleteResponse:
    """A problem document (RFC 9457), which nobody keeps; its own body or another edition of it.

    Where it is shown in a frame, it is text.
    """
    own = [(name.lower().encode(), value.encode()) for name, value in problem.headers.items()]
    if scope is not None and is_frame(scope):
        shown = PROBLEM_PAGE.format(escape(problem.title), escape(problem.detail))
        return complete(problem.status, [*FRAMED, *own], shown.encode())
    headers = [
        (b"content-type", PROBLEM_MEDIA_TYPE.encode()),
        (b"cache-control", b"no-store"),
        *own,
    ]
    return complete(problem.status, headers, problem.body() if body is None else body)


@dataclass(slots=True)
class StreamedResponse:
    """A response whose body is made part by part: an ASGI application that sends it.

    After the client has gone away nothing more is sent. The body is not ended, as it is incomplete.
    """

    status: int
    headers: list[Header]
    parts: AsyncGenerator[bytes]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status, "headers": self.headers})
        if scope["method"] == "HEAD":
            await send({"type": "http.response.body", "body": b""})
            return
        gone = asyncio.create_task(disconnected(receive))
        try:
            async with aclosing(self.parts) as parts:
                async for part in parts:
                    if gone.done():
                        return
                    if part:
                        await send({"type": "http.response.body", "body": part, "more_body": True})
            await send({"type": "http.response.body", "body": b""})
        finally:
            gone.cancel()


async def disconnected(receive: Receive) -> None:
    """Waits until the client goes away."""
    while (await receive())["type"] != "http.disconnect":
        pass
