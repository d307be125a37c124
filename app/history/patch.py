"""What changed from one version of a record to the next, as JSON Patch (RFC 6902).

Written here, as the libraries that make patches walk sets of names: the same two versions would
give other bytes in another process, under one ETag.
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
    elif written(before) != written(after):
        yield {"op": "replace", "path": path, "value": after}


def members(before: dict[str, Any], after: dict[str, Any], path: str) -> Iterator[Operation]:
    """The operations on an object, by name."""
    for name in sorted(before.keys() | after.keys()):
        at = f"{path}/{escaped(name)}"
        if name not in after:
            yield {"op": "remove", "path": at}
        elif name not in before:
            yield {"op": "add", "path": at, "value": after[name]}
        else:
            yield from patch(before[name], after[name], at)


def items(before: list[Any], after: list[Any], path: str) -> Iterator[Operation]:
    """The operations on a list, from left to right, so that what lies left is done already."""
    matcher = SequenceMatcher(
        None, [written(each) for each in before], [written(each) for each in after], autojunk=False
    )
    for _, old, old_end, new, new_end in matcher.get_opcodes():
        paired = min(old_end - old, new_end - new)
        for number in range(paired):
            place = new + number
            yield from patch(before[old + number], after[place], f"{path}/{place}")
        for _ in range(old + paired, old_end):
            yield {"op": "remove", "path": f"{path}/{new + paired}"}
        for place in range(new + paired, new_end):
            yield {"op": "add", "path": f"{path}/{place}", "value": after[place]}


def escaped(name: str) -> str:
    """A name as it stands in a JSON Pointer (RFC 6901)."""
    return name.replace("~", "~0").replace("/", "~1")


def written(value: Any) -> bytes:
    """The form in which values are compared: 1, 1.0 and true are three."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
