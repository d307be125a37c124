"""Setting a checkout up with uv, and with the oldest pip of each supported Python; the image."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NEEDED = ("Makefile", "pyproject.toml", "requirements", "app", "migrations", "README.md", "LICENSE")
UV = "uv==0.13.9"
CLASSIFIER = "Programming Language :: Python :: 3."
# The pip that a new environment gets; fails where Python has none, or does not run at all.
BUNDLED_PIP = "import ensurepip, venv; print(ensurepip.version())"


def supported() -> list[str]:
    """The versions of Python that pyproject.toml names: `3.11`, …"""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    minors = (each.removeprefix(CLASSIFIER) for each in project["classifiers"])
    return [f"3.{minor}" for minor in minors if minor.isdigit()]


def candidates(version: str) -> Iterator[Path]:
    """Where a Python may be: on the path, with pyenv, or under the environment of the tests."""
    name = f"python{version}"
    folders = [Path(folder) for folder in os.get_exec_path()]
    folders += sorted((Path.home() / ".pyenv" / "versions").glob(f"{version}.*/bin"))
    folders.append(Path(sys.base_prefix) / "bin")
    yield from (folder / name for folder in folders if (folder / name).exists())


def pip_of(python: Path) -> tuple[int, ...] | None:
    """The version of the pip that a Python brings; None where no environment can be made of it."""
    done = subprocess.run([python, "-c", BUNDLED_PIP], capture_output=True, text=True)
    return tuple(map(int, re.findall(r"\d+", done.stdout))) if done.returncode == 0 else None


@pytest.mark.parametrize("version", supported())
def test_make_dev_with_the_oldest_pip(version: str, tmp_path: Path) -> None:
    """`make setup` installs Parley, and `make dev` has nothing to refuse in the locks."""
    pips = {python: pip for python in candidates(version) if (pip := pip_of(python))}
    if not pips:
        pytest.skip(f"no Python {version} that can make an environment")
    python = min(pips, key=lambda each: pips[each])
    clone(tmp_path)
    said = make(tmp_path, "setup", PYTHON=str(python), UV="")
    assert re.search(r"Installing the \d+ packages of requirements/run.txt with pip into", said)
    done = subprocess.run([tmp_path / ".venv/bin/parley", "--help"], capture_output=True, text=True)
    assert done.stdout.startswith("usage: parley")
    # Everything is resolved, downloaded and held against its hash; only the copying is left out.
    make(tmp_path, "dev", PIP_DRY_RUN="1", UV="")


def test_make_dev_with_uv(tmp_path: Path) -> None:
    """`make setup` and `make dev` install with uv where it is, and what needs pip finds it."""
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "uv"], check=True)
    own = tmp_path / "uv/bin"
    subprocess.run([own / "pip", "install", "--quiet", UV], check=True)
    clone(tmp_path)
    for target, lock in (("setup", "run"), ("dev", "dev")):
        said = make(tmp_path, target, PATH=f"{own}:{os.environ['PATH']}")
        assert re.search(rf"the \d+ packages of requirements/{lock}.txt with uv into", said)
    for command in ("parley --help", "pytest --version", "python -m pip --version"):
        program, *arguments = command.split()
        subprocess.run([tmp_path / ".venv/bin" / program, *arguments], check=True)
    assert make(tmp_path, "dev") == "make: Nothing to be done for 'dev'.\n"


# In place of Docker: says a digest, and what it was to build.
DOCKER = f"""#!/bin/sh
case "$1" in
buildx) echo sha256:{"5" * 64} ;;
*) echo "docker $*" ;;
esac
"""


def test_make_image_names_its_base_by_digest(tmp_path: Path) -> None:
    """The base has the digest that its tag has now; the tag names a Python and a Debian."""
    (tmp_path / "docker").write_text(DOCKER)
    (tmp_path / "docker").chmod(0o755)
    image = (ROOT / "Dockerfile").read_text()
    (base,) = re.findall(r"^ARG BASE=(python:3\.\d+-slim-[a-z]+)$", image, re.MULTILINE)
    assert re.findall(r"^FROM (\S+)", image, re.MULTILINE) == ["$BASE", "$BASE"]
    said = make(ROOT, "image", PATH=f"{tmp_path}:{os.environ['PATH']}")
    built = f"docker build --build-arg BASE={base}@sha256:{'5' * 64} --tag parley ."
    assert said.splitlines()[-1] == built


def clone(folder: Path) -> None:
    """What setting up needs of a checkout."""
    for name in NEEDED:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, folder / name)


def make(folder: Path, target: str, **variables: str) -> str:
    """Runs make, as somebody does who has just cloned the repository, and returns what it says."""
    outside = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    done = subprocess.run(
        ["make", target],
        cwd=folder,
        env={**outside, **variables},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
