"""Which methods an address takes: all are read with GET; texts to be checked may be posted."""

from __future__ import annotations

from app.errors import MethodNotAllowed

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
