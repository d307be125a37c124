"""What a question's `q` asks for: groups of words and phrases, of each of which one is enough."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import product
from math import prod
from typing import NamedTuple

from app.entries.spellings import abbreviation_in, number_in, rewritten
from app.entries.words import GERSHAYIM, SearchTerm, split, without_marks

TERMS_MAXIMUM = 64
# PostgreSQL's stack overflows in phrases of some 15,000 words.
WORDS_MAXIMUM = 1024
NESTED_MAXIMUM = 16
GIVEN_SHOWN = 60
# A question reads its words thrice.
KEPT_QUERIES = 256
# Abbreviations that are another word in small letters.
OTHER_WORDS = frozenset(("us", "it", "who", "is"))

QUOTES = '"“”„«»'
TOKEN = re.compile(
    r"(?P<minus>(?<![^\s(])-+)?"
    rf"(?:[{QUOTES}](?P<phrase>[^{QUOTES}]*)(?:[{QUOTES}](?P<star>\*?))?"
    rf"|(?P<bracket>[()])|(?P<run>[^\s{QUOTES}()]+))"
)
OPERATORS = frozenset(("OR", "AND", "NOT", "|"))
# The thousands of a number may be separated by spaces, but a run has none.
SPACED_NUMBER = re.compile(r"(?<!\S)\d{1,3}(?:[ \u00a0\u202f\u2009]\d{3})+(?!\S)")
NO_DIGIT = re.compile(r"\D")
# An asterisk after the last word.
PREFIX = re.compile(r"[^\W_]\*+\Z")


class NoWordsError(ValueError):
    """A query in which no letter and no digit is left to look for."""


class TooManyWordsError(ValueError):
    """A query of more than TERMS_MAXIMUM terms or WORDS_MAXIMUM words."""


class UnclearQueryError(ValueError):
    """A query whose operators have two meanings, or that asks for what cannot be answered."""


class SearchGroup(NamedTuple):
    """Terms of which a text must have at least one, or none if `excluded`."""

    terms: tuple[SearchTerm, ...]
    excluded: bool = False


@lru_cache(maxsize=KEPT_QUERIES)
def read_query(text: str) -> tuple[SearchGroup, ...]:
    """What a query asks for, all of it at once, in its order and without repetitions.

    Words and "phrases" must all occur; `-` or `NOT` before one excludes it, `*` after one makes its
    last word a prefix, `OR` joins its two neighbours, parentheses group. What is left open or
    stands alone is ignored: `(a OR` asks for `a`. A word in another spelling is found, too.

    Raises NoWordsError if no word is left, TooManyWordsError if there are too many, and
    UnclearQueryError where AND and OR stand side by side, or an alternative is excluded.
    """
    plain = SPACED_NUMBER.sub(lambda number: NO_DIGIT.sub(",", number[0]), without_marks(text))
    tokens = list(TOKEN.finditer(GERSHAYIM.sub("\u05f4", plain)))
    groups = tuple(dict.fromkeys(QueryReader(tokens).conjunction()))
    if not groups:
        given = repr(text[:GIVEN_SHOWN])
        raise NoWordsError(f"{given}: no word to look for; give at least one letter or digit")
    words = sum(len(term.words) for group in groups for term in group.terms)
    if len(groups) > TERMS_MAXIMUM:
        raise TooManyWordsError(f"{len(groups)} words and phrases; give {TERMS_MAXIMUM} or fewer")
    if words > WORDS_MAXIMUM:
        raise TooManyWordsError(f"{words} words in all; give {WORDS_MAXIMUM} or fewer")
    return groups


def readable_words(text: str) -> str:
    """The text as it is; refuses one that is no query."""
    read_query(text)
    return text


class QueryReader:
    """Reads the tokens of a query, from the first to the last."""

    def __init__(self, tokens: list[re.Match[str]]):
        self.tokens = tokens[::-1]
        self.nested = 0

    def next_is(self, *signs: str) -> bool:
        """Whether the next token is one of some operators or brackets."""
        return bool(self.tokens) and self.tokens[-1][0] in signs

    def conjunction(self) -> list[SearchGroup]:
        """What must all hold, to the end or the closing bracket."""
        groups: list[SearchGroup] = []
        operators = set()
        while self.tokens:
            if self.next_is(")"):
                if self.nested:
                    break
                self.tokens.pop()
            elif self.next_is("AND"):
                operators.add(self.tokens.pop()[0])
            else:
                alternatives = [self.item()]
                while self.next_is("OR", "|"):
                    self.tokens.pop()
                    operators.add("OR")
                    if self.tokens and not self.next_is(")", "OR", "|"):
                        alternatives.append(self.item())
                groups += any_of([each for each in alternatives if each])
        if len(operators) > 1:
            raise UnclearQueryError("AND and OR side by side; put parentheses around one of them")
        return groups

    def item(self) -> list[SearchGroup]:
        """A word, a phrase, or a group in parentheses; nothing for a misplaced operator."""
        token = self.tokens.pop()
        if token[0] == "NOT":
            return excluded(self.item()) if self.tokens and not self.next_is(")") else []
        if token[0] in OPERATORS or token["bracket"] == ")":
            return []
        groups = self.bracketed() if token["bracket"] else group_of(token)
        return excluded(groups) if token["minus"] is not None else groups

    def bracketed(self) -> list[SearchGroup]:
        """The groups in parentheses; the opening one has been read."""
        self.nested += 1
        if self.nested > NESTED_MAXIMUM:
            raise UnclearQueryError(
                f"more than {NESTED_MAXIMUM} parentheses inside each other; give fewer"
            )
        groups = self.conjunction()
        if self.tokens:
            self.tokens.pop()
        self.nested -= 1
        return groups


def excluded(groups: list[SearchGroup]) -> list[SearchGroup]:
    """The opposite of what one word, phrase or alternative asks for."""
    if len(groups) > 1:
        raise UnclearQueryError(
            "several words are excluded at once; exclude each of them, or all as alternatives: "
            "-(a OR b)"
        )
    return [SearchGroup(group.terms, not group.excluded) for group in groups]


def any_of(alternatives: list[list[SearchGroup]]) -> list[SearchGroup]:
    """Groups that hold together where one of some alternatives does."""
    if len(alternatives) < 2:
        return alternatives[0] if alternatives else []
    if any(group.excluded for groups in alternatives for group in groups):
        raise UnclearQueryError("an excluded word as an alternative; exclude it outside of OR")
    combinations = prod(map(len, alternatives))
    if combinations > TERMS_MAXIMUM:
        raise TooManyWordsError(
            f"alternatives in {combinations} combinations; give {TERMS_MAXIMUM} or fewer"
        )
    return [
        SearchGroup(tuple(dict.fromkeys(term for group in groups for term in group.terms)))
        for groups in product(*alternatives)
    ]


def group_of(token: re.Match[str]) -> list[SearchGroup]:
    """A word or phrase in all its spellings; nothing where no letter and no digit is in it."""
    body = token["run"] if token["phrase"] is None else token["phrase"]
    prefix = token["star"] == "*" or PREFIX.search(body) is not None
    terms = dict.fromkeys(spelled_terms(body.strip("*"), prefix=prefix))
    return [SearchGroup(tuple(terms))] if terms else []


def spelled_terms(body: str, *, prefix: bool) -> Iterator[SearchTerm]:
    """A word or phrase as it is written and in other spellings."""
    words = tuple(split(body))
    number = None if prefix else number_in(body)
    abbreviation = None if prefix else abbreviation_in(body.strip(",;:!?"))
    if number is not None:
        # Indexed for every spelling of it.
        yield SearchTerm((number,))
    elif abbreviation is not None:
        yield SearchTerm((abbreviation,))
        if "".join(words) not in OTHER_WORDS or len(words) > 1:
            yield SearchTerm(words)
    elif words:
        yield SearchTerm(words, prefix)
        for spelling in rewritten(body):
            yield SearchTerm(tuple(split(spelling)), prefix)
