"""A record of one's own: begun, filled in, checked and served by an installed wheel."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
import yaml
from jsonschema import Draft202012Validator

from app.cli import NEW_KINDS, main
from app.curation.loading import check_and_seed
from app.curation.serving import stamp_of
from app.seeding.json_schemas import file_schema
from tests.ports import free_port

ROOT = Path(__file__).parents[2]
PATIENCE = 60


def begun(folder: Path) -> Path:
    assert main(["init", str(folder)]) == 0
    return folder


def test_a_record_to_begin_with(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It has an entry of each kind, no flaw and no warning, and is formatted."""
    folder = begun(tmp_path / "record")
    assert "parley serve" in capsys.readouterr().out
    assert main(["check", "--strict", str(folder)]) == 0
    assert main(["fmt", "--check", str(folder)]) == 0
    assert capsys.readouterr().out.startswith(
        "no flaws in 3 actors, 1 events, 1 figures, 1 proposals, 1 quotes, 1 sources, 1 terms, "
        "1 topics\n"
    )
    named = json.loads((folder / ".vscode/settings.json").read_text())["yaml.schemas"]
    assert {str(path.relative_to(folder)) for path in folder.glob("schemas/*")} >= set(named)


def test_nothing_is_written_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder that holds anything is refused and left as it is."""
    (tmp_path / "notes.txt").write_text("mine")
    assert main(["init", str(tmp_path)]) == 1
    assert "is there already; name a folder that is new or empty" in capsys.readouterr().err
    assert [each.name for each in tmp_path.iterdir()] == ["notes.txt"]


@pytest.mark.parametrize("kind", NEW_KINDS)
@pytest.mark.parametrize("everything", [False, True], ids=["as printed", "all of it"])
def test_a_new_entry(kind: str, everything: bool, capsys: pytest.CaptureFixture[str]) -> None:
    """What is printed is valid by the schema, and so is each field that is a comment."""
    assert main(["new", kind]) == 0
    printed = capsys.readouterr().out
    text = printed.replace("  # ", "  ", 1) if everything else printed
    if everything:
        lines = printed.splitlines()
        text = "\n".join(line.replace("  # ", "  ", line.startswith("  # ")) for line in lines)
    entries = yaml.load(text, yaml.BaseLoader)
    wrong = [
        error.message
        for error in Draft202012Validator(file_schema(kind)).iter_errors(entries)
        if "…" not in str(error.instance)
    ]
    assert wrong == []
    assert len(entries) == 1


def test_saving_is_noticed(tmp_path: Path) -> None:
    """A file that is written, added or removed changes the stamp of the folder."""
    folder = begun(tmp_path / "record")
    stamps = [stamp_of(folder)]
    (folder / "quotes" / "2025.yaml").write_text("")
    stamps.append(stamp_of(folder))
    (folder / "quotes" / "2025.yaml").write_text("# one more\n")
    stamps.append(stamp_of(folder))
    (folder / "quotes" / "2025.yaml").unlink()
    assert stamp_of(folder) == stamps[0]
    assert stamps[0] != stamps[1] != stamps[2]


def test_a_folder_is_read_once_for_its_report_and_its_database(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Warnings are reported and the record is loaded; with a flaw the former one stays."""
    folder, database, report = begun(tmp_path / "record"), tmp_path / "a.db", tmp_path / "report"
    figures = folder / "figures" / "2024.yaml"
    figures.write_text(figures.read_text().replace("People who", "People  who"))
    check_and_seed(folder, database, report)
    assert [line.rpartition(" [")[2] for line in report.read_text().splitlines()] == [
        "doubled-space]",
        "1 warning",
    ]
    before = database.read_bytes()
    assert capsys.readouterr().err.startswith(f"{report.read_text()}\nrevision 1, digest ")
    figures.write_text(figures.read_text().replace("2024-03-01\n", "2024-03-32\n", 1))
    check_and_seed(folder, database, report)
    assert report.read_text().startswith("figures/2024.yaml:3: fig-20240301-displaced: date: ")
    assert database.read_bytes() == before


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command of a wheel that is installed in an empty environment."""
    place = tmp_path_factory.mktemp("installed")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    wheel = ("wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(place), str(ROOT))
    subprocess.run([*pip, *wheel], check=True)
    subprocess.run([sys.executable, "-m", "venv", str(place / "venv")], check=True)
    own = [str(place / "venv/bin/python"), *pip[1:], "install"]
    locked = str(ROOT / "requirements" / "run.txt")
    subprocess.run([*own, "--require-hashes", "-r", locked], check=True)
    subprocess.run([*own, "--no-deps", *map(str, place.glob("*.whl"))], check=True)
    return place / "venv/bin/parley"


@contextmanager
def served(parley: Path, folder: Path, cache: Path) -> Iterator[str]:
    """The address of a server that watches a folder."""
    base = f"http://127.0.0.1:{(port := free_port())}"
    command = [str(parley), "serve", str(folder), "--watch", "--port", str(port)]
    environment = {**os.environ, "XDG_CACHE_HOME": str(cache)}
    process = subprocess.Popen(command, cwd=cache, env=environment)
    try:
        yield base
    finally:
        process.terminate()
        process.wait(PATIENCE)


def until(base: str, holds: Callable[[dict[str, str]], bool]) -> dict[str, str]:
    """What the server tells of the folder, as soon as something holds."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            found: dict[str, str] = httpx.get(f"{base}/watch").json()
        except httpx.TransportError:
            found = {}
        if found and holds(found):
            return found
        time.sleep(0.2)
    raise AssertionError(f"{base} never came to it")


@pytest.mark.slow
def test_a_record_is_made_and_served_without_a_checkout(installed: Path, tmp_path: Path) -> None:
    """From a wheel alone: begun, served, broken, told in the page, mended and loaded again."""
    folder = tmp_path / "record"
    subprocess.run([installed, "init", folder], check=True, cwd=tmp_path)
    quotes = folder / "quotes" / "2024.yaml"
    whole = quotes.read_text()
    with served(installed, folder, tmp_path) as base:
        first = until(base, lambda found: found["report"] == "")
        assert httpx.get(f"{base}/v1/quotes").json()["data"][0]["id"] == "q-20240301-example"
        assert "/watch.js" in httpx.get(f"{base}/").text
        quotes.write_text(whole.replace("speakers:", "speaker:"))
        broken = until(base, lambda found: "speaker" in found["report"])
        assert broken["digest"] == first["digest"]
        quotes.write_text(whole.replace("Thirty days are", "Thirty days were"))
        mended = until(base, lambda found: found["digest"] != first["digest"])
        assert mended["report"] == ""
        answer = httpx.get(f"{base}/v1/quotes").json()["data"][0]
        assert answer["text"] == "Thirty days were enough to begin."
