"""`parley check`: validates a folder, and asks what a second reader would ask about it.

It imports nothing of what writes a database, which would take it half as long again.
"""

from __future__ import annotations

import gc
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from tqdm import tqdm

from app.entries.warning_codes import WarningCode
from app.errors import SeedRefused
from app.reference.quality import Quality
from app.seeding.chunk_review import RecordWarning
from app.seeding.flaws import Flaw
from app.seeding.quality import quality_of
from app.seeding.staging import Staging, temporary_staging
from app.seeding.validation import FolderValidator
from app.seeding.warnings import Warnings

# Without the thread that redraws bars that stand still, as processes are forked.
tqdm.monitor_interval = 0


class Flawed(SeedRefused):
    """Seed files with flaws; every one of them."""

    def __init__(self, flaws: list[Flaw]):
        super().__init__("\n".join(str(flaw) for flaw in flaws))
        self.flaws = flaws


@dataclass(frozen=True)
class Review:
    """What was found in a folder: every flaw, the warnings, and how many records there are.

    `capped` has the codes for which some warnings are left out.
    """

    flaws: list[Flaw]
    warnings: list[RecordWarning]
    capped: list[WarningCode]
    counts: Counter[str]
    quality: Quality


def review_folder(folder: Path, today: date) -> Review:
    """Every flaw of a folder, and what a second reader would ask about it."""
    with temporary_staging("parley-check-") as staging, without_collection():
        return review_staged(folder, staging, today, bodies=False)[1]


def review_staged(
    folder: Path, staging: Staging, today: date, *, bodies: bool
) -> tuple[FolderValidator, Review]:
    """Adds a folder to the staging, with its review; to seed it, `bodies` are needed."""
    warnings = Warnings(folder, staging, today)
    with progress_bar("checking") as progress:
        validator = FolderValidator(folder, staging, progress, warnings, bodies=bodies)
        flaws = validator.validate()
    return validator, Review(flaws, *warnings.told(), staging.counts(), quality_of(validator))


def stage(folder: Path, staging: Staging) -> FolderValidator:
    """Adds a folder to the staging; raises `Flawed`."""
    with progress_bar("checking") as progress:
        validator = FolderValidator(folder, staging, progress)
        flaws = validator.validate()
    if flaws:
        raise Flawed(flaws)
    return validator


@contextmanager
def progress_bar(label: str) -> Iterator[Callable[[int], object]]:
    """A progress bar, shown on a terminal after a second; yields the function that adds records."""
    with tqdm(
        desc=label, unit=" records", delay=1, leave=False, disable=None, file=sys.stderr
    ) as bar:
        yield bar.update


@contextmanager
def without_collection() -> Iterator[None]:
    """Turns garbage collection off: records make no cycles, and it takes an eighth of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
