"""The description in real Chromium: the reading view, and operations that are tried as opened."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, ViewportSize, expect

from tests.pages.browsing import looking

SIZES: list[ViewportSize] = [{"width": 1440, "height": 900}, {"width": 390, "height": 844}]
# What each operation asks as it is opened, and what its answer contains.
TRIED = [
    ("find/listQuotes", "/v1/quotes", "q-peaceful-means"),
    ("read/getProposal", "/v1/proposals/agreement", "The Belfast Agreement"),
    ("check/checkQuotation", "/v1/check?text=", "These words are in this record"),
    ("check/markQuotations", "/v1/check", '"as_recorded": 1'),
    ("compare/compareProposals", "/v1/compare?proposal=", '"counts"'),
    ("compare/listActorPositions", "/positions", '"positions"'),
    ("follow/listChanges", "/v1/changes", '"sequence"'),
    ("cite/getDataset", "/v1/dataset", '"how_to_cite"'),
]


@pytest.fixture(scope="module")
def base(tiny_server: str) -> str:
    """The address of a server over the tiny record."""
    return tiny_server


@pytest.mark.parametrize("size", SIZES)
def test_the_reading_view(browser: Browser, base: str, size: ViewportSize) -> None:
    """It shows each operation with samples in three languages, and leads back to the record."""
    with looking(browser, base, viewport=size) as page:
        page.goto("/reference#tag/find/operation/listQuotes")
        shown = page.locator("[id='tag/find/operation/listQuotes']")
        expect(shown.get_by_role("heading", name="List quotes")).to_be_visible(timeout=60_000)
        for language, words in (("curl", "curl"), ("Python", "httpx"), ("TypeScript", "await")):
            shown.get_by_role("tab", name=language).click()
            expect(shown.locator(".react-tabs__tab-panel--selected").first).to_contain_text(words)
        expect(shown).to_contain_text("q-peaceful-means")
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
        page.get_by_role("link", name="The record").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("Northern Ireland")


def test_the_side_navigation_and_the_search(browser: Browser, base: str) -> None:
    """Operations are grouped by what people want, and found by words."""
    with looking(browser, base, viewport=SIZES[0]) as page:
        page.goto("/reference")
        menu = page.locator(".menu-content")
        expect(menu.get_by_text("find", exact=True)).to_be_visible(timeout=60_000)
        for group in ("read", "check", "compare", "follow", "cite", "download"):
            expect(menu.get_by_text(group, exact=True)).to_be_visible()
        page.get_by_role("textbox", name="Search").fill("answered each")
        page.get_by_role("search").get_by_text("How an actor answered each proposal").click()
        page.wait_for_url("**/reference#tag/compare/operation/listActorPositions")


@pytest.mark.parametrize(("operation", "asked", "answered"), TRIED)
def test_an_operation_is_tried_as_opened(
    browser: Browser, base: str, operation: str, asked: str, answered: str
) -> None:
    """What is required is filled in, so that nothing has to be typed before the first answer."""
    with looking(browser, base, viewport=SIZES[0]) as page:
        page.goto(f"/docs#/{operation}")
        opened = page.locator(f"[id='operations-{operation.replace('/', '-')}']")
        opened.get_by_role("button", name="Execute").click(timeout=60_000)
        answer = opened.locator(".live-responses-table")
        expect(answer.locator("tbody td.response-col_status").first).to_have_text("200")
        expect(opened.locator(".request-url")).to_contain_text(asked)
        expect(answer.locator("tbody .response-col_description").first).to_contain_text(answered)
