"""`parley check` and `parley seed`: all of it, or nothing."""

from __future__ import annotations

import gc
import sqlite3
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy.exc import SQLAlchemyError
from tqdm import tqdm

from app.config import Settings
from app.db.schema_version import SCHEMA
from app.errors import SeedRefused
from app.seeding.apply import Application, dataset_id
from app.seeding.change_set import Comparison, compare, refuse_changed_kinds, refuse_losses
from app.seeding.flaws import Flaw
from app.seeding.staging import Stage
from app.seeding.target import Target, sqlite_target, workplace
from app.seeding.validation import Checker


class Flawed(SeedRefused):
    """Seed files with flaws; every one of them."""

    def __init__(self, flaws: list[Flaw]):
        super().__init__("\n".join(str(flaw) for flaw in flaws))
        self.flaws = flaws


@dataclass(frozen=True)
class Summary:
    """What a seeding did, or would do."""

    revision: int | None
    digest: str
    counts: dict[str, Counter[str]]
    rendered: int
    upgraded_from: str | None = None
    dry_run: bool = False

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
        made = "nothing to change"
        if self.revision is not None:
            made = f"{would_be}revision {self.revision}"
        elif self.rendered or self.upgraded_from is not None:
            made = "no change of the record"
        return "\n".join([*lines, f"{made}, digest {self.digest[:16]}"])


@contextmanager
def bar(label: str) -> Iterator[Any]:
    """A progress bar that shows itself only when something takes long, on a terminal."""
    with tqdm(
        desc=label, unit=" records", delay=1, leave=False, disable=None, file=sys.stderr
    ) as shown:
        yield shown.update


def check(folder: Path) -> Counter[str]:
    """How many records of each kind a folder holds; raises `Flawed` with every flaw."""
    with tempfile.TemporaryDirectory(prefix="parley-check-") as place, without_collection():
        stage = Stage(Path(place) / "stage")
        try:
            checked(folder, stage)
            return stage.counts()
        finally:
            stage.close()


def checked(folder: Path, stage: Stage) -> Checker:
    """The checker of a folder without flaws."""
    with bar("checking") as progress:
        checker = Checker(folder, stage, progress)
        flaws = checker.run()
    if flaws:
        raise Flawed(flaws)
    stage.resolve_sort_keys()
    return checker


def seed(
    folder: Path, settings: Settings, *, dry_run: bool = False, allow_removals: bool = False
) -> Summary:
    """Loads a folder into the database; raises `SeedRefused`, and then nothing was changed."""
    with workplace(settings) as stage_path, disk_errors(), without_collection():
        stage = Stage(stage_path)
        try:
            checker = checked(folder, stage)
            with target_of(settings) as target:
                return load(stage, target, checker, dry_run, allow_removals)
        finally:
            stage.close()


@contextmanager
def without_collection() -> Iterator[None]:
    """Records make no cycles; looking for some takes an eighth of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


@contextmanager
def disk_errors() -> Iterator[None]:
    """A full disk and a damaged database are said in words; migrations tell them in others."""
    try:
        yield
    except (sqlite3.DatabaseError, SQLAlchemyError) as error:
        reason = getattr(error, "orig", None) or error
        raise SeedRefused(
            f"The database could not be written ({reason}); nothing was changed."
        ) from error


@contextmanager
def target_of(settings: Settings) -> Iterator[Target]:
    """The database that the settings name."""
    path = settings.sqlite_path
    if path is not None:
        with sqlite_target(path) as target:
            yield target
        return
    # Imported here, as psycopg is an extra that SQLite does without.
    try:
        from app.seeding.postgres import postgres_target  # noqa: PLC0415
    except ImportError as missing:
        raise SeedRefused(
            "Seeding PostgreSQL needs the extra: pip install 'parley[postgres]'."
        ) from missing
    with postgres_target(settings.database_url) as target:
        yield target


def load(
    stage: Stage, target: Target, checker: Checker, dry_run: bool, allow_removals: bool
) -> Summary:
    """Compares, refuses what would lose too much, and applies."""
    comparison = compare(stage, target)
    refuse_changed_kinds(stage, target)
    assert checker.dataset is not None
    if not allow_removals:
        before = dataset_id(target)
        other = before if before not in (None, checker.dataset.id) else None
        refuse_losses(comparison, other_dataset=other)
    application = Application(stage, target, checker.reference, comparison)
    application.add_rerendered()
    if application.needed and not dry_run:
        with bar("loading") as progress:
            application.run(checker.dataset.version, progress)
    if (application.needed or target.upgraded_from) and not dry_run:
        target.commit()
    return replace(summary_of(stage, application, comparison), dry_run=dry_run)


def summary_of(stage: Stage, application: Application, comparison: Comparison) -> Summary:
    """What was done."""
    rendered = stage.connection.execute("SELECT count(*) FROM todo WHERE action = 'rendered'")
    return Summary(
        revision=application.number if comparison.changes_record else None,
        digest=comparison.digest,
        counts=comparison.counts,
        rendered=int(rendered.fetchone()[0]),
        upgraded_from=application.target.upgraded_from,
    )
