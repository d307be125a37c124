"""The two feeds over HTTP: every change in order, and every curated correction."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, Any, get_type_hints

from fastapi import FastAPI
from pydantic import AfterValidator, Field
from starlette.requests import Request

from app.api.answering import answer_of, represented, sized
from app.api.models import ListOf
from app.api.registration import add_question
from app.db.snapshots import Snapshot
from app.entries.documents import Document
from app.entries.questions import FormatName, LimitParameter, PagedQuestion
from app.entries.result_pages import (
    fingerprint,
    page_of,
    read_cursor,
    revision_of,
)
from app.formats import FORMATS
from app.history.feed import (
    BEFORE_THE_NEWEST,
    FeedRow,
    changes_after,
    corrections_after,
    sequence_of,
)
from app.history.revisions import named_revision, readable_revision
from app.http.route import Representation, service_of
from app.reference.dataset import described


class Action(StrEnum):
    """What a change did to a record."""

    added = "added"
    changed = "changed"
    removed = "removed"


class ChangeDocument(Document):
    """A change of one record."""

    sequence: int
    """The number of the change; numbers rise, and none is used twice."""
    revision: int
    """The number of the revision that made it."""
    kind: str
    """event, quote, proposal, term, figure, actor, topic, source or dataset."""
    id: str
    """The id of the record."""
    url: str
    """The path of its document."""
    action: Action
    """What the change did."""
    seeded_at: str
    """When it came into the record of this server."""
    hash: str | None
    """The sha256 of the record's canonical JSON; null where it was removed."""
    record: dict[str, Any] | None
    """The curated record as it stands after the change; null where it was removed."""


class CorrectionEntry(Document):
    """A curated correction."""

    kind: str
    """What was corrected: a kind of entry, actor, topic, source or dataset."""
    id: str
    """The id of the record."""
    url: str
    """The path of its document."""
    date: str
    """When it was corrected, in the date language."""
    reason: str
    """What was wrong, and why."""


class FeedFormat(StrEnum):
    """The representations of the feed of changes."""

    json = "json"
    ndjson = "ndjson"
    atom = "atom"


class CorrectionsFormat(StrEnum):
    """The representations of the list of corrections."""

    json = "json"
    ndjson = "ndjson"
    csv = "csv"
    atom = "atom"


class FeedQuestion(PagedQuestion):
    """What every feed understands."""

    limit: LimitParameter = Field(50, examples=[100])
    """Lines on a page. More than the maximum is refused, never clamped."""


class ChangesQuestion(FeedQuestion):
    """What can be asked of the feed of changes."""

    since_revision: Annotated[str, AfterValidator(readable_revision)] = "0"
    """The revision that you have: its number, or at least 12 digits of its digest. What changed
    after it is listed. 0 is the empty record before the first."""
    format: FeedFormat = Field(FeedFormat.json, examples=["ndjson"])
    """The representation."""


class CorrectionsQuestion(FeedQuestion):
    """What can be asked of the corrections."""

    format: CorrectionsFormat = Field(CorrectionsFormat.json, examples=["csv"])
    """The representation."""


async def changes(request: Request, question: ChangesQuestion) -> Representation:
    """Every addition, correction and deletion after a revision, in the order in which they were
    made: enough to keep a mirror of entries, actors, topics, sources and the dataset.

    **To keep a mirror**, begin with `since_revision=0`, put each `record` under its `kind` and `id`
    (and take out what was `removed`), and follow `links.next` until it is null: the mirror is then
    at `meta.revision` of that last page, to be asked for as `since_revision` the next time. A
    record that changed several times is listed each time as it stood then; lines never change, so
    what is seeded while you read is simply more to come.

    **To verify it**, compare digests. The canonical JSON of a record has its members sorted by name
    at every level, no white space, UTF-8 without escapes but those that JSON demands, numbers as
    they stand here, and no member that has its default value; `hash` is its sha256. The digest of
    the record is the sha256 over `kind`, a zero byte, `id`, a zero byte and the 32 bytes of the
    hash, one record after the other, in the order of kind and id.
    """
    mark = fingerprint("changes", question.since_revision)
    async with service_of(request).database.snapshot(revision_of(question.cursor)) as snapshot:
        since = await known_since(question.since_revision, snapshot)
        if question.cursor is None:
            after = await sequence_of(since, snapshot)
        else:
            (after,) = read_cursor(question.cursor, mark, [0], snapshot.revision.number)
        rows = await changes_after(after, question.limit + 1, snapshot)
        return await feed_page(request, question, ChangeDocument, rows, mark, snapshot)


async def known_since(asked: str, snapshot: Snapshot) -> int:
    """The number of the revision that a mirror has; 0 is before the first."""
    if asked == "0":
        return 0
    return (await named_revision(asked, snapshot, "since_revision")).number


async def corrections(request: Request, question: CorrectionsQuestion) -> Representation:
    """What the curators corrected after publication, the newest first, each with its reason;
    of one day, in the reverse order of kind and id.
    """
    mark, key = fingerprint("corrections"), [*BEFORE_THE_NEWEST]
    question = sized(question, FORMATS[FormatName(question.format)])
    async with service_of(request).database.snapshot(revision_of(question.cursor)) as snapshot:
        if question.cursor is not None:
            key = read_cursor(question.cursor, mark, key, snapshot.revision.number)
        rows = await corrections_after(key, question.limit + 1, snapshot)
        return await feed_page(request, question, CorrectionEntry, rows, mark, snapshot)


async def feed_page(
    request: Request,
    question: Any,
    model: type[Document],
    rows: Sequence[FeedRow],
    mark: bytes,
    snapshot: Snapshot,
) -> Representation:
    """The page of a feed in the format asked for."""
    revision, form = snapshot.revision, FORMATS[FormatName(question.format)]
    dataset = await described(snapshot) if form.dated else None
    page = page_of(rows, question, mark, revision.number)
    name = request.scope["path"].removeprefix("/v1/")
    answer = answer_of(request, revision, model, name, page, question.limit, dataset=dataset)
    return await represented(request, answer, form)


def add_routes(app: FastAPI) -> None:
    """Registers the feeds."""
    for answer, question, model in (
        (changes, ChangesQuestion, ListOf[ChangeDocument]),
        (corrections, CorrectionsQuestion, ListOf[CorrectionEntry]),
    ):
        name = answer.__name__
        others = [FORMATS[FormatName(each)] for each in get_type_hints(question)["format"]][1:]
        add_question(
            app,
            f"/v1/{name}",
            answer,
            question,
            content={each.media_type: {"schema": {"type": "string"}} for each in others},
            operation_id=f"list{name.capitalize()}",
            model=model,
        )
