"""A server on the loopback with pages as the web has them: good, changed, moved, slow, broken."""

from __future__ import annotations

import gzip
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import zstandard

from tests.evidence.news_pages import PAGES as NEWS

WORDS = "total and absolute commitment to peaceful means"
GOOD = f"""<!doctype html><html><head><title>{WORDS} in the title alone</title></head><body>
<nav>Elsewhere: other words</nav><p>They affirmed their “<b>total</b> and\u00a0absolute
commitment to peaceful means”.</p><script>var words = "no words";</script>
<p>The end.</p></body></html>"""
CHANGED = "<html><body><p>They affirmed their full commitment to peaceful means.</p></body></html>"
Header = tuple[str, str]
HTML = ("Content-Type", "text/html; charset=utf-8")
MIB = 1024 * 1024
# Paths that never end: a byte every now and then, before the status, in the headers, in the body.
ENDLESS = ("/slow-status", "/slow-headers", "/slow")
BETWEEN_BYTES = 0.2
HIGH = "<p>Éire est “la paix” d’abord.</p>"


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "zstd": zstandard.compress,
    "br": bytes,
}
CODINGS = (("gzip",), ("deflate",), ("zstd",), ("br",), ("gzip", "gzip"), ("zstd", "gzip"))


# Its reader has to keep 128 MiB.
WIDE_WINDOW = zstandard.ZstdCompressionParameters(window_log=27, write_content_size=False)
PACKER = zstandard.ZstdCompressor(compression_params=WIDE_WINDOW).compressobj()
WIDE = PACKER.compress(GOOD.encode()) + PACKER.flush()


def coded(body: bytes, *codings: str) -> tuple[int, list[Header], bytes]:
    """A page in content codings, the first one innermost."""
    for coding in codings:
        body = PACKERS[coding](body)
    return 200, [HTML, ("Content-Encoding", ", ".join(codings))], body


def answer_of(path: str, port: int) -> tuple[int, list[Header], bytes]:
    """Status, headers and body of a path."""
    moved = {
        "/moved": "/moved-again",
        "/moved-again": "/good",
        "/loop": "/loop",
        "/inward": f"http://127.0.0.2:{port}/good",
        "/inward-by-name": f"http://localhost:{port}/good",
        "/to-a-file": "file:///etc/hostname",
        "/moved-to-closed": "/closed/page",
        "/news/moved": "/news/whole",
    }
    if path in moved:
        return 302, [("Location", moved[path])], b""
    pages: dict[str, tuple[int, list[Header], bytes]] = {
        "/good": (200, [HTML], GOOD.encode()),
        "/changed": (200, [HTML], CHANGED.encode()),
        "/closed/page": (200, [HTML], GOOD.encode()),
        "/robots.txt": (200, [("Content-Type", "text/plain")], b"User-agent: *\nDisallow: /closed"),
        "/huge": (200, [HTML], b"<p>" + b"many words " * 100_000),
        "/bomb": (200, [HTML, ("Content-Encoding", "gzip")], gzip.compress(b" " * 10_000_000)),
        "/pdf": (200, [("Content-Type", "application/pdf")], b"%PDF-1.7"),
        "/empty": (200, [HTML], b"<html><body><script>1</script></body></html>"),
        "/plain": (200, [("Content-Type", "text/plain")], f"A <b> {WORDS}".encode()),
        "/latin": (200, [("Content-Type", "text/html")], HIGH.encode("windows-1252")),
        "/latin-said-utf-8": (200, [HTML], HIGH.encode("windows-1252")),
        "/utf-8-said-latin": (
            200,
            [("Content-Type", "text/html; charset=iso-8859-1")],
            HIGH.encode(),
        ),
        "/declared": (
            200,
            [("Content-Type", "text/html")],
            '<meta charset="windows-1255"><p>שלום</p>'.encode("windows-1255"),
        ),
        "/unknown-charset": (200, [("Content-Type", "text/html; charset=x-none")], HIGH.encode()),
        "/utf-16": (200, [("Content-Type", "text/html")], HIGH.encode("utf-16")),
        "/broken": (500, [HTML], b"<p>Sorry</p>"),
        "/hex": (200, [("Content-Type", "text/html; charset=hex")], HIGH.encode()),
        "/deep": (200, [HTML], b"<ul><li>" * 20_000),
        **{each: (200, [("Content-Type", it)], page) for each, (it, page) in NEWS.items()},
        **{f"/{'-'.join(codings)}": coded(GOOD.encode(), *codings) for codings in CODINGS},
        "/cut-off": (200, [HTML, ("Content-Encoding", "gzip")], gzip.compress(GOOD.encode())[:-9]),
        "/zstd-of-much-memory": (200, [HTML, ("Content-Encoding", "zstd")], WIDE),
    }
    if path.startswith("/bomb-"):
        return coded(b" " * 64 * MIB, *path.removeprefix("/bomb-").split("-"))
    return pages.get(path, (404, [HTML], GOOD.encode()))


class Handler(BaseHTTPRequestHandler):
    """Answers from the table, and notes what was asked and when."""

    server: Pages

    def do_GET(self) -> None:
        """One request."""
        self.server.asked.append(self.path)
        if self.path == "/robots.txt" and self.server.robots_status != 200:
            self.send_error(self.server.robots_status)
            return
        if self.path in ENDLESS or (self.path == "/robots.txt" and self.server.robots_endless):
            self.drip()
            return
        status, headers, body = answer_of(self.path, self.server.server_port)
        self.send_response(status)
        for name, value in (*headers, ("Content-Length", str(len(body)))):
            self.send_header(name, value)
        self.end_headers()
        with suppress(BrokenPipeError, ConnectionResetError):
            self.wfile.write(body)

    def drip(self) -> None:
        """Sends a byte every now and then, for as long as the client listens."""
        start = {
            "/slow-status": b"HTTP/1.1 200 ",
            "/slow-headers": b"HTTP/1.1 200 OK\r\nX: ",
        }
        whole = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 10000\r\n\r\n"
        with suppress(BrokenPipeError, ConnectionResetError):
            self.wfile.write(start.get(self.path, whole))
            while True:
                self.wfile.write(b"x")
                time.sleep(BETWEEN_BYTES)
        self.server.hung_up.append(self.path)

    def log_message(self, format: str, *values: object) -> None:
        """Says nothing."""
        del format, values


class Pages(ThreadingHTTPServer):
    """The server, with what it was asked."""

    daemon_threads = True
    robots_status = 200
    robots_endless = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[str] = []
        # Endless answers that the client has ended.
        self.hung_up: list[str] = []

    def address(self, path: str) -> str:
        """The address of a path."""
        return f"http://127.0.0.1:{self.server_port}{path}"


@contextmanager
def served() -> Iterator[Pages]:
    """The running server; it is ended with the block."""
    with Pages() as pages:
        thread = threading.Thread(target=pages.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield pages
        finally:
            pages.shutdown()
            thread.join()
