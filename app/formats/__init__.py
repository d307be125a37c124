"""The representations of a list, one function each, and the one table that lists them.

To add a format: its function, its row in `FORMATS`, its name in `FormatName`. Every list then
offers it; one that needs dates is `dated`, and only dated lists offer it.
"""

from __future__ import annotations

from app.entries.questions import FormatName
from app.formats.answer import Format, as_json, as_ndjson
from app.formats.atom import as_atom
from app.formats.csv import as_csv
from app.formats.ical import as_ical
from app.formats.jsonld import as_jsonld
from app.formats.markdown import as_markdown
from app.formats.svg import as_svg

# Documents of a format that is `whole`.
WHOLE = 1000
FORMATS: dict[FormatName, Format] = {
    each.name: each
    for each in (
        Format(FormatName.json, "application/json", as_json, by_accept=True),
        Format(FormatName.ndjson, "application/x-ndjson", as_ndjson, by_accept=True),
        Format(FormatName.csv, "text/csv", as_csv, whole=True),
        Format(FormatName.jsonld, "application/ld+json", as_jsonld, by_accept=True, dated=True),
        Format(FormatName.atom, "application/atom+xml", as_atom, dated=True, whole=True),
        Format(FormatName.ics, "text/calendar", as_ical, dated=True, whole=True),
        Format(FormatName.md, "text/markdown", as_markdown, by_accept=True, dated=True),
        Format(FormatName.svg, "image/svg+xml", as_svg, dated=True, counted=True),
    )
}
# What lists of actors, topics and sources offer.
UNDATED_FORMATS = {name: each for name, each in FORMATS.items() if not each.dated}
