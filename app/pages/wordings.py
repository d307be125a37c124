"""How the wordings of a quote differ, for its page."""

from __future__ import annotations

from typing import Any

from rapidfuzz.distance import Indel

from app.entries.words import fold


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
    runs: list[tuple[list[str], list[str], list[str]]] = []
    for step in Indel.opcodes(
        [folded_word(word) for word in ones], [folded_word(word) for word in others]
    ):
        gone = ones[step.src_start : step.src_end]
        come = others[step.dest_start : step.dest_end]
        if step.tag == "equal":
            runs.append((come, [], []))
        elif runs and not runs[-1][0]:
            runs[-1] = ([], runs[-1][1] + gone, runs[-1][2] + come)
        else:
            runs.append(([], gone, come))
    if not any(same for same, _, _ in runs):
        return [("same", other)]
    parts: list[tuple[str, str]] = []
    for number, (same, gone, come) in enumerate(runs):
        parts += [("same", " ".join(same))] if same else []
        begins, ends = number == 0, number == len(runs) - 1
        kept = gone
        if begins and len(gone) > len(come):
            kept = gone[len(gone) - len(come) :]
            parts.append(("cut", "…"))
        if ends and not begins:
            kept = gone[: len(come)]
        parts += [("left out", " ".join(kept))] if kept else []
        parts += [("added", " ".join(come))] if come else []
        if ends and not begins and len(gone) > len(come):
            parts.append(("cut", "…"))
    return parts


def folded_word(word: str) -> str:
    """A word without case, accents and the signs around it."""
    return fold(word).strip(".,;:!?…'\"“”‘’()[]–—-") or word
