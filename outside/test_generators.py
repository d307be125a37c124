"""Generators of clients read the description, compile strictly, and ask three questions."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import httpx
import pytest

HERE = Path(__file__).parent
INSTALLED = HERE.parent / "dist" / "outside"
NODE, PYTHON = INSTALLED / "node_modules" / ".bin", INSTALLED / "venv" / "bin"
# Quotes of Ireland, the title of a proposal, how words stand to the record.
ANSWERS = [["q-peaceful-means", "q-new-beginning"], "The Belfast Agreement", "partial"]
STRICTLY = ("--strict", "--target", "es2022", "--lib", "es2022,dom,dom.iterable", "--skipLibCheck")
AS_MODULES = ("--module", "commonjs", "--moduleResolution", "node10", "--esModuleInterop")


@pytest.fixture(scope="module")
def place(tiny_base: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the description and what asks."""
    folder = tmp_path_factory.mktemp("generated")
    (folder / "openapi.json").write_bytes(httpx.get(f"{tiny_base}/openapi.json").content)
    (folder / "node_modules").symlink_to(INSTALLED / "node_modules")
    for name in ("ask.ts", "orval.config.ts", "ask_clients.py"):
        shutil.copyfile(HERE / name, folder / name)
    return folder


def run(folder: Path, *command: str | Path, **environment: str) -> str:
    """What a command prints; it has to succeed."""
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


def generate(folder: Path, language: str, output: str) -> None:
    """openapi-generator, which the package carries as a JAR."""
    command = ("generate", "-i", "openapi.json", "-g", language, "-o", output)
    run(folder, PYTHON / "openapi-generator-cli", *command)


def test_clients_in_typescript(tiny_base: str, place: Path) -> None:
    """Four generators make clients that compile with `--strict` and get the same answers."""
    run(place, NODE / "openapi-typescript", "openapi.json", "--output", "schema.ts")
    run(place, NODE / "openapi-ts", "--input", "openapi.json", "--output", "hey")
    run(place, NODE / "orval", "--config", "./orval.config.ts", BASE=tiny_base)
    generate(place, "typescript-fetch", "generator")
    compiling = (*STRICTLY, *AS_MODULES, "--outDir", "js", "--rootDir", ".")
    run(place, NODE / "tsc", *compiling, "ask.ts")
    answers = json.loads(run(place, "node", "js/ask.js", tiny_base))
    names = ("openapi-fetch", "@hey-api/openapi-ts", "orval", "openapi-generator")
    assert answers == dict.fromkeys(names, ANSWERS)


def test_clients_in_python(tiny_base: str, place: Path) -> None:
    """Two generators make clients, FastMCP tools; the typed one passes `mypy --strict`."""
    made = ("generate", "--path", "openapi.json", "--output-path", "typed", "--overwrite")
    warned = run(place, PYTHON / "openapi-python-client", *made)
    # What is downloaded as a file has no type.
    assert {line.split()[3] for line in warned.splitlines() if line.startswith("WARNING")} <= {
        "/v1/dataset/datapackage.zip",
        "/v1/dataset/entries.ndjson",
        "/v1/dataset/parley.sqlite",
    }
    run(place, PYTHON / "mypy", "--strict", "typed/parley_client")
    generate(place, "python", "generated")
    said = run(place, PYTHON / "python", "ask_clients.py", tiny_base, PYTHONPATH="typed:generated")
    names = ("openapi-python-client", "openapi-generator", "FastMCP.from_openapi")
    answers = json.loads(said)
    # Of our own tools: the title of an entry as a resource, an article in the prompt, a wrong id.
    assert answers.pop("resources") == [ANSWERS[1], "\nThey {met}.\n</article>", True]
    assert answers == dict.fromkeys((*names, "FastMCP's client"), ANSWERS)


def test_a_collection_for_postman(place: Path) -> None:
    """Each operation becomes a request that keeps its repeated parameters."""
    run(place, NODE / "openapi2postmanv2", "-s", "openapi.json", "-o", "postman.json")
    collection = (place / "postman.json").read_text()
    paths = json.loads((place / "openapi.json").read_text())["paths"]
    assert collection.count('"request":') >= sum(map(len, paths.values()))
    assert '"key": "speaker"' in collection or '"key":"speaker"' in collection
