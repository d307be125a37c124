"""Which term of one proposal corresponds to which term of another: one rule for every pair.

Two terms can be matched where they share a topic and speak of one thing, by vocabulary.toml:

* the first topic of each, its main one, is a topic of the other, unless both are talks or the like;
* they share a word, or words for one thing, beside those that say nothing of what a term is about;
* where one begins with talks, a manner or the like, the other names them, too; else all words of
  one stand in the other;
* in two phases, both are about all or what is left, or neither is.

Their similarity is the weighted mean of

* `topics` and `obliged`: what both name, of all that either names (Jaccard);
* `words`: the mean of rapidfuzz's token sort and token set ratios of our words;
* `phase`: 1 in the same phase, else 0;
* `quantities`, where both have some: the most similar `of` (token sort ratio) of one unit;
  an `of` with other digits ("on day 7", "on day 30") counts something else, and so do numbers of
  the dead and of the living.

Of all ways to pair the terms of two proposals, each term at most once and no pair below THRESHOLD,
the one with the greatest sum of similarities is taken (the assignment problem; H. W. Kuhn, "The
Hungarian method", 1955). Where several proposals are compared, each is paired with the latest
term of every line before it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import TypeVar

from rapidfuzz import fuzz

from app.analysis.lookups import EntryJson
from app.data_files import read_toml
from app.db.work import check_work
from app.entries.words import split

WEIGHTS = {"topics": 0.25, "obliged": 0.25, "words": 0.35, "phase": 0.15, "quantities": 0.2}
THRESHOLD = 0.5
# Similarities are compared as whole numbers, so that no rounding decides.
SCALE = 10_000
BEYOND = 1 << 60

VOCABULARY = read_toml("analysis/vocabulary.toml")
ABOUT, ALIKE = (
    {word: name for name, words in VOCABULARY[table].items() for word in words.split()}
    for table in ("about", "alike")
)
REST = {*VOCABULARY["rest"].split()}
NO_SUBJECT = {*VOCABULARY["common"].split(), *REST}

Item = TypeVar("Item")


class ComparableTerm:
    """A term by what is compared: a phase of None is the whole, `words` are those of its text."""

    def __init__(self, document: EntryJson):
        self.document = document
        self.id: str = document["id"]
        self.phase: int | None = document["phase"]
        self.position: int | None = document["position"]
        self.quantities: list[EntryJson] = document["quantities"]
        self.topics = [topic["id"] for topic in document["topics"]]
        self.obliged = {actor["id"] for actor in document["obliged"]}
        words = split(document["text"])
        self.words = " ".join(words)
        self.rest = not REST.isdisjoint(words)
        # What is named first is meant: "talks on a truce" are talks, "a truce for talks" is none.
        first = next((word for word in words if word in ABOUT or word in ALIKE), "")
        self.about = ABOUT.get(first)
        words += [word for each in self.quantities for word in split(each["of"] or "")]
        named = {ABOUT.get(word) or ALIKE.get(word) or word for word in words}
        self.subjects = named - NO_SUBJECT


def can_match(one: ComparableTerm, other: ComparableTerm) -> bool:
    """Whether two terms share a topic and are about the same thing."""
    topics, alike = set(one.topics) & set(other.topics), one.subjects & other.subjects
    if not topics or one.words == other.words:
        return bool(topics)
    if one.rest != other.rest and None not in (one.phase, other.phase) and one.phase != other.phase:
        return False
    about = {one.about, other.about} - {None}
    if not (about and one.about == other.about) and not {one.topics[0], other.topics[0]} <= topics:
        return False
    return bool(alike) and (about <= alike or alike in (one.subjects, other.subjects))


def similarity(one: ComparableTerm, other: ComparableTerm) -> float:
    """How similar two terms are, from 0 to 1; 0 where they cannot be matched."""
    check_work()
    if not can_match(one, other):
        return 0.0
    parts = {
        "topics": shared(one.topics, other.topics),
        "obliged": shared(one.obliged, other.obliged),
        "words": word_similarity(one.words, other.words),
        "phase": float(one.phase == other.phase),
    }
    if one.quantities and other.quantities:
        parts["quantities"] = max(
            quantity_similarity(mine, theirs)
            for mine in one.quantities
            for theirs in other.quantities
        )
    weight = sum(WEIGHTS[name] for name in parts)
    return sum(WEIGHTS[name] * part for name, part in parts.items()) / weight


def shared(one: Collection[str], other: Collection[str]) -> float:
    """The Jaccard index: the number in both, divided by the number in either."""
    return len({*one} & {*other}) / len({*one, *other})


def word_similarity(one: str, other: str) -> float:
    """The mean of the token sort and token set ratios."""
    return (fuzz.token_sort_ratio(one, other) + fuzz.token_set_ratio(one, other)) / 200


def of_one_sort(one: EntryJson, other: EntryJson) -> bool:
    """Whether two numbers have one unit, and count the dead both or neither."""
    counted = [{ALIKE.get(word) for word in split(each["of"] or "")} for each in (one, other)]
    return one["unit"] == other["unit"] and len({"bodies" in each for each in counted}) == 1


def quantity_similarity(one: EntryJson, other: EntryJson) -> float:
    """How similar what is counted is; 0 where the sorts or the digits differ."""
    mine, theirs = (split(each["of"] or "") for each in (one, other))
    if not of_one_sort(one, other) or digits(mine) != digits(theirs):
        return 0.0
    if mine == theirs:
        return 1.0
    return fuzz.token_sort_ratio(" ".join(mine), " ".join(theirs)) / 100


def digits(words: Iterable[str]) -> list[str]:
    """The words that hold a digit, in order."""
    return [word for word in words if any(character.isdigit() for character in word)]


def best_pairs(
    ones: Sequence[Item],
    others: Sequence[Item],
    alike: Callable[[Item, Item], float],
    threshold: float,
) -> dict[int, int]:
    """The best pairing: positions in `others` by positions in `ones`; none below the threshold."""
    scores = [[scaled(alike(one, other), threshold) for other in others] for one in ones]
    return dict(best_assignment(scores))


def scaled(score: float, threshold: float) -> int:
    """A similarity as a whole number; 0 below the threshold."""
    return round(score * SCALE) if score >= threshold else 0


def best_assignment(scores: list[list[int]]) -> list[tuple[int, int]]:
    """The pairs of rows and columns with the greatest sum; those that score 0 are left out.

    The Hungarian method with potentials, rows added one by one: O(rows² · columns).
    """
    if len(scores) > len(scores[0]):
        turned = [list(column) for column in zip(*scores, strict=True)]
        return sorted((row, column) for column, row in best_assignment(turned))
    height, width = len(scores), len(scores[0])
    row_potential, column_potential = [0] * (height + 1), [0] * (width + 1)
    row_of, before = [0] * (width + 1), [0] * (width + 1)
    for row in range(1, height + 1):
        row_of[0] = row
        reached, free = [0], list(range(1, width + 1))
        least = [BEYOND] * (width + 1)
        while current := row_of[reached[-1]]:
            for j in free:
                cost = -scores[current - 1][j - 1] - row_potential[current] - column_potential[j]
                if cost < least[j]:
                    least[j], before[j] = cost, reached[-1]
            nearest = min(free, key=least.__getitem__)
            for j in reached:
                row_potential[row_of[j]] += least[nearest]
                column_potential[j] -= least[nearest]
            reached.append(nearest)
            free.remove(nearest)
            for j in free:
                least[j] -= least[nearest]
        column = reached[-1]
        while column:
            row_of[column] = row_of[before[column]]
            column = before[column]
    taken = ((row_of[j] - 1, j - 1) for j in range(1, width + 1) if row_of[j])
    return sorted((row, column) for row, column in taken if scores[row][column])


def aligned_lines(
    columns: Sequence[Sequence[Item]], match: Callable[[list[Item], Sequence[Item]], dict[int, int]]
) -> list[list[Item | None]]:
    """Lines of corresponding items, at most one of each column; items of the first column first."""
    lines: list[list[Item | None]] = []
    for number, column in enumerate(columns):
        latest = [last_present(line) for line in lines]
        matched = match(latest, column) if latest and column else {}
        for position, line in enumerate(lines):
            line.append(column[matched[position]] if position in matched else None)
        taken = set(matched.values())
        lines += [
            [*[None] * number, each] for place, each in enumerate(column) if place not in taken
        ]
    return lines


def present(line: Iterable[Item | None]) -> list[Item]:
    """The items of a line, without its gaps."""
    return [each for each in line if each is not None]


def last_present(line: Iterable[Item | None]) -> Item:
    """The last item of a line."""
    return present(line)[-1]
