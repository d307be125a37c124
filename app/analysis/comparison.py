"""Proposals side by side: by topic, then by term, with who is obliged, when, and the numbers.

`app.analysis.matching` decides which terms stand on one line; here each line is described.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import compress
from typing import Any

from app.analysis.comparison_models import Aspect, ProposalComparison, TermChange
from app.analysis.lookups import EntryJson
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
# The gravest first.
GRAVITY = (TermChange.changed, TermChange.reworded)
Line = list[ComparableTerm | None]
Pair = tuple[ComparableTerm, ComparableTerm]


def comparison_of(
    proposals: Sequence[EntryJson], terms: Iterable[EntryJson], wanted: Collection[str]
) -> ProposalComparison:
    """The comparison of proposals and their terms, given as documents.

    All terms are matched; the lines that hold at least one of the `wanted` ones are shown.
    """
    columns: dict[str, list[ComparableTerm]] = {each["id"]: [] for each in proposals}
    for term in sorted(map(ComparableTerm, terms), key=reading_order):
        columns[term.document["proposal"]["id"]].append(term)
    matched = aligned_lines(
        [*columns.values()], lambda ones, others: best_pairs(ones, others, similarity, THRESHOLD)
    )
    lines = [line for line in matched if any(term.id in wanted for term in present(line))]
    partial = [proposal["detail"] == Detail.partial for proposal in proposals]
    compared = [
        {"topic": topic, "lines": [term_line(line, partial) for line in group]}
        for topic, group in by_topic(lines, topic_order(proposals))
    ]
    counts = Counter(line["change"] for topic in compared for line in topic["lines"])
    members = {
        "proposals": [proposal_column(proposal) for proposal in proposals],
        "counts": {change: counts[change] for change in TermChange},
        "phases": phase_lines(proposals, partial),
        "topics": compared,
    }
    return ProposalComparison.model_validate(members, extra="ignore")


def proposal_column(proposal: EntryJson) -> EntryJson:
    """The members of a `ComparedProposal`, among others."""
    reply = proposal["in_reply_to"]
    return {**proposal, "in_reply_to": reply and reply["proposal"]["id"]}


def reading_order(term: ComparableTerm) -> tuple[bool, int, bool, int, str]:
    """Phase by phase, then what holds for the whole; within it, in the curated order."""
    phase, position = term.phase, term.position
    return phase is None, phase or 0, position is None, position or 0, term.id


def topic_order(proposals: Iterable[EntryJson]) -> dict[str, int]:
    """Topics in the order in which the proposals name them."""
    named = (topic["id"] for proposal in proposals for topic in proposal["topics"])
    return {topic: number for number, topic in enumerate(dict.fromkeys(named))}


def by_topic(lines: Iterable[Line], order: dict[str, int]) -> list[tuple[Any, list[Line]]]:
    """The lines by topic: the first one that its terms share, else that of its first term."""
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
    cells = [cell_of(line[: number + 1], partial, recorded) for number in range(len(line))]
    differs = {aspect for cell in cells for aspect in cell["differs_in"]}
    changes = {cell["change"] for cell in cells}
    gravest = next((each for each in GRAVITY if each in changes), TermChange.same)
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


def cell_of(line: Line, partial: Sequence[bool], recorded: Sequence[bool]) -> dict[str, Any]:
    """The fields of a `Cell`: that of the last term of a line, compared with the one before it."""
    *earlier, term = line
    number, change, aspects, similar = len(earlier), TermChange.same, list[Aspect](), None
    if term is not None and present(earlier):
        before = max(n for n, each in enumerate(earlier) if each is not None)
        pair = last_present(earlier), term
        aspects = differences(pair, (partial[before], partial[number]))
        change, similar = pair_change(pair, aspects), round(similarity(*pair), 3)
    return {
        "term": term and {**term.document, "reported": reported_of(term.document)},
        "change": cell_change(line, recorded, change),
        "certain": recorded[number] and recorded[max(number - 1, 0)],
        "differs_in": aspects,
        "similarity": similar,
    }


def reported_of(term: EntryJson) -> list[str]:
    """The outcomes that were reported of a term, each once."""
    return list(dict.fromkeys(report["outcome"] for report in term["reports"]))


def pair_change(pair: Pair, aspects: Sequence[Aspect]) -> TermChange:
    """How two terms differ, by what they differ in."""
    if aspects == [Aspect.text] and word_similarity(pair[0].words, pair[1].words) >= REWORDED:
        return TermChange.reworded
    return TermChange.changed if aspects else TermChange.same


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


def differences(pair: Pair, partial: Sequence[bool]) -> list[Aspect]:
    """In what two terms differ; beneficiaries only where both name some."""
    one, other = pair
    named = [{actor["id"] for actor in term.document["beneficiary"]} for term in pair]
    quantities = {line["change"] for line in quantity_lines(pair, partial)}
    differ = {
        Aspect.phase: one.phase != other.phase,
        Aspect.obliged: one.obliged != other.obliged,
        Aspect.beneficiary: all(named) and named[0] != named[1],
        Aspect.quantities: bool(quantities - {TermChange.same, TermChange.not_recorded}),
        Aspect.text: one.words != other.words,
    }
    return [aspect for aspect, differs in differ.items() if differs]


def quantity_lines(
    line: Sequence[ComparableTerm | None], partial: Sequence[bool]
) -> list[dict[str, Any]]:
    """The fields of each `QuantityLine` of some terms; a partial record may lack a number, too."""
    columns = [term.quantities if term else [] for term in line]
    return [
        {
            "unit": last_present(each)["unit"],
            "change": line_change(
                each, recorded_in(each, partial), same_if_equal(map(stated, present(each)))
            ),
            "values": each,
        }
        for each in aligned_lines(columns, matched_quantities)
    ]


def matched_quantities(ones: Sequence[EntryJson], others: Sequence[EntryJson]) -> dict[int, int]:
    """Numbers of one unit that count similar things, or that are the only ones of that unit."""
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
) -> Iterator[dict[str, Any]]:
    """The fields of each `PhaseLine`."""
    columns = [{phase["number"]: phase for phase in each["phases"]} for each in proposals]
    for number in sorted({number for column in columns for number in column}):
        phases = [column.get(number) for column in columns]
        recorded = recorded_in(phases, partial)
        change = line_change(phases, recorded, length_change(phases, partial))
        certain = recorded[0] and recorded[-1] and change is not TermChange.not_recorded
        yield {"number": number, "change": change, "certain": certain, "phases": phases}


def length_change(phases: Sequence[Any], partial: Sequence[bool]) -> TermChange:
    """Whether the lengths of phases differ; a partial record may lack one that others give."""
    columns = [column for column in zip(phases, partial, strict=True) if column[0]]
    given = [phase["days"] for phase, part in columns if phase["days"] is not None or not part]
    change = same_if_equal(given)
    complete = len(given) == len(columns) or not any(given)
    return change if complete or change is TermChange.changed else TermChange.not_recorded
