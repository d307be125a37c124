"""`parley import sources`: the sources of a bibliography, added to a record."""

from __future__ import annotations

import re
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml
from babel import Locale

from app.curation.bibliographies import READERS
from app.curation.new_sources import RecordSources, SourceFields
from app.errors import ParleyError
from app.seeding.flaws import Flaw
from app.seeding.raw_records import RawRecord
from app.seeding.yaml_files import decoded_text

NAMES = yaml.safe_load((files("app.curation") / "import_fields.yaml").read_text(encoding="utf-8"))
KINDS: dict[str, str] = {word: kind for kind, words in NAMES["kinds"].items() for word in words}
LANGUAGES = {
    name.casefold(): code for code, name in Locale("en").languages.items() if code.isalpha()
}
# A date of RIS, which may end in empty parts and in a word; one of ISO 8601 with a time.
SLASHED = re.compile(r"(\d{4})/(\d{1,2})?(?:/(\d{1,2})?(?:/.*)?)?")
TIME = re.compile(r"(?<=\d)[T ]\d\d:.*")
DOI = re.compile(r"10\.\d{4,}/\S+")


def import_sources(folder: Path, file: Path) -> tuple[list[SourceFields], list[Flaw]]:
    """Adds what a file has to the sources of a record.

    Returns what was added, and flaws of what was not taken. Raises `ParleyError` for other formats.
    """
    reader = READERS.get(file.suffix.lower())
    if reader is None:
        known = ", ".join(READERS)
        raise ParleyError(f"{file}: its name must end in one of {known}, by what it holds.")
    try:
        text, flaws = decoded_text(file.read_bytes(), str(file))
    except OSError as error:
        raise ParleyError(f"{file}: cannot be read ({error.strerror}).") from error
    record = RecordSources(folder)
    for line, found in reader(text) if text is not None else ():
        if isinstance(found, str):
            flaws.append(Flaw(str(file), line, "", "", found))
            continue
        fields = source_fields(found, NAMES["fields"][file.suffix.lower()])
        flaws += record.add(RawRecord("source", str(file), line, fields))
    if record.added:
        record.write()
    return record.added, flaws


def source_fields(found: dict[str, str], names: dict[str, list[str]]) -> SourceFields:
    """The fields of a source, from those of an entry of a bibliography."""
    fields: dict[str, Any] = {}
    for field, places in names.items():
        texts = (" ".join(found.get(place, "").split()) for place in places)
        text = next(filter(None, texts), None)
        value = READ.get(field, str)(text) if text is not None else None
        fields.update({field: value} if value is not None else {})
    return fields


def edtf(text: str) -> str:
    """A date in the date language where it can be read as one, else as it is."""
    slashed = SLASHED.fullmatch(text)
    if slashed is not None:
        return "-".join(part.zfill(2) for part in slashed.groups() if part)
    return TIME.sub("", text)


def language_code(text: str) -> str:
    """The code of a language that is given by code or by its English name."""
    first, *rest = LANGUAGES.get(text.casefold(), text).replace("_", "-").split("-")
    return "-".join([first.lower(), *rest])


def address(text: str) -> str:
    """An address; that of the resolver for a DOI."""
    return f"https://doi.org/{text}" if DOI.fullmatch(text) else text


def source_kind(word: str) -> str | None:
    """The kind of source that a format's own word means, where it means one."""
    return KINDS.get(re.sub(r"\s", "", word).lower())


READ: dict[str, Callable[[str], str | None]] = {
    "date": edtf,
    "language": language_code,
    "url": address,
    "kind": source_kind,
}
