"""Who took which position on a proposal, and where the record has none.

A position is what an event's `responds_to` says. Quotes show it where they were said at that event
by that actor. Who is linked to a proposal, or obliged by one of its terms, and has no answer on
record is listed as such; who is not concerned does not appear.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from pydantic import Field

from app.analysis.lookups import Affiliations, EntryJson, all_of, all_with, placed
from app.analysis.positions_models import (
    ActorPositions,
    OnRecord,
    ProposalPositions,
)
from app.db.snapshots import Snapshot, find
from app.entries.documents import Summary
from app.entries.names import ids_of
from app.entries.questions import FlagParameter, NoQuestion, several
from app.entries.record import Role


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


class StanceAnswer(NamedTuple):
    """A response, what its actor was or belonged to on those days, and its place among all."""

    event: EntryJson
    response: EntryJson
    above: frozenset[str]
    number: int

    @property
    def actor(self) -> EntryJson:
        actor: EntryJson = self.response["actor"]
        return actor

    @property
    def proposal(self) -> str:
        return str(self.response["proposal"]["id"])


@dataclass
class Account:
    """What is known of one actor and one proposal; its own answers, the latest first."""

    actor: EntryJson
    proposal: EntryJson
    # The keys are the roles, each once.
    roles: dict[str, None] = field(default_factory=dict)
    answers: list[StanceAnswer] = field(default_factory=list)
    affiliates: dict[str, EntryJson] = field(default_factory=dict)


def accounts_of(
    proposals: Mapping[str, EntryJson],
    terms: Iterable[EntryJson],
    own: Iterable[StanceAnswer],
    answers: Iterable[StanceAnswer],
    actors: Collection[str],
) -> list[Account]:
    """What is known of the actors (of all if none is given) and the proposals, given by id.

    The answers that count are `own`. Who gave any other is noted as an affiliate of those above it
    that have no answer.
    """
    accounts: dict[tuple[str, str], Account] = {}

    def account(actor: EntryJson, proposal: str) -> Account:
        known = Account(actor, proposals[proposal])
        return accounts.setdefault((actor["id"], proposal), known)

    for actor, proposal, role in concerned(proposals, terms):
        if not actors or actor["id"] in actors:
            account(actor, proposal).roles[role] = None
    for each in own:
        if each.proposal in proposals:
            account(each.actor, each.proposal).answers.append(each)
    for each in answers:
        for above in each.above:
            known = accounts.get((above, each.proposal))
            if known is not None and not known.answers:
                known.affiliates.setdefault(each.actor["id"], each.actor)
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
    actors, known = named["actor"], {proposal["id"]: proposal}
    answers = await answering(actors, [proposal["id"]], "actor", snapshot)
    asked = {"proposal": [proposal["id"]], "obliged": actors}
    terms = await all_of("term", "actor", snapshot, **asked)
    own = [each for each in answers if not actors or each.actor["id"] in actors]
    accounts = accounts_of(known, terms, own, answers, actors)
    positions = await positions_of(accounts, "actor", snapshot)
    return ProposalPositions.model_validate(
        {"proposal": proposal, "positions": positions}, extra="ignore"
    )


async def actor_positions(
    actor: Summary, question: ActorPositionsQuestion, snapshot: Snapshot
) -> ActorPositions:
    """The positions of an actor, and of its affiliates unless they are left out."""
    asked = [("proposal", "proposal", each) for each in question.proposal]
    chosen = (await find(snapshot, ids_of, asked))["proposal"]
    answers = await answering([actor.id], chosen, "proposal", snapshot)
    own = [
        each
        for each in answers
        if each.actor["id"] == actor.id or (question.include_affiliates and actor.id in each.above)
    ]
    actors = {each.actor["id"] for each in own} | {actor.id}
    terms = await all_with("obliged", actors, "term", "proposal", snapshot, proposal=chosen)
    linked = await all_of("proposal", "proposal", snapshot, actor=[actor.id], id=chosen)
    proposals = {each["id"]: each for each in linked}
    obliging = [
        term["proposal"]["id"]
        for term in terms
        if any(obliged["id"] == actor.id for obliged in term["obliged"])
    ]
    for proposal in (*(each.proposal for each in own), *obliging):
        if proposal not in proposals and (not chosen or proposal in chosen):
            proposals[proposal] = (await find(snapshot, placed, proposal))[1]
    accounts = [
        each
        for each in accounts_of(proposals, terms, own, answers, actors)
        # An affiliate appears for what it answered; only the actor itself for what it did not.
        if each.answers or each.actor["id"] == actor.id
    ]
    positions = await positions_of(accounts, "proposal", snapshot)
    return ActorPositions.model_validate({"actor": actor, "positions": positions}, extra="ignore")


async def answering(
    actors: list[str], proposals: list[str], narrow_by: str, snapshot: Snapshot
) -> list[StanceAnswer]:
    """The answers to the proposals by the actors or their affiliates, the latest first, with all
    others that the same events show.
    """
    responder = {"actor_role": [Role.responder], "include_affiliates": "true"} if actors else {}
    asked = {"actor": actors, "proposal": proposals, **responder}
    events = await all_of("event", narrow_by, snapshot, **asked)
    affiliations, answers = Affiliations(snapshot), list[StanceAnswer]()
    for number, event in enumerate(events):
        for response in event["responds_to"]:
            above = await affiliations.above(response["actor"]["id"], *entry_days(event))
            answers.append(StanceAnswer(event, response, above, number))
    return answers


async def positions_of(
    accounts: Collection[Account], narrow_by: str, snapshot: Snapshot
) -> list[dict[str, Any]]:
    """The fields of each `PositionOnProposal`: the latest answers first, then those without one."""
    answered = [each for each in accounts if each.answers]
    silent = [each for each in accounts if not each.answers]
    answered.sort(key=lambda each: each.answers[0].number)
    silent.sort(key=lambda each: (each.proposal["start_date"], each.proposal["id"]), reverse=True)
    said = await quotes_by_event(answered, narrow_by, snapshot)
    return [position_from(account, said) for account in (*answered, *silent)]


async def quotes_by_event(
    accounts: Iterable[Account], narrow_by: str, snapshot: Snapshot
) -> dict[tuple[str, str], list[EntryJson]]:
    """The quotes said at events, by (event, speaker)."""
    events = {each.event["id"] for account in accounts for each in account.answers}
    said: dict[tuple[str, str], list[EntryJson]] = defaultdict(list)
    for quote in await all_with("event", events, "quote", narrow_by, snapshot):
        for speaker in quote["speakers"]:
            said[quote["event"]["id"], speaker["actor"]["id"]].append(quote)
    return said


def position_from(
    account: Account, said: Mapping[tuple[str, str], list[EntryJson]]
) -> dict[str, Any]:
    """The position that an account amounts to."""
    answers = [
        {
            **answer.response,
            "event": answer.event,
            "quotes": said.get((answer.event["id"], account.actor["id"]), []),
            "contradicts": contradicted(answer, account.answers),
        }
        for answer in account.answers
    ]
    against = {event for answer in answers[:1] for event in answer["contradicts"]}
    latest = [*answers[:1], *(each for each in answers[1:] if each["event"]["id"] in against)]
    return {
        "actor": account.actor,
        "proposal": account.proposal,
        "concerned_as": list(account.roles),
        "position": OnRecord.on_record if answers else OnRecord.none_on_record,
        "stances": list(dict.fromkeys(answer["stance"] for answer in latest)),
        "answers": answers,
        "affiliates": list(account.affiliates.values()),
    }


def contradicted(answer: StanceAnswer, answers: Iterable[StanceAnswer]) -> list[str]:
    """The events whose days overlap and whose stance differs."""
    first, last = entry_days(answer.event)
    return [
        other.event["id"]
        for other in answers
        if other.response["stance"] != answer.response["stance"]
        and entry_days(other.event)[0] <= last
        and entry_days(other.event)[1] >= first
    ]


def entry_days(entry: EntryJson) -> tuple[datetime.date, datetime.date]:
    """The first and the last day; an open end is the last of all days."""
    end = entry["end_date"]
    return (
        datetime.date.fromisoformat(entry["start_date"]),
        datetime.date.fromisoformat(end) if end is not None else datetime.date.max,
    )
