"""The language of a record: the default of its quotes and sources, and what pages write in it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from app.seeding.seed import seed
from tests.api.asking import Asker
from tests.conftest import TINY, Seeded, settings_of
from tests.seeding.folders import Edit, check_folder, edited

TITLE = "title: The talks in Northern Ireland\n"
# The language, the direction of its letters, and the dates and the number of the tiny record in it.
WRITTEN = [
    ("en", "", "10 April 1998", "more than 1,400,000", "about 6 April 1998"),
    ("en-US", "", "10 April 1998", "more than 1,400,000", "about 6 April 1998"),
    ("es", "", "10 de abril de 1998", "&gt; 1.400.000", "~ 6 de abril de 1998"),
    ("de", "", "10. April 1998", "&gt; 1.400.000", "~ 6. April 1998"),
    ("ar", ' dir="rtl"', "10 أبريل 1998", "&gt; 1,400,000", "~ 6 أبريل 1998"),
    ("he", ' dir="rtl"', "10 באפריל 1998", "&gt; 1,400,000", "~ 6 באפריל 1998"),
    ("zh-Hant", "", "1998年4月10日", "&gt; 1,400,000", "~ 1998年4月6日"),
    ("xxx", "", "10 April 1998", "more than 1,400,000", "about 6 April 1998"),
]


def in_language(language: str, copy: Path) -> Path:
    """The tiny record in another language."""
    edit = Edit("dataset.yaml", TITLE, f"{TITLE}language: {language}\n")
    return edited(TINY, [edit], copy)


@pytest.mark.parametrize(("language", "direction", "day", "number", "about"), WRITTEN)
def test_pages_are_in_the_language_of_the_record(
    language: str,
    direction: str,
    day: str,
    number: str,
    about: str,
    seeded: Seeded,
    tmp_path: Path,
) -> None:
    """Pages say their language and direction, and write dates and numbers as it is usual in it."""
    with Asker(seeded(in_language(language, tmp_path / "record"))) as ask:
        for path in ("/", "/events/agreement-reached", "/actors", "/embed/events", "/nothing"):
            page = ask(path, headers={"Accept": "text/html"}).text
            assert re.search(rf'<html lang="{language}"{direction}[ >]', page), path
            menu = '<nav aria-label="The record" lang="en" dir="ltr">'
            assert (menu in page) != ("en" in language or "/embed" in path), path
        assert day in ask("/events/agreement-reached").text
        assert about in ask("/events/draft").text
        assert number in ask("/figures/fig-yes-south").text


def test_ranges_and_months_in_another_language(seeded: Seeded, tmp_path: Path) -> None:
    """A range, a month, and a date without an end."""
    with Asker(seeded(in_language("es", tmp_path / "record"))) as ask:
        assert "10 de junio de 1996\u2009–\u200910 de abril de 1998" in ask("/events/talks").text
        assert "mayo de 1998" in ask("/figures/fig-yes-south").text
        assert "2 de diciembre de 1999 –" in ask("/events/institutions-begin").text
        assert (
            "<b>10 de junio de 1996\u2009–\u20092 de diciembre de 1999</b>covered" in ask("/").text
        )


def test_documents_write_dates_in_the_language_of_the_record(
    seeded: Seeded, tmp_path: Path
) -> None:
    """Another language renews the dates of all documents; past revisions keep theirs."""
    database = seeded(TINY)
    seed(in_language("es", tmp_path / "record"), settings_of(database))
    with Asker(database) as ask:
        entries = ask("/v1/timeline?fields=id,display_date").json()["data"]
        shown = {each["id"]: each["display_date"] for each in entries}
        assert shown["agreement-reached"] == "10 de abril de 1998"
        assert shown["q-name-of-the-state"] == "1937"
        then = ask("/v1/events/agreement-reached?revision=1").json()["data"]
        assert then["display_date"] == "10 April 1998"
        now = ask("/v1/events/agreement-reached?revision=2").json()["data"]
        assert now["display_date"] == "10 de abril de 1998"


def test_quotes_and_sources_take_the_language_of_the_record(seeded: Seeded, tmp_path: Path) -> None:
    """What states no language is in that of the record, in YAML and in NDJSON alike."""
    folder = in_language("es", tmp_path / "record")
    own = Edit(
        "quotes/1998.yaml", "- id: q-peaceful-means\n", "- id: q-peaceful-means\n  language: en\n"
    )
    folder = edited(folder, [own], tmp_path / "own")
    with Asker(seeded(folder)) as ask:
        quotes = ask("/v1/quotes?fields=id,language").json()["data"]
        assert {each["id"]: each["language"] for each in quotes} == {
            "q-new-beginning": "es",
            "q-peaceful-means": "en",
            "q-name-of-the-state": "es",
        }
        sources = ask("/v1/sources?fields=id,language").json()["data"]
        assert {each["id"]: each["language"] for each in sources} == {
            "agreement-1998": "es",
            "bunreacht": "ga",
            "referendums-1998": "es",
        }
        assert ask.ids("/v1/quotes?language=en&fields=id") == ["q-peaceful-means"]
        assert ask("/v1/dataset").json()["data"]["language"] == "es"


def test_the_language_is_a_code(tmp_path: Path) -> None:
    """What is no code of a language is a flaw, told once."""
    with pytest.raises(Exception, match=r"dataset.yaml:3: good-friday: language: .*in en, he or"):
        check_folder(in_language("Spanish", tmp_path / "record"))


def test_names_are_in_the_order_in_which_they_are_shown(tiny_ask: Asker) -> None:
    """Lists of actors, topics and sources are sorted by what they show, not by ids."""
    page = tiny_ask("/actors").text
    shown = re.findall(r'<li><a href="/actors/[^"]+">([^<]+)</a>', page)
    assert shown == [
        "Bertie Ahern",
        "Ireland",
        "Mo Mowlam",
        "Northern Ireland Office",
        "Sinn Féin",
        "United Kingdom",
    ]
