"""From a folder of seed files to a stage of checked records, or to the list of every flaw."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

from app.entries.names import folded_name
from app.kinds import KINDS
from app.kinds.evidence import Evidence, words_hash
from app.kinds.quotes import QuoteRecord
from app.reference import REFERENCE_TYPES
from app.reference.dataset import DatasetRecord
from app.reference.registry import Reference
from app.seeding.files import DATASET_FILE, Part, kind_hidden_by, parts_of, read_part, seed_files
from app.seeding.flaws import Flaw, a, field_path
from app.seeding.processes import in_order
from app.seeding.record_validation import (
    FLAWS_LIMIT,
    MODELS,
    NAMING,
    Checked,
    EntryCheck,
    canonical,
    formers_of,
    is_unknown,
    no_such,
    pieces_of,
    staged,
    unknown,
    validated,
)
from app.seeding.references import Location, Mention, mentions
from app.seeding.source_records import Written, whole
from app.seeding.staging import Stage, Staged

# What entries refer to is read before them.
READ_FIRST = frozenset(("dataset", *REFERENCE_TYPES))
Progress = Callable[[int], object]


class Checker:
    """Reads every record of a folder onto a stage and gathers all flaws."""

    def __init__(self, folder: Path, stage: Stage, progress: Progress = lambda _: None):
        self.folder = folder
        self.stage = stage
        self.progress = progress
        self.reference = Reference()
        self.dataset: DatasetRecord | None = None
        self.flaws: list[Flaw] = []
        # Actors, topics and sources as written, flawed ones too: what refers to them is right.
        self.known: dict[str, dict[str, Written]] = {name_type: {} for name_type in REFERENCE_TYPES}
        # Kinds of which a file could not be read to its end: what is missing may stand there.
        self.half_read: set[str | None] = set()

    def run(self) -> list[Flaw]:
        """Every flaw of the folder, in the order of files and lines."""
        found = []
        for file in seed_files(self.folder):
            if isinstance(file, Flaw):
                self.note(file)
            else:
                found.append(file)
        if not found and self.flaws:
            return sorted(self.flaws)
        if "dataset" not in (kind for kind, _ in found):
            missing = "is missing; it holds the id, title, coverage and licence of the record"
            self.note(whole(DATASET_FILE, missing))
        self.read(found)
        self.stage.index()
        self.flaws.extend(self.across())
        return sorted(set(self.flaws))

    def read(self, files: list[tuple[str, Path]]) -> None:
        """What entries refer to, then the entries, until there are more flaws than anyone reads."""
        for part in self.parts(file for file in files if file[0] in READ_FIRST):
            for read in read_part(part):
                if isinstance(read, Flaw):
                    self.note(read)
                else:
                    self.take(read)
                if self.is_enough(part.file):
                    return
        known = {name_type: dict.fromkeys(self.known[name_type]) for name_type in REFERENCE_TYPES}
        check = EntryCheck(known, frozenset(self.half_read))
        others = self.parts(file for file in files if file[0] not in READ_FIRST)
        for checked in in_order(check, others):
            self.keep(checked)
            if self.is_enough(checked.file):
                return

    def parts(self, files: Iterable[tuple[str, Path]]) -> Iterator[Part]:
        """The files, as much of each as is read at once."""
        for kind, path in files:
            for part in parts_of(kind, path, self.folder):
                if isinstance(part, Flaw):
                    self.note(part)
                else:
                    yield part

    def is_enough(self, file: str) -> bool:
        """Whether there are more flaws than anyone reads; it is said where reading stops."""
        if len(self.flaws) <= FLAWS_LIMIT:
            return False
        wrong = f"reading stopped here after {FLAWS_LIMIT:,} flaws; mend these first"
        self.note(whole(file, wrong))
        self.half_read.update(MODELS)
        return True

    def note(self, flaw: Flaw) -> None:
        """A flaw of a file."""
        self.flaws.append(flaw)
        if flaw.ends_file:
            self.half_read.add(kind_hidden_by(flaw))

    def take(self, written: Written) -> None:
        """The dataset, or an actor, topic or source, which is kept in memory too."""
        self.progress(1)
        records, flaws = validated(written)
        self.flaws += flaws
        record = records[0] if records else None
        for piece in pieces_of(written):
            if piece.kind == "dataset":
                self.dataset = record
            else:
                self.known[piece.kind].setdefault(piece.id, piece)
                if record is not None:
                    self.reference.add(piece.kind, record)
            self.stage.add(staged(piece, record), formers=formers_of(piece))

    def keep(self, checked: Checked) -> None:
        """Entries and evidence onto the stage."""
        for flaw in checked.flaws:
            self.note(flaw)
        for found in checked.evidence:
            if not self.stage.add_evidence(found):
                wrong = "is evidence of words that have some already; keep the latest of the two"
                self.flaws.append(Flaw(found.file, found.line, found.quote, "words", wrong))
        entries = checked.staged
        if self.stage.has_evidence:
            entries = [self.with_evidence(entry) for entry in entries]
        self.stage.add(entries, checked.mentions, checked.formers)
        self.progress(checked.records)

    def with_evidence(self, entry: Staged) -> Staged:
        """A quote with the evidence of its wordings, in their order; any other entry as it is."""
        if entry.kind != "quote" or not entry.body:
            return entry
        quote = QuoteRecord.model_validate_json(entry.body)
        keys = dict.fromkeys((each.source, words_hash(each.text)) for each in quote.wordings)
        bodies = self.stage.take_evidence(quote.id, list(keys))
        if not bodies:
            return entry
        evidence = tuple(Evidence.model_validate_json(body) for body in bodies)
        body = canonical(quote.model_copy(update={"evidence": evidence}))
        return entry._replace(hash=sha256(body).digest(), body=body)

    def across(self) -> Iterator[Flaw]:
        """What only shows when all records are in."""
        yield from self.reference_flaws()
        yield from self.doubled_ids()
        for mention, file, line, by, field, other in self.stage.dangling():
            yield from self.dangling(mention, Flaw(file, line, by, field, ""), other)
        for former, record_id, file, line, holder in self.stage.reused_former_ids():
            wrong = f"{former!r} is {holder}; an id is never reused, leave it out"
            yield Flaw(file, line, record_id, "former_ids", wrong)
        for quote, source, file, line in self.stage.unused_evidence():
            wrong = f"has no wording in {source} with these words (any more)"
            remedy = "run `parley verify --write`, or remove this"
            yield Flaw(file, line, quote, "words", f"{wrong}; {remedy}")
        for loop, file, line in self.stage.reply_cycles():
            yield Flaw(file, line, loop[0], "in_reply_to.proposal", in_a_circle(loop))

    def doubled_ids(self) -> Iterator[Flaw]:
        """Records whose id another one has."""
        for record_id, kind, file, line, first_file, first_line in self.stage.duplicates():
            scope = "all entries" if kind in KINDS else f"{kind}s"
            wrong = f"stands at {first_file}:{first_line} too; ids are unique among {scope}"
            yield Flaw(file, line, record_id, "id", f"{wrong}, choose another")

    def dangling(self, mention: Mention, at: Flaw, other: str | None) -> Iterator[Flaw]:
        """A reference to an entry that is not there, or that is of another kind."""
        if other is not None:
            wrong = f"{mention.target!r} is {a(other)}; name {a(mention.kind)}"
            yield Flaw(at.file, at.line, at.id, at.field, wrong)
        elif mention.kind not in self.half_read:
            known = self.stage.ids_like(mention.kind, mention.target[:4])
            yield Flaw(at.file, at.line, at.id, at.field, no_such(mention, known))

    def reference_flaws(self) -> Iterator[Flaw]:
        """Unknown, circular and ambiguous references between actors, topics and sources."""
        for name_type in REFERENCE_TYPES:
            for piece in self.known[name_type].values():
                for mention in mentions(NAMING[name_type], piece.fields):
                    if is_unknown(mention, self.known, self.half_read):
                        yield unknown(mention, piece, self.known[mention.kind])
            yield from self.shared_names(name_type)
        yield from self.cycles("actor", ("part_of", "actor"))
        yield from self.cycles("topic", ("broader",))

    def cycles(self, name_type: str, field: tuple[str, ...]) -> Iterator[Flaw]:
        """Each way up that comes back to where it began, once."""
        upward = {
            piece.id: {
                mention.target: mention.location
                for mention in mentions(NAMING[name_type], piece.fields)
                if tuple(step for step in mention.location if isinstance(step, str)) == field
            }
            for piece in self.known[name_type].values()
        }
        seen = set()
        for start in upward:
            loop = loop_from(start, upward)
            if loop is None or frozenset(loop) in seen:
                continue
            seen.add(frozenset(loop))
            piece, location = self.known[name_type][start], upward[start][loop[1]]
            line = piece.line_of(location)
            yield Flaw(piece.file, line, start, field_path(location), in_a_circle(loop))

    def shared_names(self, name_type: str) -> Iterator[Flaw]:
        """Names, aliases and former ids that would find two records."""
        owners: dict[str, str] = {}
        records = self.reference.by_type[name_type].values()
        named = [(record.id, name) for record in records for name in record.names()]
        former = [
            (record.id, each)
            for record in records
            for each in record.former_ids
            if each not in self.known[name_type]
        ]
        for record_id, name in (*named, *former):
            folded = folded_name(name)
            owner = owners.setdefault(folded, record_id) if folded else record_id
            if owner != record_id:
                yield self.shared_name(name_type, record_id, owner, name)

    def shared_name(self, name_type: str, record_id: str, owner_id: str, name: str) -> Flaw:
        """A name that would find another record too."""
        piece, owner = self.known[name_type][record_id], self.known[name_type][owner_id]
        location = location_of(piece.fields, name)
        wrong = f"{name!r} finds {name_type} {owner.id!r} ({owner.file}:{owner.line}) too"
        remedy = f"a name finds one {name_type}, leave it out of one of the two"
        line, field = piece.line_of(location), field_path(location)
        return Flaw(piece.file, line, piece.id, field, f"{wrong}; {remedy}")


def in_a_circle(loop: list[str]) -> str:
    """That a way up comes back."""
    return f"goes in a circle ({' → '.join(loop)}); remove one of these links"


def loop_from(start: str, above: dict[str, Any]) -> list[str] | None:
    """A way up from a record that comes back to it, or None."""
    pending = [[start]]
    seen = set()
    while pending:
        path = pending.pop()
        for each in above.get(path[-1], ()):
            if each == start:
                return [*path, start]
            if each not in seen:
                seen.add(each)
                pending.append([*path, each])
    return None


def location_of(fields: Any, text: str, location: Location = ()) -> Location:
    """Where a text stands in a record, empty where it is not found."""
    below: Iterable[tuple[Any, Any]] = ()
    if isinstance(fields, dict):
        below = fields.items()
    elif isinstance(fields, list):
        below = enumerate(fields)
    elif isinstance(fields, str) and fields.strip() == text:
        return location
    return next(
        (found for step, each in below if (found := location_of(each, text, (*location, step)))),
        (),
    )
