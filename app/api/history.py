"""The past of a record over HTTP: every version of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import Annotated, Any

import orjson
from fastapi import FastAPI, Query
from pydantic import Field
from starlette.requests import Request

from app.api.answering import asked_path
from app.api.entries import ONE_PROBLEMS, kinds_of
from app.api.entries import why_missing as why_no_entry
from app.api.models import (
    Links,
    Meta,
    RevisionMeta,
)
from app.api.reference import why_missing as why_no_reference
from app.api.registration import add_question
from app.api.single import NoQuestion, path_id
from app.db.snapshots import Snapshot
from app.entries.documents import CorrectionDocument, Document
from app.entries.names import ENTRY_NAME
from app.errors import Moved
from app.formats.json import enveloped, revision_meta
from app.history.versions import versions_of
from app.http.negotiation import JSON
from app.http.route import Representation
from app.http.service import service_of
from app.kinds import KINDS
from app.reference import REFERENCE_TYPES
from app.reference.record_types import RecordType


class VersionAction(StrEnum):
    """What a change did to a record, seen from its history."""

    added = "added"
    changed = "changed"
    renamed = "renamed"
    removed = "removed"


class PatchOperation(Document):
    """One operation of a JSON Patch (RFC 6902)."""

    op: Annotated[str, Field(examples=["replace"])]
    """add, remove or replace."""
    path: Annotated[str, Field(examples=["/title"])]
    """Where in the record, as a JSON Pointer (RFC 6901)."""
    value: Any = None
    """The new value; not given with `remove`."""


class VersionDocument(Document):
    """A version of a curated record."""

    id: Annotated[str, Field(examples=["q-20240207-netanyahu-victory"])]
    """The id that the record had."""
    kind: Annotated[str, Field(examples=["quote"])]
    """What the record is."""
    revision: RevisionMeta
    """The revision with which the version came."""
    action: VersionAction
    """What happened: `renamed` where the record came under a new id."""
    record: dict[str, Any] | None
    """The curated fields as they stood from then on; null where the record was removed."""
    patch: list[PatchOperation] | None
    """What changed from the version before it; null where there is none before or after."""
    corrections: list[CorrectionDocument]
    """The curated corrections that came with the version: why it is another one."""


class History(Document):
    """Every version of a record."""

    data: list[VersionDocument]
    """The versions, the newest first."""
    meta: Meta
    """About the answer."""
    links: Links
    """Where it stands."""


async def history(
    request: Request,
    kinds: tuple[str, ...],
    record_id: str,
    why_missing: Callable[[Snapshot], Awaitable[Exception]],
) -> Representation:
    """Every version of a record, or where its history is, or that it never was."""
    async with service_of(request).database.snapshot() as snapshot:
        versions = await versions_of(kinds, record_id, snapshot)
        if not versions or versions[0].action == "removed":
            missing = await why_missing(snapshot)
            if isinstance(missing, Moved):
                raise Moved(f"{missing.headers['Location']}/history")
            if not versions:
                raise missing
    data = orjson.dumps([version.document() for version in versions])
    links = {"self": asked_path(request), "next": None}
    meta = {"revision": revision_meta(snapshot.revision)}
    return Representation(JSON, enveloped([data], meta, links), snapshot.revision)


def entry_history(kind: str) -> Callable[..., Awaitable[Representation]]:
    """The endpoint of the histories of entries of a kind, or of any."""

    async def endpoint(
        request: Request, question: Annotated[NoQuestion, Query()], id: str
    ) -> Representation:
        del question
        return await history(
            request, kinds_of(kind), id, lambda snapshot: why_no_entry(id, kind, None, snapshot)
        )

    endpoint.__annotations__["id"] = path_id(kind)
    return endpoint


def reference_history(name_type: RecordType) -> Callable[..., Awaitable[Representation]]:
    """The endpoint of the histories of actors, topics or sources."""

    async def endpoint(
        request: Request, question: Annotated[NoQuestion, Query()], id: str
    ) -> Representation:
        del question
        return await history(
            request,
            (name_type.name,),
            id,
            lambda snapshot: why_no_reference(name_type, id, snapshot),
        )

    endpoint.__annotations__["id"] = path_id(name_type.name)
    return endpoint


def add_routes(app: FastAPI) -> None:
    """Registers the histories."""
    for kind in KINDS.values():
        add_history(app, kind.plural, kind.name.capitalize(), entry_history(kind.name))
    add_history(app, "entries", "Entry", entry_history(ENTRY_NAME))
    for name_type in REFERENCE_TYPES.values():
        add_history(
            app, name_type.plural, name_type.name.capitalize(), reference_history(name_type)
        )


def add_history(
    app: FastAPI, plural: str, title: str, endpoint: Callable[..., Awaitable[Representation]]
) -> None:
    """Registers the histories of one kind."""
    add_question(
        app,
        f"/v1/{plural}/{{id}}/history",
        endpoint,
        answer="The versions, the newest first.",
        problems=ONE_PROBLEMS,
        operation_id=f"get{title}History",
        summary=f"Get every version of one {title.lower()}",
        description="Every version of the curated record, the newest first: with which revision it "
        "came, how it stood, what changed (JSON Patch) and which correction says why. Versions "
        "under former ids are among them, and a removed record keeps its history.",
        tags=["history"],
        response_model=History,
    )
