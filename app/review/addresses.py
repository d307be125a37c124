"""Addresses of sources that do not lead a reader to the page, or that give something away."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from fnmatch import translate
from urllib.parse import parse_qsl, urlsplit

from app.entries.words import fold
from app.reference.registry import Reference
from app.reference.sources import SourceRecord
from app.review.doubts import VOCABULARY, Query, Surroundings, doubt, repeated

TRACKERS, REDIRECTS, ARCHIVES, PRIVATE = (
    re.compile("|".join(map(translate, VOCABULARY[name].split())), re.IGNORECASE)
    for name in ("trackers", "redirects", "archives", "private")
)
LEADS_ON = re.compile(r"/(?:url|redirect|redir|out|away|link|goto)/?$", re.IGNORECASE)
ADDRESSES = ("url", "archive_url")


def reader_addresses(source: SourceRecord, _: Surroundings) -> Iterator[Query]:
    """An address is not the one that a reader of the source needs."""
    for name in ADDRESSES:
        parts = urlsplit(getattr(source, name) or "")
        for key, _value in parse_qsl(parts.query, keep_blank_values=True):
            if TRACKERS.match(key):
                yield doubt("url-tracker", (name,), key=key)
        host = parts.hostname or ""
        if parts.scheme and (PRIVATE.match(host) or is_private(host)):
            yield doubt("url-private", (name,), host=host)


def page_of_source(source: SourceRecord, _: Surroundings) -> Iterator[Query]:
    """An address leads on to another one, or to a whole site."""
    if source.url is None:
        return
    parts = urlsplit(source.url)
    leads = LEADS_ON.search(parts.path) and re.search(r"=https?(?::|%3A)", parts.query)
    if REDIRECTS.match((parts.hostname or "").removeprefix("www.")) or leads:
        yield doubt("url-redirect", ("url",))
    if parts.path.strip("/") in ("", "index.html", "index.php", "home") and not parts.query:
        yield doubt("url-front-page", ("url",))


def is_private(host: str) -> bool:
    """Whether a host is this machine or of a private network."""
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return "." not in host


def archived_address(source: SourceRecord, _: Surroundings) -> Iterator[Query]:
    """The address of the archived copy is of no archive."""
    if source.archive_url is not None:
        host = urlsplit(source.archive_url).hostname or ""
        if not ARCHIVES.match(host) or source.archive_url == source.url:
            yield doubt("archive-url", ("archive_url",), host=host)


def same_sources(reference: Reference) -> Iterator[Query]:
    """Two sources have one address, or one publisher, title and day."""
    sources = reference.sources.values()
    urls = ((page_address_of(each.url), each.id) for each in sources if each.url is not None)
    titles = (((fold(each.publisher), fold(each.title), each.date), each.id) for each in sources)
    for code, field, keyed in (("same-url", "url", urls), ("same-source", "title", titles)):
        for source, first in repeated(keyed):
            yield doubt(code, (field,), source, "source", first=first)


def page_address_of(address: str) -> str:
    """An address without what does not matter: scheme, www, fragment, trackers, last slash."""
    parts = urlsplit(address)
    host = (parts.hostname or "").removeprefix("www.").removeprefix("m.").removeprefix("amp.")
    asked = sorted(
        f"{key}={value}"
        for key, value in parse_qsl(parts.query, keep_blank_values=True)
        if not TRACKERS.match(key) and key != "amp"
    )
    return f"{host}{parts.path.rstrip('/')}?{'&'.join(asked)}"
