"""Our own words and those of sources: style, what was left to be done, what was not copied."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from app.kinds import KINDS
from app.kinds.quotes import QuoteRecord
from app.review.doubts import VOCABULARY, Query, Surroundings, doubt
from app.review.wordings import record_wordings

# Our own words in an entry.
OWN = ("title", "summary", "context", "description", "notes", "status_note")
STYLE, QUOTES = VOCABULARY["style"], VOCABULARY["quotation_marks"]
STYLED = re.compile(rf"\b(?:{'|'.join(STYLE)})\w*", re.IGNORECASE)
UNDONE = re.compile(
    r"\b(?:TODO|TBD|TBC|FIXME|XXX+)\b|(?i:lorem ipsum|citation needed|to be (?:checked|confirmed))"
    r"|\?\?\?"
)
# With none of these beginnings of words, a text has nothing of the two tables above.
MARK_LENGTH = 5
UNDONE_WORDS = ("todo", "tbd", "tbc", "fixme", "xxx", "lorem", "[citation", "citation", "checked")
MARKED = frozenset(
    word[:MARK_LENGTH] for word in (*STYLE, *UNDONE_WORDS, "confirmed", "???", "todo:", "tbd:")
)
# Words of others in our own: they stand as spoken.
QUOTED = re.compile('“[^”]*”|"[^"]*"|‘[^’]*’|«[^»]*»')
SHORTEST_SHOUT = 12


def own_fields(model: type[BaseModel]) -> tuple[str, ...]:
    """The fields of a model that hold our own words; the text of a quote is its speaker's."""
    text = () if issubclass(model, QuoteRecord) else ("text",)
    return tuple(name for name in (*OWN, *text) if name in model.model_fields)


OWN_FIELDS = {
    model: own_fields(model) for kind in KINDS.values() for model in (kind.record, kind.curated)
}


def words_of_ours(entry: Any, around: Surroundings) -> Iterator[Query]:
    """Our own words judge or take a side (in English records), or have a mark of work undone."""
    for name in OWN_FIELDS[type(entry)]:
        text = getattr(entry, name) or ""
        if MARKED.isdisjoint([word[:MARK_LENGTH] for word in text.lower().split()]):
            continue
        for match in UNDONE.finditer(text):
            yield doubt("placeholder", (name,), match=match)
        is_english = around.language.startswith("en")
        for match in STYLED.finditer(QUOTED.sub("", text)) if is_english else ():
            advice = next(says for word, says in STYLE.items() if match[0].lower().startswith(word))
            yield doubt("style", (name,), match=match, advice=advice)


def capitals(entry: Any, _: Surroundings) -> Iterator[Query]:
    """A title is written in capitals."""
    if entry.title.isupper() and len(entry.title) >= SHORTEST_SHOUT:
        yield doubt("capitals", ("title",))


def quoted_words(quote: QuoteRecord, _: Surroundings) -> Iterator[Query]:
    """Words stand in the quotation marks of a source, or begin small and are no fragment."""
    if quote.text[0].islower() and not quote.fragment:
        yield doubt("fragment", ("text",))
    for location, wording in record_wordings(quote):
        text = wording.text
        closing = QUOTES.get(text[0], "")
        if text[-1] in closing and set(text[1:-1]).isdisjoint((text[0], *closing)):
            yield doubt("quoted-words", (*location, "text"))
