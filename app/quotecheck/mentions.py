"""Where a text names actors of the record."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from app.quotecheck.reading import Reading, read_wording, read_words
from app.quotecheck.vocabulary import FUNCTION_WORDS

SURNAME_LETTERS = 4


class NamedActor(NamedTuple):
    """An actor of the record that a text may name."""

    id: str
    kind: str
    names: tuple[str, ...]
    titles: tuple[frozenset[str], ...] = ()

    def sequences(self) -> Iterator[tuple[tuple[str, ...], bool]]:
        """The words that name it, and whether they begin with a capital letter."""
        for name in self.names:
            words = read_wording(name)[0].keys
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
