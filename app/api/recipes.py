"""Short recipes: questions that are asked of the record that is served, with its own answers.

To add one: its table in recipes.toml.
"""

from __future__ import annotations

import operator
import re
import tomllib
from functools import reduce
from importlib.resources import files
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import orjson
from starlette.requests import Request

from app.api.examples import client_of
from app.http.route import service_of

if TYPE_CHECKING:
    import httpx

RECIPES = tomllib.loads(files("app.api").joinpath("recipes.toml").read_text("utf-8"))["recipe"]
CURL = "curl -s '{at}{path}'"
NAMES = re.compile(r"\{(\w+)\}")
LINES = 20
# The length of a quotation that is easily read, and how many may be chosen from.
LENGTH, CHOICE = 80, 100
Recipe = dict[str, Any]


async def recipes(request: Request) -> list[Recipe]:
    """The recipes that the record can answer, with commands and the beginnings of answers."""
    at = service_of(request).settings.public_url
    made = []
    async with client_of(request.app) as client:
        values = await recipe_values(client)
        encoded = {name: quote(value, safe="") for name, value in values.items()}
        for recipe in RECIPES:
            if not set(NAMES.findall(recipe["question"] + recipe["path"])) <= values.keys():
                continue
            path, page = (recipe.get(each, "").format_map(encoded) for each in ("path", "page"))
            answer = await client.get(path)
            if answer.status_code == 200:
                lines = shown_lines(answer, recipe.get("show"))
                question = recipe["question"].format_map(values)
                command = recipe.get("command", CURL).format(at=at, path=path)
                told = {"question": question, "path": path, "page": page, "command": command}
                rest = len(lines[LINES:])
                made.append({**recipe, **told, "answer": "\n".join(lines[:LINES]), "rest": rest})
    return made


async def recipe_values(client: httpx.AsyncClient) -> dict[str, str]:
    """A speaker with words of theirs, a topic, two proposals and a term, where there are any."""
    values: dict[str, str] = {}
    quotes = await found(client, f"/v1/quotes?date_precision=day&limit={CHOICE}")
    if quotes:
        chosen = min(quotes, key=lambda each: abs(len(each["text"]) - LENGTH))
        speaker, topics = chosen["speakers"][0]["actor"], chosen["topics"]
        values |= {"quote": chosen["id"], "text": chosen["text"], "month": chosen["start_date"][:7]}
        values |= {"speaker": speaker["id"], "speaker_name": speaker["name"]}
        values |= {"topic": topics[0]["id"], "topic_name": topics[0]["name"]} if topics else {}
    proposals = await found(client, f"/v1/proposals?limit={CHOICE}")
    for reply in [each for each in proposals if each["in_reply_to"] is not None][:1]:
        values |= {"later": reply["id"], "earlier": reply["in_reply_to"]["proposal"]["id"]}
    for term in await found(client, "/v1/terms?outcome=fulfilled&limit=1"):
        values["term"] = term["id"]
    return values


async def found(client: httpx.AsyncClient, path: str) -> Any:
    """The documents of a list."""
    return (await client.get(path)).json()["data"]


def shown_lines(answer: httpx.Response, part: str | None) -> list[str]:
    """The lines of an answer that is text, or of a part of one in JSON."""
    if part is not None:
        steps = [int(step) if step.isdigit() else step for step in part.split(".")]
        value = reduce(operator.getitem, steps, answer.json())
        return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode().splitlines()
    is_file = "zip" in answer.headers["content-type"]
    return [] if is_file else answer.text.removeprefix("\ufeff").splitlines()
