"""How tests look at pages in Chromium: what a page says to its console, what it asks of others."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from typing import Any

import pytest
from playwright.sync_api import Browser, Error, Page, sync_playwright

NARROW = {"width": 360, "height": 740}
WIDE = {"width": 1280, "height": 900}


@contextmanager
def opened_browser() -> Iterator[Browser]:
    """Chromium, as the machine has it; a machine without it skips."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        pytest.skip("there is no Chromium on this machine")
    with sync_playwright() as playwright:
        try:
            opened = playwright.chromium.launch(
                executable_path=program, args=["--no-sandbox", "--disable-gpu"]
            )
        except Error as error:
            pytest.skip(f"Chromium does not start on this machine: {error.message[:200]}")
        yield opened
        opened.close()


@dataclass
class Seen:
    """What went wrong on a page."""

    complaints: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)

    def watch(self, page: Page, base: str) -> None:
        """Notes errors on the console, dialogs, and requests to anyone else."""
        page.on("console", lambda said: self.console(said.type, said.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("dialog", lambda dialog: self.complaints.append(f"dialog: {dialog.message}"))
        page.on("request", lambda request: self.request(request.url, base))

    def console(self, kind: str, text: str) -> None:
        """One line on the console."""
        if kind in ("error", "warning"):
            self.complaints.append(text)

    def request(self, url: str, base: str) -> None:
        """One request."""
        if not url.startswith((base, f"blob:{base}", "data:", "about:")):
            self.outside.append(url)


@contextmanager
def looking(browser: Browser, base: str, **options: Any) -> Iterator[Page]:
    """A page that, when it is closed, has neither complained nor asked anyone else."""
    options.setdefault("viewport", WIDE)
    context = browser.new_context(base_url=base, **options)
    context.set_default_timeout(10_000)
    page = context.new_page()
    seen = Seen()
    seen.watch(page, base)
    yield page
    assert (seen.complaints, seen.outside) == ([], [])
    context.close()


@cache
def axe() -> str:
    """The source of axe-core, which runs in the page."""
    return (files("axe_core_python") / "axe.min.js").read_text(encoding="utf-8")


def violations(page: Page, *rules: str) -> list[str]:
    """What axe finds wrong with the page that is open, by some of its rules or by all."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(axe())
    options = {"resultTypes": ["violations"], **({"runOnly": rules} if rules else {})}
    found = page.evaluate("async options => (await axe.run(options)).violations", options)
    return [
        f"{each['id']}: {node['html'][:160]} {node['failureSummary'][:200]}"
        for each in found
        for node in each["nodes"]
    ]


@contextmanager
def elsewhere(body: str) -> Iterator[str]:
    """The address of a page of another origin."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            shown = body if self.path == "/" else ""
            self.wfile.write(f"<!doctype html><title>Elsewhere</title>{shown}".encode())

        def log_message(self, *_: Any) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
