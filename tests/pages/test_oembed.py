"""oEmbed: how consumers learn to embed a page by its address alone."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from urllib.parse import urlencode
from xml.etree import ElementTree

import pytest

from tests.api.asking import Asker
from tests.conftest import TINY, Seeded

BASE = "http://127.0.0.1:8000"
DISCOVERED = re.compile(
    r'<link rel="alternate" type="application/json\+oembed"[^>]* href="([^"]*)">'
)
TITLE = "The talks in Northern Ireland"
COMPARED = "/compare?proposal=heads-of-agreement&proposal=agreement"
# Pages, and what is embedded of them.
PAGES = [
    ("/", TITLE),
    ("/timeline?actor=sinn-fein&sort=date", "Timeline"),
    ("/events/agreement-reached", "Agreement is reached at Stormont"),
    ("/quotes", "Quotes"),
    ("/proposals/agreement/outcome", "What became of The Belfast Agreement"),
    ("/terms/agreement-assembly/outcome", "What became of The Belfast Agreement"),
    ("/proposals/graph", "Map of proposals"),
    ("/actors", "Actors"),
    ("/actors/sinn-fein", "Sinn Féin"),
    ("/topics/settlement", None),
    ("/sources/agreement-1998", None),
    (COMPARED, None),
]


def asked(ask: Asker, url: str, **more: str) -> dict[str, object]:
    answer = ask(f"/oembed?{urlencode({'url': url, **more})}")
    assert answer.status_code == 200, answer.text
    found: dict[str, object] = answer.json()
    return found


@pytest.mark.parametrize(("path", "title"), PAGES)
def test_a_page_leads_to_its_frame(path: str, title: str | None, tiny_ask: Asker) -> None:
    """Each page names its oEmbed address, which answers with the frame of that page."""
    page = tiny_ask(path, headers={"Accept": "text/html"}).text
    (address,) = map(unescape, DISCOVERED.findall(page))
    found = tiny_ask(address.removeprefix(BASE)).json()
    assert (found["version"], found["type"], found["provider_name"]) == ("1.0", "rich", TITLE)
    assert title in (None, found["title"])
    (frame,) = re.findall(r'<iframe src="([^"]*)"', found["html"])
    assert unescape(frame) == f"{BASE}/embed{path}"
    shown = tiny_ask(unescape(frame).removeprefix(BASE), headers={"Accept": "text/html"})
    assert shown.status_code == 200
    assert "frame-ancestors *" in shown.headers["content-security-policy"]
    assert '<base target="_blank">' in shown.text
    assert 'class="theme-light"' in shown.text


def test_a_quote_has_its_speaker_without_the_frame(tiny_ask: Asker) -> None:
    """Where the frame is not shown, the words stand with speaker, office, date and outlet."""
    found = asked(tiny_ask, f"{BASE}/quotes/q-new-beginning")
    quoted = re.findall(r"^<blockquote>.*</blockquote>", str(found["html"]))
    assert quoted == [
        '<blockquote><a href="http://127.0.0.1:8000/quotes/q-new-beginning">United Kingdom, '
        "Ireland, Sinn Féin: “We, the participants in the multi-party negotiations, believe that "
        "the agreement we have negotiated offers a truly historic opportunity for a new "
        "beginning.”</a><br>United Kingdom; Ireland; Sinn Féin, Participant in the multi-party "
        "negotiations · 10 April 1998 · from a document · Reported by Northern Ireland Office"
        "</blockquote>"
    ]
    assert found["thumbnail_url"] == f"{BASE}/cards/quotes/q-new-beginning.png"


def test_sizes(tiny_ask: Asker) -> None:
    """No larger than what is asked for; a card that does not fit is not named."""
    url = f"{BASE}{COMPARED}"
    found = asked(tiny_ask, url, maxwidth="320", maxheight="9000", dnt="1")
    assert (found["width"], found["height"]) == (320, 480)
    assert "thumbnail_url" not in found
    found = asked(tiny_ask, url, maxwidth="1200")
    assert (found["width"], found["thumbnail_width"], found["thumbnail_height"]) == (600, 1200, 630)
    card = str(found["thumbnail_url"]).removeprefix(BASE)
    assert tiny_ask(card).headers["content-type"] == "image/png"


def test_xml(tiny_ask: Asker) -> None:
    """The same members as XML."""
    url = f"{BASE}/events/agreement-reached?utm_source=x#top"
    answer = tiny_ask(f"/oembed?{urlencode({'url': url, 'format': 'xml'})}")
    assert answer.headers["content-type"] == "text/xml; charset=utf-8"
    members = {each.tag: each.text for each in ElementTree.fromstring(answer.content)}
    wanted = asked(tiny_ask, f"{BASE}/events/agreement-reached")
    assert members == {name: str(value) for name, value in wanted.items()}


@pytest.mark.parametrize(
    "url",
    [
        "https://elsewhere.example/quotes/q-new-beginning",
        "http://127.0.0.1:80001/quotes/q-new-beginning",
        f"{BASE}.evil.example/quotes",
        f"{BASE}@evil.example/quotes",
        "file:///etc/passwd",
        "/quotes/q-new-beginning",
        "",
        f"{BASE}/quotes/q-invented",
        f"{BASE}/quotes?actor=invented",
        f"{BASE}/compare?proposal=agreement",
        f"{BASE}/check?text=invented",
        f"{BASE}/v1/quotes",
        f"{BASE}/quotes/../../etc/passwd",
        f"{BASE}/quotes/%00\u05d0?q=\u05d0%ff",
    ],
)
def test_other_addresses_are_refused(url: str, tiny_ask: Asker) -> None:
    """What is not a page of this service, or shows nothing of the record, is a 404."""
    answer = tiny_ask(f"/oembed?{urlencode({'url': url})}", headers={"Accept": "text/html"})
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


def test_what_is_wrong_is_said(tiny_ask: Asker) -> None:
    """A format or a size that there is not is named."""
    for wrong in ("format=yaml", "maxwidth=0", "maxheight=wide"):
        answer = tiny_ask(f"/oembed?url={BASE}/quotes&{wrong}")
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["parameter"] == wrong.split("=")[0]
    assert tiny_ask("/oembed").status_code == 422


def test_mistakes_in_a_frame_are_text(cached_databases: Seeded) -> None:
    """A frame shows in words what is wrong, also where the record is not asked at all."""
    with Asker(cached_databases(TINY), rate_limit="1/minute") as ask:
        browser = {"Accept": "text/html,*/*;q=0.8"}
        wrong = ask("/embed/events/invented", headers=browser)
        assert (wrong.status_code, wrong.headers["cache-control"]) == (404, "no-store")
        assert "frame-ancestors *" in wrong.headers["content-security-policy"]
        assert "There is no event &#39;invented&#39;" in wrong.text
        assert '<a href="/" rel="noopener">The record: The talks' in wrong.text
        refused = ask("/embed/events", headers=browser)
        assert refused.status_code == 429
        assert refused.headers["content-type"] == "text/html; charset=utf-8"
        assert refused.headers["retry-after"]
        assert "<p><b>You ask too often</b></p>" in refused.text
        assert ask("/embed/events").headers["content-type"] == "application/problem+json"


def test_hostile_titles_are_escaped(hostile_database: Path) -> None:
    """Markup in a record is text in the markup of an answer."""
    with Asker(hostile_database) as ask:
        for path in ("/quotes/q-new-beginning", "/events/agreement-reached", "/actors/sinn-fein"):
            html = str(asked(ask, f"{BASE}{path}")["html"])
            assert set(re.findall(r"<(\w+)", html)) <= {"a", "blockquote", "br", "iframe"}
            assert re.findall(r'<iframe src="[^"]*" title="[^"]*" width="\d+" ', html)


def test_below_a_path(cached_databases: Seeded) -> None:
    """A service below a path answers for addresses below it, and leads there."""
    with Asker(cached_databases(TINY), public_url="https://news.example/parley") as ask:
        found = asked(ask, "https://news.example/parley/quotes/q-new-beginning")
        assert 'src="https://news.example/parley/embed/quotes/q-new-beginning"' in str(
            found["html"]
        )
        other = urlencode({"url": "https://news.example/quotes/q-new-beginning"})
        assert ask(f"/oembed?{other}").status_code == 404
        (address,) = DISCOVERED.findall(ask("/quotes").text)
        assert address.startswith("https://news.example/parley/oembed?url=")
