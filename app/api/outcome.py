"""What became of the terms of a proposal, or of one term, by whose account."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.requests import Request
from starlette.types import Scope

from app.analysis.comparison_question import TableFormat
from app.analysis.outcome import (
    OutcomeQuestion,
    TermOutcomeQuestion,
    outcome_of_proposal,
    outcome_of_term,
)
from app.analysis.outcome_models import OneTermOutcome, ProposalOutcome
from app.api.compare import CSV
from app.api.models import OneOf, named
from app.api.records import answer_computed, document_now
from app.api.registration import add_question
from app.db.snapshots import Revision
from app.errors import Gone, Moved, NotFound
from app.formats.tables import outcome_csv
from app.http.messages import HTML
from app.http.route import AnswerOrPage, QuestionRoute, Representation, page_asked, service_of


class LedgerRoute(AnswerOrPage):
    """A ledger, whose page takes the same parameters."""

    def offered_to(self, scope: Scope) -> tuple[str, ...]:
        offered = QuestionRoute.offered_to(self, scope)
        return (*offered, HTML) if offered else offered


async def of_proposal(request: Request, question: OutcomeQuestion, id: str) -> Representation:
    """What became of each term of a proposal: when it was due, what was reported of it by whom, the
    latest report of each claimant, whether they agree, and their numbers beside what was promised.

    A report is the claim of whoever makes it; contradictory ones stand side by side, and numbers of
    different claimants are never added up. A term past its day without a report has no report in
    this record; that says nothing of whether it was met. With `outcome=fulfilled` and `claimed_by`
    twice: what both report as fulfilled. With `due_before` and `without=fulfilled`: what was due by
    a day and has no report of fulfilment.
    """
    async with service_of(request).database.snapshot() as snapshot:
        proposal = await document_now("proposal", id, snapshot)
        found = await outcome_of_proposal(proposal, question, snapshot)
    return ledger_answer(request, question, found, snapshot.revision)


async def of_term(request: Request, question: TermOutcomeQuestion, id: str) -> Representation:
    """What became of one term: its reports, who made them, and its numbers by claimant."""
    async with service_of(request).database.snapshot() as snapshot:
        term = await document_now("term", id, snapshot)
        found = await outcome_of_term(term, question, snapshot)
    return ledger_answer(request, question, found, snapshot.revision)


def ledger_answer(
    request: Request,
    question: TermOutcomeQuestion,
    found: ProposalOutcome | OneTermOutcome,
    revision: Revision,
) -> Representation:
    """The ledger in the format asked for."""
    if question.format is TableFormat.csv:
        return Representation(CSV, outcome_csv(found.terms), revision)
    return answer_computed(request, found, revision, page_asked(request))


def add_routes(app: FastAPI) -> None:
    """Registers the ledgers."""
    for name, answer, question, model in (
        ("Proposal", of_proposal, OutcomeQuestion, ProposalOutcome),
        ("Term", of_term, TermOutcomeQuestion, OneTermOutcome),
    ):
        add_question(
            app,
            f"/v1/{name.lower()}s/{{id}}/outcome",
            answer,
            question,
            route=LedgerRoute,
            operation_id=f"get{name}Outcome",
            response_model=named(OneOf[model], f"{name}OutcomeAnswer"),  # type: ignore[valid-type]
            problems=(NotFound, Gone, Moved),
        )
