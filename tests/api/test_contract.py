"""The description tells the truth: every answer of a running server is as the document says.

SCHEMATHESIS_EXAMPLES=100 looks longer; SCHEMATHESIS_SEED=… looks again where it found something.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.api.openapi import operations
from tests.api.asking import Asker

CONFIGURATION = Path(__file__).with_name("schemathesis.toml")


def test_schemathesis_finds_nothing(server: str, tmp_path: Path) -> None:
    """All checks, with valid and invalid data, and along the links from answer to answer.

    One worker: `ast.parse`, which it calls, is not safe in several threads before Python 3.11.8
    ("AST constructor recursion depth mismatch").
    """
    command = [str(Path(sys.executable).with_name("schemathesis")), "--no-color"]
    command += ["--config-file", str(CONFIGURATION), "run", f"{server}/openapi-full.json"]
    command += ["--checks", "all", "--mode", "all", "--generation-database", "none"]
    command += ["--max-examples", os.environ.get("SCHEMATHESIS_EXAMPLES", "3"), "--workers", "1"]
    if seed := os.environ.get("SCHEMATHESIS_SEED"):
        command += ["--seed", seed]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=1800)
    found = [line[:400] for line in done.stdout.partition(" FAILURES ")[2].splitlines()]
    assert done.returncode == 0, "\n".join(found[:200]) or done.stdout + done.stderr


def test_conditional_answers_are_described(ask: Asker) -> None:
    """What has an ETag answers 304 to it, without a body, and says so in the document."""
    document = ask("/openapi-full.json").json()
    asked = 0
    for path, operation in operations(document):
        named = [each for each in operation.get("parameters", ()) if each["name"] == "id"]
        concrete = path.replace("{id}", named[0]["example"]) if "{id}" in path else path
        whole = ask(concrete)
        if "etag" not in whole.headers:
            continue
        response = ask(concrete, headers={"If-None-Match": whole.headers["etag"]})
        assert response.status_code == 304, path
        assert response.content == b"", path
        assert "content" not in operation["responses"]["304"], path
        asked += 1
    assert asked > 20


@pytest.mark.parametrize("path", ["/v1/quotes?limit=3", "/v1/quotes?fields=id,text&limit=3"])
def test_a_sparse_answer_has_a_type_of_its_own(path: str, ask: Asker) -> None:
    """Whole documents validate as `application/json`; chosen members have another type."""
    response = ask(path)
    sparse = "fields" in path
    expected = "application/vnd.parley.sparse+json" if sparse else "application/json"
    assert response.headers["content-type"] == expected
    assert all((set(each) == {"id", "text"}) == sparse for each in response.json()["data"])
