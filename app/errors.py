"""Every error Parley raises on purpose, drawn as one tree, and its form on the wire.

    ParleyError
    ├── DatabaseUnusable      the database is missing, older, newer or broken; says what to do
    ├── SeedRefused           the seed files or the seeding cannot go through; nothing was loaded
    └── Problem               an answer to a client, as application/problem+json (RFC 9457)
        ├── BadRequest        400, what is no HTTP
        ├── InvalidQuery      422, names the parameter, the value and the nearest valid one
        ├── NotFound          404
        ├── Gone              410, the entry was in the record and was removed
        ├── MethodNotAllowed  405
        ├── NotAcceptable     406
        ├── RequestTimeout    408, the request did not come to its end
        ├── LengthRequired    411
        ├── TooLarge          413
        ├── TooLong           414
        ├── UnsupportedMedia  415
        ├── NoSuchRange       416, with the length of what there is
        ├── Misdirected       421
        ├── TooMany           429, with Retry-After
        ├── HeadersTooLarge   431
        ├── Unavailable       503, with Retry-After
        └── Moved             308, from a former id

To add an error: one class here, with its status and its stable type.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.resources import files
from typing import Any

import orjson

PROBLEM_MEDIA_TYPE = "application/problem+json"


class ParleyError(Exception):
    """Anything Parley refuses or cannot do, with a message fit to be shown."""


class DatabaseUnusable(ParleyError):
    """The database cannot be served as it is; the message names the remedy."""


class SeedRefused(ParleyError):
    """A seeding that was refused as a whole; the database is what it was before."""


@contextmanager
def needs_extra(extra: str, what: str) -> Iterator[None]:
    """Refuses `what` where a package of an extra, which is imported within, is missing."""
    try:
        yield
    except ModuleNotFoundError as missing:
        remedy = f"pip install 'parley[{extra}]'"
        raise ParleyError(f"{what} needs the extra: {remedy}.") from missing


class Problem(ParleyError):
    """An error answer. `status`, `type` and `title` are fixed for each class, the detail is not."""

    status = 500
    type = "internal-error"
    title = "Something went wrong on our side"

    def __init_subclass__(cls, **fixed: Any):
        for name, value in fixed.items():
            setattr(cls, name, value)

    def __init__(self, detail: str, *, headers: Mapping[str, str] | None = None, **members: Any):
        super().__init__(detail)
        self.detail = detail
        self.headers = dict(headers or {})
        self.members = {name: value for name, value in members.items() if value is not None}

    def document(self) -> dict[str, Any]:
        """The members of the problem document, in the order of RFC 9457."""
        return {
            "type": f"/problems/{self.type}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            **self.members,
        }

    def body(self) -> bytes:
        """The problem document as JSON bytes."""
        return orjson.dumps(self.document())


class BadRequest(Problem, status=400, type="bad-request", title="This is not a request"):
    """What the server cannot read as HTTP."""


class InvalidQuery(
    Problem, status=422, type="invalid-query", title="The question cannot be asked as it is"
):
    """A question that cannot be asked; `errors` lists every parameter that is wrong."""

    def __init__(self, errors: Sequence[Mapping[str, Any]]):
        detail = " ".join(str(error["detail"]) for error in errors)
        super().__init__(detail, errors=list(errors))

    @classmethod
    def of(
        cls, parameter: str, value: Any, detail: str, nearest: Sequence[str] = ()
    ) -> InvalidQuery:
        """One wrong parameter, with up to three of the nearest valid values."""
        return cls([query_error(parameter, value, detail, nearest)])


def query_error(
    parameter: str, value: Any, detail: str, nearest: Sequence[str] = ()
) -> dict[str, Any]:
    """One member of `errors`: parameter, value, what is wrong, and the nearest valid values."""
    shown = shorten(value)
    hint = f" Did you mean {' or '.join(repr(name) for name in nearest)}?" if nearest else ""
    error = {"parameter": parameter, "value": shown, "detail": f"{parameter}: {detail}{hint}"}
    return {**error, "nearest": list(nearest)} if nearest else error


# What is said of a value that is not valid, by pydantic's type of error and with its context.
WORDS = tomllib.loads(files("app").joinpath("errors.toml").read_text(encoding="utf-8"))


def said_of(error: Mapping[str, Any]) -> str:
    """What a validation error says of a value, without a full stop."""
    words = WORDS.get(error["type"])
    said = str(error["msg"]) if words is None else words.format_map(error.get("ctx", {}))
    return said.rstrip(".")


def shorten(value: Any, limit: int = 100) -> str:
    """The value as text that is safe to repeat in an answer: bounded, no lone surrogates."""
    text = str(value).encode("utf-8", "replace").decode("utf-8")
    return text if len(text) <= limit else text[: limit - 1] + "…"


class NotFound(Problem, status=404, type="not-found", title="There is nothing at this address"):
    """No such path, or no entry of that id."""


class Gone(Problem, status=410, type="gone", title="This was removed from the record"):
    """The id was in the record and was removed from it."""


class MethodNotAllowed(
    Problem, status=405, type="method-not-allowed", title="This address cannot be used in that way"
):
    """Only reading is possible over HTTP."""


class NotAcceptable(
    Problem, status=406, type="not-acceptable", title="There is no such representation"
):
    """No representation that the client accepts."""


class RequestTimeout(
    Problem, status=408, type="request-timeout", title="The request did not come to its end"
):
    """A request that did not come to its end."""


class LengthRequired(
    Problem, status=411, type="length-required", title="The length of the body is missing"
):
    """A body whose length is not said."""


class TooLarge(Problem, status=413, type="content-too-large", title="The body is too long"):
    """A body longer than any question needs."""


class Misdirected(
    Problem, status=421, type="misdirected-request", title="This host is not served here"
):
    """A host name that is not served here."""


class TooMany(Problem, status=429, type="too-many-requests", title="You ask too often"):
    """A client asks more often than it may."""

    def __init__(self, wait: int):
        super().__init__(f"Ask again in {wait} seconds.", headers={"Retry-After": str(wait)})


class HeadersTooLarge(
    Problem, status=431, type="headers-too-large", title="The headers are too long"
):
    """Headers longer than any question needs."""


class UnsupportedMedia(
    Problem,
    status=415,
    type="unsupported-media-type",
    title="The body has a form that is not read here",
):
    """A body in a form that is not read here."""


class TooLong(Problem, status=414, type="uri-too-long", title="The address is too long"):
    """A URL longer than any question needs."""


class NoSuchRange(Problem, status=416, type="no-such-range", title="The file has no such part"):
    """A part of a file that the file does not have; `Content-Range` says how long it is."""

    def __init__(self, size: int):
        super().__init__(
            f"The file has {size} bytes; ask for a part of it, as in `Range: bytes=0-1023`.",
            headers={"Content-Range": f"bytes */{size}"},
        )


class Unavailable(
    Problem, status=503, type="unavailable", title="The record cannot answer this now"
):
    """The answer cannot be given now; `Retry-After` says when to ask again."""

    def __init__(self, detail: str, *, retry_after: int = 5, **members: Any):
        super().__init__(detail, headers={"Retry-After": str(retry_after)}, **members)


class Moved(Problem, status=308, type="moved", title="The id has changed"):
    """A former id; the answer points to the present one."""

    def __init__(self, location: str):
        super().__init__(f"This is now at {location}.", headers={"Location": location})


PROBLEMS: tuple[type[Problem], ...] = (*Problem.__subclasses__(), Problem)
