"""What is worked out of several entries: comparisons, positions, outcomes, the map of proposals.

To add one: the function that finds it, and its row in `OTHERS`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from inspect import getdoc
from typing import Any, NamedTuple, get_type_hints

from fastapi import FastAPI
from starlette.requests import Request
from starlette.types import Scope

from app.analysis.comparison_models import ProposalComparison
from app.analysis.comparison_question import CompareQuestion, compare_proposals
from app.analysis.graph import GraphQuestion, ProposalGraph, graph_of
from app.analysis.outcome import (
    OutcomeQuestion,
    TermOutcomeQuestion,
    outcome_of_proposal,
    outcome_of_term,
)
from app.analysis.outcome_models import OneTermOutcome, ProposalOutcome
from app.analysis.positions import (
    ActorPositionsQuestion,
    ProposalPositionsQuestion,
    actor_positions,
    proposal_positions,
)
from app.analysis.positions_models import ActorPositions, ProposalPositions
from app.api.models import OneOf
from app.api.records import answer_json, document_now
from app.api.registration import add_question
from app.db.snapshots import Snapshot
from app.entries.documents import Summary
from app.formats.svg import graph_picture
from app.formats.tables import comparison_csv, outcome_csv
from app.http.messages import HTML
from app.http.route import (
    AnswerOrPage,
    QuestionRoute,
    Representation,
    page_asked,
    service_of,
    work_for,
)
from app.reference.dataset import dataset_of, language_of

CSV = "text/csv; charset=utf-8"


class LedgerRoute(AnswerOrPage):
    """A ledger, whose page takes the same parameters."""

    def offered_to(self, scope: Scope) -> tuple[str, ...]:
        offered = QuestionRoute.offered_to(self, scope)
        return (*offered, HTML) if offered else offered


class PositionsRoute(QuestionRoute):
    """Positions, which the page of the proposal or actor shows, too."""

    def page(self, scope: Scope) -> str | None:
        path: str = scope["path"].removeprefix("/v1").removesuffix("/positions")
        return None if scope["query_string"] else path


async def comparison(
    request: Request, question: CompareQuestion, snapshot: Snapshot
) -> ProposalComparison:
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
    async with work_for(request) as work:
        return await compare_proposals(question, snapshot, work)


async def graph(_: Request, question: GraphQuestion, snapshot: Snapshot) -> ProposalGraph:
    """Proposals as nodes, each with its proposers and its fate; as edges, which answered, amended
    or superseded which, by whom and when."""
    return await graph_of(question, snapshot)


async def outcomes_of(
    _: Request, question: OutcomeQuestion, snapshot: Snapshot, record_id: str
) -> ProposalOutcome:
    """What became of each term of a proposal: when it was due, what was reported of it by whom, the
    latest report of each claimant, whether they agree, and their numbers beside what was promised.

    A report is the claim of whoever makes it; contradictory ones stand side by side, and numbers of
    different claimants are never added up. A term past its day without a report has no report in
    this record; that says nothing of whether it was met. With `outcome=fulfilled` and `claimed_by`
    twice: what both report as fulfilled. With `due_before` and `without=fulfilled`: what was due by
    a day and has no report of fulfilment.
    """
    proposal = await document_now("proposal", record_id, snapshot)
    return await outcome_of_proposal(proposal, question, snapshot)


async def outcome_on_term(
    _: Request, question: TermOutcomeQuestion, snapshot: Snapshot, record_id: str
) -> OneTermOutcome:
    """What became of one term: its reports, who made them, and its numbers by claimant."""
    term = await document_now("term", record_id, snapshot)
    return await outcome_of_term(term, question, snapshot)


async def positions_on(
    _: Request, question: ProposalPositionsQuestion, snapshot: Snapshot, record_id: str
) -> ProposalPositions:
    """How everyone answered a proposal over time: stances with the events and quotes that show
    them, the latest first.

    Different stances of one actor on the same or overlapping dates stand side by side and are
    marked as contradicting each other. Who is linked to the proposal, or obliged by one of its
    terms, and has no answer on record is listed with `position: none_on_record`; who is not
    concerned is not listed.
    """
    proposal = await document_now("proposal", record_id, snapshot)
    return await proposal_positions(proposal, question, snapshot)


async def positions_taken(
    _: Request, question: ActorPositionsQuestion, snapshot: Snapshot, record_id: str
) -> ActorPositions:
    """How an actor answered each proposal over time, the latest first, with the events and quotes
    that show it.

    Proposals that the actor is linked to, or that oblige it, and to which it has no answer on
    record are listed with `position: none_on_record`. The answers of those who belonged to it on
    the date of the event stand in the same series, each under its own name;
    `include_affiliates=false` leaves them out.
    """
    document = await document_now("actor", record_id, snapshot)
    actor = Summary(id=record_id, name=document["name"], url=document["url"])
    return await actor_positions(actor, question, snapshot)


async def drawn_map(request: Request, found: ProposalGraph, snapshot: Snapshot) -> Representation:
    """The map as it is drawn."""
    language = language_of(await dataset_of(snapshot))
    drawn = graph_picture(found, service_of(request).settings.public_url, language, alone=True)
    return Representation("image/svg+xml", drawn.encode(), snapshot.revision)


class Analysis(NamedTuple):
    """A question at its path, with the function that finds the answer.

    `find` is called with the request, the question, a snapshot and, if the path has one, the id.
    `csv` makes a table of what it finds.
    """

    path: str
    operation_id: str
    find: Callable[..., Awaitable[Any]]
    route: type[QuestionRoute] = AnswerOrPage
    csv: Callable[[Any], bytes] | None = None

    async def answer(self, request: Request, question: Any, *record_id: str) -> Representation:
        """The answer in the format asked for."""
        form = getattr(question, "format", "json")
        async with service_of(request).database.snapshot() as snapshot:
            found = await self.find(request, question, snapshot, *record_id)
            if form == "svg":
                return await drawn_map(request, found, snapshot)
        if form == "csv" and self.csv is not None:
            return Representation(CSV, self.csv(found), snapshot.revision)
        document = found.model_dump_json(by_alias=True).encode()
        return answer_json(request, document, snapshot.revision, page_asked(request))


# It comes before single proposals, whose paths it would be one of; lists come before all others.
MAP = (Analysis("/v1/proposals/graph", "getProposalGraph", graph),)
OTHERS = (
    Analysis(
        "/v1/proposals/{id}/outcome", "getProposalOutcome", outcomes_of, LedgerRoute, outcome_csv
    ),
    Analysis("/v1/terms/{id}/outcome", "getTermOutcome", outcome_on_term, LedgerRoute, outcome_csv),
    Analysis("/v1/compare", "compareProposals", comparison, csv=comparison_csv),
    Analysis("/v1/proposals/{id}/positions", "listProposalPositions", positions_on, PositionsRoute),
    Analysis("/v1/actors/{id}/positions", "listActorPositions", positions_taken, PositionsRoute),
)


def add_routes(app: FastAPI, analyses: Sequence[Analysis]) -> None:
    """Registers some analyses."""
    for each in analyses:
        types = get_type_hints(each.find)
        answer: Any = types["return"]
        add_question(
            app,
            each.path,
            each.answer,
            types["question"],
            route=each.route,
            operation_id=each.operation_id,
            description=getdoc(each.find),
            model=OneOf[answer],
        )
