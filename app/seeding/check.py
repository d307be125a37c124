"""From a folder of seed files to a stage of checked records, or to the list of every flaw."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson
from pydantic import BaseModel, ValidationError

from app.entries.names import folded_name, nearest
from app.entries.places import place_of
from app.entries.record import EntryRecord
from app.kinds import KINDS
from app.kinds.proposals import WrittenProposal
from app.reference.actors import ActorRecord
from app.reference.dataset import DatasetRecord
from app.reference.registry import Reference
from app.reference.sources import SourceRecord
from app.reference.topics import TopicRecord
from app.seeding.files import DATASET_FILE, Written, read_file, seed_files
from app.seeding.flaws import Flaw, explain, field_path, shown
from app.seeding.stage import Stage, Staged

MODELS: dict[str, type[BaseModel]] = {
    "dataset": DatasetRecord,
    "actor": ActorRecord,
    "topic": TopicRecord,
    "source": SourceRecord,
    **{name: kind.record for name, kind in KINDS.items()},
    "proposal": WrittenProposal,
}
Place = tuple[str, int]
Progress = Callable[[int], object]


def canonical(record: BaseModel) -> bytes:
    """A record's own fields as JSON with sorted keys, defaults left out: what history compares."""
    fields = record.model_dump(mode="json", exclude_defaults=True)
    return orjson.dumps(fields, option=orjson.OPT_SORT_KEYS)


class Checker:
    """Reads every record of a folder onto a stage and gathers all flaws."""

    def __init__(self, folder: Path, stage: Stage, progress: Progress = lambda _: None):
        self.folder = folder
        self.stage = stage
        self.progress = progress
        self.reference = Reference()
        self.dataset: DatasetRecord | None = None
        self.flaws: list[Flaw] = []
        self.where: dict[tuple[str, str], Written] = {}

    def run(self) -> list[Flaw]:
        """Every flaw of the folder, in the order of files and lines."""
        files = list(seed_files(self.folder))
        self.flaws.extend(file for file in files if isinstance(file, Flaw))
        found = [file for file in files if not isinstance(file, Flaw)]
        if not any(kind == "dataset" for kind, _ in found) and not self.flaws:
            missing = "is missing; it holds the id, title, coverage and licence of the record"
            self.flaws.append(Flaw(DATASET_FILE, 0, "", "", missing))
        for kind, path in found:
            for written in read_file(kind, path, self.folder):
                self.take(written)
        self.stage.index()
        self.flaws.extend(self.across())
        return sorted(set(self.flaws))

    def take(self, written: Written | Flaw) -> None:
        """One record or flaw of a file."""
        if isinstance(written, Flaw):
            self.flaws.append(written)
            return
        self.progress(1)
        record = self.validated(written)
        if record is None:
            return
        if isinstance(record, WrittenProposal):
            proposal, *terms = record.entries()
            self.keep_entry("proposal", proposal, written)
            for number, term in enumerate(terms):
                self.keep_entry("term", term, written.part("terms", number))
        elif isinstance(record, EntryRecord):
            self.keep_entry(written.kind, record, written)
        else:
            self.keep_reference(written.kind, record, written)

    def validated(self, written: Written) -> BaseModel | None:
        """The record, or None where its fields are flawed."""
        if not isinstance(written.fields, dict):
            wrong = f"must be a record with fields, not {shown(written.fields)}"
            self.flaws.append(Flaw(written.file, written.line, "", "", wrong))
            return None
        model = MODELS[written.kind]
        try:
            return model.model_validate(written.fields)
        except ValidationError as invalid:
            record_id = str(written.fields.get("id", ""))[:120]
            for error in invalid.errors(include_url=False):
                location = tuple(
                    step for step in error["loc"] if step in path_steps(written, error)
                )
                self.flaws.append(
                    Flaw(
                        written.file,
                        written.line_of(location),
                        owner_id(written, location) or record_id,
                        field_path(location),
                        explain(error, model),
                    )
                )
            return None

    def keep_reference(self, kind: str, record: Any, written: Written) -> None:
        """An actor, topic or source, kept in memory too, or the dataset's description."""
        if kind == "dataset":
            self.dataset = record
        else:
            self.reference.add(kind, record)
            self.where.setdefault((kind, record.id), written)
            for former in record.former_ids:
                self.stage.former(kind, former, record.id, written.file, written.line)
        self.put(kind, record, None, written)

    def keep_entry(self, kind: str, entry: EntryRecord, written: Written) -> None:
        """An entry, once all that it refers to is known or noted."""
        self.flaws.extend(self.unknown_references(entry, written))
        for target_kind, targets in entry.mentions().items():
            for target in targets:
                self.stage.mention(
                    target_kind, target, written.file, written.line, entry.id, target_kind
                )
        for former in entry.former_ids:
            self.stage.former("entry", former, entry.id, written.file, written.line)
        base = place_of(entry.span.start.toordinal(), entry.order or 0, entry.id)
        self.put(kind, entry, base, written)

    def put(self, kind: str, record: Any, base: int | None, written: Written) -> None:
        """Onto the stage, in canonical form."""
        body = canonical(record)
        digest = sha256(body).digest()
        self.stage.add(Staged(kind, record.id, digest, base, written.file, written.line, body))

    def unknown_references(self, entry: EntryRecord, written: Written) -> Iterator[Flaw]:
        """Actors, topics and sources that the reference data does not have."""
        realms = (
            ("actor", self.reference.actors, (link.actor for link in entry.links())),
            ("topic", self.reference.topics, entry.topics),
            ("source", self.reference.sources, entry.sources()),
        )
        for realm, known, used in realms:
            for each in used:
                if each not in known:
                    line = line_of_value(written, each)
                    yield unknown(realm, each, known, written.file, line, entry.id)

    def across(self) -> Iterator[Flaw]:
        """What only shows when all records are in."""
        yield from self.reference_flaws()
        for record_id, kind, file, line, first_file, first_line in self.stage.duplicates():
            wrong = (
                f"stands at {first_file}:{first_line} too; ids of {kind}s are unique, rename one"
            )
            yield Flaw(file, line, record_id, "id", wrong)
        for kind, target, file, line, by, field, other in self.stage.dangling():
            if other is not None:
                article = f"{target!r} is a {other}, not a {kind}; refer to a {kind}"
                yield Flaw(file, line, by, field, article)
            else:
                known = self.stage.ids_like(kind, target[:4])
                yield unknown(kind, target, known, file, line, by)
        for former, record_id, file, line in self.stage.reused_former_ids():
            wrong = f"{former!r} is in use or was claimed before; an id is never reused"
            yield Flaw(file, line, record_id, "former_ids", wrong)

    def reference_flaws(self) -> Iterator[Flaw]:
        """Unknown, circular and ambiguous references between actors, topics and sources."""
        for actor in self.reference.actors.values():
            above = [held.of for held in actor.positions if held.of is not None]
            above += [part.actor for part in actor.part_of]
            yield from self.missing("actor", actor.id, above, self.reference.actors)
            cited = [citation.source for citation in actor.citations]
            yield from self.missing("source", actor.id, cited, self.reference.sources, "actor")
        for topic in self.reference.topics.values():
            above = [topic.broader] if topic.broader is not None else []
            yield from self.missing("topic", topic.id, above, self.reference.topics)
        parts = {
            actor.id: [part.actor for part in actor.part_of]
            for actor in self.reference.actors.values()
        }
        broader = {
            topic.id: [topic.broader] if topic.broader else []
            for topic in self.reference.topics.values()
        }
        yield from self.cycles("actor", "part_of", parts)
        yield from self.cycles("topic", "broader", broader)
        for realm in ("actor", "topic", "source"):
            yield from self.shared_names(realm)

    def missing(
        self, realm: str, owner: str, used: list[str], known: Any, owner_realm: str = ""
    ) -> Iterator[Flaw]:
        """References to what is not there."""
        for each in used:
            if each not in known:
                written = self.where[owner_realm or realm, owner]
                line = line_of_value(written, each)
                yield unknown(realm, each, known, written.file, line, owner)

    def cycles(self, realm: str, field: str, above: dict[str, list[str]]) -> Iterator[Flaw]:
        """Each record that comes back to itself by going up."""
        for start in above:
            path = cycle_from(start, above)
            if path is not None:
                written = self.where[realm, start]
                loop = " → ".join(path)
                wrong = f"goes in a circle ({loop}); remove one of these links"
                yield Flaw(written.file, written.line_of((field,)), start, field, wrong)

    def shared_names(self, realm: str) -> Iterator[Flaw]:
        """Names and aliases that would find two records."""
        owners: dict[str, str] = {}
        for record in self.reference.of(realm).values():
            for name in record.names():
                folded = folded_name(name)
                if not folded:
                    continue
                owner = owners.setdefault(folded, record.id)
                if owner != record.id:
                    written = self.where[realm, record.id]
                    wrong = f"{name!r} names {realm} {owner!r} too; a name finds one {realm} only"
                    yield Flaw(
                        written.file, line_of_value(written, name), record.id, "aliases", wrong
                    )


def unknown(realm: str, value: str, known: Any, file: str, line: int, owner: str) -> Flaw:
    """A reference to something that is not in the record, with what may have been meant."""
    near = nearest(value, list(known))
    hint = f"did you mean {' or '.join(near)}?" if near else f"add the {realm} first"
    return Flaw(file, line, owner, realm, f"there is no {realm} {value!r}; {hint}")


def cycle_from(start: str, above: dict[str, list[str]]) -> list[str] | None:
    """A way up from a record that comes back to it, or None."""
    pending = [(start, [start])]
    seen = set()
    while pending:
        current, path = pending.pop()
        for each in above.get(current, ()):
            if each == start:
                return [*path, start]
            if each not in seen:
                seen.add(each)
                pending.append((each, [*path, each]))
    return None


def path_steps(written: Written, error: Any) -> tuple[int | str, ...]:
    """The steps of an error's location that are fields; pydantic adds names of union members."""
    del written
    unions = ("int", "float", "str")
    return tuple(step for step in error["loc"] if step not in unions)


def owner_id(written: Written, location: tuple[int | str, ...]) -> str | None:
    """The id of the term that a location inside a proposal belongs to."""
    if len(location) < 2 or location[0] != "terms" or not isinstance(location[1], int):
        return None
    term = written.fields["terms"][location[1]]
    return str(term["id"])[:120] if isinstance(term, dict) and "id" in term else None


def line_of_value(written: Written, value: str) -> int:
    """The line where a value stands in a record."""
    for location, line in written.lines.items():
        if value_at(written.fields, location) == value:
            return line
    return written.line


def value_at(fields: Any, location: tuple[int | str, ...]) -> Any:
    """What stands at a location."""
    for step in location:
        try:
            fields = fields[step]
        except (KeyError, IndexError, TypeError):
            return None
    return fields
