"""What entries are weighed by; tests/api/test_oracle.py compares the order of whole answers."""

from __future__ import annotations

from collections import Counter

import pytest

from app.entries import relevance
from app.entries.relevance import rounded_length, weighed
from tests.api.asking import Asker


@pytest.mark.parametrize(
    ("words", "length"),
    [(0, 0), (1, 1), (15, 15), (16, 16), (17, 16), (31, 30), (63, 60), (64, 64), (1023, 960)],
)
def test_a_length_keeps_four_digits(words: int, length: int) -> None:
    """Short texts are weighed by their length itself, long ones by one close to it."""
    assert rounded_length(words) == length


def test_what_an_entry_is_weighed_by() -> None:
    """Its length, and each word that stands in it twice or more, so often or four times."""
    words = ["no", "deal", "no", "war", "no", "peace", "no", "talks", "no", "deal"]
    assert set(weighed(Counter(words), len(words))) == {
        ("length", "10"),
        ("word:4", "no"),
        ("word:2", "deal"),
    }


def test_shorter_and_more_often_come_first(tiny_ask: Asker) -> None:
    """Of the entries that have the words, the walk by relevance has each once, in one order."""
    path = "/v1/timeline?q=agreement&sort=relevance"
    whole = tiny_ask.ids(f"{path}&limit=500")
    assert sorted(whole) == sorted(tiny_ask.ids("/v1/timeline?q=agreement&limit=500"))
    assert whole != tiny_ask.ids("/v1/timeline?q=agreement&limit=500")
    assert list(tiny_ask.walk(f"{path}&limit=1")) == whole


@pytest.mark.parametrize("path", ["/v1/timeline?q=agreement", "/v1/quotes?q=victory OR war"])
def test_pages_of_any_length_have_one_order(path: str, ask: Asker) -> None:
    """The best first: page by page, the same entries in the same order as on one page."""
    whole = ask.ids(f"{path}&sort=relevance&limit=500")
    assert list(ask.walk(f"{path}&sort=relevance&limit=7")) == whole


def test_more_classes_than_are_told_apart(ask: Asker, monkeypatch: pytest.MonkeyPatch) -> None:
    """Past a number of classes words weigh as if they stood once; nothing is lost or repeated."""
    path = "/v1/timeline?q=israel hamas hostages&sort=relevance"
    exact = ask.ids(f"{path}&limit=500")
    monkeypatch.setattr(relevance, "CLASSES", 1)
    coarse = list(ask.walk(f"{path}&limit=3"))
    assert sorted(coarse) == sorted(exact)
    assert coarse != exact


def test_beginnings_of_words_weigh_nothing(ask: Asker) -> None:
    """What is asked by a beginning alone comes newest first."""
    newest = ask.ids("/v1/quotes?q=hosta*&limit=500")
    assert ask.ids("/v1/quotes?q=hosta*&sort=relevance&limit=500") == newest
