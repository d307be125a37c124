"""The description of the API: rules as tests, two validators, and a page that needs no network."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from openapi_spec_validator import validate

from app.entries.questions import FormatName
from app.formats import FORMATS, UNDATED_FORMATS
from tests.api.asking import Asker
from tests.conftest import TINY, Seeded

METHODS = {"get", "head", "options", "post", "put", "patch", "delete"}
LINTER = Path(__file__).parent / "linter"
READABLE = re.compile(r"(get|list|check|mark|compare|download)[A-Z][A-Za-z]*")
Described = dict[str, Any]


@pytest.fixture(scope="module")
def described(tiny_ask: Asker) -> Described:
    """The full OpenAPI document as it is served."""
    document: Described = tiny_ask("/openapi-full.json").json()
    return document


@pytest.fixture(scope="module")
def generated_from(tiny_ask: Asker) -> Described:
    """The OpenAPI document that generators read."""
    document: Described = tiny_ask("/openapi.json").json()
    return document


def operations(described: Described) -> Iterator[tuple[str, Described]]:
    """Every operation with its path."""
    for path, item in described["paths"].items():
        for method in METHODS & item.keys():
            yield path, item[method]


def test_the_document_is_valid(described: Described) -> None:
    """It is OpenAPI 3.1, with licence and contact."""
    validate(described)
    assert described["openapi"].startswith("3.1.")
    assert described["info"]["license"]
    assert described["info"]["contact"]


def test_every_parameter_is_described_with_an_example(described: Described) -> None:
    """A parameter has a description, and an example or the list of its values."""
    bare = [
        (path, parameter["name"])
        for path, operation in operations(described)
        for parameter in operation.get("parameters", [])
        if not parameter.get("description") or not shows_values(parameter, described)
    ]
    # The tiny record has no second page of these, and no exchange.
    one_page = ("/v1/proposals", "/v1/figures", "/v1/changes", "/v1/corrections")
    assert set(bare) == {*((path, "cursor") for path in one_page), ("/v1/events", "exchange")}


def shows_values(parameter: Described, described: Described) -> bool:
    """Whether a reader learns what a value looks like."""
    schema = resolved(parameter["schema"], described)
    schema = {**schema, "items": resolved(schema.get("items", {}), described)}
    return any(
        member in holder for holder in (parameter, schema) for member in ("example", "examples")
    ) or "enum" in json.dumps(schema)


def resolved(schema: Described, described: Described) -> Described:
    """A schema with the references inside it put in place, one level deep."""
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[1]
        return {**described["components"]["schemas"][name], **schema}
    return schema


def test_every_response_is_described_with_an_example(described: Described) -> None:
    """A response has a description; one with JSON in it has an example or a schema with some."""
    bare = []
    for path, operation in operations(described):
        for status, response in operation["responses"].items():
            content = response.get("content", {})
            shown = status in ("303", "304") or content
            for media in content.values():
                shown = shown and ("example" in media or "examples" in media or "schema" in media)
            if not response.get("description") or not shown:
                bare.append((path, status))
    assert bare == []


def test_every_operation_declares_its_problems(described: Described) -> None:
    """422 and 414 everywhere, 404 for paths with an id, 406 where a representation is chosen."""
    for path, operation in operations(described):
        declared = operation["responses"].keys()
        assert {"200", "414", "422", "503"} <= declared, path
        if "{id}" in path:
            assert {"404"} <= declared, path
        for status, response in operation["responses"].items():
            if status >= "400":
                assert list(response["content"]) == ["application/problem+json"], (path, status)


def test_every_list_offers_every_format(described: Described, tiny_ask: Asker) -> None:
    """Every list that has `format` answers in each of them, and says so."""
    lists = [path for path, each in operations(described) if each["operationId"].startswith("list")]
    lists = [path for path in lists if "{" not in path]
    dated = [path for path in lists if tiny_ask.page(path)["data"][0].get("start_date")]
    assert len(dated) == 6
    assert {"/v1/actors", "/v1/topics", "/v1/sources"} <= set(lists)
    for path in dated:
        declared = described["paths"][path]["get"]["responses"]["200"]["content"].keys()
        for name in FormatName:
            response = tiny_ask(f"{path}?format={name.value}")
            media_type = response.headers["content-type"].split(";")[0]
            assert response.status_code == 200, (path, name)
            assert media_type == FORMATS[name].media_type.split(";")[0]
            assert media_type in {each.split(";")[0] for each in declared}, (path, name)
    for path in ("/v1/actors", "/v1/topics", "/v1/sources"):
        for name in UNDATED_FORMATS:
            assert tiny_ask(f"{path}?format={FormatName(name).value}").status_code == 200


def test_operation_ids_read_as_methods(described: Described) -> None:
    """They are unique and begin with what is done."""
    names = [operation["operationId"] for _, operation in operations(described)]
    assert len(set(names)) == len(names)
    assert [name for name in names if not READABLE.fullmatch(name)] == []


def test_every_tag_is_described(described: Described) -> None:
    """Tags group the operations; each says what it groups."""
    used = {tag for _, operation in operations(described) for tag in operation["tags"]}
    names = [tag["name"] for tag in described["tags"]]
    assert names == ["find", "read", "check", "compare", "follow", "cite", "download", "operate"]
    assert used == set(names)
    assert all(tag["description"] for tag in described["tags"])


def test_what_answers_is_described(described: Described) -> None:
    """The lists, the single documents and the checks of health stand in the document."""
    answering = {"/v1/events", "/v1/entries/{id}", "/v1/dataset", "/health/live", "/health/ready"}
    assert answering <= described["paths"].keys()


def test_answers_lead_on(described: Described) -> None:
    """A list links to its documents, and a document to what is about it."""
    paths = described["paths"]
    links = paths["/v1/quotes"]["get"]["responses"]["200"]["links"]
    assert links["getQuote"]["parameters"] == {"id": "$response.body#/data/0/id"}
    links = paths["/v1/proposals/{id}"]["get"]["responses"]["200"]["links"]
    assert links["listTerms"]["parameters"] == {"query.proposal": "$response.body#/data/id"}


class Addresses(HTMLParser):
    """Every address in a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Attributes that make a browser ask for something, or lead somewhere."""
        del tag
        self.found += [value or "" for name, value in attrs if name in ("src", "href", "action")]


def addresses(page: str) -> list[str]:
    """The addresses in a page."""
    parser = Addresses()
    parser.feed(page)
    return parser.found


@pytest.mark.parametrize(
    ("path", "start"), [("/docs", "/docs/assets/try.js"), ("/reference", "/docs/assets/read.js")]
)
def test_the_docs_pages_ask_nothing_of_others(path: str, start: str, tiny_ask: Asker) -> None:
    """Every address is path-absolute and answers; the policy lets nothing else load."""
    page = tiny_ask(path)
    policy = page.headers["content-security-policy"]
    found = addresses(page.text)
    assert {"/", "/guide", "/docs", "/reference", start} <= set(found)
    for address in found:
        assert re.match(r"/(?!/)", address), address
        assert tiny_ask(address).status_code in (200, 308), address
    assert "http:" not in policy
    assert "https:" not in policy
    assert policy.startswith("default-src 'none'")
    script = tiny_ask(start).text
    assert "http" not in script
    assert "/openapi-full.json" in script
    assert "cdn.redoc.ly" not in tiny_ask("/docs/assets/redoc.standalone.js").text


def test_the_document_names_no_outside_server(described: Described) -> None:
    """The page tries requests where it came from."""
    assert [server["url"] for server in described["servers"]] == ["/"]


def test_the_home_page_leads_to_five_answers(ask: Asker) -> None:
    """Five good questions, each answered with data by the API, and the way to /docs."""
    page = ask("/")
    assert page.status_code == 200
    found = addresses(page.text)
    assert "/docs" in found
    questions = [each for each in found if re.fullmatch(r"/v1/.+\?.+&format=json", each)]
    assert len(questions) >= 5
    for question in questions:
        assert ask.page(question)["data"], question
        shown = ask(question.removeprefix("/v1").removesuffix("&format=json"))
        assert shown.status_code == 200, question


@pytest.fixture(scope="session")
def linter() -> str:
    """A public linter of OpenAPI documents, installed outside the checkout."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("npm is not installed")
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "parley-linter"
    cache.mkdir(parents=True, exist_ok=True)
    command = cache / "node_modules" / ".bin" / "redocly"
    wanted = (LINTER / "package.json").read_bytes()
    if not command.exists() or (cache / "package.json").read_bytes() != wanted:
        (cache / "package.json").write_bytes(wanted)
        installing = [npm, "install", "--no-audit", "--no-fund", "--no-package-lock", "--silent"]
        done = subprocess.run(installing, cwd=cache, capture_output=True, timeout=300)
        if done.returncode != 0:
            pytest.skip("npm could not install the linter")
    return str(command)


def test_a_public_linter_finds_nothing(linter: str, described: Described, tmp_path: Path) -> None:
    """Redocly's recommended rules, none of them switched off."""
    document = tmp_path / "openapi.json"
    document.write_text(json.dumps(described))
    quiet = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"}
    done = subprocess.run(
        [linter, "lint", str(document), "--extends=recommended", "--format=json"],
        cwd=tmp_path,
        env={**os.environ, **quiet},
        capture_output=True,
        text=True,
        timeout=120,
    )
    found = json.loads(done.stdout)
    problems = [(each["ruleId"], each["message"], each["location"]) for each in found["problems"]]
    assert problems == []
    assert done.returncode == 0


def members(described: Any) -> Iterator[tuple[str, Any]]:
    """Every member of every object of a document."""
    if isinstance(described, list):
        for each in described:
            yield from members(each)
    elif isinstance(described, dict):
        for name, each in described.items():
            yield name, each
            yield from members(each)


def test_generators_read_json_alone(generated_from: Described, described: Described) -> None:
    """The document for generators is valid, has every operation, and one media type for each."""
    validate(generated_from)
    assert generated_from["servers"] == [{"url": "http://127.0.0.1:8000"}]
    assert [path for path, _ in operations(generated_from)] == [
        path for path, _ in operations(described)
    ]
    for path, operation in operations(generated_from):
        answer = operation["responses"]["200"]
        assert len(answer["content"]) == 1, path
        assert {"429", "500"} <= operation["responses"].keys(), path
        for parameter in operation["parameters"]:
            # The tiny record has neither a second page of each list, nor exchanges.
            assert "example" in parameter or parameter["name"] in ("cursor", "exchange"), path
            assert parameter["name"] != "fields", path
    events = generated_from["paths"]["/v1/events"]["get"]["responses"]["200"]
    assert list(events["content"]) == ["application/json"]
    assert events["description"].startswith("The page, in the representation asked for. Otherwise")
    assert "text/csv" in events["description"]


def test_nothing_that_generators_misread(generated_from: Described, described: Described) -> None:
    """No quotation mark stands in a pattern, and no default is an empty list."""
    for document in (generated_from, described):
        found = [*members(document)]
        assert [each for name, each in found if name == "pattern" and '"' in str(each)] == []
        assert [name for name, each in found if name == "default" and each == []] == []


def test_the_server_that_is_named(cached_databases: Seeded) -> None:
    """Generated clients ask the public URL; the docs page asks where it came from."""
    with Asker(cached_databases(TINY), public_url="https://news.example/parley") as ask:
        assert ask("/openapi.json").json()["servers"] == [{"url": "https://news.example/parley"}]
        assert ask("/openapi-full.json").json()["servers"][0]["url"] == "/parley"


def test_the_index(tiny_ask: Asker, described: Described) -> None:
    """`/v1` names every address below it, and where it is described."""
    answer = tiny_ask.page("/v1")
    assert [each["url"] for each in answer["data"]] == [
        path for path in described["paths"] if path.startswith("/v1/")
    ]
    assert {"url": "/v1/events", "summary": "List events"} in answer["data"]
    for address in answer["links"].values():
        assert tiny_ask(address).status_code == 200, address


def test_the_catalog(cached_databases: Seeded) -> None:
    """`/.well-known/api-catalog` leads to the API and its descriptions, all absolute."""
    with Asker(cached_databases(TINY), public_url="https://news.example/parley") as ask:
        response = ask("/.well-known/api-catalog")
    assert response.headers["content-type"] == "application/linkset+json"
    (api,) = response.json()["linkset"]
    assert api["anchor"] == "https://news.example/parley/v1"
    assert [each["href"] for each in api["service-desc"] + api["service-doc"]] == [
        "https://news.example/parley/openapi.json",
        "https://news.example/parley/docs",
        "https://news.example/parley/guide",
        "https://news.example/parley/llms.txt",
    ]
    assert [each["href"] for each in api["status"]] == ["https://news.example/parley/health/ready"]
