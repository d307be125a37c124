"""NDJSON: one document a line."""

from __future__ import annotations

import orjson

from app.formats.answer import Answer


def as_ndjson(answer: Answer) -> bytes:
    """The documents of the page, each on a line of its own."""
    documents = answer.documents
    if answer.fields:
        documents = [orjson.dumps(document) for document in answer.loaded()]
    return b"".join(document + b"\n" for document in documents)
