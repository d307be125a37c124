"""New sources of a record: ids after its own pattern, none twice, in the form of `parley fmt`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import chain, count
from pathlib import Path
from typing import Any, NamedTuple

from app.entries.words import fold
from app.errors import SeedRefused
from app.reference.sources import SourceRecord
from app.review.addresses import ADDRESSES, page_address_of
from app.seeding.files import chunks_of, read_chunk, seed_files
from app.seeding.flaws import Flaw
from app.seeding.raw_records import RawRecord
from app.seeding.record_validation import parse
from app.seeding.replacing import rewrite
from app.seeding.yaml_tree import Node
from app.seeding.yaml_writer import formatted_yaml

SourceFields = dict[str, Any]

FILE = "sources.yaml"
DAY = re.compile(r"\d{4}(?:-\d\d){0,2}")
# How ids write a day: what parts its numbers, and how much of it they have.
FORMS = (("", 10), ("-", 10), ("-", 7), ("", 7), ("", 4))
HOST = re.compile(r"https?://(?:www\.)?([^/?#:@]+)")
TITLE_WORDS = 5
# A publisher with a longer name, in one word, is called by its host.
LONGEST_NAME = 20


class IdPattern(NamedTuple):
    """How ids are made: how they write the date, and whether words stand before and after it."""

    separator: str = ""
    length: int = 10
    publisher: bool = True
    title: bool = False


class RecordSources:
    """The sources of a folder, and those that are to be added; raises `SeedRefused` for flaws."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.added: list[SourceFields] = []
        # Ids by what tells a source, the patterns of ids, and what ids call each publisher.
        self.known: dict[object, str] = {}
        self.patterns: Counter[IdPattern] = Counter()
        self.publishers: dict[str, str] = {}
        for fields in read_sources(folder):
            self.note(fields)

    def note(self, fields: SourceFields) -> None:
        """Collects the sources that new ones are compared with."""
        pages = [page_address_of(str(fields[name])) for name in ADDRESSES if fields.get(name)]
        ids = [("id", each) for each in (fields["id"], *(fields.get("former_ids") or ()))]
        for key in (*ids, *pages, source_title(fields)):
            self.known.setdefault(key, fields["id"])
        found = id_parts(fields)
        if found is not None:
            self.patterns[found[0]] += 1
            self.publishers.setdefault(str(fields.get("publisher")), found[1])

    def add(self, raw: RawRecord) -> list[Flaw]:
        """Adds a source that is not there yet, without what is wrong in it, and says what is.

        It is not added if a field is wrong that it must have.
        """
        fields, remarks = raw.fields, []
        host = host_of(fields)
        by_host = bool(host) and not fields.get("publisher")
        fields.update({"publisher": host} if by_host else {})
        fields.setdefault("id", self.new_id(fields))
        if by_host:
            remarks.append(raw.flaw(("publisher",), "is not stated; the host stands there"))
        for flaw in parse(raw)[1]:
            field = SourceRecord.model_fields.get(flaw.field)
            if field is None or field.is_required():
                return [flaw]
            remarks.append(flaw)
            del fields[flaw.field]
        # Without an address, a source is told by its publisher, title and date.
        same = page_address_of(fields["url"]) if "url" in fields else source_title(fields)
        there = self.known.get(("id", fields["id"])) or self.known.get(same)
        if there is not None:
            return [Flaw(raw.file, raw.line, "", "", f"is in the record as {there}; left out")]
        self.note(fields)
        self.added.append(fields)
        return remarks

    def new_id(self, fields: SourceFields) -> str:
        """An id that no source has, after the pattern of most ids of the record."""
        pattern = next((each for each, _ in self.patterns.most_common(1)), IdPattern())
        name = self.publishers.get(fields.get("publisher", "")) or publisher_name(fields)
        day = source_day(fields)
        parts = [name] if pattern.publisher or not day else []
        parts += [day[: pattern.length].replace("-", pattern.separator)] if day else []
        parts += [slug(fields.get("title", ""))] if pattern.title or not day else []
        made = "-".join(filter(None, parts))
        numbered = (f"{made}-{number}" for number in count(2))
        return next(each for each in chain([made], numbered) if ("id", each) not in self.known)

    def text(self) -> str:
        """The added sources as `parley fmt` writes them."""
        return formatted_yaml(Node(items=[yaml_node(each) for each in self.added]), SourceRecord)

    def write(self) -> None:
        """Writes the added sources below those that are there."""
        path = self.folder / FILE
        before = path.read_bytes().rstrip() if path.exists() else b""
        rewrite(path, (before + b"\n\n" if before else b"") + self.text().encode())


def read_sources(folder: Path) -> Iterator[SourceFields]:
    """The sources of a folder as they are written."""
    for found in seed_files(folder):
        if isinstance(found, tuple) and found[0] == "source":
            for chunk in chunks_of(*found, folder):
                for read in [chunk] if isinstance(chunk, Flaw) else read_chunk(chunk):
                    flaws = [read] if isinstance(read, Flaw) else parse(read)[1]
                    if flaws or isinstance(read, Flaw):
                        raise SeedRefused("\n".join([*map(str, flaws), "Mend this first."]))
                    yield read.fields


def yaml_node(fields: SourceFields) -> Node:
    """A source as a tree for the writer."""
    return Node(pairs=[(name, Node(text=value)) for name, value in fields.items()])


def source_title(fields: SourceFields) -> tuple[str, ...]:
    """What identifies a source without an address."""
    return tuple(fold(str(fields.get(name) or "")) for name in ("publisher", "title", "date"))


def id_parts(fields: SourceFields) -> tuple[IdPattern, str] | None:
    """The pattern of an id that has the date of its source, and the words before the date."""
    day = source_day(fields)
    for separator, length in FORMS if day else ():
        written = day[:length].replace("-", separator)
        before, found, after = f"-{fields['id']}-".partition(f"-{written}-")
        if found and len(day) >= length:
            return IdPattern(separator, length, bool(before), bool(after)), before.strip("-")
    return None


def source_day(fields: SourceFields) -> str:
    """The first day, month or year of a source's date; empty where there is none."""
    match = DAY.match(str(fields.get("date") or ""))
    return match[0] if match else ""


def publisher_name(fields: SourceFields) -> str:
    """What ids call a publisher: its name or host in one word."""
    publisher = fields.get("publisher", "")
    host = host_of(fields)
    owner = max(host.split(".")[:-1], key=len, default="")
    name = re.sub(r"[^a-z0-9]+", "", fold(publisher).removeprefix("the "))
    is_name = publisher != host and 0 < len(name) <= LONGEST_NAME
    return name if is_name else owner or name[:LONGEST_NAME] or "source"


def host_of(fields: SourceFields) -> str:
    """The host of a source's address without `www`; empty where there is none."""
    match = HOST.match(fields.get("url") or "")
    return match[1] if match is not None else ""


def slug(title: str) -> str:
    """The first words of a title as a part of an id."""
    return "-".join(re.findall(r"[a-z0-9]+", fold(title))[:TITLE_WORDS])[:60].strip("-")
