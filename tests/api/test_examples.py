"""Every example of the description is an answer, or a value, of the record that is served."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from openapi_spec_validator import validate

from app.seeding.seed import seed
from tests.api.asking import Asker, serving
from tests.api.test_openapi import Described, operations
from tests.conftest import TINY, Seeded, settings_of
from tests.seeding.folders import Edit, edited

BASE = "http://127.0.0.1:8000"
DESCRIPTIONS = ("/openapi.json", "/openapi-full.json")
LANGUAGES = ("curl", "Python", "TypeScript")
SAMPLED = ("listQuotes", "getProposal", "checkQuotation", "compareProposals", "markQuotations")
# Words of the shipped record that no other record has.
SHIPPED_WORDS = re.compile("netanyahu|hamas|israel|gaza|hostage|biden|qatar|cairo", re.IGNORECASE)


@pytest.fixture(params=["tiny_ask", "ask"])
def either(request: pytest.FixtureRequest) -> Asker:
    """The tiny record, and the shipped one."""
    asker: Asker = request.getfixturevalue(request.param)
    return asker


def address(operation: Described) -> str:
    """What the sample in curl asks, from the root."""
    found = re.search(rf"curl (?:--remote-name )?'{BASE}([^']*)'", source(operation, "curl"))
    assert found is not None
    return found[1]


def source(operation: Described, label: str) -> str:
    """The sample of a language."""
    samples = {each["label"]: each["source"] for each in operation["x-codeSamples"]}
    return str(samples[label]).strip()


@pytest.mark.parametrize("description", DESCRIPTIONS)
def test_examples_of_answers_are_answers(description: str, either: Asker) -> None:
    """What stands as the example of a 200 is what its sample gets."""
    shown = 0
    for path, operation in operations(either.page(description)):
        media = operation["responses"]["200"].get("content", {}).get("application/json", {})
        if "example" not in media:
            continue
        if operation["operationId"] == "markQuotations":
            body = json.loads(source(operation, "curl").rpartition("--data ")[2].strip("'"))
            answer = either("/v1/check", method="POST", json=body).json()
        else:
            answer = either(address(operation), headers={"Accept": "application/json"}).json()
        assert media["example"] == answer, path
        shown += 1
    assert shown >= 37


def test_examples_of_problems_are_answers(either: Asker) -> None:
    """A wrong id and a wrong parameter are shown as they are answered."""
    document = either.page("/openapi.json")
    for path, operation in operations(document):
        for status in ("404", "422"):
            media = operation["responses"].get(status, {}).get("content", {})
            if not media or (status == "422" and path == "/v1/check"):
                continue
            assert media["application/problem+json"]["example"]["status"] == int(status), path
    shown = document["paths"]["/v1/events/{id}"]["get"]
    missing = shown["responses"]["404"]["content"]["application/problem+json"]["example"]
    assert missing["nearest"][0] == shown["parameters"][0]["example"]


def test_examples_of_parameters_are_answered(either: Asker) -> None:
    """Each value, asked beside what is required, is answered with 200."""
    wrong = []
    for path, operation in operations(either.page("/openapi-full.json")):
        if "application/json" not in operation["responses"]["200"].get("content", {}):
            continue
        needed = {
            each["name"]: each["example"]
            for each in operation.get("parameters", ())
            if "example" in each
        }
        path = path.replace("{id}", needed.pop("id", "")) if "{id}" in path else path
        for parameter in operation.get("parameters", ()):
            for value in parameter["schema"].get("examples", []):
                if parameter["in"] == "path" or operation["operationId"] == "markQuotations":
                    continue
                asked = {**needed, parameter["name"]: value}
                if parameter["name"] == "snippets":
                    asked["q"] = "agreement"
                if parameter["name"] == "chain":
                    del asked["proposal"]
                if parameter["name"] == "end_date":
                    asked.pop("start_date", None)
                response = either(f"{path}?{urlencode(plain(asked), doseq=True)}")
                if response.status_code != 200:
                    wrong.append((path, asked, response.text[:200]))
    assert wrong == []


def plain(asked: dict[str, Any]) -> dict[str, Any]:
    """Values as they stand in a query."""
    return {
        name: str(value).lower() if isinstance(value, bool) else value
        for name, value in asked.items()
    }


@pytest.mark.parametrize("description", DESCRIPTIONS)
def test_what_is_required_has_an_example(description: str, either: Asker) -> None:
    """Each required parameter, and each that a comparison needs, is prefilled."""
    document = either.page(description)
    for path, operation in operations(document):
        for parameter in operation.get("parameters", ()):
            assert "example" in parameter or not parameter.get("required"), path
    compared = document["paths"]["/v1/compare"]["get"]["parameters"]
    assert len(next(each["example"] for each in compared if each["name"] == "proposal")) == 2


@pytest.mark.parametrize("path", [*DESCRIPTIONS, "/llms.txt", "/docs"])
def test_another_record_shows_its_own(path: str, tiny_ask: Asker) -> None:
    """Nothing of the shipped record stands in the description of another one."""
    assert SHIPPED_WORDS.findall(tiny_ask(path).text) == []
    if path in DESCRIPTIONS:
        named = tiny_ask.page(path)["paths"]["/v1/quotes/{id}"]["get"]["parameters"][0]
        assert named["example"] == tiny_ask.ids("/v1/quotes?limit=1")[0] == "q-peaceful-means"


def test_quotations_are_those_of_the_record(either: Asker) -> None:
    """The texts to be checked, and who is said to have said them, stand in the record."""
    checked = either.page("/openapi.json")["paths"]["/v1/check"]
    words = next(each for each in checked["get"]["parameters"] if each["name"] == "text")
    answer = checked["get"]["responses"]["200"]["content"]["application/json"]["example"]
    assert answer["data"]["verdict"] == "exact"
    content = checked["post"]["requestBody"]["content"]
    article = content["application/json"]["examples"]["article"]["value"]["text"]
    speaker = answer["data"]["matches"][0]["speakers"][0]["actor"]["name"]
    assert article == f"{speaker}: “{words['example']}”"


def test_examples_are_of_the_present_revision(seeded: Seeded, tmp_path: Path) -> None:
    """A new revision has a new description."""
    database = seeded(TINY)
    with Asker(database) as ask:
        assert "Agreement is reached at Stormont" in ask("/openapi.json").text
    change = Edit("events/1998.yaml", "Agreement is reached at Stormont", "An agreement is reached")
    seed(edited(TINY, [change], tmp_path / "record"), settings_of(database))
    with Asker(database) as ask:
        text = ask("/openapi.json").text
        assert "Agreement is reached at Stormont" not in text
        digest = ask.page("/v1/events")["meta"]["revision"]["digest"]
        events = json.loads(text)["paths"]["/v1/events"]["get"]["responses"]["200"]["content"]
        assert events["application/json"]["example"]["meta"]["revision"]["digest"] == digest


def test_an_empty_record_is_described(seeded: Seeded, tmp_path: Path) -> None:
    """Without any entry the descriptions are valid, and show no ids."""
    (tmp_path / "empty").mkdir()
    shutil.copy(TINY / "dataset.yaml", tmp_path / "empty")
    with Asker(seeded(tmp_path / "empty")) as ask:
        for path in DESCRIPTIONS:
            document = ask.page(path)
            validate(document)
            assert "example" not in document["paths"]["/v1/quotes/{id}"]["get"]["parameters"][0]
        assert ask("/llms.txt").status_code == 200


def run(*command: str) -> str:
    """What a sample prints; it has to succeed."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def served(cached_databases: Seeded) -> Iterator[tuple[str, Described]]:
    """A server over the tiny record, and its operations by id."""
    with serving(cached_databases(TINY)) as base, Asker(cached_databases(TINY)) as ask:
        listed = operations(ask.page("/openapi.json"))
        yield base, {operation["operationId"]: operation for _, operation in listed}


@pytest.mark.parametrize("name", SAMPLED)
def test_samples_run(name: str, served: tuple[str, Described]) -> None:
    """The samples in curl, Python and TypeScript all get the same answer."""
    base, by_id = served
    asked = {label: source(by_id[name], label).replace(BASE, base) for label in LANGUAGES}
    answered = json.loads(run("sh", "-c", asked["curl"].replace("curl", "curl --silent", 1)))
    assert run(sys.executable, "-c", asked["Python"]).strip() == str(answered["data"])
    if (node := shutil.which("node")) is not None:
        printed = asked["TypeScript"].replace("console.log(data)", "console.log(json(data))")
        code = f"const json = JSON.stringify;\n{printed}"
        said = run(node, "--input-type=module", "--eval", code)
        assert json.loads(said) == answered["data"]


def test_files_are_downloaded(served: tuple[str, Described], tmp_path: Path) -> None:
    """What is no JSON becomes a file of its name."""
    base, by_id = served
    sample = source(by_id["downloadQuotes"], "Python").replace(BASE, base)
    subprocess.run([sys.executable, "-c", sample], cwd=tmp_path, check=True, timeout=60)
    assert (tmp_path / "quotes.csv").read_text(encoding="utf-8").startswith("id,kind,url,")
