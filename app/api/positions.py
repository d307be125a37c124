"""Who took which position: on one proposal, or one actor on all of them."""

from __future__ import annotations

from fastapi import FastAPI
from pydantic import BaseModel
from starlette.requests import Request

from app.analysis.positions import (
    ActorPositionsQuestion,
    ProposalPositionsQuestion,
    actor_positions,
    proposal_positions,
)
from app.analysis.positions_models import ActorPositions, ProposalPositions
from app.api.models import OneOf, named
from app.api.records import answer_computed, document_now
from app.api.registration import add_question
from app.db.snapshots import Revision
from app.entries.documents import Summary
from app.errors import Gone, Moved, NotFound
from app.http.route import Representation, service_of

MISSING = (NotFound, Gone, Moved)


async def on_proposal(
    request: Request, question: ProposalPositionsQuestion, id: str
) -> Representation:
    """How everyone answered a proposal over time: stances with the events and quotes that show
    them, the latest first.

    Different stances of one actor on the same or overlapping dates stand side by side and are
    marked as contradicting each other. Who is linked to the proposal, or obliged by one of its
    terms, and has no answer on record is listed with `position: none_on_record`; who is not
    concerned is not listed.
    """
    async with service_of(request).database.snapshot() as snapshot:
        document = await document_now("proposal", id, snapshot)
        positions = await proposal_positions(document, question, snapshot)
    return answered(request, positions, document["url"], snapshot.revision)


async def of_actor(request: Request, question: ActorPositionsQuestion, id: str) -> Representation:
    """How an actor answered each proposal over time, the latest first, with the events and quotes
    that show it.

    Proposals that the actor is linked to, or that oblige it, and to which it has no answer on
    record are listed with `position: none_on_record`. The answers of those who belonged to it on
    the date of the event stand in the same series, each under its own name;
    `include_affiliates=false` leaves them out.
    """
    async with service_of(request).database.snapshot() as snapshot:
        document = await document_now("actor", id, snapshot)
        actor = Summary(id=id, name=document["name"], url=document["url"])
        positions = await actor_positions(actor, question, snapshot)
    return answered(request, positions, document["url"], snapshot.revision)


def answered(
    request: Request, positions: BaseModel, url: str, revision: Revision
) -> Representation:
    """The response with the positions, which the page of the proposal or actor shows, too."""
    page = None if request.url.query else url.removeprefix("/v1")
    return answer_computed(request, positions, revision, page)


def add_routes(app: FastAPI) -> None:
    """Registers the positions."""
    for name, answer, question, model in (
        ("Proposal", on_proposal, ProposalPositionsQuestion, ProposalPositions),
        ("Actor", of_actor, ActorPositionsQuestion, ActorPositions),
    ):
        add_question(
            app,
            f"/v1/{name.lower()}s/{{id}}/positions",
            answer,
            question,
            operation_id=f"list{name}Positions",
            response_model=named(OneOf[model], f"{name}PositionsAnswer"),  # type: ignore[valid-type]
            problems=MISSING,
        )
