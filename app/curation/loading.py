"""Checks a record, writes what is said of it into a file, and seeds it if it has no flaw.

As a program: `python -m app.curation.loading FOLDER DATABASE REPORT`.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

from app.config import Settings
from app.curation.reports import as_text
from app.errors import ParleyError
from app.seeding.checking import Flawed, review_staged
from app.seeding.seed import seed
from app.seeding.staging import Staging
from app.seeding.validation import FolderValidator


def check_and_seed(folder: Path, database: Path, report: Path) -> None:
    """Reads the folder once, for the report and for the database; says both on standard error."""

    def validate(folder: Path, staging: Staging) -> FolderValidator:
        today = datetime.now(UTC).date()
        validator, review = review_staged(folder, staging, today, bodies=True)
        said = as_text(review, folder)
        report.write_text(said, encoding="utf-8")
        sys.stderr.write(said + "\n" if said else "")
        if review.flaws:
            raise Flawed(review.flaws)
        return validator

    settings = Settings(database_url=f"sqlite:///{database}")
    try:
        summary = seed(folder, settings, allow_removals=True, validate=validate)
    except (Flawed, KeyboardInterrupt):
        return
    except (ParleyError, OSError) as refused:
        report.write_text(str(refused), encoding="utf-8")
        sys.stderr.write(f"{refused}\n")
        return
    sys.stderr.write(str(summary).rpartition("\n")[2] + "\n")


if __name__ == "__main__":
    check_and_seed(*map(Path, sys.argv[1:4]))
