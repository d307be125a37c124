"""What the parts of a list cost, in instructions: `python -m benchmarks.budget S`.

Each part of one answer is called by itself with what it had, as often as it is counted, under
Valgrind; the whole list and one from memory beside it, as benchmarks.instructions counts them.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import uvloop
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from app.api import entries
from app.config import Settings
from app.db import snapshots, sqlite
from app.db.snapshots import Memory
from app.entries.query_plan import plan_query
from app.entries.result_pages import DOCUMENTS, first_entries
from app.http.messages import read_question
from app.http.protocol import BoundedProtocol
from app.http.route import etag_of
from app.main import create_app
from benchmarks.instructions import Bare, Connected, by_callgrind
from benchmarks.load import database_of

TIMES = 60
PARTS = ("bare function", "list from memory", "whole list", "reading", "finding", "joining", "head")
QUERY = "actor=%s&limit=20"


async def counted_parts(database: Path, actor: str) -> None:
    """Counts the instructions of each part of one list."""
    url = f"sqlite:///{database.absolute()}"
    path = "/v1/events?" + QUERY % actor
    snapshots.LOOP_BUDGET = sqlite.LOOP_BUDGET = 60
    answered: list[Any] = []
    represented, find_page = entries.represented, entries.find_page

    async def noting_page(*args: Any) -> Any:
        answered[:] = [args]
        return await find_page(*args)

    async def noting(*args: Any) -> Any:
        answered[1:] = [args]
        return await represented(*args)

    entries.find_page, entries.represented = noting_page, noting
    whole = [Connected(Bare(), HttpToolsProtocol)]
    for cache in (64 << 20, 0):
        settings = Settings(database_url=url, cache_bytes=cache, log_requests="none")
        whole.append(Connected(create_app(settings), BoundedProtocol))
    for number, connected in enumerate(whole):
        for _ in range(5):
            await connected.ask(path)
        with by_callgrind(f"part.{number}"):
            for _ in range(TIMES):
                await connected.ask(path)
    (snapshot, question, kinds), (request, answer, form) = answered
    memory = snapshot.memory
    memory.run_until = float("inf")
    plan = plan_query(memory, question, kinds)
    keys = first_entries(memory, question, plan).sort_keys
    alone: tuple[Callable[[], Any], ...] = (
        lambda: read_question(type(question), (QUERY % actor).encode()),
        lambda: first_entries(memory, question, plan_query(memory, question, kinds)),
        lambda: (Memory.get_all(memory, DOCUMENTS, keys), form.render(answer)),
        lambda: (etag_of(request.scope, answer.revision), answer.link_header()),
    )
    for number, part in enumerate(alone, len(whole)):
        part()
        with by_callgrind(f"part.{number}"):
            for _ in range(TIMES):
                part()


def main() -> None:
    """python -m benchmarks.budget SIZE"""
    size, *inside = sys.argv[1:]
    if inside:
        uvloop.run(counted_parts(database_of(size), "actor-1"))
        return
    with tempfile.TemporaryDirectory() as folder:
        valgrind = ["valgrind", "--tool=callgrind", "--instr-atstart=no", "--quiet"]
        command = [*valgrind, f"--callgrind-out-file={folder}/out", sys.executable]
        subprocess.run([*command, "-m", "benchmarks.budget", size, "--inside"], check=True)
        for file in sorted(Path(folder).iterdir()):
            text = file.read_text()
            part = re.search(r"^desc: Trigger: .*\bpart\.(\d)$", text, re.M)
            total = re.search(r"^totals: (\d+)$", text, re.M)
            if part is not None and total is not None:
                print(f"| {PARTS[int(part[1])]} | {int(total[1]) / TIMES / 1000:.0f} |")


if __name__ == "__main__":
    main()
