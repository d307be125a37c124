"""Pages of every type: valid, open to everybody, light, and with full marks from Lighthouse."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser

from outside.pages import FOUND, MISTAKES, PAGES

INSTALLED = Path(__file__).parent.parent / "dist" / "outside" / "node_modules"
BIN, AXE = INSTALLED / ".bin", INSTALLED / "axe-core" / "axe.min.js"
# The size of targets is looked at only on demand.
FIND = """async () => (await axe.run({rules: {'target-size': {enabled: true}}})).violations
    .flatMap(each => each.nodes.map(node => each.id + ': ' + node.html.slice(0, 160)))"""
HTML = {"Accept": "text/html", "Accept-Encoding": "gzip"}
WIDTHS = (360, 1440)
# Bytes that a browser loads before it shows anything: the page, and its stylesheet.
MOST_BYTES = 50_000
CATEGORIES = ("accessibility", "best-practices", "seo")


def test_pages_are_valid(base: str, tmp_path: Path) -> None:
    """The Nu Html Checker has nothing against any page, problems included."""
    names = {}
    for number, path in enumerate((*PAGES, *MISTAKES)):
        names[f"{number:02}.html"] = path
        page = httpx.get(base + path, headers=HTML)
        (tmp_path / f"{number:02}.html").write_bytes(page.content)
    command = [BIN / "vnu", "--format", "json", *sorted(tmp_path.iterdir())]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    messages = json.loads(done.stderr)["messages"]
    found = [
        f"{names[each['url'].rpartition('/')[2]]}: {each['message']} {each.get('extract', '')}"
        for each in messages
        if each["type"] == "error"
    ]
    assert found == []
    print(f"\n{len(names)} pages are valid HTML")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_pages_shut_nobody_out(base: str, browser: Browser, width: int, scheme: str) -> None:
    """Axe finds no violation on any page, with everything unfolded."""
    context = browser.new_context(
        base_url=base,
        viewport={"width": width, "height": 900},
        color_scheme="dark" if scheme == "dark" else "light",
        reduced_motion="reduce",
    )
    page = context.new_page()
    found = {}
    for path in (*PAGES, *MISTAKES):
        page.goto(path)
        page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        page.evaluate(AXE.read_text(encoding="utf-8"))
        found[path] = page.evaluate(FIND)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    context.close()
    assert {path: each for path, each in found.items() if each} == {}
    print(f"\n{len(found)} pages at {width}, {scheme}: no violation")


def test_pages_can_be_enlarged(base: str, browser: Browser) -> None:
    """At 200 % of 1280 pixels, and with text twice as large, nothing is wider than the window."""
    context = browser.new_context(base_url=base, viewport={"width": 640, "height": 450})
    page = context.new_page()
    for path in PAGES:
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 640, path
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert page.evaluate("document.documentElement.scrollWidth") <= 640, path
    context.close()


def test_links_in_pictures_fit_a_thumb(base: str, browser: Browser) -> None:
    """What can be hit in a picture is at least 24 by 24 pixels on a telephone."""
    context = browser.new_context(base_url=base, viewport={"width": 360, "height": 740})
    page = context.new_page()
    for path in ("/", "/timeline", "/quotes?date=2024-02/2024-04", PAGES[10]):
        page.goto(path)
        sizes = page.evaluate(
            "[...document.querySelectorAll('svg a .hit')].map(each => each.getBoundingClientRect())"
            ".map(box => [box.width, box.height])"
        )
        assert sizes, path
        assert min(min(size) for size in sizes) >= 24, path
    context.close()


def test_the_first_content_is_light(base: str) -> None:
    """A page and its stylesheet, as they travel, are less than 50 kB."""
    sizes = {}
    for path in PAGES:
        with httpx.stream("GET", base + path, headers=HTML) as page:
            weight = len(b"".join(page.iter_raw()))
            style = re.search(r"/assets/\w+/style\.css", httpx.get(base + path, headers=HTML).text)
        assert style is not None
        with httpx.stream("GET", base + style[0], headers=HTML) as sheet:
            sizes[path] = weight + len(b"".join(sheet.iter_raw()))
    print()
    for path, weight in sorted(sizes.items(), key=lambda each: -each[1])[:5]:
        print(f"{weight:7,} bytes {path}")
    assert max(sizes.values()) < MOST_BYTES


@pytest.mark.parametrize("path", FOUND)
def test_lighthouse_gives_full_marks(base: str, path: str, tmp_path: Path) -> None:
    """Accessibility, best practices and what search engines need are all at 100."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        pytest.skip("there is no Chromium on this machine")
    report = tmp_path / "report.json"
    subprocess.run(
        [
            BIN / "lighthouse",
            base + path,
            f"--only-categories={','.join(CATEGORIES)}",
            "--chrome-flags=--headless=new --no-sandbox --disable-gpu",
            "--output=json",
            f"--output-path={report}",
            "--quiet",
        ],
        env={**os.environ, "CHROME_PATH": program},
        capture_output=True,
        timeout=180,
        check=False,
    )
    found = json.loads(report.read_text(encoding="utf-8"))
    marks = {name: found["categories"][name]["score"] for name in CATEGORIES}
    failed = {
        name: each["title"]
        for name, each in found["audits"].items()
        if each["score"] not in (None, 1)
    }
    assert marks == dict.fromkeys(CATEGORIES, 1), failed
    print(f"\n{path}: {marks}")
