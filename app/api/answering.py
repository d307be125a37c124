"""From a question to a response: the snapshot, the ETag, the page, the representation."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, TypeVar, TypeVarTuple, Unpack

from starlette.requests import Request

from app.db.snapshots import Revision
from app.entries.documents import Document
from app.entries.questions import EntryQuestion, FormatName, PagedQuestion, Question, Sort
from app.entries.result_pages import ResultPage
from app.errors import InvalidQuery
from app.formats import FORMATS, UNDATED_FORMATS, WHOLE
from app.formats.answer import Answer, Format
from app.http.route import Representation, asked_path, page_asked, service_of, work_for

# As many rows take less time than the way to a thread and back, and more than those are work.
SHORT, LONG = 20, 100
R = TypeVar("R")
Ts = TypeVarTuple("Ts")
P = TypeVar("P", bound=PagedQuestion)
# What is said about an answer beside what is said about any.
NOTHING_MORE: Mapping[str, Any] = MappingProxyType({})


def form_of(
    request: Request, question: Question, formats: Mapping[FormatName, Format] = FORMATS
) -> Format:
    """The format of the answer; refuses `fields` where whole documents are needed."""
    form = formats[question.format] if question.format else by_type(request, formats)
    if form.dated and question.fields:
        possible = ", ".join(UNDATED_FORMATS)
        raise InvalidQuery.of(
            "fields",
            ",".join(question.fields),
            f"cannot be chosen in {form.name}, which is made of whole entries; leave `fields` out, "
            f"or ask for {possible}.",
        )
    return form


def sized(question: P, form: Format) -> P:
    """The question with the usual size and order of its format, where it names none."""
    given = question.model_fields_set
    update: dict[str, Any] = {} if not form.whole or "limit" in given else {"limit": WHOLE}
    # Readers of a feed look for what is new to the record, whatever its date.
    is_of_entries = isinstance(question, EntryQuestion)
    if form.name is FormatName.atom and is_of_entries and "sort" not in given:
        update["sort"] = Sort.changed
    return question.model_copy(update=update) if update else question


def by_type(request: Request, formats: Mapping[FormatName, Format]) -> Format:
    """The format of the media type that `Accept` prefers."""
    chosen = request.scope["state"]["media_type"]
    for each in formats.values():
        if each.media_type == chosen:
            return each
    raise LookupError(chosen)


def answer_of(
    request: Request,
    revision: Revision,
    model: type[Document],
    name: str,
    page: ResultPage,
    limit: int,
    **more: Any,
) -> Answer:
    """The answer before it has a representation, with `more` of its members.

    How many rows it has is noted for the log.
    """
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
        page=page_asked(request),
        **more,
    )


async def represented(request: Request, answer: Answer, form: Format) -> Representation:
    """An answer in a format."""
    size = len(answer.documents) if form.dated or form.whole else 0
    size = max(size, LONG + 1 if form.counted else SHORT + 1 if form.dated else 0)
    body = await by_size(request, size, form.render, answer)
    return Representation(form.content_type(answer), body, answer.revision, answer.link_header())


async def by_size(
    request: Request, size: int, function: Callable[[Unpack[Ts]], R], *args: *Ts
) -> R:
    """What a function of so many rows returns; many are read in a thread, very many as work."""
    if size > LONG:
        async with work_for(request) as work:
            return await work.in_thread(function, *args)
    if size > SHORT:
        return await asyncio.to_thread(function, *args)
    return function(*args)
