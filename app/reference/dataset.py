"""The dataset's own description: what the record covers, under which licence, how to cite it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Annotated, Any

import orjson
from pydantic import AfterValidator
from pydantic import StringConstraints as Text

from app.db.postings import STORED
from app.db.snapshots import Snapshot
from app.entries.fields import Edtf, Language, Line, Prose, Slug, WebAddress, without_controls
from app.entries.record import Correction, Record, Silences
from app.entries.stems import OWN_LANGUAGE


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


class DatasetDoubt(Record):
    """What the sources leave open."""

    about: Line
    text: Prose


QuestionPath = Annotated[
    str,
    Text(pattern=r'^/v1/[^\s<>"]*$', max_length=1000),
    AfterValidator(without_controls),
]


class GoodQuestion(Record):
    """A question to start with: its path in the API, and what it asks."""

    path: QuestionPath
    text: Line


class DatasetRecord(Record):
    """The description as curated."""

    id: Slug
    title: Line
    description: Prose
    language: Language | None = None
    coverage: Coverage
    inclusion_rules: tuple[Prose, ...]
    licence: Licence
    how_to_cite: Prose
    version: Line
    contact: Contact | None = None
    removal: Prose | None = None
    doubts: tuple[DatasetDoubt, ...] = ()
    questions: tuple[GoodQuestion, ...] = ()
    corrections: tuple[Correction, ...] = ()
    silence: Silences = ()


def language_of(dataset: Mapping[str, Any]) -> str:
    """The language of the record, in which its dates are written."""
    return dataset.get("language") or OWN_LANGUAGE


async def dataset_of(snapshot: Snapshot) -> dict[str, Any]:
    """The dataset's description as curated."""
    curated: dict[str, Any] = orjson.loads((await snapshot.rows(STORED, name="dataset"))[0][0])
    return curated


async def described(snapshot: Snapshot) -> DatasetRecord:
    """The same as a record."""
    return read_dataset(bytes((await snapshot.rows(STORED, name="dataset"))[0][0]))


@lru_cache(maxsize=8)
def read_dataset(body: bytes) -> DatasetRecord:
    return DatasetRecord.model_validate_json(body)
