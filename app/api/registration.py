"""How the questions of the API are registered: one helper, and what it says of every answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Annotated, Any

from fastapi import FastAPI, Path
from pydantic import BaseModel
from starlette.responses import Response

from app.api.models import DESCRIBED, HEADERS, named, problem_responses
from app.entries.questions import NoQuestion
from app.errors import (
    Gone,
    InvalidQuery,
    Moved,
    NotFound,
    Problem,
    TooLong,
    TooMany,
    Unavailable,
)
from app.formats import FORMATS, UNDATED_FORMATS
from app.http.messages import JSON
from app.http.route import AnswerOrPage, QuestionRoute, endpoint_of
from app.kinds import RECORD_TYPES

MISSING = (NotFound, Gone, Moved)
OF_ANY_QUESTION = (TooLong, TooMany, Problem, Unavailable)
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


def plural_of(name: str) -> str:
    """The collection in which a type is listed."""
    return RECORD_TYPES[name].plural if name in RECORD_TYPES else "entries"


def add_question(
    app: FastAPI,
    path: str,
    ask: Endpoint,
    question: type[BaseModel] = NoQuestion,
    *,
    operation_id: str = "",
    of: str = "",
    route: type[QuestionRoute] = QuestionRoute,
    model: Any = None,
    media_type: str = JSON,
    headers: Mapping[str, Any] = HEADERS,
    problems: Sequence[type[Problem]] = (),
    more: Mapping[int | str, Any] | None = None,
    **documented: Any,
) -> None:
    """Registers what answers a question: `ask` is called with the request, the question and the id.

    `answer`, `content` and `headers` document its 200, whose JSON is of a `model`; an answer
    without headers has no ETag, and never is a 304. `problems` are those beside what any question
    may get, `more` are other statuses. The rest is FastAPI's own documentation. openapi.toml has
    what is said of operations, with the names of the type of record that a question is `of`, such
    as `Get one {name}`, and the name of its `schema`. What is no operation is not documented.
    """
    names = {"name": of, "plural": plural_of(of)}
    names |= {"Name": of.capitalize(), "Plural": names["plural"].capitalize()}
    said = DESCRIBED["operations"].get(operation_id, {}).items()
    texts = {each: text.format(**names) for each, text in said if isinstance(text, str)}
    documented = {"answer": "The answer.", "content": {}, **dict(said), **texts, **documented}
    if "schema" in documented:
        model = named(model, documented.pop("schema"))
    described = f"The id of the {of}; a former one redirects to the present one."
    id_type = Annotated[str, Path(description=described)] if of else str
    whole = {
        "description": documented.pop("answer"),
        "headers": headers,
        "content": documented.pop("content"),
    }
    if media_type != JSON:
        # By the class the documentation knows the media type.
        file = type("File", (Response,), {"media_type": media_type})
        documented["response_class"] = file
    missing = MISSING if "{id}" in path else ()
    app.router.add_api_route(
        path,
        endpoint_of(ask, question, path, id_type),
        route_class_override=route,
        responses={
            200: {name: each for name, each in whole.items() if each},
            **(UNCHANGED if headers else {}),
            **(more or {}),
            **problem_responses(InvalidQuery, *problems, *missing, *OF_ANY_QUESTION),
        },
        operation_id=operation_id.format(**names) or None,
        include_in_schema=bool(operation_id),
        response_model=model,
        **documented,
    )
