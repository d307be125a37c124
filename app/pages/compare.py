"""Proposals side by side as a page: a form to choose them, and the matrix of topics and terms."""

from __future__ import annotations

from typing import Any, Self

import orjson
from pydantic import model_validator
from starlette.requests import Request

from app.analysis.comparison_question import CompareQuestion, compare_proposals
from app.db.snapshots import Snapshot
from app.entries.questions import MAX_LIMIT, Sort
from app.entries.result_pages import find_page
from app.http.route import work_for
from app.kinds import KINDS
from app.pages.rendering import Values
from app.pages.routing import PageAt

ALIKE = ("same", "reworded")


class ComparePageQuestion(CompareQuestion):
    """What can be compared; without a choice, the page shows the form alone."""

    @model_validator(mode="after")
    def one_way_of_choosing(self) -> Self:
        """Refuses proposals together with a chain."""
        if self.proposal or self.chain is not None or self.topic:
            CompareQuestion.model_validate(self.model_dump(include={*CompareQuestion.model_fields}))
        return self


async def compare_page(
    request: Request, question: ComparePageQuestion, snapshot: Snapshot
) -> Values:
    """The form, and the matrix of the chosen proposals."""
    chosen = bool(question.proposal) or question.chain is not None
    async with work_for(request) as work:
        comparison = await compare_proposals(question, snapshot, work) if chosen else None
    return {
        "long": chosen,
        "proposals": await all_proposals(snapshot),
        "compared": comparison and differences_first(comparison.model_dump(mode="json")),
        "asked": [pair for pair in request.state.parameters if pair[0] != "format"],
    }


def differences_first(compared: dict[str, Any]) -> dict[str, Any]:
    """The comparison with the topics and lines that differ before those that do not."""
    for topic in compared["topics"]:
        topic["lines"].sort(key=lambda line: line["change"] in ALIKE)
    compared["topics"].sort(key=lambda topic: topic["lines"][0]["change"] in ALIKE)
    return compared


async def all_proposals(snapshot: Snapshot) -> list[dict[str, Any]]:
    """The proposals that can be chosen, the oldest first."""
    asked = KINDS["proposal"].question(limit=MAX_LIMIT, sort=Sort.oldest)
    _, found = await find_page(snapshot, asked, ("proposal",))
    return [orjson.loads(body) for body in found.documents]


PAGES = [PageAt("/compare", "compare.html", compare_page, ComparePageQuestion)]
