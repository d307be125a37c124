"""The map of proposals: which answered, amended, superseded or endorsed which, by whom, when."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from app.analysis.lookups import EntryJson, all_of
from app.analysis.positions_models import TitledLink
from app.db.snapshots import Snapshot
from app.entries.documents import CitationDocument, Document, Summary
from app.entries.questions import BoundParameter, NoQuestion, Sort, several
from app.kinds.outcomes import Basis
from app.kinds.proposals import Status


class EdgeKind(StrEnum):
    """How one proposal stands to another."""

    answers = "answers"
    amends = "amends"
    supersedes = "supersedes"
    endorses = "endorses"


# What a stage in the life of the earlier proposal says of the one that is named there.
BY_STAGE = {
    "amended": EdgeKind.amends,
    "superseded": EdgeKind.supersedes,
    "voted": EdgeKind.endorses,
}


class GraphFormat(StrEnum):
    """The representations of the map."""

    json = "json"
    svg = "svg"


class GraphQuestion(NoQuestion):
    """What can be asked of the map."""

    actor: list[str] = several()
    """Only proposals that these made, mediated or are otherwise linked to; repeatable."""
    topic: list[str] = several()
    """Only proposals about this, narrower topics included; repeatable."""
    start_date: BoundParameter = None
    """Only proposals of this year, month or day, or later."""
    end_date: BoundParameter = None
    """Only proposals until the end of this year, month or day."""
    format: GraphFormat = Field(GraphFormat.json, examples=["svg"])
    """The representation."""


class ProposalNode(TitledLink):
    """A proposal on the map."""

    start_date: str
    """Its first day."""
    proposers: list[Summary]
    """Who made it."""
    mediators: list[Summary]
    """Who carried it between the parties."""
    status: Status
    """Its fate: how it was received, or the latest stage of its life."""


class ProposalEdge(Document):
    """How one proposal stands to an earlier one."""

    source: Annotated[str, Field(alias="from")]
    """The id of the later proposal."""
    target: Annotated[str, Field(alias="to")]
    """The id of the earlier proposal."""
    kind: EdgeKind
    """What it does to it."""
    basis: Basis
    """Whether a source states it, or the sequence suggests it."""
    by: list[Summary]
    """Who did so, where that is known."""
    date: str
    """When, in the date language."""
    citations: list[CitationDocument]
    """Which sources say so, where the record holds them for this alone."""


class ProposalGraph(Document):
    """Proposals and how they stand to each other."""

    nodes: list[ProposalNode]
    """The proposals, the oldest first."""
    edges: list[ProposalEdge]
    """What connects them; only what both of its ends are on the map for."""


async def graph_of(question: GraphQuestion, snapshot: Snapshot) -> ProposalGraph:
    """The map of the proposals that are asked for."""
    given = {name: getattr(question, name) for name in question.model_fields_set - {"format"}}
    proposals = await all_of("proposal", "topic", snapshot, **given, sort=Sort.oldest)
    known = {each["id"] for each in proposals}
    edges = [each for each in edges_of(proposals) if {each["from"], each["to"]} <= known]
    return ProposalGraph.model_validate({"nodes": proposals, "edges": edges}, extra="ignore")


def edges_of(proposals: Iterable[EntryJson]) -> Iterator[EntryJson]:
    """What each proposal answers and amends, and what amended, superseded or endorsed it."""
    seen = set()
    for later in proposals:
        for kind, name in ((EdgeKind.answers, "in_reply_to"), (EdgeKind.amends, "amends")):
            if (reply := later[name]) is not None:
                ends = {"from": later["id"], "to": reply["proposal"]["id"], "kind": kind}
                seen.add(tuple(ends.values()))
                yield {**later, **reply, "by": later["proposers"], "citations": [], **ends}
    for earlier in proposals:
        for stage in earlier["life"]:
            if stage["proposal"] is not None and stage["stage"] in BY_STAGE:
                kind = BY_STAGE[stage["stage"]]
                ends = {"from": stage["proposal"]["id"], "to": earlier["id"], "kind": kind}
                if tuple(ends.values()) not in seen:
                    yield {**stage, "basis": Basis.stated, **ends}
