"""Our own words and those of sources: style, what was left to be done, what was not copied."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from app.entries.warning_codes import WarningCode
from app.kinds import KINDS
from app.kinds.quotes import QuoteRecord
from app.review.rules import ENTRIES, Doubt, Surroundings, rule

# Our own words in an entry.
OWN = ("title", "summary", "context", "description", "notes", "status_note")
# What the style rule has in place of each word, by the beginning of the word.
STYLE = {
    "regime": "name the government or the institution",
    "terrorist": "name the group, or say what they did",
    "martyr": "write that they were killed",
    "captive": "write hostages or prisoners, as the record does",
    "eliminat": "write killed",
    "liquidat": "write killed",
    "claimed": "write said",
    "insist": "write said",
    "admitted that": "write said",
    "conceded": "write said",
    "slammed": "write what was said",
    "blasted": "write what was said",
    "lashed out": "write what was said",
    "dismissed": "write what was said",
    "vowed": "write said",
    "refused to": "write what was said or done",
    "alleged": "write who said so",
    "heinous": "leave out what judges",
    "brutal": "leave out what judges",
    "barbaric": "leave out what judges",
}
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
QUOTES = {
    "“": "”",
    "„": "“”",
    "‘": "’",
    "‚": "‘’",
    "«": "»",
    "»": "«",
    "‹": "›",
    '"': '"',
    "'": "'",
    "「": "」",
    "『": "』",
}
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
        if text is not None and not MARKED.isdisjoint(beginnings_of(text)):
            return True
    return False


def beginnings_of(text: str) -> list[str]:
    """The first letters of each word of a text."""
    return [word[:MARK_LENGTH] for word in text.lower().split()]


@rule(WarningCode.style, *ENTRIES, when=has_marked_word)
def style(entry: Any, around: Surroundings) -> Iterator[Doubt]:
    """Our own words have one that judges, or that belongs to one side (in English records)."""
    for name in OWN_FIELDS[type(entry)] if around.is_english else ():
        for match in STYLED.finditer(QUOTED.sub("", getattr(entry, name) or "")):
            start = next(each for each in STYLE if match[0].lower().startswith(each))
            yield Doubt((name,), f"has {match[0]!r}; {STYLE[start]}, or put it in quotes")


@rule(WarningCode.placeholder, *ENTRIES, when=has_marked_word)
def placeholder(entry: Any, _: Surroundings) -> Iterator[Doubt]:
    """A mark says that something is left to be done."""
    for name in OWN_FIELDS[type(entry)]:
        for match in UNDONE.finditer(getattr(entry, name) or ""):
            yield Doubt((name,), f"has {match[0]!r}; do it, or write what is not known")


def has_shouted_title(entry: Any, _: Surroundings) -> bool:
    """Whether the title has no small letter."""
    return bool(entry.title.isupper())


@rule(WarningCode.capitals, "event", "proposal", when=has_shouted_title)
def capitals(entry: Any, _: Surroundings) -> Iterator[Doubt]:
    """A title is written in capitals."""
    if len(entry.title) >= SHORTEST_SHOUT:
        yield Doubt(("title",), "is written in capitals; write it like other titles")


def begins_oddly(quote: QuoteRecord, _: Surroundings) -> bool:
    """Whether the words begin with a small letter or a quotation mark."""
    first = quote.text[0]
    return first.islower() or first in QUOTES


def has_quoted_rendering(quote: QuoteRecord, _: Surroundings) -> bool:
    """Whether another wording begins with a quotation mark."""
    for rendering in quote.renderings:  # noqa: SIM110 - `any` takes longer
        if rendering.text[0] in QUOTES:
            return True
    return False


@rule(WarningCode.fragment, "quote", when=begins_oddly)
def fragment(quote: QuoteRecord, _: Surroundings) -> Iterator[Doubt]:
    """Words that begin with a small letter are not called a fragment."""
    if quote.text[0].islower() and not quote.fragment:
        wrong = "begins with a small letter; write `fragment: true` if it is part of a sentence"
        yield Doubt(("text",), wrong)


@rule(WarningCode.quoted_words, "quote", when=begins_oddly)
def quoted_words(quote: QuoteRecord, _: Surroundings) -> Iterator[Doubt]:
    """The words of a source stand in quotation marks, which are not the speaker's."""
    if is_quoted(quote.text):
        yield Doubt(("text",), "stands in quotation marks; write the words alone")


@rule(WarningCode.quoted_words, "quote", when=has_quoted_rendering)
def quoted_renderings(quote: QuoteRecord, _: Surroundings) -> Iterator[Doubt]:
    """Another wording stands in quotation marks."""
    for number, rendering in enumerate(quote.renderings):
        if is_quoted(rendering.text):
            wrong = "stands in quotation marks; write the words alone"
            yield Doubt(("renderings", number, "text"), wrong)


def is_quoted(text: str) -> bool:
    """Whether a text stands as a whole between quotation marks."""
    closing = QUOTES.get(text[0], "")
    inner = text[1:-1]
    return text[-1] in closing and not any(mark in inner for mark in (text[0], *closing))
