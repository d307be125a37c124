"""Examples of the description: values and answers of the record that is served, and code that asks.

They are made by asking the application itself, once for each revision. A parameter has an example
by its name, in `values_of`.
"""

from __future__ import annotations

import re
import shlex
import time
from collections import ChainMap
from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode, urlsplit

import orjson
from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from app.api.entries import TimelineQuestion
from app.api.models import DESCRIBED
from app.api.openapi import JSON_CONTENT, Described
from app.entries.facets import facet_names
from app.entries.questions import filters_of
from app.errors import PROBLEM_MEDIA_TYPE
from app.http.messages import header_fields
from app.http.prefix import prefix_of, prefixed
from app.kinds import KINDS, RECORD_TYPES
from app.reference import REFERENCE_TYPES

if TYPE_CHECKING:
    import httpx

# Bytes of the longest answer that is an example.
LONGEST = 30_000
SEVERAL = {each.plural: each.question for each in KINDS.values()} | {"timeline": TimelineQuestion}
DATES = ("date", "start_date", "end_date", "due_before", "recorded_since")
READERS: dict[str, Callable[[str], Any]] = {"integer": int, "boolean": "true".__eq__}
Values = Mapping[str, Any]


async def with_examples(app: FastAPI, document: Described, public_url: str) -> Described:
    """The full document with examples of the present revision."""
    async with client_of(app) as client:
        values = await values_of(client)
        document = deepcopy(document)
        for path, item in document["paths"].items():
            collection = path.split("/")[2] if path.startswith("/v1/") else ""
            known = ChainMap(values.get(collection, {}), values["everywhere"])
            for method, operation in item.items():
                add_values(path, operation, known)
                address = example_address(path, operation, known)
                body = {"text": known.get("article")} if method == "post" else None
                await add_answers(method, address, body, operation, client, prefix_of(public_url))
                operation["x-codeSamples"] = samples(method, public_url + address, body, operation)
    return document


def client_of(app: ASGIApp) -> httpx.AsyncClient:
    """A client that asks the application itself."""
    # Imported here, as starting should not wait for it.
    import httpx  # noqa: PLC0415

    transport = httpx.ASGITransport(behind_middleware(app), raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://localhost")


def behind_middleware(app: ASGIApp) -> ASGIApp:
    """The application with what its middleware notes of a request."""

    async def asked(scope: Scope, receive: Receive, send: Send) -> None:
        scope["state"] = {"began": time.monotonic(), "fields": header_fields(scope["headers"])}
        await app(scope, receive, send)

    return asked


async def values_of(client: httpx.AsyncClient) -> dict[str, dict[str, Any]]:
    """Values of parameters by collection; those under `everywhere` are for any operation."""
    found = {}
    for plural in (*SEVERAL, *(each.plural for each in REFERENCE_TYPES.values())):
        counted = facet_names(SEVERAL[plural]) if plural in SEVERAL else ()
        # A long record may have too many months to count.
        facets = ",".join(each for each in counted if each != "month")
        asked = f"/v1/{plural}?limit=2{f'&facets={facets}' if facets else ''}"
        found[plural] = values_in((await client.get(asked)).json())
    for each in REFERENCE_TYPES.values():
        # The actor, topic or source of most entries tells more than the first of the list.
        found[each.plural]["id"] = found["timeline"].get(each.name, found[each.plural].get("id"))
    named = {
        name: found[RECORD_TYPES[mark.name_type].plural].get("id")
        for kind in KINDS.values()
        for name, mark in filters_of(kind.question).items()
        if mark.name_type in RECORD_TYPES
    }
    found["everywhere"] = dict(ChainMap(found["timeline"], *found.values(), named))
    for own in ("id", "q", "cursor"):
        found["everywhere"].pop(own, None)
    found["entries"] = {"id": found["quotes"].get("id") or found["timeline"].get("id")}
    found["check"] = found["quotes"].get("check", {})
    found["compare"] = await pair_of(found["proposals"], client)
    return found


def values_in(answer: Values) -> dict[str, Any]:
    """The values in an answer: the most frequent ones, and those of its first document."""
    number = answer["meta"]["revision"]["number"]
    facets = answer["meta"].get("facets", {})
    found = {name: each["values"][0]["id"] for name, each in facets.items() if each["values"]}
    found |= {"revision": str(number), "since_revision": str(number - 1)}
    found |= {"ids": [each["id"] for each in answer["data"]]}
    for document in answer["data"][:1]:
        words = next(filter(None, map(document.get, ("text", "title", "name", "description"))))
        found |= {"id": document["id"], "q": max(re.findall(r"\w+", words), key=len)}
        if answer["meta"]["next_cursor"]:
            found["cursor"] = answer["meta"]["next_cursor"]
        if "start_date" in document:
            found |= dict.fromkeys(DATES, document["start_date"][:7])
        if document.get("speakers"):
            speaker = document["speakers"][0]["actor"]
            asked = {"text": words, "speaker": speaker["id"], "date": document["start_date"]}
            found["check"] = {**asked, "article": f"{speaker['name']}: “{words}”"}
    return found


async def pair_of(proposals: Values, client: httpx.AsyncClient) -> dict[str, Any]:
    """Two proposals to compare, the second of which answers the first where there are such."""
    ids, answered = proposals["ids"], proposals.get("in_reply_to")
    if answered is not None:
        replies = await client.get("/v1/proposals", params={"in_reply_to": answered, "limit": 1})
        ids = [answered, replies.json()["data"][0]["id"]]
    return {"proposal": ids, "chain": answered} if len(ids) == 2 else {}


def add_values(path: str, operation: Described, values: Values) -> None:
    """Adds the examples of parameters and of the body."""
    for parameter in operation.get("parameters", ()):
        name, schema = parameter["name"], parameter["schema"]
        if (value := values.get(name)) is not None and "examples" not in schema:
            schema["examples"] = [fitting(value, schema)]
        # A comparison needs proposals, though each way to name them may be left out.
        is_needed = parameter.get("required") or (path, name) == ("/v1/compare", "proposal")
        if is_needed and "examples" in schema:
            parameter["example"] = schema["examples"][0]
    if "requestBody" in operation and "article" in values:
        asked = {name: values[name] for name in ("text", "speaker", "date")}
        content = operation["requestBody"]["content"]
        content["text/plain"]["example"] = values["article"]
        bodies = {"article": {"text": values["article"]}, "list": {"texts": [asked]}}
        content[JSON_CONTENT]["examples"] = {name: {"value": each} for name, each in bodies.items()}


def fitting(value: Any, schema: Described) -> Any:
    """A value as the schema of a parameter has it."""
    inner = schema.get("items") or schema.get("anyOf", [schema])[0]
    if reader := READERS.get(inner.get("type", "")):
        value = reader(value)
    return [value] if "items" in schema and not isinstance(value, list) else value


def example_address(path: str, operation: Described, values: Values) -> str:
    """The path and query of an operation with its examples."""
    parameters = {each["name"]: each for each in operation.get("parameters", ())}
    asked = {name: each["example"] for name, each in parameters.items() if "example" in each}
    asked.pop("id", None)
    asked |= {"limit": 1} if "limit" in parameters else {}
    path = path.replace("{id}", quote(values.get("id") or "{id}", safe="{}"))
    return f"{path}?{urlencode(asked, doseq=True)}" if asked else path


async def add_answers(
    method: str,
    address: str,
    body: Any,
    operation: Described,
    client: httpx.AsyncClient,
    prefix: bytes,
) -> None:
    """Adds what the application answers: to the question, to a wrong id, to a wrong parameter."""
    path, _, query = address.partition("?")
    wrong = {"404": f"{path}-x", "422": f"{path}?{query}&x=1"}
    for status, asked in {"200": address, **wrong}.items():
        media = PROBLEM_MEDIA_TYPE if status in wrong else JSON_CONTENT
        content = operation["responses"].get(status, {}).get("content", {})
        if media not in content:
            continue
        answer = await client.request(method, asked, json=body)
        if str(answer.status_code) == status and len(answer.content) <= LONGEST:
            content[media]["example"] = orjson.loads(prefixed(answer.content, prefix))


def samples(method: str, url: str, body: Any, operation: Described) -> list[dict[str, str]]:
    """The code that asks, in the languages of openapi.toml; what is no JSON becomes a file."""
    is_json = JSON_CONTENT in operation["responses"]["200"]["content"]
    kind, sent = method if is_json else "file", orjson.dumps(body).decode()
    name = urlsplit(url).path.rpartition("/")[2]
    values = {"url": url, "name": name, "body": sent, "quoted": shlex.quote(sent)}
    return [
        {**{name: each[name] for name in ("lang", "label")}, "source": each[kind].format(**values)}
        for each in DESCRIBED["samples"]
    ]
