"""The ledgers of proposals and terms, and the map of proposals, as pages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import partial
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
from app.entries.dates import parse_date
from app.http.route import Representation, service_of
from app.kinds.proposals import phase_headings
from app.pages.entries import titles
from app.pages.rendering import page
from app.pages.routing import PageAt

LEFT, WIDTH, TOP, HEIGHT = 10, 420, 12, 60


def drawn_series(term: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Each account's numbers of what the term promises, placed by day, with the level promised."""
    for series in term["numbers"]:
        promised = next((each for each in term["quantities"] if is_same(each, series)), None)
        spans = list(spans_of(series))
        if promised is None or promised["value"] is None or len(spans) < 2:
            continue
        days = [day.toordinal() for day, _, _ in spans]
        length = max(days) - min(days) or 1
        most = max(promised["value"], *(high for _, _, high in spans))
        level = partial(height_of, most=most)
        yield {
            "series": series,
            "promised": promised,
            "level": level(promised["value"]),
            "first": min(day for day, _, _ in spans),
            "last": max(day for day, _, _ in spans),
            "points": [
                (
                    round(LEFT + WIDTH * (day.toordinal() - min(days)) / length, 1),
                    level(low),
                    level(high),
                )
                for day, low, high in spans
            ],
        }


def is_same(promised: dict[str, Any], reported: dict[str, Any]) -> bool:
    return all(promised[name] == reported[name] for name in ("unit", "of", "per"))


def spans_of(series: dict[str, Any]) -> Iterator[tuple[date, float, float]]:
    """The days of an account's numbers, with the lowest and highest that each one says."""
    for each in series["numbers"]:
        quantity = each["quantity"]
        value = quantity["value"] if series["per"] else each["total"]
        low, high = quantity["from"] or value, quantity["to"] or value
        if low is not None and high is not None:
            yield parse_date(each["date"]).start, low, high


def height_of(number: float, most: float) -> float:
    return round(TOP + HEIGHT * (1 - number / most), 1)


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
        return await page(
            request,
            snapshot,
            "outcome.html",
            proposal=proposal,
            found=found,
            sections=[(headings[number], list(terms)) for number, terms in phases],
            narrowed=request.state.parameters,
            drawn=drawn_series,
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
            narrowed=request.state.parameters,
            drawn=drawn_series,
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
