"""The directory of questions: it finds what the router finds, and leaves the rest to it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.routing import Match

from app.api.directory import Directory
from app.http.route import QuestionRoute
from tests.api.asking import Asker

PARAMETER = re.compile(r"\{\w+\}")


def scope_of(path: str, method: str = "GET") -> dict[str, Any]:
    """What the router looks at."""
    return {"type": "http", "method": method, "path": path, "headers": [], "query_string": b""}


@pytest.fixture(scope="module")
def app(ask: Asker) -> FastAPI:
    """The application behind the edge."""
    found = ask.app.inner.inner  # type: ignore[attr-defined]
    assert isinstance(found, FastAPI)
    return found


def test_the_directory_finds_what_the_router_finds(app: FastAPI) -> None:
    """The same route with the same parameters, for an id with whatever stands in one."""
    directory = Directory(app.routes)
    paths = {route.path for route in app.routes if isinstance(route, QuestionRoute)}
    known = 0
    for path in paths:
        for value in ("x", "a.b-c", "ü {id}", "%", " "):
            scope = scope_of(value.join(PARAMETER.split(path)))
            found = directory.find(scope)
            for route in app.routes:
                match, child = route.matches(scope)
                if match is Match.FULL:
                    break
            if found is not None:
                known += 1
                assert found == (route, child["path_params"]), path
    assert known > len(paths)


@pytest.mark.parametrize(
    "scope",
    [
        scope_of("/v1/events", "POST"),
        scope_of("/v1/events/"),
        scope_of("/v1/events/a/b"),
        scope_of("/v1/nothing"),
        scope_of("/v1/nothing/a"),
        scope_of(""),
    ],
)
def test_what_it_does_not_know_is_left_to_the_router(scope: dict[str, Any], app: FastAPI) -> None:
    """Other methods and other paths."""
    assert Directory(app.routes).find(scope) is None
