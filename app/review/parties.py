"""Who has a part in an entry: parties, beneficiaries, addressees; and terms of one proposal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from app.entries.dates import DateSpan
from app.entries.record import Role, values_at
from app.entries.words import fold
from app.kinds.proposals import ProposalRecord
from app.kinds.terms import TermRecord
from app.reference.actors import ActorKind
from app.reference.registry import Reference
from app.review.doubts import Query, Surroundings, doubt, repeated

# A proposal and its terms.
ProposalWithTerms = tuple[ProposalRecord, Sequence[TermRecord]]


def no_party(whole: ProposalWithTerms, around: Surroundings) -> Iterator[Query]:
    """A term obliges an actor that has no part in its proposal."""
    proposal, terms = whole
    span, reference = proposal.span, around.reference
    parties = [link.actor for link in proposal.actor_links if link.actor in reference.actors]
    circle = {
        each for actor in parties for each in reference.affiliates(actor, span.start, span.end)
    }
    for number, term in enumerate(terms):
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


def same_term(whole: ProposalWithTerms, _: Surroundings) -> Iterator[Query]:
    """Two terms of a proposal have the same text."""
    terms = whole[1]
    for number, first in repeated((fold(term.text), at) for at, term in enumerate(terms)):
        yield doubt("same-term", ("terms", number, "text"), first=terms[first].id)


def own_beneficiary(term: TermRecord, _: Surroundings) -> Iterator[Query]:
    """The only actor that a term obliges is also the one that benefits."""
    if len(term.obliged) == 1 and term.obliged[0] in term.beneficiary:
        place = term.beneficiary.index(term.obliged[0])
        yield doubt("own-beneficiary", ("beneficiary", place), term=term)


def listed_actors(entry: Any, _: Surroundings) -> Iterator[Query]:
    """An actor is listed in the role that a field of its kind gives, or as addressed by itself."""
    for number, link in enumerate(entry.actors):
        if has_own_field(entry, link.actor, link.role):
            yield doubt("link-repeated", ("actors", number), link=link)
        if link.role == Role.addressee and has_own_field(entry, link.actor, Role.speaker):
            yield doubt("own-addressee", ("actors", number, "actor"), link=link)


def has_own_field(entry: Any, actor: str, role: Role) -> bool:
    """Whether a field of the kind names an actor in a role."""
    return role in entry.ROLES and actor in values_at(entry, entry.ROLES[role])


def cited_twice(entry: Any, _: Surroundings) -> Iterator[Query]:
    """A source is cited twice for one thing."""
    cited = [((each.source, each.supports), number) for number, each in enumerate(entry.citations)]
    for number, first in repeated(cited):
        source = entry.citations[first].source
        yield doubt("cited-twice", ("citations", number, "source"), source=source)
