"""What can be asked of a comparison, and how the proposals and terms compared are loaded."""

from __future__ import annotations

from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from app.analysis.comparison import comparison_of
from app.analysis.comparison_models import ProposalComparison
from app.analysis.lookups import EntryJson, first_of, placed
from app.db.snapshots import Snapshot, find
from app.db.work import Work
from app.entries.names import ids_of
from app.entries.questions import NoQuestion, none_given, several
from app.errors import InvalidQuery

FEWEST_PROPOSALS, MOST_PROPOSALS = 2, 12
LONGEST_CHAIN = 50
MOST_TERMS = 400


class TableFormat(StrEnum):
    """The representations of a comparison."""

    json = "json"
    csv = "csv"


class ProposalsQuestion(NoQuestion):
    """What can be compared."""

    proposal: list[str] = none_given()
    """The proposals, in the order of the columns: two to twelve, each as a parameter of its own."""
    chain: str | None = None
    """Instead of `proposal`: every proposal that hangs together with this one by `in_reply_to`, in
    the order of dates."""
    topic: list[str] = several()
    """Only lines with a term on this topic, narrower topics included; repeatable."""

    @model_validator(mode="after")
    def one_way_of_choosing(self) -> Self:
        """Either some proposals or a chain."""
        given = len(self.proposal)
        if self.chain is not None and given:
            raise ValueError("chain: give either chain, or proposal twice or more")
        if self.chain is None and not FEWEST_PROPOSALS <= given <= MOST_PROPOSALS:
            raise ValueError(
                f"proposal: give it {FEWEST_PROPOSALS} to {MOST_PROPOSALS} times; "
                f"it was given {given}"
            )
        if repeated := [each for each in self.proposal if self.proposal.count(each) > 1]:
            raise ValueError(f"proposal: {repeated[0][:100]!r} is given twice")
        return self


class CompareQuestion(ProposalsQuestion):
    """What can be asked of a comparison."""

    format: TableFormat = Field(TableFormat.json, examples=["csv"])
    """The representation; CSV has one row for each line."""


async def compare_proposals(
    question: ProposalsQuestion, snapshot: Snapshot, work: Work
) -> ProposalComparison:
    """The comparison that is asked for; raises `InvalidQuery` for what cannot be compared."""
    chain = [question.chain] if question.chain is not None else []
    asked = [
        *(("proposal", "proposal", each) for each in question.proposal),
        *(("chain", "proposal", each) for each in chain),
        *(("topic", "topic", each) for each in question.topic),
    ]
    named = await find(snapshot, ids_of, asked)
    if len(set(named["proposal"])) < len(named["proposal"]):
        raise InvalidQuery.of(
            "proposal", " ".join(question.proposal), "names one proposal twice, by a former id."
        )
    if question.chain is not None:
        proposals = await whole_chain(named["chain"][0], snapshot)
    else:
        proposals = [(await find(snapshot, placed, each))[1] for each in named["proposal"]]
    compared = [each["id"] for each in proposals]
    terms = await terms_of(compared, [], snapshot)
    about = await terms_of(compared, named["topic"], snapshot) if named["topic"] else terms
    return await work.in_thread(comparison_of, proposals, terms, {each["id"] for each in about})


async def whole_chain(proposal: str, snapshot: Snapshot) -> list[EntryJson]:
    """Every proposal that answers, or is answered by, one of the chain, in the order of dates."""
    found: dict[str, tuple[int, EntryJson]] = {}
    pending = [proposal]
    while pending:
        each = pending.pop()
        if each in found:
            continue
        found[each] = await find(snapshot, placed, each)
        if len(found) > LONGEST_CHAIN:
            raise InvalidQuery.of(
                "chain", proposal, f"has more than {LONGEST_CHAIN} proposals; name some of them."
            )
        reply = found[each][1]["in_reply_to"]
        pending += [reply["proposal"]["id"]] if reply else []
        replies, _ = await first_of(LONGEST_CHAIN + 1, "proposal", snapshot, in_reply_to=[each])
        pending += [reply["id"] for reply in replies]
    if len(found) < FEWEST_PROPOSALS:
        raise InvalidQuery.of("chain", proposal, "answers no proposal, and none answers it.")
    return [chained for _, chained in sorted(found.values(), key=lambda each: each[0])]


async def terms_of(proposals: list[str], topics: list[str], snapshot: Snapshot) -> list[EntryJson]:
    """The terms of the proposals on the topics; refuses more than can be matched at once."""
    terms, are_all = await first_of(MOST_TERMS, "term", snapshot, proposal=proposals, topic=topics)
    if not are_all:
        raise InvalidQuery.of(
            "proposal",
            " ".join(proposals),
            f"have more than {MOST_TERMS} terms together; compare fewer at once.",
        )
    return terms
