"""Warnings about the records of one chunk of a seed file, found where they are validated."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Collection
from typing import Any, NamedTuple

from app.entries.warning_codes import WarningCode
from app.review import (  # noqa: F401 - the rules of a module are in the table once it is imported
    addresses,
    dates,
    names,
    numbers,
    offices,
    outcomes,
    pairs,
    prose,
    wordings,
)
from app.review.parties import WITH_TERMS, WithTerms
from app.review.rules import RULES, Condition, Query, Rule, Surroundings, rules_of
from app.review.texts import remarkable, text_doubts
from app.review.usage import Facts
from app.seeding.flaws import Flaw, field_path
from app.seeding.raw_records import RawRecord

# No more warnings of a code are looked for in a YAML file, or in a thousand lines of NDJSON.
MOST_IN_YAML = 1000
MOST_IN_LINES = 20


@dataclasses.dataclass(frozen=True, order=True)
class RecordWarning(Flaw):
    """What a second reader would ask, and where; its record may silence it by its code."""

    code: WarningCode = dataclasses.field(kw_only=True)

    @property
    def said(self) -> str:
        """The message as a report shows it."""
        return f"warning: {self.message} [{self.code}]"

    @property
    def key(self) -> tuple[str, str, WarningCode]:
        """By what it is silenced."""
        return self.file, self.id, self.code


class Silenced(NamedTuple):
    """A code that a record silences, and the line on which it does."""

    file: str
    id: str
    code: WarningCode
    line: int


class ChunkReview:
    """The warnings of a chunk, the codes that its records silence, and facts to be compared."""

    def __init__(self, around: Surroundings, most: int = MOST_IN_YAML):
        self.around = around
        self.most = most
        self.warnings: list[RecordWarning] = []
        self.silenced: list[Silenced] = []
        self.facts = Facts()
        self.found: Counter[WarningCode] = Counter()
        self.rules: dict[str, list[tuple[Condition, list[Rule]]]] = {}
        self.skip(())

    def skip(self, codes: Collection[WarningCode]) -> None:
        """Looks for no more warnings of some codes."""
        self.rules = {kind: rules_of(kind, codes) for kind in RULES}

    def __getstate__(self) -> dict[str, Any]:
        """Pickled without what it is done with."""
        return {**self.__dict__, "around": None, "rules": {}}

    def add(self, raw: RawRecord, record: Any) -> None:
        """Reviews a record."""
        for number, silence in enumerate(record.silence):
            line = raw.line_of(("silence", number))
            self.silenced.append(Silenced(raw.file, record.id, silence.code, line))
        if not raw.json or remarkable(raw.json):
            for code, doubt in text_doubts(raw.fields):
                if self.found[code] < self.most:
                    self.warn(raw, code, doubt)
        self.apply(raw, raw.kind, record)

    def apply(self, raw: RawRecord, kind: str, record: Any) -> None:
        """Holds a record against the rules of a kind."""
        for condition, group in self.rules[kind]:
            if condition(record, self.around):
                for each in group:
                    for doubt in each.find(record, self.around):
                        self.warn(raw, each.code, doubt)

    def add_entry(self, raw: RawRecord, entry: Any, number: int) -> None:
        """Reviews an entry, the `number`-th of the chunk, and notes its facts."""
        self.add(raw, entry)
        self.facts.add(entry, number)

    @property
    def capped(self) -> set[WarningCode]:
        """The codes of which there may be more warnings."""
        return {code for code, number in self.found.items() if number >= self.most}

    def add_terms(self, raw: RawRecord, records: tuple[Any, ...]) -> None:
        """Reviews a proposal together with its terms."""
        self.apply(raw, WITH_TERMS, WithTerms(records[0], records[1:]))

    def warn(self, raw: RawRecord, code: WarningCode, doubt: Query) -> None:
        """Adds a warning; a date that a term takes from its proposal is in doubt there alone."""
        if doubt.location == ("date",) and "date" not in raw.fields:
            return
        self.warnings.append(warning_of(raw, code, doubt))
        self.found[code] += 1
        if self.found[code] == self.most:
            self.skip(self.capped)


def warning_of(raw: RawRecord, code: WarningCode, doubt: Query) -> RecordWarning:
    """A doubt with its place, in a record or in a term of it."""
    line = raw.line_of(doubt.location)
    owner, location = raw.owner_of(doubt.location)
    return RecordWarning(raw.file, line, owner, field_path(location), doubt.message, code=code)
