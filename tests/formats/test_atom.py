"""Atom: exact bytes, the elements that RFC 4287 requires, and a feed reader's reading."""

from __future__ import annotations

from urllib.parse import urlsplit
from xml.etree import ElementTree

import feedparser
import pytest

from tests.api.asking import Asker
from tests.formats.conftest import HOSTILE, PUBLIC

ALL_KINDS = "kind=event&kind=quote&kind=proposal&kind=term&kind=figure"
ATOM = "{http://www.w3.org/2005/Atom}"
DRAFT = """\
<?xml version='1.0' encoding='utf-8'?>
<feed xmlns="http://www.w3.org/2005/Atom">\
<id>urn:uuid:c5d895c5-6f9b-5864-8c1d-d9d2f6e8aaf3</id>\
<title>The talks in Northern Ireland: events</title>\
<updated>1998-04-10T00:00:00Z</updated>\
<link rel="self" href="https://record.example/v1/events?id=draft&amp;format=atom" \
type="application/atom+xml" />\
<link rel="alternate" href="https://record.example/events?id=draft" type="text/html" />\
<link rel="alternate" href="https://record.example/v1/events?id=draft" type="application/json" />\
<link rel="license" href="https://creativecommons.org/licenses/by/4.0/" />\
<author><name>The talks in Northern Ireland</name></author>\
<generator>Parley</generator>\
<entry>\
<id>urn:uuid:04142605-e9ed-57f9-8412-d37c6228c485</id>\
<title>A draft is given to the parties</title>\
<updated>1998-04-10T00:00:00Z</updated>\
<link rel="alternate" href="https://record.example/events/draft" type="text/html" />\
<link rel="alternate" href="https://record.example/v1/events/draft" type="application/json" />\
<link rel="via" href="https://www.gov.uk/government/publications/the-belfast-agreement" \
hreflang="en" />\
<category term="institutions" label="Institutions" />\
<category term="prisoners" label="Prisoners" />\
<content>The chairmen of the talks gave the parties a first draft of a settlement.

Note: Accounts differ on whether it was before or after midnight.

The date is approximate.

Source: Northern Ireland Office, The Belfast Agreement, 1998-04-10 (via Press Association) \
https://www.gov.uk/government/publications/the-belfast-agreement\
</content></entry></feed>"""


def test_a_feed_is_these_bytes(tiny_ask: Asker) -> None:
    """Ids, days and links of one entry, as they are written."""
    assert tiny_ask("/v1/events?id=draft&format=atom").text == DRAFT


def test_a_correction_is_when_an_entry_was_updated(tiny_ask: Asker) -> None:
    """The feed is as new as its newest entry."""
    feed = feedparser.parse(tiny_ask("/v1/events?format=atom").content)
    updated = {each.title: each.updated for each in feed.entries}
    assert updated["Agreement is reached at Stormont"] == "2026-11-02T00:00:00Z"
    assert updated["Referendums north and south"] == "1998-05-22T00:00:00Z"
    assert feed.feed.updated == "2026-11-02T00:00:00Z"


def test_an_empty_feed_is_valid(tiny_ask: Asker) -> None:
    """It is as old as what the dataset covers."""
    feed = ElementTree.fromstring(tiny_ask("/v1/events?date=1912&format=atom").content)
    assert feed.findtext(f"{ATOM}updated") == "1996-06-10T00:00:00Z"
    assert feed.findall(f"{ATOM}entry") == []


def test_pages_are_one_feed(tiny_ask: Asker) -> None:
    """Every page has the id of the feed, and leads to the next one (RFC 5005)."""
    following = "/v1/events?format=atom&limit=2&sort=date"
    feeds, titles = set(), []
    while following:
        feed = feedparser.parse(tiny_ask(following).content)
        feeds.add(feed.feed.id)
        titles += [each.title for each in feed.entries]
        links = {each.rel: each.href for each in feed.feed.links}
        following = links.get("next", "").removeprefix(PUBLIC)
    assert len(feeds) == 1
    assert titles == [
        "Multi-party talks at Stormont",
        "A draft is given to the parties",
        "Agreement is reached at Stormont",
        "Referendums north and south",
        "The institutions begin their work",
    ]


def test_the_shipped_record_is_a_valid_feed(ask: Asker) -> None:
    """Every entry has what RFC 4287 requires, once, and ids are unique."""
    following, ids = f"/v1/timeline?{ALL_KINDS}&format=atom&limit=500", []
    while following:
        answer = ask(following)
        assert not feedparser.parse(answer.content).bozo
        feed = ElementTree.fromstring(answer.content)
        check_required(feed)
        for entry in feed.iter(f"{ATOM}entry"):
            check_required(entry)
            ids.append(entry.findtext(f"{ATOM}id"))
        links = {each.get("rel"): each.get("href") for each in feed.findall(f"{ATOM}link")}
        following = (links.get("next") or "").removeprefix(PUBLIC)
    assert len(set(ids)) == len(ids) == sum(ask.page("/v1/dataset")["data"]["counts"].values())


def check_required(element: ElementTree.Element) -> None:
    """One id, title and updated, each of its form; links lead to the public address."""
    for name in ("id", "title", "updated"):
        (found,) = element.findall(f"{ATOM}{name}")
        assert (found.text or "").strip()
    assert (element.findtext(f"{ATOM}id") or "").startswith("urn:uuid:")
    (day, moment) = (element.findtext(f"{ATOM}updated") or "").split("T")
    assert (len(day), moment) == (10, "00:00:00Z")
    for link in element.findall(f"{ATOM}link"):
        if link.get("rel") not in ("license", "via"):
            page = "" if link.get("type") == "text/html" else "v1/"
            assert (link.get("href") or "").startswith(f"{PUBLIC}/{page}")
        assert urlsplit(link.get("href") or "").scheme.startswith("http")


@pytest.mark.parametrize("name", ["events", "quotes", "proposals", "terms", "figures"])
def test_hostile_words_come_through(hostile_ask: Asker, name: str) -> None:
    """They are text, whole and unchanged but for what is no character of XML."""
    answer = hostile_ask(f"/v1/{name}?format=atom")
    words = HOSTILE.replace("\ufffe", "\ufffd").replace("\uffff", "\ufffd")
    feed = ElementTree.fromstring(answer.content)
    entries = feed.findall(f"{ATOM}entry")
    assert len(entries) == len(hostile_ask.ids(f"/v1/{name}"))
    for entry in entries:
        content = entry.find(f"{ATOM}content")
        assert content is not None
        assert content.get("type", "text") == "text"
        assert words in (content.text or "")
    assert b"<script" not in answer.content
