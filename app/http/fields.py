"""The headers of a request by name."""

from __future__ import annotations

Fields = dict[bytes, bytes]


def fields_of(headers: list[tuple[bytes, bytes]]) -> Fields:
    """The headers of a request; several lines of one name are one list (RFC 9110, section 5.3)."""
    fields = dict(headers)
    if len(fields) == len(headers):
        return fields
    fields.clear()
    for name, value in headers:
        fields[name] = fields[name] + b", " + value if name in fields else value
    return fields
