"""Every version of a record: what it was, what changed, and the correction that says why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson

from app.db.snapshots import Snapshot
from app.history.changelog import Change, changes_of
from app.history.patch import patch


async def versions_of(
    kinds: tuple[str, ...], record_id: str, snapshot: Snapshot
) -> list[dict[str, Any]]:
    """Every version as clients get it, the newest first, those under its former ids among them."""
    own = await changes_of(kinds, [record_id], snapshot)
    if not own:
        return []
    last = loaded(own[-1].after or own[-1].before) or {}
    if former := last.get("former_ids"):
        own = await changes_of(kinds, [record_id, *former], snapshot)
    return joined_versions(own)[::-1]


def joined_versions(changes: Sequence[Change]) -> list[dict[str, Any]]:
    """The changes of a record under all its ids; removed and added in one revision is renamed."""
    removed = {(each.revision, each.kind): each for each in changes if each.action == "removed"}
    added = {(each.revision, each.kind) for each in changes if each.action == "added"}
    versions = []
    for change in changes:
        key = change.revision, change.kind
        if change.action == "added" and key in removed:
            change = change._replace(action="renamed", before=removed[key].before)
        if change.action != "removed" or key not in added:
            versions.append(version_document(change))
    return versions


def version_document(change: Change) -> dict[str, Any]:
    """A version: the record, what changed, and the corrections that came with it."""
    before, after = loaded(change.before), loaded(change.after)
    known = (before or {}).get("corrections", [])
    return {
        "id": change.id,
        "kind": change.kind,
        "revision": {
            "number": change.revision,
            "digest": change.digest,
            "version": change.version,
        },
        "action": change.action,
        "record": after,
        "patch": list(patch(before, after)) if before is not None and after is not None else None,
        "corrections": [each for each in (after or {}).get("corrections", []) if each not in known],
    }


def loaded(body: bytes | None) -> dict[str, Any] | None:
    """A curated record as JSON gives it."""
    return orjson.loads(body) if body is not None else None
