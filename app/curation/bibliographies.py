"""Reads bibliographies: RIS, BibTeX, CSL-JSON and CSV, an entry at a time with its line.

To add a format: a reader in `READERS`, and its fields in `import_fields.yaml`.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from app.errors import needs_extra

# The line at which an entry begins, and its fields by name in lower case; or why it is not read.
BibliographyEntry = tuple[int, dict[str, str] | str]
Reader = Callable[[str], Iterator[BibliographyEntry]]

RIS_LINE = re.compile(r"([A-Z][A-Z0-9]) {1,2}- ?(.*)")
NEXT_ITEM = re.compile(r"[^\s,]")
# What Zotero writes into titles for bold and the like.
MARKUP = re.compile(r"</?(?:i|b|sub|sup|sc|span)\b[^>]*>")


def read_ris(text: str) -> Iterator[BibliographyEntry]:
    """The entries of a RIS file; each begins with its type, whether or not the last one ended."""
    start, fields, name = 1, dict[str, str](), ""
    for number, line in enumerate(text.splitlines(), 1):
        match = RIS_LINE.match(line)
        if match is None:
            if name:
                fields[name] += f" {line}"
            elif line.strip():
                yield number, "is no line of RIS"
            continue
        name = match[1].lower()
        if name in ("ty", "er"):
            yield from [(start, fields)] if fields else []
            start, fields = number, {}
        if name == "er":
            name = ""
            continue
        # Of a tag that is repeated the first one is read.
        name += "+" if name in fields else ""
        fields[name] = match[2]
    yield from [(start, fields)] if fields else []


def read_bibtex(text: str) -> Iterator[BibliographyEntry]:
    """The entries of a BibTeX file, with accents and braces of LaTeX as characters."""
    with needs_extra("curate", "Reading BibTeX"):
        from bibtexparser import middlewares  # noqa: PLC0415
        from bibtexparser.entrypoint import parse_string  # noqa: PLC0415
    library = parse_string(text, append_middleware=[middlewares.MonthIntMiddleware()])
    # An address is not LaTeX: its ~ is no space.
    urls = {each.start_line: each["url"] for each in library.entries if "url" in each}
    for failed in library.failed_blocks:
        why = getattr(failed.error, "abort_reason", None) or str(failed.error)
        yield (failed.start_line or 0) + 1, f"is not read ({' '.join(why.split())})"
    for entry in middlewares.LatexDecodingMiddleware().transform(library).entries:
        fields = {field.key.lower(): str(field.value) for field in entry.fields}
        if entry.start_line in urls:
            fields["url"] = re.sub(r"\\([#$%&_{}~])", r"\1", urls[entry.start_line])
        parts = [fields.get(name, "") for name in ("year", "month", "day")]
        fields.setdefault("date", "-".join(part.zfill(2) for part in parts if part))
        yield (entry.start_line or 0) + 1, {**fields, "entrytype": entry.entry_type}


def read_csl(text: str) -> Iterator[BibliographyEntry]:
    """The items of a CSL-JSON file."""
    opening = re.match(r"\s*\[", text)
    if opening is None:
        yield 1, "is no list of items"
        return
    place, line = opening.end(), 1 + opening[0].count("\n")
    while (found := NEXT_ITEM.search(text, place)) is not None:
        line += text.count("\n", place, found.start())
        if found[0] == "]":
            return
        try:
            item, place = json.JSONDecoder().raw_decode(text, found.start())
        except json.JSONDecodeError as error:
            yield error.lineno, f"is not JSON ({error.msg})"
            return
        yield line, csl_fields(item) if isinstance(item, dict) else "is no item of CSL-JSON"
        line += text.count("\n", found.start(), place)
    yield line, "ends before its list does"


def csl_fields(item: dict[str, Any]) -> dict[str, str]:
    """The fields of an item, its date in the date language and its texts without markup."""
    texts = {name.lower(): MARKUP.sub("", str(value)) for name, value in item.items()}
    issued = item.get("issued")
    if not isinstance(issued, dict):
        return texts
    parts = issued.get("date-parts")
    if not isinstance(parts, list):
        return {**texts, "issued": str(issued.get("raw") or issued.get("literal") or "")}
    days = ["-".join(str(part).zfill(2) for part in day) for day in parts if isinstance(day, list)]
    return {**texts, "issued": "/".join(days) + ("~" if issued.get("circa") else "")}


def read_csv(text: str) -> Iterator[BibliographyEntry]:
    """The rows of a CSV file; commas, semicolons or tabs part its columns."""
    header = text.partition("\n")[0]
    delimiter = max(",;\t", key=header.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    start = 1
    try:
        names = [name.strip().lower() for name in next(rows, [])]
        start = rows.line_num + 1
        for row in rows:
            if len(row) > len(names):
                yield start, f"has {len(row)} columns, the header {len(names)}"
            elif any(row):
                yield start, dict(zip(names, row, strict=False))
            start = rows.line_num + 1
    except csv.Error as error:
        yield start, f"is not CSV ({error})"


READERS: dict[str, Reader] = {
    ".ris": read_ris,
    ".bib": read_bibtex,
    ".json": read_csl,
    ".csv": read_csv,
}
