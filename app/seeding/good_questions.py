"""The dataset's questions to start with: whether the record, as it is staged, answers them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_origin
from urllib.parse import parse_qs, urlsplit

from pydantic import ValidationError

from app.entries.names import folded_name, nearest
from app.entries.questions import EntryQuestion, filters_of
from app.entries.record import EntryRecord
from app.entries.search_query import read_query
from app.entries.words import SearchTerm
from app.kinds import KINDS
from app.reference import REFERENCE_TYPES
from app.reference.registry import Reference
from app.review.doubts import Query, Surroundings, doubt
from app.seeding.index_terms import index_entry
from app.seeding.staging import Staging

Values = dict[str, list[str]]
TIMELINE = "timeline"
LISTS = {
    TIMELINE: tuple(name for name, kind in KINDS.items() if kind.in_timeline),
    **{kind.plural: (name,) for name, kind in KINDS.items()},
}
# Of questions below these paths, the ids alone are looked up.
OTHERS = (*(each.plural for each in REFERENCE_TYPES.values()), "entries", "compare", "check")
NAMED = {"actor": "actor", "topic": "topic", "chain": "proposal", "proposal": "proposal"}


class Unanswered(Exception):
    """Why a question is refused, or finds nothing."""


def unanswered(around: Surroundings, staging: Staging) -> Iterator[Query]:
    """A question that the first page offers is refused, or finds nothing."""
    dataset = around.dataset
    if dataset is None:
        return
    for number, question in enumerate(dataset.questions):
        try:
            Asker(staging, around.reference).ask(question.path)
        except Unanswered as why:
            at = ("questions", number, "path")
            yield doubt("question", at, dataset.id, "dataset", why=why)


class Asker:
    """Asks the staged record; every method raises `Unanswered`."""

    def __init__(self, staging: Staging, reference: Reference):
        self.staging = staging
        self.reference = reference

    def ask(self, path: str) -> None:
        """A question by its path."""
        parts = urlsplit(path)
        name, _, below = parts.path.removeprefix("/v1/").partition("/")
        one_of(name, (*LISTS, *OTHERS), "path /v1/")
        values = parse_qs(parts.query, keep_blank_values=True)
        if below:
            self.known(below.partition("/")[0])
        elif name in LISTS:
            self.ask_list(name, values)
        else:
            for parameter in values.keys() & NAMED.keys():
                self.ids(values[parameter], NAMED[parameter])

    def ask_list(self, name: str, values: Values) -> None:
        """Asks for a list of entries; raises `Unanswered` if it is empty."""
        kinds = values.pop("kind", LISTS[name]) if name == TIMELINE else LISTS[name]
        model = EntryQuestion if name == TIMELINE else KINDS[kinds[0]].question
        question = question_of(model, values)
        named = self.named_by(question)
        for kind in kinds:
            one_of(kind, KINDS, "kind ")
            for body in self.staging.bodies(kind):
                entry = KINDS[kind].record.model_validate_json(body)
                if self.is_found(kind, entry, question, named):
                    return
        raise Unanswered("finds nothing in the record")

    def named_by(self, question: EntryQuestion) -> Values:
        """The ids that each parameter names."""
        types = {name: mark.name_type for name, mark in filters_of(type(question)).items()}
        types |= {"actor": "actor", "topic": "topic"}
        return {
            name: self.ids(getattr(question, name), name_type)
            for name, name_type in types.items()
            if name_type is not None
        }

    def ids(self, values: list[str], kind: str) -> list[str]:
        """The ids of records of a kind, by id or name."""
        if kind in KINDS:
            return [self.known(value) for value in values]
        if kind not in REFERENCE_TYPES:
            return values
        names = {
            folded_name(name): record.id
            for record in self.reference.by_type[kind].values()
            for name in record.names()
        }
        for value in values:
            one_of(folded_name(value), names, f"{kind} ")
        return [names[folded_name(value)] for value in values]

    def known(self, record_id: str) -> str:
        """An id that there is, or was."""
        if self.staging.run("has_id", record_id).fetchone() is None:
            raise Unanswered(f"there is no {record_id!r}")
        return record_id

    def is_found(
        self, kind: str, entry: EntryRecord, question: EntryQuestion, named: Values
    ) -> bool:
        """Whether an entry is in the answer."""
        first, last = question.days
        if (first and entry.span.end < first) or (last and entry.span.start > last):
            return False
        words, terms = index_entry(kind, entry, self.reference)
        return has_words(question, set(words)) and all(
            set(values) & set(terms.get(dimension, ()))
            for dimension, values in question.clauses(named)
        )


def one_of(value: str, choices: Any, what: str) -> None:
    """Refuses a value that is not among the choices, and names the nearest one."""
    if value not in choices:
        near = nearest(value, choices)
        hint = f"; did you mean {near[0]}?" if near else ""
        raise Unanswered(f"there is no {what}{value}{hint}")


def question_of(model: type[EntryQuestion], values: Values) -> EntryQuestion:
    """A question from the parameters of a path."""
    for name in values:
        one_of(name, model.model_fields, "parameter ")
    given = {
        name: value if get_origin(model.model_fields[name].annotation) is list else value[-1]
        for name, value in values.items()
    }
    try:
        return model.model_validate(given)
    except ValidationError as invalid:
        error = invalid.errors()[0]
        raise Unanswered(f"{error['loc'][0] if error['loc'] else 'it'}: {error['msg']}") from None


def has_words(question: EntryQuestion, words: set[str]) -> bool:
    """Whether an entry with these words matches the words of the question."""
    groups = read_query(question.q) if question.q is not None else ()
    return all(
        any(has_term(term, words) for term in group.terms) != group.excluded for group in groups
    )


def has_term(term: SearchTerm, words: set[str]) -> bool:
    """Whether all words of a term are present, in any order."""
    beginning = term.words[-1] if term.prefix else ""
    return words.issuperset(term.whole_words) and any(w.startswith(beginning) for w in words)
