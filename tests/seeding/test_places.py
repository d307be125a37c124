"""Seeding where it is not alone: links, owners, other users, and folders that cannot be written."""

from __future__ import annotations

import lzma
import os
import re
import shutil
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import cache, partial
from pathlib import Path
from typing import NamedTuple

import pytest

from app.db.sqlite import open_file
from app.errors import DatabaseUnusable, SeedRefused
from app.seeding.locks import exclusive_lock
from app.seeding.replacing import rewrite
from app.seeding.seed import seed
from tests.conftest import TINY, Seeded, sqlite_settings
from tests.operation.running import PARLEY, eventually, running
from tests.seeding.contents import check_agreement
from tests.seeding.folders import edited
from tests.seeding.forked import OTHER, Prepare, become_other, mount_read_only, started
from tests.seeding.test_interruptions import NEW_TITLE
from tests.seeding.test_upgrades import FIRST

ReadOnly = Callable[[Path], AbstractContextManager[Callable[..., tuple[int, str]]]]

NO_CHANGE: Mapping[str, str] = {}
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root may do this")


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that every user may enter."""
    made = Path(tempfile.mkdtemp(prefix="parley-place-", dir="/tmp"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)


@pytest.fixture
def database(place: Path, cached_databases: Seeded) -> Path:
    """The tiny record in a folder of its own, which every user may read."""
    (place / "data").mkdir()
    path = shutil.copyfile(cached_databases(TINY), place / "data" / "record.db")
    path.chmod(0o644)
    return path


class Records(NamedTuple):
    """The folder of the tiny record, and one of a record with another title."""

    same: Path
    changed: Path


@pytest.fixture
def records(place: Path) -> Records:
    """Two records, which every user may read."""
    same = edited(TINY, [], place / "same")
    return Records(same, edited(TINY, [NEW_TITLE], place / "changed"))


def run(
    *arguments: object, prefix: Sequence[str] = (), environment: Mapping[str, str] = NO_CHANGE
) -> tuple[int, str]:
    """A command of Parley's, to its end: its exit code, and what it said."""
    done = subprocess.run(
        [*prefix, PARLEY, *map(str, arguments)],
        env={**os.environ, **environment},
        cwd="/",
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
    )
    return done.returncode, done.stdout


def forked(*arguments: object, prepare: Prepare | None = None) -> tuple[int, str]:
    """The same, without importing all of Parley anew; before it, something may be prepared."""
    with tempfile.NamedTemporaryFile() as said:
        process = started(Path(said.name), tuple(map(str, arguments)), prepare)
        process.join(300)
        assert process.exitcode is not None
        return process.exitcode, said.read().decode()


def as_other(*arguments: object) -> tuple[int, str]:
    """The same as a user who owns nothing; as root is not needed where nobody is root."""
    if os.geteuid() != 0:
        return forked(*arguments)
    if not other_may_run():
        pytest.skip("another user may not run this Python")
    return forked(*arguments, prepare=become_other)


@cache
def other_may_run() -> bool:
    """Whether the user who owns nothing may read this Python and Parley."""
    prefix = ("setpriv", f"--reuid={OTHER}", f"--regid={OTHER}", "--clear-groups")
    asked = [*prefix, sys.executable, "-c", "import app"]
    return subprocess.run(asked, check=False).returncode == 0


def url(path: Path | str) -> str:
    """The URL of a database file."""
    return f"sqlite:///{path}"


@needs_root
@pytest.mark.parametrize("mode", [0o600, 0o640, 0o444, 0o664])
def test_owner_group_and_mode_survive(database: Path, records: Records, mode: int) -> None:
    """The file that comes in place of another one belongs to whom that one did."""
    os.chown(database, 1234, 5678)
    database.chmod(mode)
    assert seed(records.changed, sqlite_settings(database)).revision == 2
    after = database.stat()
    assert (after.st_uid, after.st_gid, stat.S_IMODE(after.st_mode)) == (1234, 5678, mode)
    check_agreement(database)


def test_attributes_survive(database: Path, records: Records) -> None:
    """Extended attributes, in which systems keep ACLs; the time of the change is that of now."""
    try:
        os.setxattr(database, "user.kept", b"yes")
    except OSError:
        pytest.skip("this file system has no extended attributes")
    os.utime(database, (1, 1))
    assert seed(records.changed, sqlite_settings(database)).revision == 2
    assert os.getxattr(database, "user.kept") == b"yes"
    assert time.time() - database.stat().st_mtime < 3600


def test_a_file_that_its_owner_may_not_write_is_replaced(database: Path, records: Records) -> None:
    """Seeding changes no file in place: what counts is the folder."""
    database.chmod(0o444)
    if os.geteuid() == 0:
        for path in (database, database.parent):
            os.chown(path, OTHER, OTHER)
    code, said = as_other("seed", records.changed, "--database", url(database))
    assert (code, said.splitlines()[0]) == (0, "seeded; event: 1 changed")
    assert stat.S_IMODE(database.stat().st_mode) == 0o444
    assert database.stat().st_uid == database.parent.stat().st_uid


@needs_root
def test_an_owner_that_cannot_be_kept_is_told(database: Path, records: Records) -> None:
    """Only root gives files away; another user's seeding says whose the file was."""
    database.parent.chmod(0o777)
    code, said = as_other("seed", records.changed, "--database", url(database))
    assert code == 0
    assert f"{database} belonged to user 0 and group 0; only root can keep both.\n" in said
    assert database.stat().st_uid == OTHER
    check_agreement(database)


def test_the_copy_is_nobody_elses_to_read(database: Path, records: Records, tmp_path: Path) -> None:
    """While a seeding writes, what it writes can be read by its user alone, whatever the umask."""
    database.chmod(0o600)
    watching = """
import os, sys, sqlite3
from pathlib import Path
from app.cli import main
seen = set()
def watch(event, arguments):
    if event in ("sqlite3.connect", "sqlite3.connect/handle", "os.utime", "os.rename"):
        for path in Path(sys.argv[1]).glob(".record.db.seeding-*"):
            seen.add((path.suffix, oct(path.stat().st_mode & 0o777)))
os.umask(0)
sys.addaudithook(watch)
code = main(sys.argv[2:])
print(seen)
"""
    (tmp_path / "watching.py").write_text(watching)
    options = ("seed", records.changed, "--database", url(database))
    done = subprocess.run(
        [sys.executable, tmp_path / "watching.py", database.parent, *options],
        capture_output=True,
        text=True,
        check=True,
    )
    pairs = re.findall(r"'([^']*)', '([^']*)'", done.stdout.splitlines()[-1])
    assert {mode for _, mode in pairs} == {"0o600"}
    assert len(pairs) == 2


# Names and where they lead, the last of which is seeded.
LINKS = (
    (("data/link.db", "record.db"),),
    (("link.db", "data/record.db"),),
    (("data/first.db", "record.db"), ("second.db", "data/first.db")),
    (("folder", "data"),),
)


@pytest.mark.parametrize("links", LINKS)
def test_a_link_stays_and_its_target_is_replaced(
    database: Path, records: Records, place: Path, links: tuple[tuple[str, str], ...]
) -> None:
    """Symbolic links to the file, to one another or to its folder lead where they led."""
    for name, target in links:
        (place / name).symlink_to(target)
    asked = place / name / "record.db" if name == "folder" else place / name
    assert seed(records.changed, sqlite_settings(asked)).revision == 2
    assert [(name, str((place / name).readlink())) for name, _ in links] == list(links)
    assert open_file(database).revision.number == 2
    assert not database.is_symlink()
    names = {name for name, _ in links}
    left = {str(path.relative_to(place)) for path in place.glob("**/*") if "seed_" not in str(path)}
    beside = {name for name in left if not name.startswith(("same", "changed", "folder"))}
    assert beside == {"data", "data/record.db", "data/.record.db.lock", *names} - {"folder"}


def test_a_link_to_nothing_makes_its_target(records: Records, place: Path) -> None:
    """The first seeding makes the file where the link leads to."""
    (place / "link.db").symlink_to("new/record.db")
    assert seed(records.same, sqlite_settings(place / "link.db")).revision == 1
    assert (place / "link.db").is_symlink()
    assert open_file(place / "new" / "record.db").revision.number == 1


def test_a_link_to_itself_is_refused(records: Records, place: Path) -> None:
    """In words."""
    (place / "link.db").symlink_to("link.db")
    with pytest.raises((SeedRefused, DatabaseUnusable), match="Too many levels of symbolic links"):
        seed(records.same, sqlite_settings(place / "link.db"))


NAMES: dict[str, Callable[[Path, Path], str]] = {
    "absolute": lambda database, _: str(database),
    "relative": lambda database, _: os.path.relpath(database, "/"),
    "roundabout": lambda database, _: f"{database.parent}/../data/./record.db",
    "link": lambda database, place: linked(place / "link.db", database),
    "hard link": lambda database, place: hard_linked(place / "other" / "hard.db", database),
}


def linked(name: Path, database: Path) -> str:
    """A symbolic link to a database."""
    name.symlink_to(database)
    return str(name)


def hard_linked(name: Path, database: Path) -> str:
    """A second name of a database, in another folder."""
    name.parent.mkdir()
    name.hardlink_to(database)
    return str(name)


@pytest.mark.parametrize("kind", NAMES)
def test_two_names_of_one_file_share_a_lock(
    database: Path, records: Records, place: Path, kind: str
) -> None:
    """A seeding by any name of a file waits for one by another name."""
    name = NAMES[kind](database, place)
    said = place / "said"
    with exclusive_lock(database):
        asked = ("seed", str(records.changed), "--database", url(name))
        waiting = started(said, asked)
        eventually(lambda: said.exists() and "\n" in said.read_text(), 60)
        assert said.read_text().startswith("Waiting until another seeding of ")
        assert open_file(database).revision.number == 1
    waiting.join(300)
    assert "\nseeded; event: 1 changed" in said.read_text()
    assert open_file(Path("/") / name).revision.number == 2


def test_a_lock_of_another_user_is_shared(database: Path, records: Records) -> None:
    """The file of the lock that one user has made is no obstacle to another one."""
    lock = database.with_name(".record.db.lock")
    lock.touch()
    lock.chmod(0o444)
    if os.geteuid() == 0:
        os.chown(database.parent, OTHER, OTHER)
        os.chown(database, OTHER, OTHER)
    code, said = as_other("seed", records.changed, "--database", url(database))
    assert (code, said.splitlines()[0]) == (0, "seeded; event: 1 changed")


@pytest.mark.parametrize("closed", ["file", "folder"])
def test_a_file_that_may_not_be_read(database: Path, records: Records, closed: str) -> None:
    """`seed` and `serve` say that it may not be read, not that it is no database."""
    mine = database if closed == "file" else database.parent
    mine.chmod(0)
    said = f"The file {database} may not be read by this user (Permission denied); give the right "
    try:
        for options in (("seed", records.same), ("serve", "--port", "0")):
            code, told = as_other(*options, "--database", url(database))
            assert code == 1
            assert told.startswith(said), told
            assert "Traceback" not in told
    finally:
        mine.chmod(0o755)


@contextmanager
def closed_folder(folder: Path) -> Iterator[Callable[..., tuple[int, str]]]:
    """A folder that a user may not write; gives what runs a command as that user."""
    folder.chmod(0o555)
    try:
        yield as_other
    finally:
        folder.chmod(0o755)


@contextmanager
def read_only_disk(folder: Path) -> Iterator[Callable[..., tuple[int, str]]]:
    """A folder on a disk that nobody may write, root neither."""
    if os.geteuid() != 0 or subprocess.run(["unshare", "--mount", "true"], check=False).returncode:
        pytest.skip("only root may mount a folder read-only")
    yield partial(forked, prepare=partial(mount_read_only, folder))


@pytest.mark.parametrize("read_only", [closed_folder, read_only_disk])
def test_a_folder_that_cannot_be_written(
    database: Path, records: Records, read_only: ReadOnly
) -> None:
    """With nothing to change seeding succeeds; a dry run always does; a change is refused."""
    before = database.read_bytes()
    asked = ("--database", url(database))
    with read_only(database.parent) as command:
        code, said = command("seed", records.same, *asked)
        assert (code, said) == (0, f"seeded; nothing to change, digest {digest_of(database)}\n")
        code, said = command("seed", records.same, "--dry-run", *asked)
        assert code == 0
        assert "nothing to change" in said
        code, said = command("seed", records.changed, "--dry-run", *asked)
        assert code == 0
        assert "\ndry run, nothing was written; event: 1 changed\n" in said
        code, said = command("seed", records.changed, *asked)
        assert (code, said) == (1, REFUSED.format(database.parent))
        missing = ("--database", url(database.with_name("missing.db")))
        code, said = command("seed", records.same, "--dry-run", *missing)
        assert code == 0
        assert "would be revision 1" in said
        code, said = command("seed", records.same, *missing)
        assert (code, said) == (1, REFUSED.format(database.parent))
    assert database.read_bytes() == before
    assert [path.name for path in database.parent.iterdir()] == ["record.db"]


REFUSED = (
    "{} cannot be written by this user, or is on a read-only disk; nothing was changed. Give the "
    "right to write there, or name another --database.\n"
)


def digest_of(database: Path) -> str:
    """The beginning of the digest of the record in a database."""
    return open_file(database).revision.digest[:16]


@pytest.mark.parametrize("read_only", [closed_folder, read_only_disk])
def test_an_older_schema_in_a_folder_that_cannot_be_written(
    place: Path, read_only: ReadOnly
) -> None:
    """A dry run tells of the upgrade; a seeding is refused."""
    (place / "data").mkdir()
    old = place / "data" / "record.db"
    before = lzma.decompress(FIRST.read_bytes())
    old.write_bytes(before)
    with read_only(old.parent) as command:
        code, said = command("seed", TINY, "--dry-run", "--allow-removals", "--database", url(old))
        assert code == 0
        assert "schema: would be upgraded from " in said
        code, said = command("seed", TINY, "--allow-removals", "--database", url(old))
        assert (code, said) == (1, REFUSED.format(old.parent))
    assert old.read_bytes() == before


@pytest.fixture
def as_on_windows(place: Path) -> dict[str, str]:
    """An environment in which Python lacks what Windows lacks."""
    (place / "python").mkdir()
    (place / "python" / "sitecustomize.py").write_text(
        "import multiprocessing, os, signal, sys\n"
        "multiprocessing.get_all_start_methods = lambda: ['spawn']\n"
        "sys.modules['fcntl'] = None\n"
        "del os.chown, os.geteuid, signal.pthread_sigmask\n"
    )
    return {"PYTHONPATH": str(place / "python")}


def test_without_the_locks_of_unix(
    database: Path, records: Records, place: Path, as_on_windows: dict[str, str]
) -> None:
    """Where there is no `fcntl`, checking, seeding and serving go on, and seedings wait."""
    code, said = run("check", records.same, environment=as_on_windows)
    assert (code, said.partition(" in ")[0]) == (0, "no flaws")
    asked = ("--database", url(database))
    script = """
import sys, time
from pathlib import Path
from app.seeding.locks import exclusive_lock
from app.seeding.replacing import rewrite
with exclusive_lock(Path(sys.argv[1])):
    print("locked", flush=True)
    sys.stdin.read()
"""
    environment = {**os.environ, **as_on_windows}
    with subprocess.Popen(
        [sys.executable, "-c", script, database],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdin is not None
        assert holder.stdout.readline() == "locked\n"
        waiting = subprocess.Popen(
            [PARLEY, "seed", records.changed, *asked],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert waiting.stderr is not None
        assert waiting.stderr.readline() == f"Waiting until another seeding of {database} ends.\n"
        # However the one ends that has the lock, the next one gets it.
        holder.kill()
    said, _ = waiting.communicate(timeout=300)
    assert said.startswith("seeded; event: 1 changed")
    with running(database, place / "log", workers=2, **as_on_windows) as server:
        assert server.get("/v1/events").headers["parley-revision"][:16] == digest_of(database)


@contextmanager
def nowhere_to_write(place: Path) -> Iterator[tuple[str, ...]]:
    """A prefix of commands that see a folder as /mnt, and none for temporary files."""
    if os.geteuid() != 0 or subprocess.run(["unshare", "--mount", "true"], check=False).returncode:
        pytest.skip("only root may take the folders for temporary files away")
    taken = "mount -t tmpfs -o ro none /tmp && mount -t tmpfs -o ro none /var/tmp && cd /tmp"
    yield (
        "unshare",
        "--mount",
        "sh",
        "-c",
        f'mount --bind {place} /mnt && {taken} && exec "$@"',
        "-",
    )


@pytest.mark.usefixtures("records")
def test_without_a_folder_for_temporary_files(database: Path, place: Path) -> None:
    """`check`, `seed` and `serve` need none."""
    asked = ("--database", url(Path("/mnt/data/record.db")))
    with nowhere_to_write(place) as prefix:
        tried = ("python3", "-c", "import tempfile; tempfile.gettempdir()")
        assert subprocess.run([*prefix, *tried], capture_output=True, check=False).returncode == 1
        code, said = run("check", "/mnt/same", prefix=prefix)
        assert (code, said.partition(" in ")[0]) == (0, "no flaws")
        code, said = run("verify", "/mnt/same", prefix=prefix)
        assert code == 0
        code, said = run("seed", "/mnt/changed", *asked, prefix=prefix)
        assert (code, said.splitlines()[0]) == (0, "seeded; event: 1 changed")
        for workers in (1, 2):
            log = place / f"log-{workers}"
            with running(
                "sqlite:////mnt/data/record.db", log, workers=workers, prefix=prefix
            ) as it:
                assert it.get("/v1/events").headers["parley-revision"][:16] == digest_of(database)
                assert b"parley_requests_total" in it.get("/metrics").content
            told = "No temporary file can be made: /metrics tells of one worker alone."
            assert (told in log.read_text()) is (workers == 2)
    check_agreement(database)


@pytest.mark.parametrize("folder", ["/no/such/folder", "closed"])
def test_a_setting_for_temporary_files_that_leads_nowhere(
    database: Path, records: Records, place: Path, folder: str
) -> None:
    """`TMPDIR` without a folder behind it, or one that may not be written, is passed over."""
    (place / "closed").mkdir(mode=0o555)
    temporary = folder if folder.startswith("/") else str(place / folder)
    asked = ("--database", url(database))
    assert run("check", records.same, environment={"TMPDIR": temporary})[0] == 0
    assert run("seed", records.changed, *asked, environment={"TMPDIR": temporary})[0] == 0
    with running(database, place / "log", workers=2, tmpdir=temporary) as server:
        assert server.get("/v1/events").headers["parley-revision"][:16] == digest_of(database)


def test_seed_files_are_rewritten_as_what_they_are(place: Path) -> None:
    """What `parley fmt` and `parley verify --write` write keeps its mode, owner and link."""
    file, link = place / "evidence.yaml", place / "link.yaml"
    file.write_text("old")
    file.chmod(0o660)
    if os.geteuid() == 0:
        os.chown(file, 1234, 5678)
    before = file.stat()
    link.symlink_to("evidence.yaml")
    rewrite(link, b"new")
    after = file.stat()
    assert (link.is_symlink(), file.read_text()) == (True, "new")
    assert (after.st_uid, after.st_gid, after.st_mode) == (
        before.st_uid,
        before.st_gid,
        before.st_mode,
    )
    assert {path.name for path in place.iterdir()} == {"evidence.yaml", "link.yaml"}
