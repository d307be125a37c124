"""`parley init`, a record to begin with; `parley new`, a commented entry to fill in."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import yaml

from app.errors import ParleyError
from app.seeding.json_schemas import file_schema, write_schemas

TEMPLATE = files("app.curation") / "template"
FORMAT = files("app.seeding") / "FORMAT.md"

# No field of a quantity is needed by itself, but most have these.
NUMBER_WITH_WORDS = ("value", "qualifier", "printed")


def init(folder: Path) -> None:
    """Writes a record with an entry of each kind, its schemas, and what checks it in a repository.

    Raises `ParleyError` where the folder holds anything.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ParleyError(f"{folder} is there already; name a folder that is new or empty.")
    with as_file(TEMPLATE) as template:
        shutil.copytree(template, folder, dirs_exist_ok=True)
    (folder / "FORMAT.md").write_bytes(FORMAT.read_bytes())
    write_schemas(folder)


def new_entry(kind: str) -> str:
    """A record of a kind as YAML: what is needed with an example, all else as comments."""
    schema = file_schema(kind)
    record, named = schema["items"], schema.get("$defs", {})
    needed = set(record.get("required", ()))
    fields = sorted(record["properties"].items(), key=lambda field: field[0] not in needed)
    lines = [line for name, field in fields for line in lines_of(name, field, named, needed)]
    return "\n".join(f"{'-' if number == 0 else ' '} {line}" for number, line in enumerate(lines))


def lines_of(
    name: str, field: dict[str, Any], named: dict[str, Any], needed: set[str]
) -> Iterator[str]:
    """A field with its example, below what it is for; one that may be left out as a comment."""
    shown = yaml.safe_dump({name: example_value(field, named)}, sort_keys=False, allow_unicode=True)
    # Beside a text, what it is for would be a flaw: YAML ends a text at ` #`.
    if name != "id" and "description" in field:
        yield f"## {field['description']}"
    mark = "" if name in needed else "# "
    yield from (f"{mark}{line}" for line in shown.splitlines())


def example_value(field: dict[str, Any], named: dict[str, Any]) -> Any:
    """A value that a schema allows; of an object, what it needs."""
    if "$ref" in field:
        return example_value(named[field["$ref"].rpartition("/")[2]], named)
    if "examples" in field or "enum" in field:
        return (field.get("examples") or field["enum"])[0]
    if "anyOf" in field:
        return example_value(field["anyOf"][0], named)
    if "const" in field:
        return field["const"]
    match field.get("type"):
        case "array":
            return [example_value(field.get("items", {}), named)]
        case "object":
            fields, needed = field.get("properties", {}), field.get("required", ())
            shown = [each for each in fields if each in (*needed, *NUMBER_WITH_WORDS)]
            return {each: example_value(fields[each], named) for each in shown or list(fields)[:1]}
        case "boolean":
            return False
        case "integer" | "number":
            return field.get("minimum", 1)
    return "…"
