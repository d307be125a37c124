"""Every version of a record: what it was, what changed, and the correction that says why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from app.db.snapshots import Snapshot
from app.history.changelog import Change, changes_of
from app.history.patch import patch


@dataclass(frozen=True)
class Version:
    """A change of a record, with the record after it and what stood before under either id."""

    change: Change
    action: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None

    def document(self) -> dict[str, Any]:
        """The version as clients get it."""
        change = self.change
        edited = self.before is not None and self.after is not None
        return {
            "id": change.id,
            "kind": change.kind,
            "revision": {
                "number": change.revision,
                "digest": change.digest,
                "version": change.version,
            },
            "action": self.action,
            "record": self.after,
            "patch": list(patch(self.before, self.after)) if edited else None,
            "corrections": self.corrections(),
        }

    def corrections(self) -> list[dict[str, Any]]:
        """The curated corrections that this version added: they say why it is another one."""
        known = (self.before or {}).get("corrections", [])
        added = (self.after or {}).get("corrections", [])
        return [each for each in added if each not in known]


async def versions_of(kinds: Sequence[str], record_id: str, snapshot: Snapshot) -> list[Version]:
    """Every version of a record, the newest first, those under its former ids among them."""
    own = await changes_of(kinds, [record_id], snapshot)
    if not own:
        return []
    last = loaded(own[-1].after or own[-1].before) or {}
    if former := last.get("former_ids"):
        own = await changes_of(kinds, [record_id, *former], snapshot)
    return joined_versions(own)[::-1]


def joined_versions(changes: Sequence[Change]) -> list[Version]:
    """The changes of a record under all its ids; removed and added in one revision is renamed."""
    removed = {(each.revision, each.kind): each for each in changes if each.action == "removed"}
    added = {(each.revision, each.kind) for each in changes if each.action == "added"}
    versions = []
    for change in changes:
        key, before, action = (change.revision, change.kind), change.before, change.action
        if action == "removed" and key in added:
            continue
        if action == "added" and key in removed:
            before, action = removed[key].before, "renamed"
        versions.append(Version(change, action, loaded(before), loaded(change.after)))
    return versions


def loaded(body: bytes | None) -> dict[str, Any] | None:
    """A curated record as JSON gives it."""
    return orjson.loads(body) if body is not None else None
