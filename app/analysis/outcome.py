"""What became of terms: their reports as a ledger, by claimant, as of a day.

A report is the claim of whoever makes it. Nothing is decided here, numbers of different claimants
are never added up, and a term without a report is not said to be breached.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from pydantic import Field

from app.analysis.comparison_question import TableFormat
from app.analysis.lookups import Affiliations, EntryJson, all_of, placed
from app.analysis.outcome_models import OneTermOutcome, ProposalOutcome
from app.db.snapshots import Snapshot, find
from app.entries.dates import parse_bound, parse_date
from app.entries.names import ids_of
from app.entries.questions import BoundParameter, NoQuestion, none_given, several
from app.kinds.outcomes import Outcome
from app.kinds.proposals import curated_order
from app.kinds.terms import PhaseAsked
from app.reference.dataset import dataset_of

NOT_FULFILLED = "no report of fulfilment in this record"


class TermOutcomeQuestion(NoQuestion):
    """What can be asked of the outcome of one term."""

    date: BoundParameter = None
    """The ledger as it stood at the end of this day, month or year."""
    format: TableFormat = Field(TableFormat.json, examples=["csv"])
    """The representation; CSV has one row for each report, and one for a term without any."""


class OutcomeQuestion(TermOutcomeQuestion):
    """What can be asked of the outcome of a proposal."""

    phase: list[PhaseAsked] = none_given(max_length=50)
    """Only terms of this phase; 0 for those of the whole; repeatable."""
    outcome: list[Outcome] = none_given(max_length=50)
    """Only terms of which somebody reported one of these; repeatable."""
    claimed_by: list[str] = several()
    """Only terms on which each of these reported, itself or by somebody who belonged to it on that
    day; binds to the same report as `outcome`; repeatable."""
    without: list[Outcome] = none_given(max_length=50)
    """Only terms of which nobody reported one of these; repeatable."""
    due_before: BoundParameter = None
    """Only terms that were due before this year, month or day."""


async def outcome_of_proposal(
    proposal: EntryJson, question: OutcomeQuestion, snapshot: Snapshot
) -> ProposalOutcome:
    """The ledger of a proposal, given as its document."""
    asked = {"proposal": [proposal["id"]], "phase": question.phase}
    terms = await all_of("term", "phase", snapshot, **asked)
    claimants = [("actor", "actor", each) for each in question.claimed_by]
    actors = (await find(snapshot, ids_of, claimants))["actor"]
    day = await day_of_ledger(question, terms, snapshot)
    affiliations, kept = Affiliations(snapshot), []
    for term in sorted(terms, key=lambda each: (each["phase"] or 999, curated_order(each))):
        term["reports"] = reports_until(term, day)
        if await is_wanted(term, question, actors, affiliations):
            kept.append(await outcome_of(term, day, snapshot))
    counts = counts_by_outcome(kept)
    # Of the proposal it has the status and the phases, too.
    members = {**proposal, "proposal": proposal, "as_of": day, "counts": counts, "terms": kept}
    return ProposalOutcome.model_validate(members, extra="ignore")


async def outcome_of_term(
    term: EntryJson, question: TermOutcomeQuestion, snapshot: Snapshot
) -> OneTermOutcome:
    """The ledger of one term, given as its document."""
    day = await day_of_ledger(question, [term], snapshot)
    term["reports"] = reports_until(term, day)
    found = await outcome_of(term, day, snapshot)
    return OneTermOutcome.model_validate({"as_of": day, "terms": [found]}, extra="ignore")


async def day_of_ledger(
    question: TermOutcomeQuestion, terms: Iterable[EntryJson], snapshot: Snapshot
) -> datetime.date | None:
    """The last day asked for; else that of the record's coverage, or of a report if it is later."""
    if question.date is not None:
        return parse_bound(question.date)[1]
    covered = parse_date((await dataset_of(snapshot))["coverage"]["date"]).end
    reported = [known_from(report) for term in terms for report in term["reports"]]
    return None if covered == datetime.date.max else max([covered, *reported])


def reports_until(term: EntryJson, day: datetime.date | None) -> list[EntryJson]:
    """The reports about days up to this one, the oldest first.

    One about a month, a year or several days counts from its last day on, as what it tells may have
    been then; one with an open end from its first day on.
    """
    dated = sorted(term["reports"], key=begun)
    return [each for each in dated if day is None or known_from(each) <= day]


def known_from(report: EntryJson) -> datetime.date:
    span = parse_date(report["date"])
    return span.start if span.end == datetime.date.max else span.end


def begun(report: EntryJson) -> datetime.date:
    return parse_date(report["date"]).start


async def is_wanted(
    term: EntryJson, question: OutcomeQuestion, actors: list[str], affiliations: Affiliations
) -> bool:
    """Whether a term is among those that are asked for."""
    reported = {each["outcome"] for each in term["reports"]}
    due, bound = term["due_at"], question.due_before
    if reported & set(question.without):
        return False
    if bound is not None and (due is None or due >= parse_bound(bound)[0].isoformat()):
        return False
    fitting = [
        each for each in term["reports"] if each["outcome"] in (question.outcome or [*Outcome])
    ]
    if question.outcome and not fitting:
        return False
    claiming = [await those_behind(each, affiliations) for each in fitting]
    return all(any(actor in behind for behind in claiming) for actor in actors)


async def those_behind(report: EntryJson, affiliations: Affiliations) -> set[str]:
    """The actors that make a report, and those that they belonged to on its day."""
    span, behind = parse_date(report["date"]), set[str]()
    for claimant in report["claimed_by"]:
        if claimant["actor"] is not None:
            behind |= await affiliations.above(claimant["actor"]["id"], span.start, span.end)
    return behind


async def outcome_of(
    term: EntryJson, day: datetime.date | None, snapshot: Snapshot
) -> dict[str, Any]:
    """The members of the `TermOutcome` of a term, whose reports are those up to the day."""
    due = datetime.date.fromisoformat(term["due_at"]) if term["due_at"] else None
    past_due = due < day if due is not None and day is not None else None
    latest = latest_of(term["reports"])
    outcomes = {each["outcome"] for each in latest}
    return {
        **term,
        "past_due": past_due,
        "statement": statement(term["reports"], latest, past_due, term["due_at"]),
        "latest": latest,
        "agree": len(outcomes) == 1 if len(latest) > 1 else None,
        "reports": [await with_source(each, snapshot) for each in term["reports"]],
        "numbers": list(numbers_of(term["reports"])),
    }


async def with_source(report: EntryJson, snapshot: Snapshot) -> EntryJson:
    """The report with its first source, or that of the entry that reports it."""
    citations = report["citations"]
    if not citations and report["entry"] is not None:
        citations = (await find(snapshot, placed, report["entry"]["id"]))[1]["citations"]
    return {**report, "source": citations[0]["source"] if citations else None}


def name_of(claimant: EntryJson) -> str:
    """A claimant's name, as it is shown."""
    return str(claimant["actor"]["name"] if claimant["actor"] is not None else claimant["name"])


def latest_of(reports: Iterable[EntryJson]) -> list[EntryJson]:
    """The latest report of each claimant; of several on one day all that differ in outcome."""
    latest: dict[str, list[EntryJson]] = {}
    for report in reports:
        for claimant in report["claimed_by"]:
            known = latest.setdefault(name_of(claimant), [])
            if known and known[0]["date"] != report["date"]:
                known.clear()
            if report["outcome"] not in {each["outcome"] for each in known}:
                known.append({**report, "claimant": claimant})
    return [each for known in latest.values() for each in known]


def statement(
    reports: Sequence[EntryJson], latest: Sequence[EntryJson], past_due: bool | None, due: str
) -> str:
    """What the record has of a term, in a sentence that decides nothing."""
    fulfilled = any(each["outcome"] == Outcome.fulfilled for each in reports)
    accounts: dict[str, list[str]] = {}
    for each in sorted(latest, key=begun, reverse=True):
        claim = f"{name_of(each['claimant'])} ({each['date']})"
        accounts.setdefault(each["outcome"], []).append(claim)
    said = "; ".join(
        f"{outcome} according to {', '.join(claims)}" for outcome, claims in accounts.items()
    )
    inferred = [each["outcome"] for each in reports if not each["claimed_by"]]
    parts = [
        f"Reported as {said}" if said else "",
        f"inferred: {inferred[-1]}" if inferred else "",
        "" if fulfilled else f"due {due}, {NOT_FULFILLED}" if past_due else NOT_FULFILLED,
    ]
    text = "; ".join(filter(None, parts))
    return f"{text[0].upper()}{text[1:]}."


def counts_by_outcome(terms: Iterable[EntryJson]) -> dict[str, int]:
    """How many terms have a report of each outcome, and how many have none."""
    found = Counter(
        outcome
        for term in terms
        for outcome in {each["outcome"] for each in term["reports"]} or {"no_report"}
    )
    return {each: found[each] for each in (*Outcome, "no_report") if found[each]}


def numbers_of(reports: Iterable[EntryJson]) -> Iterator[dict[str, Any]]:
    """The numbers that each claimant reported, by what is counted; the oldest first."""
    series: dict[tuple[Any, ...], list[tuple[EntryJson, EntryJson]]] = {}
    claimants = {}
    for report in reports:
        for claimant in report["claimed_by"]:
            claimants[name_of(claimant)] = claimant
            for each in report["quantities"]:
                key = name_of(claimant), each["unit"], each["of"], each["per"]
                series.setdefault(key, []).append((report, each))
    for (name, *_, per), reported in series.items():
        numbers = list(with_totals(reported, is_rate=per is not None))
        yield {
            **reported[0][1],
            "claimant": claimants[name],
            "numbers": numbers,
            "total": numbers[-1]["total"],
            "exact": all(each["qualifier"] == "exactly" for _, each in reported),
        }


def with_totals(
    numbers: Iterable[tuple[EntryJson, EntryJson]], *, is_rate: bool
) -> Iterator[dict[str, Any]]:
    """Each number with the running total: of what each day added, or as it is reported."""
    total: Any = 0
    for report, quantity in numbers:
        value = quantity["value"]
        if is_rate or value is None:
            total = None
        elif report["cumulative"]:
            total = value
        elif total is not None:
            total += value
        yield {"date": report["date"], "quantity": quantity, "total": total}
