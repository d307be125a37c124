"""What a kind of entry says about itself; a missing or unfit part stops the application's start."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

from pydantic import BaseModel

from app.entries.facets import facet_names
from app.entries.languages import written_date
from app.entries.names import VALUE
from app.entries.questions import EntryQuestion, filters_of, term_of
from app.entries.record import EntryRecord, reference_of, values_at
from app.kinds.linked_data import LinkedData
from app.reference import REFERENCE_TYPES
from app.reference.record_types import MISSING, KindIncomplete, RecordType
from app.reference.registry import Reference

LINE_LENGTH = 200


@dataclass(frozen=True)
class Related:
    """Entries of a kind that name this one in a filter, as a section of its page.

    `grouped` puts them under several headings, given this entry's document and theirs.
    """

    heading: str
    kind: str
    filter: str
    grouped: Callable[[Any, list[Any]], list[tuple[str, list[Any]]]] | None = None


@dataclass(frozen=True, kw_only=True)
class Kind(RecordType):
    """A kind of entry.

    `headline` is the member of its document that stands for it in a line, `facets` those that its
    page shows, `colors` those of its bars and tags, in light and in dark surroundings. `line` makes
    a line of a document and its headline that keeps whose words they are, `remarks` says of a
    document, as JSON, what has to be known of its words or number.
    `seed_record` is what a seed file holds, if that is not `record`; a kind without `has_files` is
    written inside another one.
    """

    record: type[EntryRecord] = MISSING
    question: type[EntryQuestion] = MISSING
    headline: str = MISSING
    facets: tuple[str, ...] = MISSING
    colors: tuple[str, str] = MISSING
    linked_data: LinkedData = MISSING
    line: Callable[[Any, str], str] = lambda _, headline: headline
    remarks: Callable[[Any], list[str]] = lambda _: []
    related: tuple[Related, ...] = ()
    seed_record: type[BaseModel] | None = None
    has_files: bool = True
    in_timeline: bool = True

    SHARED: ClassVar[tuple[str, ...]] = (
        *RecordType.SHARED,
        "kind",
        "actors",
        "label",
        "display_date",
    )

    def problems(self) -> Iterator[str]:
        """What is missing, or does not fit."""
        yield from super().problems()
        if self.headline not in self.document.model_fields:
            yield f"headline names no member {self.headline!r} of its document"
        for facet in sorted(set(self.facets) - set(facet_names(self.question))):
            yield f"facets has {facet!r}, which its question does not filter by"
        for name, mark in filters_of(self.question).items():
            first = mark.path.partition(".")[0]
            if first not in self.record.model_fields and not hasattr(self.record, first):
                yield f"its filter {name!r} reads {mark.path!r}, which its record does not have"

    @property
    def curated(self) -> type[BaseModel]:
        """What a seed file holds."""
        return self.seed_record or self.record

    def history(self, record_id: str) -> str:
        """The path of an entry's history, whatever its kind."""
        return f"/v1/entries/{record_id}/history"

    def document_of(self, record: EntryRecord, reference: Reference, **_: Any) -> dict[str, Any]:
        """The document of an entry; what it refers to is looked up in `reference`."""
        actors = [
            {
                "actor": reference.summary("actor", link.actor),
                "role": link.role,
                "office": reference.office_on(link.actor, record.span),
            }
            for link in record.actor_links
        ]
        shared = {
            "kind": self.name,
            "label": "",
            "display_date": written_date(reference.language, record.date),
            "actors": actors,
        }
        document = super().document_of(record, reference, **shared)
        document["label"] = self.label_of(document)
        return document

    def label_of(self, document: dict[str, Any]) -> str:
        """One line that keeps whose words they are, and says if they are translated."""
        text = " ".join(document[self.headline].split())
        if len(text) > LINE_LENGTH:
            text = f"{text[: LINE_LENGTH - 1]}…"
        line = self.line(document, text)
        return f"{line} (translated)" if document.get("translated") else line

    def index_terms(self, record: EntryRecord) -> Iterator[tuple[str, str]]:
        """Dimension and value of every index term that the filters of the kind find."""
        for name, mark in filters_of(self.question).items():
            for value in values_at(record, mark.path):
                yield name, term_of(value)
        yield from record.bound_terms()


def kinds_table(*kinds: Kind) -> dict[str, Kind]:
    """The kinds by name; raises `KindIncomplete` where one names a kind that is not among them."""
    table = {kind.name: kind for kind in kinds}
    for kind in kinds:
        for where, name in kinds_named_by(kind):
            if name not in {*table, *REFERENCE_TYPES, VALUE}:
                raise KindIncomplete(kind.name, f"{where} names an unknown kind, {name!r}")
    return table


def kinds_named_by(kind: Kind) -> Iterator[tuple[str, str]]:
    """Where a kind names others, and which."""
    for name, mark in filters_of(kind.question).items():
        if mark.name_type is not None:
            yield f"its filter {name!r}", mark.name_type
    for section in kind.related:
        yield f"its section {section.heading!r}", section.kind
    for name in kind.record.model_fields:
        reference = reference_of(kind.record, name)
        if reference is not None:
            yield f"its field {name!r}", reference.kind
