"""What a request asks of its representation: media type, coding, and what the client has already.

Several lines of one header are one list (RFC 9110, section 5.3).
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from starlette.types import Scope

HTML, JSON = "text/html", "application/json"
# Codings, the best first: zstd is as small as gzip at a seventh of the time.
CODINGS = (b"zstd", b"gzip")
REFUSED = re.compile(rb";\s*q\s*=\s*0(?:\.0*)?\s*$")


class Preferences(NamedTuple):
    """The headers by which a representation is chosen."""

    accept: str
    codings: tuple[bytes, ...]
    """Those of our codings that the client accepts, the best first."""
    held: str | None
    """The ETags of `If-None-Match`."""

    @property
    def coding(self) -> bytes:
        """The best coding that the client accepts; empty for none."""
        return self.codings[0] if self.codings else b""


def preferences_of(scope: Scope) -> Preferences:
    """The preferences of a request, read once."""
    state = scope["state"]
    read: Preferences | None = state.get("preferences")
    if read is None:
        read = state["preferences"] = read_preferences(scope["headers"])
    return read


def read_preferences(headers: list[tuple[bytes, bytes]]) -> Preferences:
    """The preferences that headers state."""
    accept = codings = held = None
    for name, value in headers:
        if name == b"accept":
            accept = value if accept is None else accept + b"," + value
        elif name == b"accept-encoding":
            codings = value if codings is None else codings + b"," + value
        elif name == b"if-none-match":
            held = value if held is None else held + b"," + value
    return Preferences(
        "" if accept is None else accept.decode("latin-1"),
        () if codings is None else accepted_codings(codings),
        None if held is None else held.decode("latin-1"),
    )


@lru_cache(maxsize=128)
def accepted_codings(value: bytes) -> tuple[bytes, ...]:
    """Those of our codings that an `Accept-Encoding` does not refuse; `*` stands for gzip."""
    codings = {part.split(b";")[0].strip(): part for part in value.lower().split(b",")}
    accepted = {name for name, part in codings.items() if REFUSED.search(part) is None}
    if b"*" in accepted and b"gzip" not in codings:
        accepted.add(b"gzip")
    return tuple(coding for coding in CODINGS if coding in accepted)


def preferred_type(accept: str, offered: tuple[str, ...]) -> str:
    """The media type that `Accept` prefers among some; the first where it does not say.

    Empty where it accepts none of them. HTML is chosen where it is preferred to JSON.
    """
    if len(offered) < 2 or accept in ("", "*/*"):
        return offered[0] if offered else ""
    return negotiated_type(accept, offered)


@lru_cache(maxsize=128)
def negotiated_type(accept: str, offered: tuple[str, ...]) -> str:
    """The same, kept for the headers that browsers send."""
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
        name, *parameters = (piece.strip() for piece in part.split(";"))
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


def coded_etag(etag: str, coding: bytes) -> str:
    """The ETag of the same representation in a coding; empty is none."""
    return f'{etag[:-1]}-{coding.decode()}"' if coding else etag


def is_held(held: str | None, etag: str) -> bool:
    """Whether the client has what an ETag names, compared weakly; `*` names it, too (RFC 9110)."""
    if held is None:
        return False
    names = {each.strip().removeprefix("W/") for each in held.split(",")}
    return etag in names or names == {"*"}
