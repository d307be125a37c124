"""Warnings that show when all entries are staged: entries alike, and dates of what they name."""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple

from pyroaring import BitMap

from app.entries.dates import DateSpan
from app.entries.warning_codes import WarningCode
from app.review.dates import swap
from app.review.rules import RULES, Query, message_of, rule
from app.seeding.files import FileChunk, read_chunk
from app.seeding.raw_records import RawRecord
from app.seeding.record_validation import parse, with_terms
from app.seeding.staging import Staging

FAR = timedelta(days=31)
# So many pairs, dates of what entries name, and entries that are all alike, are looked at.
MOST_CANDIDATES = 1000
MOST_ALIKE = 20
Found = Iterator[tuple[WarningCode, Query]]


class Alike:
    """The fingerprints of all entries, and which of them several entries have."""

    def __init__(self) -> None:
        self.fingerprints = array("I")
        self.owners = array("I")
        self.seen = BitMap()
        self.repeated = BitMap()

    def add(self, fingerprints: array[int], owners: array[int], offset: int) -> None:
        """Adds those of a chunk, whose first entry is staged after `offset` others."""
        here = BitMap(fingerprints)
        if len(here) < len(fingerprints):
            counts = Counter(fingerprints)
            self.repeated.update(each for each, number in counts.items() if number > 1)
        self.repeated |= self.seen & here
        self.seen |= here
        self.fingerprints.extend(fingerprints)
        self.owners.extend([owner + offset for owner in owners])

    def pairs(self, staging: Staging) -> list[tuple[str, str]]:
        """The ids of each two entries that have a fingerprint in common, once, in their order."""
        groups: dict[int, list[int]] = defaultdict(list)
        for fingerprint, owner in zip(self.fingerprints, self.owners, strict=True):
            if fingerprint in self.repeated:
                groups[fingerprint].append(owner)
        found = (combinations(group[:MOST_ALIKE], 2) for group in groups.values())
        numbers = sorted({pair for pairs in found for pair in pairs})[:MOST_CANDIDATES]
        ids = [[staging.run("id_of", each + 1).fetchone()[0] for each in pair] for pair in numbers]
        return [(one, other) for one, other in ids if one != other]


def alike_pairs(pairs: list[tuple[str, str]], entries: Entries) -> Found:
    """What the rules find in each two entries that begin or end alike."""
    for one, other in pairs:
        for each in RULES["pair"]:
            for doubt in each.find(entries[one].record, entries[other].record):
                yield each.code, doubt


def remote(relations: list[tuple[str, str, str]], entries: Entries) -> Found:
    """Entries whose dates do not fit those of the entries that they name."""
    for entry_id, field, target in relations:
        for each in RULES["named event" if field == "event" else "answered"]:
            for message in each.find(entries[entry_id].record, entries[target].record):
                yield each.code, Query(location_in_file(field), message, entry_id)


class Entry(NamedTuple):
    """An entry as it stands in its file, and validated."""

    raw: RawRecord
    record: Any


Entries = Mapping[str, Entry]


def read_again(folder: Path, staging: Staging, ids: Iterable[str]) -> dict[str, Entry]:
    """Some valid entries, by id; each file that has one of them is read once."""
    lines: dict[tuple[str, str], set[int]] = defaultdict(set)
    for each in ids:
        for kind, file, line in staging.run("valid_entry", each):
            lines["proposal" if kind == "term" else kind, file].add(line)
    entries: dict[str, Entry] = {}
    for (kind, file), numbers in lines.items():
        for raw in read_chunk(chunk_of(kind, file, folder / file, numbers)):
            if isinstance(raw, RawRecord):
                entries |= entries_read(raw)
    return entries


def entries_read(raw: RawRecord) -> dict[str, Entry]:
    """An entry, and the terms of a proposal, by id; nothing where it is flawed."""
    parts = zip(with_terms(raw), parse(raw)[0], strict=False)
    return {record.id: Entry(part, record) for part, record in parts}


def chunk_of(kind: str, file: str, path: Path, numbers: set[int]) -> FileChunk:
    """Some lines of an NDJSON file, or a whole YAML file."""
    if path.suffix != ".ndjson":
        return FileChunk(kind, file, path)
    with path.open("rb") as stream:
        lines = [(number, line) for number, line in enumerate(stream, 1) if number in numbers]
    return FileChunk(kind, file, path, lines)


def location_in_file(field: str) -> tuple[int | str, ...]:
    """The place of a field: `responds_to[2].proposal` is the proposal of the second item."""
    steps: list[int | str] = []
    for part in field.split("."):
        name, _, number = part.rstrip("]").partition("[")
        steps += [name, int(number) - 1] if number else [name]
    return tuple(steps)


def gap(one: DateSpan, other: DateSpan) -> timedelta:
    """How far two dates lie apart; nothing where they overlap."""
    return max(timedelta(0), one.start - other.end, other.start - one.end)


@rule("far-from-event", "named event")
def far_from_event(one: Any, event: Any) -> Iterator[str]:
    """A quote or a figure lies more than a month from its event."""
    apart = gap(one.span, event.span)
    if apart > FAR and not is_swapped(one, event):
        yield message_of("far-from-event", one=one, event=event, apart=apart)


@rule("swapped-date", "named event")
def swapped_with_event(one: Any, event: Any) -> Iterator[str]:
    """With day and month swapped, a date would fit its sources or its event, as it does not."""
    if gap(one.span, event.span) > FAR and is_swapped(one, event):
        yield message_of("swapped-with-event", one=one, event=event)


def is_swapped(one: Any, event: Any) -> bool:
    """Whether the date would fit its event with day and month swapped."""
    swapped = swap(one.span)
    return swapped is not None and event.span.start <= swapped <= event.span.end


@rule("early-response", "answered")
def early_response(one: Any, proposal: Any) -> Iterator[str]:
    """A response or a reply is older than the proposal that it answers."""
    if one.span.end < proposal.span.start:
        yield message_of("early-response", one=one, proposal=proposal)
