"""Topics: the record's own hierarchy of subjects."""

from __future__ import annotations

from app.entries.fields import FormerIds, Line, Prose, Slug, TopicId
from app.entries.record import Correction, Identifiers, Record, Silences


class TopicRecord(Record):
    """A topic as curated (SKOS: prefLabel, definition, broader, closeMatch)."""

    id: Slug
    label: Line
    definition: Prose | None = None
    broader: TopicId | None = None
    close_match: tuple[Line, ...] = ()
    identifiers: Identifiers | None = None
    notes: Prose | None = None
    corrections: tuple[Correction, ...] = ()
    former_ids: FormerIds = ()
    silence: Silences = ()

    def names(self) -> tuple[str, ...]:
        """Everything that the topic may be asked for by."""
        return (self.id, self.label)

    def searched(self) -> tuple[str, ...]:
        return self.names()
