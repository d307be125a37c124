"""Sources: the published texts that the record cites."""

from __future__ import annotations

from enum import StrEnum

from app.entries.fields import Edtf, FormerIds, Language, Line, Prose, Slug, WebAddress
from app.entries.record import Correction, Identifiers, Record, Silences


class SourceKind(StrEnum):
    """What sort of text it is."""

    news = "news"
    official_statement = "official_statement"
    transcript = "transcript"
    report = "report"
    resolution = "resolution"


class TitleOrigin(StrEnum):
    """Where the title comes from; one made from the address is not the printed headline."""

    page = "page"
    url_slug = "url_slug"
    not_visible = "not_visible"


class SourceRecord(Record):
    """A source as curated."""

    id: Slug
    publisher: Line
    title: Line
    title_origin: TitleOrigin = TitleOrigin.page
    url: WebAddress | None = None
    archive_url: WebAddress | None = None
    date: Edtf | None = None
    language: Language = "en"
    kind: SourceKind = SourceKind.news
    identifiers: Identifiers | None = None
    notes: Prose | None = None
    corrections: tuple[Correction, ...] = ()
    former_ids: FormerIds = ()
    silence: Silences = ()

    @property
    def title_printed(self) -> bool:
        return self.title_origin is TitleOrigin.page

    @property
    def label(self) -> str:
        """Publisher and title; one that is not the printed title stands in brackets."""
        return f"{self.publisher}: {self.title if self.title_printed else f'[{self.title}]'}"

    def names(self) -> tuple[str, ...]:
        """Everything that the source may be asked for by."""
        return (self.id,)

    def searched(self) -> tuple[str, ...]:
        return (self.id, self.publisher, self.title)
