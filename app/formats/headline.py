"""The one line by which an entry of any kind is shown."""

from __future__ import annotations

from typing import Any

# The member that says most about an entry of each kind.
MEMBERS = {
    "event": "title",
    "quote": "text",
    "proposal": "title",
    "term": "text",
    "figure": "description",
}


def headline(document: dict[str, Any]) -> str:
    """An event's or proposal's title, a quote's or term's text, what a figure counts."""
    return str(document[MEMBERS[document["kind"]]])
