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
from app.review.addresses import same_source, same_url
from app.review.names import near_doubles, same_outside_id
from app.review.numbers import falling_figures, same_figures, shares_together
from app.review.offices import two_holders
from app.review.rules import Doubt, Surroundings, rule
from app.review.usage import near_places, unused, used_once
from app.seeding.across import REMOTE, Alike, Found, alike, read_again, remote
from app.seeding.chunk_review import ChunkReview, RecordWarning, Silenced, warning_of
from app.seeding.good_questions import unanswered
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
        rows = self.staging.connection.execute("SELECT coalesce(max(rowid), 0) FROM staged")
        self.alike.add(review.facts.fingerprints, review.facts.owners, rows.fetchone()[0])

    def look_across(self, *, flawed: bool) -> None:
        """Adds what shows when all records are staged; less of it where some have flaws."""
        for raw, record in self.references.values():
            self.all.add(raw, record)
        found = [self.across_references(), *([] if flawed else [self.across_all_references()])]
        for kind, record_id, code, doubt in chain(*found):
            raw, _ = self.references[kind, record_id]
            self.all.warnings.append(warning_of(raw, code, doubt))
        self.look_across_entries(flawed)

    def look_across_entries(self, flawed: bool) -> None:
        """Adds what shows of entries; those that are looked at are read again from their files."""
        counted = list(self.across_facts(flawed))
        pairs = self.alike.pairs(self.staging)
        relations = self.staging.connection.execute(REMOTE).fetchall()
        wanted = {
            *(entry_id for _, entry_id, _ in counted),
            *(entry_id for pair in pairs for entry_id in pair),
            *(entry_id for one, _, target in relations for entry_id in (one, target)),
        }
        entries = read_again(self.folder, self.staging, wanted)
        for code, entry_id, doubt in chain(
            counted, alike(pairs, entries), remote(relations, entries)
        ):
            self.all.warnings.append(warning_of(entries[entry_id].raw, code, doubt))

    def across_references(self) -> Iterator[tuple[str, str, WarningCode, Doubt]]:
        """Kind, id, code and doubt of the dataset, of actors, topics and sources."""
        around = self.all.around
        reference, sources = around.reference, around.reference.sources.values()
        for code, kind, found in (
            (WarningCode.two_holders, "actor", two_holders(reference)),
            (WarningCode.same_outside_id, "actor", same_outside_id(reference)),
            (WarningCode.same_url, "source", same_url(sources)),
            (WarningCode.same_source, "source", same_source(sources)),
        ):
            yield from ((kind, record_id, code, doubt) for record_id, doubt in found)
        for kind, record_id, doubt in near_names(reference):
            yield kind, record_id, WarningCode.near_double, doubt

    def across_all_references(self) -> Iterator[tuple[str, str, WarningCode, Doubt]]:
        """The same of what would be in doubt where records are missing, as flawed ones are."""
        around = self.all.around
        for kind, record_id, doubt in unused(around.reference, self.all.facts.named):
            yield kind, record_id, WarningCode.unused, doubt
        if around.dataset is not None:
            for doubt in unanswered(around.dataset, self.staging, around.reference):
                yield "dataset", around.dataset.id, WarningCode.question, doubt

    def across_facts(self, flawed: bool) -> Found:
        """Code, id and doubt of entries, by what was noted of all of them."""
        facts = self.all.facts
        for code, found in (
            (WarningCode.percent, shares_together(facts.figures)),
            (WarningCode.falling_figure, falling_figures(facts.figures)),
            (WarningCode.same_figure, same_figures(facts.figures)),
            (WarningCode.near_double, near_places(facts)),
            (WarningCode.used_once, () if flawed else used_once(facts)),
        ):
            yield from ((code, entry_id, doubt) for entry_id, doubt in found)

    def told(self) -> tuple[list[RecordWarning], list[WarningCode]]:
        """The warnings that are not silenced, in the order of files and lines.

        With the codes of which not all are told.
        """
        silenced = {(each.file, each.id, each.code): each for each in self.all.silenced}
        found = {each.key for each in self.all.warnings}
        unused_ones = [each for key, each in silenced.items() if key not in found]
        kept = {each for each in self.all.warnings if each.key not in silenced}
        counts: Counter[WarningCode] = Counter()
        told = []
        for each in sorted({*kept, *unused_silences(unused_ones)}):
            counts[each.code] += 1
            if counts[each.code] <= MOST_TOLD:
                told.append(each)
        more = {code for code, number in counts.items() if number > MOST_TOLD}
        return told, sorted(more | self.capped)


@rule(WarningCode.unused_silence)
def unused_silences(silenced: Iterable[Silenced]) -> Iterator[RecordWarning]:
    """A warning is silenced that does not occur."""
    for file, record_id, code, line in silenced:
        wrong = f"{code} does not occur here; leave this silence out"
        yield RecordWarning(file, line, record_id, "silence", wrong, WarningCode.unused_silence)


def near_names(reference: Reference) -> Iterator[tuple[str, str, Doubt]]:
    """Kind and id of actors and topics whose names are like those of others."""
    for kind, records in (("actor", reference.actors), ("topic", reference.topics)):
        names = [(each.id, name) for each in records.values() for name in each.names()[1:]]
        for (first, _), (owner, name) in near_doubles(names):
            wrong = f"{name!r} is like a name of {first}; if both are one, keep one of them"
            yield kind, owner, Doubt((), wrong)
