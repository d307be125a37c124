"""Who took which position on a proposal, and where the record has none.

A position is what an event's `responds_to` says. Quotes show it where they were said at that event
by that actor. Who is linked to a proposal, or obliged by one of its terms, and has no answer on
record is listed as such; who is not concerned does not appear.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import Field
from sqlalchemy import bindparam, literal, select

from app.analysis.lookups import EntryJson, all_of, placed
from app.analysis.positions_models import (
    ActorPositions,
    OnRecord,
    PositionOnProposal,
    ProposalPositions,
    QuoteLink,
    TitledLink,
)
from app.db.snapshots import Snapshot, find
from app.db.sql import Statement
from app.db.tables import record
from app.entries.documents import Summary
from app.entries.names import ids_of
from app.entries.questions import MAX_LIMIT, MAX_VALUES, FlagParameter, NoQuestion, several
from app.entries.record import Role
from app.kinds.events import EventQuestion
from app.kinds.proposals import ProposalQuestion
from app.kinds.quotes import QuoteQuestion
from app.kinds.terms import TermQuestion
from app.reference.actors import ActorRecord
from app.reference.registry import Reference

ACTOR = Statement(
    select(record.c.body).where(record.c.kind == literal("actor"), record.c.id == bindparam("id"))
)


class ProposalPositionsQuestion(NoQuestion):
    """What can be asked of the positions on a proposal."""

    actor: list[str] = several("hamas")
    """Only these actors: by id, name or alias; repeatable."""


class ActorPositionsQuestion(NoQuestion):
    """What can be asked of an actor's positions."""

    proposal: list[str] = several("prop-2024-02-hamas")
    """Only on these; repeatable."""
    include_affiliates: FlagParameter = Field(False, examples=[True])
    """Also the answers of those who, on the date of the event, held an office of the actor or were
    part of it, each under its own name."""


@dataclass
class Account:
    """What is known of one actor and one proposal; answers as (event, response), latest first."""

    actor: EntryJson
    proposal: EntryJson
    roles: list[str] = field(default_factory=list)
    answers: list[tuple[EntryJson, EntryJson]] = field(default_factory=list)
    affiliates: dict[str, EntryJson] = field(default_factory=dict)


# What the responder of an event belonged to then, by (event, responder).
Ties = dict[tuple[str, str], frozenset[str]]


class Accounts:
    """What is known of some actors and some proposals."""

    def __init__(self, proposals: Iterable[EntryJson]):
        self.proposals = {proposal["id"]: proposal for proposal in proposals}
        self.kept: dict[tuple[str, str], Account] = {}

    def of(self, actor: EntryJson, proposal: str) -> Account:
        """The account of an actor on a proposal."""
        account = Account(actor, self.proposals[proposal])
        return self.kept.setdefault((actor["id"], proposal), account)

    def note_roles(self, terms: Iterable[EntryJson], actors: frozenset[str] | None) -> None:
        """Who is concerned: by a link of the proposal, or obliged by a term; None for everyone."""
        links = [
            (link["actor"], proposal["id"], link["role"])
            for proposal in self.proposals.values()
            for link in proposal["actors"]
        ]
        links += [
            (actor, term["proposal"]["id"], Role.obliged.value)
            for term in terms
            for actor in term["obliged"]
        ]
        for actor, proposal, role in links:
            if actors is None or actor["id"] in actors:
                account = self.of(actor, proposal)
                if role not in account.roles:
                    account.roles.append(role)

    def note_answers(self, events: Iterable[EntryJson], whose: Collection[tuple[str, str]]) -> None:
        """The answers that events show; `whose` has the (event, actor) that count."""
        for event, response in self.responses(events):
            actor = response["actor"]
            if (event["id"], actor["id"]) in whose:
                account = self.of(actor, response["proposal"]["id"])
                account.answers.append((event, response))

    def note_affiliates(self, events: Iterable[EntryJson], ties: Ties) -> None:
        """Who answered and belonged to an actor without an answer of its own."""
        for event, response in self.responses(events):
            actor, proposal = response["actor"], response["proposal"]["id"]
            for above in ties[event["id"], actor["id"]]:
                account = self.kept.get((above, proposal))
                if account is not None and not account.answers:
                    account.affiliates.setdefault(actor["id"], actor)

    def responses(self, events: Iterable[EntryJson]) -> Iterator[tuple[EntryJson, EntryJson]]:
        """Every answer to one of the proposals, with its event."""
        for event in events:
            for response in event["responds_to"]:
                if response["proposal"]["id"] in self.proposals:
                    yield event, response

    def keep(self, wanted: Callable[[Account], bool]) -> None:
        """Leaves out the other accounts."""
        self.kept = {key: account for key, account in self.kept.items() if wanted(account)}


async def proposal_positions(
    proposal: EntryJson, question: ProposalPositionsQuestion, snapshot: Snapshot
) -> ProposalPositions:
    """The positions on a proposal, given as its document."""
    named = await find(snapshot, ids_of, [("actor", "actor", each) for each in question.actor])
    actors = frozenset(named["actor"]) or None
    events = await answering(named["actor"], [proposal["id"]], "actor", snapshot)
    ties = await ties_of(events, snapshot)
    obliging = TermQuestion(proposal=[proposal["id"]], obliged=named["actor"], limit=MAX_LIMIT)
    accounts = Accounts([proposal])
    accounts.note_roles(await all_of(obliging, "term", "actor", snapshot), actors)
    whose = {each for each in ties if actors is None or each[1] in actors}
    accounts.note_answers(events, whose)
    accounts.note_affiliates(events, ties)
    return ProposalPositions(
        proposal=titled(proposal), positions=await positions_of(accounts, events, "actor", snapshot)
    )


async def actor_positions(
    actor: Summary, question: ActorPositionsQuestion, snapshot: Snapshot
) -> ActorPositions:
    """The positions of an actor, and of its affiliates where they are asked for."""
    named = await find(
        snapshot, ids_of, [("proposal", "proposal", each) for each in question.proposal]
    )
    chosen = named["proposal"]
    events = await answering([actor.id], chosen, "proposal", snapshot)
    ties = await ties_of(events, snapshot)
    belonging = {each for each, above in ties.items() if actor.id in above}
    whose = {each for each in belonging if question.include_affiliates or each[1] == actor.id}
    actors = frozenset(each for _, each in whose) | {actor.id}
    terms = await obliging_terms(actors, chosen, snapshot)
    linked = ProposalQuestion(actor=[actor.id], id=chosen, limit=MAX_LIMIT)
    proposals = {
        each["id"]: each for each in await all_of(linked, "proposal", "proposal", snapshot)
    }
    for each in concerned_proposals(events, terms, whose, actor.id):
        if each not in proposals and (not chosen or each in chosen):
            proposals[each] = (await find(snapshot, placed, each))[1]
    accounts = Accounts(proposals.values())
    accounts.note_roles((term for term in terms if term["proposal"]["id"] in proposals), actors)
    accounts.note_answers(events, whose)
    accounts.note_affiliates(events, ties)
    # An affiliate appears for what it answered; only the actor itself for what it did not.
    accounts.keep(lambda account: bool(account.answers) or account.actor["id"] == actor.id)
    return ActorPositions(
        actor=actor, positions=await positions_of(accounts, events, "proposal", snapshot)
    )


async def answering(
    actors: Sequence[str], proposals: Sequence[str], narrow_by: str, snapshot: Snapshot
) -> list[EntryJson]:
    """The events that show answers to the proposals by the actors or their affiliates."""
    responder = {"actor_role": [Role.responder], "include_affiliates": "true"} if actors else {}
    asked = EventQuestion.model_validate(
        {"actor": actors, "proposal": proposals, "limit": MAX_LIMIT, **responder}
    )
    return await all_of(asked, "event", narrow_by, snapshot)


def concerned_proposals(
    events: Iterable[EntryJson], terms: Iterable[EntryJson], whose: set[tuple[str, str]], actor: str
) -> list[str]:
    """The proposals that were answered, and those that oblige the actor, each once."""
    answered = [
        response["proposal"]["id"]
        for event in events
        for response in event["responds_to"]
        if (event["id"], response["actor"]["id"]) in whose
    ]
    obliging = [
        term["proposal"]["id"]
        for term in terms
        if actor in (obliged["id"] for obliged in term["obliged"])
    ]
    return list(dict.fromkeys([*answered, *obliging]))


async def obliging_terms(
    actors: Iterable[str], proposals: Sequence[str], snapshot: Snapshot
) -> list[EntryJson]:
    """The terms that oblige some of the actors."""
    found: list[EntryJson] = []
    for some in portions(sorted(actors)):
        asked = TermQuestion(obliged=some, proposal=list(proposals), limit=MAX_LIMIT)
        found += await all_of(asked, "term", "proposal", snapshot)
    return found


def portions(values: Sequence[str]) -> list[list[str]]:
    """The values in lists as long as one question takes."""
    return [list(values[n : n + MAX_VALUES]) for n in range(0, len(values), MAX_VALUES)]


async def ties_of(events: Sequence[EntryJson], snapshot: Snapshot) -> Ties:
    """What each responder of each event was, or belonged to, on the days of the event."""
    reference = Reference()
    ties: Ties = {}
    for event in events:
        for response in event["responds_to"]:
            responder = response["actor"]["id"]
            await load_above(responder, reference, snapshot)
            ties[event["id"], responder] = reference.affiliates(responder, *days_of(event))
    return ties


async def load_above(actor: str, reference: Reference, snapshot: Snapshot) -> None:
    """Takes an actor into the reference data with all that it ever belonged to."""
    pending = [actor]
    while pending:
        each = pending.pop()
        if each in reference.actors:
            continue
        (row,) = await snapshot.rows(ACTOR, id=each)
        curated = ActorRecord.model_validate_json(bytes(row[0]))
        reference.add("actor", curated)
        pending += [held.of for held in curated.positions if held.of is not None]
        pending += [part.actor for part in curated.part_of]


async def positions_of(
    accounts: Accounts, events: Sequence[EntryJson], narrow_by: str, snapshot: Snapshot
) -> list[PositionOnProposal]:
    """The positions, those with the latest answers first, those without one last."""
    said = await quotes_by_event(accounts, narrow_by, snapshot)
    order = {event["id"]: number for number, event in enumerate(events)}
    answered = [account for account in accounts.kept.values() if account.answers]
    silent = [account for account in accounts.kept.values() if not account.answers]
    answered.sort(key=lambda each: order[each.answers[0][0]["id"]])
    silent.sort(key=lambda each: (each.proposal["start_date"], each.proposal["id"]), reverse=True)
    return [position_from(account, said) for account in (*answered, *silent)]


async def quotes_by_event(
    accounts: Accounts, narrow_by: str, snapshot: Snapshot
) -> dict[tuple[str, str], list[EntryJson]]:
    """What was said at the events by those who answered there, by (event, speaker)."""
    answers = [
        (event["id"], account.actor["id"])
        for account in accounts.kept.values()
        for event, _ in account.answers
    ]
    said: dict[tuple[str, str], list[EntryJson]] = {each: [] for each in answers}
    for some in portions(sorted({event for event, _ in answers})):
        asked = QuoteQuestion(event=some, limit=MAX_LIMIT)
        for quote in await all_of(asked, "quote", narrow_by, snapshot):
            for speaker in quote["speakers"]:
                key = (quote["event"]["id"], speaker["actor"]["id"])
                if key in said:
                    said[key].append(quote)
    return said


def position_from(
    account: Account, said: dict[tuple[str, str], list[EntryJson]]
) -> PositionOnProposal:
    """The position that an account amounts to."""
    answers = [
        {
            "stance": response["stance"],
            "note": response["note"],
            "event": titled(event),
            "quotes": [quote_link(each) for each in said[event["id"], account.actor["id"]]],
            "contradicts": contradicted(event, response, account.answers),
        }
        for event, response in account.answers
    ]
    stances = []
    if answers:
        against = set(answers[0]["contradicts"])
        latest = [each["stance"] for each in answers[1:] if each["event"].id in against]
        stances = list(dict.fromkeys([answers[0]["stance"], *latest]))
    return PositionOnProposal.model_validate(
        {
            "actor": account.actor,
            "proposal": titled(account.proposal),
            "concerned_as": account.roles,
            "position": OnRecord.on_record if answers else OnRecord.none_on_record,
            "stances": stances,
            "answers": answers,
            "affiliates": list(account.affiliates.values()),
        }
    )


def contradicted(
    event: EntryJson, response: EntryJson, answers: Iterable[tuple[EntryJson, EntryJson]]
) -> list[str]:
    """The events whose days meet and whose stance is another one."""
    first, last = days_of(event)
    return [
        other["id"]
        for other, otherwise in answers
        if otherwise["stance"] != response["stance"]
        and days_of(other)[0] <= last
        and days_of(other)[1] >= first
    ]


def days_of(entry: EntryJson) -> tuple[datetime.date, datetime.date]:
    """The first and the last day; an open end is the last of all days."""
    end = entry["end_date"]
    return (
        datetime.date.fromisoformat(entry["start_date"]),
        datetime.date.fromisoformat(end) if end is not None else datetime.date.max,
    )


def titled(entry: EntryJson) -> TitledLink:
    """An entry as a link with its title."""
    return TitledLink(**{name: entry[name] for name in TitledLink.model_fields})


def quote_link(quote: EntryJson) -> dict[str, Any]:
    """The fields of a `QuoteLink`."""
    return {name: quote[name] for name in QuoteLink.model_fields}
