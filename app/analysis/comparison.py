"""Proposals side by side: by topic, then by term, with who is obliged, when, and the numbers.

Which terms stand on one line is decided in `app.analysis.matching`; what a line says, here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field

from app.analysis.matching import (
    THRESHOLD,
    Quantity,
    Term,
    last_of,
    lines_of,
    pairs,
    quantity_similarity,
    similarity,
)
from app.entries.documents import Document, QuantityDocument, Summary
from app.kinds.proposals import Detail, Status

ALIKE_QUANTITIES = 0.5


class Change(StrEnum):
    """How a line goes from the first proposal to the last.

    `same`: the same parties, phase, numbers and words. `reworded`: only the words differ, which
    are ours; whether that is a change of substance is for the reader of both. `changed`: a party,
    the phase or a number is another one. `passing`: in neither the first nor the last.
    """

    same = "same"
    reworded = "reworded"
    changed = "changed"
    added = "added"
    dropped = "dropped"
    passing = "passing"


class Aspect(StrEnum):
    """In what two terms on one line differ."""

    phase = "phase"
    obliged = "obliged"
    beneficiary = "beneficiary"
    quantities = "quantities"
    text = "text"


class ComparedProposal(Document):
    """A column of the comparison."""

    id: Annotated[str, Field(examples=["prop-2024-05-israel-biden"])]
    """The id of the proposal."""
    url: Annotated[str, Field(examples=["/v1/proposals/prop-2024-05-israel-biden"])]
    """The path of its document."""
    title: Annotated[str, Field(examples=["Proposal announced by the US president, May 2024"])]
    """Its title."""
    date: Annotated[str, Field(examples=["2024-05-31"])]
    """When it was made, in the date language."""
    proposers: list[Summary]
    """Who proposed it."""
    status: Status
    """What became of it."""
    detail: Detail
    """Whether the record holds all of its terms; in a `partial` one, more may stand."""
    in_reply_to: Annotated[str | None, Field(examples=["prop-2024-05-egypt-qatar"])]
    """The id of the proposal that it answers."""


class ComparedTerm(Document):
    """A term as it stands in one of the proposals."""

    id: Annotated[str, Field(examples=["prop-2025-01-agreement-hostages-33"])]
    """The id of the term."""
    url: Annotated[str, Field(examples=["/v1/terms/prop-2025-01-agreement-hostages-33"])]
    """The path of its document."""
    phase: Annotated[int | None, Field(examples=[1])]
    """The phase in which it holds; null for the whole."""
    obliged: list[Summary]
    """Who has to act."""
    beneficiary: list[Summary]
    """Who benefits."""
    text: str
    """The obligation, in our words."""


class Cell(Document):
    """One proposal's part of a line."""

    term: ComparedTerm | None
    """The term; null where the proposal has none on this line."""
    change: Change | None
    """Against the proposal before it; null where there is nothing to hold it against."""
    differs_in: Annotated[list[Aspect], Field(examples=[["quantities", "text"]])]
    """In what the term differs from the latest one before it on the line."""
    similarity: Annotated[float | None, Field(examples=[0.74])]
    """How alike it is to the latest term before it, from 0.5 (the least that is matched) to 1."""


class QuantityLine(Document):
    """Numbers of one unit, side by side."""

    unit: Annotated[str, Field(examples=["persons"])]
    """What they are numbers of."""
    change: Change
    """How the number goes from the first proposal to the last."""
    values: list[QuantityDocument | None]
    """The number of each proposal, in their order; null where it has none."""


class TermLine(Document):
    """Terms that stand for the same, one of each proposal at most."""

    change: Change
    """From the first proposal to the last."""
    certain: Annotated[bool, Field(examples=[True])]
    """False where the term is missing from a proposal of which the record holds only a part."""
    differs_in: Annotated[list[Aspect], Field(examples=[["quantities"]])]
    """Everything that changes along the line."""
    cells: list[Cell]
    """One for each proposal, in their order."""
    quantities: list[QuantityLine]
    """The numbers of the terms side by side."""


class TopicComparison(Document):
    """The lines of one topic."""

    topic: Summary
    """The topic: the first one that all terms of a line share."""
    lines: list[TermLine]
    """The lines, by phase."""


class ComparedPhase(Document):
    """A phase as one of the proposals has it."""

    title: str
    """What it is for."""
    days: Annotated[int | None, Field(examples=[42])]
    """Its length in days, where one is given."""


class PhaseLine(Document):
    """The phases of one number, side by side; they are compared by their days."""

    number: Annotated[int, Field(examples=[1])]
    """The number of the phase."""
    change: Change
    """How it goes from the first proposal to the last."""
    phases: list[ComparedPhase | None]
    """The phase of each proposal, in their order; null where it has none."""


class Comparison(Document):
    """Two or more proposals side by side."""

    proposals: list[ComparedProposal]
    """The columns, in the order asked for; those of a chain in the order of their dates."""
    counts: Annotated[
        dict[Change, int], Field(examples=[{"same": 1, "reworded": 6, "changed": 7, "added": 9}])
    ]
    """How many lines there are of each change."""
    phases: list[PhaseLine]
    """The phases by number."""
    topics: list[TopicComparison]
    """The terms by topic."""


def comparison_of(
    proposals: Sequence[dict[str, Any]],
    terms: Sequence[Sequence[dict[str, Any]]],
    wanted: frozenset[str] | None = None,
) -> Comparison:
    """The comparison of proposals and their terms, given as documents.

    With `wanted`, only lines that hold at least one of these terms, though all are matched.
    """
    columns = [sorted(map(Term, each), key=reading_order) for each in terms]
    lines = lines_of(columns, matched_terms)
    if wanted is not None:
        lines = [line for line in lines if any(term and term.id in wanted for term in line)]
    partial = [proposal["detail"] == Detail.partial for proposal in proposals]
    topics = by_topic(lines, topic_order(proposals))
    compared = [
        {"topic": topic, "lines": [term_line(line, partial) for line in group]}
        for topic, group in topics
    ]
    counts = Counter(line["change"] for topic in compared for line in topic["lines"])
    return Comparison.model_validate(
        {
            "proposals": [proposal_column(proposal) for proposal in proposals],
            "counts": {change: counts[change] for change in Change},
            "phases": phase_lines(proposals),
            "topics": compared,
        }
    )


def reading_order(term: Term) -> tuple[bool, int, str]:
    """Phase by phase, then what holds for the whole."""
    return term.phase is None, term.phase or 0, term.id


def matched_terms(ones: Sequence[Term], others: Sequence[Term]) -> dict[int, int]:
    """The terms that stand for the same."""
    return pairs(ones, others, similarity, THRESHOLD)


def topic_order(proposals: Iterable[dict[str, Any]]) -> dict[str, int]:
    """Topics in the order in which the proposals name them."""
    named = (topic["id"] for proposal in proposals for topic in proposal["topics"])
    return {topic: number for number, topic in enumerate(dict.fromkeys(named))}


def by_topic(
    lines: Iterable[list[Term | None]], order: dict[str, int]
) -> list[tuple[Any, list[list[Term | None]]]]:
    """The lines under the first topic that all their terms share, else the first of the first."""
    groups: dict[str, tuple[Any, list[list[Term | None]]]] = {}
    for line in sorted(lines, key=lambda line: reading_order(first_of(line))):
        present = [term for term in line if term is not None]
        common = [t for t in present[0].topics if all(t in term.topics for term in present)]
        topic = (common or present[0].topics)[0]
        summary = next(each for each in present[0].document["topics"] if each["id"] == topic)
        groups.setdefault(topic, (summary, []))[1].append(line)
    return [groups[topic] for topic in sorted(groups, key=lambda t: (order.get(t, len(order)), t))]


def first_of(line: list[Term | None]) -> Term:
    """The earliest term of a line."""
    return next(term for term in line if term is not None)


def term_line(line: list[Term | None], partial: list[bool]) -> dict[str, Any]:
    """The fields of a `TermLine`."""
    cells = list(cells_of(line))
    differs = {aspect for cell in cells for aspect in cell["differs_in"]}
    return {
        "change": overall(line, by_aspects(differs)),
        "certain": not any(term is None and part for term, part in zip(line, partial, strict=True)),
        "differs_in": [aspect for aspect in Aspect if aspect in differs],
        "cells": cells,
        "quantities": quantity_lines(line),
    }


def cells_of(line: list[Term | None]) -> Iterable[dict[str, Any]]:
    """The fields of each `Cell` of a line."""
    for number, term in enumerate(line):
        earlier = [each for each in line[:number] if each is not None]
        latest = earlier[-1] if earlier else None
        differs = differences(latest, term) if latest and term else []
        yield {
            "term": term_column(term) if term else None,
            "change": step(line[number - 1], term, by_aspects(differs)) if number else None,
            "differs_in": differs,
            "similarity": round(similarity(latest, term), 3) if latest and term else None,
        }


def step(before: Any, now: Any, otherwise: Change) -> Change | None:
    """How something goes from one proposal to the next."""
    if before is None and now is None:
        return None
    return overall([before, now], otherwise)


def by_aspects(aspects: Collection[Aspect]) -> Change:
    """What differences amount to."""
    if not aspects:
        return Change.same
    return Change.reworded if set(aspects) == {Aspect.text} else Change.changed


def overall(line: Sequence[Any], otherwise: Change) -> Change:
    """How a line goes from its first proposal to its last; `otherwise` where all have it."""
    first, last = line[0] is not None, line[-1] is not None
    if first and last:
        return Change.changed if None in line else otherwise
    if first or last:
        return Change.dropped if first else Change.added
    return Change.passing


def differences(one: Term, other: Term) -> list[Aspect]:
    """In what two terms differ; beneficiaries only where both name some."""
    beneficiaries = [
        {actor["id"] for actor in term.document["beneficiary"]} for term in (one, other)
    ]
    differ = {
        Aspect.phase: one.phase != other.phase,
        Aspect.obliged: one.obliged != other.obliged,
        Aspect.beneficiary: all(beneficiaries) and beneficiaries[0] != beneficiaries[1],
        Aspect.quantities: any(
            line["change"] is not Change.same for line in quantity_lines([one, other])
        ),
        Aspect.text: one.words != other.words,
    }
    return [aspect for aspect, differs in differ.items() if differs]


def quantity_lines(line: Sequence[Term | None]) -> list[dict[str, Any]]:
    """The fields of each `QuantityLine` of some terms."""
    lines = lines_of([term.quantities if term else [] for term in line], matched_quantities)
    return [
        {
            "unit": last_of(each)["unit"],
            "change": overall(each, same_if(len({stated(value) for value in each}) == 1)),
            "values": each,
        }
        for each in lines
    ]


def matched_quantities(ones: Sequence[Quantity], others: Sequence[Quantity]) -> dict[int, int]:
    """Numbers of one unit that count alike things, or that are the only ones of that unit."""
    units = [Counter(each["unit"] for each in side) for side in (ones, others)]

    def alike(one: Quantity, other: Quantity) -> float:
        score = quantity_similarity(one, other)
        alone = all(counts[one["unit"]] == 1 for counts in units)
        if one["unit"] != other["unit"] or (score < ALIKE_QUANTITIES and not alone):
            return 0.0
        same_qualifier = float(one["qualifier"] == other["qualifier"])
        return 0.5 + 0.4 * score + 0.1 * same_qualifier

    return pairs(ones, others, alike, ALIKE_QUANTITIES)


def stated(quantity: Quantity | None) -> tuple[Any, ...] | None:
    """What a quantity states: its number and qualifier, or its words where it has no number."""
    if quantity is None:
        return None
    if quantity["value"] is None:
        return (None, str(quantity["printed"]).casefold())
    return (quantity["value"], quantity["qualifier"])


def same_if(same: bool) -> Change:
    """Same or changed."""
    return Change.same if same else Change.changed


def phase_lines(proposals: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The fields of each `PhaseLine`."""
    columns = [{phase["number"]: phase for phase in each["phases"]} for each in proposals]
    lines = []
    for number in sorted({number for column in columns for number in column}):
        phases = [column.get(number) for column in columns]
        days = {phase["days"] for phase in phases if phase is not None}
        lines.append(
            {
                "number": number,
                "change": overall(phases, same_if(len(days) == 1)),
                "phases": [
                    phase and {"title": phase["title"], "days": phase["days"]} for phase in phases
                ],
            }
        )
    return lines


def proposal_column(proposal: dict[str, Any]) -> dict[str, Any]:
    """The fields of a `ComparedProposal`."""
    names = ("id", "url", "title", "date", "proposers", "status", "detail")
    reply = proposal["in_reply_to"]
    return {
        **{name: proposal[name] for name in names},
        "in_reply_to": reply["proposal"]["id"] if reply else None,
    }


def term_column(term: Term) -> dict[str, Any]:
    """The fields of a `ComparedTerm`."""
    names = ("id", "url", "phase", "obliged", "beneficiary", "text")
    return {name: term.document[name] for name in names}
