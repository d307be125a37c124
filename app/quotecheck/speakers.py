"""Who is named in a text, and whether a short passage is said there to be this speaker's."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any

import orjson
from sqlalchemy import select

from app.db.snapshots import Snapshot
from app.db.sql import KeyedStatement
from app.db.tables import name_word, reference
from app.entries.words import Located, split
from app.quotecheck.candidates import Candidate
from app.quotecheck.prose import Prose, Span
from app.quotecheck.tokens import Word

BATCH = 200
ROWS = 5000
ACTORS = 300
# A word of so many names ("of", "state") points to none.
COMMON = 100
SURNAME_LETTERS = 4
# Between "Israeli" and "prime minister", or "prime minister" and "of Israel".
NEARBY_WORDS = 2
COUNTRY_LETTERS = 4
# Characters beyond which nothing belongs to a passage any more.
NEARBY = 600

PRONOUNS = frozenset(
    (
        *("he", "she", "they", "his", "her", "their", "him", "them"),
        *("הוא", "היא", "הם"),
        *("هو", "هي", "هم", "وقال", "وأضاف", "قال", "أضاف"),
        *("il", "elle", "ils", "elles", "er", "sie", "él", "ella", "ellos"),
    )
)
# Before a place, an institution or a building, hardly before a person.
NO_PERSON_AFTER = frozenset(
    ("the", "in", "at", "from", "near", "to", "of", "into", "around", "outside")
)
# Capitalised because a sentence begins with them.
NO_NAME_BEGINS = NO_PERSON_AFTER | frozenset(
    (
        "on",
        "by",
        "after",
        "before",
        "but",
        "and",
        "when",
        "as",
        "while",
        "for",
        "with",
        "if",
        "later",
    )
)
NO_WORD = Word("", 0, 0)


@dataclass(frozen=True)
class Mention:
    """A place where actors of that name are named."""

    span: Span
    actors: frozenset[str]


@dataclass(frozen=True)
class Named:
    """An actor that a text may name."""

    id: str
    kind: str
    names: tuple[str, ...]

    def sequences(self) -> Iterator[tuple[tuple[str, ...], bool]]:
        """The words that name it, and whether they begin with a capital letter."""
        for name in (*self.names, self.id.replace("-", " ")):
            words = tuple(split(name))
            if words:
                yield words, name != self.id.replace("-", " ") and name[0].isupper()
                if self.kind == "person" and len(words[-1]) >= SURNAME_LETTERS:
                    yield words[-1:], True


# Which actors have some words in their names.
NAMED_BY = KeyedStatement(
    select(name_word.c.word, name_word.c.id).where(name_word.c.name_type == "actor").limit(ROWS),
    name_word.c.word,
)
ACTOR_BODIES = KeyedStatement(
    select(reference.c.body).where(reference.c.name_type == "actor"), reference.c.id
)


async def named_in(words: Iterable[str], snapshot: Snapshot) -> list[Named]:
    """The actors that may be named by some words."""
    having: defaultdict[str, list[str]] = defaultdict(list)
    for batch in batches(dict.fromkeys(words)):
        statement, values = NAMED_BY.of(batch)
        for word, actor in await snapshot.rows(statement, **values):
            having[word].append(actor)
    ids = dict.fromkeys(
        actor for actors in having.values() if len(actors) <= COMMON for actor in actors
    )
    named = []
    for batch in batches(list(ids)[:ACTORS]):
        statement, values = ACTOR_BODIES.of(batch)
        for (body,) in await snapshot.rows(statement, **values):
            named.append(named_of(orjson.loads(body)))
    return named


def batches(items: Iterable[str]) -> Iterator[list[str]]:
    """The items, so many at a time."""
    rest = iter(items)
    while batch := list(islice(rest, BATCH)):
        yield batch


def named_of(document: Mapping[str, Any]) -> Named:
    """An actor with all its names."""
    names = (document["name"], *document["aliases"])
    return Named(document["id"], document["kind"], names)


def mentions_in(text: str, words: Sequence[Located], named: Iterable[Named]) -> list[Mention]:
    """Where actors are named, the longest name first, none overlapping."""
    known: defaultdict[str, dict[tuple[tuple[str, ...], bool], set[str]]] = defaultdict(dict)
    for actor in named:
        for sequence, capital in actor.sequences():
            known[sequence[0]].setdefault((sequence, capital), set()).add(actor.id)
    found = []
    number = 0
    while number < len(words):
        mention = longest(text, words, number, known.get(words[number].word, {}))
        if mention is None:
            number += 1
            continue
        length, actors = mention
        span = (words[number].start, words[number + length - 1].end)
        found.append(Mention(span, frozenset(actors)))
        number += length
    return found


def longest(
    text: str,
    words: Sequence[Located],
    number: int,
    names: Mapping[tuple[tuple[str, ...], bool], set[str]],
) -> tuple[int, set[str]] | None:
    """The longest name that stands at a word, and whose it is."""
    best: tuple[int, set[str]] | None = None
    first = text[words[number].start]
    for (sequence, capital), actors in names.items():
        if capital and first.islower():
            continue
        length = len(sequence)
        here = tuple(word.word for word in words[number : number + length])
        if here == sequence and (best is None or length >= best[0]):
            best = (length, actors | (best[1] if best and best[0] == length else set()))
    return best


@dataclass(frozen=True)
class Scene:
    """A text with those who are named in it."""

    prose: Prose
    mentions: Sequence[Mention]
    persons: frozenset[str]

    def fits(self, span: Span, candidate: Candidate, voices: frozenset[str]) -> bool:
        """Whether a passage is said to be one of the voices': by name, by office, as "he".

        Looked at is the sentence, and where it names no person, who was named last before it.
        """
        sentence = clipped(self.prose.sentence(span), span)
        here = self._named(sentence)
        if any(mention.actors & voices for mention in here):
            return True
        offices = list(offices_of(candidate))
        if any(self._office(sentence, title, country) for title, country in offices):
            return True
        if any(mention.actors & self.persons for mention in here):
            return False
        return self._means(sentence, offices) and self._last_named(sentence) & voices != frozenset()

    @cached_property
    def _starts(self) -> list[int]:
        return [mention.span[0] for mention in self.mentions]

    def _named(self, span: Span) -> list[Mention]:
        first = bisect_left(self._starts, span[0])
        return list(self.mentions[first : bisect_left(self._starts, span[1])])

    def _keys(self, span: Span) -> list[str]:
        return [word.key for word in self.prose.words_in(span)]

    def _means(self, sentence: Span, offices: Sequence[tuple[tuple[str, ...], str]]) -> bool:
        """Whether a sentence speaks of someone as "he" or by the bare office."""
        keys = self._keys(sentence)
        titled = any(next(positions(title, keys), None) is not None for title, _ in offices)
        return titled or not PRONOUNS.isdisjoint(keys)

    def _office(self, sentence: Span, title: tuple[str, ...], country: str) -> bool:
        """Whether a sentence names an office with its country: "the Israeli prime minister"."""
        keys = self._keys(sentence)
        for start in positions(title, keys):
            end = start + len(title)
            near = keys[max(0, start - NEARBY_WORDS) : start] + keys[end : end + NEARBY_WORDS]
            if any(key.startswith(country) for key in near):
                return True
        return False

    def _last_named(self, sentence: Span) -> frozenset[str]:
        """Who was the last person named before a sentence; news has paragraphs of one sentence."""
        since = (max(0, sentence[0] - NEARBY), sentence[0])
        before = [each for each in self._named(since) if each.actors & self.persons]
        if not before or self._stranger((before[-1].span[1], sentence[1])):
            return frozenset()
        return before[-1].actors

    def _stranger(self, span: Span) -> bool:
        """Whether someone is named whom the record does not know: two capitalised words."""
        known = {number for each in self._named(span) for number in range(*each.span)}
        words = [word for word in self.prose.words_in(span) if word.start not in known]
        return any(
            self._is_name(one, other) and before.key not in NO_PERSON_AFTER
            for before, one, other in zip([NO_WORD, *words], words, words[1:], strict=False)
        )

    def _is_name(self, one: Word, other: Word) -> bool:
        text = self.prose.text
        return (
            text[one.start].isupper()
            and text[other.start].isupper()
            and text[one.end : other.start] == " "
            and one.key not in NO_NAME_BEGINS
            and self.prose.around((one.start, other.end)) is None
        )


def clipped(span: Span, around: Span) -> Span:
    """What of a span lies near another one: text without full stops has no end of sentence."""
    return max(span[0], around[0] - NEARBY), min(span[1], around[1] + NEARBY)


def positions(sequence: Sequence[str], keys: Sequence[str]) -> Iterator[int]:
    """Where some words stand in a row."""
    wanted = list(sequence)
    for number in range(len(keys) - len(wanted) + 1):
        if keys[number : number + len(wanted)] == wanted:
            yield number


def offices_of(candidate: Candidate) -> Iterator[tuple[tuple[str, ...], str]]:
    """The offices of a quote's speakers on its date: the words of the title, and whose it is.

    "Prime Minister, Israel" gives (prime, minister) and `isra`, with which `Israeli` begins too.
    """
    for speaker in candidate.document["speakers"]:
        for office in (speaker["office"] or "").split("; "):
            title, _, of = office.rpartition(", ")
            words, country = tuple(split(title)), "".join(split(of)[:1])
            if words and len(country) >= COUNTRY_LETTERS:
                yield words, country
