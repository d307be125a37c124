"""The words of an entry's texts, and its index terms by dimension.

To make something askable of all kinds: one dimension here, one field in `EntryQuestion`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from itertools import chain
from typing import Any

from app.db.postings import covering_nodes
from app.entries.dates import INEXACT, DateSpan
from app.entries.fulltext import BOUNDARY, own_words, spelled_words
from app.entries.record import EntryRecord
from app.entries.recorded import RECORDED
from app.entries.relevance import REPEATED, repeated_dimension, weighed
from app.entries.stems import STEM_MARK, stems
from app.entries.word_plan import WORD
from app.kinds import KINDS
from app.reference.registry import Reference

# The index terms of an entry: the values of each dimension, each once.
IndexTerms = dict[str, Collection[str]]
# Dimensions that are no facet: the lengths of their postings are not stored.
UNCOUNTED = frozenset(("reach", "due", WORD, *map(repeated_dimension, REPEATED)))


def index_entry(kind: str, record: Any, reference: Reference) -> tuple[list[str], IndexTerms]:
    """The words of an entry, in order, and its index terms."""
    texts = list(searched_texts(record, reference))
    own = own_words(texts)
    length = len(own) - own.count(BOUNDARY)
    words = [*own, *spelled_words(texts)]
    return words, index_terms(kind, record, words, length, reference)


def searched_texts(record: Any, reference: Reference) -> Iterator[str]:
    """The texts in which words are searched: the entry's own, and the names of its actors."""
    yield from record.searched_texts()
    for actor in dict.fromkeys(link.actor for link in record.actor_links):
        yield reference.actors[actor].name


def index_terms(
    kind: str, record: Any, words: Iterable[str], length: int, reference: Reference
) -> IndexTerms:
    """The index terms of an entry with these words, of which `length` are its own spelling."""
    span = record.span
    counts = Counter(words)
    del counts[BOUNDARY]
    terms: defaultdict[str, set[str]] = defaultdict(set)
    for dimension, value in chain(
        [("kind", kind)],
        actor_terms(record, span, reference),
        KINDS[kind].index_terms(record),
        weighed(counts, length),
        [(RECORDED, record.recorded)] if record.recorded is not None else [],
        [INEXACT] if span.is_inexact else [],
    ):
        terms[dimension].add(value)
    for topic in record.topics:
        terms["topic"].update(reference.broader(topic))
    # The blocks of the days after the first; the first day is part of the sort key.
    terms["reach"].update(covering_nodes(span.start.toordinal() + 1, span.end.toordinal()))
    return {**terms, WORD: counts.keys() | marked_stems(counts, record.languages)}


def marked_stems(words: Collection[str], languages: Iterable[str]) -> set[str]:
    """The stems of words in some languages, except those that are among the words."""
    found = {stem for language in languages for word in words for stem in stems(word, language)}
    return {stem for stem in found if stem[0] == STEM_MARK and stem[1:] not in words}


def actor_terms(
    record: EntryRecord, span: DateSpan, reference: Reference
) -> Iterator[tuple[str, str]]:
    """By actor, by role, by both, and by what the actors belonged to on that date."""
    for link in record.actor_links:
        role = str(link.role)
        yield "role", role
        yield "actor", link.actor
        yield "actor:role", f"{link.actor}:{role}"
        for affiliate in reference.affiliates(link.actor, span.start, span.end):
            yield "affiliate", affiliate
            yield "affiliate:role", f"{affiliate}:{role}"
    for claim, claimant, when in record.claims():
        for affiliate in reference.affiliates(claimant, when.start, when.end):
            yield "claimed_by:affiliate", affiliate
            yield "outcome:claimed_by:affiliate", f"{claim}:{affiliate}"
