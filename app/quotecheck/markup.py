"""Pasted text as plain text: entities, tags, soft line ends and typographic signs.

Every character keeps its position, so that what is found can be marked in the text as it was sent.
"""

from __future__ import annotations

import html
import re

# A format control: folding leaves it out, so that it stands inside a word without parting it.
FILLER = "\u2060"
ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")
TAG = re.compile(r"</?([a-zA-Z][a-zA-Z0-9]*)(?:\s[^<>]*)?/?>")
# Tags that stand inside a line; all others end a paragraph.
INLINE_TAG = re.compile(
    "a|abbr|b|bdi|bdo|cite|code|em|font|i|ins|mark|s|small|span|strong|su[bp]|u", re.IGNORECASE
)
LINE_END_HYPHEN = re.compile(r"(?<=\w)[-\u2010]([ \t]*\r?\n\s*)(?=\w)")
# Accents and pairs of accents that are typed as quotation marks.
ACCENTS = str.maketrans("`´", "''")
PAIRED = (("``", f"“{FILLER}"), ("''", f"”{FILLER}"))
# Signs that mean the same for a quotation, each replaced by one ASCII sign.
SIGNS = str.maketrans(
    {
        **dict.fromkeys("‘’ʼʻ＇`´′", "'"),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
        **dict.fromkeys("\u00a0\u202f\u2009\u2007\u3000", " "),
    }
)


def plain_text(text: str) -> str:
    """The text without its markup, of the same length; quotation marks stay."""
    if "``" in text:
        for pair, mark in PAIRED:
            text = text.replace(pair, mark)
    text = text.translate(ACCENTS)
    if "<" in text:
        text = TAG.sub(_blank_tag, text)
    if "&" in text:
        text = ENTITY.sub(_filled_entity, text)
    if "\n" in text:
        text = LINE_END_HYPHEN.sub(lambda match: FILLER * len(match[0]), text)
    return text


def _blank_tag(match: re.Match[str]) -> str:
    if match[1].lower() == "q":
        return ("”" if match[0][1] == "/" else "“").ljust(len(match[0]), FILLER)
    if INLINE_TAG.fullmatch(match[1]):
        return FILLER * len(match[0])
    return "\n\n".ljust(len(match[0]))


def _filled_entity(match: re.Match[str]) -> str:
    character = html.unescape(match[0])
    if len(character) > len(match[0]) or character == match[0]:
        return match[0]
    return character.ljust(len(match[0]), FILLER)
