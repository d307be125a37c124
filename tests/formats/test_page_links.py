"""`links.html`: the page for people that answers the same question as a JSON answer."""

from __future__ import annotations

import pytest

from tests.api.asking import Asker
from tests.conftest import TINY, Seeded

PAGES = [
    ("/v1/timeline?actor=ireland", "/timeline?actor=ireland"),
    ("/v1/quotes?format=json&q=total&fields=id,label", "/quotes?q=total"),
    ("/v1/quotes?fields=id", "/quotes"),
    ("/v1/proposals", "/proposals"),
    ("/v1/terms?proposal=agreement&limit=1&format=json", "/terms?proposal=agreement&limit=1"),
    ("/v1/figures?date=1998-05", "/figures?date=1998-05"),
    ("/v1/actors?q=ahern", "/actors?q=ahern"),
    ("/v1/topics", "/topics"),
    ("/v1/sources?limit=1", "/sources?limit=1"),
    ("/v1/events/talks?fields=id", "/events/talks"),
    ("/v1/entries/q-new-beginning", "/quotes/q-new-beginning"),
    ("/v1/actors/ahern?format=json", "/actors/ahern"),
    ("/v1/topics/assembly", "/topics/assembly"),
    ("/v1/sources/bunreacht", "/sources/bunreacht"),
    ("/v1/dataset", "/"),
    ("/v1", "/"),
    ("/v1/check?text=total%20and%20absolute&format=json", "/check?text=total%20and%20absolute"),
    (
        "/v1/compare?proposal=agreement&proposal=heads-of-agreement",
        "/compare?proposal=agreement&proposal=heads-of-agreement",
    ),
    ("/v1/proposals/graph?start_date=1998", "/proposals/graph?start_date=1998"),
    ("/v1/proposals/agreement/outcome?phase=1", "/proposals/agreement/outcome?phase=1"),
    ("/v1/terms/agreement-assembly/outcome", "/terms/agreement-assembly/outcome"),
    ("/v1/proposals/agreement/positions", "/proposals/agreement"),
    ("/v1/actors/ireland/positions", "/actors/ireland"),
]
NO_PAGES = [
    "/v1/events/talks?revision=1",
    "/v1/proposals/agreement/positions?actor=ireland",
    "/v1/events/talks/history",
    "/v1/changes",
    "/v1/corrections",
]


@pytest.mark.parametrize(("asked", "page"), PAGES)
def test_an_answer_leads_to_its_page(tiny_ask: Asker, asked: str, page: str) -> None:
    """The page is there, and takes the parameters that are left."""
    assert tiny_ask(asked).json()["links"]["html"] == page
    answer = tiny_ask(page, headers={"Accept": "text/html"})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")


@pytest.mark.parametrize("asked", NO_PAGES)
def test_an_answer_without_a_page_says_so(tiny_ask: Asker, asked: str) -> None:
    """What no page answers leads to none."""
    links = tiny_ask(asked).json()["links"]
    assert (links["self"], links["html"]) == (asked, None)


def test_what_is_posted_has_no_page(tiny_ask: Asker) -> None:
    """The page of a text that was sent would need the text."""
    answer = tiny_ask("/v1/check", method="POST", json={"text": "“total and absolute”"})
    assert answer.json()["links"]["html"] is None


def test_pages_below_a_path_have_its_prefix(cached_databases: Seeded) -> None:
    """Below the path of the public URL the addresses of pages are below it, too."""
    with Asker(cached_databases(TINY), public_url="https://talks.example/record") as ask:
        assert ask("/v1/quotes").json()["links"]["html"] == "/record/quotes"
        assert ask("/v1/dataset").json()["links"]["html"] == "/record/"
