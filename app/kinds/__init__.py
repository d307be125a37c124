"""The kinds of entry, one room each, and the one table where each is listed.

To add a kind: its room, its row in `KINDS`, its seed files, its tidy table and a migration.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from app.entries.documents import (
    EntryDocument,
    citation_document,
    correction_document,
    shared_fields,
)
from app.entries.questions import EntryQuestion
from app.entries.record import EntryRecord
from app.kinds import events, figures, proposals, quotes
from app.reference.registry import Reference


@dataclass(frozen=True)
class Kind:
    """A kind of entry: its names, what it holds, what it answers, what may be asked of it."""

    name: str
    plural: str
    record: type[Any]
    document: type[EntryDocument]
    question: type[EntryQuestion]
    render: Callable[[Any, Reference], dict[str, Any]]
    in_timeline: bool = True

    def document_of(self, record: EntryRecord, reference: Reference) -> EntryDocument:
        """The validated document of a record; what it refers to is looked up in `reference`."""
        span = record.span
        own = self.render(record, reference)
        links = {
            **own.pop("links"),
            "history": f"/v1/entries/{record.id}/history",
            "cite": f"/v1/{self.plural}/{record.id}?format=bibtex",
        }
        return self.document.model_validate(
            {
                **shared_fields(record, self.name, self.plural),
                **own,
                "actors": [
                    {
                        "actor": reference.actor(link.actor),
                        "role": link.role,
                        "office": reference.office_on(link.actor, span),
                    }
                    for link in record.links
                ],
                "topics": [reference.topic(topic) for topic in record.topics],
                "citations": [
                    citation_document(citation, reference.source(citation.source))
                    for citation in record.citations
                ],
                "notes": record.notes,
                "corrections": [correction_document(each) for each in record.corrections],
                "links": links,
            }
        )


KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind(
            "event",
            "events",
            events.EventRecord,
            events.EventDocument,
            events.EventQuestion,
            events.render,
        ),
        Kind(
            "quote",
            "quotes",
            quotes.QuoteRecord,
            quotes.QuoteDocument,
            quotes.QuoteQuestion,
            quotes.render,
        ),
        Kind(
            "proposal",
            "proposals",
            proposals.ProposalRecord,
            proposals.ProposalDocument,
            proposals.ProposalQuestion,
            proposals.render,
        ),
        Kind(
            "term",
            "terms",
            proposals.TermRecord,
            proposals.TermDocument,
            proposals.TermQuestion,
            proposals.render_term,
            in_timeline=False,
        ),
        Kind(
            "figure",
            "figures",
            figures.FigureRecord,
            figures.FigureDocument,
            figures.FigureQuestion,
            figures.render,
            in_timeline=False,
        ),
    )
}
