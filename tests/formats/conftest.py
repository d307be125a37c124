"""The tiny record and the shipped one, at a public address of their own, and a hostile one."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator

import pytest
import yaml

from app.seeding.seed import seed
from tests.api.asking import Asker
from tests.conftest import SHIPPED, TINY, Seeded, settings_of

PUBLIC = "https://record.example"
# Markup, formulas, line ends, quotation marks, scripts from right to left, and what is no XML.
HOSTILE = (
    "=SUM(A1)\n</script><script>alert('x')</script> ]]> <!-- & &lt; \"q\", 'a'; \\n \\, "
    "BEGIN:VEVENT\nEND:VCALENDAR | -1 \ufffe\uffff \u2028\u2029 שלום مرحبا 🕊"
)
LINE = HOSTILE.replace("\n", " ")


@pytest.fixture(scope="session")
def tiny_ask(cached_databases: Seeded) -> Iterator[Asker]:
    """Asks the tiny record."""
    with Asker(cached_databases(TINY), public_url=PUBLIC) as asker:
        yield asker


@pytest.fixture(scope="session")
def ask(cached_databases: Seeded) -> Iterator[Asker]:
    """Asks the shipped record."""
    with Asker(cached_databases(SHIPPED), public_url=PUBLIC) as asker:
        yield asker


@pytest.fixture(scope="session")
def hostile_ask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asker]:
    """Asks a record whose every text is hostile."""
    folder = tmp_path_factory.mktemp("hostile") / "record"
    shutil.copytree(TINY, folder)
    for path in folder.rglob("*.yaml"):
        written = yaml.safe_load(path.read_text())
        path.write_text(yaml.safe_dump(hostile(written), allow_unicode=False))
    for path in folder.rglob("*.ndjson"):
        lines = path.read_text().splitlines()
        path.write_text("".join(json.dumps(hostile(json.loads(each))) + "\n" for each in lines))
    database = folder.parent / "record.db"
    seed(folder, settings_of(database))
    with Asker(database, public_url=PUBLIC) as asker:
        yield asker


TEXTS = {"summary", "context", "notes", "status_note", "description", "claimed_by", "reason"}
LINES = {"title", "place", "name", "label", "publisher", "via", "supports", "office", "note"}


def hostile(written: object) -> object:
    """The same record with other words."""
    if isinstance(written, list):
        return [hostile(each) for each in written]
    if not isinstance(written, dict):
        return str(written) if type(written).__name__ == "date" else written
    changed = {name: hostile(value) for name, value in written.items()}
    for name in changed:
        if name in TEXTS or (name == "text" and "id" in written):
            changed[name] = HOSTILE
        elif name in LINES:
            # Names are looked up by: each must stay another one.
            changed[name] = f"{LINE} {written.get('id', '')}".strip()
    return changed
