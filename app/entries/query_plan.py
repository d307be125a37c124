"""From a validated question to a query plan: which postings are met, between which sort keys."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from itertools import chain
from typing import NamedTuple

from app.db.postings import (
    LAST_SORT_KEY,
    TALLIES,
    VOCABULARIES,
    first_sort_key,
    last_sort_key,
    packed_from,
)
from app.db.snapshots import Memory
from app.entries.names import ENTRIES, ENTRY_NAME, VALUE, ids_of, value_type
from app.entries.questions import Clause, EntryQuestion, Sort, filters_of
from app.entries.search_query import SearchGroup, read_query
from app.entries.stems import OWN_LANGUAGE, stems
from app.entries.words import SearchTerm
from app.errors import InvalidQuery

# The dimension of the postings of words.
WORD = "word"
# Words that the prefixes in a question may stand for; for more, the full text is asked.
MOST_PREFIXED = 1000
# Words of which one is enough.
Words = tuple[str, ...]


class FulltextGroup(NamedTuple):
    """Terms of which an entry must have one, unless it has one of the words."""

    terms: tuple[SearchTerm, ...]
    words: Words


class FulltextTerms(NamedTuple):
    """What the full text is asked for: all of `wanted`, none of `unwanted`, and each group."""

    wanted: tuple[SearchTerm, ...] = ()
    unwanted: tuple[SearchTerm, ...] = ()
    groups: tuple[FulltextGroup, ...] = ()


class QueryPlan(NamedTuple):
    """Which entries of some kinds are asked for, between two sort keys.

    An entry matches if it has one of the values of every filter, and none of the words `excluded`.
    What began before `low` and reaches into its day is asked for, too. If there are `sort_keys`,
    only entries at these are. Of `search_groups`, the full text is asked for `fulltext_terms`; the
    filters have the words of the rest. `languages` are those of the word forms that are looked for.
    """

    kinds: tuple[str, ...]
    filters: tuple[Clause, ...]
    excluded: tuple[str, ...]
    low: int
    high: int
    descending: bool
    search_groups: tuple[SearchGroup, ...]
    languages: tuple[str, ...]
    fulltext_terms: FulltextTerms
    sort_keys: tuple[int, ...]

    @property
    def is_unfiltered(self) -> bool:
        """Whether every entry of the kinds is asked for."""
        bounded = self.low > 0 or self.high < LAST_SORT_KEY
        return not (bounded or self.filters or self.search_groups or self.sort_keys)


def plan_query(memory: Memory, question: EntryQuestion, kinds: tuple[str, ...]) -> QueryPlan:
    """The plan of a question; raises `InvalidQuery` with every value that names nothing."""
    ids = resolve_names(memory, question, kinds)
    groups = read_query(question.q) if question.q is not None else ()
    lookup = word_lookup(memory, question, groups, kinds)
    first, last = question.days()
    return QueryPlan(
        kinds=kinds,
        filters=(*question.clauses(ids), *word_filters(groups, lookup)),
        excluded=tuple(excluded_words(groups, lookup)),
        low=first_sort_key(first.toordinal()) if first is not None else 0,
        high=last_sort_key(last.toordinal()) if last is not None else LAST_SORT_KEY,
        descending=question.sort is not Sort.oldest,
        search_groups=groups,
        languages=lookup.languages,
        fulltext_terms=fulltext_terms(groups, lookup),
        sort_keys=sort_keys_of(memory, ids["id"], kinds) if ids["id"] else (),
    )


class WordLookup(NamedTuple):
    """What the words of a question stand for: by their prefixes, and by their forms in languages.

    `prefixes` has the words that begin as each term with a prefix; None for too many.
    """

    prefixes: dict[SearchTerm, Words | None]
    languages: tuple[str, ...]

    def is_indexed(self, term: SearchTerm) -> bool:
        """Whether postings say which entries have a term: for words and prefixes, not phrases."""
        return term.is_word or (len(term.words) == 1 and self.prefixes[term] is not None)

    def words_of(self, term: SearchTerm) -> list[Words]:
        """For each word of a term, the longest first, the words of which an entry has one."""
        languages = self.languages if term.is_word else ()
        whole = sorted(term.whole_words, key=len, reverse=True)
        words: list[Words] = [word_forms(word, languages) for word in whole]
        prefixed = self.prefixes.get(term)
        return words if prefixed is None else [*words, prefixed]

    def indexed_words(self, group: SearchGroup) -> Words:
        """The words of those terms of a group about which postings decide."""
        indexed = filter(self.is_indexed, group.terms)
        return tuple(chain.from_iterable(self.words_of(term)[0] for term in indexed))


def word_forms(word: str, languages: Iterable[str]) -> Words:
    """A word as it is indexed, and in its forms in some languages."""
    forms = sorted({form for language in languages for form in stems(word, language)})
    return tuple(dict.fromkeys([word, *forms]))


def word_lookup(
    memory: Memory, question: EntryQuestion, groups: Iterable[SearchGroup], kinds: tuple[str, ...]
) -> WordLookup:
    """The lookup of a question's words; prefixes stand for up to `MOST_PREFIXED` words in all."""
    prefixes: dict[SearchTerm, Words | None] = {}
    left = MOST_PREFIXED
    for term in chain.from_iterable(group.terms for group in groups):
        if term.prefix:
            prefixes[term] = words = words_from(memory, term.words[-1], kinds, left)
            left -= len(words) if words is not None else 0
    return WordLookup(prefixes, languages_of(memory, kinds) if question.word_forms else ())


def languages_of(memory: Memory, kinds: Iterable[str]) -> tuple[str, ...]:
    """The languages of the entries of some kinds."""
    rows = memory.get_all(TALLIES, [(kind, "language") for kind in kinds])
    return tuple(sorted({OWN_LANGUAGE, *(value for _, value, _ in chain.from_iterable(rows))}))


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


def word_filters(groups: Iterable[SearchGroup], lookup: WordLookup) -> Iterator[Clause]:
    """The words that an entry must have to match the groups that are wanted.

    Of a group of several terms it must have at least one word of one term.
    """
    for group in groups:
        words = [lookup.words_of(term) for term in group.terms]
        if group.excluded:
            continue
        if len(words) == 1:
            yield from (Clause(WORD, each) for each in words[0])
        elif all(words):
            yield Clause(WORD, tuple(dict.fromkeys(chain.from_iterable(each[0] for each in words))))


def excluded_words(groups: Iterable[SearchGroup], lookup: WordLookup) -> Iterator[str]:
    """The words that an entry must not have, as far as postings say so."""
    for group in groups:
        if group.excluded:
            yield from lookup.indexed_words(group)


def fulltext_terms(groups: Iterable[SearchGroup], lookup: WordLookup) -> FulltextTerms:
    """The terms about which postings do not decide."""
    wanted: list[SearchTerm] = []
    unwanted: list[SearchTerm] = []
    mixed = []
    for group in groups:
        terms = tuple(term for term in group.terms if not lookup.is_indexed(term))
        if group.excluded:
            unwanted += terms
        elif len(group.terms) == 1:
            wanted += terms
        elif terms:
            mixed.append(FulltextGroup(terms, lookup.indexed_words(group)))
    return FulltextTerms(tuple(wanted), tuple(unwanted), tuple(mixed))


def words_to_weigh(plan: QueryPlan) -> list[Words]:
    """What makes an entry match better: each word that it must have; of several terms, any word."""
    weighed: dict[Words, None] = {}
    for group in plan.search_groups:
        if not group.excluded:
            words = [
                word_forms(word, plan.languages if term.is_word else ())
                for term in group.terms
                for word in term.whole_words
            ]
            if len(group.terms) > 1:
                words = [tuple(dict.fromkeys(chain.from_iterable(words)))]
            # Of prefixes, nothing is weighed.
            weighed.update(dict.fromkeys(filter(None, words)))
    return list(weighed)


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
