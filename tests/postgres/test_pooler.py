"""PgBouncer in transaction mode: each transaction may have another connection of the server."""

from __future__ import annotations

import asyncio
import shutil
import time
from pathlib import Path

import pytest

from faults.cluster import LOCAL, program, written
from tests.ports import free_port
from tests.postgres.editions import editions_of, opened, page_of, seed_edition
from tests.postgres.servers import servers, system_user

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("pgbouncer") is None, reason="pgbouncer is not installed"),
]


def test_questions_are_answered_behind_pgbouncer(tmp_path: Path) -> None:
    """However connections are given to transactions, no statement is missing in them."""

    async def asked(url: str) -> set[str]:
        async with opened(url, timeout=60) as database:

            async def one(limit: int) -> set[str]:
                async with database.snapshot() as ask:
                    return editions_of(await page_of(ask, limit=limit % 5 + 1))

            found = set[str]()
            for _ in range(20):
                found |= set.union(*await asyncio.gather(*map(one, range(6))))
            return found

    with servers("server") as (database,):
        database.create()
        database.start()
        seed_edition(database.url(), tmp_path, 1)
        place = database.folder.parent
        values = {"host": LOCAL, "port": database.port, "user": "postgres"}
        listen = free_port()
        file = written("pgbouncer.ini", place, **values, listen=listen)
        file.chmod(0o644)
        with program(place / "pgbouncer.log", "pgbouncer", file, user=system_user()):
            time.sleep(1)
            url = database.url().replace(f":{database.port}", f":{listen}")
            assert asyncio.run(asked(url)) == {"1"}
