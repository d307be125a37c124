"""Warnings about the records of one chunk of a seed file, found where they are validated."""

from __future__ import annotations

import dataclasses
from collections import Counter
from typing import Any

from app.entries.warning_codes import WarningCode
from app.review.doubts import Query, Surroundings
from app.review.rules import RULES, WITH_TERMS
from app.review.texts import remarkable, text_doubts
from app.review.usage import Facts
from app.seeding.flaws import Flaw
from app.seeding.raw_records import RawRecord

# No more warnings of a code are kept of a YAML file, or of a thousand lines of NDJSON.
MOST_IN_YAML = 1000
MOST_IN_LINES = 20
# A warning by what it is silenced: file, id and code.
WarningKey = tuple[str, str, WarningCode]


@dataclasses.dataclass(frozen=True, order=True)
class RecordWarning(Flaw):
    """What a second reader would ask, and where; its record may silence it by its code."""

    code: WarningCode = dataclasses.field(kw_only=True)

    @property
    def said(self) -> str:
        """The message as a report shows it."""
        return f"warning: {self.message} [{self.code}]"

    @property
    def key(self) -> WarningKey:
        """The key by which it is silenced."""
        return self.file, self.id, self.code


@dataclasses.dataclass
class ChunkReview:
    """The warnings of a chunk, the codes that its records silence, and facts to be compared.

    `silenced` has the line of each silence; `found` the warnings of each code, up to `most`.
    """

    most: int = MOST_IN_YAML
    warnings: list[RecordWarning] = dataclasses.field(default_factory=list)
    silenced: dict[WarningKey, int] = dataclasses.field(default_factory=dict)
    facts: Facts = dataclasses.field(default_factory=Facts)
    found: Counter[WarningCode] = dataclasses.field(default_factory=Counter)

    def add(self, raw: RawRecord, record: Any, around: Surroundings) -> None:
        """Reviews a record."""
        for number, silence in enumerate(record.silence):
            line = raw.line_of(("silence", number))
            self.silenced[raw.file, record.id, silence.code] = line
        if not raw.json or remarkable(raw.json):
            for query in text_doubts(raw.fields):
                self.warn(raw, query)
        self.apply(raw, raw.kind, record, around)

    def apply(self, raw: RawRecord, kind: str, record: Any, around: Surroundings) -> None:
        """Checks a record by the rules of its kind."""
        for rule in RULES[kind]:
            for query in rule(record, around):
                self.warn(raw, query)

    def add_terms(self, raw: RawRecord, records: tuple[Any, ...], around: Surroundings) -> None:
        """Reviews a proposal together with its terms."""
        self.apply(raw, WITH_TERMS, (records[0], records[1:]), around)

    def warn(self, raw: RawRecord, query: Query) -> None:
        """Adds a warning; a date that a term takes from its proposal is in doubt there alone."""
        if query.location == ("date",) and "date" not in raw.fields:
            return
        if self.found[query.code] < self.most:
            self.warnings.append(warning_of(raw, query))
            self.found[query.code] += 1

    @property
    def capped(self) -> set[WarningCode]:
        """The codes of which there may be more warnings."""
        return {code for code, number in self.found.items() if number >= self.most}


def warning_of(raw: RawRecord, query: Query) -> RecordWarning:
    """A warning with its place, in a record or in a term of it."""
    return RecordWarning(*raw.place(query.location), query.message, code=query.code)
