"""The difference between two versions of a record, as JSON Patch (RFC 6902).

Libraries for patches iterate over sets of names, so that the same two versions would give other
bytes in another process, under the same ETag.
"""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Any

import orjson

Operation = dict[str, Any]


def patch(before: Any, after: Any, path: str = "") -> Iterator[Operation]:
    """The operations that turn one JSON value into the other, in a fixed order."""
    if isinstance(before, dict) and isinstance(after, dict):
        yield from members(before, after, path)
    elif isinstance(before, list) and isinstance(after, list):
        yield from items(before, after, path)
    elif canonical_json(before) != canonical_json(after):
        yield {"op": "replace", "path": path, "value": after}


def members(before: dict[str, Any], after: dict[str, Any], path: str) -> Iterator[Operation]:
    """The operations on an object, by name."""
    for name in sorted(before.keys() | after.keys()):
        at = f"{path}/{escaped_token(name)}"
        if name not in after:
            yield {"op": "remove", "path": at}
        elif name not in before:
            yield {"op": "add", "path": at, "value": after[name]}
        else:
            yield from patch(before[name], after[name], at)


def items(before: list[Any], after: list[Any], path: str) -> Iterator[Operation]:
    """The operations on a list, from left to right, so that all items before one are final."""
    matcher = SequenceMatcher(
        None,
        [canonical_json(each) for each in before],
        [canonical_json(each) for each in after],
        autojunk=False,
    )
    for _, old, old_end, new, new_end in matcher.get_opcodes():
        paired = min(old_end - old, new_end - new)
        for number in range(paired):
            position = new + number
            yield from patch(before[old + number], after[position], f"{path}/{position}")
        for _ in range(old + paired, old_end):
            yield {"op": "remove", "path": f"{path}/{new + paired}"}
        for position in range(new + paired, new_end):
            yield {"op": "add", "path": f"{path}/{position}", "value": after[position]}


def escaped_token(name: str) -> str:
    """A name as it stands in a JSON Pointer (RFC 6901)."""
    return name.replace("~", "~0").replace("/", "~1")


def canonical_json(value: Any) -> bytes:
    """The form in which values are compared: 1, 1.0 and true are different."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
