"""The index rows of an entry: the posting lists it stands in, and the words it is found by.

To make something askable of all kinds: one dimension here, one field in `EntryQuestion`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from typing import Any

from app.entries.dates import INEXACT, DateSpan
from app.entries.fulltext import BOUNDARY
from app.entries.query_plan import WORD
from app.entries.record import EntryRecord
from app.entries.relevance import REPEATED, repeated, weighed
from app.entries.sort_keys import covering_nodes
from app.kinds import KINDS
from app.reference.registry import Reference

# The values under which an entry is found, by dimension and each once.
Posted = dict[str, Collection[str]]
# Dimensions that serve the walk and are no facet: their lists are not counted.
UNCOUNTED = frozenset(("reach", WORD, *map(repeated, REPEATED)))


def postings(kind: str, record: Any, words: Iterable[str], reference: Reference) -> Posted:
    """The values, by dimension and each once, under which an entry of these words is found."""
    span = record.span
    counts = Counter(words)
    del counts[BOUNDARY]
    found: defaultdict[str, set[str]] = defaultdict(set)
    found["kind"].add(kind)
    for dimension, value in actor_postings(record, span, reference):
        found[dimension].add(value)
    for topic in record.topics:
        found["topic"].update(reference.broader(topic))
    found["reach"].update(reach(span))
    for dimension, value in KINDS[kind].index_terms(record):
        found[dimension].add(value)
    for dimension, value in weighed(counts):
        found[dimension].add(value)
    if span.is_inexact:
        dimension, value = INEXACT
        found[dimension].add(value)
    return {**found, WORD: counts.keys()}


def actor_postings(
    record: EntryRecord, span: DateSpan, reference: Reference
) -> Iterator[tuple[str, str]]:
    """By actor, by role, by both, and by what the actors belonged to on that date."""
    for link in record.actor_links:
        role = str(link.role)
        yield "role", role
        yield "actor", link.actor
        yield "actor:role", f"{link.actor}:{role}"
        for above in reference.affiliates(link.actor, span.start, span.end):
            yield "affiliate", above
            yield "affiliate:role", f"{above}:{role}"


def reach(span: DateSpan) -> Iterator[str]:
    """The blocks of days after the first that the entry reaches into."""
    yield from covering_nodes(span.start.toordinal() + 1, span.end.toordinal())


def texts(record: Any, reference: Reference) -> Iterator[str]:
    """What a search for words reads: the entry's own texts, and who is named in it."""
    yield from record.texts()
    for actor in dict.fromkeys(link.actor for link in record.actor_links):
        yield reference.actors[actor].name
