"""How pages are found: the sitemap, what crawlers are told, and addresses people type."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ElementTree

import pytest

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


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/timeline",
        "/events?actor=mowlam",
        "/events/draft",
        "/proposals/graph",
        "/proposals/agreement/outcome",
        "/actors",
        "/actors/mowlam",
        "/compare",
        "/check",
    ],
)
def test_a_page_says_what_it_is_and_where(path: str, tiny_ask: Asker) -> None:
    """Each page has one description, and one canonical address or a word that it is not indexed."""
    page = tiny_ask(path, headers=HTML).text
    (described,) = re.findall(r'<meta name="description" content="([^"]+)">', page)
    assert described
    found = re.findall(r'<link rel="canonical" href="([^"]+)">', page)
    assert found == ([] if "?" in path else [f"http://127.0.0.1:8000{path}"])
    assert ("noindex" in page) == ("?" in path)


def test_mistakes_are_not_indexed(tiny_ask: Asker) -> None:
    """The page of a problem has no address of its own."""
    for path in ("/events?actor=nobody", "/events/nothing", "/nowhere"):
        page = tiny_ask(path, headers=HTML).text
        assert '<meta name="robots" content="noindex">' in page
        assert "canonical" not in page


def test_search_engines_read_the_dataset(tiny_ask: Asker) -> None:
    """The dataset has what Google's rules require, and each download its address and media type."""
    page = tiny_ask("/", headers=HTML).text
    dataset = json.loads(page.partition('<script type="application/ld+json">')[2].partition("<")[0])
    assert (dataset["@context"], dataset["@type"]) == ("https://schema.org/", "Dataset")
    assert dataset["name"] == "The talks in Northern Ireland"
    assert 50 <= len(dataset["description"]) <= 5000
    assert dataset["license"].startswith("https://")
    assert dataset["isAccessibleForFree"] is True
    for each in dataset["distribution"]:
        assert each["@type"] == "DataDownload"
        assert each["contentUrl"].startswith("http://127.0.0.1:8000/v1/dataset/")
        assert "/" in each["encodingFormat"], each


def test_search_engines_read_a_quotation(tiny_ask: Asker) -> None:
    """A quotation has its words, its speaker in the office of that day, its day and its source."""
    page = tiny_ask("/quotes/q-peaceful-means", headers=HTML).text
    quoted = json.loads(page.partition('<script type="application/ld+json">')[2].partition("<")[0])
    assert (quoted["@context"]["@vocab"], quoted["@type"]) == ("https://schema.org/", "Quotation")
    assert quoted["text"].startswith("our total and absolute commitment")
    assert [each.get("creator", each)["name"] for each in quoted["creator"]]
    assert quoted["dateCreated"] == "1998-04-10"
    assert quoted["citation"]
