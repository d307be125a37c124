"""Every page without a browser: its answer, policy and weight, and what it makes of bad input."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest

from app.errors import SeedRefused
from app.seeding.seed import seed
from tests.api.asking import Asker
from tests.conftest import TINY, Seeded, settings_of
from tests.pages.hostile import HOSTILE
from tests.pages.reading import read

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
LISTS = ("timeline", "events", "quotes", "proposals", "terms", "figures")
REFERENCE_TYPES = ("actors", "topics", "sources")
PLAIN = ("/", "/compare", "/check", "/guide", *(f"/{each}" for each in (*LISTS, *REFERENCE_TYPES)))
MOST_BYTES = 50_000


def pages_of(ask: Asker) -> list[str]:
    """Pages of every sort over a record."""
    paths = list(PLAIN)
    for each in (*LISTS[1:], *REFERENCE_TYPES):
        found = ask.ids(f"/v1/{each}?limit=2&fields=id")
        paths += [f"/{each}/{found[0]}", f"/{each}?limit=1"]
    first = [f"/embed/{each}/{ask.ids(f'/v1/{each}?limit=1&fields=id')[0]}" for each in LISTS[1:]]
    return [*paths, *first, *(f"/embed/{each}?theme=dark" for each in LISTS)]


@pytest.mark.parametrize("record", ["ask", "tiny_ask"])
def test_every_page_answers_alone(record: str, request: pytest.FixtureRequest) -> None:
    """Every page is a 200 that loads only its own files, runs nothing inline, and is light."""
    asker: Asker = request.getfixturevalue(record)
    for path in pages_of(asker):
        answer = asker(path, headers=BROWSER)
        assert answer.status_code == 200, (path, answer.text[:500])
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert ("frame-ancestors *" in policy) == path.startswith("/embed/"), path
        found = read(answer.text)
        assert found.inline == [], path
        assert all(each.startswith("/assets/") for each in found.loaded), (path, found.loaded)
        assert found.headings[0] == 1, path
        assert found.headings.count(1) == 1, path
        steps = zip(found.headings, found.headings[1:], strict=False)
        assert all(after <= before + 1 for before, after in steps), (path, found.headings)
        assert len(found.ids) == len(set(found.ids)), path
        assert len(asker.bytes(path, headers=BROWSER)) < MOST_BYTES, path


def test_links_lead_somewhere(ask: Asker) -> None:
    """No link of the first page, of a list, of a quote or of a comparison is broken."""
    proposals = ask.ids("/v1/proposals?limit=2&fields=id")
    compared = f"/compare?{urlencode([('proposal', each) for each in proposals])}"
    quoted = "/quotes/q-20240207-netanyahu-victory"
    links = {
        link
        for path in ("/", "/quotes?q=victory", quoted, "/actors/hamas", compared, "/guide")
        for link in read(ask(path, headers=BROWSER).text).links
        if link.startswith("/")
    }
    for link in sorted(links):
        answer = ask(link.split("#")[0], headers=BROWSER)
        assert answer.status_code in (200, 303), (link, answer.text[:300])


def test_the_questions_of_the_first_page_are_the_curators(ask: Asker, tiny_ask: Asker) -> None:
    """The record's own good questions are shown; a record without any has derived ones."""
    curated = ask.page("/v1/dataset")["data"]["questions"]
    assert curated[0]["path"] == "/v1/quotes?q=victory"
    shown = ask("/", headers=BROWSER).text
    assert all(each["text"] in shown for each in curated)
    assert tiny_ask.page("/v1/dataset")["data"]["questions"] == []
    derived = tiny_ask("/", headers=BROWSER).text
    assert "Everything with" in derived
    assert "hamas" not in derived


@pytest.mark.parametrize("path", ["javascript:alert(1)", "https://example.org/v1/x", "/v1/a b"])
def test_a_good_question_is_a_path_of_the_api(tmp_path: Path, path: str) -> None:
    """A question of the record that leads anywhere else is refused when it is checked."""
    folder = tmp_path / "record"
    shutil.copytree(TINY, folder)
    with (folder / "dataset.yaml").open("a", encoding="utf-8") as file:
        file.write(f'questions:\n  - path: "{path}"\n    text: A question\n')
    with pytest.raises(SeedRefused, match=r"questions\[1\]\.path"):
        seed(folder, settings_of(tmp_path / "record.db"))


def test_hostile_text_is_shown_as_text(hostile_database: object) -> None:
    """Markup in any field of a record stands in the page as the characters that it is."""
    with Asker(hostile_database) as asker:  # type: ignore[arg-type]
        for path in pages_of(asker):
            answer = asker(path, headers=BROWSER)
            assert answer.status_code == 200, (path, answer.text[:500])
            assert read(answer.text).inline == [], path
            for markup in ("<script>alert", "<img", "<svg onload", "<style", "7*7 }} 49"):
                assert markup not in answer.text, (path, markup)
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in asker("/timeline", headers=BROWSER).text
        picture = asker("/v1/timeline?format=svg").text
        assert "<script>" not in picture


@pytest.mark.parametrize("name", ["q", "actor", "topic", "date", "source", "sort", "x"])
@pytest.mark.parametrize("path", ["/timeline", "/embed/quotes", "/compare", "/check", "/actors"])
def test_hostile_parameters_are_shown_as_text(tiny_ask: Asker, path: str, name: str) -> None:
    """Markup in any parameter stands in the page, or in what is said of it, as text."""
    for text in (HOSTILE, "\u202egnp.exe\u2066", "\x00<b>"):
        answer = tiny_ask(f"{path}?{name}={quote(text)}", headers=BROWSER)
        assert answer.status_code in (200, 422)
        found = read(answer.text)
        assert found.inline == []
        assert all(each.startswith("/assets/") for each in found.loaded)


def test_errors_are_pages(ask: Asker) -> None:
    """A mistyped actor is a page that links the same question with the nearest ones."""
    answer = ask("/quotes?actor=netanjahu&date=2024-02", headers=BROWSER)
    assert answer.status_code == 422
    assert "/quotes?actor=netanyahu&date=2024-02" in read(answer.text).links
    missing = ask("/quotes/no-such-quote", headers=BROWSER)
    assert (missing.status_code, read(missing.text).headings) == (404, [1])
    assert ask("/nowhere", headers=BROWSER).headers["content-type"].startswith("text/html")
    assert ask("/nowhere").headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("path", ["/quotes?limit=0", "/quotes/no-such-quote", "/check?date=never"])
def test_the_problem_of_a_page_is_a_page(path: str, ask: Asker) -> None:
    """Who asks for a page gets its problem as a page, but for who prefers JSON."""
    for accept in ("", "*/*", "text/html;q=0.5", "application/json;q=0.5, text/html"):
        answer = ask(path, headers={"Accept": accept})
        assert answer.status_code in (404, 422)
        assert answer.headers["content-type"] == "text/html; charset=utf-8", accept
    for accept in ("application/json", "application/problem+json", "text/html;q=0.5, */*"):
        answer = ask(path, headers={"Accept": accept})
        assert answer.headers["content-type"] == "application/problem+json", accept


def test_trackers_are_dropped(tiny_ask: Asker) -> None:
    """What trackers append and what a form leaves empty is dropped by redirect."""
    answer = tiny_ask("/quotes?utm_source=x&q=peace&actor=&fbclid=1", headers=BROWSER)
    assert (answer.status_code, answer.headers["location"]) == (308, "/quotes?q=peace")


@pytest.mark.parametrize(
    ("path", "page"),
    [
        ("/v1/quotes?q=victory", "/quotes?q=victory"),
        ("/v1/actors/hamas", "/actors/hamas"),
        ("/v1/check?text=total+victory", "/check?text=total+victory"),
        ("/v1/actors/hamas?fields=id", None),
        ("/v1/quotes?format=json", None),
        ("/v1/dataset", None),
    ],
)
def test_browsers_are_sent_to_the_page(ask: Asker, path: str, page: str | None) -> None:
    """Who prefers HTML gets the page of a question, where there is one and no format is named."""
    answer = ask(path, headers=BROWSER)
    if page is None:
        assert answer.status_code == 200
        return
    assert (answer.status_code, answer.headers["location"]) == (303, page)
    assert "Accept" in answer.headers["vary"]
    for accept in ("*/*", "application/json", "application/json, text/html;q=0.9"):
        assert ask(path, headers={"Accept": accept}).status_code == 200


def test_wordings_show_what_differs(ask: Asker) -> None:
    """What a fragment leaves out at its ends is an ellipsis; other words in it are marked."""
    shown = ask("/quotes/q-20240207-netanyahu-victory", headers=BROWSER).text
    assert "… <del>total</del> <ins>absolute</ins> victory …" in shown
    assert "… total victory …" in shown


def test_the_comparison_is_a_matrix(ask: Asker) -> None:
    """A column for each proposal, with every change said in words."""
    chosen = "proposal=prop-2024-05-israel-biden&proposal=prop-2025-01-agreement"
    shown = ask(f"/compare?{chosen}", headers=BROWSER).text
    compared = ask.page(f"/v1/compare?{chosen}")["data"]
    assert shown.count('<th scope="col">') == 3
    lines = sum(len(topic["lines"]) for topic in compared["topics"])
    assert shown.count('<th scope="row">') == lines + len(compared["phases"])
    assert ask("/compare?proposal=prop-2025-01-agreement", headers=BROWSER).status_code == 422


def test_a_quotation_is_checked(ask: Asker) -> None:
    """The page says what the API says."""
    path = f"/check?text={quote('absolute victory')}&speaker=netanyahu"
    said = ask.page(f"/v1{path}")["data"]
    shown = ask(path, headers=BROWSER).text
    assert said["verdict"] == "exact"
    assert said["statement"] in shown
    assert "/quotes/q-20240207-netanyahu-victory" in shown


def test_an_article_is_marked(ask: Asker) -> None:
    """A posted text comes back with what is recorded marked; nobody keeps it."""
    text = "Netanyahu said: “We are on the way to a total victory.” <b>bold</b>\r\nEnd."
    answer = ask("/check", method="POST", data={"text": text}, headers=BROWSER)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert '<a href="#mark-1">We are on the way to a total victory</a></mark>' in answer.text
    assert "&lt;b&gt;bold&lt;/b&gt;" in answer.text
    empty = ask("/check", method="POST", data={"text": " "}, headers=BROWSER)
    assert empty.status_code == 422
    assert ask("/check", method="POST", content=b"x", headers=BROWSER).status_code == 415


def test_the_picture_stands_alone(ask: Asker, tiny_ask: Asker) -> None:
    """The picture of an answer counts it by month and kind, and hatches what has no exact day."""
    answer = ask("/v1/timeline?actor=netanyahu&date=2024-02&format=svg")
    assert answer.headers["content-type"] == "image/svg+xml"
    total = ask.page("/v1/quotes?actor=netanyahu&date=2024-02&count=exact")["meta"]["total"]
    assert f"<title>February 2024: {total}" in answer.text
    assert "without an exact day" in ask("/v1/timeline?format=svg").text
    assert "No entries" in tiny_ask("/v1/timeline?date=1900&format=svg").text


def test_a_long_record_is_counted_by_years(tiny_ask: Asker) -> None:
    """Where months would be too many, a bar is a year or some years, and still asks for its own."""
    picture = tiny_ask("/v1/timeline?format=svg").text
    names = re.findall(r"<title>([^:]+): \d+", picture)
    assert names
    assert all(re.fullmatch(r"\d{4}(–\d{4})?", name) for name in names), names
    for href, number in re.findall(r'href="http://[^/]+([^"]+)"[^>]*><title>[^:]+: (\d+)', picture):
        asked = f"{href.replace('&amp;', '&')}&count=exact&limit=1"
        assert tiny_ask.page(asked)["meta"]["total"] == int(number)


def test_the_embedding_script_is_kept_for_an_hour(ask: Asker) -> None:
    """Pages elsewhere load one script, which may change."""
    answer = ask("/embed.js")
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["cache-control"] == "public, max-age=3600"


def test_a_page_is_as_old_as_its_record(seeded: Seeded, tiny: object) -> None:
    """A page has an ETag like every answer, and is not sent again."""
    with Asker(seeded(tiny)) as asker:  # type: ignore[arg-type]
        etag = asker("/timeline", headers=BROWSER).headers["etag"]
        again = asker("/timeline", headers={**BROWSER, "If-None-Match": etag})
        assert (again.status_code, again.content) == (304, b"")
