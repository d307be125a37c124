"""One page of a list, what a format is, and JSON: the bytes of the stored documents."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

import orjson

from app.db.snapshots import Revision
from app.entries.density import Density
from app.entries.documents import Document
from app.entries.names import nearest
from app.entries.questions import FormatName
from app.errors import InvalidQuery
from app.reference.dataset import DatasetRecord


@dataclass
class Answer:
    """One page of a list. `model` is the document model, for formats with columns.

    `dataset` is set for formats that are `dated`, `density` for those that are `counted`, and
    `identified`, the actors that outside registers have, for JSON-LD. `page` is the path of the
    page for people.
    """

    documents: list[bytes]
    model: type[Document]
    name: str
    path: str
    query: str
    parameters: list[tuple[str, str]]
    revision: Revision
    public_url: str
    limit: int
    next_cursor: str | None = None
    total: int | None = None
    fields: tuple[str, ...] = ()
    dataset: DatasetRecord | None = None
    identified: Mapping[str, Any] = field(default_factory=dict)
    density: Density | None = None
    meta: Mapping[str, Any] = field(default_factory=dict)
    page: str | None = None

    @property
    def self_link(self) -> str:
        """The path and query of the request."""
        return f"{self.path}?{self.query}" if self.query else self.path

    def __post_init__(self) -> None:
        self.next_link = self.following() if self.next_cursor is not None else None

    def following(self) -> str:
        """The path and query of the next page."""
        raw = [pair for pair in self.query.split("&") if pair]
        pairs = zip(raw, self.parameters, strict=True)
        kept = [pair for pair, (name, _) in pairs if name != "cursor"]
        return f"{self.path}?{'&'.join([*kept, f'cursor={self.next_cursor}'])}"

    @property
    def rest(self) -> str | None:
        """The sentence that says where an incomplete answer continues; None for a complete one."""
        if self.next_link is None:
            return None
        return f"This is not the whole answer: it goes on at {self.public_url}{self.next_link}"

    def link_header(self) -> str:
        """The value of the `Link` header (RFC 8288)."""
        links = [f'<{self.self_link}>; rel="self"']
        if self.next_link is not None:
            links.append(f'<{self.next_link}>; rel="next"')
        return ", ".join(links)

    def about(self) -> DatasetRecord:
        """The description of the dataset, for formats that are `dated`."""
        assert self.dataset is not None
        return self.dataset

    def as_json_link(self) -> str:
        """The path of the same question with JSON as its format."""
        kept = [(name, value) for name, value in self.parameters if name != "format"]
        return f"{self.path}?{urlencode(kept)}" if kept else self.path

    def loaded(self) -> list[dict[str, Any]]:
        """The documents as dictionaries, with the chosen fields only."""
        return [self.sparse(orjson.loads(document)) for document in self.documents]

    def bodies(self) -> list[bytes]:
        """The documents as JSON, with the chosen fields only."""
        return [orjson.dumps(each) for each in self.loaded()] if self.fields else self.documents

    def sparse(self, document: dict[str, Any]) -> dict[str, Any]:
        """The chosen fields of a document, in its own order."""
        if not self.fields:
            return document
        return {name: value for name, value in document.items() if name in self.fields}


SPARSE_MEDIA_TYPE = "application/vnd.parley.sparse+json"


@dataclass(frozen=True)
class Format:
    """A representation: its name in queries, its media type, and what renders it.

    `by_accept`: the `Accept` header can choose it. `dated`: it shows entries with their dates and
    stable ids, so that it is not for lists of actors, topics and sources, takes no `fields`, and
    needs the dataset. `counted`: it shows the whole answer, not one page, and needs its counts by
    month. `whole`: without `limit` it has room for `WHOLE` documents, and says where more follow.
    """

    name: FormatName
    media_type: str
    render: Callable[[Answer], bytes]
    by_accept: bool = False
    dated: bool = False
    counted: bool = False
    whole: bool = False

    def content_type(self, answer: Answer) -> str:
        """The media type of an answer; documents with chosen fields have a type of their own."""
        if answer.fields and self.name is FormatName.json:
            return SPARSE_MEDIA_TYPE
        return self.full_type

    @cached_property
    def full_type(self) -> str:
        """The media type, for text with its character set."""
        is_text = self.media_type.startswith("text/")
        return f"{self.media_type}; charset=utf-8" if is_text else self.media_type


def as_json(answer: Answer) -> bytes:
    """The answer as `{"data": […], "meta": {…}, "links": {…}}`."""
    links = {"self": answer.self_link, "next": answer.next_link, "html": answer.page}
    return enveloped([b"[", b",".join(answer.bodies()), b"]"], meta_of(answer), links)


def as_ndjson(answer: Answer) -> bytes:
    """The documents of the page, each on a line of its own."""
    return b"".join(body + b"\n" for body in answer.bodies())


def meta_of(answer: Answer) -> dict[str, Any]:
    meta: dict[str, Any] = {
        "revision": revision_meta(answer.revision),
        "limit": answer.limit,
        "next_cursor": answer.next_cursor,
    }
    if answer.total is not None:
        meta["total"] = answer.total
    return {**meta, **answer.meta}


def revision_meta(revision: Revision) -> dict[str, Any]:
    return {
        "number": revision.number,
        "digest": revision.digest,
        "version": revision.version,
    }


def enveloped(data: Sequence[bytes], meta: dict[str, Any], links: dict[str, Any]) -> bytes:
    """An envelope around data that is JSON already, in parts."""
    ends = b',"meta":', orjson.dumps(meta), b',"links":', orjson.dumps(links), b"}"
    return b"".join((b'{"data":', *data, *ends))


def chosen_fields(fields: Sequence[str], known: Collection[str]) -> tuple[str, ...]:
    """The members asked for; refuses one that no document has."""
    if not fields:
        return ()
    unknown = [name for name in fields if name not in known]
    if unknown:
        raise InvalidQuery.of(
            "fields", unknown[0], "is not a member of these documents.", nearest(unknown[0], known)
        )
    return tuple(fields)
