"""Every answer is what it was: status, headers and bytes."""

from __future__ import annotations

from pathlib import Path

from tests.net.pinned import answers, lines, pin, pinned


def test_every_answer_is_what_it_was(tmp_path: Path) -> None:
    """What differs is named, with how it was and how it is; what is meant is pinned anew."""
    before, now = pinned(), {line: pin(body) for line, body in answers(tmp_path, lines())}
    differing = [
        f"{line}\n    was {before.get(line)}\n    is  {now.get(line)}"
        for line in dict.fromkeys([*before, *now])
        if before.get(line) != now.get(line)
    ]
    assert not differing, "\n".join([f"{len(differing)} answers differ:", *differing])
