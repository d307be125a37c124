"""Proposals side by side, or a whole chain of them."""

from __future__ import annotations

from typing import Annotated

from fastapi import FastAPI, Query
from starlette.requests import Request

from app.analysis.comparison_models import ProposalComparison
from app.analysis.comparison_question import CompareQuestion, TableFormat, compare_proposals
from app.api.answering import etag_of, headers_of, is_known, service_of
from app.api.entries import not_modified_response
from app.api.models import HEADERS, OneOf, named, problem_responses
from app.api.single import enveloped_one
from app.errors import InvalidQuery, TooLong, Unavailable
from app.formats.comparison import comparison_csv
from app.http.responses import CompleteResponse, complete, not_modified
from app.http.route import AnswerOrPage

MEDIA_TYPES = {TableFormat.json: "application/json", TableFormat.csv: "text/csv; charset=utf-8"}
CSV_EXAMPLE = (
    "topic,change,certain,prop-2024-05-israel-biden.term,prop-2024-05-israel-biden.url,"
    "prop-2024-05-israel-biden.change,prop-2024-05-israel-biden.certain,…\r\n"
    "aid-entry,changed,true,prop-2024-05-israel-biden-aid-surge,"
    "/v1/terms/prop-2024-05-israel-biden-aid-surge,,true,…\r\n"
)


async def answer(
    request: Request, question: Annotated[CompareQuestion, Query()]
) -> CompleteResponse:
    """Two to twelve proposals side by side, or a whole chain of replies: by topic, then by term,
    what is the same, changed, added, dropped or not recorded, who is obliged, in which phase, and
    the numbers.

    Terms are matched within a topic by who is obliged, the phase, the units and objects of their
    numbers, and words, each at most once, so that the sum of similarities is greatest; a pair of
    less than 0.5 is none. A term that is missing from a proposal whose `detail` is `partial` may
    still be in its text: its cell is `not_recorded`, never `dropped`, and the term of the proposal
    after it is not `added` because of that. `certain` says so for each cell and each line. An
    example:
    `/v1/compare?proposal=prop-2024-05-israel-biden&proposal=prop-2025-01-agreement&topic=hostages`.
    """
    service = service_of(request)
    media_type = MEDIA_TYPES[question.format]
    async with service.database.snapshot() as snapshot:
        comparison = await compare_proposals(question, snapshot)
    etag = etag_of(service, snapshot.revision, request, media_type)
    headers = headers_of(snapshot.revision, etag, media_type)
    if is_known(request, etag):
        return not_modified(headers)
    if question.format is TableFormat.csv:
        return complete(200, headers, comparison_csv(comparison))
    body = comparison.model_dump_json().encode()
    return complete(200, headers, enveloped_one(request, body, (), snapshot.revision))


def add_routes(app: FastAPI) -> None:
    """Registers the comparison."""
    app.router.add_api_route(
        "/v1/compare",
        answer,
        route_class_override=AnswerOrPage,
        operation_id="compareProposals",
        summary="Compare proposals term by term",
        tags=["analysis"],
        response_model=named(OneOf[ProposalComparison], "ComparisonAnswer"),
        responses={
            200: {
                "description": "The comparison.",
                "headers": HEADERS,
                "content": {
                    "text/csv": {
                        "schema": {"type": "string", "description": "One row for each line."},
                        "example": CSV_EXAMPLE,
                    }
                },
            },
            **not_modified_response(),
            **problem_responses(InvalidQuery, TooLong, Unavailable),
        },
    )
