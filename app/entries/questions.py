"""What can be asked of every dated list, declared once.

To add a filter: one field marked with `Filter`, in `EntryQuestion` for all kinds or in the question
of one kind. Seeding then indexes its values, lists take it, and count it as a facet.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, cached_property
from typing import Annotated, Any, NamedTuple, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from app.entries.dates import Precision, in_date_language, parse_bound, parse_date, readable_bound
from app.entries.record import Role, items_of
from app.entries.search_query import read_query, readable_words

MAX_VALUES = 50
MAX_LIMIT = 500
# Characters of a cursor.
MAX_CURSOR = 400


@dataclass(frozen=True)
class Filter:
    """Marks a field of a question as a filter; its name is the dimension of its index terms.

    `path` leads to the values in a record (see `values_at`). `name_type` is what they name: actor,
    topic, source or a kind of entry; "value" in the question of one kind, where an entry must have
    the value; None where the type of the field says what is valid.
    """

    path: str
    name_type: str | None = None


class Match(StrEnum):
    """Whether one of several values is enough."""

    any = "any"
    all = "all"


class Sort(StrEnum):
    """The order of the answer."""

    newest = "-date"
    oldest = "date"
    relevance = "relevance"
    recorded = "-recorded"
    changed = "-changed"


class Count(StrEnum):
    """How the entries of the whole answer are counted."""

    exact = "exact"


class FormatName(StrEnum):
    """The representations of a list."""

    json = "json"
    ndjson = "ndjson"
    csv = "csv"
    jsonld = "jsonld"
    atom = "atom"
    ics = "ics"
    md = "md"
    svg = "svg"


class UndatedFormatName(StrEnum):
    """Those of lists whose documents have no dates."""

    json = FormatName.json
    ndjson = FormatName.ndjson
    csv = FormatName.csv


def readable_date(value: str) -> str:
    """The date in the date language, from what people write."""
    value = in_date_language(value)
    parse_date(value)
    return value


def query_flag(value: Any) -> Any:
    if value in ("true", "false"):
        return value == "true"
    raise ValueError("must be true or false")


def whole_number(value: Any) -> Any:
    """A whole number of a query, in ASCII digits."""
    if isinstance(value, str) and not (value.isascii() and value.isdigit()):
        raise ValueError("must be a whole number")
    return value


def separated(value: Any) -> Any:
    """The names in a list separated by commas, each once."""
    names = [name for part in value for name in part.split(",")] if value else []
    if any(not name for name in names):
        raise ValueError("has an empty name; separate names by single commas")
    return list(dict.fromkeys(names))


class Clause(NamedTuple):
    """Values of a dimension of index terms, of which an entry must have at least one."""

    dimension: str
    values: tuple[str, ...]


def none_given(*example: Any, **constraints: Any) -> Any:
    """A field that has no values where none are given.

    A factory is faster than a default value, which pydantic copies deeply.
    """
    shown: dict[str, Any] = {"examples": [list(example)]} if example else {}
    return Field(default_factory=list, json_schema_extra={"default": []}, **shown, **constraints)


def several() -> Any:
    """The field of a parameter that may be repeated."""
    return none_given(max_length=MAX_VALUES)


def filtered(path: str, *, name_type: str | None = None) -> Any:
    """The field of a filter that takes several values, as `Filter` describes it."""
    field = several()
    field.metadata.append(Filter(path, name_type))
    return field


FlagParameter = Annotated[bool, BeforeValidator(query_flag)]
NamesParameter = Annotated[list[str], BeforeValidator(separated), Field(max_length=MAX_VALUES)]
DateParameter = Annotated[str, AfterValidator(readable_date)] | None
BoundParameter = Annotated[str | None, AfterValidator(readable_bound)]
WordsParameter = Annotated[str | None, Field(max_length=1000), AfterValidator(readable_words)]
LimitParameter = Annotated[int, Field(ge=1, le=MAX_LIMIT), BeforeValidator(whole_number)]


class NoQuestion(BaseModel):
    """What takes no parameters. Unknown ones are refused.

    The docstring below a parameter describes it to clients.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class PagedQuestion(NoQuestion):
    """The parameters of whatever has pages."""

    limit: LimitParameter = Field(50, examples=[20])
    """Entries on a page. More than the maximum is refused, never clamped."""
    cursor: str | None = Field(None, max_length=MAX_CURSOR)
    """Where to go on, as given in `links.next`; bound to its question."""


class Question(PagedQuestion):
    """The parameters of every list."""

    format: FormatName | None = Field(None, examples=["json"])
    """The representation; without it the `Accept` header chooses. Without `limit`, CSV, Atom and
    iCalendar hold the whole answer, up to 1,000 entries; a longer one says where it goes on."""
    bom: FlagParameter = Field(False, examples=[True])
    """With `format=csv`: a byte order mark before the first line, for spreadsheets."""
    count: Count | None = Field(None, examples=["exact"])
    """`exact` adds the total of the whole answer."""
    fields: NamesParameter = none_given("id,url")
    """Only these members of each document, separated by commas."""


class EntryQuestion(Question):
    """The parameters of every dated list."""

    id: list[str] = several()
    """Entries by id; repeatable."""
    actor: list[str] = several()
    """Who: by id, name or alias, whatever the case and accents; repeatable."""
    actor_match: Match = Match.any
    """Whether any of the actors is enough, or all are needed."""
    actor_role: list[Role] = several()
    """What the actor is to the entry; binds to the same link as `actor`, and alone means anyone in
    that role; repeatable."""
    include_affiliates: FlagParameter = Field(False, examples=[True])
    """Also those who, on the entry's date, held an office of the actor or were part of it."""
    date: DateParameter = None
    """Entries whose days overlap this date of the date language: `2024`, `2024-02`, `2024-02-07`,
    `2024-02-06/2024-02-08`, `2024-02/..`. Dates with the name of the month are read too: `7
    February 2024`, `Feb 2024`."""
    start_date: BoundParameter = None
    """Entries whose days reach this year, month or day, or lie after it."""
    end_date: BoundParameter = None
    """Entries that began by the end of this year, month or day."""
    date_precision: list[Precision] = filtered("span.precision")
    """How exact the date is: `day` leaves out entries of which only the month or the year is known,
    and those of several days; repeatable."""
    recorded_since: BoundParameter = None
    """Entries that came into the record on this day or later, whatever their own dates: on the day
    that its curators give, else on that of their first revision on this server."""
    topic: list[str] = several()
    """About what: by id or label, narrower topics included; repeatable."""
    topic_match: Match = Match.any
    """Whether any of the topics is enough, or all are needed."""
    source: list[str] = filtered("sources", name_type="source")
    """Which source says so; repeatable."""
    q: WordsParameter = None
    """Words, all of which must occur; "a phrase" in quotes, `begin*` for a prefix, `-word` or `NOT
    word` to exclude, `one OR other` for either, parentheses to group. Case, accents and vowel signs
    do not matter, nor how a word is spelled: `27,700` finds 27700, `cease-fire` finds ceasefire,
    `US` finds U.S. but not the pronoun."""
    word_forms: FlagParameter = Field(False, examples=[True])
    """With `q`: words are also found in other forms, by Snowball's stemmers for the languages of
    the record: `talks` finds `talk`, `acuerdo` finds `acuerdos`. Phrases and beginnings are found
    as they are."""
    facets: NamesParameter = none_given("actor,topic")
    """Counts of the whole answer by these, separated by commas: actor, actor_role, topic, kind,
    month, source, date_precision and the filters of the kind."""
    snippets: FlagParameter = Field(False, examples=[True])
    """With `q`: a passage of each entry with the words marked, in `meta.snippets` by id; it is
    HTML, escaped but for `<mark>`."""
    sort: Sort = Sort.newest
    """`-date`, the newest first; `date`, the oldest first; `-recorded`, what came into the record
    last first; `-changed`, what came into the record or was corrected last first, which is the
    order of Atom feeds where none is asked for; `relevance`, what answers the words of
    `q` best first (BM25, of equals the newest first; beginnings of words do not weigh)."""

    @model_validator(mode="after")
    def words_to_work_with(self) -> Self:
        """Relevance and snippets need words that are wanted."""
        wanted = self.q is not None and any(not group.excluded for group in read_query(self.q))
        if self.sort is Sort.relevance and not wanted:
            raise ValueError("sort: relevance needs words in q that are not excluded")
        if self.snippets and not wanted:
            raise ValueError("snippets: needs words in q that are not excluded")
        return self

    @model_validator(mode="after")
    def one_way_of_dating(self) -> Self:
        """Dates are given in one way, and in their order."""
        if self.date is not None and (self.start_date or self.end_date):
            raise ValueError("date: give either date, or start_date and end_date")
        first, last = self.days
        if first is not None and last is not None and last < first:
            raise ValueError("end_date: lies before start_date; exchange them")
        return self

    def clauses(self, named: dict[str, list[str]]) -> list[Clause]:
        """What must hold for an entry; `named` has the resolved ids of each field with names."""
        clauses = self._actor_clauses(named["actor"])
        if named["topic"]:
            clauses.extend(self._grouped("topic", named["topic"], self.topic_match))
        asked = self.model_fields_set
        for name, mark in filters_of(type(self)).items():
            if name not in asked:
                continue
            if mark.name_type is not None:
                values = named[name]
            else:
                values = [term_of(each) for each in items_of(getattr(self, name))]
            if values:
                clauses.append(Clause(name, tuple(values)))
        return clauses

    def _actor_clauses(self, actors: list[str]) -> list[Clause]:
        """`actor_role` binds to the same link as `actor`, and alone means anyone in that role."""
        roles = self.actor_role
        if not actors:
            return [Clause("role", tuple(roles))] if roles else []
        dimension = "affiliate" if self.include_affiliates else "actor"
        clauses = self._grouped(dimension, actors, self.actor_match)
        if not roles:
            return clauses
        bound = [[f"{actor}:{role}" for actor in each for role in roles] for _, each in clauses]
        return [Clause(f"{dimension}:role", tuple(values)) for values in bound]

    @staticmethod
    def _grouped(dimension: str, values: list[str], match: Match) -> list[Clause]:
        if match is Match.all:
            return [Clause(dimension, (value,)) for value in values]
        return [Clause(dimension, tuple(values))]

    @cached_property
    def days(self) -> tuple[datetime.date | None, datetime.date | None]:
        """The first and the last day asked for; None where that side is open."""
        if self.date is not None:
            span = parse_date(self.date)
            return span.start, None if span.end == datetime.date.max else span.end
        first = parse_bound(self.start_date)[0] if self.start_date else None
        last = parse_bound(self.end_date)[1] if self.end_date else None
        return first, last


def term_of(value: Any) -> str:
    """A value of a record or of a question as an index term."""
    return str(value).lower() if isinstance(value, bool) else str(value)


@cache
def filters_of(model: type[BaseModel]) -> dict[str, Filter]:
    return {
        name: mark
        for name, field in model.model_fields.items()
        for mark in field.metadata
        if isinstance(mark, Filter)
    }
