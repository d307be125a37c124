"""What differs between two versions of a record, entry by entry, and what else shows it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from typing import Any

import orjson

from app.curation.sources import Records
from app.kinds import KINDS
from app.reference import REFERENCE_TYPES
from app.reference.registry import Reference
from app.seeding.flaws import field_path
from app.seeding.record_validation import REFERRING
from app.seeding.references import Location, mentions


@dataclass(frozen=True)
class FieldChange:
    """A field with what stood in it and what stands in it; None where there was or is nothing."""

    field: str
    old: Any
    new: Any


@dataclass(frozen=True)
class RecordChange:
    """A record that is `added`, `changed` or `removed`, or `shown` otherwise because of others."""

    action: str
    kind: str
    id: str
    fields: list[FieldChange]


def difference(old: Records, new: Records) -> list[RecordChange]:
    """Each record that differs by kind and id, then those that show it."""
    changes = []
    for key in sorted(old.keys() | new.keys()):
        before, after = old.get(key), new.get(key)
        if before != after:
            action = "added" if before is None else "removed" if after is None else "changed"
            changes.append(changed(action, key, record_fields(before), record_fields(after)))
    return [*changes, *shown_otherwise(old, new)]


def record_fields(body: bytes | None) -> dict[str, Any]:
    """The fields of a record; none where there is no record."""
    return dict(orjson.loads(body)) if body is not None else {}


def changed(
    action: str, key: tuple[str, str], old: Mapping[str, Any], new: Mapping[str, Any]
) -> RecordChange:
    """A change with the fields that differ."""
    return RecordChange(action, *key, list(differing(old, new, ())))


def differing(old: Any, new: Any, location: Location) -> Iterator[FieldChange]:
    """The fields that differ, in the order of their names; items of a list are aligned."""
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for name in sorted(old.keys() | new.keys()):
            yield from differing(old.get(name), new.get(name), (*location, name))
    elif isinstance(old, list) and isinstance(new, list):
        for before, after, number in aligned(old, new):
            yield from differing(before, after, (*location, number))
    elif old != new:
        yield FieldChange(field_path(location), old, new)


def aligned(old: list[Any], new: list[Any]) -> Iterator[tuple[Any, Any, int]]:
    """Items that differ, side by side, with their place in the list that has them."""
    matcher = SequenceMatcher(
        None, [*map(orjson.dumps, old)], [*map(orjson.dumps, new)], autojunk=False
    )
    for tag, start, end, new_start, new_end in matcher.get_opcodes():
        if tag != "equal":
            for step in range(max(end - start, new_end - new_start)):
                before = old[start + step] if start + step < end else None
                after = new[new_start + step] if new_start + step < new_end else None
                yield before, after, start + step if after is None else new_start + step


def shown_otherwise(old: Records, new: Records) -> Iterator[RecordChange]:
    """Entries that are the same, and whose documents show changed actors, topics or sources."""
    before, after = reference_data(old), reference_data(new)
    touched = {
        key for key, body in old.items() if key[0] in REFERENCE_TYPES and new.get(key) != body
    }
    # The office of an actor names what it is an office of.
    ids = {record_id for kind, record_id in touched if kind == "actor"}
    touched |= {
        ("actor", each) for each in after.actors if ids & after.affiliates(each, date.min, date.max)
    }
    for (kind, record_id), body in new.items() if touched else ():
        if kind in KINDS and old.get((kind, record_id)) == body:
            named = mentions(REFERRING[kind], record_fields(body))
            if not touched.isdisjoint((each.kind, each.target) for each in named):
                record = KINDS[kind].record.model_validate_json(body)
                documents = [
                    orjson.loads(orjson.dumps(KINDS[kind].document_of(record, each)))
                    for each in (before, after)
                ]
                shown = changed("shown", (kind, record_id), *documents)
                yield from [shown] if shown.fields else []


def reference_data(records: Records) -> Reference:
    """The actors, topics and sources of a version."""
    return Reference(
        (kind, REFERENCE_TYPES[kind].record.model_validate_json(body))
        for (kind, _), body in records.items()
        if kind in REFERENCE_TYPES
    )
