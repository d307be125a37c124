"""Counts the measures of a record's quality, once a folder is validated."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from app.db.postings import day_of
from app.entries.dates import parse_date
from app.kinds.evidence import EvidenceStatus
from app.reference.quality import Quality
from app.seeding.validation import FolderValidator


def quality_of(folder: FolderValidator) -> Quality:
    """The quality of the valid records of a folder."""
    sources, actors = folder.reference.sources.values(), folder.reference.actors.values()
    verified, failed = (
        folder.staging.run("count_evidence", status).fetchone()[0]
        for status in (EvidenceStatus.verified, EvidenceStatus.failed)
    )
    return Quality(
        wordings=folder.wordings,
        wordings_verified=verified,
        wordings_failed=failed,
        sources=len(sources),
        sources_without_archive=sum(each.archive_url is None for each in sources),
        titles_not_printed=sum(not each.title_printed for each in sources),
        actors=len(actors),
        actors_without_identifiers=sum(each.all_identifiers is None for each in actors),
        topics_without_entries=list(unused_topics(folder)),
        months_without_entries=list(empty_months(folder)),
    )


def unused_topics(folder: FolderValidator) -> Iterator[str]:
    """The topics that no entry has, nor any narrower one, by id."""
    topics = folder.reference.topics
    used: set[str] = set()
    for each in folder.used_topics:
        topic: str | None = each
        while topic in topics and topic not in used:
            used.add(topic)
            topic = topics[topic].broader
    return (topic for topic in sorted(topics) if topic not in used)


def empty_months(folder: FolderValidator) -> Iterator[str]:
    """The months of the coverage between the first entry and the last in which none begins."""
    covered = parse_date(folder.dataset.coverage.date) if folder.dataset is not None else None
    begun = [date.fromordinal(day_of(key)) for (key,) in folder.staging.run("first_of_day")]
    days = [day for day in begun if covered is None or covered.start <= day <= covered.end]
    months = {day.year * 12 + day.month - 1 for day in days}
    for month in range(min(months, default=0), max(months, default=0)):
        if month not in months:
            yield f"{month // 12:04}-{month % 12 + 1:02}"
