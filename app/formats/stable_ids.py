"""Stable ids of entries, and the day on which each was last updated, from the record alone.

They do not depend on the server, its address or its clock: where the same record is seeded
elsewhere, ids and days are the same, so that feed readers and calendars show nothing twice.
"""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from app.entries.dates import parse_date

# The namespace of all ids; it is a name, not an address.
NAMESPACE = uuid5(NAMESPACE_URL, "tag:parley,2026:datasets")


def stable_id(dataset: str, name: str) -> UUID:
    """The UUID of a part of a dataset: an entry by its id, a feed by its question."""
    return uuid5(uuid5(NAMESPACE, dataset), name)


def last_updated(document: dict[str, Any]) -> date:
    """The day on which it was recorded or last corrected; where the record gives neither, that of
    the latest source or of the entry.
    """
    changed = [parse_date(each["date"]).start for each in document["corrections"]]
    if document["recorded"] is not None:
        changed.append(date.fromisoformat(document["recorded"]))
    if changed:
        return max(changed)
    days = [date.fromisoformat(document["start_date"])]
    for citation in document["citations"]:
        published = citation["source"]["date"]
        if published is not None:
            days.append(parse_date(published).start)
    return max(days)
