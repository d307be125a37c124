"""Offices as people write them: "the Israeli prime minister", "Qatar's foreign minister"."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import takewhile
from typing import Any, NamedTuple

from app.quotecheck.reading import read_words
from app.quotecheck.vocabulary import TABLES, word_table

SAME_TITLES: dict[str, str] = TABLES["same_titles"]
NOUNS = word_table("titles", "nouns")
# With one of these it is another office.
RANKS = word_table("titles", "ranks")
TITLE_WORDS = word_table("titles", "nouns", "ranks", "others")
JOINERS = frozenset(("a", "an", "and", "for", "in", "of", "the", "to"))
# Adjectives and short names that do not begin like the name of the state.
STATES: dict[str, str] = TABLES["states"]
# Letters with which the adjective of a state begins like its name.
ROOT_LETTERS = 4
# The words before and after a title in which it may be said whose it is.
OWNER_WORDS = 3
SPEECH = word_table("speech")


class Office(NamedTuple):
    """A title, and the words that say whose it is; none where only the title is given."""

    title: frozenset[str]
    of: tuple[str, ...]
    first: int
    last: int

    def is_held(self, quote: Mapping[str, Any]) -> bool:
        """Whether a speaker of a quote held this office on its date."""
        return any(
            self.is_title(title) and is_named_by(self.of, of) for title, of in held_offices(quote)
        )

    def is_title(self, title: frozenset[str]) -> bool:
        """Whether this is what people call a title; a vice president is no president."""
        return self.title <= title and self.title & RANKS == title & RANKS


def is_named_by(words: Sequence[str], name: Sequence[str]) -> bool:
    """Whether some words name a state or body, by its name or by an adjective of it."""
    full = " ".join(name)
    return any(
        STATES.get(word) == full
        or any(word[:ROOT_LETTERS] == each[:ROOT_LETTERS] for each in name if len(each) > 3)
        for word in words
    )


def held_offices(quote: Mapping[str, Any]) -> Iterator[tuple[frozenset[str], tuple[str, ...]]]:
    """The titles of a quote's speakers on its date, and the names of whose they are."""
    for speaker in quote["speakers"]:
        for office in (speaker["office"] or "").split("; "):
            title, _, of = office.rpartition(", ")
            if title:
                yield title_words(title), read_words(of).keys


@lru_cache(maxsize=4096)
def title_words(title: str) -> frozenset[str]:
    """The words of a title, each in one form, without those that only join them."""
    keys = read_words(title).keys
    return frozenset(SAME_TITLES.get(key, key) for key in keys) - JOINERS - {"affairs"}


def offices_in(keys: tuple[str, ...]) -> Iterator[Office]:
    """The offices that some words name."""
    titles = [SAME_TITLES.get(key, key) for key in keys]
    if NOUNS.isdisjoint(titles):
        return
    start = 0
    while start < len(titles):
        end = _title_end(titles, start)
        words = frozenset(titles[start:end]) - JOINERS - {"affairs"}
        if words & NOUNS:
            if "prime" in words:
                words |= {"minister"}
            before, after = _owner_before(keys, start), _owner_after(keys, end)
            owner = tuple(key for key in (*before, *after) if key not in JOINERS)
            first, last = start - len(before), end + (len(after) + 1 if after else 0)
            yield Office(words, owner, first, last)
        start = max(end, start + 1)


def _title_end(titles: Sequence[str], start: int) -> int:
    end = start
    for number in range(start, len(titles)):
        if titles[number] in TITLE_WORDS:
            end = number + 1
        elif end == start or titles[number] not in JOINERS:
            break
    return end


def _owner_before(keys: Sequence[str], start: int) -> list[str]:
    """The words right before a title that may say whose it is."""
    nearest = reversed(keys[max(0, start - OWNER_WORDS) : start])
    return list(takewhile(lambda key: key not in JOINERS, nearest))[::-1]


def _owner_after(keys: Sequence[str], end: int) -> list[str]:
    """The words after the "of" of a title that may say whose it is."""
    after = keys[end + 1 : end + 1 + OWNER_WORDS] if keys[end : end + 1] == ("of",) else ()
    return list(takewhile(lambda key: key not in SPEECH, after))
