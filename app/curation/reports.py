"""The reports of `parley check`: for people, for programs, and for a pull request."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import orjson

from app.seeding.checking import Review
from app.seeding.chunk_review import RecordWarning
from app.seeding.flaws import Flaw

# What is escaped in a message of a workflow command, and in a property.
MESSAGE = {ord("%"): "%25", ord("\r"): "%0D", ord("\n"): "%0A"}
PROPERTY = {**MESSAGE, ord(":"): "%3A", ord(","): "%2C"}


def summary(review: Review) -> str:
    """How much was checked, and how well the record is founded."""
    counted = (f"{n} {kind}s" for kind, n in sorted(review.counts.items()) if kind != "dataset")
    return "\n".join(["no flaws in " + ", ".join(counted), *review.quality.lines()])


def count_of_warnings(review: Review) -> Iterator[str]:
    """How many warnings there are, and for which codes some are left out."""
    yield from (f"not all warnings [{code}] are told" for code in review.capped)
    number = len(review.warnings)
    if number:
        least = "at least " if review.capped else ""
        yield f"{least}{number:,} warning{'s' if number > 1 else ''}"


def as_text(review: Review, _: Path) -> str:
    """A line for each flaw, then one for each warning."""
    lines = (*map(str, review.flaws), *map(str, review.warnings), *count_of_warnings(review))
    return "\n".join(lines)


def review_as_json(review: Review, _: Path) -> str:
    """The whole result as an object."""
    made = {
        "flaws": [warning_members(each) for each in review.flaws],
        "warnings": [warning_members(each) for each in review.warnings],
        "capped": review.capped,
        "counts": dict(sorted(review.counts.items())),
        "quality": review.quality.model_dump(),
    }
    return orjson.dumps(made, option=orjson.OPT_INDENT_2).decode()


def warning_members(found: Flaw | RecordWarning) -> dict[str, object]:
    """A flaw or warning as an object; a flaw has no code."""
    names = ("file", "line", "id", "field", "message", "code")
    return {name: getattr(found, name) for name in names if hasattr(found, name)}


def as_github(review: Review, folder: Path) -> str:
    """Annotations of the lines of a pull request, as GitHub Actions reads them."""
    found: list[Flaw | RecordWarning] = [*review.flaws, *review.warnings]
    return "\n".join(annotation(each, folder) for each in found)


def annotation(found: Flaw | RecordWarning, folder: Path) -> str:
    """One annotation."""
    level, title = "error", "flaw"
    if isinstance(found, RecordWarning):
        level, title = "warning", str(found.code)
    name = (folder / found.file).as_posix().translate(PROPERTY)
    said = ": ".join(part for part in (found.id, found.field, found.message) if part)
    place = f"file={name},line={max(found.line, 1)},title={title}"
    return f"::{level} {place}::{said.translate(MESSAGE)}"


FORMATS: dict[str, Callable[[Review, Path], str]] = {
    "text": as_text,
    "json": review_as_json,
    "github": as_github,
}
