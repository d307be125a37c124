"""Whose words an entry has and who reports them, in the words that travel with a link to it."""

from __future__ import annotations

from typing import Any

from app.formats.headline import remarks_on
from app.kinds import headline
from app.kinds.quotes import ellipses

WITH_CARD = ("quote", "event", "proposal")
# Outlets that are named; the others are counted.
NAMED = 3
Entry = dict[str, Any]


def whose(entry: Entry) -> str:
    """Who said it, in the office held on that date; who proposed it; where it happened."""
    if entry["kind"] == "quote":
        speakers = ((each["actor"]["name"], each["office"]) for each in entry["speakers"])
        return "; ".join(", ".join(filter(None, speaker)) for speaker in speakers)
    if entry["kind"] == "proposal":
        return f"Proposed by {proposers(entry)}"
    return entry.get("place") or ""


def proposers(proposal: Entry) -> str:
    return ", ".join(each["name"] for each in proposal["proposers"])


def reported(entries: list[Entry]) -> str:
    """The outlets that report some entries."""
    citing = [
        each for entry in entries for each in entry["citations"] + entry.get("renderings", [])
    ]
    outlets = list({each["source"]["name"]: outlet(each) for each in reversed(citing)}.values())
    others = f" and {len(outlets) - NAMED} more" if len(outlets) > NAMED else ""
    return f"Reported by {', '.join(outlets[::-1][:NAMED])}{others}"


def outlet(citation: Entry) -> str:
    """An outlet, with the one that it cites where its name does not say so."""
    name, via = citation["source"]["name"], citation["via"]
    return f"{name} (citing {via})" if via and via not in name else name


def in_quotes(entry: Entry) -> str:
    """The headline, or the words of a quote in quotation marks."""
    if entry["kind"] != "quote":
        return headline(entry)
    before, after = ellipses(entry)
    return f"“{before}{entry['text']}{after}”"


def entry_credit(entry: Entry) -> str:
    """Who said it when, with what remarks, and who reports it, in one line."""
    said = (whose(entry), entry["display_date"], *remarks_on(entry), reported([entry]))
    return " · ".join(filter(None, said))


def differences_in_words(compared: Entry) -> str:
    """How many terms were changed, added, dropped, from the first proposal to the last."""
    counts = compared["counts"].items()
    return ", ".join(f"{number} {change.replace('_', ' ')}" for change, number in counts if number)
