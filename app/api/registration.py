"""How the questions of the API are registered: one helper, and what it says of every answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from fastapi import FastAPI

from app.api.models import HEADERS, problem_responses
from app.errors import InvalidQuery, Problem, TooLong, Unavailable
from app.formats import FORMATS, UNDATED_FORMATS
from app.http.route import AnswerOrPage, QuestionRoute

Endpoint = Callable[..., Awaitable[Any]]
UNCHANGED: dict[int | str, Any] = {
    304: {"description": "The client has this representation already."}
}


class DatedList(AnswerOrPage):
    """A list of entries."""

    offered = tuple(each.media_type for each in FORMATS.values() if each.by_accept)


class UndatedList(AnswerOrPage):
    """A list of actors, topics or sources."""

    offered = tuple(each.media_type for each in UNDATED_FORMATS.values() if each.by_accept)


def add_question(
    app: FastAPI,
    path: str,
    endpoint: Endpoint,
    *,
    route: type[QuestionRoute] = QuestionRoute,
    answer: str = "The answer.",
    content: Mapping[str, Any] | None = None,
    headers: Mapping[str, Any] = HEADERS,
    problems: Sequence[type[Problem]] = (),
    more: Mapping[int | str, Any] | None = None,
    **documented: Any,
) -> None:
    """Registers a GET endpoint that is asked a question.

    `answer`, `content` and `headers` document its 200; an answer without headers has no ETag, and
    never is a 304. `problems` are those beside what any question may get, `more` are other
    statuses. The rest is FastAPI's own documentation.
    """
    whole = {"description": answer, "headers": headers, "content": content or {}}
    app.router.add_api_route(
        path,
        endpoint,
        route_class_override=route,
        responses={
            200: {name: each for name, each in whole.items() if each},
            **(UNCHANGED if headers else {}),
            **(more or {}),
            **problem_responses(InvalidQuery, *problems, TooLong, Unavailable),
        },
        **documented,
    )
