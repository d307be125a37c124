"""From a validated question to a query plan: which postings are met, between which sort keys."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

from app.db.memory import Memory
from app.db.postings import VOCABULARIES, PostingsKey, packed_from
from app.entries.names import ENTRIES, ENTRY_NAME, VALUE, ids_of, value_type
from app.entries.questions import Clause, EntryQuestion, Sort, filters_of
from app.entries.sort_keys import (
    LAST_SORT_KEY,
    first_sort_key,
    key_of,
    last_sort_key,
)
from app.entries.words import SearchTerm, read_query
from app.errors import InvalidQuery

# Keys of postings, of which any is enough.
Keys = tuple[PostingsKey, ...]
# The dimension of the postings of words.
WORD = "word"
# Words that the prefixes in a question may stand for; for more, the full text is asked.
MOST_PREFIXED = 1000
# For each term with a prefix: by kind, the keys of the words that begin so; None for too many.
Prefixes = dict[SearchTerm, dict[str, Keys] | None]


class KindClause(NamedTuple):
    """What is asked of the entries of one kind.

    An entry matches if, for every filter, it is in the postings of one of its keys, and it is in
    no postings of `excluded`.
    """

    kind: str
    filters: tuple[Keys, ...]
    excluded: Keys = ()


class QueryPlan(NamedTuple):
    """Which entries are asked for: those that match any of the kind clauses, between two sort keys.

    What began before `low` and reaches into its day is asked for, too. If there are `sort_keys`,
    only entries at these are. Of all search terms, the full text is asked for `fulltext_terms`;
    the clauses have the rest.
    """

    kinds: tuple[str, ...]
    kind_clauses: tuple[KindClause, ...]
    low: int
    high: int
    descending: bool
    terms: tuple[SearchTerm, ...]
    fulltext_terms: tuple[SearchTerm, ...]
    sort_keys: tuple[int, ...]

    @property
    def is_unfiltered(self) -> bool:
        """Whether every entry of the kinds is asked for."""
        bounded = self.low > 0 or self.high < LAST_SORT_KEY
        every_one = tuple([KindClause(kind, every_entry(kind)) for kind in self.kinds])
        return self.kind_clauses == every_one and not (bounded or self.terms or self.sort_keys)


@cache
def every_entry(kind: str) -> tuple[Keys, ...]:
    """The filters of a clause that matches every entry of its kind."""
    return ((key_of(kind, "kind", kind),),)


def plan_query(memory: Memory, question: EntryQuestion, kinds: tuple[str, ...]) -> QueryPlan:
    """The plan of a question; raises `InvalidQuery` with every value that names nothing."""
    ids = resolve_names(memory, question, kinds)
    terms = read_query(question.q) if question.q is not None else ()
    prefixes = expand_prefixes(memory, terms, kinds) if terms else {}
    clauses = question.clauses(ids)
    first, last = question.days()
    return QueryPlan(
        kinds=kinds,
        kind_clauses=tuple([kind_clause(kind, clauses, terms, prefixes) for kind in kinds]),
        low=first_sort_key(first.toordinal()) if first is not None else 0,
        high=last_sort_key(last.toordinal()) if last is not None else LAST_SORT_KEY,
        descending=question.sort is not Sort.oldest,
        terms=terms,
        fulltext_terms=tuple([term for term in terms if not is_indexed(term, prefixes)]),
        sort_keys=sort_keys_of(memory, ids["id"], kinds) if ids["id"] else (),
    )


def expand_prefixes(
    memory: Memory, terms: Iterable[SearchTerm], kinds: tuple[str, ...]
) -> Prefixes:
    """The words that the prefixes of terms stand for, up to `MOST_PREFIXED` in all."""
    prefixes: Prefixes = {}
    left = MOST_PREFIXED
    for term in terms:
        if term.prefix:
            prefixes[term] = keys = words_from(memory, term.words[-1], kinds, left)
            left -= sum(map(len, keys.values())) if keys is not None else 0
    return prefixes


def words_from(
    memory: Memory, prefix: str, kinds: tuple[str, ...], most: int
) -> dict[str, Keys] | None:
    """By kind, the keys of the words that begin so; None if there are more than `most`."""
    keys: dict[str, Keys] = {}
    for kind, vocabulary in zip(kinds, memory.get_all(VOCABULARIES, kinds), strict=True):
        words = packed_from(vocabulary, prefix, most) if vocabulary is not None else None
        if words is None:
            return None
        keys[kind] = tuple(key_of(kind, WORD, word) for word in words)
        most -= len(words)
    return keys


def is_indexed(term: SearchTerm, prefixes: Prefixes) -> bool:
    """Whether postings say which entries have a term: for words and prefixes, not for phrases."""
    return term.is_word or (len(term.words) == 1 and prefixes[term] is not None)


def kind_clause(
    kind: str, clauses: list[Clause], terms: tuple[SearchTerm, ...], prefixes: Prefixes
) -> KindClause:
    """What the clauses and search terms of a question ask of one kind."""
    filters: list[Keys] = [
        tuple([key_of(kind, dimension, value) for dimension, value in clause]) for clause in clauses
    ]
    excluded: list[PostingsKey] = []
    for term in terms:
        keys: list[Keys] = [(key_of(kind, WORD, word),) for word in term.whole_words]
        prefixed = prefixes.get(term)
        if prefixed is not None:
            keys.append(prefixed[kind])
        if not term.excluded:
            filters += keys
        elif is_indexed(term, prefixes):
            excluded += keys[0]
    return KindClause(kind, tuple(filters) or every_entry(kind), tuple(excluded))


def sort_keys_of(memory: Memory, ids: list[str], kinds: tuple[str, ...]) -> tuple[int, ...]:
    """The sort keys of entries; refuses an id of a kind that is not asked for."""
    sort_keys = []
    for entry_id, entry in zip(ids, memory.get_all(ENTRIES, ids), strict=True):
        assert entry is not None
        kind, sort_key = entry
        if kind not in kinds:
            raise InvalidQuery.of("id", entry_id, f"is a {kind}; ask for `kind={kind}`, too.")
        sort_keys.append(sort_key)
    return tuple(sort_keys)


def resolve_names(
    memory: Memory, question: EntryQuestion, kinds: tuple[str, ...]
) -> dict[str, list[str]]:
    """The ids behind every field that names something; none for a field that is not given."""
    given = question.model_fields_set
    asked = [
        (field, name_type, value)
        for field, name_type in name_types_of(type(question), kinds)
        if field in given
        for value in getattr(question, field)
    ]
    return ids_of(memory, asked)


@cache
def name_types_of(
    model: type[EntryQuestion], kinds: tuple[str, ...]
) -> tuple[tuple[str, str], ...]:
    """The fields of a question that name something, and the type of name that each takes."""
    own = [
        (field, value_type(kinds[0], field) if mark.name_type == VALUE else mark.name_type)
        for field, mark in filters_of(model).items()
        if mark.name_type is not None
    ]
    entry = kinds[0] if len(kinds) == 1 else ENTRY_NAME
    return (("id", entry), ("actor", "actor"), ("topic", "topic"), *own)
