"""Records as they are written, each with the place it stands at, and flaws of whole files."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from app.seeding.flaws import Flaw
from app.seeding.references import Location


@dataclass(frozen=True)
class Written:
    """A record as written: its kind, its file, its fields, and the line of each of them."""

    kind: str
    file: str
    line: int
    fields: Any
    lines: dict[Location, int] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The id as written, empty where there is none."""
        written = self.fields.get("id") if isinstance(self.fields, dict) else None
        return written[:120] if isinstance(written, str) else ""

    def line_of(self, location: Location) -> int:
        """The line of a field, or of the nearest thing around it that has one."""
        for length in range(len(location), 0, -1):
            if location[:length] in self.lines:
                return self.lines[location[:length]]
        return self.line

    def part(self, kind: str, name: str, number: int) -> Written:
        """A record written inside this one, as one of its own."""
        lines = {
            location[2:]: line
            for location, line in self.lines.items()
            if location[:2] == (name, number)
        }
        line = lines.pop((), self.line)
        return Written(kind, self.file, line, self.fields[name][number], lines)


def whole(file: str, wrong: str) -> Flaw:
    """A flaw of a file as a whole, of which nothing is read."""
    return Flaw(file, 0, "", "", wrong, ends_file=True)


def empty(file: str) -> Flaw:
    """A file without a record."""
    return Flaw(file, 0, "", "", "holds no record; remove it, or write at least one")


def twice(written: Written, line: int, name: str) -> Flaw:
    """A key given twice: one of the two values would be lost."""
    return Flaw(written.file, line, written.id, name, "is given twice; keep one of them")
