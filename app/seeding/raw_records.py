"""Records as seed files hold them, before validation: fields of any type, each with its line."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from app.seeding.flaws import Flaw, field_path, wrong
from app.seeding.references import Location


@dataclass(frozen=True)
class RawRecord:
    """The fields of a record, with its kind and file, its line and that of each field.

    `traps` say why a field may hold something else than it seems to; `json` is its line of NDJSON,
    empty where it comes from YAML.
    """

    kind: str
    file: str
    line: int
    fields: Any
    lines: dict[Location, int] = field(default_factory=dict)
    traps: dict[Location, str] = field(default_factory=dict)
    json: bytes = b""

    @property
    def id(self) -> str:
        """The id, cut where it is long; empty where there is none."""
        value = self.fields.get("id") if isinstance(self.fields, dict) else None
        return value[:120] if isinstance(value, str) else ""

    def line_of(self, location: Location) -> int:
        """The line of a field, or of the nearest thing around it that has one."""
        for length in range(len(location), 0, -1):
            if location[:length] in self.lines:
                return self.lines[location[:length]]
        return self.line

    def place(self, location: Location) -> tuple[str, int, str, str]:
        """File, line, id and path of a field; those of a field of a term are in the term."""
        line = self.line_of(location)
        if len(location) > 2 and location[0] == "terms" and isinstance(location[1], int):
            term = self.nested("term", "terms", location[1]).id
            if term:
                return self.file, line, term, field_path(location[2:])
        return self.file, line, self.id, field_path(location)

    def nested(self, kind: str, name: str, number: int) -> RawRecord:
        """A record in a list of this one, as a record of its own."""
        lines = {
            location[2:]: line
            for location, line in self.lines.items()
            if location[:2] == (name, number)
        }
        line = lines.pop((), self.line)
        return RawRecord(kind, self.file, line, self.fields[name][number], lines)

    def flaw(self, location: Location, message: str) -> Flaw:
        """A flaw of a field."""
        return Flaw(*self.place(location), message)

    def repeated_key(self, line: int, field: str) -> Flaw:
        """A key that is given twice: one of the two values would be lost."""
        return Flaw(self.file, line, self.id, field, wrong("repeated-key"))
