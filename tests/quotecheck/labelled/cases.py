"""The labelled cases of one half, read from the YAML files beside this module.

`README.md` states the rules by which the labels were made.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent
HALVES = ("seen", "unseen")


@dataclass(frozen=True)
class Case:
    """A text with who is said to have said it when, and what should be answered."""

    id: str
    group: str
    text: str
    expect: str
    accept: tuple[str, ...] = ()
    quotes: tuple[str, ...] = ()
    speaker: str | None = None
    date: str | None = None
    named: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    no_kinds: tuple[str, ...] = ()
    too_short: bool | None = None
    condition: bool = False
    why: str = ""

    @property
    def verdicts(self) -> tuple[str, ...]:
        """The verdicts that are acceptable, the expected one first."""
        return (self.expect, *self.accept)


@dataclass(frozen=True)
class Quotation:
    """A quotation of an article, from mark to mark, and what should be said of it.

    `pieces` are the parts of one that is interrupted: it may be marked as one or piece by piece.
    An `optional` one may be marked or not.
    """

    words: str
    expect: str
    accept: tuple[str, ...] = ()
    quotes: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    pieces: tuple[str, ...] = ()
    optional: bool = False
    why: str = ""

    @property
    def verdicts(self) -> tuple[str, ...]:
        """The verdicts that are acceptable, the expected one first."""
        return (self.expect, *self.accept)


@dataclass(frozen=True)
class Article:
    """An invented article with its quotations."""

    id: str
    group: str
    text: str
    quotations: tuple[Quotation, ...]


@dataclass(frozen=True)
class Batch:
    """Texts that are posted at once."""

    id: str
    texts: tuple[Case, ...]


@dataclass(frozen=True)
class Half:
    """One half of all that is labelled."""

    cases: tuple[Case, ...]
    articles: tuple[Article, ...]
    batches: tuple[Batch, ...]


def load(half: str) -> Half:
    """The labelled cases of a half, `seen` or `unseen`."""
    cases = entries(f"cases-{half}.yaml")
    articles = entries(f"articles-{half}.yaml")
    batches = entries(f"batches-{half}.yaml")
    return Half(
        tuple(case_of(each) for each in cases),
        tuple(article_of(each) for each in articles),
        tuple(batch_of(each) for each in batches),
    )


@cache
def entries(name: str) -> list[dict[str, Any]]:
    """What one file holds."""
    found: list[dict[str, Any]] = yaml.safe_load((FOLDER / name).read_text())
    return found


def case_of(label: Mapping[str, Any]) -> Case:
    """A case of a file."""
    return Case(**fields(label))


def article_of(label: Mapping[str, Any]) -> Article:
    """An article of a file."""
    quotations = tuple(Quotation(**fields(each)) for each in label["quotations"])
    return Article(label["id"], label["class"], label["text"], quotations)


def batch_of(label: Mapping[str, Any]) -> Batch:
    """A batch of a file."""
    shared = {"class": "batch"}
    texts = enumerate(label["texts"], 1)
    cases = (case_of({"id": f"{label['id']}-{n}", **shared, **each}) for n, each in texts)
    return Batch(label["id"], tuple(cases))


def fields(label: Mapping[str, Any]) -> dict[str, Any]:
    """A label by the names of the fields, its lists as tuples."""
    named = {("group" if name == "class" else name): value for name, value in label.items()}
    return {
        name: tuple(value) if isinstance(value, list) else value for name, value in named.items()
    }


def halves_of(ids_by_class: Mapping[str, Iterable[str]]) -> dict[str, str]:
    """The half of each id: of every class, in the order of the hashes, each other one."""
    half = {}
    for ids in ids_by_class.values():
        for number, each in enumerate(sorted(ids, key=hash_of)):
            half[each] = HALVES[number % 2]
    return half


def hash_of(case_id: str) -> str:
    """What an id is sorted by."""
    return sha256(case_id.encode()).hexdigest()


def by_class(labels: Sequence[Mapping[str, Any]]) -> dict[str, list[str]]:
    """The ids of each class."""
    ids: defaultdict[str, list[str]] = defaultdict(list)
    for label in labels:
        ids[label.get("class", "batch")].append(label["id"])
    return ids
