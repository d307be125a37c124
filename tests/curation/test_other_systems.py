"""Other systems, as far as they can be simulated: consoles, paths and ends of lines of Windows."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path, PureWindowsPath

import pytest
import yaml

from app.cli import NEW_KINDS, main
from app.seeding.files import kind_of


@pytest.fixture
def record(tmp_path: Path) -> Path:
    """A record to begin with."""
    assert main(["init", str(tmp_path / "record")]) == 0
    return tmp_path / "record"


def run_on_windows(record: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    """Runs a command with the encoding of a western console, in the folder of a record."""
    console = {"PYTHONIOENCODING": "cp1252", "PYTHONUTF8": "0", "LC_ALL": "C"}
    return subprocess.run(
        [sys.executable, "-P", "-m", "app", *arguments],
        cwd=record,
        env={**os.environ, **console},
        capture_output=True,
        check=False,
    )


@pytest.mark.parametrize("kind", NEW_KINDS)
def test_a_new_entry_is_utf_8(record: Path, kind: str) -> None:
    """What is appended to a file is UTF-8 whatever the console is."""
    assert yaml.safe_load(run_on_windows(record, "new", kind).stdout.decode("utf-8"))


def test_every_script_can_be_printed(record: Path) -> None:
    """Arabic and Hebrew in flaws, differences and imports end no command."""
    sources = record / "sources.yaml"
    sources.write_text(
        sources.read_text(encoding="utf-8").replace("news\n", "الوفود\n"), encoding="utf-8"
    )
    checked = run_on_windows(record, "check")
    assert checked.returncode == 1
    assert "kind: 'الوفود' is not in the list" in checked.stderr.decode("utf-8")
    sources.unlink()
    (record / "a.csv").write_text("title,publisher\nשלום,الوفود\n", encoding="utf-8")
    imported = run_on_windows(record, "import", "sources", "a.csv")
    assert imported.stdout.decode("utf-8") == "source: שלום\n1 added, 0 remarks\n"


def test_a_reader_that_ends_early(record: Path) -> None:
    """Where `head` has enough, no traceback is printed."""
    parley = f"{sys.executable} -P -m app check"
    program = f"{parley} | true; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", program], cwd=record, capture_output=True, check=False)
    assert done.stderr == b""


def test_ends_of_lines_of_windows(record: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A record is read with them; `fmt` writes those of Unix, which git is told to keep."""
    for file in record.rglob("*.yaml"):
        file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    assert main(["check", "--strict", str(record)]) == 0
    capsys.readouterr()
    assert main(["fmt", str(record)]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 8
    assert b"\r" not in b"".join(file.read_bytes() for file in record.rglob("*.yaml"))
    assert (record / ".gitattributes").read_text().splitlines()[-1] == "* text=auto eol=lf"


def test_paths_of_windows() -> None:
    """The kind of a file is told by its folder there, too."""
    assert kind_of(PureWindowsPath(r"events\2024.yaml")) == "event"
    assert kind_of(PureWindowsPath(r"events\by-year\2024.ndjson")) == "event"
    assert kind_of(PureWindowsPath("sources.yaml")) == "source"
    assert kind_of(PureWindowsPath(r"texts\sources.yaml")) is None
