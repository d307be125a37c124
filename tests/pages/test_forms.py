"""A form that cannot be answered comes back filled, with what may be meant as links."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import urlencode

import pytest

from tests.api.asking import Asker
from tests.pages.reading import read

BROWSER = {"Accept": "text/html"}


def filled(page: str) -> dict[str, str]:
    """The values of the fields of the form."""
    inputs = re.findall('<input [^>]*name="([a-z]+)" value="([^"]*)"', page)
    chosen = re.findall('<option value="([^"]*)" selected>', page)
    return {name: unescape(value) for name, value in inputs} | dict(
        zip(("topic", "sort"), chosen, strict=False)
    )


@pytest.mark.parametrize("path", ["/timeline", "/quotes", "/events", "/figures"])
def test_a_misspelt_actor(ask: Asker, path: str) -> None:
    """Every field is as it was typed; the nearest names are links to the question with them."""
    typed = {"q": "deal", "actor": "Netanjahu", "date": "Feb 2024", "topic": "hostages"}
    answer = ask(f"{path}?{urlencode({**typed, 'sort': 'date'})}", headers=BROWSER)
    assert answer.status_code == 422
    assert filled(answer.text) == {**typed, "sort": "date"}
    meant = urlencode({**typed, "actor": "netanyahu", "sort": "date"})
    assert f"{path}?{meant}" in read(answer.text).links
    assert ">Benjamin Netanyahu</a>" in answer.text


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("date", "07/02/2024", "write 2024-02-07 or 7 February 2024"),
        ("date", "30 February 2024", "2024-02 has 29 days"),
        ("topic", "hostags", "there is no topic"),
        ("q", "...", "no word to look for"),
    ],
)
def test_other_mistakes(ask: Asker, name: str, value: str, said: str) -> None:
    """The form comes back with what is wrong."""
    answer = ask(f"/quotes?{urlencode({'actor': 'hamas', name: value})}", headers=BROWSER)
    assert answer.status_code == 422
    assert said in unescape(answer.text)
    assert filled(answer.text)["actor"] == "hamas"
    if name != "topic":
        assert filled(answer.text)[name] == value


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("7 Febuary 2024", "2024-02-07"),
        ("Septemer 2024", "2024-09"),
        ("7 Februar 2024", "2024-02-07"),
    ],
)
def test_misspelt_months(ask: Asker, typed: str, meant: str) -> None:
    """A form links the date that is meant, and no other."""
    answer = ask(f"/quotes?{urlencode({'date': typed})}", headers=BROWSER)
    assert answer.status_code == 422
    dates = [link for link in read(answer.text).links if link.startswith("/quotes?date=")]
    assert dates == [f"/quotes?date={meant}"]


@pytest.mark.parametrize("date", ["7 February 2024", "Feb 7, 2024", "2024-02-07", "2024/02/07"])
def test_dates_as_people_write_them(ask: Asker, date: str) -> None:
    """A form takes them, and keeps them as they were typed."""
    answer = ask(f"/quotes?{urlencode({'date': date})}", headers=BROWSER)
    assert answer.status_code == 200
    assert filled(answer.text)["date"] == date
    assert answer.text.count("<blockquote") == len(ask.ids("/v1/quotes?date=2024-02-07"))


def test_every_printed_date_can_be_asked(ask: Asker) -> None:
    """What a page prints as the date of an entry finds that entry."""
    entries = ask.page("/v1/timeline?limit=300&kind=event&kind=quote&kind=figure")["data"]
    for each in entries[::10]:
        page = ask(each["url"].removeprefix("/v1"), headers=BROWSER).text
        printed = re.search(
            '<time [^>]*>([^<]+)</time>|<h1 class="who"[^>]*>.*, ([^,]+)</h1>', page
        )
        assert printed is not None, each["url"]
        date = unescape(printed[1] or printed[2])
        found = ask.ids(f"/v1/{each['kind']}s?{urlencode({'date': date, 'limit': 500})}")
        assert each["id"] in found, date


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"text": "total victory", "speaker": "?!", "date": "2024"}, "has no name"),
        ({"text": "total victory", "speaker": "Biden", "date": "07/02/2024"}, "write 2024-02-07"),
        ({"text": "x " * 1001, "speaker": "Biden", "date": "2024"}, "give 2,000 or fewer"),
        ({"text": "…", "speaker": "", "date": ""}, "has no word"),
    ],
)
def test_a_refused_quotation(ask: Asker, typed: dict[str, str], said: str) -> None:
    """The text, the speaker and the date come back as they were typed."""
    answer = ask(f"/check?{urlencode(typed)}", headers=BROWSER, follow_redirects=True)
    assert answer.status_code == 422
    page = unescape(answer.text)
    assert said in page
    assert f'name="text" required dir="auto">{typed["text"]}</textarea>' in page
    assert {name: filled(answer.text)[name] for name in ("speaker", "date")} == {
        name: typed[name] for name in ("speaker", "date")
    }


def test_a_refused_article(ask: Asker) -> None:
    """A text that is too long is not lost."""
    text = "total victory " * 3000
    answer = ask("/check", "POST", data={"text": text}, headers=BROWSER)
    assert answer.status_code == 422
    assert "give 40,000 or fewer" in answer.text
    assert text in answer.text


def test_a_misspelt_parameter_of_the_quote_check(ask: Asker) -> None:
    """The nearest name is a link to the question with it."""
    answer = ask("/check?text=total+victory&speeker=biden", headers=BROWSER)
    assert answer.status_code == 422
    assert "/check?text=total+victory&speaker=biden" in read(answer.text).links


def test_a_misspelt_proposal(ask: Asker) -> None:
    """Those that are right are chosen again; the nearest id is a link to the comparison with it."""
    one, other = "prop-2024-05-israel-biden", "prop-2025-01-agreement"
    answer = ask(f"/compare?proposal={one}&proposal={other}x", headers=BROWSER)
    assert answer.status_code == 422
    chosen = re.findall('value="([^"]*)" checked', answer.text)
    assert chosen == [one]
    assert f"/compare?proposal={one}&proposal={other}" in read(answer.text).links


def test_one_proposal_is_not_enough(ask: Asker) -> None:
    """The form says how many, and has the one that was chosen."""
    answer = ask("/compare?proposal=prop-2025-01-agreement", headers=BROWSER)
    assert answer.status_code == 422
    assert "2 to 12 times" in answer.text
    assert re.findall('value="([^"]*)" checked', answer.text) == ["prop-2025-01-agreement"]
