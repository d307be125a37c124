"""The live pages of sources: politely, within bounds, and never from a private address.

One request a second for each host, robots.txt respected (RFC 9309), redirects followed one by one
with every check made again. A name is resolved once and the connection goes to that very address,
so that no answer of a name server can lead into a private network.
"""

from __future__ import annotations

import ipaddress
import socket
import time
from dataclasses import dataclass
from types import TracebackType
from typing import Self
from urllib.robotparser import RobotFileParser

import httpx

from app.evidence.readable import decoded, text_of_html
from app.evidence.texts import NoText
from app.reference.sources import SourceRecord

AGENT = "parley-verify"
HTML_TYPES = frozenset(("text/html", "application/xhtml+xml", ""))
TEXT_TYPES = frozenset(("text/plain",))
# Translators of addresses: a public one of these may stand for a private one.
TRANSLATED = tuple(map(ipaddress.ip_network, ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16")))


@dataclass(frozen=True)
class Bounds:
    """What is asked of a host at most, how long it may take, and the private addresses allowed."""

    pause: float = 1.0
    timeout: float = 10.0
    seconds: float = 30.0
    bytes: int = 5 * 1024 * 1024
    redirects: int = 5
    private: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Page:
    """What came over the wire."""

    status: int
    content_type: str
    charset: str | None
    body: bytes


class PublicOnly(httpx.BaseTransport):
    """Connects to public addresses only, looked at after names are resolved."""

    def __init__(self, private: frozenset[str]):
        self.private = private
        # A connection is kept by its address; another name at that address needs its own.
        limits = httpx.Limits(max_keepalive_connections=0)
        self.inner = httpx.HTTPTransport(limits=limits, trust_env=False)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """One request, to the address that was looked at."""
        host = request.url.host
        address = self.address_of(host, request.url.port or 443)
        pinned = httpx.Request(
            request.method,
            request.url.copy_with(host=address),
            headers=request.headers,
            stream=request.stream,
            extensions={**request.extensions, "sni_hostname": host},
        )
        return self.inner.handle_request(pinned)

    def address_of(self, host: str, port: int) -> str:
        """An address of a host; refuses one of which any address is private."""
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise NoText(f"{host} is not known to the name servers") from error
        addresses = [str(each[4][0]) for each in found]
        for address in addresses:
            if address not in self.private and not is_public(address):
                raise NoText(f"{host} is at the private address {address}")
        return addresses[0]

    def close(self) -> None:
        """Closes every connection."""
        self.inner.close()


def is_public(address: str) -> bool:
    """Whether an address belongs to the public internet."""
    parsed = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return is_public(str(parsed.ipv4_mapped))
        if any(parsed in network for network in TRANSLATED):
            return False
    return parsed.is_global and not parsed.is_multicast


class LivePages:
    """The texts of sources as their pages have them now."""

    def __init__(self, bounds: Bounds):
        self.bounds = bounds
        self.client = httpx.Client(
            transport=PublicOnly(bounds.private),
            timeout=bounds.timeout,
            follow_redirects=False,
            trust_env=False,
            headers={"User-Agent": AGENT, "Accept": "text/html, text/plain;q=0.8, */*;q=0.1"},
        )
        self.robots: dict[str, RobotFileParser] = {}
        self.asked: dict[str, float] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.client.close()

    def text_of(self, source: SourceRecord) -> str:
        """The readable text of a source's page; raises `NoText` where there is none."""
        address = source.url or source.archive_url
        if address is None:
            raise NoText("the source has no address")
        page = self.get(address, respecting_robots=True)
        if page.status != 200:
            raise NoText(f"the page answers {page.status}")
        if page.content_type not in HTML_TYPES | TEXT_TYPES:
            raise NoText(f"the page is {page.content_type}, which is not read")
        text = decoded(page.body, page.charset)
        if page.content_type not in TEXT_TYPES:
            text = text_of_html(text)
        if not text.strip():
            raise NoText("the page has no readable text")
        return text

    def get(self, address: str, *, respecting_robots: bool) -> Page:
        """What stands at an address, at the end of its redirects."""
        try:
            url = httpx.URL(address)
            for _ in range(self.bounds.redirects + 1):
                if respecting_robots:
                    self.ask_robots(url)
                answer = self.one(url)
                if isinstance(answer, Page):
                    return answer
                url = answer
        except httpx.TimeoutException as error:
            raise NoText(f"{address} took too long to answer") from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise NoText(f"{address} cannot be reached ({error})") from error
        raise NoText(f"{address} redirects more than {self.bounds.redirects} times")

    def one(self, url: httpx.URL) -> Page | httpx.URL:
        """One request: a page, or where it has moved to."""
        if url.scheme not in ("http", "https") or not url.host:
            raise NoText(f"{url} is not an address of the web")
        self.wait_for_turn(url.host)
        deadline = time.monotonic() + self.bounds.seconds
        with self.client.stream("GET", url) as response:
            if response.next_request is not None:
                return response.next_request.url
            body = self.body_of(response, deadline)
            content_type = response.headers.get("content-type", "").split(";")[0].strip().lower()
            return Page(response.status_code, content_type, response.charset_encoding, body)

    def body_of(self, response: httpx.Response, deadline: float) -> bytes:
        """The body, unpacked; refuses one that is too large or takes too long."""
        parts: list[bytes] = []
        size = 0
        for part in response.iter_bytes(65536):
            size += len(part)
            if size > self.bounds.bytes:
                raise NoText(f"{response.url} is larger than {self.bounds.bytes:,} bytes")
            if time.monotonic() > deadline:
                raise NoText(f"{response.url} took longer than {self.bounds.seconds:g} seconds")
            parts.append(part)
        return b"".join(parts)

    def wait_for_turn(self, host: str) -> None:
        """Sleeps until the host may be asked again."""
        earliest = self.asked.get(host, 0.0) + self.bounds.pause
        time.sleep(max(0.0, earliest - time.monotonic()))
        self.asked[host] = time.monotonic()

    def ask_robots(self, url: httpx.URL) -> None:
        """Refuses an address that its host's robots.txt closes to us."""
        home = str(url.copy_with(path="/robots.txt", query=None, fragment=None))
        if home not in self.robots:
            self.robots[home] = self.read_robots(home)
        if not self.robots[home].can_fetch(AGENT, str(url)):
            raise NoText(f"robots.txt of {url.host} does not let us read it")

    def read_robots(self, home: str) -> RobotFileParser:
        """The rules of a host: none where it has no file, everything closed where it is broken."""
        rules = RobotFileParser()
        page = self.get(home, respecting_robots=False)
        if page.status == 200:
            rules.parse(page.body.decode("utf-8", "replace").splitlines())
        elif 400 <= page.status < 500:
            rules.parse([])
        else:
            raise NoText(f"{home} answers {page.status}, so that nothing there may be read")
        return rules
