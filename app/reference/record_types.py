"""The description of a type of record: its names, its models, and how its document is made."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any, ClassVar

from app.entries.documents import Document, document_fields
from app.entries.record import Record
from app.reference.registry import Reference

# The value of a part that is missing; the application does not start with it.
MISSING: Any = object()


class KindIncomplete(Exception):
    """A kind of record lacks a part, or has one that does not fit the others."""

    def __init__(self, kind: str, problem: str):
        super().__init__(f"The kind {kind!r} is incomplete: {problem}.")


@dataclass(frozen=True, kw_only=True)
class RecordType:
    """A kind of record: actors, topics, sources, or a kind of entry.

    `description` stands in the API's description.
    `computed` makes the members of a document that have no attribute of their name in the record.
    `links` are its links, with `{id}` for the record's id.
    """

    name: str = MISSING
    plural: str = MISSING
    description: str = MISSING
    record: type[Record] = MISSING
    document: type[Document] = MISSING
    computed: Mapping[str, Callable[[Any, Reference], Any]] = MISSING
    links: Mapping[str, str] = MISSING

    SHARED: ClassVar[tuple[str, ...]] = ("url", "links")

    def __post_init__(self) -> None:
        for problem in self.problems():
            raise KindIncomplete(self.name, problem)

    def problems(self) -> Iterator[str]:
        """What is missing, or does not fit; the first ends the application's start."""
        for part in fields(self):
            if getattr(self, part.name) is MISSING:
                yield f"it has no {part.name}"
        for member in self.document.model_fields:
            given = {*self.record.model_fields, *self.computed, *self.SHARED}
            if member not in given and not hasattr(self.record, member):
                yield f"neither its record nor `computed` gives {member!r} of its document"

    @property
    def title(self) -> str:
        """The name as it begins a line."""
        return self.name.capitalize()

    @property
    def label(self) -> str:
        """The heading of its lists."""
        return self.plural.capitalize()

    def path(self, record_id: str) -> str:
        return f"/v1/{self.plural}/{record_id}"

    def history(self, record_id: str) -> str:
        return f"{self.path(record_id)}/history"

    def document_of(self, record: Any, reference: Reference, **shared: Any) -> dict[str, Any]:
        """The document of a record; what it refers to is looked up in `reference`."""
        links = {name: path.format(id=record.id) for name, path in self.links.items()}
        members = {
            **{name: compute(record, reference) for name, compute in self.computed.items()},
            **shared,
            "url": self.path(record.id),
            "links": {
                **links,
                "history": self.history(record.id),
                "cite": f"{self.path(record.id)}?format=bibtex",
            },
        }
        return document_fields(self.document, record, reference.refer, members)
