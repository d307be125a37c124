"""All warnings of a folder: those of its records, those across them, less those silenced."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple

from pyroaring import BitMap

from app.entries.warning_codes import WarningCode
from app.reference.dataset import DatasetRecord
from app.reference.registry import Reference
from app.review.doubts import Location, Surroundings, doubt
from app.review.pairs import FAR, early_response, far_from_event
from app.review.rules import COMPLETE_CODES, doubts_across, doubts_of_pair
from app.review.usage import Facts
from app.seeding.chunk_review import ChunkReview, RecordWarning, warning_of
from app.seeding.files import FileChunk, read_chunk
from app.seeding.good_questions import unanswered
from app.seeding.raw_records import RawRecord
from app.seeding.record_validation import REFERRING, parse, with_terms
from app.seeding.references import mentions
from app.seeding.staging import Staging

# So many pairs, dates of what entries name, and entries that are all alike, are looked at.
MOST_CANDIDATES = 1000
MOST_ALIKE = 20
# So many warnings of one code are told; the others are counted.
MOST_TOLD = 1000


class Warnings:
    """Collects warnings while a folder is validated, and those that show when all of it is."""

    def __init__(self, folder: Path, staging: Staging, today: date):
        self.folder = folder
        self.staging = staging
        self.around = Surroundings(today, None, Reference())
        self.all = ChunkReview()
        self.references: dict[tuple[str, str], tuple[RawRecord, Any]] = {}
        self.flawed = False
        # Codes of which not all warnings were looked for.
        self.capped: set[WarningCode] = set()

    def surround(self, dataset: DatasetRecord | None, reference: Reference) -> Surroundings:
        """What entries are compared with, once the dataset and the reference data are read."""
        self.around = Surroundings(self.around.today, dataset, reference)
        return self.around

    def add_reference(self, raw: RawRecord, record: Any) -> None:
        """Notes the dataset, or an actor, topic or source, and what it refers to."""
        self.references.setdefault((raw.kind, record.id), (raw, record))
        found = mentions(REFERRING[raw.kind], raw.fields)
        self.all.facts.named.update((each.kind, each.target) for each in found)

    def add_chunk(self, review: ChunkReview) -> None:
        """Adds the review of a chunk, whose entries are staged after it."""
        self.all.warnings += review.warnings
        self.all.silenced |= review.silenced
        self.capped |= review.capped
        (staged,) = self.staging.run("last_record").fetchone()
        self.all.facts.merge(review.facts, staged)

    def look_across(self, *, flawed: bool) -> None:
        """Adds what shows when all records are staged; less of it where some have flaws.

        Entries that are looked at are read again from their files.
        """
        self.flawed = flawed
        for raw, record in self.references.values():
            self.all.add(raw, record, self.around)
        found = list(doubts_across(self.all.facts, self.around, flawed=flawed))
        if not flawed:
            found += unanswered(self.around, self.staging)
        pairs = alike_pairs(self.all.facts, self.staging)
        relations = self.staging.run("remote_mentions", FAR.days, MOST_CANDIDATES).fetchall()
        wanted = {
            *(query.id for query in found if not query.kind),
            *(entry_id for pair in pairs for entry_id in pair),
            *(entry_id for one, _, target in relations for entry_id in (one, target)),
        }
        entries = read_again(self.folder, self.staging, wanted)
        for one, other in pairs:
            found += doubts_of_pair(entries[one].record, entries[other].record)
        for one, field, target in relations:
            rule = far_from_event if field == "event" else early_response
            found += rule(entries[one].record, entries[target].record, location_in_file(field))
        for query in found:
            raw = (self.references[query.kind, query.id] if query.kind else entries[query.id])[0]
            self.all.warnings.append(warning_of(raw, query))

    def told(self) -> tuple[list[RecordWarning], list[WarningCode]]:
        """The warnings that are not silenced, in the order of files and lines, and the codes for
        which some are left out.

        With the codes of which not all are told.
        """
        kept = {each for each in self.all.warnings if each.key not in self.all.silenced}
        counts: Counter[WarningCode] = Counter()
        told = []
        for each in sorted({*kept, *self.unused_silences()}):
            counts[each.code] += 1
            if counts[each.code] <= MOST_TOLD:
                told.append(each)
        more = {code for code, number in counts.items() if number > MOST_TOLD}
        return told, sorted(more | self.capped)

    def unused_silences(self) -> Iterator[RecordWarning]:
        """A warning for each silence of what does not occur, though it was looked for."""
        found = {each.key for each in self.all.warnings}
        for key, line in self.all.silenced.items():
            file, record_id, code = key
            if key not in found and not (self.flawed and code in COMPLETE_CODES):
                query = doubt("unused-silence", (), code=code)
                place = (file, line, record_id, "silence")
                yield RecordWarning(*place, query.message, code=query.code)


def alike_pairs(facts: Facts, staging: Staging) -> list[tuple[str, str]]:
    """The ids of each two entries that have a fingerprint in common, once, in their order."""
    seen, repeated = BitMap(), BitMap()
    for fingerprint in facts.fingerprints:
        if fingerprint in seen:
            repeated.add(fingerprint)
        seen.add(fingerprint)
    groups: dict[int, list[int]] = defaultdict(list)
    for fingerprint, owner in zip(facts.fingerprints, facts.owners, strict=True):
        if fingerprint in repeated:
            groups[fingerprint].append(owner)
    found = (combinations(group[:MOST_ALIKE], 2) for group in groups.values())
    numbers = sorted({pair for pairs in found for pair in pairs})[:MOST_CANDIDATES]
    ids = [[staging.run("id_of", each + 1).fetchone()[0] for each in pair] for pair in numbers]
    return [(one, other) for one, other in ids if one != other]


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


def location_in_file(field: str) -> Location:
    """The place of a field: `responds_to[2].proposal` is the proposal of the second item."""
    steps: list[int | str] = []
    for part in field.split("."):
        name, _, number = part.rstrip("]").partition("[")
        steps += [name, int(number) - 1] if number else [name]
    return tuple(steps)
