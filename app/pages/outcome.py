"""The ledgers of proposals and terms, and the map of proposals, as pages."""

from __future__ import annotations

from itertools import groupby
from typing import Any

import orjson
from starlette.requests import Request

from app.analysis.graph import GraphQuestion, graph_of
from app.analysis.outcome import (
    OutcomeQuestion,
    TermOutcomeQuestion,
    outcome_of_proposal,
    outcome_of_term,
)
from app.api.records import record_now
from app.db.snapshots import find
from app.http.route import Representation, service_of
from app.kinds.proposals import phase_headings
from app.pages.charts import lanes, series_charts
from app.pages.entries import titles
from app.pages.rendering import page
from app.pages.routing import PageAt


async def proposal_page(
    request: Request, question: OutcomeQuestion, proposal_id: str
) -> Representation:
    """The ledger of a proposal, a section for each phase."""
    async with service_of(request).database.snapshot() as snapshot:
        proposal = orjson.loads((await record_now("proposal", proposal_id, snapshot))[1])
        outcome = await outcome_of_proposal(proposal, question, snapshot)
        found = outcome.model_dump(mode="json", by_alias=True)
        headings = phase_headings(proposal)
        phases = groupby(found["terms"], key=lambda term: term["phase"])
        sections = [(headings[number], list(terms)) for number, terms in phases]
        return await page(
            request,
            snapshot,
            "outcome.html",
            proposal=proposal,
            found=found,
            sections=sections,
            lanes=lanes(sections),
            narrowed=request.state.parameters,
            drawn=series_charts,
            titles=await find(snapshot, titles, found),
        )


async def term_page(
    request: Request, question: TermOutcomeQuestion, term_id: str
) -> Representation:
    """The ledger of one term."""
    async with service_of(request).database.snapshot() as snapshot:
        term = orjson.loads((await record_now("term", term_id, snapshot))[1])
        outcome = await outcome_of_term(term, question, snapshot)
        proposal = orjson.loads((await record_now("proposal", term["proposal"]["id"], snapshot))[1])
        found: dict[str, Any] = outcome.model_dump(mode="json", by_alias=True)
        return await page(
            request,
            snapshot,
            "outcome.html",
            proposal=proposal,
            found=found,
            sections=[(phase_headings(proposal)[term["phase"]], found["terms"])],
            lanes=None,
            narrowed=request.state.parameters,
            drawn=series_charts,
            titles=await find(snapshot, titles, found),
        )


async def graph_page(request: Request, question: GraphQuestion) -> Representation:
    """The map of proposals, and the same as a list."""
    async with service_of(request).database.snapshot() as snapshot:
        graph = await graph_of(question, snapshot)
        return await page(
            request,
            snapshot,
            "graph.html",
            graph=graph.model_dump(mode="json", by_alias=True),
            shown=graph,
        )


PAGES = [
    PageAt("/proposals/graph", graph_page, GraphQuestion),
    PageAt("/proposals/{id}/outcome", proposal_page, OutcomeQuestion),
    PageAt("/terms/{id}/outcome", term_page, TermOutcomeQuestion),
]
