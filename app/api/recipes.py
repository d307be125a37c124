"""Short recipes: questions that are asked of the record that is served, with its own answers.

To add one: its table in recipes.toml.
"""

from __future__ import annotations

import operator
import re
import tomllib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import reduce
from importlib.resources import files
from typing import Any
from urllib.parse import quote

import httpx
import orjson
from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from app.http.route import service_of

RECIPES = tomllib.loads(files("app.api").joinpath("recipes.toml").read_text("utf-8"))["recipe"]
CURL = "curl -s '{at}{path}'"
NAMES = re.compile(r"\{(\w+)\}")
LINES = 20
# The length of a quotation that is easily read, and how many may be chosen from.
LENGTH, CHOICE = 80, 100


@dataclass(frozen=True)
class Recipe:
    """A question with the path that asks it, a command, and the beginning of its answer."""

    group: str
    question: str
    text: str
    path: str
    page: str | None
    command: str
    part: str | None
    answer: str
    left_off: int


async def recipes(request: Request) -> AsyncIterator[Recipe]:
    """The recipes that the record can answer."""
    at = service_of(request).settings.public_url
    values = await values_of(request)
    encoded = {name: quote(value, safe="") for name, value in values.items()}
    for recipe in RECIPES:
        if not names_in(recipe) <= values.keys():
            continue
        path = recipe["path"].format_map(encoded)
        answer = await asked(request, path)
        if answer.status_code == 200:
            lines = shown(answer, recipe.get("show", ""))
            yield Recipe(
                group=recipe["group"],
                question=recipe["question"].format_map(values),
                text=recipe["text"],
                path=path,
                page=recipe["page"].format_map(encoded) if "page" in recipe else None,
                command=recipe.get("command", CURL).format(at=at, path=path),
                part=recipe.get("show"),
                answer="\n".join(lines[:LINES]),
                left_off=len(lines[LINES:]),
            )


def names_in(recipe: dict[str, str]) -> set[str]:
    """The values that a recipe needs."""
    return set(NAMES.findall(recipe["question"] + recipe["path"]))


async def values_of(request: Request) -> dict[str, str]:
    """A speaker with words of theirs, a topic, two proposals and a term, where there are any."""
    values: dict[str, str] = {}
    quotes = await found(request, f"/v1/quotes?date_precision=day&limit={CHOICE}")
    if quotes:
        chosen = min(quotes, key=lambda each: abs(len(each["text"]) - LENGTH))
        speaker, topics = chosen["speakers"][0]["actor"], chosen["topics"]
        values |= {"quote": chosen["id"], "text": chosen["text"], "month": chosen["start_date"][:7]}
        values |= {"speaker": speaker["id"], "speaker_name": speaker["name"]}
        values |= {"topic": topics[0]["id"], "topic_name": topics[0]["name"]} if topics else {}
    proposals = await found(request, f"/v1/proposals?limit={CHOICE}")
    replies = [each for each in proposals if each["in_reply_to"] is not None]
    if replies:
        values["later"] = replies[0]["id"]
        values["earlier"] = replies[0]["in_reply_to"]["proposal"]["id"]
    for term in await found(request, "/v1/terms?outcome=fulfilled&limit=1"):
        values["term"] = term["id"]
    return values


async def found(request: Request, path: str) -> list[dict[str, Any]]:
    """The documents of a list."""
    documents: list[dict[str, Any]] = (await asked(request, path)).json()["data"]
    return documents


async def asked(request: Request, path: str) -> httpx.Response:
    """The answer to a path, as somebody gets it who prefers no representation."""

    async def inside(scope: Scope, receive: Receive, send: Send) -> None:
        state = {**request.scope["state"], "fields": {}}
        await request.app({**scope, "state": state}, receive, send)

    transport = httpx.ASGITransport(inside, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://parley") as client:
        return await client.get(path)


def shown(answer: httpx.Response, part: str) -> list[str]:
    """The lines of an answer that is text, or of a part of one in JSON."""
    kind = answer.headers["content-type"]
    if part:
        steps = [int(step) if step.isdigit() else step for step in part.split(".")]
        value = reduce(operator.getitem, steps, answer.json())
        return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode().splitlines()
    return [] if "zip" in kind else answer.text.removeprefix("\ufeff").splitlines()
