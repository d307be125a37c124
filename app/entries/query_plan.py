"""From a validated question to a query plan: which postings are met, between which sort keys."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from typing import NamedTuple

from app.db.memory import Memory
from app.db.postings import VOCABULARIES, packed_from
from app.entries.names import ENTRIES, ENTRY_NAME, VALUE, ids_of, value_type
from app.entries.questions import Clause, EntryQuestion, Sort, filters_of
from app.entries.sort_keys import LAST_SORT_KEY, first_sort_key, last_sort_key
from app.entries.words import SearchTerm, read_query
from app.errors import InvalidQuery

# The dimension of the postings of words.
WORD = "word"
# Words that the prefixes in a question may stand for; for more, the full text is asked.
MOST_PREFIXED = 1000
# For each term with a prefix, the words that begin so; None for too many.
Prefixes = dict[SearchTerm, tuple[str, ...] | None]


class QueryPlan(NamedTuple):
    """Which entries of some kinds are asked for, between two sort keys.

    An entry matches if it has one of the values of every filter, and none of the words `excluded`.
    What began before `low` and reaches into its day is asked for, too. If there are `sort_keys`,
    only entries at these are. Of all search terms, the full text is asked for `fulltext_terms`;
    the filters have the words of the rest.
    """

    kinds: tuple[str, ...]
    filters: tuple[Clause, ...]
    excluded: tuple[str, ...]
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
        return not (bounded or self.filters or self.terms or self.sort_keys)


def plan_query(memory: Memory, question: EntryQuestion, kinds: tuple[str, ...]) -> QueryPlan:
    """The plan of a question; raises `InvalidQuery` with every value that names nothing."""
    ids = resolve_names(memory, question, kinds)
    terms = read_query(question.q) if question.q is not None else ()
    prefixes = expand_prefixes(memory, terms, kinds)
    first, last = question.days()
    return QueryPlan(
        kinds=kinds,
        filters=(*question.clauses(ids), *word_filters(terms, prefixes)),
        excluded=tuple(excluded_words(terms, prefixes)),
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
            prefixes[term] = words = words_from(memory, term.words[-1], kinds, left)
            left -= len(words) if words is not None else 0
    return prefixes


def words_from(
    memory: Memory, prefix: str, kinds: tuple[str, ...], most: int
) -> tuple[str, ...] | None:
    """The words in entries of some kinds that begin so; None if there are more than `most`."""
    words: dict[str, None] = {}
    for vocabulary in memory.get_all(VOCABULARIES, kinds):
        found = packed_from(vocabulary, prefix, most) if vocabulary is not None else None
        if found is None:
            return None
        words |= dict.fromkeys(found)
    return tuple(words) if len(words) <= most else None


def is_indexed(term: SearchTerm, prefixes: Prefixes) -> bool:
    """Whether postings say which entries have a term: for words and prefixes, not for phrases."""
    return term.is_word or (len(term.words) == 1 and prefixes[term] is not None)


def word_filters(terms: Iterable[SearchTerm], prefixes: Prefixes) -> Iterator[Clause]:
    """The words that an entry must have to match the terms that are wanted."""
    for term in terms:
        if not term.excluded:
            yield from (Clause(WORD, (word,)) for word in term.whole_words)
            prefixed = prefixes.get(term)
            if prefixed is not None:
                yield Clause(WORD, prefixed)


def excluded_words(terms: Iterable[SearchTerm], prefixes: Prefixes) -> Iterator[str]:
    """The words that an entry must not have, as far as postings say so."""
    for term in terms:
        if term.excluded and is_indexed(term, prefixes):
            yield from prefixes.get(term) or term.whole_words


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
