"""Is this quotation in the record? And which recorded quotations stand in this text?"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import orjson
from fastapi import FastAPI, Query
from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response

from app.api.models import OneOf, named, problem_responses
from app.api.registration import add_question
from app.api.single import enveloped_one
from app.entries.questions import readable_date
from app.errors import (
    InvalidQuery,
    NotAcceptable,
    TooLarge,
    TooLong,
    Unavailable,
    UnsupportedMedia,
)
from app.http.route import AnswerOrPage, Representation
from app.http.service import service_of
from app.quotecheck.answers import CheckAnswer, MarksAnswer
from app.quotecheck.lookup import CHECK_CHARACTERS, check
from app.quotecheck.mark import MARK_CHARACTERS, mark

JSON = "application/json"
TEXT = "text/plain"


class CheckFormat(StrEnum):
    """The representations of an answer."""

    json = "json"


class CheckQuestion(BaseModel):
    """A quotation, and who is said to have said it when."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: Annotated[
        str,
        Field(
            min_length=1,
            max_length=CHECK_CHARACTERS,
            description="The quotation. Quotation marks, ellipses, brackets, case and spacing make "
            "no difference; a wrong word, a dropped “not” or a changed number does.",
            examples=["absolute victory"],
        ),
    ]
    speaker: Annotated[
        str | None,
        Field(
            max_length=200,
            description="Who is said to have said it: by id, name or alias.",
            examples=["netanyahu"],
        ),
    ] = None
    date: Annotated[
        str | None,
        AfterValidator(readable_date),
        Field(
            description="When it is said to have been said, in the date language.",
            examples=["2024-02"],
        ),
    ] = None
    format: Annotated[
        CheckFormat,
        Field(description="The representation, for browsers too.", examples=["json"]),
    ] = CheckFormat.json


class PostedText(BaseModel):
    """A text in a JSON body."""

    model_config = ConfigDict(extra="forbid")

    text: str


async def check_quotation(
    request: Request, question: Annotated[CheckQuestion, Query()]
) -> Representation:
    """Whether a quotation is in this record: exact, near, partial or not in it, with the closest
    wordings, what differs word by word, who said them when, and their sources.

    `not_in_record` says that this record does not have the words; it never says that they were not
    said.
    """
    async with service_of(request).database.snapshot() as snapshot:
        answer = await check(question.text, question.speaker, question.date, snapshot)
    body = answer.model_dump_json().encode()
    enveloped = enveloped_one(request, body, (), snapshot.revision)
    return Representation(JSON, enveloped, snapshot.revision)


async def mark_quotations(request: Request) -> Response:
    """Every recorded quotation that stands in a text, such as an article, marked by its place.

    A short fragment is marked only where its speaker or the context fits, not wherever its words
    meet. The text is not kept.
    """
    text = await posted_text(request)
    async with service_of(request).database.snapshot() as snapshot:
        answer = await mark(text, snapshot)
    headers = {"Cache-Control": "no-store", "Parley-Revision": snapshot.revision.digest}
    body = answer.model_dump_json().encode()
    enveloped = enveloped_one(request, body, (), snapshot.revision)
    return Response(enveloped, headers=headers, media_type=JSON)


async def posted_text(request: Request) -> str:
    """The text of a body: plain, or the `text` of a JSON object."""
    if request.scope["query_string"]:
        raise InvalidQuery.of("query", "", "has no parameters here; the text is the body.")
    kind = request.headers.get("content-type", TEXT).split(";")[0].strip().lower()
    if kind not in (TEXT, JSON):
        raise UnsupportedMedia(f"A text is posted as {TEXT} in UTF-8, or as {JSON} with `text`.")
    body = await request.body()
    if kind == JSON:
        return text_of_json(body)
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        wrong = f"is not UTF-8 at byte {error.start}; send it in UTF-8."
        raise InvalidQuery.of("text", "", wrong) from error


def text_of_json(body: bytes) -> str:
    """The `text` of a JSON object that has nothing else."""
    try:
        posted = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise InvalidQuery.of("text", "", f"is no JSON: {error}.") from error
    if not isinstance(posted, dict) or not isinstance(posted.get("text"), str) or len(posted) != 1:
        raise InvalidQuery.of("text", "", 'must be an object such as {"text": "…"}.')
    return str(posted["text"])


BODY = {
    "required": True,
    "description": f"The text, of at most {MARK_CHARACTERS:,} characters.",
    "content": {
        TEXT: {
            "schema": {"type": "string", "minLength": 1, "maxLength": MARK_CHARACTERS},
            "example": "Netanyahu vowed “absolute victory”.",
        },
        JSON: {
            "schema": {
                "type": "object",
                "required": ["text"],
                "additionalProperties": False,
                "properties": {
                    "text": {"type": "string", "minLength": 1, "maxLength": MARK_CHARACTERS}
                },
            },
            "example": {"text": "Netanyahu vowed “absolute victory”."},
        },
    },
}


def add_routes(app: FastAPI) -> None:
    """Registers both."""
    add_question(
        app,
        "/v1/check",
        check_quotation,
        route=AnswerOrPage,
        answer="How the words stand to this record.",
        problems=[NotAcceptable],
        operation_id="checkQuotation",
        summary="Check a quotation",
        tags=["check"],
        response_model=named(OneOf[CheckAnswer], "CheckResult"),
    )
    app.router.add_api_route(
        "/v1/check",
        mark_quotations,
        methods=["POST"],
        operation_id="markQuotations",
        summary="Mark the recorded quotations in a text",
        tags=["check"],
        response_model=named(OneOf[MarksAnswer], "MarksResult"),
        responses={
            200: {"description": "The passages that are recorded, in the order of the text."},
            **problem_responses(InvalidQuery, TooLarge, TooLong, UnsupportedMedia, Unavailable),
        },
        openapi_extra={"requestBody": BODY},
    )
