"""From a folder of seed files to a stage of checked records, or to the list of every flaw."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson
from pydantic import BaseModel, ValidationError

from app.entries.names import folded_name, nearest
from app.entries.places import place_of
from app.entries.record import EntryRecord
from app.kinds import KINDS
from app.kinds.evidence import Evidence, WrittenEvidence, words_hash
from app.kinds.proposals import ProposalRecord, WrittenProposal, WrittenTerm
from app.kinds.quotes import WrittenQuote
from app.reference.actors import ActorRecord
from app.reference.dataset import DatasetRecord
from app.reference.registry import Reference
from app.reference.sources import SourceRecord
from app.reference.topics import TopicRecord
from app.seeding.files import (
    DATASET_FILE,
    Written,
    kind_hidden_by,
    read_file,
    seed_files,
    whole,
)
from app.seeding.flaws import Flaw, a, explain, field_path, shown
from app.seeding.references import Location, Mention, mentions
from app.seeding.stage import ENTRY_KINDS, Stage, Staged

# What the records of each kind of seed file are read as.
MODELS: dict[str, type[BaseModel]] = {
    "dataset": DatasetRecord,
    "actor": ActorRecord,
    "topic": TopicRecord,
    "source": SourceRecord,
    "event": KINDS["event"].record,
    "evidence": WrittenEvidence,
    "quote": WrittenQuote,
    "proposal": WrittenProposal,
    "figure": KINDS["figure"].record,
}
# Where other records are named: a proposal and its terms are looked at one by one.
NAMING: dict[str, type[BaseModel]] = {**MODELS, "proposal": ProposalRecord, "term": WrittenTerm}
REALMS = ("actor", "topic", "source")
FLAWS_LIMIT = 10_000
Progress = Callable[[int], object]


def canonical(record: BaseModel) -> bytes:
    """A record's own fields as JSON with sorted keys, defaults left out: what history compares."""
    fields = record.model_dump(mode="json", exclude_defaults=True)
    # A copy, as orjson's own bytes keep the room they grew into: up to thirteen times their size.
    return bytes(memoryview(orjson.dumps(fields, option=orjson.OPT_SORT_KEYS)))


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
        self.known: dict[str, dict[str, Written]] = {realm: {} for realm in REALMS}
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
        for written in self.records(found):
            self.take(written)
        self.stage.index()
        self.flaws.extend(self.across())
        return sorted(set(self.flaws))

    def records(self, files: Iterable[tuple[str, Path]]) -> Iterator[Written]:
        """What is written in the files, until there are more flaws than anyone reads."""
        for kind, path in files:
            for read in read_file(kind, path, self.folder):
                if isinstance(read, Flaw):
                    self.note(read)
                else:
                    yield read
                if len(self.flaws) > FLAWS_LIMIT:
                    wrong = f"reading stopped here after {FLAWS_LIMIT:,} flaws; mend these first"
                    self.note(whole(str(path.relative_to(self.folder)), wrong))
                    self.half_read.update(MODELS)
                    return

    def note(self, flaw: Flaw) -> None:
        """A flaw of a file."""
        self.flaws.append(flaw)
        if flaw.ends_file:
            self.half_read.add(kind_hidden_by(flaw))

    def take(self, written: Written) -> None:
        """One record of a file."""
        self.progress(1)
        if not isinstance(written.fields, dict):
            wrong = f"must be a record with fields, not {shown(written.fields)}"
            self.flaws.append(Flaw(written.file, written.line, "", "", wrong))
            return
        records = self.validated(written)
        pieces = list(pieces_of(written))
        for number, piece in enumerate(pieces):
            self.keep(piece, records[number] if records else None)

    def validated(self, written: Written) -> tuple[Any, ...]:
        """The record, and a proposal's terms after it; nothing where there is a flaw."""
        model = MODELS[written.kind]
        try:
            record = model.model_validate(written.fields)
        except ValidationError as invalid:
            self.flaws.extend(field_flaws(written, model, invalid))
            return ()
        if isinstance(record, WrittenProposal):
            self.flaws.extend(unknown_phases(written, record))
            return record.entries()
        return (record,)

    def keep(self, piece: Written, record: Any | None) -> None:
        """A record onto the stage; of a flawed one its id and what it refers to."""
        if piece.kind == "dataset":
            self.dataset = record
        elif piece.kind in REALMS:
            self.keep_reference(piece, record)
        else:
            self.keep_mentions(piece)
        for number, former in enumerate(former_ids(piece)):
            realm = piece.kind if piece.kind in REALMS else "entry"
            line = piece.line_of(("former_ids", number))
            self.stage.former(realm, former, piece.id, piece.file, line)
        self.put(piece, record)

    def keep_reference(self, piece: Written, record: Any | None) -> None:
        """An actor, topic or source, kept in memory too."""
        self.known[piece.kind].setdefault(piece.id, piece)
        if record is not None:
            self.reference.add(piece.kind, record)

    def keep_mentions(self, piece: Written) -> None:
        """What an entry refers to: looked up at once, or noted until all entries are in."""
        for mention in mentions(NAMING[piece.kind], piece.fields):
            if mention.kind not in REALMS:
                line = piece.line_of(mention.location)
                field = field_path(mention.location)
                self.stage.mention(mention, piece.file, line, piece.id, field)
            elif self.is_unknown(mention):
                self.flaws.append(unknown(mention, piece, self.known[mention.kind]))

    def is_unknown(self, mention: Mention) -> bool:
        """Whether an actor, topic or source is named that no file has."""
        return mention.target not in self.known[mention.kind] and mention.kind not in self.half_read

    def put(self, piece: Written, record: Any | None) -> None:
        """Onto the stage, in canonical form; a flawed record with its id alone."""
        if record is None:
            if piece.id:
                self.stage.add(Staged(piece.kind, piece.id, b"", None, piece.file, piece.line, b""))
            return
        if isinstance(record, WrittenEvidence):
            self.keep_evidence(piece, record)
            return
        if isinstance(record, WrittenQuote) and self.stage.has_evidence:
            record = self.with_evidence(record)
        base = None
        if isinstance(record, EntryRecord):
            base = place_of(record.span.start.toordinal(), record.order or 0, record.id)
        body = canonical(record)
        digest = sha256(body).digest()
        self.stage.add(Staged(piece.kind, record.id, digest, base, piece.file, piece.line, body))

    def keep_evidence(self, piece: Written, record: WrittenEvidence) -> None:
        """Evidence, until its quote is read."""
        key = (record.quote, record.source, record.words)
        body = canonical(record.of_quote())
        if not self.stage.add_evidence(key, piece.file, piece.line, body):
            wrong = "is evidence of words that have some already; keep the latest of the two"
            self.flaws.append(Flaw(piece.file, piece.line, record.quote, "words", wrong))

    def with_evidence(self, quote: WrittenQuote) -> WrittenQuote:
        """The quote with the evidence of its wordings, in their order."""
        keys = dict.fromkeys((each.source, words_hash(each.text)) for each in quote.wordings)
        bodies = self.stage.take_evidence(quote.id, list(keys))
        if not bodies:
            return quote
        evidence = tuple(Evidence.model_validate_json(body) for body in bodies)
        return quote.model_copy(update={"evidence": evidence})

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
            scope = "all entries" if kind in ENTRY_KINDS else f"{kind}s"
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
        for realm in REALMS:
            for piece in self.known[realm].values():
                for mention in mentions(NAMING[realm], piece.fields):
                    if self.is_unknown(mention):
                        yield unknown(mention, piece, self.known[mention.kind])
            yield from self.shared_names(realm)
        yield from self.cycles("actor", ("part_of", "actor"))
        yield from self.cycles("topic", ("broader",))

    def cycles(self, realm: str, field: tuple[str, ...]) -> Iterator[Flaw]:
        """Each way up that comes back to where it began, once."""
        upward = {
            piece.id: {
                mention.target: mention.location
                for mention in mentions(NAMING[realm], piece.fields)
                if tuple(step for step in mention.location if isinstance(step, str)) == field
            }
            for piece in self.known[realm].values()
        }
        seen = set()
        for start in upward:
            loop = loop_from(start, upward)
            if loop is None or frozenset(loop) in seen:
                continue
            seen.add(frozenset(loop))
            piece, location = self.known[realm][start], upward[start][loop[1]]
            line = piece.line_of(location)
            yield Flaw(piece.file, line, start, field_path(location), in_a_circle(loop))

    def shared_names(self, realm: str) -> Iterator[Flaw]:
        """Names, aliases and former ids that would find two records."""
        owners: dict[str, str] = {}
        records = self.reference.of(realm).values()
        named = [(record.id, name) for record in records for name in record.names()]
        former = [
            (record.id, each)
            for record in records
            for each in record.former_ids
            if each not in self.known[realm]
        ]
        for record_id, name in (*named, *former):
            folded = folded_name(name)
            owner = owners.setdefault(folded, record_id) if folded else record_id
            if owner != record_id:
                yield self.shared_name(realm, record_id, owner, name)

    def shared_name(self, realm: str, record_id: str, owner_id: str, name: str) -> Flaw:
        """A name that would find another record too."""
        piece, owner = self.known[realm][record_id], self.known[realm][owner_id]
        location = location_of(piece.fields, name)
        wrong = f"{name!r} finds {realm} {owner.id!r} ({owner.file}:{owner.line}) too"
        remedy = f"a name finds one {realm}, leave it out of one of the two"
        line, field = piece.line_of(location), field_path(location)
        return Flaw(piece.file, line, piece.id, field, f"{wrong}; {remedy}")


def pieces_of(written: Written) -> Iterator[Written]:
    """A record, and a proposal's terms after it."""
    yield written
    terms = written.fields.get("terms") if written.kind == "proposal" else None
    for number, term in enumerate(terms if isinstance(terms, list) else ()):
        if isinstance(term, dict):
            yield written.part("term", "terms", number)


def former_ids(piece: Written) -> list[str]:
    """The former ids of a record, as far as they are written as such."""
    written = piece.fields.get("former_ids")
    return [each for each in written if isinstance(each, str)] if isinstance(written, list) else []


def field_flaws(
    written: Written, model: type[BaseModel], invalid: ValidationError
) -> Iterator[Flaw]:
    """What is wrong with the fields of a record, or of the terms in a proposal."""
    for error in invalid.errors(include_url=False):
        location = error["loc"]
        line = written.line_of(location)
        owner, field = owner_of(written, location)
        yield Flaw(written.file, line, owner, field_path(field), explain(error, model))


def owner_of(written: Written, location: Location) -> tuple[str, Location]:
    """The id of the record, or of the term in it, that a location belongs to; the field in that."""
    if len(location) > 2 and location[0] == "terms" and isinstance(location[1], int):
        term = written.part("term", "terms", location[1]).id
        if term:
            return term, location[2:]
    return written.id, location


def unknown_phases(written: Written, proposal: WrittenProposal) -> Iterator[Flaw]:
    """Terms of a phase that their proposal does not have."""
    numbers = [str(phase.number) for phase in sorted(proposal.phases, key=lambda each: each.number)]
    for number, term in enumerate(proposal.terms):
        if term.phase is not None and str(term.phase) not in numbers:
            line = written.line_of(("terms", number, "phase"))
            has = f"has the phases {', '.join(numbers)}" if numbers else "has no phases"
            wrong = f"there is no phase {term.phase}; {proposal.id} {has}, add it or correct this"
            yield Flaw(written.file, line, term.id, "phase", wrong)


def unknown(mention: Mention, piece: Written, known: Iterable[str]) -> Flaw:
    """A reference to something that is not in the record."""
    line, field = piece.line_of(mention.location), field_path(mention.location)
    return Flaw(piece.file, line, piece.id, field, no_such(mention, known))


def no_such(mention: Mention, known: Iterable[str]) -> str:
    """That something is not in the record, and what may have been meant."""
    near = nearest(mention.target, list(known))
    hint = f"did you mean {' or '.join(near)}?" if near else f"add the {mention.kind} first"
    return f"there is no {mention.kind} {mention.target!r}; {hint}"


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
