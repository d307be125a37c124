"""JSON Schemas of the seed files for editors, made from the models that `parley check` uses.

An editor reads YAML by the types of YAML itself, where `2024` is a number and `1.10` is `1.1`.
`parley check` reads every plain word as text and types it by its field; so the schemas allow a
number where a text is asked for, and a quoted number where a number is.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema

from app.seeding.files import FOLDERS, TOP_FILES
from app.seeding.record_validation import MODELS

DIALECT = "https://json-schema.org/draft/2020-12/schema"
STEMS = {"dataset": "dataset"} | {kind: stem for stem, kind in (TOP_FILES | FOLDERS).items()}
QUOTED_NUMBER = {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$"}
QUOTED_FLAG = {"type": "string", "enum": ["true", "false"]}
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
    record = tolerant(model_schema(MODELS[kind]))
    named = record.pop("$defs", {})
    file = record if kind == "dataset" else {"type": "array", "minItems": 1, "items": record}
    return {"$schema": DIALECT, "title": f"{STEMS[kind]} of a Parley record", **file} | (
        {"$defs": named} if named else {}
    )


def model_schema(model: type[BaseModel]) -> dict[str, Any]:
    """The schema of one record."""
    schema = model.model_json_schema(schema_generator=Untitled)
    schema.pop("title", None)
    return schema


def tolerant(schema: Any) -> Any:
    """The schema, extended by the types that other readers of YAML give to a plain word."""
    if isinstance(schema, list):
        return [tolerant(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {
        BOUNDS.get(name, name): tolerant(each) for name, each in schema.items() if name != "default"
    }
    match schema.get("type"):
        case "string" if "enum" not in schema and "const" not in schema:
            kept["type"] = ["string", "number"]
        case "integer" | "number":
            return {"anyOf": [kept, QUOTED_NUMBER]}
        case "boolean":
            return {"anyOf": [kept, QUOTED_FLAG]}
    return kept


def write_schemas(folder: Path) -> list[Path]:
    """Writes every schema into a folder; returns the files."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, schema in schemas().items():
        path = folder / name
        path.write_bytes(orjson.dumps(schema, option=orjson.OPT_INDENT_2) + b"\n")
        written.append(path)
    return written
