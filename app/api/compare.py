"""Proposals side by side, or a whole chain of them."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.requests import Request

from app.analysis.comparison_models import ProposalComparison
from app.analysis.comparison_question import CompareQuestion, TableFormat, compare_proposals
from app.api.models import OneOf, named
from app.api.records import answer_computed
from app.api.registration import add_question
from app.formats.tables import comparison_csv
from app.http.route import AnswerOrPage, Representation, page_asked, service_of, work_for

CSV = "text/csv; charset=utf-8"


async def answer_comparison(request: Request, question: CompareQuestion) -> Representation:
    """Two to twelve proposals side by side, or a whole chain of replies: by topic, then by term,
    what is the same, changed, added, dropped or not recorded, who is obliged, in which phase, and
    the numbers.

    Terms are matched within a topic by who is obliged, the phase, the units and objects of their
    numbers, and words, each at most once, so that the sum of similarities is greatest; a pair of
    less than 0.5 is none. Terms that speak of different things, as a release and its ceremony or an
    end and the talks on it, are two lines. A term that is missing from a proposal whose `detail` is
    `partial` may still be in its text: its cell is `not_recorded`, never `dropped`, and the term of
    the proposal after it is not `added` because of that. `certain` says so for each cell and line.
    """
    async with service_of(request).database.snapshot() as snapshot, work_for(request) as work:
        comparison = await compare_proposals(question, snapshot, work)
    if question.format is TableFormat.csv:
        return Representation(CSV, comparison_csv(comparison), snapshot.revision)
    return answer_computed(request, comparison, snapshot.revision, page_asked(request))


def add_routes(app: FastAPI) -> None:
    """Registers the comparison."""
    add_question(
        app,
        "/v1/compare",
        answer_comparison,
        CompareQuestion,
        route=AnswerOrPage,
        operation_id="compareProposals",
        response_model=named(OneOf[ProposalComparison], "ComparisonAnswer"),
    )
