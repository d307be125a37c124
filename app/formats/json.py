"""JSON: the stored documents joined as bytes, with `meta` and `links`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson

from app.db.snapshots import Revision
from app.formats.answer import Answer


def as_json(answer: Answer) -> bytes:
    """The answer as `{"data": […], "meta": {…}, "links": {…}}`."""
    documents = answer.documents
    if answer.fields:
        documents = [orjson.dumps(document) for document in answer.loaded()]
    links = {"self": answer.self_link, "next": answer.next_link, "html": answer.page}
    return enveloped([b"[", b",".join(documents), b"]"], meta_of(answer), links)


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
