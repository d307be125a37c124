"""What a seeding has to do: the records of the stage against those of the database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256

from sqlalchemy import select

from app.db.sql import Statement
from app.db.tables import change, record
from app.errors import SeedRefused
from app.kinds import KINDS
from app.seeding.flaws import a
from app.seeding.staging import Stage
from app.seeding.target import Target

RECORDS = Statement(
    select(record.c.kind, record.c.id, record.c.hash, record.c.sort_key).order_by(
        record.c.kind, record.c.id
    )
)
REMOVED = Statement(select(change.c.kind, change.c.id).where(change.c.action == "removed"))
REMOVALS_WITHOUT_ASKING = 0.1


@dataclass
class Comparison:
    """The digest of what is staged, and how many records of each kind come, change and go.

    `present` counts the records of each kind that are in the database.
    """

    digest: str
    counts: dict[str, Counter[str]] = field(default_factory=dict)
    present: Counter[str] = field(default_factory=Counter)

    def total(self, action: str) -> int:
        """How many records an action concerns."""
        return sum(counter[action] for counter in self.counts.values())

    def emptied(self) -> list[str]:
        """Each kind of which every record goes, with how many there were: `all 3 quotes`."""
        return [
            f"all {number} {kind}s" if number > 1 else f"the only {kind}"
            for kind, number in sorted(self.present.items())
            if 0 < number == self.counts.get(kind, Counter())["removed"]
        ]

    @property
    def changes_record(self) -> bool:
        """Whether the curated record differs at all."""
        return any(self.total(action) for action in ("added", "changed", "removed"))


def compare(stage: Stage, target: Target) -> Comparison:
    """Fills the stage's list of what to do, in one walk along both sides; memory is bounded."""
    stage.connection.execute(
        "CREATE TABLE todo (kind TEXT, id TEXT, action TEXT, old INTEGER, new INTEGER,"
        " PRIMARY KEY (kind, id)) WITHOUT ROWID"
    )
    digest = sha256()
    comparison = Comparison("")
    waiting: list[tuple[str, str, str, int | None, int | None]] = []
    for kind, record_id, old, new in side_by_side(stage, target, digest):
        comparison.present[kind] += old is not None
        action = action_of(old, new)
        if action is None:
            continue
        if action != "moved":
            comparison.counts.setdefault(kind, Counter())[action] += 1
        waiting.append((kind, record_id, action, old and old[1], new and new[1]))
        if len(waiting) >= 5000:
            note(stage, waiting)
    note(stage, waiting)
    # The order in which it is done, so that no record has to be sorted.
    stage.connection.execute(
        "CREATE INDEX todo_order ON todo (action, coalesce(new, old), old, new)"
    )
    comparison.digest = digest.hexdigest()
    return comparison


def note(stage: Stage, waiting: list[tuple[str, str, str, int | None, int | None]]) -> None:
    """Writes what is waiting to the list."""
    stage.connection.executemany("INSERT INTO todo VALUES (?, ?, ?, ?, ?)", waiting)
    waiting.clear()


Side = tuple[bytes, int | None]


def action_of(old: Side | None, new: Side | None) -> str | None:
    """What has to be done about a record; None where it is as it was."""
    if new is None:
        return "removed"
    if old is None:
        return "added"
    if old[0] != new[0]:
        return "changed"
    return None if old[1] == new[1] else "moved"


def side_by_side(
    stage: Stage, target: Target, digest: object
) -> Iterator[tuple[str, str, Side | None, Side | None]]:
    """Each record of either side, with its hash and sort key on both."""
    old_rows = iter(target.rows(RECORDS))
    new_rows = iter(stage.in_order())
    old, new = next(old_rows, None), next(new_rows, None)
    while old is not None or new is not None:
        old_key = (old[0], old[1]) if old is not None else None
        new_key = (new[0], new[1]) if new is not None else None
        take_old = new_key is None or (old_key is not None and old_key <= new_key)
        take_new = old_key is None or (new_key is not None and new_key <= old_key)
        kind, record_id = old_key if take_old and old_key is not None else new_key  # type: ignore[misc]
        old_side = (bytes(old[2]), old[3]) if take_old and old is not None else None
        new_side = None
        if take_new and new is not None:
            new_side = (new[2], new[3])
            digest.update(f"{kind}\0{record_id}\0".encode() + new[2])  # type: ignore[attr-defined]
        yield kind, record_id, old_side, new_side
        if take_old:
            old = next(old_rows, None)
        if take_new:
            new = next(new_rows, None)


def refuse_changed_kinds(stage: Stage, target: Target) -> None:
    """An id keeps its kind for good, also that of an entry that was removed long ago."""
    before = [*stage.todo("removed"), *((row[0], row[1]) for row in target.rows(REMOVED))]
    lines = [
        f"{file}:{line}: {record_id}: id: was {a(old)} and would become {a(new)}; choose another id"
        for old, record_id in sorted(set(before))
        if old in KINDS
        for new, file, line in stage.added_as_other(old, record_id)
    ]
    if lines:
        raise SeedRefused("\n".join(lines))


def refuse_losses(comparison: Comparison, *, other_dataset: str | None) -> None:
    """Refuses, until it is asked for, another dataset, and the loss of a kind or of a tenth."""
    if other_dataset is not None:
        raise SeedRefused(
            f"The database holds the dataset {other_dataset!r}; to replace it by another one, "
            "give --allow-removals, or another --database."
        )
    removed, present = comparison.total("removed"), comparison.present.total()
    losses = [" and ".join(comparison.emptied())] if comparison.emptied() else []
    if removed > present * REMOVALS_WITHOUT_ASKING:
        losses.insert(0, f"{removed} of {present} records, more than a tenth")
    if losses:
        raise SeedRefused(
            f"This would remove {', with them '.join(losses)}; give --allow-removals if that is "
            "meant."
        )
