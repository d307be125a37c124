"""A client in TypeScript: types generated from our description, compiled strictly, run."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from hashlib import sha256
from pathlib import Path

import httpx
import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"
INSTALL_SECONDS = 300


@pytest.fixture(scope="module")
def server(tiny_server: str) -> str:
    """The address of a server over the tiny record."""
    return tiny_server


@pytest.fixture(scope="module")
def packages() -> Path:
    """The folder of the packages that the lock file names; installed once, outside the checkout."""
    if shutil.which("npm") is None or shutil.which("node") is None:
        pytest.skip("npm is not installed")
    lock = (EXAMPLES / "package-lock.json").read_bytes()
    caches = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    folder = caches / "parley-tests" / sha256(lock).hexdigest()[:16]
    if not (folder / "installed").exists():
        install(folder)
    return folder / "node_modules"


def install(folder: Path) -> None:
    """Installs exactly what the lock file names, running nothing of it."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copyfile(EXAMPLES / name, folder / name)
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    try:
        subprocess.run(
            command, cwd=folder, capture_output=True, check=True, timeout=INSTALL_SECONDS
        )
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        pytest.skip(f"npm could not install the packages: {error}")
    (folder / "installed").touch()


def run(workplace: Path, *command: str | Path) -> str:
    """What a command prints; it has to succeed."""
    done = subprocess.run(
        command, cwd=workplace, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_typescript_client(server: str, packages: Path, tmp_path: Path) -> None:
    """It compiles with `--strict` against the generated types, and gets its answers."""
    (tmp_path / "node_modules").symlink_to(packages)
    for name in ("client.ts", "package.json"):
        shutil.copyfile(EXAMPLES / name, tmp_path / name)
    (tmp_path / "openapi.json").write_bytes(httpx.get(f"{server}/openapi.json").content)
    tools = packages / ".bin"
    run(tmp_path, tools / "openapi-typescript", "openapi.json", "--output", "schema.d.ts")
    strictly = ("--strict", "--target", "es2022", "--module", "nodenext")
    run(tmp_path, tools / "tsc", *strictly, "client.ts")
    script = f'import("./client.js").then(({{ report }}) => report("{server}"))'
    said = run(tmp_path, "node", "--eval", script)
    assert said.startswith("The talks in Northern Ireland, revision ")
    assert "3 quotations" in said
    assert "The Belfast Agreement: agreed" in said
    assert "2: United Kingdom, Ireland: Qualifying prisoners" in said
    assert "there is no actor 'irelandx'" in said


def test_operations_read_as_method_names(server: str) -> None:
    """A verb and what it gives, each once."""
    paths = httpx.get(f"{server}/openapi.json").json()["paths"]
    names = [each["operationId"] for operations in paths.values() for each in operations.values()]
    assert len(set(names)) == len(names)
    for name in names:
        assert re.fullmatch(r"(list|get|download|compare|check|mark)([A-Z][a-z]+)+", name), name
