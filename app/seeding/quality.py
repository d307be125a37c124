"""Counts what the quality of a record is told by, of all records in the staging."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import orjson

from app.db.postings import day_of
from app.entries.dates import DateSpan, parse_date
from app.reference.quality import Quality
from app.reference.topics import TopicRecord
from app.seeding.staging import Staging


def quality_of(staging: Staging) -> Quality:
    """The quality of the valid records of a folder."""
    wordings, verified, failed = staging.run("wordings").fetchone()
    sources, without_archive, not_printed = staging.run("sources").fetchone()
    actors, without_identifiers = staging.run("actors").fetchone()
    return Quality(
        wordings=wordings,
        wordings_verified=verified,
        wordings_failed=failed,
        sources=sources,
        sources_without_archive=without_archive,
        titles_not_printed=not_printed,
        actors=actors,
        actors_without_identifiers=without_identifiers,
        topics_without_entries=list(unused_topics(staging)),
        months_without_entries=list(empty_months(staging)),
    )


def unused_topics(staging: Staging) -> Iterator[str]:
    """The topics that no entry has, nor any narrower one, by id."""
    topics = {
        each.id: each for each in map(TopicRecord.model_validate_json, staging.bodies("topic"))
    }
    used: set[str] = set()
    for (topic,) in staging.run("used_topics"):
        while topic in topics and topic not in used:
            used.add(topic)
            topic = topics[topic].broader
    return (topic for topic in topics if topic not in used)


def empty_months(staging: Staging) -> Iterator[str]:
    """The months of the coverage between the first entry and the last in which none begins."""
    covered: DateSpan | None = None
    for body in staging.bodies("dataset"):
        covered = parse_date(orjson.loads(body)["coverage"]["date"])
    begun = sorted({date.fromordinal(day_of(key)) for (key,) in staging.run("first_of_day")})
    days = [day for day in begun if covered is None or covered.start <= day <= covered.end]
    if not days:
        return
    with_entries = {(day.year, day.month) for day in days}
    for year in range(days[0].year, days[-1].year + 1):
        for month in range(1, 13):
            within = (days[0].year, days[0].month) < (year, month) < (days[-1].year, days[-1].month)
            if within and (year, month) not in with_entries:
                yield f"{year:04}-{month:02}"
