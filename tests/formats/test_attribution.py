"""No list, page, embed, feed or calendar loses whose words and numbers it shows."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from icalendar import Calendar

from app.seeding.seed import seed
from tests.api.asking import Asker
from tests.conftest import TINY, settings_of
from tests.seeding.folders import read_folder, write_folder

OWN = {"topics": ["settlement"], "citations": [{"source": "referendums-1998"}]}
QUOTE = {**OWN, "date": "1998-05-22", "speakers": [{"actor": "ireland"}]}
FIGURE = {**OWN, "date": "1998-05-22", "metric": "votes"}
VOTES = {"value": 70, "qualifier": "at_least", "unit": "votes"}
LONG = "and " * 60 + "so on"
ADDED: dict[str, list[dict[str, Any]]] = {
    "quote": [
        {**QUOTE, "id": "q-long", "text": LONG, "fragment": True},
        {**QUOTE, "id": "q-begins", "text": "We agree to", "fragment": True},
        {**QUOTE, "id": "q-ends", "text": "and so it will be.", "fragment": True},
        {**QUOTE, "id": "q-whole", "text": "Both cut.", "fragment": True},
        {**QUOTE, "id": "q-translated", "text": "It is done.", "translated": True},
        {**QUOTE, "id": "q-spokesperson", "text": "He is glad.", "attribution": "spokesperson"},
        {**QUOTE, "id": "q-official", "text": "They know.", "attribution": "official_source"},
        {**QUOTE, "id": "q-reported", "text": "I was there.", "attribution": "reported"},
        {**QUOTE, "id": "q-own", "text": "I say so.", "translated": False},
    ],
    "figure": [
        {**FIGURE, "id": "fig-sources", "description": "Votes counted.", "quantity": VOTES},
        {
            **FIGURE,
            "id": "fig-role",
            "description": "Votes cast.",
            "quantity": VOTES,
            "actors": [{"actor": "ahern", "role": "claimant"}],
        },
    ],
}
# Each entry, its line in feeds and calendars, and what is read beside its words on pages.
LINES = [
    ("q-begins", "Ireland: “We agree to …”", ["We agree to …", "fragment of a sentence"]),
    ("q-ends", "Ireland: “… and so it will be.”", ["… and so it will be.", "fragment"]),
    ("q-whole", "Ireland: “… Both cut. …”", ["… Both cut. …", "fragment of a sentence"]),
    ("q-translated", "Ireland: “It is done.” (translated)", ["It is done.", "translated"]),
    ("q-spokesperson", "Ireland: “He is glad.”", ["by a spokesperson"]),
    ("q-official", "Ireland: “They know.”", ["by an official source"]),
    ("q-reported", "Ireland: “I was there.”", ["as others report it"]),
    ("q-own", "Ireland: “I say so.”", ["Ireland “I say so.”"]),
    (
        "fig-yes-north",
        "Votes for the Agreement in Northern Ireland: 71.12 percent, "
        "claimed by The count of the referendum",
        ["Claimed by The count of the referendum"],
    ),
    (
        "fig-yes-south",
        "Votes in Ireland for changing the constitution: more than 1,400,000 votes, "
        "claimed by Ireland",
        ["Claimed by Ireland"],
    ),
    ("fig-role", "Votes cast: at least 70 votes, claimed by Bertie Ahern", ["by Bertie Ahern"]),
    (
        "fig-sources",
        "Votes counted: at least 70 votes, reported by CAIN",
        ["Reported by CAIN"],
    ),
]
IDS = [line[0] for line in LINES]


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asker]:
    """Asks the tiny record with some more quotes and figures."""
    place = tmp_path_factory.mktemp("said")
    curated = read_folder(TINY)
    curated["source"]["referendums-1998"]["publisher"] = "CAIN"
    for kind, records in ADDED.items():
        for each in records:
            own = {"attribution": "on_record"} if kind == "quote" else {}
            curated[kind][each["id"]] = {**own, **each}
    seed(write_folder(curated, place / "seed"), settings_of(place / "record.db"))
    with Asker(place / "record.db") as ask:
        yield ask


def folder_of(entry: str) -> str:
    """The list that an entry is in."""
    return "figures" if entry.startswith("fig-") else "quotes"


def text_of(ask: Asker, path: str) -> str:
    """What one reads on a page, without its markup."""
    page = ask(path, headers={"Accept": "text/html"})
    assert page.status_code == 200, page.text
    main = page.text.split("<main")[1].split("</main>")[0]
    return " ".join(html.unescape(re.sub("<[^>]+>", " ", main)).split())


@pytest.mark.parametrize(("entry", "line", "read"), LINES, ids=IDS)
def test_feeds(said: Asker, entry: str, line: str, read: list[str]) -> None:
    """The title of an Atom entry names the speaker or the claimant, and the content repeats it."""
    del read
    feed = said(f"/v1/{folder_of(entry)}?id={entry}&format=atom").text
    assert re.findall("<title>(.*?)</title>", feed)[1] == line
    if entry.startswith("fig-"):
        said_of = line.partition(", ")[2]
        assert f"\n{said_of[0].upper()}{said_of[1:]}.\n" in feed


@pytest.mark.parametrize(("entry", "line", "read"), LINES, ids=IDS)
def test_calendars(said: Asker, entry: str, line: str, read: list[str]) -> None:
    """The summary of an event in a calendar is the same line."""
    del read
    asked = f"/v1/{folder_of(entry)}?id={entry}&format=ics"
    (event,) = Calendar.from_ical(said(asked).content).walk("VEVENT")
    assert str(event["summary"]).removesuffix(" (about this date)") == line


@pytest.mark.parametrize("path", ["/{folder}?id={id}", "/embed/{folder}?id={id}", "/{folder}/{id}"])
@pytest.mark.parametrize(("entry", "line", "read"), LINES, ids=IDS)
def test_pages(said: Asker, path: str, entry: str, line: str, read: list[str]) -> None:
    """Lists, embedded lists and pages of entries say it beside the words or the number."""
    del line
    text = text_of(said, path.format(folder=folder_of(entry), id=entry))
    for words in read:
        assert words in text


@pytest.mark.parametrize(("entry", "line", "read"), LINES, ids=IDS)
def test_cards(said: Asker, entry: str, line: str, read: list[str]) -> None:
    """A card says it, and the page of an entry says it where others preview its address."""
    text = text_of(said, f"/embed/{folder_of(entry)}/{entry}")
    for words in read:
        assert words in text
    page = said(f"/{folder_of(entry)}/{entry}", headers={"Accept": "text/html"}).text
    (preview,) = re.findall('<meta property="og:title" content="(.*?)">', page)
    assert html.unescape(preview) == line


def test_terms_are_no_facts(said: Asker) -> None:
    """The text of a term reads like a fact: a feed, a calendar and a list say that it is a term."""
    (term,) = said.page("/v1/terms?limit=1")["data"]
    line = f"Term of a proposal: {term['text']}"
    asked = f"/v1/terms?id={term['id']}"
    assert re.findall("<title>(.*?)</title>", said(f"{asked}&format=atom").text)[1] == line
    (event,) = Calendar.from_ical(said(f"{asked}&format=ics").content).walk("VEVENT")
    assert str(event["summary"]) == line
    for path in (f"/terms?id={term['id']}", f"/embed/terms/{term['id']}"):
        assert "term of a proposal" in text_of(said, path)


def test_json_ld(said: Asker) -> None:
    """Quotations say that they are translated, cut or second-hand; figures whose they are."""
    graph = said("/v1/quotes?format=jsonld&limit=100").json()["@graph"]
    graph += said("/v1/figures?format=jsonld&limit=100").json()["@graph"]
    described = {each.get("identifier"): each.get("description") for each in graph}
    assert described["q-begins"] == "fragment of a sentence"
    assert described["q-translated"] == "translated"
    assert described["q-reported"] == "as others report it"
    assert described["q-own"] is None
    assert (
        described["fig-yes-north"]
        == "71.12 percent (the valid votes); claimed by The count of the referendum"
    )
    assert described["fig-yes-south"] == "more than 1,400,000 votes"
    assert described["fig-sources"] == "at least 70 votes; reported by CAIN"
    assert '"description": "translated' in json.dumps(graph)


def test_a_cut_line_ends_once(said: Asker) -> None:
    """The line of a long fragment is cut with one mark."""
    feed = said("/v1/quotes?id=q-long&format=atom").text
    assert re.findall("<title>(.*?)</title>", feed)[1] == f"Ireland: “… {LONG[:199]}…”"
