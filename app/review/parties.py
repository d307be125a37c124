"""Who has a part in an entry: parties, beneficiaries, addressees; and terms of one proposal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from app.entries.dates import DateSpan
from app.entries.record import Role, values_at
from app.entries.words import fold
from app.kinds.proposals import ProposalRecord
from app.kinds.quotes import QuoteRecord
from app.kinds.terms import TermRecord
from app.reference.actors import ActorKind
from app.reference.registry import Reference
from app.review.rules import ENTRIES, Query, Surroundings, doubt, repeated, rule, when_given

WITH_TERMS = "proposal with terms"


class WithTerms(NamedTuple):
    """A proposal with its terms."""

    proposal: ProposalRecord
    terms: tuple[TermRecord, ...]


@rule("no-party", WITH_TERMS, when=when_given("terms"))
def no_party(whole: WithTerms, around: Surroundings) -> Iterator[Query]:
    """A term obliges an actor that has no part in its proposal."""
    proposal = whole.proposal
    span, reference = proposal.span, around.reference
    parties = [link.actor for link in proposal.actor_links if link.actor in reference.actors]
    circle = {
        each for actor in parties for each in reference.affiliates(actor, span.start, span.end)
    }
    for number, term in enumerate(whole.terms):
        for place, actor in enumerate(term.obliged):
            if is_outside(actor, circle, span, reference):
                at = ("terms", number, "obliged", place)
                yield doubt("no-party", at, actor=actor, proposal=proposal)


def is_outside(actor_id: str, circle: set[str], span: DateSpan, reference: Reference) -> bool:
    """Whether an actor is no label of many, and shares nothing with a circle of actors."""
    actor = reference.actors.get(actor_id)
    if actor is None or actor.kind == ActorKind.group:
        return False
    return not circle & reference.affiliates(actor_id, span.start, span.end)


@rule("same-term", WITH_TERMS, when=when_given("terms"))
def same_term(whole: WithTerms, _: Surroundings) -> Iterator[Query]:
    """Two terms of a proposal have the same text."""
    texts = [(fold(term.text), number) for number, term in enumerate(whole.terms)]
    for number, first in repeated(texts):
        yield doubt("same-term", ("terms", number, "text"), first=whole.terms[first].id)


@rule("own-beneficiary", "term", when=when_given("beneficiary"))
def own_beneficiary(term: TermRecord, _: Surroundings) -> Iterator[Query]:
    """The only actor that a term obliges is also the one that benefits."""
    if len(term.obliged) == 1 and term.obliged[0] in term.beneficiary:
        place = term.beneficiary.index(term.obliged[0])
        yield doubt("own-beneficiary", ("beneficiary", place), term=term)


def lists_own_role(entry: Any, _: Surroundings) -> bool:
    """Whether an actor is listed in a role that a field of the kind gives."""
    return any(link.role in entry.ROLES for link in entry.actors)


def lists_speaker(quote: QuoteRecord, _: Surroundings) -> bool:
    """Whether a speaker is listed among the actors, too."""
    return any(one.actor == other.actor for one in quote.actors for other in quote.speakers)


@rule("own-addressee", "quote", when=lists_speaker)
def own_addressee(quote: QuoteRecord, _: Surroundings) -> Iterator[Query]:
    """A speaker is also the one who is spoken to."""
    speakers = {speaker.actor for speaker in quote.speakers}
    for number, link in enumerate(quote.actors):
        if link.role == Role.addressee and link.actor in speakers:
            yield doubt("own-addressee", ("actors", number, "actor"), link=link)


@rule("link-repeated", *ENTRIES, when=lists_own_role)
def link_repeated(entry: Any, _: Surroundings) -> Iterator[Query]:
    """An actor is listed again in the role that a field of its kind gives."""
    own = {(actor, role) for role, path in entry.ROLES.items() for actor in values_at(entry, path)}
    for number, link in enumerate(entry.actors):
        if (link.actor, link.role) in own:
            yield doubt("link-repeated", ("actors", number), link=link)


def repeats_source(entry: Any, _: Surroundings) -> bool:
    """Whether two citations are of one source."""
    return len({citation.source for citation in entry.citations}) < len(entry.citations)


@rule("cited-twice", *ENTRIES, when=repeats_source)
def cited_twice(entry: Any, _: Surroundings) -> Iterator[Query]:
    """A source is cited twice for one thing."""
    cited = [((each.source, each.supports), number) for number, each in enumerate(entry.citations)]
    for number, first in repeated(cited):
        source = entry.citations[first].source
        yield doubt("cited-twice", ("citations", number, "source"), source=source)
