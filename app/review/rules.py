"""The table of rules, and what they hold a record against.

To add a rule: its code in `WarningCode`, its message in `messages.toml`, and a function with
`@rule` that yields a `doubt` for each place. The first line of its docstring stands in
seed_data/FORMAT.md. Rules are grouped by what they look at: a kind of record; `text`; a `pair` of
entries; an entry and its `named event`, or the proposal that it `answered`; or, when all records
are known, `references`, `figures`, `facts` and, where no record is flawed, `complete`.
"""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from importlib.resources import files
from operator import attrgetter
from typing import Any, NamedTuple, TypeVar

from app.entries.dates import DateSpan, parse_date
from app.entries.stems import OWN_LANGUAGE
from app.entries.warning_codes import WarningCode
from app.reference.actors import ActorRecord
from app.reference.dataset import DatasetRecord
from app.reference.registry import Reference

Location = tuple[int | str, ...]
VOCABULARY, MESSAGES = (
    tomllib.loads(files("app.review").joinpath(f"{name}.toml").read_text(encoding="utf-8"))
    for name in ("vocabulary", "messages")
)
ENTRIES = ("event", "quote", "proposal", "term", "figure")


class Query(NamedTuple):
    """A place of a record that is in doubt, and why; a message says what would be right.

    Rules that look at more than one record name it by its id, and by its kind if it is no entry.
    """

    location: Location
    message: str
    id: str = ""
    kind: str = ""


@dataclass(frozen=True)
class Surroundings:
    """What records are held against: the present day, the dataset, and actors, topics, sources."""

    today: date
    dataset: DatasetRecord | None
    reference: Reference

    @cached_property
    def coverage(self) -> DateSpan | None:
        """The days that the record covers, where that is known."""
        return parse_date(self.dataset.coverage.date) if self.dataset is not None else None

    @cached_property
    def days(self) -> tuple[date, date]:
        """The first and the last day that are covered and not to come."""
        covered = self.coverage
        if covered is None:
            return date.min, self.today
        return covered.start, min(covered.end, self.today)

    @cached_property
    def first_offices(self) -> dict[str, date]:
        """When the first office of each actor began whose offices all have a beginning."""
        begun = {}
        for actor in self.reference.actors.values():
            dates = [each.date for each in actor.positions if each.date is not None]
            if dates and len(dates) == len(actor.positions):
                begun[actor.id] = min(parse_date(each).start for each in dates)
        return begun

    @cached_property
    def bounded(self) -> dict[str, ActorRecord]:
        """The actors of which a beginning or an end is known."""
        actors = self.reference.actors
        return {id: each for id, each in actors.items() if each.began or each.ended}

    @cached_property
    def published(self) -> dict[str, DateSpan]:
        """When each source with a date was published."""
        sources = self.reference.sources.values()
        return {each.id: parse_date(each.date) for each in sources if each.date is not None}

    @property
    def language(self) -> str:
        """The language of our own words."""
        return (self.dataset and self.dataset.language) or OWN_LANGUAGE


def message_of(message: str, /, **facts: Any) -> str:
    """A message of `messages.toml`, which shows some facts."""
    words: str = MESSAGES[message]
    return words.format(**facts)


def doubt(message: str, location: Location, id: str = "", kind: str = "", /, **facts: Any) -> Query:
    """A place that is in doubt, and what is said of it."""
    return Query(location, message_of(message, **facts), id, kind)


RuleT = TypeVar("RuleT", bound=Callable[..., Iterable[Any]])
ItemT = TypeVar("ItemT")
Condition = Callable[[Any, Surroundings], object]


class Rule(NamedTuple):
    """A rule: its code, the function that finds it, and without what it finds nothing.

    Most records do not meet the condition of most rules, and it takes less time than a rule.
    """

    code: WarningCode
    find: Callable[..., Iterable[Any]]
    when: Condition


# The rules of each kind of record, of texts, and of what shows when all records are known.
RULES: defaultdict[str, list[Rule]] = defaultdict(list)
# What each code means.
EXPLANATIONS: dict[WarningCode, str] = {}


def always(_record: Any, _around: Surroundings) -> bool:
    """The condition of rules that look at every record."""
    return True


@cache
def when_given(field: str) -> Condition:
    """The condition that a field is given."""
    read = attrgetter(field)
    return lambda record, _: read(record)


def rule(code: WarningCode, *groups: str, when: Condition = always) -> Callable[[RuleT], RuleT]:
    """Enters a function into the table."""

    def enter(find: RuleT) -> RuleT:
        EXPLANATIONS.setdefault(code, (find.__doc__ or "").partition("\n")[0])
        for group in groups:
            RULES[group].append(Rule(code, find, when))
        return find

    return enter


def repeated(items: Iterable[tuple[Hashable, ItemT]]) -> Iterator[tuple[ItemT, ItemT]]:
    """Each item of which the key was seen before, with the first item that had it."""
    seen: dict[Hashable, ItemT] = {}
    for key, item in items:
        if key in seen:
            yield item, seen[key]
        seen.setdefault(key, item)


def rules_of(group: str, skipped: Collection[str] = ()) -> list[tuple[Condition, list[Rule]]]:
    """The rules of a group but those of some codes, by their conditions."""
    found: defaultdict[Condition, list[Rule]] = defaultdict(list)
    for each in RULES[group]:
        if each.code not in skipped:
            found[each.when].append(each)
    return list(found.items())
