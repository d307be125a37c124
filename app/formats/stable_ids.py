"""What names an entry for ever, and when it was last touched: by curated facts alone.

Neither depends on the server, its address or its clock: the same record seeded elsewhere has the
same ids and days, so that feed readers and calendars show nothing twice.
"""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from app.entries.dates import parse_date

# What all of Parley's ids are derived from; it is a name, and nothing needs to be found there.
NAMESPACE = uuid5(NAMESPACE_URL, "tag:parley,2026:datasets")


def lasting_id(dataset: str, name: str) -> UUID:
    """The id of something of a dataset: an entry by its id, a feed by its question."""
    return uuid5(uuid5(NAMESPACE, dataset), name)


def touched(document: dict[str, Any]) -> date:
    """The day of the latest correction; else the latest on which a source tells of the entry."""
    corrections = [parse_date(each["date"]).start for each in document["corrections"]]
    if corrections:
        return max(corrections)
    days = [date.fromisoformat(document["start_date"])]
    for citation in document["citations"]:
        published = citation["source"]["date"]
        if published is not None:
            days.append(parse_date(published).start)
    return max(days)
