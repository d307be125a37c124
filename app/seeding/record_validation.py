"""Validates the records of a chunk of a seed file, each by itself.

Nothing here needs the staging or the database, so chunks can be validated in several processes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import zip_longest
from typing import Any

import orjson
from pydantic import BaseModel, ValidationError

from app.db.postings import first_sort_key, sort_key_of
from app.entries.documents import json_of
from app.entries.names import nearest
from app.entries.record import EntryRecord
from app.kinds import KINDS
from app.kinds.evidence import SeedEvidence
from app.kinds.proposals import ProposalRecord, SeedProposal
from app.kinds.terms import SeedTerm
from app.reference import REFERENCE_TYPES
from app.reference.dataset import DatasetRecord
from app.review.doubts import Surroundings
from app.seeding.chunk_review import MOST_IN_LINES, MOST_IN_YAML, ChunkReview
from app.seeding.files import FileChunk, read_chunk
from app.seeding.flaws import Flaw, explain, shown, takes_text, wrong
from app.seeding.raw_records import RawRecord
from app.seeding.references import KnownIds, RecordMention, mentions
from app.seeding.staging import FormerId, StagedEvidence, StagedMention, StagedRecord

# The model of the records in each kind of seed file.
MODELS: dict[str, type[BaseModel]] = {
    "dataset": DatasetRecord,
    "evidence": SeedEvidence,
    **{each.name: each.record for each in REFERENCE_TYPES.values()},
    **{kind.name: kind.curated for kind in KINDS.values() if kind.has_files},
}
# The model whose fields refer to other records: a proposal and its terms are validated one by one.
REFERRING: dict[str, type[BaseModel]] = {**MODELS, "proposal": ProposalRecord, "term": SeedTerm}
FLAWS_LIMIT = 10_000
# What stands for the hash of a valid record whose canonical form is not needed.
NOT_HASHED = b"-"


@dataclass
class ValidatedChunk:
    """The records of a chunk, ready for the staging, and their flaws.

    `wordings` is the number of wordings of its quotes, `topics` are those of its entries.
    """

    file: str
    review: ChunkReview
    count: int = 0
    wordings: int = 0
    topics: set[str] = field(default_factory=set)
    records: list[StagedRecord] = field(default_factory=list)
    mentions: list[StagedMention] = field(default_factory=list)
    former_ids: list[FormerId] = field(default_factory=list)
    evidence: list[StagedEvidence] = field(default_factory=list)
    flaws: list[Flaw] = field(default_factory=list)


@dataclass(frozen=True)
class ChunkValidator:
    """Validates entries and evidence.

    `known` has the ids of all actors, topics and sources; of the kinds in `half_read`, some ids are
    not known. Given its surroundings, each entry is reviewed, too. Without `bodies`, no canonical
    forms are made.
    """

    known: KnownIds
    half_read: Collection[str | None]
    around: Surroundings | None = None
    bodies: bool = True

    def __call__(self, chunk: FileChunk) -> ValidatedChunk:
        """The records of a chunk, up to `FLAWS_LIMIT` flaws."""
        most = MOST_IN_LINES if chunk.lines else MOST_IN_YAML
        validated = ValidatedChunk(chunk.file, ChunkReview(most))
        for read in read_chunk(chunk):
            if isinstance(read, Flaw):
                validated.flaws.append(read)
            else:
                self.add(read, validated)
            if len(validated.flaws) > FLAWS_LIMIT:
                break
        validated.review.facts.named.update(
            (kind, each) for kind, ids in self.known.items() for each, named in ids.items() if named
        )
        return validated

    def add(self, raw: RawRecord, validated: ValidatedChunk) -> None:
        """Adds a record, and the terms of a proposal."""
        validated.count += 1
        records, flaws = parse(raw)
        validated.flaws += flaws
        for part, record in zip_longest(with_terms(raw), records):
            self.add_references(part, validated)
            validated.former_ids += former_ids_of(part)
            if isinstance(record, SeedEvidence):
                validated.evidence.append(staged_evidence(part, record))
                if self.around is not None:
                    validated.review.apply(part, "evidence", record, self.around)
                continue
            if record is not None:
                self.add_entry(part, record, validated)
            validated.records += staged_records(part, record, bodies=self.bodies)
        if self.around is not None and len(records) > 1:
            validated.review.add_terms(raw, records, self.around)

    def add_entry(self, raw: RawRecord, entry: Any, validated: ValidatedChunk) -> None:
        """Reviews an entry, and adds it to the facts about all entries."""
        validated.topics.update(entry.topics)
        validated.wordings += 1 + len(entry.renderings) if raw.kind == "quote" else 0
        if self.around is not None:
            validated.review.add(raw, entry, self.around)
            validated.review.facts.add(entry, len(validated.records))

    def add_references(self, raw: RawRecord, validated: ValidatedChunk) -> None:
        """Adds what a record refers to, as a flaw where it is an unknown actor, topic or source."""
        for mention in mentions(REFERRING[raw.kind], raw.fields, self.known):
            if mention.kind in REFERENCE_TYPES:
                validated.flaws += unknown_reference(mention, raw, self.known, self.half_read)
            else:
                place = raw.place(mention.location)
                validated.mentions.append(StagedMention(mention.kind, mention.target, *place))


def parse(raw: RawRecord) -> tuple[tuple[Any, ...], list[Flaw]]:
    """The validated record, and a proposal's terms after it; or none, and the flaws."""
    if not isinstance(raw.fields, dict):
        why = wrong("no-fields", shown=shown(raw.fields))
        return (), [Flaw(raw.file, raw.line, "", "", why)]
    model = MODELS[raw.kind]
    try:
        record = model.model_validate(raw.fields)
    except ValidationError as invalid:
        return (), [*remark_flaws(raw, model), *field_flaws(raw, model, invalid)]
    flaws = list(remark_flaws(raw, model))
    if isinstance(record, SeedProposal):
        return record.entries(), [*flaws, *unknown_phases(raw, record)]
    return (record,), flaws


def with_terms(raw: RawRecord) -> Iterator[RawRecord]:
    """A record, and a proposal's terms after it; nothing if it has no fields."""
    if not isinstance(raw.fields, dict):
        return
    yield raw
    terms = raw.fields.get("terms") if raw.kind == "proposal" else None
    for number, term in enumerate(terms if isinstance(terms, list) else ()):
        if isinstance(term, dict):
            yield raw.nested("term", "terms", number)


def canonical(record: BaseModel) -> bytes:
    """A record's own fields as JSON with sorted keys, defaults left out: what history compares."""
    fields = record.model_dump(mode="json", exclude_defaults=True)
    return json_of(fields, orjson.OPT_SORT_KEYS)


def staged_records(
    raw: RawRecord, record: Any | None, *, bodies: bool = True
) -> list[StagedRecord]:
    """The record in canonical form; without a valid record its id alone, if it has one."""
    if record is None:
        empty = StagedRecord(raw.kind, raw.id, b"", None, raw.file, raw.line, b"")
        return [empty] if raw.id else []
    sort_key = None
    if isinstance(record, EntryRecord):
        day = record.span.start.toordinal()
        sort_key = sort_key_of(day, record.order or 0, record.id) if bodies else first_sort_key(day)
    body = canonical(record) if bodies else b""
    digest = sha256(body).digest() if bodies else NOT_HASHED
    return [StagedRecord(raw.kind, record.id, digest, sort_key, raw.file, raw.line, body)]


def staged_evidence(raw: RawRecord, record: SeedEvidence) -> StagedEvidence:
    """The evidence in canonical form."""
    body = canonical(record.of_quote())
    return StagedEvidence(record.quote, record.source, record.words, raw.file, raw.line, body)


def former_ids_of(raw: RawRecord) -> Iterator[FormerId]:
    """The former ids of a record, valid or not."""
    name_type = raw.kind if raw.kind in REFERENCE_TYPES else "entry"
    former_ids = raw.fields.get("former_ids")
    for number, former in enumerate(former_ids if isinstance(former_ids, list) else ()):
        if isinstance(former, str):
            line = raw.line_of(("former_ids", number))
            yield FormerId(name_type, former, raw.id, raw.file, line)


def field_flaws(raw: RawRecord, model: type[BaseModel], invalid: ValidationError) -> Iterator[Flaw]:
    """What is wrong with the fields of a record, or of the terms in a proposal."""
    errors = invalid.errors(include_url=False)
    flawed_items = {
        error["loc"][:length] for error in errors for length in range(len(error["loc"]))
    }
    for error in errors:
        location = error["loc"]
        # A list that has only flawed items counts as empty.
        if error["type"] == "too_short" and location in flawed_items:
            continue
        why = explain(error, model)
        if error["type"] == "extra_forbidden":
            why = raw.traps.get(location, why)
        yield raw.flaw(location, why)


def remark_flaws(raw: RawRecord, model: type[BaseModel]) -> Iterator[Flaw]:
    """Texts of which YAML leaves out the end, as if it were a remark."""
    for location, remark in raw.traps.items():
        if remark.startswith("#") and takes_text(model, location):
            yield raw.flaw(location, wrong("remark", remark=shown(remark)))


def unknown_phases(raw: RawRecord, proposal: SeedProposal) -> Iterator[Flaw]:
    """Terms of a phase that their proposal does not have."""
    numbers = [str(phase.number) for phase in sorted(proposal.phases, key=lambda each: each.number)]
    for number, term in enumerate(proposal.terms):
        if term.phase is not None and str(term.phase) not in numbers:
            phases = f"the phases {', '.join(numbers)}" if numbers else "no phases"
            why = wrong("no-phase", phase=term.phase, proposal=proposal.id, phases=phases)
            yield raw.flaw(("terms", number, "phase"), why)


def unknown_reference(
    mention: RecordMention,
    raw: RawRecord,
    known: Mapping[str, Collection[str]],
    half_read: Collection[str | None],
) -> Iterator[Flaw]:
    """The flaw of a reference to an actor, topic or source that no file has."""
    if mention.target not in known[mention.kind] and mention.kind not in half_read:
        yield raw.flaw(mention.location, no_such(mention, known[mention.kind]))


def no_such(mention: RecordMention, known: Iterable[str]) -> str:
    """Says that a record does not exist, and which one may have been meant."""
    near = nearest(mention.target, list(known))
    hint = f"did you mean {' or '.join(near)}?" if near else f"add the {mention.kind} first"
    return f"there is no {mention.kind} {mention.target!r}; {hint}"
