"""Writes every answer into a folder, or pins them anew.

python -m tests.net FOLDER     then compare two revisions of the code with `diff -r`
python -m tests.net --write    renews answers.txt
"""

from __future__ import annotations

import re
import sys
import tempfile
from hashlib import sha256
from pathlib import Path

from tests.net.pinned import ANSWERS, answers, lines, pin

NAME_LENGTH = 150


def file_name(line: str) -> str:
    """A question as the name of a file; the hash tells apart what is cut or looks alike."""
    name = re.sub(r"[^\w=.,-]+", "_", line).strip("_")[:NAME_LENGTH]
    return f"{name}.{sha256(line.encode()).hexdigest()[:6]}"


def main(target: str) -> None:
    """Asks, and writes."""
    with tempfile.TemporaryDirectory() as place:
        found = dict(answers(Path(place), lines()))
    if target == "--write":
        text = "".join(f"{pin(body)} {line}\n" for line, body in found.items())
        ANSWERS.write_text(text, encoding="utf-8")
        return
    folder = Path(target)
    folder.mkdir(parents=True, exist_ok=True)
    for line, body in found.items():
        (folder / file_name(line)).write_bytes(body)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
