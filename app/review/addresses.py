"""Addresses of sources that do not lead a reader to the page, or that give something away."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Hashable, Iterator
from fnmatch import translate
from urllib.parse import parse_qsl, urlsplit

from app.entries.words import fold
from app.reference.registry import Reference
from app.reference.sources import SourceRecord
from app.review.rules import VOCABULARY, Query, Surroundings, doubt, repeated, rule, when_given

TRACKERS, REDIRECTS, ARCHIVES, PRIVATE = (
    re.compile("|".join(map(translate, VOCABULARY[name].split())), re.IGNORECASE)
    for name in ("trackers", "redirects", "archives", "private")
)
LEADS_ON = re.compile(r"/(?:url|redirect|redir|out|away|link|goto)/?$", re.IGNORECASE)
ADDRESSES = ("url", "archive_url")


def addresses(source: SourceRecord) -> Iterator[tuple[str, str]]:
    """The addresses of a source, with their fields."""
    for name in ADDRESSES:
        address = getattr(source, name)
        if address is not None:
            yield name, address


@rule("url-tracker", "source", when=when_given("url"))
def url_tracker(source: SourceRecord, _: Surroundings) -> Iterator[Query]:
    """An address has what tells a site where its reader came from."""
    for name, address in addresses(source):
        for key, _value in parse_qsl(urlsplit(address).query, keep_blank_values=True):
            if TRACKERS.match(key):
                yield doubt("url-tracker", (name,), key=key)


@rule("url-redirect", "source", when=when_given("url"))
def url_redirect(source: SourceRecord, _: Surroundings) -> Iterator[Query]:
    """An address leads to another one, as those of shorteners and search engines do."""
    parts = urlsplit(source.url or "")
    host = (parts.hostname or "").removeprefix("www.")
    leads = LEADS_ON.search(parts.path) and re.search(r"=https?(?::|%3A)", parts.query)
    if REDIRECTS.match(host) or leads:
        yield doubt("url-redirect", ("url",))


@rule("url-private", "source", when=when_given("url"))
def url_private(source: SourceRecord, _: Surroundings) -> Iterator[Query]:
    """An address is of a machine or network that others do not reach."""
    for name, address in addresses(source):
        host = urlsplit(address).hostname or ""
        if PRIVATE.match(host) or is_private(host):
            yield doubt("url-private", (name,), host=host)


def is_private(host: str) -> bool:
    """Whether a host is this machine or of a private network."""
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return "." not in host


@rule("url-front-page", "source", when=when_given("url"))
def url_front_page(source: SourceRecord, _: Surroundings) -> Iterator[Query]:
    """An address is that of a whole site, which shows something else tomorrow."""
    parts = urlsplit(source.url or "")
    if parts.path.strip("/") in ("", "index.html", "index.php", "home") and not parts.query:
        yield doubt("url-front-page", ("url",))


@rule("archive-url", "source", when=when_given("archive_url"))
def archive_url(source: SourceRecord, _: Surroundings) -> Iterator[Query]:
    """The address of the archived copy is of no archive."""
    host = urlsplit(source.archive_url or "").hostname or ""
    if not ARCHIVES.match(host) or source.archive_url == source.url:
        yield doubt("archive-url", ("archive_url",), host=host)


@rule("same-url", "references")
def same_url(reference: Reference) -> Iterator[Query]:
    """Two sources have one address."""
    yield from repeated_address(
        reference, "url", lambda source: source.url and page_address_of(source.url)
    )


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


@rule("same-source", "references")
def same_source(reference: Reference) -> Iterator[Query]:
    """Two sources have one publisher, title and day."""
    yield from repeated_address(
        reference, "title", lambda each: (fold(each.publisher), fold(each.title), each.date)
    )


def repeated_address(
    reference: Reference, field: str, key: Callable[[SourceRecord], Hashable]
) -> Iterator[Query]:
    """Each source that has in common with an earlier one what is compared."""
    keyed = ((key(each), each.id) for each in reference.sources.values())
    for source, first in repeated(each for each in keyed if each[0] is not None):
        yield doubt("repeated-source", (field,), source, "source", first=first)
