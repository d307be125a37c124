"""Refuses calls of seeding and serving to the system, one at a time, and tells what came of each.

`python -m faults.refusing seed 40` refuses each kind of call at up to 40 points of a seeding. The
library that refuses is compiled when it is needed, and every point is tried in a fork of a process
that has imported everything.
"""

from __future__ import annotations

import ctypes
import errno
import json
import os
import shutil
import subprocess
import sys
import tempfile
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from app.cli import main as parley
from app.seeding import migrations
from app.seeding.seed import seed
from faults.clients import PATHS, unnumbered
from tests.api.asking import Asker
from tests.conftest import TINY, sqlite_settings
from tests.postgres.editions import edition
from tests.seeding.contents import contents

SOURCE = Path(__file__).with_name("refusals.c")
# The kinds of the library, in its order.
KINDS = (
    "read",
    "pread",
    "write",
    "pwrite",
    "fsync",
    "rename",
    "truncate",
    "sendfile",
    "mmap",
    "malloc",
)
# What each kind of call fails with; 0 is a write that writes half.
ERRORS = {
    "read": (errno.EIO,),
    "pread": (errno.EIO,),
    "write": (errno.ENOSPC, errno.EIO, 0),
    "pwrite": (errno.ENOSPC, errno.EIO, 0),
    "fsync": (errno.EIO,),
    "rename": (errno.EIO, errno.ENOSPC),
    "truncate": (errno.EIO,),
    "sendfile": (errno.ENOSPC, errno.EIO),
    "mmap": (errno.ENOMEM,),
    "malloc": (errno.ENOMEM,),
}
# Exit codes of a process in which a work is done.
UNTOLD, WRONG, REFUSED = 70, 71, 72
ANSWERS = {0: "right answers", REFUSED: "a problem document", WRONG: "WRONG"}
EXPECTED = ("seeded", "refused and told")
# What is done after a call of `refuse`, to an exit code.
Work = Callable[[Callable[[], None]], int]


def compiled(folder: Path) -> Path | None:
    """The library; None where there is no compiler."""
    compiler = shutil.which("cc")
    if compiler is None:
        return None
    library = folder / "refusals.so"
    command = [compiler, "-shared", "-fPIC", "-O2", "-o", library, SOURCE, "-ldl"]
    subprocess.run(command, check=True)
    return library


def refusals(work: str, points: int) -> dict[str, int] | None:
    """How often each outcome came of a work, `seed` or `serve`; None where nothing can compile."""
    with tempfile.TemporaryDirectory(prefix="parley-refusing-") as folder:
        library = compiled(Path(folder))
        if library is None:
            return None
        done = subprocess.run(
            [sys.executable, "-m", "faults.refusing", work, str(points)],
            env={**os.environ, "LD_PRELOAD": str(library)},
            capture_output=True,
            text=True,
            check=True,
        )
    outcomes: dict[str, int] = json.loads(done.stdout.splitlines()[-1])
    return outcomes


def forked(work: Callable[[], int], said: Path) -> int:
    """The exit code of a work in a process of its own; what it says is in a file."""
    pid = os.fork()
    if pid:
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    file = os.open(said, os.O_CREAT | os.O_TRUNC | os.O_WRONLY)
    os.dup2(file, 1)
    os.dup2(file, 2)
    code = UNTOLD
    try:
        code = work()
    except BaseException:  # noqa: BLE001 - what nobody has caught is an outcome, too
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def points_of(
    library: ctypes.CDLL, work: Work, folder: Path, most: int
) -> Iterator[tuple[str, Callable[[], int]]]:
    """The name of every point that is tried, and the work with a refusal there."""
    for kind, name in enumerate(KINDS):

        def counting(kind: int = kind) -> int:
            work(partial(library.refuse, kind, 0, 0))
            (folder / "count").write_text(str(library.counted()))
            return 0

        forked(counting, folder / "said")
        calls = int((folder / "count").read_text())
        tried = min(calls, most)
        for error in ERRORS[name]:
            for point in range(tried):
                number = 1 + point * calls // tried
                what = f"{name} {number} of {calls}: {os.strerror(error)}"
                yield what, partial(work, partial(library.refuse, kind, number, error))


def seeding(library: ctypes.CDLL, folder: Path, most: int) -> Counter[str]:
    """Every point of a seeding that changes the record."""
    database, pristine = folder / "record.db", folder / "pristine.db"
    record = edition(folder, 1)
    seed(TINY, sqlite_settings(pristine))
    shutil.copyfile(pristine, database)
    old = contents(database)
    seed(record, sqlite_settings(database))
    new = contents(database)
    outcomes: Counter[str] = Counter()

    def work(refuse: Callable[[], None]) -> int:
        shutil.copyfile(pristine, database)
        refuse()
        code = parley(["seed", str(record), "--database", f"sqlite:///{database}"])
        library.counted()
        return code

    for what, refused in points_of(library, work, folder, most):
        code = forked(refused, folder / "said")
        said = (folder / "said").read_text(errors="replace")
        now = contents(database)
        outcome = outcome_of(code, said, is_old=now == old, is_new=now == new)
        outcomes[outcome] += 1
        if outcome not in EXPECTED:
            print(what, outcome, said[-900:], sep="; ", file=sys.stderr)
    return outcomes


def outcome_of(code: int, said: str, *, is_old: bool, is_new: bool) -> str:
    """What came of a seeding."""
    if not (is_old or is_new):
        return "WRONG: neither the old record nor the new one"
    if code == 0:
        return "seeded" if is_new else "WRONG: not seeded, and nothing told"
    if "nothing was changed" in said and not is_old:
        return "WRONG: changed, and told otherwise"
    if code < 0:
        return "ended by the system"
    return "refused and told" if "Traceback" not in said else "ended with a traceback"


def serving(library: ctypes.CDLL, folder: Path, most: int) -> Counter[str]:
    """Every point of some questions."""
    database = folder / "record.db"
    seed(TINY, sqlite_settings(database))
    with Asker(database) as ask:
        right = {path: unnumbered(ask(path).content) for path in PATHS}
    outcomes: Counter[str] = Counter()

    def work(refuse: Callable[[], None]) -> int:
        with Asker(database, cache_bytes=0) as ask:
            refuse()
            answers = [(path, ask(path)) for path in PATHS]
            library.counted()
        good = [(path, each) for path, each in answers if each.status_code == 200]
        if any(unnumbered(each.content) != right[path] for path, each in good):
            return WRONG
        return 0 if len(good) == len(answers) else REFUSED

    for what, refused in points_of(library, work, folder, most):
        code = forked(refused, folder / "said")
        outcome = ANSWERS.get(code, "ended by the system" if code < 0 else "not answered")
        outcomes[outcome] += 1
        if code not in (0, REFUSED):
            said = (folder / "said").read_text(errors="replace")
            print(what, outcome, said[-900:], sep="; ", file=sys.stderr)
    return outcomes


def main() -> None:
    """Prints the outcomes as JSON."""
    library = ctypes.CDLL(os.environ["LD_PRELOAD"])
    library.refuse.argtypes = (ctypes.c_int, ctypes.c_long, ctypes.c_int)
    library.counted.restype = ctypes.c_long
    # Imported here, not at a point.
    assert migrations is not None
    with tempfile.TemporaryDirectory(prefix="parley-refusing-") as folder:
        work = {"seed": seeding, "serve": serving}[sys.argv[1]]
        print(json.dumps(dict(work(library, Path(folder), int(sys.argv[2])))))


if __name__ == "__main__":
    main()
