"""The past of a record over HTTP: every version of it."""

from __future__ import annotations

from enum import StrEnum
from functools import partial
from typing import Any

import orjson
from fastapi import FastAPI
from starlette.requests import Request

from app.api.models import Links, Meta, RevisionMeta
from app.api.records import answer_json, types_at, why_missing
from app.api.registration import add_question, plural_of
from app.entries.documents import CorrectionDocument, Document
from app.entries.names import ENTRY_NAME
from app.entries.questions import NoQuestion
from app.errors import Moved, NotAcceptable
from app.history.versions import versions_of
from app.http.route import Representation, service_of
from app.kinds import KINDS
from app.reference import REFERENCE_TYPES


class VersionAction(StrEnum):
    """What a change did to a record, seen from its history."""

    added = "added"
    changed = "changed"
    renamed = "renamed"
    removed = "removed"


class PatchOperation(Document):
    """One operation of a JSON Patch (RFC 6902)."""

    op: str
    """add, remove or replace."""
    path: str
    """Where in the record, as a JSON Pointer (RFC 6901)."""
    value: Any = None
    """The new value; not given with `remove`."""


class VersionDocument(Document):
    """A version of a curated record."""

    id: str
    """The id that the record had."""
    kind: str
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


async def history(request: Request, _: NoQuestion, record_id: str, *, name: str) -> Representation:
    """Every version of a record, or where its history is, or that it never was."""
    async with service_of(request).database.snapshot() as snapshot:
        versions = await versions_of(types_at(name), record_id, snapshot)
        if not versions or versions[0]["action"] == "removed":
            missing = await why_missing(name, record_id, snapshot)
            if not versions or isinstance(missing, Moved):
                raise missing
    data = orjson.dumps(versions)
    return answer_json(request, data, snapshot.revision, None)


def add_routes(app: FastAPI) -> None:
    """Registers the histories."""
    for name in (*KINDS, ENTRY_NAME, *REFERENCE_TYPES):
        add_question(
            app,
            f"/v1/{plural_of(name)}/{{id}}/history",
            partial(history, name=name),
            operation_id="get{Name}History",
            of=name,
            problems=[NotAcceptable],
            model=History,
        )
