"""How words are found: alternatives, other spellings, other scripts, other forms, nearest ones."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest

from app.seeding.seed import seed
from tests.api.asking import Asker
from tests.conftest import TINY, settings_of
from tests.seeding.folders import read_folder, write_folder

QUOTE = {
    "date": "1998-05-01",
    "speakers": [{"actor": "ireland"}],
    "attribution": "on_record",
    "topics": ["settlement"],
    "citations": [{"source": "agreement-1998"}],
}
TEXTS = {
    "commas": ("en", "More than 27,700 people were killed."),
    "plain": ("en", "The number 27700 stands here."),
    "spaces": ("en", "There were 27 700 of them."),
    "points": ("de", "Es waren 27.700 Menschen."),
    "other": ("en", "Others say 28,700 or 27.7 thousand."),
    "hyphen": ("en", "A cease-fire is near."),
    "joined": ("en", "The ceasefire holds."),
    "apart": ("en", "They cease fire at dawn."),
    "fire": ("en", "The fire will cease."),
    "dots": ("en", "The U.S. agrees."),
    "capitals": ("en", "A US envoy came."),
    "pronoun": ("en", "It gives us hope."),
    "abbreviated": ("en", "An I.D.F. officer and a UN official spoke."),
    "qanda": ("en", "Sa'ar quoted the Qur’an."),
    "victims": ("es", "Las víctimas esperan a los rehenes."),
    "negotiated": ("es", "Negociaron durante días."),
    "maqsura": ("ar", "على مستوى الهُدنة في غزّة"),
    "persian": ("fa", "کتاب ایران در سال ۲۰۲۴"),
    "arabic": ("ar", "عام ٢٠٢٤ كتاب إيران"),
    "norse": ("no", "Øyvind og Æsa i Łódź, Đakovo, Straße, ısı"),
    "hebrew": ("he", 'דובר צה"ל אמר'),
    "peace": ("en", "Peace is made of promises."),
    "promise": ("en", "He promised to negotiate."),
}
FOUND = {
    "27700": ["commas", "plain", "points", "spaces"],
    "27,700": ["commas", "plain", "points", "spaces"],
    "27 700": ["commas", "plain", "points", "spaces"],
    "27.700": ["commas", "plain", "points", "spaces"],
    "27\u202f700": ["commas", "plain", "points", "spaces"],
    "٢٧٧٠٠": ["commas", "plain", "points", "spaces"],
    '"27,700 people"': ["commas"],
    "-27,700 people": [],
    "28700": ["other"],
    "27.7": ["other"],
    "cease-fire": ["apart", "hyphen", "joined"],
    "ceasefire": ["hyphen", "joined"],
    "cease‑fire": ["apart", "hyphen", "joined"],
    "CEASEFIRE": ["hyphen", "joined"],
    "cease fire": ["apart", "fire", "hyphen"],
    '"cease fire"': ["apart", "hyphen"],
    "ceasef*": ["hyphen", "joined"],
    "cease -cease-fire": ["fire"],
    "US": ["capitals", "dots"],
    "U.S.": ["capitals", "dots"],
    "u.s.": ["capitals", "dots"],
    '"US envoy"': ["capitals"],
    '"U.S. envoy"': ["capitals"],
    "us": ["capitals", "pronoun"],
    "us -US": ["pronoun"],
    "IDF": ["abbreviated"],
    "I.D.F.": ["abbreviated"],
    "U.N.": ["abbreviated"],
    "Saar": ["qanda"],
    "Sa'ar": ["qanda"],
    "Quran": ["qanda"],
    "علي": ["maqsura"],
    "على": ["maqsura"],
    "غزه": ["maqsura"],
    "غزة": ["maqsura"],
    "مستوي": ["maqsura"],
    "كتاب ايران": ["arabic", "persian"],
    "کتاب ایران": ["arabic", "persian"],
    "2024": ["arabic", "persian"],
    "۲۰۲۴": ["arabic", "persian"],
    "oyvind aesa lodz": ["norse"],
    "dakovo strasse isi": ["norse"],
    "ØYVIND Æsa": ["norse"],
    "צהל": ["hebrew"],
    'צה"ל': ["hebrew"],
    "peace OR envoy": ["capitals", "peace"],
    "peace | envoy": ["capitals", "peace"],
    "peace AND promises": ["peace"],
    "(peace OR envoy) us": ["capitals"],
    "us (peace OR envoy)": ["capitals"],
    "(peace promises) OR envoy": ["capitals", "peace"],
    '"peace is" OR "us hope"': ["peace", "pronoun"],
    "pea* OR env*": ["capitals", "peace"],
    "us NOT envoy": ["pronoun"],
    "us -(envoy OR dawn)": ["pronoun"],
    "ceasefire OR 27700": ["commas", "hyphen", "joined", "plain", "points", "spaces"],
    "cease-fire OR peace": ["apart", "hyphen", "joined", "peace"],
    "peace OR": ["peace"],
    "(peace": ["peace"],
}
FORMS = {
    "víctima": ["victims"],
    "victima": ["victims"],
    "VÍCTIMAS": ["victims"],
    "rehén": ["victims"],
    "negociar": ["negotiated"],
    "promise": ["peace", "promise"],
    "negotiation": ["promise"],
    "promise -peace": ["promise"],
    "peace -promise": [],
    "promising OR envoys": ["capitals", "peace", "promise"],
    "هدنة": ["maqsura"],
    "cease-fires": ["hyphen", "joined"],
    '"promise of"': [],
    "promis*": ["peace", "promise"],
}


def entry(name: str) -> dict[str, Any]:
    """A quote with one of the texts."""
    language, text = TEXTS[name]
    return {**QUOTE, "id": name, "text": text, "language": language}


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asker]:
    """Asks a record of these texts alone."""
    place = tmp_path_factory.mktemp("said")
    curated = read_folder(TINY)
    for kind in ("event", "proposal", "figure"):
        curated[kind] = {}
    curated["quote"] = {name: entry(name) for name in TEXTS}
    seed(write_folder(curated, place / "seed"), settings_of(place / "record.db"))
    with Asker(place / "record.db") as ask:
        yield ask


@pytest.mark.parametrize("query", FOUND)
def test_words_are_found(said: Asker, query: str) -> None:
    """Exactly the texts with the words, however either is written; alike when counted."""
    asked = f"/v1/quotes?q={quote(query)}"
    assert sorted(said.ids(asked)) == FOUND[query]
    assert said.page(f"{asked}&count=exact&limit=1")["meta"]["total"] == len(FOUND[query])


@pytest.mark.parametrize("query", FOUND)
def test_words_are_ranked(said: Asker, query: str) -> None:
    """By relevance, the same texts, each once."""
    assert sorted(said.ids(f"/v1/quotes?q={quote(query)}&sort=relevance")) == FOUND[query]


@pytest.mark.parametrize("query", FORMS)
def test_word_forms(said: Asker, query: str) -> None:
    """Words in other forms, in every language of the record; phrases and beginnings as they are."""
    asked = f"/v1/quotes?q={quote(query)}&word_forms=true"
    assert sorted(said.ids(asked)) == FORMS[query]
    assert sorted(said.ids(f"{asked}&sort=relevance")) == FORMS[query]


def test_word_forms_are_asked_for(said: Asker) -> None:
    """Without `word_forms`, a word is found as it is."""
    assert said.ids(f"/v1/quotes?q={quote('víctima')}") == []
    assert said.ids(f"/v1/quotes?q={quote('víctimas')}") == ["victims"]


def test_alternatives_score_as_one(said: Asker) -> None:
    """Neither alternative counts for more than the other where both occur as often."""
    first = said.ids("/v1/quotes?q=peace OR envoy&sort=relevance")
    assert first == said.ids("/v1/quotes?q=envoy OR peace&sort=relevance")


@pytest.mark.parametrize(
    ("query", "forms", "marked"),
    [
        ("27700", "", "27,700"),
        ("ceasefire", "", "cease-fire"),
        ("U.S.", "", "US"),
        ("US", "", "U.S."),
        ("víctima", "&word_forms=true", "víctimas"),
        ("envoy OR lodz", "", "Łódź,"),
    ],
)
def test_snippets_mark_what_was_found(said: Asker, query: str, forms: str, marked: str) -> None:
    """The words of a passage in their own spelling or form."""
    page = said.page(f"/v1/quotes?q={quote(query)}&snippets=true{forms}")
    assert any(f"<mark>{marked}</mark>" in each for each in page["meta"]["snippets"].values())


@pytest.mark.parametrize(
    ("query", "wrong"),
    [
        ("peace AND us OR envoy", "AND and OR side by side; put parentheses around one of them."),
        ("peace OR -us", "an excluded word as an alternative; exclude it outside of OR."),
        ("-(peace us)", "several words are excluded at once; exclude each of them"),
    ],
)
def test_what_is_unclear_is_refused(said: Asker, query: str, wrong: str) -> None:
    """With the remedy."""
    (error,) = said.problem(f"/v1/quotes?q={quote(query)}", 422)["errors"]
    assert error["parameter"] == "q"
    assert error["detail"].startswith(f"q: {wrong}")


NEAREST = [
    ("ceasefre", ["ceasefire", "cease"]),
    ("peace envoi", ["peace"]),
    ("promisd peice", ["promises peace"]),
    ("envoy dawn", ["envoy", "dawn"]),
    ('"official UN"', ["official UN"]),
    ("zzzz", []),
    ("27701", []),
    ("27,701", []),
    ("peace 27,701", ["peace"]),
    ("peace 27 701", ["peace"]),
    ('"peice promisd"', ["peace promises"]),
]


@pytest.mark.parametrize(("query", "nearest"), NEAREST)
def test_nothing_found_names_the_nearest(said: Asker, query: str, nearest: list[str]) -> None:
    """Words of the record that are like those asked, or part of them; each finds something."""
    meta = said.page(f"/v1/quotes?q={quote(query)}&speaker=ireland")["meta"]
    queries = [each["q"] for each in meta["nearest"]]
    assert queries == nearest
    for each in meta["nearest"]:
        asked = parse_qs(urlsplit(each["link"]).query)
        assert asked == {"q": [each["q"]], "speaker": ["ireland"]}
        assert said.ids(each["link"]) != []


def test_nearest_only_where_nothing_is_found(said: Asker) -> None:
    """An answer with entries, and one without words, names none."""
    assert "nearest" not in said.page("/v1/quotes?q=peace")["meta"]
    assert "nearest" not in said.page("/v1/quotes?date=1900")["meta"]


def test_nearest_words_on_pages(said: Asker) -> None:
    """A page that finds nothing links the nearest words."""
    page = said("/quotes?q=ceasefre", headers={"Accept": "text/html"}).text
    assert '<a href="/quotes?q=ceasefire" dir="auto">ceasefire</a>' in page


def test_nearest_names(said: Asker) -> None:
    """A list of actors that finds nothing names the nearest names."""
    meta = said.page("/v1/actors?q=irelnd")["meta"]
    assert meta["nearest"][0] == {"q": "ireland", "link": "/v1/actors?q=ireland"}


@pytest.mark.parametrize(
    ("query", "actors"),
    [
        ("sinn OR ahern", ["ahern", "sinn-fein"]),
        ("(ireland OR bertie) -office", ["ahern", "ireland"]),
        ("irel* -office", ["ireland"]),
    ],
)
def test_alternatives_among_actors(said: Asker, query: str, actors: list[str]) -> None:
    """Lists of actors read the same queries; their words are beginnings."""
    assert sorted(said.ids(f"/v1/actors?q={quote(query)}")) == actors
