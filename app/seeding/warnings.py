"""All warnings of a folder: those of its records, those across them, less those silenced."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import chain
from pathlib import Path
from typing import Any

from app.entries.warning_codes import WarningCode
from app.reference.dataset import DatasetRecord
from app.reference.registry import Reference
from app.review.rules import RULES, Surroundings, rule
from app.seeding import good_questions  # noqa: F401 - its rule is in the table once imported
from app.seeding.across import (
    FAR,
    MOST_CANDIDATES,
    Alike,
    Found,
    alike_pairs,
    read_again,
    remote,
)
from app.seeding.chunk_review import ChunkReview, RecordWarning, Silenced, warning_of
from app.seeding.raw_records import RawRecord
from app.seeding.record_validation import REFERRING
from app.seeding.references import mentions
from app.seeding.staging import Staging

# So many warnings of one code are told; the others are counted.
MOST_TOLD = 1000


class Warnings:
    """Collects warnings while a folder is validated, and those that show when all of it is."""

    def __init__(self, folder: Path, staging: Staging, today: date):
        self.folder = folder
        self.staging = staging
        self.all = ChunkReview(Surroundings(today, None, Reference()))
        self.references: dict[tuple[str, str], tuple[RawRecord, Any]] = {}
        self.alike = Alike()
        self.flawed = False
        # Codes of which not all warnings were looked for.
        self.capped: set[WarningCode] = set()

    def surround(self, dataset: DatasetRecord | None, reference: Reference) -> Surroundings:
        """What entries are held against, once the dataset and what they refer to are read."""
        self.all.around = Surroundings(self.all.around.today, dataset, reference)
        return self.all.around

    def add_reference(self, raw: RawRecord, record: Any) -> None:
        """Notes the dataset, or an actor, topic or source, and what it refers to."""
        self.references.setdefault((raw.kind, record.id), (raw, record))
        found = mentions(REFERRING[raw.kind], raw.fields)
        self.all.facts.named.update((each.kind, each.target) for each in found)

    def add_chunk(self, review: ChunkReview) -> None:
        """Adds the review of a chunk, whose entries are staged after it."""
        self.all.warnings += review.warnings
        self.all.silenced += review.silenced
        self.all.facts.merge(review.facts)
        self.capped |= review.capped
        (staged,) = self.staging.run("last_record").fetchone()
        self.alike.add(review.facts.fingerprints, review.facts.owners, staged)

    def look_across(self, *, flawed: bool) -> None:
        """Adds what shows when all records are staged; less of it where some have flaws.

        Entries that are looked at are read again from their files.
        """
        self.flawed = flawed
        for raw, record in self.references.values():
            self.all.add(raw, record)
        found = list(self.across_all(flawed))
        pairs = self.alike.pairs(self.staging)
        relations = self.staging.run("remote_mentions", FAR.days, MOST_CANDIDATES).fetchall()
        wanted = {
            *(doubt.id for _, doubt in found if not doubt.kind),
            *(entry_id for pair in pairs for entry_id in pair),
            *(entry_id for one, _, target in relations for entry_id in (one, target)),
        }
        entries = read_again(self.folder, self.staging, wanted)
        for code, doubt in chain(found, alike_pairs(pairs, entries), remote(relations, entries)):
            place = self.references[doubt.kind, doubt.id] if doubt.kind else entries[doubt.id]
            self.all.warnings.append(warning_of(place[0], code, doubt))

    def across_all(self, flawed: bool) -> Found:
        """Code and doubt of records that are held against others of their kind."""
        facts, around = self.all.facts, self.all.around
        subjects: list[tuple[str, tuple[Any, ...]]] = [
            ("references", (around.reference,)),
            ("figures", (facts.figures,)),
            ("facts", (facts,)),
        ]
        if not flawed:
            subjects.append(("complete", (facts, around, self.staging)))
        for group, subject in subjects:
            for each in RULES[group]:
                yield from ((each.code, doubt) for doubt in each.find(*subject))

    def told(self) -> tuple[list[RecordWarning], list[WarningCode]]:
        """The warnings that are not silenced, in the order of files and lines.

        With the codes of which not all are told.
        """
        silenced = {(each.file, each.id, each.code): each for each in self.all.silenced}
        found = {each.key for each in self.all.warnings}
        skipped = {each.code for each in RULES["complete"]} if self.flawed else set()
        unused_ones = [
            each for key, each in silenced.items() if key not in found and each.code not in skipped
        ]
        kept = {each for each in self.all.warnings if each.key not in silenced}
        counts: Counter[WarningCode] = Counter()
        told = []
        for each in sorted({*kept, *unused_silences(unused_ones)}):
            counts[each.code] += 1
            if counts[each.code] <= MOST_TOLD:
                told.append(each)
        more = {code for code, number in counts.items() if number > MOST_TOLD}
        return told, sorted(more | self.capped)


@rule("unused-silence")
def unused_silences(silenced: Iterable[Silenced]) -> Iterator[RecordWarning]:
    """A warning is silenced that does not occur."""
    for file, record_id, code, line in silenced:
        wrong = f"{code} does not occur here; leave this silence out"
        yield RecordWarning(file, line, record_id, "silence", wrong, code="unused-silence")
