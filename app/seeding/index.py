"""The index rows of an entry: the posting lists it stands in, and the words it is found by.

To make something askable of all kinds: one dimension here, one field in `EntryQuestion`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from app.entries.dates import INEXACT, DateSpan
from app.entries.fulltext import BOUNDARY
from app.entries.places import covering_nodes
from app.entries.record import EntryRecord
from app.entries.relevance import REPEATED, repeated, weighed
from app.entries.selection import WORD
from app.reference.registry import Reference

# Dimensions that serve the walk and are no facet: their lists are not counted.
UNCOUNTED = frozenset(("reach", WORD, *map(repeated, REPEATED)))


def postings(
    kind: str, record: Any, words: Iterable[str], reference: Reference
) -> set[tuple[str, str]]:
    """Every (dimension, value) under which an entry of these words is found, as plain text."""
    span = record.span
    words = [word for word in words if word != BOUNDARY]
    return {
        ("kind", kind),
        *actor_postings(record, span, reference),
        *(("topic", each) for topic in record.topics for each in reference.broader(topic)),
        *(("source", source) for source in record.sources()),
        *(("reach", node) for node in reach(span)),
        *([INEXACT] if span.is_inexact else []),
        *((dimension, str(value)) for dimension, value in record.postings()),
        *((WORD, word) for word in words),
        *weighed(words),
    }


def actor_postings(
    record: EntryRecord, span: DateSpan, reference: Reference
) -> Iterator[tuple[str, str]]:
    """By actor, by role, by both, and by what the actors belonged to on that date."""
    for link in record.links:
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
    for actor in dict.fromkeys(link.actor for link in record.links):
        yield reference.actors[actor].name
