"""The ledgers of proposals and terms, and the map of proposals, as pages."""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from typing import Any

from pydantic import BaseModel
from starlette.requests import Request

from app.analysis.graph import GraphQuestion, graph_of
from app.analysis.outcome import (
    OutcomeQuestion,
    TermOutcomeQuestion,
    outcome_of_proposal,
    outcome_of_term,
)
from app.api.records import document_now
from app.db.snapshots import Snapshot, find
from app.kinds.proposals import phase_headings
from app.pages.charts import lanes, series_charts
from app.pages.entries import titles
from app.pages.rendering import Values
from app.pages.routing import PageAt


async def proposal_page(
    request: Request, question: OutcomeQuestion, snapshot: Snapshot, proposal_id: str
) -> Values:
    """The ledger of a proposal."""
    proposal = await document_now("proposal", proposal_id, snapshot)
    outcome = await outcome_of_proposal(proposal, question, snapshot)
    shown = await ledger(request, proposal, outcome, snapshot)
    return {**shown, "lanes": lanes(shown["sections"])}


async def term_page(
    request: Request, question: TermOutcomeQuestion, snapshot: Snapshot, term_id: str
) -> Values:
    """The ledger of one term."""
    term = await document_now("term", term_id, snapshot)
    proposal = await document_now("proposal", term["proposal"]["id"], snapshot)
    outcome = await outcome_of_term(term, question, snapshot)
    return {**await ledger(request, proposal, outcome, snapshot), "lanes": None}


async def ledger(
    request: Request, proposal: dict[str, Any], outcome: BaseModel, snapshot: Snapshot
) -> Values:
    """What ledgers show, a section for each phase."""
    found = outcome.model_dump(mode="json", by_alias=True)
    headings = phase_headings(proposal)
    phases = groupby(found["terms"], itemgetter("phase"))
    return {
        "proposal": proposal,
        "found": found,
        "sections": [(headings[number], list(terms)) for number, terms in phases],
        "narrowed": request.state.parameters,
        "drawn": series_charts,
        "titles": await find(snapshot, titles, found),
    }


async def graph_page(_: Request, question: GraphQuestion, snapshot: Snapshot) -> Values:
    """The map of proposals, and the same as a list."""
    graph = await graph_of(question, snapshot)
    return {"graph": graph.model_dump(mode="json", by_alias=True), "shown": graph}


PAGES = [
    PageAt("/proposals/graph", "graph.html", graph_page, GraphQuestion),
    PageAt("/proposals/{id}/outcome", "outcome.html", proposal_page, OutcomeQuestion),
    PageAt("/terms/{id}/outcome", "outcome.html", term_page, TermOutcomeQuestion),
]
