"""Fetches the live pages of sources, within limits and never from a private address.

It sends one request a second to each host, respects robots.txt (RFC 9309), and checks every
redirect like the first URL. A name is resolved once, and the connection goes to the address that
was checked, so that a name server cannot lead it into a private network.
"""

from __future__ import annotations

import asyncio
import gzip
import socket
import subprocess
import sys
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import Self
from urllib.robotparser import RobotFileParser

import httpx
import zstandard

from app.config import Settings
from app.evidence import readable
from app.evidence.addresses import is_public
from app.evidence.texts import NoText
from app.reference.sources import SourceRecord

AGENT = "parley-verify"
FORMS = {"text/html": "html", "application/xhtml+xml": "html", "": "html", "text/plain": "plain"}
# RFC 9659: the most memory that a page in zstd may ask of its reader.
ZSTD_WINDOW = 8 * 1024 * 1024


@dataclass(frozen=True)
class Bounds:
    """Limits for fetching a page, and the private addresses that are allowed.

    `seconds` limits a page with its redirects and robots.txt, `timeout` each step, and `bytes` a
    page before and after decompression.
    """

    pause: float = 1.0
    timeout: float = 10.0
    seconds: float = 30.0
    bytes: int = 5 * 1024 * 1024
    redirects: int = 5
    private: frozenset[str] = frozenset()


@dataclass(frozen=True)
class FetchedPage:
    """A fetched page at the address where redirects ended, with its body decompressed."""

    url: str
    status: int
    content_type: str
    charset: str | None
    body: bytes


class PublicOnly(httpx.AsyncHTTPTransport):
    """Connects only to public addresses, which are checked after name resolution."""

    def __init__(self, private: frozenset[str]):
        # A connection is kept by its address; another name at that address needs its own.
        super().__init__(limits=httpx.Limits(max_keepalive_connections=0), trust_env=False)
        self.private = private

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Sends a request to the address that was checked."""
        host = request.url.host
        address = await self.address_of(host, request.url.port or 443)
        # A redirect is relative to the request as it was, with the name of the host.
        pinned = httpx.Request(
            request.method,
            request.url.copy_with(host=address),
            headers=request.headers,
            stream=request.stream,
            extensions={**request.extensions, "sni_hostname": host},
        )
        return await super().handle_async_request(pinned)

    async def address_of(self, host: str, port: int) -> str:
        """An address of a host; raises `NoText` if any of its addresses is private."""
        loop = asyncio.get_running_loop()
        try:
            found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise NoText(f"{host} is not known to the name servers") from error
        addresses = [str(each[4][0]) for each in found]
        for address in addresses:
            if address not in self.private and not is_public(address):
                raise NoText(f"{host} is at the private address {address}")
        return addresses[0]


class LivePages:
    """The texts of sources as their pages have them now."""

    def __init__(self, bounds: Bounds):
        self.bounds = bounds
        # A loop bounds the whole time of a page, whatever it is that takes long.
        self.runner = asyncio.Runner()
        self.client = httpx.AsyncClient(
            transport=PublicOnly(bounds.private),
            timeout=bounds.timeout,
            trust_env=False,
            headers={
                "User-Agent": AGENT,
                "Accept": "text/html, text/plain;q=0.8, */*;q=0.1",
                "Accept-Encoding": "gzip",
            },
        )
        self.robots: dict[str, RobotFileParser] = {}
        self.asked: dict[str, float] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.runner.run(self.client.aclose())
        self.runner.close()

    def text_of(self, source: SourceRecord) -> str:
        """The readable text of a source's page; raises `NoText` where there is none."""
        address = source.url or source.archive_url
        if address is None:
            raise NoText("the source has no address")
        return self.readable(self.page_at(address))

    def page_at(self, address: str) -> FetchedPage:
        """The page at an address; raises `NoText` where there is none."""
        seconds = self.bounds.seconds
        try:
            page = self.runner.run(asyncio.wait_for(self.get(address), seconds))
        except TimeoutError as error:
            raise NoText(f"{address} took longer than {seconds:g} seconds") from error
        if page.status != 200:
            raise NoText(f"the page answers {page.status}")
        return page

    def readable(self, page: FetchedPage) -> str:
        """The text of a page that a reader sees; raises `NoText` where there is none."""
        text = self.read_by(readable.__file__, page).decode("utf-8", "surrogatepass")
        if not text.strip():
            raise NoText("the page has no readable text")
        return text

    def read_by(self, program: str, page: FetchedPage, *more: str) -> bytes:
        """What a program makes of a page, in a process that is ended past its time.

        The program gets the form of the page, its charset (perhaps empty), and `more`.
        """
        if page.content_type not in FORMS:
            raise NoText(f"the page is {page.content_type}, which is not read")
        arguments = [FORMS[page.content_type], page.charset or "", *more]
        try:
            done = subprocess.run(
                [sys.executable, "-P", program, *arguments],
                input=page.body,
                capture_output=True,
                timeout=self.bounds.timeout,
                check=True,
            )
        except subprocess.TimeoutExpired as error:
            raise NoText(f"the page takes over {self.bounds.timeout:g} seconds to read") from error
        except subprocess.CalledProcessError as error:
            ended = f"its reader ended with {error.returncode}"
            raise NoText(f"the page cannot be read ({ended})") from error
        return done.stdout

    async def get(self, address: str, *, respecting_robots: bool = True) -> FetchedPage:
        """The page at an address, after redirects."""
        try:
            url = httpx.URL(address)
            for _ in range(self.bounds.redirects + 1):
                if respecting_robots:
                    await self.ask_robots(url)
                answer = await self.request(url)
                if isinstance(answer, FetchedPage):
                    return answer
                url = answer
        except httpx.TimeoutException as error:
            raise NoText(f"{address} took too long to answer") from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise NoText(f"{address} cannot be reached ({error})") from error
        raise NoText(f"{address} redirects more than {self.bounds.redirects} times")

    async def request(self, url: httpx.URL) -> FetchedPage | httpx.URL:
        """Sends one request; returns the page, or the URL of a redirect."""
        if url.scheme not in ("http", "https") or not url.host:
            raise NoText(f"{url} is not an address of the web")
        self.wait_for_turn(url.host)
        async with self.client.stream("GET", url) as response:
            if response.next_request is not None:
                return response.next_request.url
            body = self.unpacked(response, await self.body_of(response))
            content_type = response.headers.get("content-type", "").split(";")[0].strip().lower()
            charset = response.charset_encoding
            return FetchedPage(str(url), response.status_code, content_type, charset, body)

    async def body_of(self, response: httpx.Response) -> bytes:
        """The body as sent; raises `NoText` if it is too large."""
        body = bytearray()
        async for part in response.aiter_raw():
            body += part
            if len(body) > self.bounds.bytes:
                raise self.too_large(response)
        return bytes(body)

    def unpacked(self, response: httpx.Response, body: bytes) -> bytes:
        """The decompressed body; raises `NoText` if it is too large at any step."""
        for coding in reversed(response.headers.get_list("content-encoding", split_commas=True)):
            unpack = UNPACKERS.get(coding.lower().removeprefix("x-"))
            if unpack is None:
                raise NoText(f"{response.url} is coded as {coding}, which is not read")
            try:
                body = unpack(body, self.bounds.bytes + 1)
            except (OSError, EOFError, zlib.error, zstandard.ZstdError) as error:
                raise NoText(f"{response.url} cannot be unpacked ({error})") from error
            if len(body) > self.bounds.bytes:
                raise self.too_large(response)
        return body

    def too_large(self, response: httpx.Response) -> NoText:
        """The error for a body that is too large."""
        return NoText(f"{response.url} is larger than {self.bounds.bytes:,} bytes")

    def wait_for_turn(self, host: str) -> None:
        """Sleeps until the host may be asked again."""
        earliest = self.asked.get(host, 0.0) + self.bounds.pause
        time.sleep(max(0.0, earliest - time.monotonic()))
        self.asked[host] = time.monotonic()

    async def ask_robots(self, url: httpx.URL) -> None:
        """Raises `NoText` if the host's robots.txt disallows the URL."""
        home = str(url.copy_with(path="/robots.txt", query=None, fragment=None))
        if home not in self.robots:
            self.robots[home] = await self.read_robots(home)
        if not self.robots[home].can_fetch(AGENT, str(url)):
            raise NoText(f"robots.txt of {url.host} does not let us read it")

    async def read_robots(self, home: str) -> RobotFileParser:
        """The rules of a host: no file allows everything; on other errors, `NoText` is raised."""
        rules = RobotFileParser()
        page = await self.get(home, respecting_robots=False)
        if page.status != 200 and not 400 <= page.status < 500:
            raise NoText(f"{home} answers {page.status}, so that nothing there may be read")
        lines = page.body.decode("utf-8", "replace").splitlines() if page.status == 200 else []
        rules.parse(lines)
        return rules


def live_pages() -> LivePages:
    """Live pages, with the private addresses that the settings allow."""
    return LivePages(Bounds(private=frozenset(Settings().verify_private_addresses)))


ZSTD = zstandard.ZstdDecompressor(max_window_size=ZSTD_WINDOW)
# The first bytes of packed ones, at most as many as are asked for.
UNPACKERS: dict[str, Callable[[bytes, int], bytes]] = {
    "gzip": lambda body, most: gzip.GzipFile(fileobj=BytesIO(body)).read(most),
    "deflate": lambda body, most: zlib.decompressobj().decompress(body, most),
    "zstd": lambda body, most: ZSTD.stream_reader(body, read_across_frames=True).read(most),
    "identity": lambda body, _: body,
}
