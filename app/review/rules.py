"""The table of rules: what is asked of each kind of record, and of all records together.

To add a rule: a function in a table below that yields a `doubt` for each place, with its code and
message as `app.entries.warning_codes` says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from app.review import (
    addresses,
    dates,
    names,
    numbers,
    offices,
    outcomes,
    pairs,
    parties,
    prose,
    usage,
    wordings,
)
from app.review.doubts import Query, Surroundings
from app.review.usage import Facts

Rule = Callable[..., Iterator[Query]]
WITH_TERMS = "proposal with terms"
OF_ENTRIES: tuple[Rule, ...] = (
    dates.outside_coverage,
    dates.to_come,
    dates.date_id,
    dates.older_source,
    dates.swapped_date,
    offices.outside_life,
    parties.listed_actors,
    parties.cited_twice,
    prose.words_of_ours,
)
# The rules of each kind of record, which are asked with the record and its surroundings.
RULES: dict[str, tuple[Rule, ...]] = {
    "event": (*OF_ENTRIES, prose.capitals),
    "quote": (
        *OF_ENTRIES,
        names.unknown_language,
        offices.speakers_offices,
        prose.quoted_words,
        wordings.two_wordings,
        wordings.translated,
        wordings.language_script,
        wordings.language_source,
    ),
    "proposal": (*OF_ENTRIES, prose.capitals),
    "term": (
        *OF_ENTRIES,
        numbers.reported_numbers,
        numbers.number_in_text,
        outcomes.early_report,
        outcomes.above_promised,
        parties.own_beneficiary,
    ),
    "figure": (*OF_ENTRIES, numbers.reported_numbers),
    WITH_TERMS: (parties.no_party, parties.same_term),
    "evidence": (wordings.words_not_found,),
    "source": (
        addresses.reader_addresses,
        addresses.page_of_source,
        addresses.archived_address,
        dates.to_come,
        dates.date_id,
        dates.date_url,
        names.unknown_language,
    ),
    "actor": (dates.to_come, names.unknown_state, names.state_code, names.alias_repeated),
    "topic": (dates.to_come,),
    "dataset": (dates.to_come, names.unknown_language, names.no_language, names.version),
}
# What is asked of all records together: of actors, topics and sources; of figures.
OF_REFERENCES: tuple[Rule, ...] = (
    addresses.same_sources,
    names.same_outside_id,
    names.near_names,
    offices.two_holders,
)
OF_FIGURES: tuple[Rule, ...] = (
    numbers.shares_together,
    numbers.falling_figures,
    numbers.same_figures,
)
# What is asked only where no record is flawed, as a flawed record may be the one that is missed.
COMPLETE_CODES = frozenset(("question", "unused", "used-once"))


def doubts_across(facts: Facts, around: Surroundings, *, flawed: bool) -> Iterator[Query]:
    """What is in doubt of records that are held against others."""
    for each in OF_REFERENCES:
        yield from each(around.reference)
    for each in OF_FIGURES:
        yield from each(facts.figures)
    yield from usage.near_places(facts)
    if not flawed:
        yield from usage.used_once(facts)
        yield from usage.unused(facts, around)


def doubts_of_pair(one: Any, other: Any) -> Iterator[Query]:
    """What is in doubt of two entries that begin or end alike."""
    yield from pairs.alike_quotes(one, other)
    yield from pairs.same_title(one, other)
