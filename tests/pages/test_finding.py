"""How pages are found: the sitemap, what crawlers are told, and addresses people type."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree

from tests.api.asking import Asker

HTML = {"accept": "text/html"}
LOC = "{http://www.sitemaps.org/schemas/sitemap/0.9}loc"


def test_the_sitemap_names_every_page(tiny_ask: Asker) -> None:
    """Each list, and each record of each type, at an address that answers."""
    answer = tiny_ask("/sitemap.xml")
    assert answer.headers["content-type"] == "application/xml"
    found = [each.text or "" for each in ElementTree.fromstring(answer.text).iter(LOC)]
    base = "http://127.0.0.1:8000"
    paths = [each.removeprefix(base) for each in found]
    assert all(each.startswith(f"{base}/") for each in found)
    assert len(paths) == len(set(paths))
    assert {"/", "/timeline", "/proposals/graph", "/actors/mowlam", "/events/draft"} <= set(paths)
    for path in paths:
        assert tiny_ask(path, headers=HTML).status_code == 200, path
    assert "Sitemap: http://127.0.0.1:8000/sitemap.xml" in tiny_ask("/robots.txt").text


def test_crawlers_are_not_led_through_every_combination(tiny_ask: Asker) -> None:
    """A narrowed list is not indexed, and what narrows one is not followed."""
    whole = tiny_ask("/events", headers=HTML).text
    assert '<link rel="canonical" href="http://127.0.0.1:8000/events">' in whole
    assert "noindex" not in whole
    facets = whole.partition('class="facets"')[2].partition("</aside>")[0]
    assert facets.count("<a href=") == facets.count('rel="nofollow"')
    assert (
        '<meta name="robots" content="noindex">'
        in tiny_ask("/events?actor=mowlam", headers=HTML).text
    )


def test_addresses_that_people_type(tiny_ask: Asker) -> None:
    """A slash at the end is taken away, and the icon is where browsers look for it."""
    for asked, path in (("/quotes/", "/quotes"), ("/quotes/?q=peace", "/quotes?q=peace")):
        answer = tiny_ask(asked, headers=HTML)
        assert (answer.status_code, answer.headers["location"]) == (308, path)
    icon = tiny_ask(tiny_ask("/favicon.ico").headers["location"])
    assert icon.headers["content-type"] == "image/svg+xml"
