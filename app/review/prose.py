"""Our own words and those of sources: style, what was left to be done, what was not copied."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from app.kinds import KINDS
from app.kinds.quotes import QuoteRecord
from app.review.rules import ENTRIES, VOCABULARY, Query, Surroundings, doubt, rule
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


def has_marked_word(entry: Any, _: Surroundings) -> bool:
    """Whether our own words have one that a rule of style or a placeholder may be about."""
    for name in OWN_FIELDS[type(entry)]:
        text = getattr(entry, name)
        words = text.lower().split() if text is not None else ()
        if not MARKED.isdisjoint([word[:MARK_LENGTH] for word in words]):
            return True
    return False


@rule("style", *ENTRIES, when=has_marked_word)
def style(entry: Any, around: Surroundings) -> Iterator[Query]:
    """Our own words have one that judges, or that belongs to one side (in English records)."""
    for name in OWN_FIELDS[type(entry)] if around.language.startswith("en") else ():
        for match in STYLED.finditer(QUOTED.sub("", getattr(entry, name) or "")):
            start = next(each for each in STYLE if match[0].lower().startswith(each))
            yield doubt("style", (name,), match=match, advice=STYLE[start])


@rule("placeholder", *ENTRIES, when=has_marked_word)
def placeholder(entry: Any, _: Surroundings) -> Iterator[Query]:
    """A mark says that something is left to be done."""
    for name in OWN_FIELDS[type(entry)]:
        for match in UNDONE.finditer(getattr(entry, name) or ""):
            yield doubt("placeholder", (name,), match=match)


@rule("capitals", "event", "proposal", when=lambda entry, _: entry.title.isupper())
def capitals(entry: Any, _: Surroundings) -> Iterator[Query]:
    """A title is written in capitals."""
    if len(entry.title) >= SHORTEST_SHOUT:
        yield doubt("capitals", ("title",))


def begins_oddly(quote: QuoteRecord, _: Surroundings) -> bool:
    """Whether words begin with a small letter or a quotation mark, or have other wordings."""
    first = quote.text[0]
    return first.islower() or first in QUOTES or bool(quote.renderings)


@rule("fragment", "quote", when=begins_oddly)
def fragment(quote: QuoteRecord, _: Surroundings) -> Iterator[Query]:
    """Words that begin with a small letter are not called a fragment."""
    if quote.text[0].islower() and not quote.fragment:
        yield doubt("fragment", ("text",))


@rule("quoted-words", "quote", when=begins_oddly)
def quoted_words(quote: QuoteRecord, _: Surroundings) -> Iterator[Query]:
    """The words of a source stand in quotation marks, which are not the speaker's."""
    for location, wording in record_wordings(quote):
        text = wording.text
        closing = QUOTES.get(text[0], "")
        inside = not set(text[1:-1]).isdisjoint((text[0], *closing))
        if text[-1] in closing and not inside:
            yield doubt("quoted-words", (*location, "text"))
