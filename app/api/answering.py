"""From a question to a response: the snapshot, the ETag, the page, the representation."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from types import MappingProxyType
from typing import Any

from fastapi import FastAPI
from starlette.requests import Request

from app.config import Settings
from app.db.snapshots import Database, Revision
from app.entries.density import Density
from app.entries.documents import DOCUMENT_FORMAT, Document
from app.entries.names import nearest
from app.entries.questions import FormatName, Question
from app.entries.result_pages import ResultPage
from app.errors import InvalidQuery, NotAcceptable
from app.formats import FORMATS, UNDATED_FORMATS, Format
from app.formats.answer import Answer
from app.http.negotiation import HTML, coded_etag, is_held, preferences_of, preferred_type
from app.http.responses import CompleteResponse, complete
from app.reference.dataset import Described

# What is said about an answer beside what is said about any.
NOTHING_MORE: Mapping[str, Any] = MappingProxyType({})
CACHE_CONTROL = b"public, max-age=30, stale-while-revalidate=30"


@dataclass(frozen=True)
class Service:
    """What every endpoint works with."""

    settings: Settings
    database: Database
    version: str


class Application(FastAPI):
    """FastAPI's application, with what its endpoints work with."""

    service: Service


def service_of(request: Request) -> Service:
    """The service of the application that was asked."""
    app: Application = request.scope["app"]
    return app.service


def asked_path(request: Request) -> str:
    """The path as it was asked."""
    path: bytes = request.scope["raw_path"]
    return path.decode("ascii", "replace")


def etag_of(service: Service, revision: Revision, request: Request, content_type: str) -> str:
    """A strong ETag: equal only where revision, format, version, public URL and question are.

    Of what is compressed it becomes that of the coding.
    """
    scope = request.scope
    made = made_of(revision, service.version, service.settings.public_url)
    asked = b"\0".join((made, scope["raw_path"], scope["query_string"], content_type.encode()))
    return f'"{blake2b(asked, digest_size=12).hexdigest()}"'


@lru_cache(maxsize=16)
def made_of(revision: Revision, version: str, public_url: str) -> bytes:
    """What decides what is answered to a question."""
    return f"{revision.digest} {revision.number} {DOCUMENT_FORMAT} {version} {public_url}".encode()


def is_known(request: Request, etag: str) -> bool:
    """Whether it is certain, before anything is rendered, that the client has it already.

    Of what may be compressed that is only certain by the ETag of the coding; of `*` never. What is
    not certain is rendered, and compared again in front of the routes.
    """
    preferences = preferences_of(request.scope)
    held = preferences.held
    if held is None or held.strip() == "*":
        return False
    return is_held(held, coded_etag(etag, preferences.coding))


def headers_of(
    revision: Revision,
    etag: str,
    content_type: str,
    link: str | None = None,
    keep: bytes = CACHE_CONTROL,
) -> list[tuple[bytes, bytes]]:
    """The headers of a 200."""
    headers = [
        (b"content-type", content_type.encode()),
        (b"etag", etag.encode()),
        (b"cache-control", keep),
        (b"vary", b"Accept, Accept-Encoding"),
        (b"parley-revision", revision.digest.encode()),
    ]
    return headers if link is None else [*headers, (b"link", link.encode())]


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


def form_of(
    request: Request, question: Question, formats: Mapping[FormatName, Format] = FORMATS
) -> Format:
    """The format of the answer; refuses `fields` where whole documents are needed."""
    form = formats[question.format] if question.format else negotiated(request, formats)
    if form.dated and question.fields:
        possible = ", ".join(UNDATED_FORMATS)
        raise InvalidQuery.of(
            "fields",
            ",".join(question.fields),
            f"cannot be chosen in {form.name}, which is made of whole entries; leave `fields` out, "
            f"or ask for {possible}.",
        )
    return form


def negotiated(request: Request, formats: Mapping[FormatName, Format]) -> Format:
    """The format that `Accept` prefers; JSON where it does not say."""
    state = request.scope["state"]
    by_type = {each.media_type: each for each in formats.values() if each.by_accept}
    # A list that is a page as well has offered that already.
    pages = [each for each in state.get("offered", ()) if each == HTML]
    state["offered"] = (*by_type, *pages)
    chosen = preferred_type(preferences_of(request.scope).accept, tuple(by_type))
    if not chosen:
        types = ", ".join(by_type)
        raise NotAcceptable(f"This is offered as {types}; or name a format with `format=`.")
    return by_type[chosen]


def answer_of(
    request: Request,
    revision: Revision,
    model: type[Document],
    name: str,
    page: ResultPage,
    limit: int,
    *,
    fields: tuple[str, ...] = (),
    dataset: Described | None = None,
    density: Density | None = None,
    meta: Mapping[str, Any] = NOTHING_MORE,
) -> Answer:
    """The answer before it has a representation; how many rows it has is noted for the log."""
    scope = request.scope
    scope["state"]["rows"] = len(page.documents)
    return Answer(
        documents=page.documents,
        model=model,
        name=name,
        path=asked_path(request),
        query=scope["query_string"].decode("ascii", "replace"),
        parameters=scope["state"]["parameters"],
        revision=revision,
        public_url=service_of(request).settings.public_url,
        limit=limit,
        next_cursor=page.next_cursor,
        total=page.total,
        fields=fields,
        dataset=dataset,
        density=density,
        meta=meta,
    )


async def represented(answer: Answer, form: Format, etag: str) -> CompleteResponse:
    """The response of an answer in a format; one that takes long to make is made in a thread."""
    content_type = form.content_type(answer)
    headers = headers_of(answer.revision, etag, content_type, answer.link_header())
    if form.dated:
        return complete(200, headers, await asyncio.to_thread(form.render, answer))
    return complete(200, headers, form.render(answer))
