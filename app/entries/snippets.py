"""Passages with the sought words marked, as HTML that is escaped but for `<mark>`."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from typing import Any

from app.entries.words import SearchTerm, split

RUN = re.compile(r"\S+")
BEFORE, LENGTH = 60, 240


def snippet(document: dict[str, Any], sought: Iterable[SearchTerm]) -> str | None:
    """The passage of a document around the first sought word of the text that has most of them."""
    wanted = [part for part in sought if not part.excluded]
    best = max(texts_of(document), key=lambda text: hits(text, wanted), default=None)
    return marked(best, wanted) if best is not None and hits(best, wanted) else None


def texts_of(document: dict[str, Any]) -> list[str]:
    """The texts of a document that a search for words reads, its principal one first."""
    names = ("text", "title", "summary", "description", "context", "claimed_by", "place")
    texts = [document[name] for name in names if document.get(name)]
    texts += [each["text"] for each in document.get("renderings", ())]
    texts += [each["title"] for each in document.get("phases", ())]
    texts += [link["actor"]["name"] for link in document["actors"]]
    return texts


def is_sought(word: str, wanted: list[SearchTerm]) -> bool:
    """Whether a word is one of those sought, or begins as asked."""
    return any(
        word in part.words or (part.prefix and word.startswith(part.words[-1])) for part in wanted
    )


def hits(text: str, wanted: list[SearchTerm]) -> int:
    """How many different sought words a text has."""
    return len({word for word in split(text) if is_sought(word, wanted)})


def marked(text: str, wanted: list[SearchTerm]) -> str:
    """The passage around the first sought word."""
    runs = [
        (run, any(is_sought(word, wanted) for word in split(run[0]))) for run in RUN.finditer(text)
    ]
    first = next((run.start() for run, found in runs if found), 0)
    begin = next((run.start() for run, _ in runs if run.start() >= first - BEFORE), 0)
    within = [each for each in runs if begin <= each[0].start() and each[0].end() <= begin + LENGTH]
    shown = [
        f"<mark>{html.escape(run[0])}</mark>" if found else html.escape(run[0])
        for run, found in within
    ]
    before = "… " if begin else ""
    after = " …" if within and within[-1][0].end() < len(text.rstrip()) else ""
    return f"{before}{' '.join(shown)}{after}"
