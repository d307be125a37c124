"""Which entries a query plan finds: the ordinals of the first ones, or of all.

Postings are met window by window, from the end that is asked for, so that a page costs as much as
it shows, however long the postings are.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from pyroaring import BitMap

from app.db.postings import (
    POSTINGS,
    PostingsKey,
    SortKeys,
    all_sort_keys,
    day_of,
    enclosing_nodes,
    key_of,
)
from app.db.snapshots import Memory
from app.entries.fulltext import FULLTEXT_MATCHES, FulltextQuery
from app.entries.query_plan import WORD, QueryPlan
from app.entries.questions import Clause
from app.entries.words import SearchTerm

# Entries of the rarest filter that the first window may have, roughly.
FIRST_ENTRIES = 256
FIRST_WINDOW = 256
WIDER = 8
# Ordinals about which the full text is asked at once.
FULLTEXT_WINDOW = 1 << 18


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


class FulltextMatch(NamedTuple):
    """What the full text has to decide: terms that must all match, and terms that must not.

    Postings of words are enough for single words, but not for phrases. Of each group an entry must
    match one term, unless it is in the bitmap.
    """

    wanted: tuple[SearchTerm, ...]
    unwanted: tuple[SearchTerm, ...]
    groups: list[tuple[tuple[SearchTerm, ...], BitMap]]
    sort_keys: SortKeys

    def among(self, memory: Memory, windows: list[BitMap]) -> list[BitMap]:
        """The entries of each window for which it holds."""
        if self.wanted:
            matches = self.matches(memory, self.wanted, windows, combine_all=True)
            windows = [found & each for found, each in zip(windows, matches, strict=True)]
        if self.unwanted:
            matches = self.matches(memory, self.unwanted, windows, combine_all=False)
            windows = [found - each for found, each in zip(windows, matches, strict=True)]
        for terms, decided in self.groups:
            rest = [found - decided for found in windows]
            matches = self.matches(memory, terms, rest, combine_all=False)
            windows = [
                (found & decided) | (undecided & each)
                for found, undecided, each in zip(windows, rest, matches, strict=True)
            ]
        return windows

    def matches(
        self,
        memory: Memory,
        terms: tuple[SearchTerm, ...],
        windows: list[BitMap],
        *,
        combine_all: bool,
    ) -> list[BitMap]:
        """What matches terms between the first and the last entry of each window."""
        queries = [
            FulltextQuery(terms, combine_all, *self.sort_keys.at((found[0], found[-1])))
            for found in windows
            if found
        ]
        matches = iter(memory.get_all(FULLTEXT_MATCHES, queries))
        return [next(matches) if found else found for found in windows]


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
    sort_keys = all_sort_keys(memory)
    low, high = sort_keys.ordinal_from(plan.low), sort_keys.ordinal_from(plan.high + 1)
    keys = [group for kind in plan.kinds for group in posting_keys(kind, plan)]
    postings = iter(memory.get_groups(POSTINGS, keys))
    given = [[sort_keys.ordinals(plan.sort_keys)]] if plan.sort_keys else []
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
        fulltext_match(memory, plan, sort_keys) if any(plan.fulltext_terms) else None,
        plan.descending,
        sort_keys,
    )


def posting_keys(kind: str, plan: QueryPlan) -> list[list[PostingsKey]]:
    """The keys of what a plan excludes, of what reaches into its days, and of each filter."""
    keys: list[list[PostingsKey]] = [
        [key_of(kind, WORD, word) for word in plan.excluded],
        [reaching_key(kind, day_of(plan.low))] if plan.low > 0 else [],
    ]
    for dimension, values in plan.filters or (Clause("kind", (kind,)),):
        keys.append([key_of(kind, dimension, value) for value in values])
    return keys


@lru_cache(maxsize=16384)
def reaching_key(kind: str, day: int) -> PostingsKey:
    """The key of the postings of what began before a day and reaches into it."""
    return tuple([key_of(kind, "reach", node) for node in enclosing_nodes(day)])


def without_empty(bitmaps: list[BitMap]) -> list[BitMap]:
    """The bitmaps that have any entry."""
    return [each for each in bitmaps if each]


def fulltext_match(memory: Memory, plan: QueryPlan, sort_keys: SortKeys) -> FulltextMatch:
    """What the full text has to decide of a plan."""
    wanted, unwanted, groups = plan.fulltext_terms
    keys = [
        [key_of(kind, WORD, word) for kind in plan.kinds for word in words] for _, words in groups
    ]
    decided = [BitMap.union(BitMap(), *each) for each in memory.get_groups(POSTINGS, keys)]
    terms = [group.terms for group in groups]
    return FulltextMatch(wanted, unwanted, list(zip(terms, decided, strict=True)), sort_keys)


def found_by_kind(memory: Memory, plan: QueryPlan) -> dict[str, BitMap]:
    """The ordinals of all entries of a plan, by kind."""
    scan = scan_of(memory, plan)
    return {kind: scan.of_kind(kind).everything(memory) for kind in plan.kinds}
