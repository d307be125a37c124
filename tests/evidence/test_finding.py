"""Which differences of typography do not matter, and that all others do."""

from __future__ import annotations

import pytest

from app.evidence.finding import SourcePassage, find_words
from app.kinds.evidence import CONTEXT_LENGTH

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
