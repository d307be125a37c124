"""What a request asks of its representation: media type, coding, and what the client has already.

Nothing here knows what is represented.
"""

from __future__ import annotations

import re
from functools import lru_cache

from app.http.fields import Fields

HTML, JSON = "text/html", "application/json"
# Codings, the best first: zstd is as small as gzip at a seventh of the time.
CODINGS = (b"zstd", b"gzip")
REFUSED = re.compile(rb";\s*q\s*=\s*0(?:\.0*)?\s*$")


def codings_of(fields: Fields) -> tuple[bytes, ...]:
    """Those of our codings that a client accepts, the best first."""
    value = fields.get(b"accept-encoding")
    return accepted_codings(value) if value is not None else ()


def coding_of(fields: Fields) -> bytes:
    """The best coding that a client accepts; empty for none."""
    codings = codings_of(fields)
    return codings[0] if codings else b""


@lru_cache(maxsize=128)
def accepted_codings(value: bytes) -> tuple[bytes, ...]:
    """Those of our codings that an `Accept-Encoding` does not refuse; `*` stands for gzip."""
    codings = {part.split(b";")[0].strip(): part for part in value.lower().split(b",")}
    accepted = {name for name, part in codings.items() if REFUSED.search(part) is None}
    if b"*" in accepted and b"gzip" not in codings:
        accepted.add(b"gzip")
    return tuple(coding for coding in CODINGS if coding in accepted)


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


def coded_etag(etag: bytes, coding: bytes) -> bytes:
    """The ETag of the same representation in a coding; empty is none."""
    return b'%b-%b"' % (etag[:-1], coding) if coding else etag


def holds_anything(fields: Fields) -> bool:
    """Whether `If-None-Match` is `*`: whatever there is."""
    return fields.get(b"if-none-match", b"").strip() == b"*"


def holds(fields: Fields, etag: bytes) -> bool:
    """Whether the client has what an ETag names, compared weakly (RFC 9110)."""
    held = fields.get(b"if-none-match")
    if held is None or held == etag:
        return held is not None
    names = {each.strip().removeprefix(b"W/") for each in held.split(b",")}
    return etag in names or names == {b"*"}
