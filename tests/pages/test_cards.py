"""Cards: the pictures of links to quotes, events, proposals and comparisons."""

from __future__ import annotations

import re
import struct
from html import unescape
from pathlib import Path

import orjson
import pytest

from app.pages.cards import Card, blocks, card_of, compared_card, drawn_card
from tests.api.asking import Asker
from tests.conftest import TINY, Seeded
from tests.pages.hostile import HOSTILE
from tests.seeding.folders import Edit, edited

META = re.compile(r'<meta (?:property|name)="((?:og|twitter):[a-z:_]+)" content="([^"]*)">')
FOOT = "A record · parley.example"
COMPARED = "?proposal=heads-of-agreement&proposal=agreement"
ARABIC = "نحن نؤكد التزامنا الكامل والمطلق بالوسائل الديمقراطية والسلمية حصراً (1998)."
HEBREW = "אָנוּ מַאֲמִינִים כי ההסכם שהשגנו מציע הזדמנות היסטורית (1998)."
# Each card, and the page that names it.
CARDS = [
    (f"{path}.png", path)
    for path in ("/quotes/q-new-beginning", "/events/agreement-reached", "/proposals/agreement")
] + [(f"/compare.png{COMPARED}", f"/compare{COMPARED}")]


def words(card: Card) -> list[str]:
    """The blocks of a card as text, from above."""
    return [
        " ".join(word.text.strip("\u2068\u2069") for line in block.lines for word in line)
        for _, _, block in blocks(card, FOOT)
    ]


def social(page: str) -> dict[str, str]:
    return {name: unescape(value) for name, value in META.findall(page)}


@pytest.mark.parametrize(("card", "page"), CARDS)
def test_a_page_names_its_card(card: str, page: str, tiny_ask: Asker) -> None:
    """The page names a PNG of 1200 by 630 at an absolute address, and says what it shows."""
    found = social(tiny_ask(page, headers={"Accept": "text/html"}).text)
    assert found["og:image"] == f"http://127.0.0.1:8000/cards{card}"
    assert found["twitter:card"] == "summary_large_image"
    assert found["og:image:alt"].endswith(found["og:description"])
    answer = tiny_ask(f"/cards{card}")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
    assert answer.content.startswith(b"\x89PNG\r\n\x1a\n")
    assert struct.unpack(">II", answer.content[16:24]) == (1200, 630)
    again = tiny_ask(f"/cards{card}")
    assert again.headers["cache-status"] == "parley; hit"
    assert again.content == answer.content
    unchanged = tiny_ask(f"/cards{card}", headers={"If-None-Match": answer.headers["etag"]})
    assert unchanged.status_code == 304


def test_the_description_says_who_said_it(tiny_ask: Asker) -> None:
    """Speakers in their offices, the date, what is unusual about the words, and the outlet."""
    found = social(tiny_ask("/quotes/q-new-beginning").text)
    assert found["og:description"] == (
        "United Kingdom; Ireland; Sinn Féin, Participant in the multi-party negotiations"
        " · 10 April 1998 · from a document · Reported by Northern Ireland Office"
    )
    found = social(tiny_ask("/quotes/q-peaceful-means").text)
    assert found["og:description"] == (
        "United Kingdom; Ireland · 10 April 1998 · fragment of a sentence · from a document"
        " · Reported by Northern Ireland Office"
    )


def test_a_page_without_a_card_names_no_picture(tiny_ask: Asker) -> None:
    """Terms and figures have a description and no picture; the quote check has neither."""
    found = social(tiny_ask("/figures/fig-yes-south").text)
    assert found["twitter:card"] == "summary"
    assert "og:image" not in found
    assert "og:" not in tiny_ask("/check?text=our+total+commitment").text


def test_no_words_of_others_are_drawn(tiny_ask: Asker) -> None:
    """An address that carries words, or names what is not on record, gets no picture."""
    assert tiny_ask("/cards/quotes/q-new-beginning.png?text=invented").status_code == 422
    assert tiny_ask("/cards/compare.png?proposal=invented&proposal=agreement").status_code == 422
    assert tiny_ask("/cards/quotes/q-invented.png").status_code == 404
    assert tiny_ask("/cards/check.png?text=invented").status_code == 404
    assert tiny_ask("/cards/terms/agreement-assembly.png").status_code == 404


def test_a_card_says_whose_words_it_shows(tiny_ask: Asker) -> None:
    """Date and remarks above, the words in quotation marks, speakers and outlet below."""
    quote = tiny_ask("/v1/quotes/q-peaceful-means").json()["data"]
    assert words(card_of(quote | {"translated": True})) == [
        "Quote · 10 April 1998 · fragment of a sentence · translated · from a document",
        "“… our total and absolute commitment to exclusively democratic and peaceful means …”",
        "United Kingdom; Ireland",
        "Reported by Northern Ireland Office",
        FOOT,
    ]


def test_a_comparison_names_who_proposed_and_what_differs(tiny_ask: Asker) -> None:
    """Each title with its proposers and date, then the counts of a comparison."""
    compared = tiny_ask(f"/v1/compare{COMPARED}").json()["data"]
    proposals = [
        tiny_ask(f"/v1/proposals/{name}").json()["data"]
        for name in ("heads-of-agreement", "agreement")
    ]
    label, titles, counts, reported, _ = words(compared_card(compared, proposals, []))
    assert label == "2 proposals compared"
    assert titles.endswith("/ The Belfast Agreement (United Kingdom, Ireland, 10 April 1998)")
    assert re.search(r"\d+ (added|changed|not recorded)", counts)
    assert reported.startswith("Reported by ")


def test_long_words_are_cut_visibly(tiny_ask: Asker) -> None:
    """Longer words are set smaller; what does not fit is cut with a mark, the speaker never."""
    quote = tiny_ask("/v1/quotes/q-new-beginning").json()["data"]
    whole = " ".join(f"word{number}" for number in range(56))
    assert words(card_of(quote | {"text": whole}))[1] == f"“{whole}”"
    longer = " ".join(f"word{number}" for number in range(500))
    _, shown, by, *_ = words(card_of(quote | {"text": longer}))
    assert re.fullmatch(r"“(word\d+ )+\[…\]”", shown)
    assert by.startswith("United Kingdom; Ireland; Sinn Féin")
    _, unbroken, *_ = words(card_of(quote | {"text": "x" * 3000}))
    assert unbroken.endswith("[…]”")
    assert drawn_card(card_of(quote | {"text": "x" * 3000}), FOOT).startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("language", "text", "family"), [("ar", ARABIC, "Amiri"), ("he", HEBREW, "Frank Ruhl Libre")]
)
def test_scripts_from_right_to_left(
    language: str, text: str, family: str, seeded: Seeded, tmp_path: Path
) -> None:
    """Arabic and Hebrew are set in fonts that packages carry, and end at the right."""
    old = "our total and absolute commitment to exclusively democratic and peaceful means"
    edits = [
        Edit("quotes/1998.yaml", old, f'"{text}"'),
        Edit("dataset.yaml", "\nversion:", f"\nlanguage: {language}\nversion:"),
    ]
    with Asker(seeded(edited(TINY, edits, tmp_path / "record"))) as ask:
        assert ask("/cards/quotes/q-peaceful-means.png").status_code == 200
        quote = ask("/v1/quotes/q-peaceful-means").json()["data"]
    _, (_, _, block), *_ = blocks(card_of(quote), FOOT)
    assert block.is_rtl
    assert {word.family for line in block.lines for word in line if word.text in text} == {family}


def test_letters_that_no_font_has(seeded: Seeded, tmp_path: Path) -> None:
    """A card is not drawn with empty boxes in the place of letters, and its page names none."""
    edits = [Edit("quotes/1998.yaml", "our total and absolute", "我们 our total and absolute")]
    with Asker(seeded(edited(TINY, edits, tmp_path / "record"))) as ask:
        answer = ask("/cards/quotes/q-peaceful-means.png")
        page = social(ask("/quotes/q-peaceful-means").text)
        described = ask("/oembed?url=http://127.0.0.1:8000/quotes/q-peaceful-means").json()
    assert "thumbnail_url" not in described
    assert "og:image" not in page
    assert page["twitter:card"] == "summary"
    assert answer.status_code == 404
    assert "No font of cards has the letters of '我们'" in answer.json()["detail"]


def test_hostile_text_is_drawn_as_text(hostile_database: Path) -> None:
    """Markup in a record is neither markup of the picture nor an address that it reads."""
    with Asker(hostile_database) as ask:
        for card, page in CARDS:
            assert ask(f"/cards{card}").status_code == 200, card
            found = social(ask(page, headers={"Accept": "text/html"}).text)
            assert "<" not in re.sub(r"<[^>]*>", "", found["og:url"])
        quote = orjson.loads(ask("/v1/quotes/q-peaceful-means").content)["data"]
    assert HOSTILE.split()[0] in " ".join(words(card_of(quote)))
    tags = '<image href="/etc/passwd"/></text></svg><use href="#x"/>'
    assert drawn_card(card_of(quote | {"text": tags}), FOOT).startswith(b"\x89PNG")


def test_below_a_path(cached_databases: Seeded) -> None:
    """The picture of a service below a path is at its public address."""
    with Asker(cached_databases(TINY), public_url="https://news.example/parley") as ask:
        found = social(ask("/quotes/q-new-beginning").text)
        assert found["og:image"] == ("https://news.example/parley/cards/quotes/q-new-beginning.png")
        assert found["og:url"] == "https://news.example/parley/quotes/q-new-beginning"
