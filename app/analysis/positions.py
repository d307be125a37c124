"""Who took which position on a proposal, and where the record has none.

A position is what an event's `responds_to` says. Quotes show it where they were said at that event
by that actor. Who is linked to a proposal, or obliged by one of its terms, and has no answer on
record is listed as such; who is not concerned does not appear.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import Field
from sqlalchemy import bindparam, literal, select

from app.analysis.lookups import EntryJson, all_of, fields_of, placed
from app.analysis.positions_models import (
    ActorPositions,
    OnRecord,
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

    actor: list[str] = several()
    """Only these actors: by id, name or alias; repeatable."""


class ActorPositionsQuestion(NoQuestion):
    """What can be asked of an actor's positions."""

    proposal: list[str] = several()
    """Only on these; repeatable."""
    include_affiliates: FlagParameter = Field(True, examples=[False])
    """The answers of those who, on the date of the event, held an office of the actor or were part
    of it stand in the same series, each under its own name; `false` leaves them out."""


@dataclass
class Account:
    """What is known of one actor and one proposal; answers as (event, response), latest first."""

    actor: EntryJson
    proposal: EntryJson
    # The keys are the roles, each once.
    roles: dict[str, None] = field(default_factory=dict)
    answers: list[tuple[EntryJson, EntryJson]] = field(default_factory=list)
    affiliates: dict[str, EntryJson] = field(default_factory=dict)


# What the responder of an event belonged to then, by (event, responder).
Ties = dict[tuple[str, str], frozenset[str]]


def accounts_of(
    proposals: Mapping[str, EntryJson],
    terms: Iterable[EntryJson],
    events: Iterable[EntryJson],
    ties: Ties,
    whose: Collection[tuple[str, str]],
    actors: Collection[str] | None = None,
) -> list[Account]:
    """What is known of the actors (None for all) and the proposals, given by id.

    `whose` has the (event, actor) whose answers count. Affiliates are noted where the actor itself
    has no answer.
    """
    accounts: dict[tuple[str, str], Account] = {}

    def account(actor: EntryJson, proposal: str) -> Account:
        known = Account(actor, proposals[proposal])
        return accounts.setdefault((actor["id"], proposal), known)

    for actor, proposal, role in concerned(proposals, terms):
        if actors is None or actor["id"] in actors:
            account(actor, proposal).roles[role] = None
    responses = [
        (event, response, response["actor"], response["proposal"]["id"])
        for event in events
        for response in event["responds_to"]
        if response["proposal"]["id"] in proposals
    ]
    for event, response, actor, proposal in responses:
        if (event["id"], actor["id"]) in whose:
            account(actor, proposal).answers.append((event, response))
    for event, _, actor, proposal in responses:
        for above in ties[event["id"], actor["id"]]:
            known = accounts.get((above, proposal))
            if known is not None and not known.answers:
                known.affiliates.setdefault(actor["id"], actor)
    return list(accounts.values())


def concerned(
    proposals: Mapping[str, EntryJson], terms: Iterable[EntryJson]
) -> Iterator[tuple[EntryJson, str, str]]:
    """Each actor linked to a proposal or obliged by one of its terms, the proposal, the role."""
    for proposal in proposals.values():
        for link in proposal["actors"]:
            yield link["actor"], proposal["id"], link["role"]
    for term in terms:
        if term["proposal"]["id"] in proposals:
            for actor in term["obliged"]:
                yield actor, term["proposal"]["id"], Role.obliged.value


async def proposal_positions(
    proposal: EntryJson, question: ProposalPositionsQuestion, snapshot: Snapshot
) -> ProposalPositions:
    """The positions on a proposal, given as its document."""
    named = await find(snapshot, ids_of, [("actor", "actor", each) for each in question.actor])
    actors = frozenset(named["actor"]) or None
    events = await answering(named["actor"], [proposal["id"]], "actor", snapshot)
    ties = await ties_of(events, snapshot)
    obliging = TermQuestion(proposal=[proposal["id"]], obliged=named["actor"], limit=MAX_LIMIT)
    terms = await all_of(obliging, "term", "actor", snapshot)
    whose = {each for each in ties if actors is None or each[1] in actors}
    accounts = accounts_of({proposal["id"]: proposal}, terms, events, ties, whose, actors)
    positions = await positions_of(accounts, events, "actor", snapshot)
    return ProposalPositions.model_validate({"proposal": titled(proposal), "positions": positions})


async def actor_positions(
    actor: Summary, question: ActorPositionsQuestion, snapshot: Snapshot
) -> ActorPositions:
    """The positions of an actor, and of its affiliates unless they are left out."""
    asked = [("proposal", "proposal", each) for each in question.proposal]
    chosen = (await find(snapshot, ids_of, asked))["proposal"]
    events = await answering([actor.id], chosen, "proposal", snapshot)
    ties = await ties_of(events, snapshot)
    belonging = {each for each, above in ties.items() if actor.id in above}
    whose = {each for each in belonging if question.include_affiliates or each[1] == actor.id}
    actors = {each for _, each in whose} | {actor.id}
    terms = await obliging_terms(actors, chosen, snapshot)
    linked = ProposalQuestion(actor=[actor.id], id=chosen, limit=MAX_LIMIT)
    found = await all_of(linked, "proposal", "proposal", snapshot)
    proposals = {each["id"]: each for each in found}
    for each in concerned_proposals(events, terms, whose, actor.id):
        if each not in proposals and (not chosen or each in chosen):
            proposals[each] = (await find(snapshot, placed, each))[1]
    accounts = [
        each
        for each in accounts_of(proposals, terms, events, ties, whose, actors)
        # An affiliate appears for what it answered; only the actor itself for what it did not.
        if each.answers or each.actor["id"] == actor.id
    ]
    positions = await positions_of(accounts, events, "proposal", snapshot)
    return ActorPositions.model_validate({"actor": actor, "positions": positions})


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
        if any(obliged["id"] == actor for obliged in term["obliged"])
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
            ties[event["id"], responder] = reference.affiliates(responder, *entry_days(event))
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
    accounts: Sequence[Account], events: Sequence[EntryJson], narrow_by: str, snapshot: Snapshot
) -> list[dict[str, Any]]:
    """The fields of each `PositionOnProposal`: the latest answers first, then those without one."""
    order = {event["id"]: number for number, event in enumerate(events)}
    answered = [each for each in accounts if each.answers]
    silent = [each for each in accounts if not each.answers]
    answered.sort(key=lambda each: order[each.answers[0][0]["id"]])
    silent.sort(key=lambda each: (each.proposal["start_date"], each.proposal["id"]), reverse=True)
    said = await quotes_by_event(answered, narrow_by, snapshot)
    return [position_from(account, said) for account in (*answered, *silent)]


async def quotes_by_event(
    accounts: Iterable[Account], narrow_by: str, snapshot: Snapshot
) -> dict[tuple[str, str], list[EntryJson]]:
    """What was said at events, by (event, speaker)."""
    events = {event["id"] for account in accounts for event, _ in account.answers}
    said: dict[tuple[str, str], list[EntryJson]] = defaultdict(list)
    for some in portions(sorted(events)):
        asked = QuoteQuestion(event=some, limit=MAX_LIMIT)
        for quote in await all_of(asked, "quote", narrow_by, snapshot):
            for speaker in quote["speakers"]:
                said[quote["event"]["id"], speaker["actor"]["id"]].append(quote)
    return said


def position_from(
    account: Account, said: Mapping[tuple[str, str], list[EntryJson]]
) -> dict[str, Any]:
    """The position that an account amounts to."""
    answers = [
        {
            "stance": response["stance"],
            "note": response["note"],
            "event": titled(event),
            "quotes": [
                fields_of(quote, QuoteLink)
                for quote in said.get((event["id"], account.actor["id"]), [])
            ],
            "contradicts": contradicted(event, response, account.answers),
        }
        for event, response in account.answers
    ]
    against = {event for answer in answers[:1] for event in answer["contradicts"]}
    latest = [*answers[:1], *(each for each in answers[1:] if each["event"]["id"] in against)]
    return {
        "actor": account.actor,
        "proposal": titled(account.proposal),
        "concerned_as": list(account.roles),
        "position": OnRecord.on_record if answers else OnRecord.none_on_record,
        "stances": list(dict.fromkeys(answer["stance"] for answer in latest)),
        "answers": answers,
        "affiliates": list(account.affiliates.values()),
    }


def contradicted(
    event: EntryJson, response: EntryJson, answers: Iterable[tuple[EntryJson, EntryJson]]
) -> list[str]:
    """The events whose days meet and whose stance is another one."""
    first, last = entry_days(event)
    return [
        other["id"]
        for other, otherwise in answers
        if otherwise["stance"] != response["stance"]
        and entry_days(other)[0] <= last
        and entry_days(other)[1] >= first
    ]


def entry_days(entry: EntryJson) -> tuple[datetime.date, datetime.date]:
    """The first and the last day; an open end is the last of all days."""
    end = entry["end_date"]
    return (
        datetime.date.fromisoformat(entry["start_date"]),
        datetime.date.fromisoformat(end) if end is not None else datetime.date.max,
    )


def titled(entry: EntryJson) -> EntryJson:
    return fields_of(entry, TitledLink)
