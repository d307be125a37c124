"""Seed files a part at a time: what is right and wrong about records by themselves.

It needs no stage, so that many parts can be checked in several processes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import orjson
from pydantic import BaseModel, ValidationError

from app.entries.names import nearest
from app.entries.record import EntryRecord
from app.entries.sort_keys import sort_key_of
from app.kinds import KINDS
from app.kinds.evidence import SeedEvidence
from app.kinds.proposals import ProposalRecord, SeedProposal
from app.kinds.terms import SeedTerm
from app.reference import REFERENCE_TYPES
from app.reference.dataset import DatasetRecord
from app.seeding.files import Part, read_part
from app.seeding.flaws import Flaw, explain, field_path, shown
from app.seeding.references import Location, Mention, mentions
from app.seeding.source_records import Written
from app.seeding.staging import Former, FoundWords, Mentioned, Staged

# What the records of each kind of seed file are read as.
MODELS: dict[str, type[BaseModel]] = {
    "dataset": DatasetRecord,
    "evidence": SeedEvidence,
    **{each.name: each.record for each in REFERENCE_TYPES.values()},
    **{kind.name: kind.curated for kind in KINDS.values() if kind.has_files},
}
# Where other records are named: a proposal and its terms are looked at one by one.
NAMING: dict[str, type[BaseModel]] = {**MODELS, "proposal": ProposalRecord, "term": SeedTerm}
FLAWS_LIMIT = 10_000


@dataclass
class Checked:
    """What a part of a file comes to."""

    file: str
    records: int = 0
    staged: list[Staged] = field(default_factory=list)
    mentions: list[Mentioned] = field(default_factory=list)
    formers: list[Former] = field(default_factory=list)
    evidence: list[FoundWords] = field(default_factory=list)
    flaws: list[Flaw] = field(default_factory=list)


class EntryCheck:
    """Checks entries and evidence, given the ids of actors, topics and sources that there are.

    Of the kinds that were half read, any id may be there.
    """

    def __init__(self, known: Mapping[str, Collection[str]], half_read: Collection[str | None]):
        self.known = known
        self.half_read = half_read

    def __call__(self, part: Part) -> Checked:
        """The records of a part; it ends where there are more flaws than anyone reads."""
        checked = Checked(part.file)
        for read in read_part(part):
            if isinstance(read, Flaw):
                checked.flaws.append(read)
            else:
                self.take(read, checked)
            if len(checked.flaws) > FLAWS_LIMIT:
                break
        return checked

    def take(self, written: Written, checked: Checked) -> None:
        """One record, a proposal with its terms."""
        checked.records += 1
        records, flaws = validated(written)
        checked.flaws += flaws
        for number, piece in enumerate(pieces_of(written)):
            self.keep(piece, records[number] if records else None, checked)

    def keep(self, piece: Written, record: Any | None, checked: Checked) -> None:
        """What a record comes to; of a flawed one its id and what it refers to."""
        for mention in mentions(NAMING[piece.kind], piece.fields):
            if mention.kind not in REFERENCE_TYPES:
                line, named = piece.line_of(mention.location), field_path(mention.location)
                row = (mention.kind, mention.target, piece.file, line, piece.id, named)
                checked.mentions.append(Mentioned(*row))
            elif is_unknown(mention, self.known, self.half_read):
                checked.flaws.append(unknown(mention, piece, self.known[mention.kind]))
        checked.formers += formers_of(piece)
        if isinstance(record, SeedEvidence):
            found = (record.quote, record.source, record.words, piece.file, piece.line)
            checked.evidence.append(FoundWords(*found, canonical(record.of_quote())))
        else:
            checked.staged += staged(piece, record)


def canonical(record: BaseModel) -> bytes:
    """A record's own fields as JSON with sorted keys, defaults left out: what history compares."""
    fields = record.model_dump(mode="json", exclude_defaults=True)
    # A copy, as orjson's own bytes keep the room they grew into: up to thirteen times their size.
    return bytes(memoryview(orjson.dumps(fields, option=orjson.OPT_SORT_KEYS)))


def validated(written: Written) -> tuple[tuple[Any, ...], list[Flaw]]:
    """The record, and a proposal's terms after it; or the flaws."""
    if not isinstance(written.fields, dict):
        wrong = f"must be a record with fields, not {shown(written.fields)}"
        return (), [Flaw(written.file, written.line, "", "", wrong)]
    model = MODELS[written.kind]
    try:
        record = model.model_validate(written.fields)
    except ValidationError as invalid:
        return (), list(field_flaws(written, model, invalid))
    if isinstance(record, SeedProposal):
        return record.entries(), list(unknown_phases(written, record))
    return (record,), []


def staged(piece: Written, record: Any | None) -> list[Staged]:
    """A record in canonical form; of a flawed one its id alone, if it has one."""
    if record is None:
        place = (piece.file, piece.line)
        return [Staged(piece.kind, piece.id, b"", None, *place, b"")] if piece.id else []
    base = None
    if isinstance(record, EntryRecord):
        base = sort_key_of(record.span.start.toordinal(), record.order or 0, record.id)
    body = canonical(record)
    digest = sha256(body).digest()
    return [Staged(piece.kind, record.id, digest, base, piece.file, piece.line, body)]


def is_unknown(
    mention: Mention, known: Mapping[str, Collection[str]], half_read: Collection[str | None]
) -> bool:
    """Whether an actor, topic or source is named that no file has."""
    return mention.target not in known[mention.kind] and mention.kind not in half_read


def pieces_of(written: Written) -> Iterator[Written]:
    """A record, and a proposal's terms after it; nothing of what is no record."""
    if not isinstance(written.fields, dict):
        return
    yield written
    terms = written.fields.get("terms") if written.kind == "proposal" else None
    for number, term in enumerate(terms if isinstance(terms, list) else ()):
        if isinstance(term, dict):
            yield written.part("term", "terms", number)


def formers_of(piece: Written) -> Iterator[Former]:
    """The former ids of a record, as far as they are written as such."""
    name_type = piece.kind if piece.kind in REFERENCE_TYPES else "entry"
    given = piece.fields.get("former_ids")
    for number, former in enumerate(given if isinstance(given, list) else ()):
        if isinstance(former, str):
            line = piece.line_of(("former_ids", number))
            yield Former(name_type, former, piece.id, piece.file, line)


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


def unknown_phases(written: Written, proposal: SeedProposal) -> Iterator[Flaw]:
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
