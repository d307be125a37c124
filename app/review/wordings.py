"""Wordings of quotes: their languages, their sources, and what makes two of them comparable."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from typing import Any
from zlib import crc32

from app.entries.words import fold
from app.kinds.evidence import Evidence, EvidenceStatus
from app.kinds.quotes import QuoteRecord
from app.review.doubts import Location, Query, Surroundings, doubt
from app.review.texts import SCRIPTS, script_of

# What is left out when wordings are compared.
ASCII_SIGNS = bytes(code for code in range(0x80) if not chr(code).isalnum())
SIGNS = re.compile(r"[\W_]+")
# So many letters at the beginning or the end make a wording worth comparing with another.
LETTERS = 32


def letters_of(text: str) -> bytes:
    """The letters and digits of a text, folded."""
    if text.isascii():
        return text.lower().encode().translate(None, ASCII_SIGNS)
    return SIGNS.sub("", fold(text)).encode()


def fingerprints(text: str) -> set[int]:
    """Numbers below 2^32 of which two wordings have one in common if they begin or end alike."""
    letters = letters_of(text)
    if len(letters) <= LETTERS:
        return {crc32(letters)}
    return {crc32(letters[:LETTERS]), crc32(letters[-LETTERS:])}


def record_wordings(quote: QuoteRecord) -> Iterator[tuple[Location, Any]]:
    """A quote and its renderings, with their places."""
    yield (), quote
    for number, rendering in enumerate(quote.renderings):
        yield ("renderings", number), rendering


def two_wordings(quote: QuoteRecord, _: Surroundings) -> Iterator[Query]:
    """One source is said to print two wordings of an utterance in one language."""
    seen = {(quote.citations[0].source, quote.language): quote.text}
    for number, rendering in enumerate(quote.renderings):
        printed_by = rendering.source, rendering.language or quote.language
        if seen.setdefault(printed_by, rendering.text) != rendering.text:
            yield doubt("two-wordings", ("renderings", number, "source"), rendering=rendering)


def translated(quote: QuoteRecord, _: Surroundings) -> Iterator[Query]:
    """Wordings in several languages are all said to be no translation."""
    originals: set[str] = set()
    for location, wording in record_wordings(quote):
        language = wording.language or quote.language
        if wording.translated is False and originals - {language}:
            others = " and ".join(sorted(originals))
            yield doubt("translated", (*location, "translated"), language=language, others=others)
        originals |= {language} if wording.translated is False else set()


def language_script(quote: QuoteRecord, _: Surroundings) -> Iterator[Query]:
    """Words are not in the script of their language."""
    for location, wording in record_wordings(quote):
        language = wording.language or quote.language
        if language == "en" and wording.text.isascii():
            continue
        written, expected = script_of_text(wording.text), script_of_language(language)
        if written and expected and written != expected:
            at = (*location, "text" if wording.language is None else "language")
            yield doubt("language-script", at, language=language, script=written.title())


def script_of_text(text: str) -> str | None:
    """The script of most letters of a text, as far as it is known."""
    found = Counter(script for letter in text if (script := script_of(letter)) is not None)
    return found.most_common(1)[0][0] if found else None


@lru_cache(maxsize=256)
def script_of_language(language: str) -> str | None:
    """The script in which a language is mostly written, as far as it is one of ours."""
    # Imported here, as most records are in languages that need no look.
    from app.review.codes import script_code  # noqa: PLC0415

    return SCRIPTS.get(script_code(language) or "")


def language_source(quote: QuoteRecord, around: Surroundings) -> Iterator[Query]:
    """Words that are no translation are in another language than their source."""
    if quote.translated is not False:
        return
    source = around.reference.sources.get(quote.citations[0].source)
    if source is not None and quote.language.split("-")[0] != source.language.split("-")[0]:
        yield doubt("language-source", ("language",), quote=quote, source=source)


def words_not_found(evidence: Evidence, _: Surroundings) -> Iterator[Query]:
    """`parley verify` read the text of the source and did not find the words."""
    if evidence.status is EvidenceStatus.failed:
        yield doubt("words-not-found", ("words",), evidence=evidence)
