"""Replacing a file: the old one or the new one is there at every moment, whole.

Owner, group, mode and the links that lead to it stay as they are.
"""

from __future__ import annotations

import logging
import os
import shutil
from pathlib import Path

from app.errors import SeedRefused

log = logging.getLogger(__name__)


def real_path(path: Path) -> Path:
    """The file that a path names, at the end of its links."""
    return Path(os.path.realpath(path))


def replace_file(old: Path, new: Path) -> None:
    """Renames a file over another one, on the disk too; `old` may be missing, and is no link."""
    if old.exists():
        keep_attributes(old, new)
    sync(new)
    new.replace(old)
    sync_folder(old.parent)


def rewrite(path: Path, content: bytes) -> None:
    """Replaces the content of a file, all or nothing; for a symbolic link, that of its target."""
    path = real_path(path)
    working = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        working.write_bytes(content)
        replace_file(path, working)
    finally:
        working.unlink(missing_ok=True)


def keep_attributes(old: Path, new: Path) -> None:
    """Gives a file the owner, group, mode and extended attributes (such as ACLs) of another one."""
    before = old.stat()
    if hasattr(os, "chown"):
        for uid, gid in ((-1, before.st_gid), (before.st_uid, -1)):
            try:
                os.chown(new, uid, gid)
            except PermissionError:
                log.warning(
                    "%s belonged to user %d and group %d; only root can keep both.",
                    old,
                    before.st_uid,
                    before.st_gid,
                )
    shutil.copystat(old, new)
    os.utime(new)


def sync(path: Path) -> None:
    """Waits until a file or folder is on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_folder(folder: Path) -> None:
    """Waits until a renaming is on the disk; Windows opens no folders."""
    if os.name == "nt":
        return
    try:
        sync(folder)
    except OSError as error:
        raise SeedRefused(
            f"The new record is in place, but {folder} could not be synced ({error.strerror}): the "
            "old one may come back if the machine fails now. Seed again."
        ) from error
