"""`parley verify`: reads the texts, verifies the wordings, and writes the evidence."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

from app.errors import needs_extra
from app.evidence.texts import TextFolder
from app.evidence.verifying import VerificationReport, verify, write


def run_verification(
    folder: Path, texts: Path | None, *, fetch: bool, writing: bool
) -> tuple[VerificationReport, Path | None]:
    """The report, and the file that was written if `writing`."""
    today = datetime.now(UTC).date()
    if fetch:
        report = verify_live(folder, today)
    else:
        report = verify(folder, TextFolder(texts) if texts is not None else None, today)
    return report, write(folder, report) if writing else None


def verify_live(folder: Path, today: date) -> VerificationReport:
    """Verifies the wordings by the live pages of their sources."""
    with needs_extra("verify", "Reading pages"):
        from app.evidence.fetching import live_pages  # noqa: PLC0415
    with live_pages() as pages:
        return verify(folder, pages, today)
