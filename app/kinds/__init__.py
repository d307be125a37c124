"""The kinds of entry, each described in its own module, and the one table that lists them.

To add a kind: its module, its row here, its template in `app/pages/templates/kinds`, its tables in
`app/db/relational.py` and a migration. What is missing is named when the application starts.
"""

from __future__ import annotations

from typing import Any

from app.kinds.events import EVENT
from app.kinds.figures import FIGURE
from app.kinds.kind import Kind, kinds_table
from app.kinds.proposals import PROPOSAL
from app.kinds.quotes import QUOTE
from app.kinds.terms import TERM
from app.reference import REFERENCE_TYPES
from app.reference.record_types import RecordType

# Lists, menus and pictures show them in this order.
KINDS: dict[str, Kind] = kinds_table(EVENT, QUOTE, PROPOSAL, TERM, FIGURE)
# Everything that has a document and a history of its own.
RECORD_TYPES: dict[str, RecordType] = {**REFERENCE_TYPES, **KINDS}


def headline(document: dict[str, Any]) -> str:
    """What stands for an entry in a line: a title, a text, what is counted."""
    return str(document[KINDS[document["kind"]].headline])
