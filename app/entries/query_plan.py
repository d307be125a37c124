"""From a validated question to the entries that it finds: its plan, and the scan of postings.

Postings are intersected window by window, from the end that is asked for, so that the cost of a
page does not grow with the length of the postings.
"""

from __future__ import annotations

import datetime
from functools import cache, lru_cache
from itertools import islice
from typing import NamedTuple

from pyroaring import BitMap

from app.db.postings import (
    LAST_SORT_KEY,
    POSTINGS,
    PostingsKey,
    SortKeys,
    all_sort_keys,
    day_of,
    enclosing_nodes,
    first_sort_key,
    key_of,
    keys_of,
    last_sort_key,
)
from app.db.snapshots import Memory
from app.entries.dates import parse_bound
from app.entries.fulltext import FULLTEXT_WINDOW, FulltextMatch, fulltext_match
from app.entries.names import ENTRIES, ENTRY_NAME, VALUE, ids_of, value_type
from app.entries.questions import Clause, EntryQuestion, Sort, filters_of
from app.entries.recorded import ENTRY_DAYS, RECORDED
from app.entries.word_plan import NO_WORDS, WORD, WordPlan, plan_words
from app.errors import InvalidQuery

# Entries of the rarest filter that the first window may have, roughly.
FIRST_ENTRIES = 256
FIRST_WINDOW = 256
WIDER = 8


class QueryPlan(NamedTuple):
    """Which entries of some kinds are asked for, between two sort keys.

    An entry matches if it has one of the values of every filter, and what `words` ask for. What
    began before `low` and reaches into its day is asked for, too. If there are `sort_keys`, only
    entries at these are; with `recorded_since`, only entries recorded on that day or later.
    """

    kinds: tuple[str, ...]
    filters: tuple[Clause, ...]
    words: WordPlan
    low: int
    high: int
    descending: bool
    sort_keys: tuple[int, ...]
    recorded_since: datetime.date | None = None

    @property
    def is_unfiltered(self) -> bool:
        """Whether every entry of the kinds is asked for."""
        bounded = self.low > 0 or self.high < LAST_SORT_KEY
        narrowed = self.filters or self.words.groups or self.sort_keys or self.recorded_since
        return not (bounded or narrowed)


def plan_query(memory: Memory, question: EntryQuestion, kinds: tuple[str, ...]) -> QueryPlan:
    """The plan of a question; raises `InvalidQuery` with every value that names nothing."""
    ids = resolve_names(memory, question, kinds)
    words = NO_WORDS
    if question.q is not None:
        words = plan_words(memory, question.q, kinds, forms=question.word_forms)
    first, last = question.days
    return QueryPlan(
        kinds=kinds,
        filters=(*question.clauses(ids), *words.filters),
        words=words,
        low=first_sort_key(first.toordinal()) if first is not None else 0,
        high=last_sort_key(last.toordinal()) if last is not None else LAST_SORT_KEY,
        descending=question.sort is not Sort.oldest,
        sort_keys=sort_keys_of(memory, ids["id"], kinds) if ids["id"] else (),
        recorded_since=parse_bound(question.recorded_since)[0] if question.recorded_since else None,
    )


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


class KindScan(NamedTuple):
    """Entries of a kind with ordinals from `low` to before `high`.

    Each is in one of the bitmaps of every filter, the rarest filter first, and in none of
    `excluded`.
    """

    kind: str
    filters: list[list[BitMap]]
    excluded: list[BitMap]
    low: int
    high: int

    def within(self, low: int, high: int) -> BitMap:
        """The entries with ordinals from `low` to before `high`."""
        low = max(low, self.low)
        found = BitMap(range(low, max(low, min(high, self.high))))
        for bitmaps in self.filters:
            if len(bitmaps) == 1:
                found &= bitmaps[0]
            else:
                found = BitMap.union(*[each & found for each in bitmaps])
        for each in self.excluded:
            found -= each
        return found

    def total(self) -> int:
        """How many entries there are."""
        if len(self.filters) == len(self.filters[0]) == 1 and not self.excluded:
            return self.filters[0][0].range_cardinality(self.low, self.high)
        return len(self.within(self.low, self.high))


class Scan(NamedTuple):
    """The entries of an answer: those of each kind scan, no two of which have one in common.

    Their ordinals are from `low` to before `high`. The full text is asked if there is a
    `fulltext_match`.
    """

    kind_scans: list[KindScan]
    low: int
    high: int
    fulltext_match: FulltextMatch | None
    descending: bool
    sort_keys: SortKeys

    def first(self, memory: Memory, limit: int, low: int, high: int) -> list[int]:
        """The first ordinals from `low` to before `high`, in the order of the scan."""
        ordinals: list[int] = []
        low, high, width = max(low, self.low), min(high, self.high), self.first_width()
        while low < high and len(ordinals) < limit:
            memory.check_time()
            wanted = limit - len(ordinals)
            if self.descending:
                found = self.matching(memory, max(low, high - width), high)
                ordinals += found.to_array()[: -wanted - 1 : -1]
                high -= width
            else:
                found = self.matching(memory, low, min(high, low + width))
                ordinals += found.to_array()[:wanted]
                low += width
            width *= WIDER
            if self.fulltext_match is not None:
                width = min(width, FULLTEXT_WINDOW)
        return ordinals

    def first_width(self) -> int:
        """How many ordinals the first window has; later ones are wider."""
        rarest = sum([entries_in(each.filters[0]) for each in self.kind_scans])
        return max(FIRST_WINDOW, len(self.sort_keys) * FIRST_ENTRIES // max(rarest, 1))

    def matching(self, memory: Memory, low: int, high: int) -> BitMap:
        """The ordinals from `low` to before `high`."""
        found = self.within(low, high)
        if self.fulltext_match is None:
            return found
        return self.fulltext_match.among(memory, [found])[0]

    def within(self, low: int, high: int) -> BitMap:
        """What the postings find from one ordinal to before another."""
        if len(self.kind_scans) == 1:
            return self.kind_scans[0].within(low, high)
        return BitMap.union(BitMap(), *[each.within(low, high) for each in self.kind_scans])

    def total(self, memory: Memory) -> int:
        """How many entries there are."""
        if self.fulltext_match is not None:
            return len(self.everything(memory))
        return sum([each.total() for each in self.kind_scans])

    def everything(self, memory: Memory) -> BitMap:
        """All ordinals."""
        if self.fulltext_match is None:
            return self.within(self.low, self.high)
        starts = range(self.low, self.high, FULLTEXT_WINDOW)
        windows = [self.within(start, start + FULLTEXT_WINDOW) for start in starts]
        return BitMap.union(BitMap(), *self.fulltext_match.among(memory, windows))

    def of_kind(self, kind: str) -> Scan:
        """The same of one kind."""
        return self._replace(kind_scans=[each for each in self.kind_scans if each.kind == kind])


def entries_in(bitmaps: list[BitMap]) -> int:
    """How many entries some bitmaps have together, at most."""
    return len(bitmaps[0]) if len(bitmaps) == 1 else sum(map(len, bitmaps))


def scan_of(memory: Memory, plan: QueryPlan) -> Scan:
    """The scan of a plan: what begins between its sort keys, and what reaches into them."""
    sort_keys, words = all_sort_keys(memory), plan.words
    low, high = sort_keys.ordinal_from(plan.low), sort_keys.ordinal_from(plan.high + 1)
    keys = [group for kind in plan.kinds for group in posting_keys(kind, plan)]
    postings = iter(memory.get_groups(POSTINGS, keys))
    given = [[sort_keys.ordinals(plan.sort_keys)]] if plan.sort_keys else []
    if plan.recorded_since is not None:
        given.append([memory.get(ENTRY_DAYS, None)[RECORDED].since(plan.recorded_since)])
    kind_scans: list[KindScan] = []
    for kind in plan.kinds:
        excluded, reaching, *filters = islice(postings, len(keys) // len(plan.kinds))
        found = sorted(map(without_empty, (*given, *filters)), key=entries_in)
        if low < high and all(found):
            kind_scans.append(KindScan(kind, found, excluded, low, high))
        if low > 0 and any(reaching) and all(found):
            kind_scans.append(KindScan(kind, [reaching, *found], excluded, 0, low))
    return Scan(
        kind_scans,
        min([each.low for each in kind_scans], default=high),
        high,
        fulltext_match(memory, words.fulltext, plan.kinds, sort_keys) if words.fulltext else None,
        plan.descending,
        sort_keys,
    )


def posting_keys(kind: str, plan: QueryPlan) -> list[list[PostingsKey]]:
    """The keys of what a plan excludes, of what reaches into its days, and of each filter."""
    keys: list[list[PostingsKey]] = [
        [key_of(kind, WORD, word) for word in plan.words.excluded],
        [reaching_key(kind, day_of(plan.low))] if plan.low > 0 else [],
    ]
    for dimension, values in plan.filters or (Clause("kind", (kind,)),):
        keys.append([key_of(kind, dimension, value) for value in values])
    return keys


@lru_cache(maxsize=16384)
def reaching_key(kind: str, day: int) -> PostingsKey:
    """The key of the postings of what began before a day and reaches into it."""
    return keys_of(kind, "reach", enclosing_nodes(day))


def without_empty(bitmaps: list[BitMap]) -> list[BitMap]:
    """The bitmaps that have any entry."""
    return [each for each in bitmaps if each]


def found_by_kind(memory: Memory, plan: QueryPlan) -> dict[str, BitMap]:
    """The ordinals of all entries of a plan, by kind."""
    scan = scan_of(memory, plan)
    return {kind: scan.of_kind(kind).everything(memory) for kind in plan.kinds}
