"""JSON Schemas of the seed files for editors, made from the models that `parley check` uses.

An editor reads YAML by the types of YAML itself, where `2024` is a number and `1.10` is `1.1`.
`parley check` reads every plain word as text and types it by its field; so the schemas allow a
number where a text is asked for, and a quoted number where a number is.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import orjson
from pydantic.json_schema import GenerateJsonSchema

from app.seeding.files import DATASET_FILE, FOLDERS, TOP_FILES
from app.seeding.record_validation import MODELS

DIALECT = "https://json-schema.org/draft/2020-12/schema"
STEMS = {"dataset": "dataset"} | {kind: stem for stem, kind in (TOP_FILES | FOLDERS).items()}
QUOTED_NUMBER = {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$"}
QUOTED_FLAG = {"type": "string", "enum": ["true", "false"]}
DAY = "[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
PART = f"(?:{DAY}|[0-9]{{4}}-(?:0[1-9]|1[0-2])|[0-9]{{4}})[~?%]?"
# The formats of dates as patterns, which every editor knows.
DATES = {"date": f"^{DAY}$", "edtf": rf"^{PART}(?:/(?:{PART}|\.\.))?$"}
# A row of a table of fields in FORMAT.md, and the models that have tables of their own.
ROW = re.compile(r"^\| `([a-z0-9_.]+)` \| (?:yes)? ?\| (.+) \|$", re.MULTILINE)
SHARED = "What all entries share"
TABLES = {
    "SeedTerm": "Terms",
    "Quantity": "Quantities",
    "Citation": "Citations",
    "Identifiers": "Identifiers",
    "ActorIdentifiers": "Identifiers",
}
# pydantic's names of bounds, where a function of ours stands before the number.
BOUNDS = {"ge": "minimum", "le": "maximum"}


class Untitled(GenerateJsonSchema):
    """Schemas without a title for each field, which would only repeat its name."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        """Never."""
        del schema
        return False


def schemas() -> dict[str, dict[str, Any]]:
    """The schema of each kind of seed file, by the name of the schema's file."""
    return {f"{stem}.json": file_schema(kind) for kind, stem in STEMS.items()}


def file_schema(kind: str) -> dict[str, Any]:
    """The schema of the YAML files that hold records of a kind."""
    record = tolerant(MODELS[kind].model_json_schema(schema_generator=Untitled))
    del record["title"]
    named = record.pop("$defs", {})
    describe(record, STEMS[kind].capitalize(), "", named)
    file = record if kind == "dataset" else {"type": "array", "minItems": 1, "items": record}
    return {"$schema": DIALECT, "title": f"{STEMS[kind]} of a Parley record", **file} | (
        {"$defs": named} if named else {}
    )


def tolerant(schema: Any) -> Any:
    """The schema, extended by the types that other readers of YAML give to a plain word."""
    if isinstance(schema, list):
        return [tolerant(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {
        BOUNDS.get(name, name): tolerant(each) for name, each in schema.items() if name != "default"
    }
    if kept.get("format") in DATES:
        kept["pattern"] = DATES[kept.pop("format")]
    match schema.get("type"):
        case "string" if "enum" not in schema and "const" not in schema:
            kept["type"] = ["string", "number"]
        case "integer" | "number":
            return {"anyOf": [kept, QUOTED_NUMBER]}
        case "boolean":
            return {"anyOf": [kept, QUOTED_FLAG]}
    return kept


@cache
def tables() -> dict[str, dict[str, str]]:
    """What FORMAT.md says of each field, by section."""
    text = files("app.seeding").joinpath("FORMAT.md").read_text(encoding="utf-8")
    sections = (section.partition("\n") for section in text.split("\n## ")[1:])
    return {heading: dict(ROW.findall(body)) for heading, _, body in sections}


def describe(
    schema: dict[str, Any], section: str, prefix: str, named: dict[str, dict[str, Any]]
) -> None:
    """Adds the description in FORMAT.md to each field of a schema and of the objects in it."""
    for name, field in schema.get("properties", {}).items():
        path = prefix + name
        words = tables()[section].get(path) or tables()[SHARED].get(path)
        if words is not None:
            field["description"] = words.replace("`", "")
        for inner in re.findall(r"#/\$defs/(\w+)", str(field)):
            below = (TABLES[inner], "") if inner in TABLES else (section, f"{path}.")
            describe(named[inner], *below, named)


def write_schemas(folder: Path) -> list[Path]:
    """Writes every schema into a folder, or into `schemas` in the folder of a record."""
    if (folder / DATASET_FILE).exists():
        folder = folder / "schemas"
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, schema in schemas().items():
        path = folder / name
        path.write_bytes(orjson.dumps(schema, option=orjson.OPT_INDENT_2) + b"\n")
        written.append(path)
    return written
