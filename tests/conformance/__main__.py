"""Writes docs/conformance.md; with `--answers`, asks both servers first and renews the answers.

python -m tests.conformance [--answers]
"""

from __future__ import annotations

import sys
import tempfile
from itertools import chain
from pathlib import Path
from typing import Any

import yaml

from app.seeding.seed import seed
from tests.api.asking import serving
from tests.conformance.asking import REQUESTS, answers, plain, sections
from tests.conftest import TINY, sqlite_settings

PAGE = Path(__file__).parents[2] / "docs" / "conformance.md"
HEAD = """# HTTP: what is answered to requests of every sort

{count} requests, sent as bytes to Parley and to FastAPI on uvicorn (with httptools) as they are;
their bytes are in `tests/conformance/requests.yaml`. A test sends them all again and holds what
Parley answers; `python -m tests.conformance` writes this page. Each cell has the statuses in their
order, then `open` if the connection answered the next request, `closed` if it did not, `waits` if
nothing came for six seconds. They differ in {different}; the last column says why.
"""
TOP = "| what is sent | Parley | uvicorn | why |\n|---|---|---|---|\n"


def table(part: dict[str, Any]) -> str:
    """The requests of one section as a table."""
    rows = [
        f"| {each['name']} | {each['ours']} | {each['plain']} | {each.get('why', '')} |\n"
        for each in part["requests"]
    ]
    return f"\n## {part['section']}\n\n{part['of']}\n\n{TOP}{''.join(rows)}"


def page() -> str:
    """The whole page."""
    asked = [each for part in sections() for each in part["requests"]]
    different = sum(each["ours"] != each["plain"] for each in asked)
    head = HEAD.format(count=len(asked), different=different)
    return head + "".join(map(table, sections()))


def renew() -> None:
    """Asks both servers, and writes down what they answer."""
    with tempfile.TemporaryDirectory() as place:
        database = Path(place) / "record.db"
        seed(TINY, sqlite_settings(database))
        with serving(database) as ours, plain() as other:
            both = list(zip(answers(ours), answers(other), strict=True))
    text = REQUESTS.read_text()
    comment = text[: text.index("- section")]
    parts = sections()
    asked = chain.from_iterable(part["requests"] for part in parts)
    for each, ((one, _), (two, _)) in zip(asked, both, strict=True):
        each |= {"ours": one, "plain": two}
    REQUESTS.write_text(comment + yaml.safe_dump(parts, sort_keys=False, width=10_000))


if __name__ == "__main__":
    if sys.argv[1:] == ["--answers"]:
        renew()
    PAGE.write_text(page())
