"""Pages of the record in Chromium, within pages of two other origins, each with its own rules."""

from __future__ import annotations

import re

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.pages.browsing import elsewhere

QUOTE = "/quotes/q-20240207-netanyahu-victory"
COMPARED = "/compare?proposal=prop-2024-05-israel-biden&amp;proposal=prop-2025-01-agreement"
EMBEDDED = (
    QUOTE,
    COMPARED,
    "/actors/hamas",
    "/proposals/prop-2025-01-agreement/outcome",
    "/proposals/graph",
    "/timeline?limit=3",
    "/figures/chart?metric=killed",
)
# What a page does with the frame that a site shows which embeds by oEmbed alone, as WordPress does.
CONSUMER = """<script>addEventListener("message", ({ data, source }) => {
  const frame = document.querySelector("iframe");
  if (source !== frame.contentWindow || data.secret !== "s3cret") return;
  if (data.message === "link") window.led = data.value;
  if (data.message !== "height") return;
  document.querySelector("blockquote").style.display = "none";
  frame.removeAttribute("style");
  frame.height = Math.max(200, Math.min(data.value, 1000));
});</script>"""


def element(base: str, path: str, more: str = "") -> str:
    inside = f'<a href="{base}{path}">See it</a>'
    return f'<parley-embed src="{base}/embed{path}"{more}>{inside}</parley-embed>'


def script(base: str) -> str:
    return f'<script async src="{base}/embed.js"></script>'


def sized(page: Page) -> None:
    """Waits until each frame is as high as what it shows."""
    page.wait_for_function(
        """() => [...document.querySelectorAll("parley-embed")].every((each) =>
          each.shadowRoot.querySelector("iframe").style.height.endsWith("px"))"""
    )


@pytest.mark.parametrize("width", [360, 1440])
@pytest.mark.parametrize("path", EMBEDDED)
def test_an_element_is_as_high_as_its_page(
    browser: Browser, base: str, path: str, width: int
) -> None:
    """An article has what it shows in full, light, and never wider than its column."""
    body = element(base, path) + script(base)
    with elsewhere(body) as address, browser.new_context(color_scheme="dark") as own:
        page = own.new_page()
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(address)
        sized(page)
        frame = page.locator("parley-embed iframe")
        inside = page.frame_locator("parley-embed iframe").locator("html")
        expect(inside).to_have_class("theme-light")
        expect(inside.locator("body")).to_have_css("color", "rgb(29, 30, 32)")
        page.wait_for_timeout(300)
        shown = inside.evaluate("html => [html.scrollHeight, html.scrollWidth, innerWidth]")
        assert abs(min(shown[0], 20_000) - frame.evaluate("each => each.clientHeight")) <= 2
        assert shown[1] == shown[2]
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_links_open_beside_the_article(browser: Browser, base: str) -> None:
    """The wordings of a quote are there, each with its outlet; a link leaves the article alone."""
    body = element(base, QUOTE, ' theme="dark"') + script(base)
    with elsewhere(body) as address, browser.new_context() as context:
        page = context.new_page()
        page.goto(address)
        inside = page.frame_locator("parley-embed iframe")
        expect(inside.locator("html")).to_have_class("theme-dark")
        inside.locator("summary").first.click()
        wording = inside.locator("details li", has_text="on the way to an absolute victory")
        expect(wording).to_be_visible()
        outlet = re.compile(r"https://www\.cbc\.ca/news/world/netanyahu-israel-hamas")
        expect(wording.locator("a")).to_have_attribute("href", outlet)
        with context.expect_page() as opened:
            inside.get_by_role("link", name="Tonight, I came").click()
        opened.value.wait_for_url(f"{base}{QUOTE}")
        assert opened.value.evaluate("opener") is None
        assert page.url == address


def test_only_its_own_frame_sets_its_height(browser: Browser, base: str) -> None:
    """Heights that others send are not heard, and pages of other origins not shown."""
    forged = "<script>parent.postMessage({parleyHeight: 7}, '*')</script>"
    with elsewhere(forged) as other:
        body = (
            f'{element(base, QUOTE)}<iframe src="{other}"></iframe>'
            f'<parley-embed id="foreign" src="{other}"></parley-embed>{script(base)}'
        )
        with elsewhere(body) as address, browser.new_context() as context:
            page = context.new_page()
            page.goto(address)
            frame = page.locator("parley-embed iframe").first
            page.wait_for_function(
                """() => document.querySelector("parley-embed").shadowRoot
                  .querySelector("iframe").style.height.endsWith("px")"""
            )
            page.evaluate("postMessage({parleyHeight: 7}, '*')")
            page.wait_for_timeout(300)
            assert frame.evaluate("each => each.clientHeight") > 100
            assert page.locator("#foreign iframe").get_attribute("src") is None


def test_the_older_script_and_pages_that_are_not_framed(browser: Browser, base: str) -> None:
    """`data-show` still shows a question where the script stands; other pages are not framed."""
    body = (
        f'<p><script src="{base}/embed.js" data-show="/timeline?actor=hamas&limit=3"></script>'
        f'<iframe id="refused" src="{base}{QUOTE}"></iframe>'
    )
    with elsewhere(body) as address, browser.new_context() as context:
        page = context.new_page()
        page.goto(address)
        timeline = page.frame_locator("parley-embed iframe")
        expect(timeline.locator("ol.entries > li")).to_have_count(3)
        assert page.frame_locator("#refused").locator("blockquote").count() == 0


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/quotes/q-invented", "There is no quote 'q-invented'."),
        ("/timeline?actor=netanjahu", "Benjamin Netanyahu"),
        ("/compare?proposal=prop-2024-02-hamas", "give it 2 to 12 times"),
        ("/nothing", "There is nothing here"),
    ],
)
def test_what_is_wrong_is_read_in_the_frame(
    browser: Browser, base: str, path: str, said: str
) -> None:
    """A mistake in an address is told where the frame stands, in words."""
    with elsewhere(element(base, path) + script(base)) as address, browser.new_context() as context:
        page = context.new_page()
        page.goto(address)
        inside = page.frame_locator("parley-embed iframe")
        expect(inside.locator("main")).to_contain_text(said)
        expect(inside.get_by_role("link", name="Back to the record")).to_have_count(0)


def test_where_only_some_markup_is_kept(browser: Browser, base: str) -> None:
    """A sanitiser that keeps links, quotations and frames leaves a link, or the frame."""
    snippet = element(base, QUOTE) + script(base)
    left = re.sub(r"<script.*?</script>|</?(?!a\b|/a\b|blockquote|iframe)[^>]+>", "", snippet)
    frame = f'<iframe src="{base}/embed{QUOTE}" title="Parley" width="100%" height="480"></iframe>'
    with elsewhere(left + frame) as address, browser.new_context() as context:
        page = context.new_page()
        page.goto(address)
        link = page.get_by_role("link", name="See it")
        expect(link).to_have_attribute("href", f"{base}{QUOTE}")
        expect(page.frame_locator("iframe").get_by_role("link", name="Tonight")).to_be_visible()


def test_a_site_that_takes_addresses_alone(browser: Browser, base: str) -> None:
    """What oEmbed answers works in a sandbox that only scripts leave, and sizes itself there."""
    html = httpx.get(f"{base}/oembed", params={"url": f"{base}{QUOTE}"}).json()["html"]
    hidden = 'sandbox="allow-scripts" security="restricted" style="position:absolute;opacity:0" '
    body = re.sub(r'<iframe src="([^"]*)"', rf'<iframe {hidden}src="\1#?secret=s3cret"', html)
    with elsewhere(CONSUMER + body) as address, browser.new_context() as context:
        page = context.new_page()
        page.goto(address)
        expect(page.locator("blockquote")).to_be_hidden()
        inside = page.frame_locator("iframe")
        assert 200 <= page.locator("iframe").evaluate("each => each.clientHeight") <= 1000
        inside.get_by_role("link", name="Tonight, I came").click()
        page.wait_for_function("window.led")
        assert page.evaluate("window.led") == f"{base}{QUOTE}"


def test_without_script(browser: Browser, base: str) -> None:
    """Without scripts, the element leaves its link; a quotation stands in the place of oEmbed's."""
    body = element(base, QUOTE) + script(base)
    with elsewhere(body) as address, browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(address)
        expect(page.get_by_role("link", name="See it")).to_be_visible()


def test_printed(browser: Browser, base: str) -> None:
    """On paper, a dark frame is dark on light."""
    body = element(base, QUOTE, ' theme="dark"') + script(base)
    with elsewhere(body) as address, browser.new_context() as context:
        page = context.new_page()
        page.goto(address)
        sized(page)
        inside = page.frame_locator("parley-embed iframe").locator("html")
        expect(inside).to_have_css("color", "rgb(235, 233, 228)")
        page.emulate_media(media="print")
        expect(inside).to_have_css("color", "rgb(0, 0, 0)")
        assert page.pdf().startswith(b"%PDF")
