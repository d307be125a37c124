"""What is written for curators and their editors says what the models say."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
import regress
import yaml
from jsonschema import Draft202012Validator
from pydantic import BaseModel

from app.cli import main
from app.entries.dates import DateLanguageError, parse_date
from app.entries.record import Citation, EntryRecord, Quantity, field_names, model_in
from app.reference.actors import ActorIdentifiers
from app.seeding.files import kind_of, visible_files
from app.seeding.json_schemas import STEMS, schemas
from app.seeding.record_validation import MODELS, REFERRING
from tests.conftest import SHIPPED, TINY

FORMAT = (SHIPPED / "FORMAT.md").read_text()
SECTIONS: dict[str, type[BaseModel]] = {
    "What all entries share": EntryRecord,
    "Events": REFERRING["event"],
    "Quotes": REFERRING["quote"],
    "Proposals": MODELS["proposal"],
    "Terms": REFERRING["term"],
    "Figures": REFERRING["figure"],
    "Quantities": Quantity,
    "Citations": Citation,
    "Identifiers": ActorIdentifiers,
    "Actors": MODELS["actor"],
    "Topics": MODELS["topic"],
    "Sources": MODELS["source"],
    "Dataset": MODELS["dataset"],
    "Evidence": MODELS["evidence"],
}
# Given by what stands around them.
ELSEWHERE = {"Quotes": ("evidence",), "Terms": ("proposal", "due_at"), "Proposals": ("terms.",)}
# Fields whose own fields are described in sections of their own.
SHARED = {"citations", "identifiers", "external_ids", "quantity", "quantities"}


def fields_of(model: type[BaseModel], prefix: str = "") -> Iterator[tuple[str, bool]]:
    """Every field of a model and of those inside it, and whether it must be given."""
    for name, field in field_names(model).items():
        yield prefix + name, field.is_required()
        if name not in SHARED:
            inner = model_in(field.annotation)
            yield from fields_of(inner, f"{prefix}{name}.") if inner is not None else ()


def described(section: str) -> list[tuple[str, bool]]:
    """The fields of a section of FORMAT.md, and whether it calls them required."""
    text = FORMAT.partition(f"\n## {section}\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `([a-z0-9_.]+)` \| (yes)? ?\| .+ \|$", text, re.MULTILINE)
    return [(name, required == "yes") for name, required in rows]


@pytest.mark.parametrize("section", SECTIONS)
def test_every_field_is_described(section: str) -> None:
    """FORMAT.md has the fields of each model in their order, and says which are required."""
    model = SECTIONS[section]
    shared = EntryRecord.model_fields if issubclass(model, EntryRecord) else {}
    expected = [
        (name, required)
        for name, required in fields_of(model)
        if (model is EntryRecord or name.partition(".")[0] not in shared)
        and not name.startswith(ELSEWHERE.get(section, ()))
    ]
    assert sorted(described(section)) == sorted(expected)


def test_every_word_of_a_closed_list_is_described() -> None:
    """FORMAT.md names each value that a field with a closed list takes."""
    for schema in schemas().values():
        for words in closed_lists(schema):
            for word in words:
                assert re.search(rf"\b{word}\b", FORMAT), word


def closed_lists(schema: Any) -> Iterator[list[str]]:
    """Every list of allowed words in a schema."""
    if isinstance(schema, dict):
        if isinstance(schema.get("enum"), list):
            yield schema["enum"]
        for each in schema.values():
            yield from closed_lists(each)
    elif isinstance(schema, list):
        for each in schema:
            yield from closed_lists(each)


def test_schemas_are_current(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The schemas beside the record are what `parley schema` writes."""
    folder = tmp_path / "schemas"
    assert main(["schema", str(folder)]) == 0
    written = {path.name: path.read_text() for path in folder.iterdir()}
    assert capsys.readouterr().out.split() == [str(folder / name) for name in schemas()]
    kept = {path.name: path.read_text() for path in (SHIPPED / "schemas").iterdir()}
    assert kept == written, "run `parley schema`"


class CoreLoader(yaml.SafeLoader):
    """YAML as an editor reads it: by the types of YAML 1.2."""

    yaml_implicit_resolvers: dict[str, Any] = {}


for tag, pattern in (
    ("null", r"^(?:~|null|Null|NULL|)$"),
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$"),
    ("int", r"^[-+]?[0-9]+$"),
    ("float", r"^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$"),
):
    CoreLoader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(pattern), None)


def seed_files() -> Iterator[Path]:
    """Every YAML file of both records."""
    for folder in (TINY, SHIPPED):
        for path in visible_files(folder, print):
            if kind_of(path.relative_to(folder)) and path.suffix == ".yaml":
                yield path


@pytest.mark.parametrize("path", tuple(seed_files()), ids=lambda path: "/".join(path.parts[-3:]))
def test_editors_find_no_fault_with_the_records(path: Path) -> None:
    """What `parley check` accepts an editor with the schemas accepts, too."""
    folder = TINY if path.is_relative_to(TINY) else SHIPPED
    kind = kind_of(path.relative_to(folder))
    assert kind is not None
    read = yaml.load(path.read_text(), CoreLoader)
    validator = Draft202012Validator(schemas()[f"{STEMS[kind]}.json"])
    assert [error.message for error in validator.iter_errors(read)] == []


def test_editors_find_faults() -> None:
    """The schemas refuse what `parley check` refuses of one file."""
    event = orjson.loads(
        b'{"id":"Draft One","date":1998,"title":"T","summary":"S","event_type":"poll","order":64,'
        b'"topics":[],"citations":[{"sauce":"x"}]}'
    )
    validator = Draft202012Validator(schemas()["events.json"])
    sort_keys = {error.json_path for error in validator.iter_errors([event])}
    assert sort_keys == {
        "$[0].id",
        "$[0].event_type",
        "$[0].order",
        "$[0].topics",
        "$[0].citations[0]",
    }


def patterns(schema: Any) -> Iterator[str]:
    """Every pattern in a schema."""
    if isinstance(schema, dict):
        if isinstance(schema.get("pattern"), str):
            yield schema["pattern"]
        for each in schema.values():
            yield from patterns(each)
    elif isinstance(schema, list):
        for each in schema:
            yield from patterns(each)


@pytest.mark.parametrize("name", schemas())
def test_other_tools_accept_the_schemas(name: str) -> None:
    """A schema is one by its own dialect, and its patterns are expressions of ECMAScript."""
    schema = schemas()[name]
    Draft202012Validator.check_schema(schema)
    for pattern in patterns(schema):
        regress.Regex(pattern, "u")


@pytest.mark.parametrize("name", schemas())
def test_schemas_explain_every_field(name: str) -> None:
    """A field has its words of FORMAT.md, and examples that are valid where it has examples."""
    schema = schemas()[name]
    records = [schema.get("items", schema), *schema.get("$defs", {}).values()]
    for record in records:
        for field, described in record.get("properties", {}).items():
            assert described["description"], field
    for fields in examples(schema):
        assert all(Draft202012Validator(fields).is_valid(each) for each in fields["examples"])


def examples(schema: Any) -> Iterator[dict[str, Any]]:
    """Every schema that has examples."""
    if isinstance(schema, dict):
        if isinstance(schema.get("examples"), list):
            yield schema
        for each in schema.values():
            yield from examples(each)


@pytest.mark.parametrize(
    ("written", "valid"),
    [
        ("2024", True),
        ("2024-02", True),
        ("2024-02-07", True),
        ("2024-02~", True),
        ("2024-02-06/2024-02-08", True),
        ("2024-02-06?/..", True),
        ("2024-16-11", False),
        ("2024-2-7", False),
        ("07/02/2024", False),
        ("../2024", False),
        ("February 2024", False),
        ("2024-02-07T10:00", False),
        ("24", False),
    ],
)
def test_editors_know_dates(written: str, valid: bool) -> None:
    """The pattern of dates takes what `parley check` takes; in ECMAScript and here."""
    date = schemas()["events.json"]["items"]["properties"]["date"]
    assert Draft202012Validator(date).is_valid(written) is valid
    assert (regress.Regex(date["pattern"], "u").find(written) is not None) is valid
    try:
        parse_date(written)
    except DateLanguageError:
        assert not valid
    else:
        assert valid


def test_schemas_are_written_beside_a_record(tmp_path: Path) -> None:
    """In the folder of a record they go into `schemas`, where `parley check` does not read them."""
    folder = tmp_path / "record"
    shutil.copytree(TINY, folder)
    assert main(["schema", str(folder)]) == 0
    assert {path.name for path in (folder / "schemas").iterdir()} == set(schemas())
    assert main(["check", str(folder)]) == 0
