"""Pins the fingerprints anew: `python -m tests.kinds`."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.kinds.fingerprints import write

if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        write(Path(place))
