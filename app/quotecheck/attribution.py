"""Who is said to have said something: by the parameter `speaker`, or by the text around it."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

from pyroaring import BitMap
from rapidfuzz import fuzz

from app.quotecheck.alignment import NEGATORS
from app.quotecheck.candidates import Candidate
from app.quotecheck.offices import Office, offices_in
from app.quotecheck.prose import NEARBY, SPEECH, Prose, Span
from app.quotecheck.reading import Reading, read_words
from app.quotecheck.vocabulary import word_table

SURNAME_LETTERS = 4
# The words of a clause in which its verb is looked for.
VERB_WITHIN = 12
# What stands right before a quotation that the words before it lead to: He said: “…”
LED_IN = re.compile(r"\w:\W*\Z")
# How alike a misspelt name is to the right one, in per cent.
MISSPELT = 88.0

FUNCTION_WORDS = word_table("function_words")
PRONOUNS = word_table("pronouns")
OBJECT_AFTER = word_table("objects")
SOURCES = word_table("sources")
# Capitalised where they begin a sentence, or words of a title.
NO_NAME = OBJECT_AFTER | word_table("beginnings") | word_table("titles")


class NamedActor(NamedTuple):
    """An actor of the record that a text may name."""

    id: str
    kind: str
    names: tuple[str, ...]
    titles: tuple[frozenset[str], ...] = ()

    def sequences(self) -> Iterator[tuple[tuple[str, ...], bool]]:
        """The words that name it, and whether they begin with a capital letter."""
        for name in self.names:
            words = read_words(name).keys
            if words:
                yield words, name[0].isupper()
                if self.kind == "person" and len(words[-1]) >= SURNAME_LETTERS:
                    yield words[-1:], True
        yield read_words(self.id.replace("-", " ")).keys, False


class ActorMention(NamedTuple):
    """Words that name actors: which words of the text, and who is named by them."""

    first: int
    last: int
    actors: frozenset[str]


@dataclass(frozen=True)
class SaidBy:
    """Who is said to have said something.

    `certain` says that somebody is named as the speaker; else only that the text fits somebody.
    """

    text: str
    actors: frozenset[str] = frozenset()
    states: frozenset[str] = frozenset()
    office: Office | None = None
    certain: bool = True


def is_said_by(candidate: Candidate, said: SaidBy, spoken: BitMap) -> bool:
    """Whether a quote is by whom it is attributed to; `spoken` are the quotes of its actors."""
    if candidate.ordinal in spoken:
        return True
    if said.office is not None and said.office.is_held(candidate.document):
        return True
    names = (speaker["actor"]["name"] for speaker in candidate.document["speakers"])
    return any(fuzz.ratio(said.text.lower(), name.lower()) >= MISSPELT for name in names)


def mentions_in(reading: Reading, named: Iterable[NamedActor]) -> list[ActorMention]:
    """Where actors are named, the longest name first, none overlapping."""
    known: defaultdict[str, dict[tuple[tuple[str, ...], bool], set[str]]] = defaultdict(dict)
    for actor in named:
        for sequence, capital in actor.sequences():
            known[sequence[0]].setdefault((sequence, capital), set()).add(actor.id)
    found: list[ActorMention] = []
    number = 0
    while number < len(reading):
        names = known.get(reading.keys[number], {})
        length, actors = _longest_name(reading, number, names)
        if actors:
            found.append(ActorMention(number, number + length, frozenset(actors)))
        number += max(1, length)
    return found


def _longest_name(
    reading: Reading, number: int, names: Mapping[tuple[tuple[str, ...], bool], set[str]]
) -> tuple[int, set[str]]:
    length, actors = 0, set[str]()
    word = reading.printed(number, number + 1)
    lower = word[0].islower()
    if reading.keys[number] in FUNCTION_WORDS and not word.isupper():
        # "who" and "us" are no bodies, WHO and US are.
        names = {key: ids for key, ids in names.items() if len(key[0]) > 1}
    for (sequence, capital), ids in names.items():
        end = number + len(sequence)
        if (capital and lower) or reading.keys[number:end] != sequence or len(sequence) < length:
            continue
        actors = ids | (actors if len(sequence) == length else set())
        length = len(sequence)
    return length, actors


@dataclass(frozen=True)
class Scene:
    """A text with those who are named in it."""

    prose: Prose
    mentions: Sequence[ActorMention]
    actors: Mapping[str, NamedActor]

    def attribution(self, span: Span) -> SaidBy | None:
        """Who is said to have said a quotation; None where the text does not tell.

        Looked at is what stands before and after it in its sentence, and where that names nobody,
        who was named last before it.
        """
        before, after = self.prose.before(span), self.prose.after(span)
        sides = [before, after]
        if self._goes_on(span, after):
            sides.reverse()
        for side in sides:
            found = self._in_clause(side, span)
            if found is not None:
                return found
        start = self.prose.sentence(span)[0]
        earlier = [self._in_clause(each, span) for each in self.prose.outside((start, before[0]))]
        for found in reversed(earlier):
            if found is not None and found.actors:
                return replace(found, certain=found.certain and self._says(before))
        return self._last_person(start, certain=False)

    def _says(self, clause: Span) -> bool:
        return not SPEECH.isdisjoint(self.prose.words_in(clause).keys)

    def said_beside(self, span: Span) -> SaidBy | None:
        """Who is said to have said a part of the text by all that stands before and after it."""
        sides = [(0, span[0]), (span[1], len(self.prose.text))]
        found = None
        for side in sides:
            words = self.prose.words_in(side)
            if not len(words):
                continue
            said = None if NEGATORS.intersection(words.keys) else self._in_clause(side, span)
            if said is None or not said.certain:
                return None
            found = found or said
        return found

    def _goes_on(self, span: Span, after: Span) -> bool:
        """Whether the sentence goes on after a quotation with who said it: “…,” he said."""
        if LED_IN.search(self.prose.text, *self.prose.before(span)):
            return False
        words = self.prose.words_in(after)
        ends = self.prose.text[max(0, span[1] - 1) : span[1] + 2]
        return (
            any(sign in ends for sign in ",!?،")
            and words.keys[:1] not in ((), ("which",), ("as",))
            and not SPEECH.isdisjoint(words.keys[:VERB_WITHIN])
        )

    def _in_clause(self, clause: Span, span: Span) -> SaidBy | None:
        """Who is named in a clause as the speaker."""
        first, last = self._word_numbers(clause)
        reading = self.prose.reading.part(first, last)
        named = [each for each in self._named(first, last) if not self._is_object(each)]
        persons = [each for each in named if self._is_person(each)]
        says = not SPEECH.isdisjoint(reading.keys)
        if persons:
            return self._attributed(named, self._text(persons[0]))
        stranger = self._stranger(first, last)
        if stranger is not None:
            certain = says or clause[1] == span[0]
            return self._attributed(named, stranger, certain=certain)
        offices = [self._with_owner(each, reading) for each in offices_in(reading.keys)]
        owned = next((each for each in offices if each.of), None)
        if owned is not None:
            return self._attributed(named, reading.printed(owned.first, owned.last), owned)
        if named and says:
            return self._attributed(named, self._text(named[0]))
        before = self.prose.sentence(span)[0]
        if offices:
            meant = self._last_person(before, certain=True, office=offices[0])
            return meant or self._attributed(named, "", certain=False)
        if not PRONOUNS.isdisjoint(reading.keys):
            meant = self._last_person(before, certain=True)
            if meant is not None:
                return meant
        return self._attributed(named, "", certain=False) if named else None

    def in_sentence(self, span: Span) -> SaidBy | None:
        """Everybody named in the sentence around a passage, or meant by "he"; never certain."""
        sentence = self.prose.sentence(span)
        first, last = self._word_numbers(sentence)
        named = list(self._named(first, last))
        keys = self.prose.reading.keys[first:last]
        if not any(map(self._is_person, named)) and not PRONOUNS.isdisjoint(keys):
            return self._last_person(sentence[0], certain=False)
        return self._attributed(named, "", certain=False) if named else None

    def _attributed(
        self,
        named: Iterable[ActorMention],
        text: str,
        office: Office | None = None,
        *,
        certain: bool = True,
    ) -> SaidBy:
        actors = frozenset(actor for each in named for actor in each.actors)
        states = frozenset(actor for actor in actors if self.actors[actor].kind == "state")
        return SaidBy(text, actors, states, office, certain)

    def _last_person(
        self, before: int, *, certain: bool, office: Office | None = None
    ) -> SaidBy | None:
        """Who was the last person named before a character, by name or by office.

        With `office`, who held it once. None after somebody unknown.
        """
        first, last = self._word_numbers((max(0, before - NEARBY), before))
        named = [
            each
            for each in self._named(first, last)
            if self._is_person(each)
            and not self._is_object(each)
            and (office is None or self._held(each, office))
        ]
        since = named[-1].last if named else first
        if self._stranger(since, last) is not None:
            return None
        reading = self.prose.reading.part(since, last)
        offices = [self._with_owner(each, reading) for each in offices_in(reading.keys)]
        owned = [each for each in offices if each.of]
        if owned and office is None:
            text = reading.printed(owned[-1].first, owned[-1].last)
            return self._attributed((), text, owned[-1], certain=certain)
        if not named:
            return None
        # Of several in one sentence each may be meant.
        begin = self.prose.sentence(self._span(named[-1]))[0]
        near = [each for each in named if self._span(each)[0] >= begin]
        return self._attributed(near, self._text(named[-1]), certain=certain)

    def _span(self, mention: ActorMention) -> Span:
        words = self.prose.reading.words
        return words[mention.first].start, words[mention.last - 1].end

    def _held(self, mention: ActorMention, office: Office) -> bool:
        titles = (title for actor in mention.actors for title in self.actors[actor].titles)
        return any(map(office.is_title, titles))

    @cached_property
    def _firsts(self) -> list[int]:
        return [mention.first for mention in self.mentions]

    def _named(self, first: int, last: int) -> Sequence[ActorMention]:
        return self.mentions[bisect_left(self._firsts, first) : bisect_left(self._firsts, last)]

    def _word_numbers(self, span: Span) -> tuple[int, int]:
        return bisect_left(self.prose.starts, span[0]), bisect_left(self.prose.starts, span[1])

    def _is_person(self, mention: ActorMention) -> bool:
        return any(self.actors[actor].kind == "person" for actor in mention.actors)

    def _is_object(self, mention: ActorMention) -> bool:
        before = self.prose.reading.keys[max(0, mention.first - 2) : mention.first]
        return before[-1:] != () and before[-1] in OBJECT_AFTER and before[0] not in SOURCES

    def _text(self, mention: ActorMention) -> str:
        return self.prose.reading.printed(mention.first, mention.last)

    def _with_owner(self, office: Office, reading: Reading) -> Office:
        """The office, owned by those words alone that begin with a capital letter."""
        words = dict(zip(reading.keys, reading.words, strict=True))
        capital = (key for key in office.of if self.prose.text[words[key].start].isupper())
        return office._replace(of=tuple(key for key in capital if key not in SPEECH))

    def _stranger(self, first: int, last: int) -> str | None:
        """The name of somebody whom the record does not know: capitalised words in a row, or one
        beside a verb of speech.
        """
        known = {n for each in self._named(first, last) for n in range(each.first, each.last)}
        reading = self.prose.reading
        start, end = bisect_left(self._capitals, first), bisect_left(self._capitals, last)
        for place, number in enumerate(self._capitals[start:end], start + 1):
            before = reading.keys[number - 1] if number > first else ""
            if number in known or before in OBJECT_AFTER:
                continue
            after = reading.keys[number + 1] if number + 1 < last else ""
            goes_on = place < end and self._capitals[place] == number + 1 not in known
            if goes_on and reading.gap(number + 1) == " ":
                return reading.printed(number, number + 2)
            if {before, after} & SPEECH and not reading.keys[number].endswith("s"):
                return reading.printed(number, number + 1)
        return None

    @cached_property
    def _capitals(self) -> list[int]:
        """The words outside quotation marks that begin with a capital letter as names do."""
        text = self.prose.text
        return [
            number
            for number, word in enumerate(self.prose.reading.words)
            if text[word.start].isupper()
            and word.key not in NO_NAME
            and self.prose.around((word.start, word.end)) is None
        ]
