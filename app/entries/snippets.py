"""Passages with the words of a question marked, as HTML that is escaped but for `<mark>`."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from typing import Any

from app.db.work import check_work
from app.entries.query_plan import QueryPlan
from app.entries.spellings import other_spellings
from app.entries.word_plan import word_forms
from app.entries.words import SearchTerm, split

RUN = re.compile(r"\S+")
BEFORE, LENGTH = 60, 240


class WordMarker:
    """Which words of a text a question asks for."""

    def __init__(self, plan: QueryPlan):
        self.terms = [
            term for group in plan.words.groups if not group.excluded for term in group.terms
        ]
        self.languages = plan.words.languages
        words = [term.words[0] for term in self.terms if term.is_word]
        self.forms = {form for word in words for form in word_forms(word, self.languages)}

    def marked_in(self, text: str) -> Iterator[str]:
        """The words of a text that are asked for, or that are in another spelling or form."""
        for word in (*split(text), *other_spellings(text)):
            is_asked = any(is_in(word, term) for term in self.terms)
            if is_asked or not self.forms.isdisjoint(word_forms(word, self.languages)):
                yield word


def is_in(word: str, term: SearchTerm) -> bool:
    """Whether a word is in a term, or begins with its prefix."""
    return word in term.words or (term.prefix and word.startswith(term.words[-1]))


def snippets_of(documents: Iterable[dict[str, Any]], plan: QueryPlan) -> dict[str, str | None]:
    """The passage of each document, by its id."""
    marker = WordMarker(plan)
    return {each["id"]: snippet(each, marker) for each in documents}


def snippet(document: dict[str, Any], marker: WordMarker) -> str | None:
    """The passage of a document around the first marked word of the text that has most of them."""
    check_work()
    hits = {text: len(set(marker.marked_in(text))) for text in texts_of(document)}
    best = max(hits, key=lambda text: hits[text], default="")
    return marked(best, marker) if hits.get(best) else None


def texts_of(document: dict[str, Any]) -> list[str]:
    """The texts of a document that a search for words reads, its principal one first."""
    names = ("text", "title", "summary", "description", "context", "claimed_by", "place")
    texts = [document[name] for name in names if document.get(name)]
    texts += [each["text"] for each in document.get("renderings", ())]
    texts += [each["title"] for each in document.get("phases", ())]
    texts += [link["actor"]["name"] for link in document["actors"]]
    return texts


def marked(text: str, marker: WordMarker) -> str:
    """The passage around the first marked word."""
    runs = [(run, any(marker.marked_in(run[0]))) for run in RUN.finditer(text)]
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
