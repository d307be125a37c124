"""The page for curators: its commands, run as they are typed, make a record without a flaw."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.cli import NEW_KINDS
from tests.evidence.pages import Pages, served

PAGE = (Path(__file__).parents[2] / "docs" / "own-record.md").read_text()
COMMANDS = [line.strip() for line in re.findall(r"^ +((?:parley|git|BASE|pipx) .*)$", PAGE, re.M)]
# What a curator writes over the examples of a printed entry, by kind.
FILLED = {
    "event": {"id: a-name-2024": "id: ev-new", "…": "They met by the lake."},
    "quote": {
        "id: a-name-2024": "id: q-new",
        "actor: a-name-2024": "actor: ada-example",
        "text: …": "text: The parties met at the lake and spoke of the harbour.",
        "date: '2024-02-07'": "date: '2024-03-05'",
        "source: a-name-2024": "source: gazette-20240305",
    },
    "proposal": {
        "id: a-name-2024": "id: prop-new",
        "proposers:\n  - a-name-2024": "proposers:\n  - northland",
        "# status: agreed": "status: agreed",
        "detail: full": "detail: partial",
        "…": "A plan for the harbour.",
    },
    "figure": {
        "id: a-name-2024": "id: fig-new",
        "metric: a-name-2024": "metric: displaced",
        "printed: …": "printed: one",
        "unit: …": "unit: persons",
        "# claimed_by: …": "claimed_by: The harbour office",
        "…": "People who left.",
    },
    "actor": {"id: a-name-2024": "id: lake-office", "…": "Lake Office"},
    "topic": {"id: a-name-2024": "id: harbour", "…": "Harbour"},
    "source": {"id: a-name-2024": "id: lake-1", "…": "The lake"},
}
SHARED = {
    "topics:\n  - a-name-2024": "topics:\n  - harbour",
    "source: a-name-2024": "source: gazette-20240301",
}


@pytest.fixture
def pages() -> Iterator[Pages]:
    """A server of pages."""
    with served() as running:
        yield running


def filled(kind: str, printed: str) -> str:
    """A printed entry as a curator fills it in."""
    for old, new in {**SHARED, **FILLED[kind]}.items():
        printed = printed.replace(old, new)
    return printed


def typed(command: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs a line in a shell in which `parley` is this one."""
    tools = folder.parent / "tools"
    if not tools.exists():
        tools.mkdir()
        (tools / "parley").write_text(f'#!/bin/sh\nexec {sys.executable} -P -m app "$@"\n')
        (tools / "parley").chmod(0o755)
    return subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env={**os.environ, "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_every_kind_is_named() -> None:
    """The page adds an entry of each kind."""
    assert {kind for kind in NEW_KINDS if f"parley new {kind} " in PAGE} == set(NEW_KINDS)


@pytest.mark.slow
def test_what_is_typed_makes_a_record(tmp_path: Path, pages: Pages) -> None:
    """Each command ends well; at the end nothing is flawed, words are verified, all is seeded."""
    allowed = {"VERIFY_PRIVATE_ADDRESSES": '["127.0.0.1"]'}
    who = {
        f"GIT_{one}_{what}": "a@b" for one in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
    }
    (tmp_path / "export.json").write_text(
        '[{"type": "report", "title": "A", "publisher": "B", "URL": "https://b.example/a"}]'
    )
    folder = tmp_path
    for line in COMMANDS:
        if line.startswith(("pipx", "parley serve")):
            continue
        command = line.replace(
            "https://gazette.example.org/2024/03/05/talks", pages.address("/news/whole")
        )
        command = command.replace("sqlite:////srv/parley/", f"sqlite:///{tmp_path}/")
        command = command.replace("BASE=origin/main", "BASE=HEAD")
        done = typed(command, folder, HOME=str(tmp_path), **allowed, **who)
        kind = re.match(r"parley new (\w+)( >>.*)?$", command)
        if kind is not None:
            file = folder / command.rpartition(">> ")[2]
            file.write_text(filled(kind[1], file.read_text()))
        strict = "--strict" in command or "check.sh" in command
        assert done.returncode == 0 or strict, f"{command}: {done.stderr}"
        if command.startswith("parley init"):
            folder = tmp_path / "camp-david"
    checked = typed("parley check", folder)
    assert checked.returncode == 0, checked.stderr
    assert "1 of 2 wordings verified" in checked.stdout
    assert "status: verified" in (folder / "evidence.yaml").read_text()
    assert (tmp_path / "record.db").exists()
