"""Is this quotation in the record? And which recorded quotations stand in this text?"""

from __future__ import annotations

import time
from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, Any

import orjson
from fastapi import FastAPI
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request
from starlette.responses import Response

from app.api.models import DESCRIBED, OneOf, named, problem_responses
from app.api.openapi import join_lines
from app.api.records import answer_json, enveloped_one
from app.api.registration import OF_ANY_QUESTION, add_question
from app.db.snapshots import Snapshot
from app.db.work import Work
from app.entries.questions import DateParameter, NoQuestion
from app.errors import (
    InvalidQuery,
    NotAcceptable,
    TooLarge,
    UnsupportedMedia,
    query_error,
    said_of,
)
from app.formats.tables import CHECK_COLUMNS, MARK_COLUMNS, checks_csv, marks_csv
from app.http.messages import read_question
from app.http.route import AnswerOrPage, Representation, page_asked, service_of, work_for
from app.quotecheck.answers import CheckAnswer, MarksAnswer
from app.quotecheck.articles import ARTICLE_CHARACTERS, mark_article
from app.quotecheck.lookup import CHECK_CHARACTERS, check_texts, quotation_question
from app.quotecheck.rendering import Json

JSON = "application/json"
TEXT = "text/plain"
CSV = "text/csv; charset=utf-8"
TEXTS = 100


class CheckFormat(StrEnum):
    """The representations of an answer."""

    json = "json"
    csv = "csv"


class TextToCheck(NoQuestion):
    """A quotation, and who is said to have said it when."""

    text: Annotated[str, Field(min_length=1, max_length=CHECK_CHARACTERS)] = Field()
    """The quotation. Quotation marks, brackets, case, spacing, markup and contractions make no
    difference, nor do numbers in words; a wrong word, a dropped “not” or a changed number does.
    Where something stands around quotation marks, the quotation in them is judged."""
    speaker: str | None = Field(None, max_length=200)
    """Who is said to have said it: by id, name or alias, with a title, the last name first, or by
    the office held on the day of the quote. Somebody whom the record does not know is another
    speaker than the one on record."""
    date: DateParameter = None
    """When it is said to have been said, in the date language or as people write it with the name
    of the month: `2024-02-07`, `7 February 2024`, `Feb 2024`."""


class CheckQuestion(TextToCheck):
    """A quotation, and the representation of the answer."""

    format: CheckFormat = Field(CheckFormat.json, examples=["json"])
    """The representation, for browsers too."""


class PostQuestion(NoQuestion):
    """The representation of the answer to what is posted."""

    format: CheckFormat = Field(CheckFormat.json, examples=["json"])
    """The representation, for browsers too."""


class PostedArticle(BaseModel):
    """A text to be looked through."""

    model_config = ConfigDict(extra="forbid")

    text: Annotated[str, Field(min_length=1, max_length=ARTICLE_CHARACTERS)]


class PostedTexts(BaseModel):
    """Texts to be checked, each by itself."""

    model_config = ConfigDict(extra="forbid")

    texts: Annotated[list[TextToCheck], Field(min_length=1, max_length=TEXTS)]


async def check_quotation(request: Request, question: CheckQuestion) -> Representation:
    """Whether a quotation is in this record: exact, near, partial or not in it, with the closest
    wordings, what differs word by word, who said them when, and their sources.

    `not_in_record` says that this record does not have the words; it never says that they were not
    said.
    """
    async with service_of(request).database.snapshot() as snapshot, work_for(request) as work:
        asked = await quotation_question(question.text, question.speaker, question.date, snapshot)
        answers = await check_texts([asked], snapshot, work)
    if question.format is CheckFormat.csv:
        return Representation(CSV, checks_csv(answers), snapshot.revision)
    found = orjson.dumps(answers[0])
    return answer_json(request, found, snapshot.revision, page_asked(request))


async def mark_quotations(request: Request) -> Response:
    """Every quotation of a text, such as an article, and what of it is in this record.

    What stands in quotation marks is judged as a whole, from mark to mark: recorded, altered, said
    by another than the text says, or not in this record. Recorded words are marked without marks
    too. A short fragment is marked only where the text says that it is its speaker's. With `texts`,
    up to 100 texts are checked at once, each as by `GET`. The texts are not kept.
    """
    question, _ = read_question(PostQuestion, request.scope["query_string"])
    posted = await posted_body(request)
    # The request has arrived when its body has.
    request.state.began = time.monotonic()
    async with service_of(request).database.snapshot() as snapshot, work_for(request) as work:
        answer = await _answer_posted(posted, snapshot, work)
    headers = {"Cache-Control": "no-store", "Parley-Revision": snapshot.revision.digest}
    if question.format is CheckFormat.csv:
        body = checks_csv(answer) if isinstance(answer, list) else marks_csv(answer)
        return Response(body, headers=headers, media_type=CSV)
    enveloped = enveloped_one(request, orjson.dumps(answer), snapshot.revision, None)
    return Response(enveloped, headers=headers, media_type=JSON)


async def _answer_posted(
    posted: PostedArticle | PostedTexts, snapshot: Snapshot, work: Work
) -> Json | list[Json]:
    if isinstance(posted, PostedArticle):
        return await mark_article(posted.text, snapshot, work)
    questions = []
    for number, each in enumerate(posted.texts):
        try:
            asked = await quotation_question(each.text, each.speaker, each.date, snapshot)
        except InvalidQuery as invalid:
            raise InvalidQuery(_in_list(invalid.members["errors"], number)) from invalid
        questions.append(asked)
    return await check_texts(questions, snapshot, work)


def _in_list(errors: Sequence[Json], number: int) -> list[dict[str, object]]:
    """The errors of a text in a list, with its number."""
    return [
        {**each, **{name: f"texts.{number}.{each[name]}" for name in ("parameter", "detail")}}
        for each in errors
    ]


async def posted_body(request: Request) -> PostedArticle | PostedTexts:
    """What a body asks: a plain text, or a JSON object with `text` or `texts`."""
    kind = request.headers.get("content-type", TEXT).split(";")[0].strip().lower()
    if kind not in (TEXT, JSON):
        raise UnsupportedMedia(
            f"A text is posted as {TEXT} in UTF-8, or as {JSON} with `text` or `texts`."
        )
    body = await request.body()
    posted = _posted_json(body) if kind == JSON else {"text": _posted_text(body)}
    return _validated(PostedTexts if "texts" in posted else PostedArticle, posted)


def _posted_text(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        wrong = f"is not UTF-8 at byte {error.start}; send it in UTF-8."
        raise InvalidQuery.of("text", "", wrong) from error


def _posted_json(body: bytes) -> Json:
    try:
        posted = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise InvalidQuery.of("text", "", f"is no JSON: {error}.") from error
    if not isinstance(posted, dict) or not posted:
        wrong = 'must be an object such as {"text": "…"} or {"texts": [{"text": "…"}]}.'
        raise InvalidQuery.of("text", "", wrong)
    return posted


def _validated(
    model: type[PostedArticle | PostedTexts], posted: Json
) -> PostedArticle | PostedTexts:
    try:
        return model.model_validate(posted)
    except ValidationError as invalid:
        errors = [
            query_error(".".join(map(str, each["loc"])), each["input"], f"{said_of(each)}.")
            for each in invalid.errors(include_url=False)
        ]
        raise InvalidQuery(errors) from invalid


def _described(model: type[BaseModel]) -> dict[str, Any]:
    """The schema of a body, without references."""
    schema = model.model_json_schema()
    for name, definition in schema.pop("$defs", {}).items():
        assert name == TextToCheck.__name__
        for each in definition["properties"].values():
            join_lines(each)
        schema["properties"]["texts"]["items"] = definition
    return schema


MARKED = DESCRIBED["operations"]["markQuotations"]
BODY = {
    "required": True,
    "description": f"A text of at most {ARTICLE_CHARACTERS:,} characters, or up to {TEXTS} texts "
    f"of at most {CHECK_CHARACTERS:,} characters each.",
    "content": {
        TEXT: {"schema": {"type": "string", "minLength": 1, "maxLength": ARTICLE_CHARACTERS}},
        JSON: {"schema": {"oneOf": [_described(PostedArticle), _described(PostedTexts)]}},
    },
}


def _csv_content(*columns: str) -> dict[str, Any]:
    described = f"One row for each text or quotation: {', '.join(columns)}."
    return {"text/csv": {"schema": {"type": "string", "description": described}}}


def add_routes(app: FastAPI) -> None:
    """Registers both."""
    add_question(
        app,
        "/v1/check",
        check_quotation,
        CheckQuestion,
        route=AnswerOrPage,
        content=_csv_content(*CHECK_COLUMNS),
        problems=[NotAcceptable],
        operation_id="checkQuotation",
        model=OneOf[CheckAnswer],
    )
    app.router.add_api_route(
        "/v1/check",
        mark_quotations,
        methods=["POST"],
        operation_id="markQuotations",
        summary=MARKED["summary"],
        tags=MARKED["tags"],
        response_model=named(OneOf[MarksAnswer], "MarksResult")
        | named(OneOf[list[CheckAnswer]], "CheckResults"),
        responses={
            200: {"description": MARKED["answer"], "content": _csv_content(*MARK_COLUMNS)},
            **problem_responses(InvalidQuery, TooLarge, UnsupportedMedia, *OF_ANY_QUESTION),
        },
        openapi_extra={"requestBody": BODY, "parameters": MARKED["parameters"]},
    )
