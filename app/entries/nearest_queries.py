"""What to ask instead of words that find nothing: words like them that find something."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rapidfuzz import fuzz, process

from app.db.postings import POSTINGS, VOCABULARIES, key_of, packed_from
from app.db.snapshots import Memory
from app.entries.query_plan import plan_query, scan_of
from app.entries.questions import EntryQuestion
from app.entries.search_query import OPERATORS, QUOTES, read_query
from app.entries.spellings import with_joined_numbers
from app.entries.word_plan import WORD
from app.entries.words import Located, located

NEAREST = 3
# Words among which those like another one are looked for.
CANDIDATES = 5000
# How alike they have to be, of 100.
ALIKE = 70
UNQUOTED = str.maketrans(dict.fromkeys(QUOTES, " "))


def nearest_queries(memory: Memory, question: EntryQuestion, kinds: tuple[str, ...]) -> list[str]:
    """Queries that find something with the other filters of a question whose words find nothing."""
    found: list[str] = []
    written = with_joined_numbers(question.q or "")
    others = dict.fromkeys(map(without_signs, other_queries(memory, written, kinds)))
    for query in filter(None, others):
        memory.check_time()
        asked = question.model_copy(update={"q": query})
        scan = scan_of(memory, plan_query(memory, asked, kinds))
        if scan.first(memory, 1, scan.low, scan.high):
            found.append(query)
        if len(found) == NEAREST:
            break
    return found


def other_queries(memory: Memory, query: str, kinds: tuple[str, ...]) -> Iterator[str]:
    """Queries to try: with words of the record for those it has not, without quotes, in parts."""
    unknown = [
        (each, words_like(memory, each.word, kinds))
        for each in words_in(query)
        if not is_known(memory, each.word, kinds)
    ]
    spelled = [replaced(query, unknown, rank) for rank in range(NEAREST)] if unknown else []
    yield from spelled
    yield from [each.translate(UNQUOTED) for each in (*spelled, query)]
    groups = [group for group in read_query(query) if not group.excluded]
    for group in groups if len(groups) > 1 else ():
        written = " ".join(group.terms[0].words)
        yield f'"{written}"' if " " in written else written


def replaced(query: str, unknown: list[tuple[Located, list[str]]], rank: int) -> str:
    """A query with some words replaced by similar ones: each by that of a rank, or by its last."""
    for word, others in reversed(unknown):
        other = others[min(rank, len(others) - 1)] if others else ""
        query = f"{query[: word.start]}{other}{query[word.end :]}"
    return query


def without_signs(query: str) -> str:
    """A query without its parts in which there is no word."""
    return " ".join([part for part in query.split() if words_in(part)])


def words_in(query: str) -> list[Located]:
    """The words of a query, without its operators."""
    return [each for each in located(query) if query[each.start : each.end] not in OPERATORS]


def is_known(memory: Memory, word: str, kinds: Iterable[str]) -> bool:
    """Whether any entry has a word."""
    return any(map(len, memory.get_all(POSTINGS, [key_of(kind, WORD, word) for kind in kinds])))


def words_like(memory: Memory, word: str, kinds: Iterable[str]) -> list[str]:
    """The words of the record that are most like a word and begin like it, the best first."""
    if word.isdigit():
        # Another number is no spelling of it.
        return []
    words: set[str] = set()
    for vocabulary in filter(None, memory.get_all(VOCABULARIES, list(kinds))):
        starts = (packed_from(vocabulary, word[:length], CANDIDATES) for length in (1, 2, 3))
        words.update(next(filter(None, starts), ()))
    candidates = sorted(filter(str.isalnum, words))
    matches = process.extract(
        word, candidates, scorer=fuzz.ratio, limit=NEAREST, score_cutoff=ALIKE
    )
    return [match[0] for match in matches]
