"""The table of rules, and what they hold a record against.

To add a rule: its code in `WarningCode`, and a function with `@rule` that yields a `Doubt` for each
place that is in doubt. The first line of its docstring stands in seed_data/FORMAT.md.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from operator import attrgetter
from typing import Any, NamedTuple, TypeVar

from app.entries.dates import DateSpan, parse_date
from app.entries.warning_codes import WarningCode
from app.reference.actors import ActorRecord
from app.reference.dataset import DatasetRecord
from app.reference.registry import Reference

Location = tuple[int | str, ...]
ENTRIES = ("event", "quote", "proposal", "term", "figure")


class Doubt(NamedTuple):
    """A place of a record that is in doubt, and why; a message says what would be right."""

    location: Location
    message: str


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
    def is_english(self) -> bool:
        """Whether our own words are English, as the rules of style are."""
        return self.dataset is None or (self.dataset.language or "en").split("-")[0] == "en"


RuleT = TypeVar("RuleT", bound=Callable[..., Iterable[Any]])
Condition = Callable[[Any, Surroundings], object]


class Rule(NamedTuple):
    """A rule: its code, and the function that finds it in a record."""

    code: WarningCode
    find: Callable[[Any, Surroundings], Iterable[Doubt]]


# The rules of each kind of record by the condition without which they find nothing: most records
# meet none, and a condition takes less time than a rule.
RULES: dict[str, dict[Condition, list[Rule]]] = {}
# What each code means.
EXPLANATIONS: dict[WarningCode, str] = {}


def always(_record: Any, _around: Surroundings) -> bool:
    """The condition of rules that look at every record."""
    return True


@cache
def given(field: str) -> Condition:
    """The condition that a field is given."""
    read = attrgetter(field)
    return lambda record, _: read(record)


def rule(code: WarningCode, *kinds: str, when: Condition = always) -> Callable[[RuleT], RuleT]:
    """Enters a function into the table; without kinds, its module calls it."""

    def enter(find: RuleT) -> RuleT:
        EXPLANATIONS.setdefault(code, (find.__doc__ or "").partition("\n")[0])
        for kind in kinds:
            RULES.setdefault(kind, {}).setdefault(when, []).append(Rule(code, find))
        return find

    return enter


def rules_of(kind: str, skipped: Collection[WarningCode]) -> list[tuple[Condition, list[Rule]]]:
    """The rules of a kind but those of some codes, by their conditions."""
    groups = [
        (condition, [each for each in group if each.code not in skipped])
        for condition, group in RULES[kind].items()
    ]
    return [(condition, group) for condition, group in groups if group]
