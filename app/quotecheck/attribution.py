"""Who is said to have said something: by the parameter `speaker`, or by the text around it."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

from pyroaring import BitMap
from rapidfuzz import fuzz

from app.quotecheck.alignment import NEGATORS
from app.quotecheck.candidates import Candidate
from app.quotecheck.mentions import ActorMention, NamedActor
from app.quotecheck.offices import Office, offices_in
from app.quotecheck.prose import NEARBY, SPEECH, Prose, Span
from app.quotecheck.reading import Reading
from app.quotecheck.vocabulary import TABLES, word_table

# The words of a clause in which its verb is looked for.
VERB_WITHIN = 12
# Words after a quotation that ends with a comma that may say, by any verb, who said it.
BESIDE_WORDS = 6
# What stands right before a quotation that the words before it lead to: He said: “…”
LED_IN = re.compile(r"\w:\W*\Z")
# How alike a misspelt name is to the right one, in per cent.
MISSPELT = 88.0

PRONOUNS = word_table("pronouns")
OBJECT_AFTER = word_table("objects")
SPEECH_NOUNS = word_table("speech_nouns")
SOURCES = word_table("sources")
PARTICLES = word_table("particles")
POSSESSIVES = word_table("possessives")
SAYS = SPEECH | SPEECH_NOUNS
HAS_THE_WORD = SPEECH | word_table("floor")


def _any_of(words: Iterable[str]) -> str:
    return f"(?:{'|'.join(words)})"


SAYING = _any_of((*sorted(SPEECH - {"say"}), "ended", "closed", "began", "opened"))
POINTS_BACK = re.compile(
    f"{_any_of(TABLES['points_back']['en'])} ".format(
        speech=_any_of(SPEECH),
        speech_nouns=_any_of(SPEECH_NOUNS),
        said=rf"(?:\S+ ){{1,4}}?(?<!to ){SAYING}\b",
    )
)
POSSESSIVE = re.compile(r"['’]s?\Z")
# What stands between a quotation and the name alone of who said it: “…,” so Blinken.
NAME_FOLLOWS = re.compile(r"\W*(?:(?:so|thus)\b\s*)?", re.IGNORECASE)
# A name with what may stand before it: The former Israeli prime minister …; not Biden's car.
LED_NAME = (
    rf"(?:(?:the|a|former|[A-Z]\S*|{_any_of(word_table('titles'))})\s+)*?{{}}\b"
    rf"(?!['’]s?\s+(?!{_any_of(SPEECH_NOUNS)}\b)\w)"
)
# Sentences before a quotation that stands alone in which somebody may have the word, and words of
# the sentence after it.
SENTENCES_BACK = 4
POINTING_WORDS = 24
# Capitalised where they begin a sentence, or words of a title.
NO_NAME = OBJECT_AFTER | word_table("beginnings") | word_table("titles")


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
    """Whether a quote is by the speaker named for it; `spoken` are the quotes of its actors."""
    if candidate.ordinal in spoken:
        return True
    if said.office is not None and said.office.is_held(candidate.document):
        return True
    names = (speaker["actor"]["name"] for speaker in candidate.document["speakers"])
    return any(fuzz.ratio(said.text.lower(), name.lower()) >= MISSPELT for name in names)


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
        sides = (after, before) if self._goes_on(span, after) else (before, after)
        found = next(filter(None, (self._in_clause(side, span) for side in sides)), None)
        if found is not None:
            return found
        start = self.prose.sentence(span)[0]
        earlier = [self._in_clause(each, span) for each in self.prose.outside((start, before[0]))]
        for found in reversed(earlier):
            if found is not None and found.actors:
                return replace(found, certain=found.certain and self._says(before))
        alone = not (len(self.prose.words_in(before)) or len(self.prose.words_in(after)))
        found = (self._pointed_at(after[1]) or self._spoke_before(start)) if alone else None
        return found or self._last_person(start, certain=False)

    def _pointed_at(self, start: int) -> SaidBy | None:
        """Who is named as the speaker by the sentence beside a quotation: That was …"""
        first, _ = self._word_numbers((start, start))
        points = POINTS_BACK.match(
            " ".join(self.prose.reading.keys[first : first + POINTING_WORDS])
        )
        if points is None or self.prose.around((self.prose.starts[first],) * 2) is not None:
            return None
        start = self.prose.starts[first + points[0].count(" ")]
        clause = (start, self.prose.sentence((start, start + 1))[1])
        found = self._in_clause(clause, clause)
        if found is None or not found.text:
            return None
        named = re.compile(LED_NAME.format(re.escape(found.text)))
        return replace(found, certain=True) if named.match(self.prose.text, start) else None

    def _spoke_before(self, start: int) -> SaidBy | None:
        """Who speaks in one of the sentences before a quotation that is a sentence by itself."""
        for _ in range(SENTENCES_BACK if start else 0):
            sentence = self.prose.sentence((max(0, start - 1), start))
            start = sentence[0]
            first, last = self._word_numbers(sentence)
            keys = self.prose.reading.keys[first:last]
            if keys[:1] == ("the",) and (found := self._pointed_at(start)) is not None:
                return found
            speaks = not (HAS_THE_WORD.isdisjoint(keys) or keys[0] in PRONOUNS)
            if speaks or any(map(self._is_person, self._named(first, last))):
                return self._who_speaks(sentence) if speaks else None
        return None

    def _who_speaks(self, sentence: Span) -> SaidBy | None:
        """Who speaks in a sentence, or anybody else whom it names; None in doubt."""
        first, last = self._word_numbers(sentence)
        parts = [self._in_clause(each, sentence) for each in self.prose.outside(sentence)]
        found = next(filter(None, parts), None)
        named = self._named(first, last)
        offices = offices_in(self.prose.reading.keys[first:last])
        if found is None or not found.text:
            return None
        if found.office is None:
            text = self.prose.text[slice(*sentence)].lstrip()
            titled = {each.first for each in named}
            subject = any(map(self._is_person, named)) or text.startswith(found.text)
            if not subject or not titled.issuperset(first + each.last for each in offices):
                return None
        return self._attributed(named, found.text, found.office)

    def _says(self, clause: Span) -> bool:
        return not SPEECH.isdisjoint(self.prose.words_in(clause).keys)

    def said_beside(self, span: Span) -> SaidBy | None:
        """Who is named as the speaker of a part of the text, by the words before and after it."""
        found = None
        for side in ((0, span[0]), (span[1], len(self.prose.text))):
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
        # What ends with a comma is followed by who said it, by whatever verb.
        ends = self.prose.text[span[1] - 1 : span[1] + 2]
        beside = clause[1] == span[0] or ("," in ends and len(reading) <= BESIDE_WORDS)
        says = beside or not SAYS.isdisjoint(reading.keys)
        offices = self._offices(reading)
        numbers = {each.first - first for each in persons}
        # Who speaks by office: the king told Biden, and Biden nodded.
        speaks = any(
            not SPEECH.isdisjoint(reading.keys[each.last : each.last + 1])
            and numbers.isdisjoint(range(each.first, each.last))
            for each in offices
        )
        name = self._text(persons[0]) if persons else self._stranger(first, last)
        if name is not None and not speaks:
            led = NAME_FOLLOWS.match(self.prose.text, *clause)
            follows = led is not None and self.prose.text.startswith(name, led.end())
            return self._attributed(named, name, certain=says or follows)
        owned = next((each for each in offices if each.of), None)
        if owned is not None:
            return self._attributed(named, reading.printed(owned.first, owned.last), owned)
        if named and not speaks and not SPEECH.isdisjoint(reading.keys):
            return self._attributed(named, self._text(named[0]))
        before = self.prose.sentence(span)[0]
        if offices:
            meant = self._last_person(before, certain=True, office=offices[0])
            return meant or self._attributed(named, "", certain=False)
        if says and self._stands_for_speaker(reading.keys):
            meant = self._last_person(before, certain=True)
            if meant is not None:
                return meant
        return self._attributed(named, "", certain=False) if named else None

    def _stands_for_speaker(self, keys: Sequence[str]) -> bool:
        """Whether words have "he", or "his" before what he says."""
        pairs = pairwise((*keys, ""))
        meant = (
            after in SPEECH_NOUNS or key not in POSSESSIVES
            for key, after in pairs
            if key in PRONOUNS
        )
        return any(meant)

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
        stranger = self._stranger(since, last)
        if stranger is not None:
            # A place may be named like that, too; a sentence may speak of both.
            begins = not named and not office and self._begins_sentence(stranger, before)
            return SaidBy(stranger, certain=certain) if begins else None
        reading = self.prose.reading.part(since, last)
        offices = self._offices(reading)
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

    def _begins_sentence(self, name: str, before: int) -> bool:
        start = self.prose.text.rfind(name, 0, before)
        return not self.prose.text[self.prose.sentence((start, start + 1))[0] : start].strip()

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
        sources = SOURCES | SPEECH_NOUNS if self._is_person(mention) else SOURCES
        return before[-1:] != () and before[-1] in OBJECT_AFTER and before[0] not in sources

    def _text(self, mention: ActorMention) -> str:
        return POSSESSIVE.sub("", self.prose.reading.printed(mention.first, mention.last))

    def _offices(self, reading: Reading) -> list[Office]:
        """The offices that are named, each owned by the words that begin with a capital letter."""
        capital = {word.key: self.prose.text[word.start].isupper() for word in reading.words}
        return [
            each._replace(of=tuple(key for key in each.of if capital[key] and key not in SPEECH))
            for each in offices_in(reading.keys)
        ]

    def _stranger(self, first: int, last: int) -> str | None:
        """The name of somebody whom the record does not know: capitalised words in a row, or one
        beside a verb of speech.
        """
        known = {n for each in self._named(first, last) for n in range(each.first, each.last)}
        reading = self.prose.reading
        start, end = bisect_left(self._capitals, first), bisect_left(self._capitals, last)
        place_ends = -1
        for place, number in enumerate(self._capitals[start:end], start + 1):
            before = reading.keys[number - 1] if number > first else ""
            led_in = reading.keys[max(first, number - (2 if before == "the" else 1)) : number]
            goes_on = number - 1 == place_ends and reading.gap(number) == " "
            if number in known or goes_on or not OBJECT_AFTER.isdisjoint(led_in):
                place_ends = number
                continue
            after = reading.keys[number + 1] if number + 1 < last else ""
            follower = self._capitals[place] if place < end else number
            particles = reading.keys[number + 1 : follower]
            goes_on = (
                follower > number and follower not in known and PARTICLES.issuperset(particles)
            )
            if goes_on and {reading.gap(n) for n in range(number + 1, follower + 1)} == {" "}:
                return reading.printed(number, follower + 1)
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
