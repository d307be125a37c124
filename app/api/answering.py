"""From a question to a response: the snapshot, the ETag, the page, the representation."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from starlette.requests import Request

from app.api.route import Rendered, header
from app.config import Settings
from app.database import Database, Revision
from app.entries.documents import DOCUMENT_FORMAT, Document
from app.entries.names import nearest
from app.entries.questions import FormatName, Question
from app.errors import InvalidQuery
from app.formats import FORMATS, UNDATED_FORMATS, Format, chosen_format
from app.formats.answer import Answer

CACHE_CONTROL = b"public, max-age=30, stale-while-revalidate=30"


@dataclass(frozen=True)
class Service:
    """What every endpoint works with; kept in the application's state."""

    settings: Settings
    database: Database
    version: str


def service_of(request: Request) -> Service:
    """The service of the application that was asked."""
    service: Service = request.app.state.service
    return service


def asked_path(request: Request) -> str:
    """The path and query as they were asked."""
    path = str(request.scope.get("raw_path", b"").split(b"?")[0].decode("ascii", "replace"))
    return path or request.scope["path"]


def etag_of(service: Service, revision: Revision, request: Request, content_type: str) -> str:
    """A strong ETag: equal only where revision, format, version, question and type are equal."""
    made_of = f"{revision.digest} {revision.number} {DOCUMENT_FORMAT} {service.version}"
    parts = (
        made_of.encode(),
        asked_path(request).encode(),
        request.scope["query_string"],
        content_type.encode(),
    )
    named = b"\0".join(parts)
    return f'"{blake2b(named, digest_size=12).hexdigest()}"'


def is_held(request: Request, etag: str) -> bool:
    """Whether the client has what is sent as it is (RFC 9110, weak comparison)."""
    known = header(request.scope, b"if-none-match")
    return known != "" and etag_matches(known, etag)


def is_known(request: Request, etag: str) -> bool:
    """Whether it is certain, before anything is rendered, that the client has it already.

    Of what the edge compresses that is only certain by the ETag of the coding; of `*` never. What
    is not certain is rendered, and the edge compares again.
    """
    known = header(request.scope, b"if-none-match")
    if known.strip() in ("", "*"):
        return False
    coding = request.scope.get("coding")
    return etag_matches(known, coded_etag(etag, coding) if coding else etag)


def coded_etag(etag: str, coding: bytes) -> str:
    """The ETag of the same representation, compressed."""
    return f'{etag[:-1]}-{coding.decode()}"'


def etag_matches(known: str, etag: str) -> bool:
    """Whether a list of ETags holds one, or is `*`."""
    if known.strip() == "*":
        return True
    return etag in {each.strip().removeprefix("W/") for each in known.split(",")}


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


def not_modified(headers: Sequence[tuple[bytes, bytes]]) -> Rendered:
    """A 304: the headers of the 200 without those of a body."""
    kept = [each for each in headers if each[0] != b"content-type"]
    response = Rendered(304, kept, b"")
    response.headers = kept
    return response


def chosen_fields(fields: Sequence[str], known: Sequence[str]) -> tuple[str, ...]:
    """The members asked for; refuses one that no document has."""
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
    form = chosen_format(question.format, header(request.scope, b"accept"), formats)
    if form.dated and question.fields:
        possible = ", ".join(UNDATED_FORMATS)
        raise InvalidQuery.of(
            "fields",
            ",".join(question.fields),
            f"cannot be chosen in {form.name}, which is made of whole entries; leave `fields` out, "
            f"or ask for {possible}.",
        )
    return form


def answer_of(
    request: Request,
    question: Question,
    revision: Revision,
    model: type[Document],
    name: str,
    known_fields: Sequence[str],
    **page: Any,
) -> Answer:
    """The answer before it has a representation; how many rows it has is noted for the log."""
    request.scope["rows"] = len(page["documents"])
    return Answer(
        model=model,
        name=name,
        path=asked_path(request),
        query=request.scope["query_string"].decode("ascii", "replace"),
        parameters=request.scope["parameters"],
        revision=revision,
        public_url=service_of(request).settings.public_url,
        limit=question.limit,
        fields=chosen_fields(question.fields, known_fields),
        **page,
    )


async def represented(answer: Answer, form: Format, etag: str) -> Rendered:
    """The response of an answer in a format; one that takes long to make is made in a thread."""
    content_type = form.content_type(answer)
    headers = headers_of(answer.revision, etag, content_type, answer.link_header())
    if form.dated:
        return Rendered(200, headers, await asyncio.to_thread(form.render, answer))
    return Rendered(200, headers, form.render(answer))
