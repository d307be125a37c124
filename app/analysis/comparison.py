"""Proposals side by side: by topic, then by term, with who is obliged, when, and the numbers.

`app.analysis.matching` decides which terms stand on one line; here each line is described.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import compress
from typing import Any

from app.analysis.comparison_models import (
    Aspect,
    ComparedPhase,
    ComparedProposal,
    ComparedTerm,
    ProposalComparison,
    TermChange,
)
from app.analysis.lookups import EntryJson, fields_of
from app.analysis.matching import (
    THRESHOLD,
    ComparableTerm,
    aligned_lines,
    best_pairs,
    last_present,
    of_one_sort,
    present,
    quantity_similarity,
    similarity,
    word_similarity,
)
from app.db.work import check_work
from app.entries.documents import number_text
from app.kinds.proposals import Detail

ALIKE_QUANTITIES = 0.5
# Terms of which only the words differ are reworded where the words are at least so similar.
REWORDED = 0.6
GRAVITY = (TermChange.same, TermChange.reworded, TermChange.changed)
Line = list[ComparableTerm | None]


def comparison_of(
    proposals: Sequence[EntryJson],
    terms: Sequence[Sequence[EntryJson]],
    wanted: frozenset[str] | None = None,
) -> ProposalComparison:
    """The comparison of proposals and their terms, given as documents.

    With `wanted`, only lines that hold at least one of these terms, though all are matched.
    """
    columns = [sorted(map(ComparableTerm, each), key=reading_order) for each in terms]
    lines = aligned_lines(
        columns, lambda ones, others: best_pairs(ones, others, similarity, THRESHOLD)
    )
    if wanted is not None:
        lines = [line for line in lines if any(term and term.id in wanted for term in line)]
    partial = [proposal["detail"] == Detail.partial for proposal in proposals]
    compared = [
        {"topic": topic, "lines": [term_line(line, partial) for line in group]}
        for topic, group in by_topic(lines, topic_order(proposals))
    ]
    counts = Counter(line["change"] for topic in compared for line in topic["lines"])
    return ProposalComparison.model_validate(
        {
            "proposals": [proposal_column(proposal) for proposal in proposals],
            "counts": {change: counts[change] for change in TermChange},
            "phases": phase_lines(proposals, partial),
            "topics": compared,
        }
    )


def reading_order(term: ComparableTerm) -> tuple[bool, int, bool, int, str]:
    """Phase by phase, then what holds for the whole; within it, in the curated order."""
    phase, position = term.phase, term.position
    return phase is None, phase or 0, position is None, position or 0, term.id


def topic_order(proposals: Iterable[EntryJson]) -> dict[str, int]:
    """Topics in the order in which the proposals name them."""
    named = (topic["id"] for proposal in proposals for topic in proposal["topics"])
    return {topic: number for number, topic in enumerate(dict.fromkeys(named))}


def by_topic(lines: Iterable[Line], order: dict[str, int]) -> list[tuple[Any, list[Line]]]:
    """The lines under the first topic that all their terms share, else the first of the first."""
    groups: dict[str, tuple[Any, list[Line]]] = {}
    for line in sorted(lines, key=lambda line: reading_order(present(line)[0])):
        first, *others = present(line)
        common = [topic for topic in first.topics if all(topic in each.topics for each in others)]
        topic = (common or first.topics)[0]
        summary = next(each for each in first.document["topics"] if each["id"] == topic)
        groups.setdefault(topic, (summary, []))[1].append(line)
    return [groups[topic] for topic in sorted(groups, key=lambda t: (order.get(t, len(order)), t))]


def term_line(line: Line, partial: Sequence[bool]) -> dict[str, Any]:
    """The fields of a `TermLine`."""
    check_work()
    recorded = recorded_in(line, partial)
    compared = [compared_term(line, partial, number) for number in range(len(line))]
    cells = [cell_of(line, recorded, number, each) for number, each in enumerate(compared)]
    differs = {aspect for each in compared for aspect in each["differs_in"]}
    gravest = max((each["change"] for each in compared), key=GRAVITY.index)
    return {
        "change": line_change(line, recorded, gravest),
        "certain": recorded[0] and recorded[-1],
        "differs_in": [aspect for aspect in Aspect if aspect in differs],
        "cells": cells,
        "quantities": quantity_lines(line, partial),
    }


def recorded_in(values: Sequence[Any], partial: Sequence[bool]) -> list[bool]:
    """Whether each value is certain: it is given, or all terms of the proposal are recorded."""
    return [value is not None or not part for value, part in zip(values, partial, strict=True)]


def compared_term(line: Line, partial: Sequence[bool], number: int) -> dict[str, Any]:
    """How a term differs from the latest one before it, if there are both."""
    term, earlier = line[number], [n for n in range(number) if line[n] is not None]
    if term is None or not earlier:
        return {"change": TermChange.same, "differs_in": [], "similarity": None}
    before = last_present(line[:number])
    aspects = differences(before, term, (partial[earlier[-1]], partial[number]))
    change = TermChange.changed if aspects else TermChange.same
    if aspects == [Aspect.text] and word_similarity(before.words, term.words) >= REWORDED:
        change = TermChange.reworded
    similar = round(similarity(before, term), 3)
    return {"change": change, "differs_in": aspects, "similarity": similar}


def cell_of(
    line: Line, recorded: Sequence[bool], number: int, compared: dict[str, Any]
) -> dict[str, Any]:
    """The fields of a `Cell`."""
    term = line[number]
    return {
        **compared,
        "term": term and shown_term(term.document),
        "change": cell_change(line[: number + 1], recorded, compared["change"]),
        "certain": recorded[number] and recorded[max(number - 1, 0)],
    }


def shown_term(term: EntryJson) -> EntryJson:
    """The members of a `ComparedTerm`."""
    reported = list(dict.fromkeys(each["outcome"] for each in term["reports"]))
    return fields_of({**term, "reported": reported}, ComparedTerm)


def cell_change(line: Line, recorded: Sequence[bool], otherwise: TermChange) -> TermChange | None:
    """The change of the last term of a line; `otherwise` where an earlier one was compared."""
    *earlier, term = line
    if not recorded[len(earlier)]:
        return TermChange.not_recorded
    if not earlier or (term is None and earlier[-1] is None):
        return None
    if not recorded[len(earlier) - 1]:
        return otherwise if present(earlier) else None
    if earlier[-1] is None:
        return TermChange.added
    return otherwise if term is not None else TermChange.dropped


def line_change(
    values: Sequence[Any], recorded: Sequence[bool], otherwise: TermChange
) -> TermChange:
    """The change from the first to the last recorded value; `otherwise` where none is missing."""
    known = list(compress(values, recorded))
    if len(known) < 2:
        return TermChange.not_recorded
    first, last = known[0] is not None, known[-1] is not None
    if first and last:
        return TermChange.changed if None in known else otherwise
    if first and recorded[-1]:
        return TermChange.dropped
    if last and recorded[0]:
        return TermChange.added
    return TermChange.passing if recorded[0] and recorded[-1] else TermChange.not_recorded


def differences(
    one: ComparableTerm, other: ComparableTerm, partial: Sequence[bool]
) -> list[Aspect]:
    """In what two terms differ; beneficiaries only where both name some."""
    beneficiaries = [
        {actor["id"] for actor in term.document["beneficiary"]} for term in (one, other)
    ]
    differ = {
        Aspect.phase: one.phase != other.phase,
        Aspect.obliged: one.obliged != other.obliged,
        Aspect.beneficiary: all(beneficiaries) and beneficiaries[0] != beneficiaries[1],
        Aspect.quantities: any(
            line["change"] not in (TermChange.same, TermChange.not_recorded)
            for line in quantity_lines([one, other], partial)
        ),
        Aspect.text: one.words != other.words,
    }
    return [aspect for aspect, differs in differ.items() if differs]


def quantity_lines(line: Line, partial: Sequence[bool]) -> list[dict[str, Any]]:
    """The fields of each `QuantityLine` of some terms; a partial record may lack a number, too."""
    columns = [term.quantities if term else [] for term in line]
    lines = aligned_lines(columns, matched_quantities)
    return [
        {
            "unit": last_present(each)["unit"],
            "change": line_change(
                each, recorded_in(each, partial), same_if_equal(map(stated, present(each)))
            ),
            "values": each,
        }
        for each in lines
    ]


def matched_quantities(ones: Sequence[EntryJson], others: Sequence[EntryJson]) -> dict[int, int]:
    """Numbers of one unit that count alike things, or that are the only ones of that unit."""
    units = [Counter(each["unit"] for each in side) for side in (ones, others)]

    def alike(one: EntryJson, other: EntryJson) -> float:
        score = quantity_similarity(one, other)
        alone = all(counts[one["unit"]] == 1 for counts in units)
        if not of_one_sort(one, other) or (score < ALIKE_QUANTITIES and not alone):
            return 0.0
        same_qualifier = float(one["qualifier"] == other["qualifier"])
        return 0.5 + 0.4 * score + 0.1 * same_qualifier

    return best_pairs(ones, others, alike, ALIKE_QUANTITIES)


def stated(quantity: EntryJson) -> tuple[Any, ...]:
    """What a quantity states: its number and qualifier, or its words where it has no number."""
    number = number_text(quantity)
    if number is None:
        return (None, str(quantity["printed"]).casefold())
    return (number, *(quantity[name] for name in ("qualifier", "currency", "per")))


def same_if_equal(values: Iterable[Any]) -> TermChange:
    """Same where all values are equal, else changed."""
    return TermChange.same if len(set(values)) <= 1 else TermChange.changed


def phase_lines(
    proposals: Sequence[EntryJson], partial: Sequence[bool]
) -> Iterable[dict[str, Any]]:
    """The fields of each `PhaseLine`."""
    columns = [{phase["number"]: phase for phase in each["phases"]} for each in proposals]
    for number in sorted({number for column in columns for number in column}):
        phases = [column.get(number) for column in columns]
        recorded = recorded_in(phases, partial)
        change = line_change(phases, recorded, length_change(phases, partial))
        yield {
            "number": number,
            "change": change,
            "certain": recorded[0] and recorded[-1] and change is not TermChange.not_recorded,
            "phases": [phase and fields_of(phase, ComparedPhase) for phase in phases],
        }


def length_change(phases: Sequence[Any], partial: Sequence[bool]) -> TermChange:
    """Whether the lengths of phases differ; a partial record may lack one that others give."""
    columns = [column for column in zip(phases, partial, strict=True) if column[0]]
    given = [phase["days"] for phase, part in columns if phase["days"] is not None or not part]
    change = same_if_equal(given)
    complete = len(given) == len(columns) or not any(given)
    return change if complete or change is TermChange.changed else TermChange.not_recorded


def proposal_column(proposal: EntryJson) -> EntryJson:
    """The fields of a `ComparedProposal`."""
    reply = proposal["in_reply_to"]
    answered = reply["proposal"]["id"] if reply else None
    return {**fields_of(proposal, ComparedProposal), "in_reply_to": answered}
