"""How the wordings of a quote differ, for its page."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from app.entries.words import fold
from app.quotecheck.alignment import Operation, word_steps


def wordings(entry: dict[str, Any]) -> list[dict[str, Any]]:
    """A quote's wordings, each with what differs from the first one in the same language."""
    first = entry["renderings"][0]
    return [
        {
            **each,
            "parts": differing_parts(first["text"], each["text"])
            if each["language"] == first["language"] and each is not first
            else [("same", each["text"])],
        }
        for each in entry["renderings"]
    ]


def differing_parts(first: str, other: str) -> list[tuple[str, str]]:
    """Runs of words of another wording: the same, or with other words of the first left out.

    What it leaves out before its first and after its last common word is cut, not changed: only
    as many words as it has instead are shown.
    """
    ones, others = first.split(), other.split()
    steps = word_steps(list(map(folded_word, ones)), list(map(folded_word, others)))
    runs = [list(run) for _, run in groupby(steps, lambda step: step.op is Operation.equal)]
    if not any(step.op is Operation.equal for step in steps):
        return [("same", other)]
    parts: list[tuple[str, str]] = []
    for run in runs:
        gone, come = ones[run[0].a : run[-1].b], others[run[0].c : run[-1].d]
        if run[0].op is Operation.equal:
            parts.append(("same", " ".join(come)))
            continue
        is_cut = len(gone) > len(come)
        cuts = (is_cut and run is runs[0], is_cut and run is runs[-1])
        kept = gone[-len(come) :] if cuts[0] and come else gone[: len(come)] if any(cuts) else gone
        parts += [
            *([("cut", "…")] if cuts[0] else []),
            *([("left out", " ".join(kept))] if kept else []),
            *([("added", " ".join(come))] if come else []),
            *([("cut", "…")] if cuts[1] else []),
        ]
    return parts


def folded_word(word: str) -> str:
    """A word without case, accents and the signs around it."""
    return fold(word).strip(".,;:!?…'\"“”‘’()[]–—-") or word
