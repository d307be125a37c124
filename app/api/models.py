"""The envelopes of answers, and how the documentation shows them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, create_model

from app.data_files import read_toml
from app.entries.documents import Document
from app.entries.questions import FormatName
from app.errors import PROBLEM_MEDIA_TYPE, Problem
from app.formats.answer import SPARSE_MEDIA_TYPE, Format

T = TypeVar("T")


class RevisionMeta(Document):
    """The state of the record that answered."""

    number: int
    """The number of the revision in this database."""
    digest: str
    """The sha256 of the curated record, equal wherever the same files are seeded."""
    version: str
    """The curators' version."""


class Meta(BaseModel):
    """What is said about an answer."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    revision: RevisionMeta
    """The state of the record that answered."""


class NearestQuery(Document):
    """Words that find something."""

    q: str
    """The words."""
    link: str
    """The question with them."""


class ListMeta(Meta):
    """What is said about a list."""

    limit: int
    """The number of entries on a page."""
    next_cursor: str | None = None
    """The `cursor` of the next page; null on the last."""
    total: int | None = None
    """The number of entries of the whole answer, with `count=exact`."""
    nearest: list[NearestQuery] | None = None
    """Where the words of `q` find nothing: up to three queries like it that find something."""


class FacetValueModel(Document):
    """One value of a facet."""

    id: str
    """The value, as the filter takes it."""
    label: str
    """The name to show."""
    count: int
    """How many entries of the whole answer have it."""
    link: str | None
    """The question narrowed by it; null where no question says just that."""


class FacetModel(Document):
    """The values of a facet."""

    values: list[FacetValueModel]
    """The commonest first; months in order."""
    complete: bool
    """Whether these are all values, or the hundred commonest."""


class EntryListMeta(ListMeta):
    """What is said about a list of entries."""

    facets: dict[str, FacetModel] | None = None
    """The counts asked for with `facets`, by name."""
    snippets: dict[str, str | None] | None = None
    """The passages asked for with `snippets`, by id; escaped HTML with `<mark>`."""


class Links(Document):
    """Where the answer stands, and where it goes on."""

    self: str
    """The path that was asked."""
    next: str | None = None
    """The path of the next page; null on the last."""
    html: str | None = None
    """The path of the page for people that answers the same question; null where there is none."""


class ListOf(Document, Generic[T]):
    """A page of a list."""

    data: list[T]
    """The documents, in the order asked for."""
    meta: ListMeta
    """About the answer."""
    links: Links
    """Where it stands, and where it goes on."""


class EntryListOf(ListOf[T], Generic[T]):
    """A page of a list of entries."""

    meta: EntryListMeta
    """About the answer."""


class OneOf(Document, Generic[T]):
    """One document."""

    data: T
    """The document."""
    meta: Meta
    """About the answer."""
    links: Links
    """Where it stands."""


class QueryError(Document):
    """One wrong parameter."""

    parameter: str
    """The parameter."""
    value: str
    """The value given, cut where it is long."""
    detail: str
    """What is wrong, and what would be right."""
    nearest: list[str] | None = None
    """The nearest valid values, the best first."""


class ProblemDocument(Document):
    """An error (RFC 9457)."""

    type: str
    """The kind of problem, as a path that describes it."""
    title: str
    """The kind of problem in words."""
    status: int
    """The HTTP status."""
    detail: str
    """What is wrong here, and what would be right."""
    errors: list[QueryError] | None = None
    """Every wrong parameter."""
    nearest: list[str] | None = None
    """The nearest ids, the best first."""


DESCRIBED: dict[str, Any] = read_toml("api/openapi.toml")
INFO, HEADERS, SCHEMAS = DESCRIBED["info"], DESCRIBED["headers"], DESCRIBED["schemas"]


def problem_responses(*kinds: type[Problem]) -> dict[int | str, dict[str, Any]]:
    """The documentation of problems."""
    return {
        kind.status: {
            "description": kind.title,
            "content": {
                PROBLEM_MEDIA_TYPE: {
                    "schema": {"$ref": "#/components/schemas/ProblemDocument"},
                }
            },
        }
        for kind in kinds
    }


def list_content(formats: Mapping[FormatName, Format]) -> dict[str, Any]:
    """The representations of a list besides plain JSON."""
    others = [each for name, each in formats.items() if name is not FormatName.json]
    return {
        SPARSE_MEDIA_TYPE: {"schema": SCHEMAS["sparse_list"]},
        **{each.media_type: {"schema": schema_of(each)} for each in others},
    }


def schema_of(form: Format) -> dict[str, Any]:
    """What a generated client may expect of a representation."""
    if form.name is FormatName.jsonld:
        graph: dict[str, Any] = SCHEMAS["graph"]
        return graph
    description = f"The same documents as {form.name.value.upper()}."
    return {"type": "string", "description": description}


def named(model: type[BaseModel], name: str) -> type[BaseModel]:
    """A generic model under a name that reads well in generated clients."""
    return create_model(name, __base__=model, __doc__=model.__doc__)
