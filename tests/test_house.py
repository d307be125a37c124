"""The rules of the house that no other tool checks."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
MOST_LINES = 400
# Written in two parts, so that this file does not hold what it looks for: folders of one machine,
# and where packages are downloaded from.
FORBIDDEN = tuple(
    re.compile(first + second)
    for first, second in (
        (r"(?<![\w.])/wo", r"rk/"),
        (r"(?<![\w.])/ro", r"ot/"),
        (r"(?<![\w.])/home/\w", r"+/"),
        (r"files\.pythonhos", r"ted"),
        (r"pypi\.or", r"g/simple"),
        (r"registry\.n", r"pmjs"),
        (r"index-u", r"rl[ =]http"),
    )
)
LAYERS = "Imports run one way"


def tracked() -> list[Path]:
    """The files that are kept in git."""
    try:
        done = subprocess.run(
            ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("this is no checkout")
    paths = (ROOT / name for name in done.stdout.split("\0") if name)
    return [path for path in paths if path.is_file()]


def test_the_changelog_and_the_version_agree() -> None:
    """The newest heading of the changelog is the version that is installed."""
    headings = re.findall(r"^## \[?v?([0-9][^\s\]]*)", (ROOT / "CHANGELOG.md").read_text(), re.M)
    assert headings[0] == PROJECT["project"]["version"] == version("parley")


def test_no_module_is_too_long() -> None:
    """A module that grows past 400 lines is two."""
    lengths = {
        str(path.relative_to(ROOT)): len(path.read_text().splitlines())
        for folder in ("app", "migrations", "benchmarks", "examples")
        for path in (ROOT / folder).rglob("*.py")
        if "versions" not in path.parts
    }
    assert {name: lines for name, lines in lengths.items() if lines > MOST_LINES} == {}


def test_no_file_names_a_machine_or_a_registry() -> None:
    """Nothing that is kept holds for one machine only."""
    found = []
    for path in tracked():
        try:
            text = path.read_text()
        except UnicodeDecodeError:
            continue
        found += [(path.name, each.pattern) for each in FORBIDDEN if each.search(text)]
    assert found == []


def names(requirements: list[str]) -> set[str]:
    """The packages in a list of requirements, without extras, bounds and conditions."""
    return {re.split(r"[\[<>=!;~ ]", each)[0].lower() for each in requirements}


def test_every_dependency_says_what_it_is_for() -> None:
    """Each package that is asked for has its line in docs/dependencies.md, and no other has."""
    extras = PROJECT["project"]["optional-dependencies"].values()
    groups = PROJECT["dependency-groups"].values()
    asked = names(PROJECT["project"]["dependencies"])
    for more in (*extras, *groups):
        asked |= names(more)
    rows = re.findall(r"^\| ([^|]+) \|", (ROOT / "docs" / "dependencies.md").read_text(), re.M)
    cells = " ".join(row.replace(",", " ").replace("with", " ") for row in rows)
    described = set(cells.split()) - {"package", "---", "binary", "and", "pool"}
    assert asked - described == set()
    assert described - asked == set()


def test_imports_run_one_way() -> None:
    """The layers of app/ import only what stands below them."""
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_every_layer_is_listed() -> None:
    """Each module of app/ has its place among the layers."""
    contracts = PROJECT["tool"]["importlinter"]["contracts"]
    layers = next(each["layers"] for each in contracts if each["name"] == LAYERS)
    listed = {name.strip(" ()") for layer in layers for name in re.split(r"[|:]", layer)}
    parts = {path.stem for path in (ROOT / "app").iterdir() if not path.name.startswith("__")}
    assert parts - listed == set()


def test_the_architecture_names_every_folder() -> None:
    """`docs/architecture.md` names the folders of app/ in its table, and only files that exist."""
    text = (ROOT / "docs" / "architecture.md").read_text()
    rows = [line.split("|")[1] for line in text.splitlines() if line.startswith("| `")]
    named = {name for row in rows for name in re.findall(r"`(\w+)/`", row)}
    assert named == {path.parent.name for path in (ROOT / "app").glob("*/__init__.py")}
    folder, missing = "app", []
    for line in text.splitlines():
        if line.startswith("## From a seed file"):
            folder = "app/seeding"
        elif line.startswith("## From a question"):
            folder = "app"
        for name in re.findall(r"(?<![\w/*.])[a-z_]+(?:/[a-z_]+)*\.py\b", line):
            if not any((ROOT / base / name).is_file() for base in (folder, "app")):
                missing.append(name)
    assert missing == []
