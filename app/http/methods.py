"""Which methods an address takes: all are read with GET; texts to be checked may be posted."""

from __future__ import annotations

from app.errors import MethodNotAllowed
from app.http.responses import CompleteResponse

READ = "GET, HEAD, OPTIONS"
POSTED = {"/v1/check": "GET, HEAD, POST, OPTIONS", "/check": "GET, HEAD, POST, OPTIONS"}


def allowed(path: str) -> str:
    """The methods of an address, as the `Allow` header lists them."""
    return POSTED.get(path, READ)


def not_allowed(method: str, path: str) -> MethodNotAllowed:
    """The problem of a method that an address does not take."""
    methods = allowed(path)
    return MethodNotAllowed(
        f"{method} is not possible here; possible are {methods}.", headers={"Allow": methods}
    )


def preflight(path: str) -> CompleteResponse:
    """What a client of any origin may do at an address: the answer to OPTIONS."""
    methods = allowed(path).encode()
    headers = [
        (b"allow", methods),
        (b"access-control-allow-methods", methods),
        (b"access-control-allow-headers", b"Accept, If-None-Match, Range, If-Range, Content-Type"),
        (b"access-control-max-age", b"86400"),
        (b"vary", b"Access-Control-Request-Headers"),
    ]
    return CompleteResponse(204, headers, b"")
