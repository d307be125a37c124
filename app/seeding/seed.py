"""`parley seed`: validates a folder, and loads all of it or nothing."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from app.config import Settings
from app.db.schema_version import SCHEMA
from app.errors import SeedRefused, needs_extra
from app.kinds import KINDS
from app.seeding.apply import Seeding, stored_dataset
from app.seeding.change_set import compare, refuse_changed_kinds, refuse_losses
from app.seeding.checking import progress_bar, stage, without_collection
from app.seeding.replacing import real_path
from app.seeding.staging import Staging
from app.seeding.target import SqliteTarget, Target, Workplace, workplace
from app.seeding.validation import FolderValidator


@dataclass(frozen=True)
class SeedSummary:
    """What a seeding did, or with `dry_run` would do.

    `counts` has the number of records by kind and action, `rendered` that of documents that change
    though their records do not.
    """

    revision: int | None
    digest: str
    counts: dict[str, Counter[str]]
    rendered: int
    upgraded_from: str | None
    dry_run: bool

    def __str__(self) -> str:
        lines = [
            f"{kind}: " + ", ".join(f"{number} {action}" for action, number in sorted(done.items()))
            for kind, done in sorted(self.counts.items())
        ]
        if self.rendered:
            lines.append(f"documents rendered again: {self.rendered}")
        would_be = "would be " if self.dry_run else ""
        if self.upgraded_from is not None:
            lines.append(f"schema: {would_be}upgraded from {self.upgraded_from} to {SCHEMA}")
        outcome = "nothing to change"
        if self.revision is not None:
            outcome = f"{would_be}revision {self.revision}"
        elif self.rendered or self.upgraded_from is not None:
            outcome = "no change of the record"
        return "\n".join([*lines, f"{outcome}, digest {self.digest[:16]}"])


def seed(
    folder: Path,
    settings: Settings,
    *,
    dry_run: bool = False,
    allow_removals: bool = False,
    validate: Callable[[Path, Staging], FolderValidator] = stage,
) -> SeedSummary:
    """Loads a folder into the database; raises `SeedRefused`, and then nothing was changed.

    `validate` adds the folder to the staging; it raises `Flawed` where there are flaws.
    """
    with (
        workplace(settings) as place,
        disk_errors(),
        without_collection(),
        closing(Staging(place.file(".stage"))) as staging,
    ):
        validator = validate(folder, staging)
        staging.resolve_sort_keys()
        with target_of(settings, place) as target:
            return load(validator, target, dry_run, allow_removals)


def load(
    validator: FolderValidator, target: Target, dry_run: bool, allow_removals: bool
) -> SeedSummary:
    """Compares the staging with the database, refuses what would lose too much, and applies."""
    staging = validator.staging
    change_set = compare(staging, target)
    refuse_changed_kinds(staging, target)
    assert validator.dataset is not None
    if not allow_removals:
        stored = (stored_dataset(target) or {}).get("id")
        refuse_losses(change_set, stored, validator.dataset.id)
    seeding = Seeding(target, validator, change_set)
    seeding.add_rendering_tasks()
    if not dry_run and (seeding.is_needed or target.upgraded_from is not None):
        target.begin()
        if seeding.is_needed:
            with progress_bar("loading") as progress:
                seeding.run(validator.dataset.version, progress)
        target.commit()
    return SeedSummary(
        revision=seeding.revision if change_set.changes_record else None,
        digest=change_set.digest,
        counts=change_set.counts,
        rendered=sum(kind in KINDS for kind, _, _ in staging.records_with("rendered")),
        upgraded_from=target.upgraded_from,
        dry_run=dry_run,
    )


@contextmanager
def target_of(settings: Settings, place: Workplace) -> Iterator[Target]:
    """The database that the settings name."""
    path = settings.sqlite_path
    if path is not None:
        with closing(SqliteTarget(real_path(path), place)) as target:
            yield target
        return
    with needs_extra("postgres", "Seeding PostgreSQL"):
        from app.seeding.postgres import postgres_target  # noqa: PLC0415
    with postgres_target(settings.database_url) as target:
        yield target


@contextmanager
def disk_errors() -> Iterator[None]:
    """Raises `SeedRefused` for a full disk and a damaged database."""
    try:
        yield
    except (sqlite3.DatabaseError, SQLAlchemyError) as error:
        reason = getattr(error, "orig", None) or error
        raise SeedRefused(
            f"The database could not be written ({reason}); nothing was changed."
        ) from error
