"""Text that a page must show and never obey, put into every text of a record."""

from __future__ import annotations

from typing import Any

HOSTILE = (
    "<script>alert(1)</script><img src=x onerror=alert(2)><svg onload=alert(3)>"
    "<style>*{display:none}</style></title></textarea>\"'--> {{ 7*7 }} ${7*7} javascript:alert(4)"
)
# The fields that hold words rather than ids, dates, numbers and addresses.
TEXTS = frozenset(
    (
        *("title", "description", "summary", "text", "notes", "note", "context", "name", "place"),
        *("publisher", "reason", "supports", "via", "definition", "label", "about", "how_to_cite"),
        *("inclusion_rules", "aliases", "printed", "unit", "of", "claimed_by", "status_note"),
        *("metric_note", "removal", "how", "office"),
    )
)


def made_hostile(value: Any, name: str = "") -> Any:
    """A record with hostile text after each of its texts."""
    if isinstance(value, dict):
        # What a quantity counts is said in words, what an office belongs to by an id.
        kept = {"of"} if "unit" not in value else set()
        return {
            key: each if key in kept else made_hostile(each, key) for key, each in value.items()
        }
    if isinstance(value, list):
        return [made_hostile(each, name) for each in value]
    return f"{value} {HOSTILE}" if isinstance(value, str) and name in TEXTS else value
