"""Addresses of sources that do not lead a reader to the page, or that give something away."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterable, Iterator
from urllib.parse import parse_qsl, urlsplit

from app.entries.warning_codes import WarningCode
from app.entries.words import fold
from app.reference.sources import SourceRecord
from app.review.rules import Doubt, Surroundings, given, rule

TRACKERS = re.compile(
    r"(?:utm_\w+|fbclid|gclid|dclid|gbraid|wbraid|msclkid|twclid|ttclid|yclid|igshid|igsh|mc_[ce]id"
    r"|_hsenc|_hsmi|mkt_tok|ref_src|ref_url|cmpid|cid|ocid|ncid|smid|smtyp|xtor|spm|at_\w+"
    r"|guccounter|guce_\w+|share_id|s_cid|WT\.mc_id)",
    re.IGNORECASE,
)
SHORTENERS = frozenset(
    (
        *("bit.ly", "t.co", "tinyurl.com", "goo.gl", "ow.ly", "is.gd", "buff.ly", "lnkd.in"),
        *("dlvr.it", "fb.me", "trib.al", "cutt.ly", "rb.gy", "shorturl.at", "reut.rs", "nyti.ms"),
        *("bbc.in", "cnn.it", "wapo.st", "apne.ws", "youtu.be", "l.facebook.com", "t.me"),
        *("lm.facebook.com", "l.instagram.com", "out.reddit.com", "news.google.com"),
        *("href.li", "t.ly", "tiny.cc", "urldefense.com", "safelinks.protection.outlook.com"),
    )
)
LEADS_ON = re.compile(r"/(?:url|redirect|redir|out|away|link|goto)/?$", re.IGNORECASE)
ARCHIVES = re.compile(
    r"(?:^|\.)(?:archive\.(?:org|today|ph|is|li|vn|md|fo)|perma\.cc|webcitation\.org|ghostarchive\.org"
    r"|webarchive\.[a-z.]+|arquivo\.pt|conifer\.rhizome\.org|loc\.gov|nationalarchives\.gov\.uk"
    r"|cc\.bingj\.com|wayback\.[a-z.]+)$"
)
ADDRESSES = ("url", "archive_url")


def addresses(source: SourceRecord) -> Iterator[tuple[str, str]]:
    """The addresses of a source, with their fields."""
    for name in ADDRESSES:
        address = getattr(source, name)
        if address is not None:
            yield name, address


@rule(WarningCode.url_tracker, "source", when=given("url"))
def url_tracker(source: SourceRecord, _: Surroundings) -> Iterator[Doubt]:
    """An address has what tells a site where its reader came from."""
    for name, address in addresses(source):
        for key, _value in parse_qsl(urlsplit(address).query, keep_blank_values=True):
            if TRACKERS.fullmatch(key):
                yield Doubt((name,), f"has the tracker {key!r}; leave it out")


@rule(WarningCode.url_redirect, "source", when=given("url"))
def url_redirect(source: SourceRecord, _: Surroundings) -> Iterator[Doubt]:
    """An address leads to another one, as those of shorteners and search engines do."""
    parts = urlsplit(source.url or "")
    host = (parts.hostname or "").removeprefix("www.")
    leads = LEADS_ON.search(parts.path) and re.search(r"=https?(?::|%3A)", parts.query)
    if host in SHORTENERS or host.endswith(".safelinks.protection.outlook.com") or leads:
        yield Doubt(("url",), "leads on to another address; write the one at which one arrives")


@rule(WarningCode.url_private, "source", when=given("url"))
def url_private(source: SourceRecord, _: Surroundings) -> Iterator[Doubt]:
    """An address is of a machine or network that others do not reach."""
    for name, address in addresses(source):
        host = urlsplit(address).hostname or ""
        if host.endswith((".local", ".localhost", ".internal", ".lan")) or is_private(host):
            yield Doubt((name,), f"{host} is not reached by others; write a public address")


def is_private(host: str) -> bool:
    """Whether a host is this machine or of a private network."""
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return "." not in host


@rule(WarningCode.url_front_page, "source", when=given("url"))
def url_front_page(source: SourceRecord, _: Surroundings) -> Iterator[Doubt]:
    """An address is that of a whole site, which shows something else tomorrow."""
    parts = urlsplit(source.url or "")
    if parts.path.strip("/") in ("", "index.html", "index.php", "home") and not parts.query:
        yield Doubt(("url",), "is the front page of a site; write the address of the text")


@rule(WarningCode.archive_url, "source", when=given("archive_url"))
def archive_url(source: SourceRecord, _: Surroundings) -> Iterator[Doubt]:
    """The address of the archived copy is of no archive."""
    host = urlsplit(source.archive_url or "").hostname or ""
    if not ARCHIVES.search(host) or source.archive_url == source.url:
        wrong = f"{host} is no archive that is known; write the address of an archived copy"
        yield Doubt(("archive_url",), wrong)


@rule(WarningCode.same_url)
def same_url(sources: Iterable[SourceRecord]) -> Iterator[tuple[str, Doubt]]:
    """Two sources have one address."""
    yield from repeated(sources, "url", lambda source: source.url and page_of(source.url))


def page_of(address: str) -> str:
    """An address without what does not matter: scheme, www, fragment, trackers, last slash."""
    parts = urlsplit(address)
    host = (parts.hostname or "").removeprefix("www.").removeprefix("m.").removeprefix("amp.")
    asked = sorted(
        f"{key}={value}"
        for key, value in parse_qsl(parts.query, keep_blank_values=True)
        if not TRACKERS.fullmatch(key) and key != "amp"
    )
    return f"{host}{parts.path.rstrip('/')}?{'&'.join(asked)}"


@rule(WarningCode.same_source)
def same_source(sources: Iterable[SourceRecord]) -> Iterator[tuple[str, Doubt]]:
    """Two sources have one publisher, title and day."""
    yield from repeated(
        sources, "title", lambda each: (fold(each.publisher), fold(each.title), each.date)
    )


def repeated(
    sources: Iterable[SourceRecord], field: str, key: Callable[[SourceRecord], object]
) -> Iterator[tuple[str, Doubt]]:
    """Each source that has in common with an earlier one what is compared."""
    seen: dict[object, str] = {}
    for source in sources:
        compared = key(source)
        first = seen.setdefault(compared, source.id) if compared else source.id
        if first != source.id:
            wrong = f"is that of {first}, too; keep one of the two sources"
            yield source.id, Doubt((field,), wrong)
