"""The pages in real Chromium: read, asked, printed, embedded, and without script or mouse."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.api.asking import serving
from tests.conftest import Seeded
from tests.pages.browsing import NARROW, looking, violations
from tests.pages.test_language import in_language

QUOTE = "/quotes/q-20240207-netanyahu-victory"
COMPARED = "/compare?proposal=prop-2024-05-israel-biden&proposal=prop-2025-01-agreement"
PAGES = (
    "/",
    "/timeline?limit=5",
    "/quotes?q=victory&actor=netanyahu",
    "/terms?proposal=prop-2024-02-hamas&limit=5",
    "/figures?limit=5",
    QUOTE,
    "/proposals/prop-2024-02-hamas",
    "/events/ev-2023-10-07-attack",
    "/actors?limit=10",
    "/actors/hamas",
    "/topics/ceasefire",
    "/sources/article-20240207-total-victory",
    "/compare",
    COMPARED,
    "/check?text=absolute+victory",
    "/embed/timeline?actor=hamas",
    f"/embed{QUOTE}?theme=dark",
)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_sound(browser: Browser, base: str, path: str) -> None:
    """No page complains, asks anyone else, scrolls sideways on a telephone, or shuts anyone out."""
    with looking(browser, base, viewport=NARROW) as page:
        page.goto(path)
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= NARROW["width"]
        page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        assert violations(page) == []
        page.emulate_media(color_scheme="dark")
        assert violations(page, "color-contrast") == []


def test_from_words_to_a_quotation(browser: Browser, base: str) -> None:
    """Someone asks for a word, narrows it by a speaker, and reads in which words it was said."""
    with looking(browser, base) as page:
        page.goto("/")
        page.get_by_role("searchbox", name="Words").fill("absolute victory")
        page.get_by_role("button", name="Ask the record").click()
        page.wait_for_url("**/timeline?q=absolute+victory")
        page.get_by_role("link", name="Tonight, I came to tell you one thing").first.click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("Benjamin Netanyahu")
        expect(page.locator("td ins").first).to_have_text("absolute")
        page.get_by_text("Embed this page").click()
        expect(page.locator("pre.snippet").first).to_contain_text("<parley-embed")
        expect(page.locator("pre.snippet").last).to_contain_text("<iframe")


def test_names_are_suggested(browser: Browser, base: str) -> None:
    """While an actor is typed, names of the record that fit are offered."""
    with looking(browser, base) as page:
        page.goto("/timeline")
        page.get_by_role("combobox", name="Actor").press_sequentially("netany")
        expect(page.locator("#actors option")).not_to_have_count(0)
        assert "Benjamin Netanyahu" in page.locator("#actors option").evaluate_all(
            "options => options.map(each => each.value)"
        )


def test_the_picture_is_brushed_and_filtered(browser: Browser, base: str) -> None:
    """Dragging over the picture asks for those months; a question redraws it."""
    with looking(browser, base) as page:
        page.goto("/")
        before = page.locator("figure.picture svg").inner_html()
        page.get_by_role("searchbox", name="Words").fill("victory")
        page.get_by_role("searchbox", name="Words").press("Tab")
        page.wait_for_function(
            "before => document.querySelector('figure.picture svg').innerHTML !== before",
            arg=before,
        )
        page.goto("/")
        box = page.locator("figure.picture svg").bounding_box()
        assert box is not None
        page.mouse.move(box["x"] + box["width"] * 0.3, box["y"] + 20)
        page.mouse.down()
        page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + 30, steps=5)
        page.mouse.up()
        page.wait_for_url("**/timeline?start_date=*&end_date=*")
        expect(page.get_by_role("heading", level=1)).to_have_text("Timeline")


def test_with_the_keyboard_alone(browser: Browser, base: str) -> None:
    """From the first page to an answer with Tab and Enter, seeing where one is."""
    with looking(browser, base) as page:
        page.goto("/")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
        for _ in range(40):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.name") == "q":
                break
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline == "solid"
        page.keyboard.type("ceasefire")
        page.keyboard.press("Enter")
        page.wait_for_url("**/timeline?q=ceasefire")
        stops = page.evaluate(
            "[...document.querySelectorAll('svg a')].filter(each => each.tabIndex >= 0).length"
        )
        assert stops == 0
        page.get_by_text("The picture as a table").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("region", name="Entries by month")).to_be_visible()


def test_without_script(browser: Browser, base: str) -> None:
    """The picture, the forms, the filters and the check are there without a script."""
    with looking(browser, base, java_script_enabled=False) as page:
        page.goto("/quotes")
        assert page.locator("figure.picture svg .bar").count() > 20
        expect(page.get_by_role("heading", name="By speaker")).to_be_visible()
        page.get_by_role("link", name="Benjamin Netanyahu").last.click()
        assert "actor" in page.url or "speaker" in page.url or "/actors/" in page.url
        page.goto("/check")
        page.get_by_label("Its text").fill(
            "Netanyahu said: “We are on the way to a total victory.”"
        )
        page.get_by_role("button", name="Mark what is recorded").click()
        expect(page.locator(".text mark")).to_have_text("We are on the way to a total victory")
        page.goto("/compare?chain=prop-2024-05-israel-biden")
        assert page.locator("thead th").count() > 3


def test_text_from_right_to_left(browser: Browser, base: str) -> None:
    """Arabic words stand from right to left, the note on them from left to right."""
    with looking(browser, base) as page:
        page.goto(QUOTE)
        wording = page.locator("td[lang=ar]")
        assert wording.evaluate("each => getComputedStyle(each).direction") == "rtl"
        assert wording.locator("p").evaluate("each => getComputedStyle(each).direction") == "ltr"


def test_a_record_from_right_to_left(browser: Browser, seeded: Seeded, tmp_path: Path) -> None:
    """Pages of an Arabic record are no wider than a telephone, and their quotations begin right."""
    address = serving(seeded(in_language("ar", tmp_path / "record")))
    with address as base, looking(browser, base, viewport=NARROW) as page:
        for path in ("/", "/quotes", "/proposals/agreement/outcome", "/proposals/graph"):
            page.goto(path)
            width = page.evaluate("document.documentElement.scrollWidth")
            assert width <= NARROW["width"], path
        page.goto("/quotes")
        quotation = page.locator("ol.entries li").first
        assert quotation.evaluate("each => getComputedStyle(each).direction") == "rtl"


def test_print(browser: Browser, base: str) -> None:
    """On paper there are no menus and forms, and the matrix of a comparison lies across."""
    with looking(browser, base) as page:
        page.goto(COMPARED)
        page.emulate_media(media="print")
        expect(page.get_by_role("navigation")).to_be_hidden()
        expect(page.locator("form").first).to_be_hidden()
        expect(page.get_by_role("table")).to_be_visible()
        paper = page.pdf(prefer_css_page_size=True)
        assert paper.startswith(b"%PDF")
        sizes = [part.split(b"]")[0].split() for part in paper.split(b"/MediaBox [")[1:]]
        assert any(float(width) > float(height) for _, _, width, height in sizes)


def test_a_mistyped_name_leads_on(browser: Browser, base: str) -> None:
    """The page of an error links the question that was meant."""
    with browser.new_context(base_url=base) as context:
        page = context.new_page()
        page.goto("/quotes?actor=netanjahu")
        page.get_by_role("link", name="Benjamin Netanyahu", exact=True).click()
        page.wait_for_url("**/quotes?actor=netanyahu")
        expect(page.get_by_role("heading", level=1)).to_have_text("Quotes")


def test_nothing_hostile_runs(browser: Browser, hostile_database: Path) -> None:
    """A record full of markup and scripts runs none of them."""
    with serving(hostile_database) as base, looking(browser, base) as page:
        for path in ("/", "/timeline", "/quotes", "/proposals", "/actors", "/sources", "/compare"):
            page.goto(path)
            assert page.locator("main script, main img, main style").count() == 0
        page.goto("/proposals")
        page.locator("ol.entries h3 a").first.click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("<script>alert(1)</script>")
