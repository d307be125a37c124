"""Where results go: var/bench/*.json, and the tables of docs/performance.md between their marks."""

from __future__ import annotations

import os
import platform
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson

ROOT = Path(__file__).parents[1]
WORK = ROOT / "var" / "bench"
PAGE = ROOT / "docs" / "performance.md"


def save(name: str, results: Any) -> Path:
    """Writes results as JSON."""
    WORK.mkdir(parents=True, exist_ok=True)
    path = WORK / f"{name}.json"
    path.write_bytes(orjson.dumps(results, option=orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS))
    return path


def table(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """A Markdown table; numbers are set to the right."""
    numbers = [all(is_number(row[place]) for row in rows) for place in range(len(names))]
    lines = [
        "| " + " | ".join(names) + " |",
        "|" + "|".join("---:" if number else "---" for number in numbers) + "|",
    ]
    lines += ["| " + " | ".join(shown(cell) for cell in row) + " |" for row in rows]
    return "\n".join(lines)


def is_number(cell: Any) -> bool:
    """Whether a cell is a number, or nothing."""
    return cell is None or isinstance(cell, int | float)


def shown(cell: Any) -> str:
    """A cell: large numbers without a fraction, small ones with as much as tells."""
    if cell is None:
        return "–"
    if isinstance(cell, float):
        return f"{cell:,.0f}" if abs(cell) >= 100 else f"{cell:.3g}"
    return f"{cell:,}" if isinstance(cell, int) else str(cell)


def machine() -> str:
    """What it was measured on."""
    return (
        f"{os.cpu_count()} cores, {platform.machine()}, CPython {platform.python_version()}, "
        f"SQLite {sqlite3.sqlite_version}"
    )


def publish(mark: str, text: str) -> None:
    """Puts a text between its marks in docs/performance.md, at the end where they are not there."""
    begin, end = f"<!-- {mark} -->", f"<!-- /{mark} -->"
    page = PAGE.read_text(encoding="utf-8") if PAGE.exists() else "# Performance\n"
    if begin not in page:
        page = f"{page.rstrip()}\n\n{begin}\n{end}\n"
    before, rest = page.split(begin, 1)
    after = rest.split(end, 1)[1]
    PAGE.write_text(f"{before}{begin}\n{text}\n{end}{after}", encoding="utf-8")
