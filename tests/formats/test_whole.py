"""A list as CSV, feed or calendar: the whole answer, or it says where the rest is."""

from __future__ import annotations

import csv
import io
from urllib.parse import parse_qsl, urlsplit
from xml.etree import ElementTree

import icalendar
import pytest

from tests.api.asking import Asker

ATOM = "{http://www.w3.org/2005/Atom}"
DATED = ("events", "quotes", "proposals", "terms", "figures", "timeline")
# All kinds but terms, of which there are so many that the whole is more than one answer holds.
MOST_KINDS = "&".join(f"kind={kind[:-1]}" for kind in DATED[:-1] if kind != "terms")
TABLES = [
    *(f"/v1/{name}?sort=date" for name in DATED),
    f"/v1/timeline?{MOST_KINDS}",
    "/v1/timeline?q=hostages&sort=relevance",
    "/v1/quotes?speaker=netanyahu",
    "/v1/actors?",
    "/v1/topics?",
    "/v1/sources?",
    "/v1/corrections?",
]
LISTS = [path for path in TABLES if path.split("?")[0].removeprefix("/v1/") in DATED]
NOTE = "This is not the whole answer: it goes on at https://record.example"


def ids_in(body: str, form: str) -> list[str]:
    """What tells the entries of an answer apart."""
    if form == "csv":
        return [row["id"] for row in csv.DictReader(io.StringIO(body, newline=""))]
    if form == "ics":
        return [str(event["url"]) for event in icalendar.Calendar.from_ical(body).walk("VEVENT")]
    entries = ElementTree.fromstring(body).findall(f"{ATOM}entry")
    return [entry.findtext(f"{ATOM}id") or "" for entry in entries]


@pytest.mark.parametrize("path", TABLES)
def test_a_table_is_the_whole_answer(ask: Asker, path: str) -> None:
    """Without a limit it has every entry in the order of the list, and no note."""
    walked = list(ask.walk(f"{path}&limit=100"))
    assert len(walked) == len(set(walked)) or "corrections" in path
    assert ids_in(ask(f"{path}&format=csv").text, "csv") == walked


@pytest.mark.parametrize("form", ["atom", "ics"])
@pytest.mark.parametrize("path", LISTS)
def test_feeds_and_calendars_are_whole(ask: Asker, path: str, form: str) -> None:
    """Without a limit they have every entry, and do not tell of more."""
    body = ask(f"{path}&format={form}").text
    assert len(ids_in(body, form)) == len(list(ask.walk(f"{path}&limit=100")))
    assert "not the whole answer" not in body


@pytest.mark.parametrize("form", ["csv", "atom", "ics"])
def test_what_is_not_whole_says_so(ask: Asker, form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the answer itself, with the address of the rest; the parts together are the whole."""
    whole = ids_in(ask(f"/v1/events?format={form}").text, form)
    monkeypatch.setattr("app.api.answering.WHOLE", 60)
    path, found = f"/v1/events?format={form}&end_date=2030", list[str]()
    for size in [60] * (len(whole) // 60) + [len(whole) % 60]:
        body = ask(path).text
        shown = ids_in(body, form)
        note = note_of(body, form)
        found += shown[:size]
        if len(found) == len(whole):
            assert (note, len(shown)) == (None, size)
            break
        assert note is not None
        assert note.startswith(NOTE)
        path = note.removeprefix(NOTE)
        assert ("format", form) in parse_qsl(urlsplit(path).query)
    assert found == whole


def note_of(body: str, form: str) -> str | None:
    """What an answer says of the rest."""
    if form == "csv":
        *_, last = csv.reader(io.StringIO(body, newline=""))
        assert not any(last[1:]) or not last[0].startswith("This")
        return last[0] if last[0].startswith("This") else None
    if form == "ics":
        calendar = icalendar.Calendar.from_ical(body)
        assert calendar.get("description") == calendar.get("x-wr-caldesc")
        return str(calendar["description"]) if "description" in calendar else None
    return ElementTree.fromstring(body).findtext(f"{ATOM}subtitle")


def test_a_page_of_a_table_is_what_was_asked(ask: Asker) -> None:
    """Who gives a limit gets as many rows and nothing else; the header `Link` names the next."""
    answer = ask("/v1/events?format=csv&limit=7")
    assert len(ids_in(answer.text, "csv")) == 7
    assert "not the whole" not in answer.text
    assert 'rel="next"' in answer.headers["link"]


def test_the_ways_from_a_page_lead_to_whole_answers(ask: Asker) -> None:
    """A short page links the table of all that it counts."""
    page = ask("/quotes?speaker=netanyahu&limit=5").text
    for form in ("csv", "atom", "ics"):
        assert f'href="/v1/quotes?speaker=netanyahu&amp;format={form}"' in page
    assert "limit=5&amp;format=json" in page
