"""Makes each mistake in a copy of the shipped record and looks whether it is told.

python -m tests.seeding.mistakes.table [tuned|kept]   prints the table

Half of the mistakes, by a hash of their descriptions, were looked at while the rules were written;
the other half was kept for the count. Mistakes in different records are made together: each counts
as told only where its code is told of its own record.
"""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from app.review.rules import COMPLETE_CODES
from app.seeding.checking import review_folder
from app.seeding.chunk_review import RecordWarning
from app.seeding.flaws import Flaw
from tests.conftest import SHIPPED

LIST = Path(__file__).with_name("mistakes.yaml")
TODAY = date(2026, 11, 26)


class Mistake(NamedTuple):
    """One edit, and what is expected to be said of it."""

    mistake: str
    file: str
    reader: str
    told: str
    at: str
    code: str = ""
    record: str = ""
    was: str = ""
    new: str = ""

    @property
    def half(self) -> str:
        """Whether it was looked at while the rules were written."""
        return ("tuned", "kept")[sha256(self.mistake.encode()).digest()[0] % 2]

    @property
    def group(self) -> str:
        """Flaws keep warnings from being told that look at the whole record."""
        if self.told == "flaw":
            return "flaw"
        return "complete" if self.code in COMPLETE_CODES else ""

    @property
    def places(self) -> set[str]:
        """What mistakes made together do not share: a flaw may end the reading of its file."""
        named = re.findall(r"[a-z0-9]+(?:-[a-z0-9]+)+", self.reader)
        return {self.file} if self.told == "flaw" else {self.record, self.at, *named} - {""}


class Outcome(NamedTuple):
    """What was said of the record of a mistake that is not said without it."""

    mistake: Mistake
    said: list[str]
    codes: list[str]

    @property
    def is_told(self) -> bool:
        """Whether a flaw was told where there is one, and the warning otherwise."""
        wanted = "flaw" if self.mistake.told == "flaw" else self.mistake.code
        return bool(wanted) and wanted in self.codes


@cache
def mistakes() -> tuple[Mistake, ...]:
    """Every mistake of the list."""
    listed = yaml.safe_load(LIST.read_text(encoding="utf-8"))
    return tuple(mistake_of(each) for each in listed)


def mistake_of(listed: dict[str, Any]) -> Mistake:
    """One mistake; what is added stands in place of nothing."""
    own = {name: value for name, value in listed.items() if name not in ("is", "add")}
    new = listed.get("is", listed.get("add", ""))
    added = re.search(r"^ *- id: (\S+)", new, re.MULTILINE)
    at = listed.get("record") or (added[1] if added is not None else "")
    return Mistake(**{"at": at, **own}, new=new)


def edited(text: str, mistake: Mistake) -> str:
    """The text of a file with the mistake in it."""
    if not mistake.was:
        return f"{text}\n{mistake.new}"
    start = text.index(f"- id: {mistake.record}\n") if mistake.record else 0
    end = text.find("\n- id: ", start + 1) if mistake.record else -1
    end = len(text) if end < 0 else end
    record = text[start:end]
    assert mistake.was in record, f"{mistake.mistake}: {mistake.was!r} is not in {mistake.file}"
    return text[:start] + record.replace(mistake.was, mistake.new, 1) + text[end:]


def said_of(folder: Path) -> dict[str, tuple[str, str]]:
    """What is said of a folder, less the lines it is said of, with its record and code."""
    review = review_folder(folder, TODAY)
    found: list[Flaw | RecordWarning] = [*review.flaws, *review.warnings]
    return {
        f"{each.file}: {each.id}: {each.field}: {each.message}": (
            each.id,
            str(getattr(each, "code", "flaw")),
        )
        for each in found
    }


def batches(chosen: Iterable[Mistake]) -> list[list[Mistake]]:
    """Mistakes that are made together."""
    made: defaultdict[str, list[list[Mistake]]] = defaultdict(list)
    for each in chosen:
        alike = made[each.group]
        free = (batch for batch in alike if all(each.places.isdisjoint(m.places) for m in batch))
        batch = next(free, None)
        if batch is None:
            alike.append(batch := [])
        batch.append(each)
    return [batch for alike in made.values() for batch in alike]


def outcomes(chosen: Iterable[Mistake]) -> Iterator[Outcome]:
    """Makes mistakes, each batch in a copy of the record."""
    with tempfile.TemporaryDirectory() as place:
        before = said_of(SHIPPED)
        for number, batch in enumerate(batches(chosen)):
            folder = Path(place) / str(number)
            shutil.copytree(SHIPPED, folder)
            for mistake in batch:
                path = folder / mistake.file
                text = edited(path.read_text(encoding="utf-8"), mistake)
                path.write_text(text, encoding="utf-8")
            after = {said: found for said, found in said_of(folder).items() if said not in before}
            for mistake in batch:
                said = {each: code for each, (id, code) in after.items() if id == mistake.at}
                yield Outcome(mistake, list(said), list(said.values()))


def main(half: str | None = None) -> None:
    """Prints a row for each mistake, and the count of each half."""
    chosen = tuple(each for each in mistakes() if half in (None, each.half))
    counts = {"tuned": [0, 0], "kept": [0, 0]}
    for outcome in outcomes(chosen):
        counts[outcome.mistake.half][outcome.is_told] += 1
        sign = "told" if outcome.is_told else "NOT "
        wanted = outcome.mistake.code or outcome.mistake.told
        print(f"{sign} {outcome.mistake.half:5} {wanted:18} {outcome.mistake.mistake}")
        if not outcome.is_told or half:
            for said, code in zip(outcome.said, outcome.codes, strict=True):
                print(f"                              [{code}] {said[:200]}")
    for name, (missed, told) in counts.items():
        print(f"{name}: {told} of {missed + told} told")


if __name__ == "__main__":
    main(*sys.argv[1:])
