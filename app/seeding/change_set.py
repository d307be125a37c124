"""Compares the staging with the database: which records a seeding adds, changes, moves, removes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from heapq import merge
from itertools import groupby
from operator import itemgetter

from sqlalchemy import select

from app.db.sql import Statement
from app.db.tables import change, record
from app.errors import SeedRefused
from app.kinds import KINDS
from app.seeding.flaws import a
from app.seeding.staging import Staging
from app.seeding.target import Target

RECORDS = Statement(
    select(record.c.kind, record.c.id, record.c.hash, record.c.sort_key).order_by(
        record.c.kind, record.c.id
    )
)
REMOVED = Statement(select(change.c.kind, change.c.id).where(change.c.action == "removed"))
REMOVALS_WITHOUT_ASKING = 0.1

# The hash and sort key of a record.
Version = tuple[bytes, int | None]


@dataclass
class ChangeSet:
    """The digest of the staged record, and how many records of each kind have which action.

    `present` counts the records of each kind that are in the database.
    """

    digest: str = ""
    counts: dict[str, Counter[str]] = field(default_factory=dict)
    present: Counter[str] = field(default_factory=Counter)

    def emptied(self) -> list[str]:
        """Each kind of which every record is removed, with their number: `all 3 quotes`."""
        return [
            f"all {number} {kind}s" if number > 1 else f"the only {kind}"
            for kind, number in sorted(self.present.items())
            if 0 < number == self.counts.get(kind, Counter())["removed"]
        ]

    @property
    def changes_record(self) -> bool:
        """Whether the curated record differs at all."""
        return bool(self.counts)


def compare(staging: Staging, target: Target) -> ChangeSet:
    """The change set; its tasks are added to the staging. Takes the same memory for any record."""
    change_set = ChangeSet()
    staging.run("index_order")
    staging.run_many("add_tasks", tasks(staging, target, change_set))
    staging.run("index_tasks")
    return change_set


def tasks(
    staging: Staging, target: Target, change_set: ChangeSet
) -> Iterator[tuple[str, str, str, int | None, int | None]]:
    """Kind, id, action, old and new sort key of each record that differs; counts them."""
    digest = sha256()
    for kind, record_id, old, new in side_by_side(staging, target):
        change_set.present[kind] += old is not None
        if new is not None:
            digest.update(f"{kind}\0{record_id}\0".encode() + new[0])
        action = action_of(old, new)
        if action is not None:
            if action != "moved":
                change_set.counts.setdefault(kind, Counter())[action] += 1
            yield kind, record_id, action, old and old[1], new and new[1]
    change_set.digest = digest.hexdigest()


def side_by_side(
    staging: Staging, target: Target
) -> Iterator[tuple[str, str, Version | None, Version | None]]:
    """Kind and id of each record, and its versions in the database and in the staging."""
    old = (
        (kind, id_, False, (bytes(hash_), key)) for kind, id_, hash_, key in target.rows(RECORDS)
    )
    new = ((kind, id_, True, (hash_, key)) for kind, id_, hash_, key in staging.run("records"))
    both = merge(old, new, key=itemgetter(0, 1))
    for (kind, record_id), rows in groupby(both, key=itemgetter(0, 1)):
        versions = {is_new: version for _, _, is_new, version in rows}
        yield kind, record_id, versions.get(False), versions.get(True)


def action_of(old: Version | None, new: Version | None) -> str | None:
    """What has to be done about a record; None where nothing differs."""
    if new is None:
        return "removed"
    if old is None:
        return "added"
    if old[0] != new[0]:
        return "changed"
    return None if old[1] == new[1] else "moved"


def refuse_changed_kinds(staging: Staging, target: Target) -> None:
    """Refuses entries whose id another kind of entry had, also one that was removed long ago."""
    removed = {(kind, record_id) for kind, record_id, _ in staging.records_with("removed")}
    removed.update((kind, record_id) for kind, record_id in target.rows(REMOVED))
    lines = [
        f"{file}:{line}: {record_id}: id: was {a(old)} and would become {a(new)}; choose another id"
        for old, record_id in sorted(removed)
        if old in KINDS
        for new, file, line in staging.run("added_as_other", record_id, old)
    ]
    if lines:
        raise SeedRefused("\n".join(lines))


def refuse_losses(change_set: ChangeSet, stored: str | None, dataset: str) -> None:
    """Refuses another dataset than the stored one, and the loss of a kind or of a tenth of all."""
    if stored not in (None, dataset):
        raise SeedRefused(
            f"The database holds the dataset {stored!r}; to replace it by another one, "
            "give --allow-removals, or another --database."
        )
    removed = sum(counter["removed"] for counter in change_set.counts.values())
    present = change_set.present.total()
    losses = [" and ".join(change_set.emptied())] if change_set.emptied() else []
    if removed > present * REMOVALS_WITHOUT_ASKING:
        losses.insert(0, f"{removed} of {present} records, more than a tenth")
    if losses:
        raise SeedRefused(
            f"This would remove {', with them '.join(losses)}; give --allow-removals if that is "
            "meant."
        )
