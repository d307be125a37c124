"""Validates a folder of seed files: each record by itself, then what holds across the record."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from hashlib import sha256
from pathlib import Path

from app.entries.names import folded_name
from app.entries.stems import OWN_LANGUAGE
from app.kinds import KINDS
from app.kinds.events import EventRecord
from app.kinds.evidence import Evidence, words_hash
from app.kinds.quotes import QuoteRecord
from app.kinds.terms import TermRecord
from app.reference import REFERENCE_TYPES
from app.reference.dataset import DatasetRecord
from app.reference.registry import Reference
from app.review.doubts import repeated
from app.review.texts import texts_in
from app.seeding.files import (
    DATASET_FILE,
    FileChunk,
    chunks_of,
    kind_unread_after,
    read_chunk,
    seed_files,
)
from app.seeding.flaws import Flaw, a, file_flaw, wrong
from app.seeding.processes import map_in_order
from app.seeding.raw_records import RawRecord
from app.seeding.record_validation import (
    FLAWS_LIMIT,
    MODELS,
    REFERRING,
    ChunkValidator,
    ValidatedChunk,
    canonical,
    former_ids_of,
    no_such,
    parse,
    staged_records,
    unknown_reference,
    with_terms,
)
from app.seeding.references import RecordMention, mentions
from app.seeding.staging import StagedRecord, Staging
from app.seeding.warnings import Warnings

# Entries refer to these, so they are read first.
READ_FIRST = frozenset(("dataset", *REFERENCE_TYPES))


@dataclass
class FolderValidator:
    """Adds every record of a folder to the staging, and collects all flaws.

    After `validate`, `reference` has the actors, topics and sources, `dataset` the dataset,
    `wordings` the number of wordings of all quotes, `used_topics` the topics of all entries.
    """

    folder: Path
    staging: Staging
    progress: Callable[[int], object] = lambda _: None
    warnings: Warnings | None = None
    bodies: bool = field(default=True, kw_only=True)
    reference: Reference = field(default_factory=Reference, init=False)
    dataset: DatasetRecord | None = field(default=None, init=False)
    wordings: int = field(default=0, init=False)
    used_topics: set[str] = field(default_factory=set, init=False)
    flaws: list[Flaw] = field(default_factory=list, init=False)
    # Kinds of which a file could not be read to its end, so some of their ids are not known.
    half_read: set[str | None] = field(default_factory=set, init=False)

    def __post_init__(self) -> None:
        # Actors, topics and sources, flawed ones too: a reference to one of those is no flaw.
        self.known: dict[str, dict[str, RawRecord]] = {each: {} for each in REFERENCE_TYPES}

    def validate(self) -> list[Flaw]:
        """Every flaw of the folder, in the order of files and lines."""
        files = []
        for file in seed_files(self.folder):
            if isinstance(file, Flaw):
                self.add_flaw(file)
            else:
                files.append(file)
        if not files and self.flaws:
            return sorted(self.flaws)
        if "dataset" not in (kind for kind, _ in files):
            self.add_flaw(file_flaw(DATASET_FILE, "no-dataset"))
        self.read(files)
        self.staging.run("index_ids")
        self.compute_deadlines()
        self.flaws.extend(self.flaws_across_records())
        if self.warnings is not None:
            self.warnings.look_across(flawed=bool(self.flaws))
        return sorted(set(self.flaws))

    def read(self, files: list[tuple[str, Path]]) -> None:
        """Reads the dataset and what entries refer to, then the entries, up to `FLAWS_LIMIT`."""
        for chunk in self.chunks(file for file in files if file[0] in READ_FIRST):
            for read in read_chunk(chunk):
                if isinstance(read, Flaw):
                    self.add_flaw(read)
                else:
                    self.add_reference(read)
                if self.has_too_many_flaws(chunk.file):
                    return
        known = {each: dict.fromkeys(ids, False) for each, ids in self.known.items()}
        around = None
        if self.warnings is not None:
            around = self.warnings.surround(self.dataset, self.reference)
        bodies = self.needs_bodies(files)
        validator = ChunkValidator(known, frozenset(self.half_read), around, bodies=bodies)
        chunks = self.chunks(file for file in files if file[0] not in READ_FIRST)
        for validated in map_in_order(validator, chunks):
            self.add_entries(validated)
            if self.has_too_many_flaws(validated.file):
                return

    def needs_bodies(self, files: list[tuple[str, Path]]) -> bool:
        """Whether seeding, evidence or questions of the dataset ask for canonical forms."""
        has_questions = self.dataset is not None and bool(self.dataset.questions)
        has_evidence = any(kind == "evidence" for kind, _ in files)
        return self.bodies or has_evidence or has_questions

    def chunks(self, files: Iterable[tuple[str, Path]]) -> Iterator[FileChunk]:
        """The files in chunks."""
        for kind, path in files:
            for chunk in chunks_of(kind, path, self.folder):
                if isinstance(chunk, Flaw):
                    self.add_flaw(chunk)
                else:
                    yield chunk._replace(language=self.default_language(kind))

    def default_language(self, kind: str) -> str | None:
        """The language of quotes and sources that state none, where it is another than English."""
        stated = self.dataset.language if self.dataset is not None else None
        return stated if kind in ("quote", "source") and stated != OWN_LANGUAGE else None

    def has_too_many_flaws(self, file: str) -> bool:
        """Whether there are more flaws than anyone reads; adds one that says where reading ends."""
        if len(self.flaws) <= FLAWS_LIMIT:
            return False
        self.add_flaw(file_flaw(file, "too-many", limit=FLAWS_LIMIT))
        self.half_read.update(MODELS)
        return True

    def add_flaw(self, flaw: Flaw) -> None:
        """Adds a flaw, and notes what was not read because of it."""
        self.flaws.append(flaw)
        if flaw.ends_file:
            self.half_read.add(kind_unread_after(flaw))

    def add_reference(self, raw: RawRecord) -> None:
        """Adds the dataset, or an actor, topic or source, which is kept in memory too."""
        self.progress(1)
        records, flaws = parse(raw)
        self.flaws += flaws
        record = records[0] if records else None
        if self.warnings is not None and record is not None:
            self.warnings.add_reference(raw, record)
        for each in with_terms(raw):
            if each.kind == "dataset":
                self.dataset = record
                self.reference.language = (record and record.language) or OWN_LANGUAGE
            else:
                self.known[each.kind].setdefault(each.id, each)
                if record is not None:
                    self.reference.add(each.kind, record)
            self.staging.add(staged_records(each, record), former_ids=former_ids_of(each))

    def add_entries(self, validated: ValidatedChunk) -> None:
        """Adds entries and evidence to the staging."""
        self.wordings += validated.wordings
        self.used_topics |= validated.topics
        for flaw in validated.flaws:
            self.add_flaw(flaw)
        if self.warnings is not None:
            self.warnings.add_chunk(validated.review)
        for each in validated.evidence:
            if not self.staging.add_evidence(each):
                place = (each.file, each.line, each.quote, "words")
                self.flaws.append(Flaw(*place, wrong("second-evidence")))
        records = validated.records
        if self.staging.has_evidence:
            records = [self.with_evidence(each) for each in records]
        self.staging.add(records, validated.mentions, validated.former_ids)
        self.progress(validated.count)

    def with_evidence(self, staged: StagedRecord) -> StagedRecord:
        """A quote with the evidence of its wordings, in their order; any other entry as it is."""
        if staged.kind != "quote" or not staged.body:
            return staged
        quote = QuoteRecord.model_validate_json(staged.body)
        keys = dict.fromkeys((each.source, words_hash(each.text)) for each in quote.wordings)
        bodies = self.staging.use_evidence(quote.id, list(keys))
        if not bodies:
            return staged
        evidence = tuple(Evidence.model_validate_json(body) for body in bodies)
        body = canonical(quote.model_copy(update={"evidence": evidence}))
        return staged._replace(hash=sha256(body).digest(), body=body)

    def compute_deadlines(self) -> None:
        """Gives terms whose deadline counts from an event the day on which they are due."""
        for row, term, event in self.staging.run("anchored_terms").fetchall():
            anchor = EventRecord.model_validate_json(event).date
            body = canonical(TermRecord.model_validate_json(term).due_after(anchor))
            self.staging.run("replace_body", sha256(body).digest(), body, row)

    def flaws_across_records(self) -> Iterator[Flaw]:
        """Flaws that show only when all records are read."""
        yield from self.reference_flaws()
        yield from self.duplicate_ids()
        for kind, target, *place, other in self.staging.run("dangling_mentions"):
            file, line, record_id, path = place
            why = self.why_dangling(RecordMention(kind, target, ()), other)
            if why is not None:
                yield Flaw(file, line, record_id, path, why)
        for former, record_id, file, line, holder in self.staging.run("reused_former_ids"):
            why = wrong("reused-id", former=former, holder=holder)
            yield Flaw(file, line, record_id, "former_ids", why)
        for quote, source, file, line in self.staging.run("unused_evidence"):
            yield Flaw(file, line, quote, "words", wrong("unused-evidence", source=source))
        yield from self.reply_cycles()

    def duplicate_ids(self) -> Iterator[Flaw]:
        """Records whose id another one has."""
        for record_id, kind, file, line, *first in self.staging.run("duplicates"):
            scope = "all entries" if kind in KINDS else f"{kind}s"
            yield Flaw(file, line, record_id, "id", wrong("used-id", first=first, scope=scope))

    def why_dangling(self, mention: RecordMention, found_kind: str | None) -> str | None:
        """Why a reference finds no entry of its kind; None where that is not certain."""
        if found_kind is not None:
            return f"{mention.target!r} is {a(found_kind)}; name {a(mention.kind)}"
        if self.half_read & {mention.kind} or (mention.kind == "entry" and self.half_read):
            return None
        near = self.staging.run("ids_from", mention.kind, mention.target[:4])
        return no_such(mention, (record_id for (record_id,) in near))

    def reference_flaws(self) -> Iterator[Flaw]:
        """Unknown, circular and ambiguous references between actors, topics and sources."""
        for name_type, records in self.known.items():
            for raw in records.values():
                for mention in mentions(REFERRING[name_type], raw.fields):
                    yield from unknown_reference(mention, raw, self.known, self.half_read)
            yield from self.shared_names(name_type)
        yield from self.cycles("actor", ("part_of", "actor"))
        yield from self.cycles("topic", ("broader",))

    def cycles(self, name_type: str, field: tuple[str, ...]) -> Iterator[Flaw]:
        """Each chain of references by a field that comes back to its beginning."""
        targets = {
            raw.id: {
                mention.target: mention.location
                for mention in mentions(REFERRING[name_type], raw.fields)
                if tuple(step for step in mention.location if isinstance(step, str)) == field
            }
            for raw in self.known[name_type].values()
        }
        for cycle in cycles_of(targets):
            location = targets[cycle[0]][cycle[1]]
            yield self.known[name_type][cycle[0]].flaw(location, circular(cycle))

    def reply_cycles(self) -> Iterator[Flaw]:
        """Each chain of proposals that reply to each other."""
        replies = {reply: rest for reply, *rest in self.staging.run("replies")}
        for cycle in cycles_of({reply: [replies[reply][0]] for reply in sorted(replies)}):
            _, file, line = replies[cycle[0]]
            yield Flaw(file, line, cycle[0], "in_reply_to.proposal", circular(cycle))

    def shared_names(self, name_type: str) -> Iterator[Flaw]:
        """Names, aliases and former ids that would find two records."""
        records = self.reference.by_type[name_type].values()
        named = [(record.id, name) for record in records for name in record.names()]
        former = [
            (record.id, each)
            for record in records
            for each in record.former_ids
            if each not in self.known[name_type]
        ]
        folded = ((folded_name(each[1]), each) for each in (*named, *former))
        for (record_id, name), (owner, _) in repeated(each for each in folded if each[0]):
            if owner != record_id:
                yield self.shared_name(name_type, record_id, owner, name)

    def shared_name(self, name_type: str, record_id: str, owner_id: str, name: str) -> Flaw:
        """A name that would find another record too."""
        raw, owner = self.known[name_type][record_id], self.known[name_type][owner_id]
        location = next((at for at, text in texts_in(raw.fields) if text == name), ())
        return raw.flaw(location, wrong("shared-name", name=name, owner=owner))


def circular(cycle: list[str]) -> str:
    """Says that a chain of references comes back to its beginning."""
    return wrong("circle", cycle=" → ".join(cycle))


def cycles_of(targets: Mapping[str, Iterable[str]]) -> Iterator[list[str]]:
    """Each chain of references that comes back to its beginning, which is the first of its records.

    The first reference of a chain is left out where further ones are looked for.
    """
    left = {start: set(named) for start, named in targets.items()}
    order = list(targets)
    while True:
        try:
            TopologicalSorter(left).prepare()
        except CycleError as error:
            _, *cycle = reversed(error.args[1])
        else:
            return
        first = min(range(len(cycle)), key=lambda number: order.index(cycle[number]))
        chain = [*cycle[first:], *cycle[: first + 1]]
        left[chain[0]].discard(chain[1])
        yield chain
