"""Texts that are not what a reader is to see."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Any

from app.review.doubts import VOCABULARY, Location, Query, doubt

# Bytes with which no rule of this module finds anything but two spaces and links of Markdown.
PLAIN = bytes(code for code in (0x0A, 0x0D, *range(0x20, 0x7F)) if chr(code) not in "&<*`~\\")
NOT_ASCII = re.compile("[\u0080-\uffff]+")
SIGNS = {
    "doubled-space": re.compile(r"\S+[ \t]{2,}(?=\S)"),
    # Soft hyphens, zero-width characters, marks of direction; joiners outside the scripts that need
    # them; no-break spaces but beside numbers and French signs.
    "invisible": re.compile(
        "[\u00ad\u180e\u200b\u200e\u200f\u2060-\u2064\ufeff]"
        "|(?<=[ -\u024f])[\u200c\u200d]|[\u200c\u200d](?=[ -\u024f])"
        "|(?<![\\d«‹])[\u00a0\u2007\u202f](?![\\d»›:;!?%])"
    ),
    "mojibake.lost": re.compile("[\ufffd\ue000-\uf8ff]"),
    "markup": re.compile(
        r"&(?:[A-Za-z]{2,8}|#[0-9]{1,6}|#x[0-9A-Fa-f]{1,5});"
        r"|</?[A-Za-z][^<>]{0,200}>"
        r"|\[[^\[\]]+\]\((?:https?://|/)[^)\s]+\)"
        r"|(?<![\w*])\*{1,3}[^\s*](?:[^*\n]*[^\s*])?\*{1,3}(?![\w*])"
        r"|`[^`\n]+`|~~[^~\n]+~~"
    ),
}
WORD = re.compile(r"[^\W\d_]{2,}")
SCRIPTS: dict[str, str] = VOCABULARY["scripts"]
NAMES_OF_SCRIPTS = frozenset(SCRIPTS.values())


def remarkable(text: bytes) -> bool:
    """Whether a text, or a record in JSON, has anything that a rule of this module may find."""
    return b"  " in text or b"](" in text or bool(text.translate(None, PLAIN))


def texts_in(fields: Any, location: Location = ()) -> Iterator[tuple[Location, str]]:
    """Every text of a record with its place, white space around it left out."""
    if isinstance(fields, str):
        yield location, fields.strip()
    elif isinstance(fields, dict):
        for name, value in fields.items():
            if name != "terms":
                yield from texts_in(value, (*location, name))
    elif isinstance(fields, list):
        for number, value in enumerate(fields):
            yield from texts_in(value, (*location, number))


def ungarbled(letters: str) -> str | None:
    """What was meant by letters that are the bytes of UTF-8 read as Windows-1252, else None."""
    try:
        meant = b"".join(map(byte_of, letters)).decode("utf-8")
    except ValueError:
        return None
    return meant if len(meant) < len(letters) else None


def byte_of(letter: str) -> bytes:
    """The byte of Windows-1252, or of Latin-1 where that has none; raises `ValueError`."""
    try:
        return letter.encode("cp1252")
    except UnicodeEncodeError:
        return letter.encode("latin-1")


def mixed_scripts(text: str, location: Location) -> Iterator[Query]:
    """One word has letters of two scripts."""
    for match in WORD.finditer(text) if not text.isascii() else ():
        found = {script for letter in match[0] for script in [script_of(letter)] if script}
        if len(found) > 1:
            names = " and ".join(sorted(script.title() for script in found))
            yield doubt("mixed-scripts", location, names=names, word=match[0])


def script_of(letter: str) -> str | None:
    """The script of a letter, as far as it is one of `SCRIPTS`."""
    name = "LATIN" if letter.isascii() else unicodedata.name(letter, "").partition(" ")[0]
    return name if name in NAMES_OF_SCRIPTS else None


def text_doubts(fields: Any) -> Iterator[Query]:
    """What is in doubt in the texts of a record as written."""
    for location, text in texts_in(fields):
        if remarkable(text.encode()):
            yield from signs(text, location)
            yield from garbled(text, location)
            yield from mixed_scripts(text, location)


def signs(text: str, location: Location) -> Iterator[Query]:
    """Signs that a reader is not to see, or does not see."""
    for message, pattern in SIGNS.items():
        for match in pattern.finditer(text):
            facts = {
                "word": match[0].rstrip()[-40:],
                "markup": match[0][:60],
                "sign": ord(match[0][0]),
                "name": unicodedata.name(match[0][0], "unnamed").lower(),
                "near": text[max(0, match.start() - 20) : match.start()],
            }
            yield doubt(message, location, **facts)


def garbled(text: str, location: Location) -> Iterator[Query]:
    """Letters were garbled where a text was read in another encoding."""
    for match in NOT_ASCII.finditer(text):
        meant = ungarbled(match[0])
        if meant is not None:
            yield doubt("mojibake", location, letters=match[0], meant=meant)
