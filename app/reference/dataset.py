"""The dataset's own description: what the record covers, under which licence, how to cite it."""

from __future__ import annotations

from app.entries.record import Correction, Edtf, Line, Prose, Record, Slug, WebAddress


class Coverage(Record):
    """Which days and places the record covers."""

    date: Edtf
    places: tuple[Line, ...] = ()
    notes: Prose | None = None


class Licence(Record):
    """The licence of our words; quotations remain their speakers'."""

    id: Line
    name: Line
    url: WebAddress
    notes: Prose | None = None


class Contact(Record):
    """Who keeps the record, and how to reach them."""

    name: Line
    how: Prose


class Doubt(Record):
    """What the sources leave open."""

    about: Line
    text: Prose


class DatasetRecord(Record):
    """The description as curated."""

    id: Slug
    title: Line
    description: Prose
    coverage: Coverage
    inclusion_rules: tuple[Prose, ...]
    licence: Licence
    how_to_cite: Prose
    version: Line
    contact: Contact | None = None
    removal: Prose | None = None
    doubts: tuple[Doubt, ...] = ()
    corrections: tuple[Correction, ...] = ()
