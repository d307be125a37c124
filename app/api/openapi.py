"""The OpenAPI documents: what FastAPI reads from the routes, completed by what it cannot know.

The full one describes every representation; the other one JSON alone, for generators of clients.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from fastapi import FastAPI

from app.api.models import DESCRIBED, Links, ListMeta, Meta, ProblemDocument, QueryError

JSON_CONTENT = "application/json"
FIRST, ONLY = "$response.body#/data/0/id", "$response.body#/data/id"
Described = dict[str, Any]


def openapi(app: FastAPI) -> Described:
    """The full document; made once."""
    if app.openapi_schema is None:
        document = FastAPI.openapi(app)
        # Reading needs no key.
        document["security"] = []
        complete_schemas(document["components"]["schemas"])
        for _, operation in operations(document):
            complete_parameters(operation)
        add_links({operation["operationId"]: operation for _, operation in operations(document)})
        make_portable(document)
    return app.openapi_schema or {}


def for_generators(full: Described, public_url: str) -> Described:
    """The document for generators: an absolute server, one representation, and an example for each
    parameter.

    Answers with selected fields are left out, as they lack required members.
    """
    document = deepcopy(full)
    document["servers"] = [{"url": public_url}]
    for _, operation in operations(document):
        answer = operation["responses"]["200"]
        others = keep_json(answer)
        keep_json(operation.get("requestBody", {}))
        if others:
            answer["description"] += f" Otherwise, by `format`: {', '.join(others)}."
        parameters = operation.get("parameters", ())
        operation["parameters"] = [each for each in parameters if each["name"] != "fields"]
        for parameter in operation["parameters"]:
            example = example_of(parameter["schema"], document["components"]["schemas"])
            if example is not None:
                parameter.setdefault("example", example)
    return document


def keep_json(holder: Described) -> list[str]:
    """Takes out the other media types, and returns them, where JSON is one."""
    content: Described = holder.get("content", {})
    if JSON_CONTENT not in content:
        return []
    holder["content"] = {JSON_CONTENT: content.pop(JSON_CONTENT)}
    return [*content]


def example_of(schema: Described, schemas: Described) -> Any:
    """The first example, or the default, or the first of the values that are listed."""
    if "items" in schema and "examples" not in schema:
        listed = schemas.get(schema["items"].get("$ref", "").rpartition("/")[2], {})
        return listed.get("enum", [])[:1] or None
    return (schema.get("examples") or [schema.get("default")])[0]


def make_portable(described: Any) -> None:
    """Writes what some generators read wrongly in another way: quotation marks, empty defaults."""
    if isinstance(described, list):
        for each in described:
            make_portable(each)
    elif isinstance(described, dict):
        if isinstance(pattern := described.get("pattern"), str):
            described["pattern"] = pattern.replace('"', r"\x22")
        if described.get("default") == []:
            del described["default"]
        for each in described.values():
            make_portable(each)


def operations(document: Described) -> Iterator[tuple[str, Described]]:
    """Every operation with its path."""
    for path, item in document["paths"].items():
        yield from ((path, operation) for operation in item.values())


def complete_schemas(schemas: Described) -> None:
    """Adds what only responses of ours refer to; takes out FastAPI's own validation errors, and the
    examples of fields, as those of answers are of the record that is served.
    """
    for model in (ProblemDocument, QueryError, Meta, ListMeta, Links):
        own = model.model_json_schema(ref_template="#/components/schemas/{model}")
        own.pop("$defs", None)
        schemas.setdefault(model.__name__, own)
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    for schema in schemas.values():
        for field in schema.get("properties", {}).values():
            for holder in (field, *field.get("anyOf", ())):
                holder.pop("examples", None)


def complete_parameters(operation: Described) -> None:
    """Joins the lines of descriptions."""
    for parameter in operation.get("parameters", ()):
        join_lines(parameter)
        join_lines(parameter["schema"])
        if (parameter["name"], parameter["in"]) == ("id", "path"):
            parameter["description"] = "The id; a former one redirects."


def join_lines(described: Described) -> None:
    """Makes one line of a description, which is the docstring of a field."""
    if "description" in described:
        described["description"] = " ".join(described["description"].split())


def add_links(by_id: dict[str, Described]) -> None:
    """Says where answers lead: from lists to documents, from documents to what is about them."""
    for name, operation in by_id.items():
        single = name.replace("list", "get", 1).removesuffix("s")
        if name.startswith("list") and single in by_id:
            link(operation, single, {"id": FIRST})
        if f"{name}History" in by_id:
            link(operation, f"{name}History", {"id": ONLY})
        for other, parameter in DESCRIBED["following"].get(name, {}).items():
            link(operation, other, {f"query.{parameter}": ONLY})
    link(by_id["listTimeline"], "getEntry", {"id": FIRST})


def link(operation: Described, to: str, parameters: dict[str, str]) -> None:
    """One link from the 200 of an operation."""
    links = operation["responses"]["200"].setdefault("links", {})
    about = "about it" if "id" not in parameters else "of its id"
    links[to] = {
        "operationId": to,
        "parameters": parameters,
        "description": f"From the answer to what `{to}` says {about}.",
    }
