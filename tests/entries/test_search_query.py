"""What a query asks for: groups of words and phrases, of each of which one is enough."""

from __future__ import annotations

import pytest

from app.entries.search_query import (
    NoWordsError,
    SearchGroup,
    TooManyWordsError,
    UnclearQueryError,
    read_query,
)
from app.entries.words import SearchTerm


def words(*each: str) -> SearchGroup:
    """A group: a term for each argument; `-` before the first excludes it, `*` is a prefix."""
    excluded = each[0].startswith("-")
    terms = [
        SearchTerm(tuple(term.strip("-*").split()), prefix=term.endswith("*")) for term in each
    ]
    return SearchGroup(tuple(terms), excluded)


READ = [
    ("gaza", [words("gaza")]),
    ("Gaza ceasefire", [words("gaza"), words("ceasefire")]),
    ("gaza GAZA gaza", [words("gaza")]),
    ('"total victory"', [words("total victory")]),
    ("“total victory”", [words("total victory")]),
    ("„total victory“", [words("total victory")]),
    ("«total victory»", [words("total victory")]),
    ('gaza "total victory', [words("gaza"), words("total victory")]),
    ('a"b c"d', [words("a"), words("b c"), words("d")]),
    ('gaza ""', [words("gaza")]),
    ("hosta*", [words("hosta*")]),
    ("hosta**", [words("hosta*")]),
    ("hosta *", [words("hosta")]),
    ('"the hosta *"', [words("the hosta")]),
    ("hosta-*", [words("hosta")]),
    ("*hosta", [words("hosta")]),
    ("ho*sta", [words("ho sta")]),
    ('"the hosta*"', [words("the hosta*")]),
    ('"the hosta"*', [words("the hosta*")]),
    ('"the hosta*', [words("the hosta*")]),
    ('"the hosta" *', [words("the hosta")]),
    ("-hamas", [words("-hamas")]),
    ("--hamas", [words("-hamas")]),
    ("-hosta*", [words("-hosta*")]),
    ('-"total victory"', [words("-total victory")]),
    ("gaza -hamas", [words("gaza"), words("-hamas")]),
    ("hamas -hamas", [words("hamas"), words("-hamas")]),
    ("gaza - hamas", [words("gaza"), words("hamas")]),
    ("\u200f-حماس", [words("-حماس")]),
    ("don't", [words("don t")]),
    ("停火", [words("停 火")]),
    ("title:gaza ^b", [words("title gaza"), words("b")]),
    ("{b} c+d", [words("b"), words("c d")]),
    ("a\x00b \ud800 c", [words("a b"), words("c")]),
    ("a'; DROP TABLE b", [words("a"), words("drop"), words("table"), words("b")]),
    # Other spellings.
    ("cease-fire", [words("cease fire", "ceasefire")]),
    ("-cease-fire", [words("-cease fire", "ceasefire")]),
    ("cease-f*", [words("cease f*", "ceasef*")]),
    ('"a cease-fire now"', [words("a cease fire now", "a ceasefire now")]),
    ('cease-"fire now"', [words("cease"), words("fire now")]),
    ("day-to-day", [words("day to day", "daytoday")]),
    ("Qur’an", [words("qur an", "quran")]),
    ("Israel's", [words("israel s")]),
    ("2024-02-07", [words("2024 02 07")]),
    ("27,700", [words("27700")]),
    ("27.700", [words("27700")]),
    ("27 700", [words("27700")]),
    ("27’700", [words("27700")]),
    ("1,234,567", [words("1234567")]),
    ("-27,700", [words("-27700")]),
    ("٢٧٬٧٠٠", [words("27700")]),
    ("27700", [words("27700")]),
    ("3.5", [words("3 5")]),
    ("27,7000", [words("27 7000")]),
    ('"27,700 people"', [words("27 700 people", "27700 people")]),
    ("US", [words("us•")]),
    ("U.S.", [words("us•", "u s")]),
    ("u.s.", [words("us•", "u s")]),
    ("U.S", [words("us•", "u s")]),
    ("us", [words("us")]),
    ("Us", [words("us")]),
    ("UN", [words("un•", "un")]),
    ("-US", [words("-us•")]),
    ("US,", [words("us•")]),
    ("GAZA", [words("gaza")]),
    ("I.D.F.", [words("idf•", "i d f")]),
    ("США", [words("сша•", "сша")]),
    ('"US aid"', [words("us aid", "u s aid")]),
    ('"U.S. aid"', [words("u s aid", "us aid")]),
    ('צה"ל חמאס', [words("צה ל", "צהל"), words("חמאס")]),
    ("צָה”ל", [words("צה ל", "צהל")]),
    ('"צה"ל בעזה"', [words("צה ל בעזה", "צהל בעזה")]),
    # Operators and parentheses.
    ("a AND b", [words("a"), words("b")]),
    ("a OR b", [words("a", "b")]),
    ("a | b", [words("a", "b")]),
    ("a OR b OR c", [words("a", "b", "c")]),
    ("x a OR b y", [words("x"), words("a", "b"), words("y")]),
    ('"a b" OR c', [words("a b", "c")]),
    ("a* OR b", [words("a*", "b")]),
    ("(a OR b) (c OR d)", [words("a", "b"), words("c", "d")]),
    ("(a b) OR c", [words("a", "c"), words("b", "c")]),
    ("(a AND b) OR (c AND d)", [words(*each) for each in ("ac", "ad", "bc", "bd")]),
    ("a AND (b OR c)", [words("a"), words("b", "c")]),
    ("((a))", [words("a")]),
    ("NOT a", [words("-a")]),
    ("b NOT a", [words("b"), words("-a")]),
    ("b AND NOT a", [words("b"), words("-a")]),
    ("NOT -a", [words("a")]),
    ("-(a OR b) c", [words("-a", "b"), words("c")]),
    ("NOT (a OR b) c", [words("-a", "b"), words("c")]),
    ("cease-fire OR truce", [words("cease fire", "ceasefire", "truce")]),
    ("or and not", [words("or"), words("and"), words("not")]),
    ('"OR"', [words("or•", "or")]),
    ('"US"', [words("us•")]),
    ("U.S.-led", [words("u s led", "usled")]),
    ("a OR or", [words("a", "or")]),
    # What is left open or stands alone is ignored.
    ("OR a", [words("a")]),
    ("a OR", [words("a")]),
    ("a OR OR b", [words("a", "b")]),
    ("AND a", [words("a")]),
    ("a NOT", [words("a")]),
    ("(a OR b", [words("a", "b")]),
    ("a) b", [words("a"), words("b")]),
    ("() a", [words("a")]),
    ("a OR ()", [words("a")]),
    ("a OR ...", [words("a")]),
    ("NEAR(a b, 5)", [words("near"), words("a"), words("b"), words("5")]),
]
UNCLEAR = [
    ("a AND b OR c", "AND and OR side by side; put parentheses around one of them"),
    ("a OR b AND c", "AND and OR side by side; put parentheses around one of them"),
    ("a OR -b", "an excluded word as an alternative; exclude it outside of OR"),
    ("a OR NOT b", "an excluded word as an alternative; exclude it outside of OR"),
    ("(a -b) OR c", "an excluded word as an alternative; exclude it outside of OR"),
    ("-(a b)", "several words are excluded at once; exclude each of them"),
    ("(" * 17 + "a", "more than 16 parentheses inside each other"),
]


@pytest.mark.parametrize(("text", "expected"), READ)
def test_a_query_is_read(text: str, expected: list[SearchGroup]) -> None:
    """Words, phrases, prefixes, exclusions, alternatives and groups, in all spellings."""
    assert read_query(text) == tuple(expected)


@pytest.mark.parametrize(("text", "wrong"), UNCLEAR)
def test_an_unclear_query_is_refused(text: str, wrong: str) -> None:
    """What may mean two things, or cannot be answered, is refused with the remedy."""
    with pytest.raises(UnclearQueryError) as refused:
        read_query(text)
    assert str(refused.value).startswith(wrong)


@pytest.mark.parametrize(
    "text",
    ["", "   ", "-", '""', "*", "()", '-"', "َ", "🕊️", "\x00", "\ud800", "'", "OR", "NOT", "(AND)"],
)
def test_a_query_without_words_is_refused(text: str) -> None:
    """A query with no letter and no digit is refused by name."""
    with pytest.raises(
        NoWordsError, match="no word to look for; give at least one letter or digit"
    ):
        read_query(text)


def test_a_query_asks_for_64_words_at_most() -> None:
    """64 different words are read, however often they are repeated; 65 are refused."""
    asked = [f"w{number}" for number in range(65)]
    assert len(read_query(" ".join(asked[:64] * 2))) == 64
    with pytest.raises(TooManyWordsError, match="65 words and phrases; give 64 or fewer"):
        read_query(" ".join(asked))


def test_a_query_has_1024_words_at_most() -> None:
    """Phrases of 1024 words in all are read; one word more is refused."""
    phrase = "停" * 512
    assert len(read_query(f"{phrase} -{phrase}")) == 2
    with pytest.raises(TooManyWordsError, match="1025 words in all; give 1024 or fewer"):
        read_query(f"{phrase} -{phrase} a")


def test_alternatives_are_combined_at_most_64_times() -> None:
    """Alternatives of several words each are multiplied out, up to a bound."""
    assert len(read_query("(a b) OR (c d) OR (e f) OR (g h) OR (i j) OR (k l)")) == 64
    with pytest.raises(TooManyWordsError, match="alternatives in 128 combinations"):
        read_query("(a b) OR (c d) OR (e f) OR (g h) OR (i j) OR (k l) OR (m n)")
