"""What the words of a question stand for: postings where they decide, the full text where not."""

from __future__ import annotations

from collections.abc import Iterable
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
    """A group whose `terms` only the full text can find; its other terms are the `words`.

    An entry must have one of the terms or words, or none of them if the group is `excluded`.
    """

    terms: tuple[SearchTerm, ...]
    words: Words
    excluded: bool


class WordPlan(NamedTuple):
    """What the words of a question ask for.

    An entry must have one of the words of every filter, and none of the words `excluded`. It must
    match each group in `fulltext`. `languages` are those of the word forms that are looked for.
    """

    groups: tuple[SearchGroup, ...] = ()
    languages: tuple[str, ...] = ()
    filters: tuple[Clause, ...] = ()
    excluded: Words = ()
    fulltext: tuple[FulltextGroup, ...] = ()

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
    """The plan of a query: postings decide about words and prefixes, the full text about phrases
    and prefixes of too many words.
    """
    groups = read_query(query)
    languages = languages_of(memory, kinds) if forms else ()
    words = words_by_term(memory, groups, kinds, languages)
    filters: list[Clause] = []
    excluded: list[str] = []
    fulltext = []
    for group in groups:
        indexed = [term for term in group.terms if len(term.words) == 1 and words[term]]
        decided = tuple(chain.from_iterable(words[term][0] for term in indexed))
        undecided = tuple(term for term in group.terms if term not in indexed)
        if undecided:
            fulltext.append(FulltextGroup(undecided, decided, group.excluded))
        if group.excluded:
            excluded += decided
        else:
            filters += word_filters([words[term] for term in group.terms])
    return WordPlan(groups, languages, tuple(filters), tuple(excluded), tuple(fulltext))


def words_by_term(
    memory: Memory, groups: Iterable[SearchGroup], kinds: tuple[str, ...], languages: Iterable[str]
) -> dict[SearchTerm, list[Words]]:
    """For each word of a term, the longest first, the words of which an entry has one.

    A prefix comes last, with the words that begin so; it is left out where the prefixes of a query
    stand for more than `MOST_PREFIXED` words in all.
    """
    words: dict[SearchTerm, list[Words]] = {}
    left = MOST_PREFIXED
    for term in chain.from_iterable(group.terms for group in groups):
        whole = sorted(term.whole_words, key=len, reverse=True)
        words[term] = [word_forms(word, languages if term.is_word else ()) for word in whole]
        begun = words_from(memory, term.words[-1], kinds, left) if term.prefix else None
        if begun is not None:
            words[term].append(begun)
            left -= len(begun)
    return words


def word_forms(word: str, languages: Iterable[str]) -> Words:
    """A word as it is indexed, and in its forms in some languages."""
    forms = sorted({form for language in languages for form in stems(word, language)})
    return tuple(dict.fromkeys([word, *forms]))


def languages_of(memory: Memory, kinds: Iterable[str]) -> tuple[str, ...]:
    """The languages of the entries of some kinds."""
    found = memory.get_all(DIMENSIONS, [(kind, "language") for kind in kinds])
    return tuple(sorted({OWN_LANGUAGE}.union(*(each.values for each in found))))


def words_from(memory: Memory, prefix: str, kinds: tuple[str, ...], most: int) -> Words | None:
    """The words in entries of some kinds that begin so; None if there are more than `most`."""
    words: dict[str, None] = {}
    for vocabulary in memory.get_all(VOCABULARIES, kinds):
        found = packed_from(vocabulary, prefix, most) if vocabulary is not None else None
        if found is None:
            return None
        words |= dict.fromkeys(found)
    return tuple(words) if len(words) <= most else None


def word_filters(terms: list[list[Words]]) -> list[Clause]:
    """The words that an entry must have to match a group, from the words of each of its terms.

    Of several terms it must have at least one word of one term.
    """
    if len(terms) == 1:
        return [Clause(WORD, each) for each in terms[0]]
    if not all(terms):
        return []
    return [Clause(WORD, tuple(dict.fromkeys(chain.from_iterable(each[0] for each in terms))))]
