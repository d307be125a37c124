"""The React example: built from generated types, opened from another origin, used as people do."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.pages.browsing import violations

ROOT = Path(__file__).parents[1]
EXAMPLE, INSTALLED = ROOT / "examples" / "react", ROOT / "dist" / "outside" / "react"
WORDS = "There is no other solution but a full and final victory"


@pytest.fixture(scope="module")
def elsewhere(base: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the page, built as its README says, on an origin of its own."""
    folder = tmp_path_factory.mktemp("react") / "react"
    shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns("node_modules", "dist"))
    (folder / "node_modules").symlink_to(INSTALLED / "node_modules")
    command = ["npm", "run", "--silent", "build"]
    environment = {**os.environ, "PARLEY": base}
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr

    class Handler(SimpleHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            """Says nothing."""

    handler = partial(Handler, directory=str(folder / "dist"))
    site = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=site.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{site.server_port}/?at={base}"
    site.shutdown()
    site.server_close()


@pytest.fixture(params=[390, 1440])
def page(request: pytest.FixtureRequest, browser: Browser, elsewhere: str) -> Iterator[Page]:
    """The page, narrow and wide, which is never to complain."""
    opened = browser.new_page(viewport={"width": request.param, "height": 900})
    complaints: list[str] = []
    opened.on("console", lambda said: complaints.append(said.text))
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.goto(elsewhere)
    yield opened
    opened.close()
    assert complaints == []


def test_it_is_a_page_for_everybody(page: Page) -> None:
    """It has the title of the record, fits its window, and axe finds nothing wrong with it."""
    expect(page.locator("h1")).to_have_text("Ceasefire and hostage talks between Israel and Hamas")
    expect(page.locator("main article")).to_have_count(20)
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width == page.viewport_size["width"]  # type: ignore[index]
    assert violations(page) == []


def test_each_quotation_is_attributed(page: Page, base: str) -> None:
    """Speaker, office, date, remarks and the way to each source stand with the words."""
    quotes = httpx.get(f"{base}/v1/quotes?limit=20").json()["data"]
    articles = page.locator("main article")
    expect(articles).to_have_count(20)
    for quote, article in zip(quotes, articles.all(), strict=True):
        said = article.inner_text()
        assert quote["text"] in said
        assert quote["display_date"] in said
        for speaker in quote["speakers"]:
            assert speaker["actor"]["name"] in said
            assert (speaker["office"] or "") in said
        assert ("translated" in said) == (quote["translated"] is not False)
        hrefs = [each.get_attribute("href") for each in article.locator("a").all()]
        for citation in quote["citations"]:
            source = citation["source"]
            assert source["name"] in said
            assert (source["passage_href"] or source["href"]) in hrefs


def test_it_grows_to_its_end(page: Page) -> None:
    """Who scrolls on gets every quotation once."""
    page.get_by_label("Words").first.fill("victory")
    expect(page.locator("main p[role=status]")).not_to_contain_text("400")
    total = int(page.locator("main p[role=status]").inner_text().split()[0])
    for _ in range(total // 20 + 1):
        page.evaluate("scrollTo(0, document.body.scrollHeight)")
        page.wait_for_timeout(300)
    expect(page.locator("main article")).to_have_count(total)


def test_it_is_narrowed_by_what_the_answer_has(page: Page, base: str) -> None:
    """Choosing a speaker shows theirs alone, with the number that the choice has."""
    counted = httpx.get(f"{base}/v1/quotes?speaker=hamas&count=exact&limit=1").json()
    total = counted["meta"]["total"]
    choice = page.get_by_label("Speaker")
    expect(choice.locator("option[value=hamas]")).to_have_text(f"Hamas ({total})")
    choice.select_option("hamas")
    expect(page.locator("main p[role=status]")).to_have_text(f"{total} quotations")
    for who in page.locator("main article .who").all():
        assert "Hamas" in who.inner_text()


def test_it_checks_a_quotation(page: Page) -> None:
    """What differs is marked, with the speaker, the day and the source of the printed words."""
    panel = page.locator("aside")
    panel.get_by_label("The words").fill(WORDS)
    panel.get_by_role("button", name="Check").click()
    expect(panel.locator("del").first).to_have_text("full")
    expect(panel.locator("ins").first).to_have_text("complete")
    first = panel.locator("article").first
    expect(first).to_contain_text("Benjamin Netanyahu, Prime Minister, Israel")
    expect(first).to_contain_text("2024-02-07")
    expect(first.locator("a", has_text="Malta Today")).to_be_visible()
    assert violations(page) == []
