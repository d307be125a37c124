"""Pages read as a story: days, quotations, names and dates as people write them."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest

from tests.api.asking import Asker
from tests.conftest import TINY, Seeded
from tests.seeding.folders import Edit, edited

HTML = {"accept": "text/html"}


def main_of(ask: Asker, path: str) -> str:
    """What stands between the header and the footer of a page."""
    answer = ask(path, headers=HTML)
    assert answer.status_code == 200, answer.text[:300]
    return answer.text.partition("<main")[2].partition("</main>")[0]


def test_each_day_is_written_once(ask: Asker) -> None:
    """Entries stand under the heading of their day, which none of them repeats."""
    page = main_of(ask, "/timeline?date=2024-02-06/2024-02-08&sort=date&limit=100")
    days = re.findall(r'<h2 class="day"><time datetime="([^"]+)">([^<]+)</time></h2>', page)
    assert days == [
        ("2024-02-01", "February 2024"),
        ("2024-02-06", "6 February 2024"),
        ("2024-02-07", "7 February 2024"),
        ("2024-02-08", "8 February 2024"),
    ]
    assert page.count("<time ") == len(days)


def test_what_is_not_sorted_by_date_has_its_dates(ask: Asker) -> None:
    """The best match first: each entry says its own day."""
    page = main_of(ask, "/quotes?q=victory&sort=relevance&limit=5")
    assert 'class="day"' not in page
    assert page.count("<time ") == 5


def test_a_quotation_is_one(ask: Asker) -> None:
    """The speaker and the office come first, then the words in their marks, then other wordings."""
    page = main_of(ask, "/quotes?id=q-20240207-netanyahu-victory")
    speaker, words = page.index("Prime Minister, Israel"), page.index("“Tonight, I came to tell")
    others = page.index("<summary>8 other wordings</summary>")
    assert speaker < words < others < page.index("“absolute victory”")


def test_a_fragment_stands_in_what_it_belongs_to(ask: Asker) -> None:
    """Fragments of one day's statement stand inside the event, not beside it."""
    page = main_of(ask, "/timeline?date=2024-01-21&sort=date&limit=100")
    event = page.index('href="/events/ev-2024-01-21-netanyahu-rejects"')
    fragments = page.index('<ul class="fragments">')
    assert event < fragments < page.index("… would only be a matter of time …")
    assert page.count("would only be a matter of time") == 1


@pytest.mark.parametrize(
    ("language", "marks"),
    [("en", "“”"), ("de", "„“"), ("es", "«»"), ("zh-Hant", "「」"), ("xxx", "“”")],
)
def test_marks_are_of_the_language(
    language: str, marks: str, seeded: Seeded, tmp_path: Path
) -> None:
    """A quotation has the marks of the language that it is in."""
    edit = Edit(
        "quotes/1998.yaml",
        "- id: q-peaceful-means\n",
        f"- id: q-peaceful-means\n  language: {language}\n",
    )
    with Asker(seeded(edited(TINY, [edit], tmp_path / "record"))) as ask:
        page = main_of(ask, "/quotes/q-peaceful-means")
        words = ask("/v1/quotes/q-peaceful-means").json()["data"]["text"]
        assert f"{marks[0]}… {words} …{marks[1]}" in unescape(page)


@pytest.mark.parametrize(
    ("path", "title"),
    [
        ("/quotes", "Quotes"),
        ("/quotes?actor=netanyahu&q=victory", "Quotes: Benjamin Netanyahu, victory"),
        ("/quotes?speaker=netanyahu&date=Feb+2024", "Quotes: Benjamin Netanyahu, February 2024"),
        ("/events?topic=hostages", "Events: Release of hostages"),
        (
            "/events?proposal=prop-2024-02-hamas&stance=under_study",
            "Events: proposal Hamas counter-proposal of 6 February 2024, stance under study",
        ),
        ("/figures?metric=hostages-held", "Figures: metric hostages-held"),
        ("/timeline?start_date=2024-02", "Timeline: start date February 2024"),
        ("/quotes?sort=date&limit=5", "Quotes"),
    ],
)
def test_a_title_names_its_question(path: str, title: str, ask: Asker) -> None:
    """The title of a list says what was asked, by names and dates as people write them."""
    shown = re.search("<title>(.*?) – ", ask(path, headers=HTML).text)
    assert shown is not None
    assert shown[1] == title


PAGES = (
    "/",
    "/timeline",
    "/quotes/q-20240207-netanyahu-victory",
    "/proposals/prop-2024-02-hamas",
    "/proposals/prop-2025-01-agreement/outcome",
    "/proposals/graph",
    "/actors/hamas",
    "/actors/netanyahu",
    "/sources",
    "/sources/article-20240207-total-victory",
    "/check?text=total+victory",
    "/compare?proposal=prop-2024-05-israel-biden&proposal=prop-2025-01-agreement",
)
SHOWN = re.compile(
    r"<(?:script|style|pre|code)\b.*?</(?:script|style|pre|code)>|<[^>]*>", re.DOTALL
)


@pytest.mark.parametrize("path", PAGES)
def test_dates_are_written_as_people_do(path: str, ask: Asker) -> None:
    """No page shows a date of the date language outside addresses."""
    text = SHOWN.sub(" ", main_of(ask, path))
    found = re.findall(r"(?<![\w/.-])\d{4}-\d{2}(?:-\d{2})?[~?%]?(?:/\.\.)?(?![\w.-])", text)
    assert found == []


@pytest.mark.parametrize("path", ["/actors", "/topics", "/sources"])
def test_names_have_counts(path: str, tiny_ask: Asker) -> None:
    """Each actor, topic and source stands with the number of its entries in the timeline."""
    page = main_of(tiny_ask, path)
    found = re.findall(rf'href="({path}/[^"]+)">[^<]+</a> <span class="small soft">(\d+)<', page)
    assert len(found) == len(tiny_ask.ids(f"/v1{path}"))
    for link, number in found:
        _, plural, name = link.split("/")
        asked = f"/v1/timeline?{plural[:-1]}={name}&count=exact&limit=1"
        assert tiny_ask.page(asked)["meta"]["total"] == int(number), link


def test_the_picture_names_its_months_and_scales(ask: Asker, tiny_ask: Asker) -> None:
    """The axis names months, each row says its scale, and bars are as wide as a thumb needs."""
    picture = ask("/v1/timeline?format=svg").text
    axis = re.findall(r'<text class="axis"[^>]*>([^<]+)</text>', picture)
    assert axis[:4] == ["Oct", "Jan", "Apr", "Jul"]
    assert '<tspan class="lane">Events</tspan>, own scale: at most 26, in February 2024' in picture
    assert "own scale" not in ask("/v1/quotes?format=svg").text
    for path in ("/v1/timeline?format=svg", "/v1/quotes?date=2024-02/2024-04&format=svg"):
        widths = re.findall(r'<rect class="hit"[^>]* width="([\d.]+)"', ask(path).text)
        assert min(map(float, widths)) >= 24
    assert "Each row has its own scale." in main_of(tiny_ask, "/timeline")


def test_figures_are_drawn_by_claimant(ask: Asker) -> None:
    """A line joins the numbers of one claimant about one thing, on one scale from zero."""
    page = main_of(ask, "/figures?metric=killed")
    chart = page.partition('<figure class="chart">')[2].partition("</figure>")[0]
    lines = re.findall(r'<polyline points="([^"]*)"', chart)
    figures = ask("/v1/figures?metric=killed&limit=500&sort=date").json()["data"]
    counted = [
        each
        for each in figures
        if [claimant["name"] for claimant in each["claimants"]] == ["Gaza health ministry"]
        and each["quantity"]["of"] == "people killed in the Gaza Strip since 7 October 2023"
    ]
    assert [len(each.split()) for each in lines] == [len(counted), 2, 1, 1, 1, 1]
    across = [float(each.split(",")[0]) for each in lines[0].split()]
    assert across == sorted(across)
    assert re.findall(r'<text class="axis"[^>]*>([\d,]+)</text>', chart) == [
        "0",
        "40,000",
        "80,000",
    ]


def test_numbers_keep_their_qualifiers_in_charts(ask: Asker) -> None:
    """At least and more than are triangles, about is hollow, and the words stand below."""
    page = main_of(ask, "/figures?metric=aid-trucks-per-day")
    chart = page.partition('<figure class="chart">')[2].partition("</figure>")[0]
    assert chart.count('<circle class="mark about"') == 1
    assert chart.count('<path class="mark"') == 1
    assert "up to 89 trucks per day on 20 October 2025" in chart
    assert "about 150 trucks per day on November 2025" in chart
    assert "600 to 800 trucks per day on December 2025" in chart
    names = re.findall(r'<span class="key[^>]*>([^<:]+)', chart)
    assert {"Gaza government media office", "United Nations"} <= set(names)
    assert "never joined" in page


def test_figures_of_one_day_have_no_chart(tiny_ask: Asker) -> None:
    """What was reported once is a list, not a line."""
    assert 'class="chart"' not in main_of(tiny_ask, "/figures")


def test_a_ledger_has_a_lane_for_each_phase(ask: Asker) -> None:
    """Each term with reports or without is a row, each report a sign with its outcome and day."""
    page = main_of(ask, "/proposals/prop-2025-01-agreement/outcome")
    terms = ask("/v1/proposals/prop-2025-01-agreement/outcome").json()["data"]["terms"]
    drawn = page.partition('<figure class="lanes">')[2].partition("</figure>")[0]
    assert re.findall(r'<text class="lane"[^>]*>([^<]+)', drawn)[0] == (
        "Phase 1: First stage: partial exchange, redeployment, aid (42 days)"
    )
    assert re.findall(r'<a href="#([^"]+)"', drawn) == [each["id"] for each in terms]
    reports = sum(len(each["reports"]) for each in terms)
    assert drawn.count('<text class="outcome ') == reports
    assert "1 March 2025: lapsed, according to AP" in drawn
    alone = main_of(ask, "/terms/" + terms[0]["id"] + "/outcome")
    assert 'class="lanes"' not in alone


def test_exchanges_are_asked_and_drawn(ask: Asker) -> None:
    """Who was freed, when and against whom: a row for each event, a column for each category."""
    asked = "/events?exchange=hostages-living&exchange=prisoners&date=2025-01/2025-02"
    page = main_of(ask, asked)
    table = page.partition('<table class="exchanges">')[2].partition("</table>")[0]
    heads = re.findall(r'<th scope="col">([^<]+)(?:<br><span class="soft">([^<]+))?', table)
    assert heads == [("When", ""), ("Hostages, living", "by Hamas"), ("Prisoners", "by Israel")]
    first = table.partition("<tbody>")[2].partition("</tr>")[0]
    assert "19 January 2025" in first
    assert "3 persons" in first
    assert "90 persons" in first
    found = ask.ids(f"/v1{asked}&fields=id&limit=100")
    assert table.count('<th scope="row">') == len(found)
    assert "table" in main_of(ask, f"/events/{found[0]}")
    assert ask("/v1/events?exchange=hostage-living").json()["errors"][0]["nearest"]


def test_what_differs_comes_first(ask: Asker) -> None:
    """In a comparison, topics with terms changed, added or dropped come first."""
    page = main_of(ask, PAGES[-1])
    topics = page.split("<tbody>")[2:]
    alike = [
        not {"changed", "added", "dropped", "not_recorded"}
        & set(re.findall(r'class="tag change-(\w+)"', each.partition("</table>")[0]))
        for each in topics
    ]
    assert alike == sorted(alike)


@pytest.mark.parametrize(
    ("path", "links"),
    [
        ("/timeline?date=2024-13", {"/timeline?date=2024": "2024"}),
        (
            "/quotes?date=07/02/2024&actor=netanyahu",
            {
                "/quotes?date=2024-07-02&amp;actor=netanyahu": "2 July 2024",
                "/quotes?date=2024-02-07&amp;actor=netanyahu": "7 February 2024",
            },
        ),
        ("/events?start_date=2024-02-30", {"/events?start_date=2024-02": "February 2024"}),
        (
            "/events?proposal=prop-2024-02-hamaz",
            {"/events?proposal=prop-2024-02-hamas": "Hamas counter-proposal of 6 February 2024"},
        ),
        ("/quotes?speeker=netanyahu", {"/quotes?speaker=netanyahu": "speaker"}),
        ("/actors/hamsa", {"/actors/hamas": "Hamas", "/actors": "All actors"}),
        ("/proposals/prop-2024-02-hamaz", {"/proposals": "All proposals"}),
        (
            "/compare?proposal=prop-2024-02-hamas",
            {
                "/compare?proposal=prop-2024-01-paris&amp;proposal=prop-2024-02-hamas": "Paris "
                "framework, January 2024"
            },
        ),
    ],
)
def test_no_mistake_is_a_dead_end(path: str, links: dict[str, str], ask: Asker) -> None:
    """What was mistyped leads to what may have been meant, by its name."""
    answer = ask(path, headers=HTML)
    assert answer.status_code in (404, 422)
    shown = dict(re.findall(r'<a href="([^"]+)"[^>]*>([^<]+)</a>', answer.text))
    assert links.items() <= shown.items()


@pytest.mark.parametrize(
    "path", ["/quotes", "/actors/hamas", "/proposals/prop-2024-02-hamas/outcome"]
)
def test_a_slash_too_many_is_taken_away(path: str, ask: Asker) -> None:
    """Every page is found with a slash at its end, too."""
    answer = ask(f"{path}/?date=2024", headers=HTML)
    assert (answer.status_code, answer.headers["location"]) == (308, f"{path}?date=2024")
