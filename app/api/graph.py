"""The map of proposals."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.requests import Request

from app.analysis.graph import GraphFormat, GraphQuestion, ProposalGraph, graph_of
from app.api.models import OneOf, named
from app.api.records import answer_computed
from app.api.registration import add_question
from app.formats.svg import graph_picture
from app.http.route import AnswerOrPage, Representation, page_asked, service_of
from app.reference.dataset import dataset_of, language_of


async def answer_graph(request: Request, question: GraphQuestion) -> Representation:
    """Proposals as nodes, each with its proposers and its fate; as edges, which answered, amended
    or superseded which, by whom and when."""
    service = service_of(request)
    async with service.database.snapshot() as snapshot:
        graph = await graph_of(question, snapshot)
        language = language_of(await dataset_of(snapshot))
    if question.format is GraphFormat.svg:
        picture = graph_picture(graph, service.settings.public_url, language, alone=True)
        return Representation("image/svg+xml", picture.encode(), snapshot.revision)
    return answer_computed(request, graph, snapshot.revision, page_asked(request))


def add_routes(app: FastAPI) -> None:
    """Registers the map. It comes before single proposals, whose paths it would be one of."""
    add_question(
        app,
        "/v1/proposals/graph",
        answer_graph,
        GraphQuestion,
        route=AnswerOrPage,
        operation_id="getProposalGraph",
        response_model=named(OneOf[ProposalGraph], "ProposalGraphAnswer"),
    )
