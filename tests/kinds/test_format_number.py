"""What is stored for an entry does not change without a new `DOCUMENT_FORMAT`."""

from __future__ import annotations

from pathlib import Path

from app.entries.documents import DOCUMENT_FORMAT
from tests.kinds.fingerprints import FORMAT, fingerprints, pinned


def test_a_change_has_its_format_number(tmp_path: Path) -> None:
    """A fingerprint that was pinned with today's number is what it was, and all are pinned."""
    before, now = pinned(), dict(fingerprints(tmp_path))
    changed = [name for name, value in now.items() if before.get(name, value) != value]
    if before[FORMAT] == str(DOCUMENT_FORMAT):
        assert changed == [], "raise DOCUMENT_FORMAT: databases seeded before have to be renewed"
    current = {FORMAT: str(DOCUMENT_FORMAT), **now}
    assert current == before, "pin the fingerprints anew: python -m tests.kinds"
