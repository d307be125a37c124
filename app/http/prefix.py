"""Addresses below a path: what `PUBLIC_URL` has after its host, and a proxy in front takes away.

Everything inside writes addresses from the root, stored documents too. Where there is such a path,
it is put before them when they are answered.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.http.messages import Header
from app.kinds import RECORD_TYPES

# Where addresses stand in HTML, JSON, CSV, scripts and headers. What stands before `/` and after
# the first step of a path tells them from parts of longer addresses and from words of a text.
LISTS = "|".join(kind.plural for kind in RECORD_TYPES.values()).encode()
PAGES = LISTS + (
    rb"|\.well-known|assets|cards|check|compare|docs|embed|embed\.js|favicon\.ico|guide|health|"
    rb"llms(?:-full)?\.txt|mcp|metrics|oembed|openapi(?:-full)?\.json|opensearch\.xml|problems|"
    rb"reference|robots\.txt|sitemap\.xml|timeline|watch"
)
END = rb"(?=[/?#\"'<>()&,;|`\s\\]|$)"
ADDRESS = re.compile(
    rb"(?:(?<=[\"'(<>,;|`\s])|^)(?:/(?=v1" + END + rb")"
    # What an embedding page says is below the prefix already, and a JSON Pointer is no address.
    rb"|(?<!data-show=\")(?<!data-show=&#34;)(?<!\"path\":\")(?<!\"from\":\")"
    rb"/(?=(?:" + PAGES + rb")" + END + rb"))"
    # The first page has no step.
    rb"|(?<=href=\")/(?=[\"?#])|(?<=\"html\":\")/(?=\")"
)
PROBLEM = b"application/problem+json"
TEXTS = (
    b"text/",
    b"image/svg",
    b"application/javascript",
    b"application/json",
    b"application/ld+json",
    b"application/vnd.parley",
    b"application/x-ndjson",
    PROBLEM,
)
OF_ADDRESSES = frozenset((b"location", b"link"))
# Their addresses are relative to the server that they name.
DESCRIPTIONS = ("/openapi.json", "/openapi-full.json")


def prefix_of(public_url: str) -> bytes:
    """The path of the public URL, without a slash at its end."""
    return urlsplit(public_url).path.encode()


def prefixed(text: bytes, prefix: bytes) -> bytes:
    """A text with a prefix before each address in it."""
    return ADDRESS.sub(prefix + b"/", text) if prefix else text


class Prefixed:
    """An ASGI application with a prefix before the addresses in the answers of another one."""

    def __init__(self, app: ASGIApp, prefix: bytes, texts: tuple[bytes, ...] = TEXTS):
        self.app = app
        self.prefix = prefix
        self.texts = texts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in DESCRIPTIONS:
            await self.app(scope, receive, send)
            return
        start: Message | None = None

        async def prefixing(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                start = message
                return
            if start is not None:
                started, start = start, None
                if not message.get("more_body", False):
                    message = {**message, "body": self.whole(started, message.get("body", b""))}
                await send({**started, "headers": [*map(self.header, started["headers"])]})
            await send(message)

        await self.app(scope, receive, prefixing)

    def header(self, header: Header) -> Header:
        name, value = header
        return name, prefixed(value, self.prefix) if name in OF_ADDRESSES else value

    def whole(self, start: Message, body: bytes) -> bytes:
        """A whole body, which becomes longer where it is a text with addresses."""
        fields = dict(start["headers"])
        is_text = fields.get(b"content-type", b"").startswith(self.texts)
        if not body or not is_text or b"content-encoding" in fields:
            return body
        body = prefixed(body, self.prefix)
        others = [header for header in start["headers"] if header[0] != b"content-length"]
        start["headers"] = [*others, (b"content-length", b"%d" % len(body))]
        return body
