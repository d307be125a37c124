"""What the words of a question stand for: postings where they decide, the full text where not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import NamedTuple

from app.db.postings import DIMENSIONS, VOCABULARIES, packed_from
from app.db.snapshots import Memory
from app.entries.questions import Clause
from app.entries.search_query import SearchGroup, read_query
from app.entries.stems import OWN_LANGUAGE, stems
from app.entries.words import SearchTerm

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


class WordPlan(NamedTuple):
    """What the words of a question ask for.

    An entry must have one of the words of every filter, and none of the words `excluded`. Of
    `groups`, the full text is asked for `fulltext`. `languages` are those of the word forms that
    are looked for.
    """

    groups: tuple[SearchGroup, ...] = ()
    languages: tuple[str, ...] = ()
    filters: tuple[Clause, ...] = ()
    excluded: tuple[str, ...] = ()
    fulltext: FulltextTerms = FulltextTerms()

    def to_weigh(self) -> list[Words]:
        """What makes an entry match better: each word it must have; of several terms, any word."""
        weighed: dict[Words, None] = {}
        for group in self.groups:
            if not group.excluded:
                words = [
                    word_forms(word, self.languages if term.is_word else ())
                    for term in group.terms
                    for word in term.whole_words
                ]
                if len(group.terms) > 1:
                    words = [tuple(dict.fromkeys(chain.from_iterable(words)))]
                # Of prefixes, nothing is weighed.
                weighed.update(dict.fromkeys(filter(None, words)))
        return list(weighed)


NO_WORDS = WordPlan()


def plan_words(memory: Memory, query: str, kinds: tuple[str, ...], *, forms: bool) -> WordPlan:
    """The plan of a query; prefixes stand for up to `MOST_PREFIXED` words in all."""
    groups = read_query(query)
    prefixes: dict[SearchTerm, Words | None] = {}
    left = MOST_PREFIXED
    for term in chain.from_iterable(group.terms for group in groups):
        if term.prefix:
            prefixes[term] = words = words_from(memory, term.words[-1], kinds, left)
            left -= len(words) if words is not None else 0
    lookup = WordLookup(prefixes, languages_of(memory, kinds) if forms else ())
    return WordPlan(
        groups,
        lookup.languages,
        tuple(word_filters(groups, lookup)),
        tuple(word for each in groups if each.excluded for word in lookup.indexed_words(each)),
        fulltext_terms(groups, lookup),
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


def languages_of(memory: Memory, kinds: Iterable[str]) -> tuple[str, ...]:
    """The languages of the entries of some kinds."""
    found = memory.get_all(DIMENSIONS, [(kind, "language") for kind in kinds])
    return tuple(sorted({OWN_LANGUAGE}.union(*(each.values for each in found))))


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
