"""A mistake of ours: told as a problem, without a word of its inside, and raised for the log."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from app.http.route import QuestionRoute
from tests.api.asking import BASE, Asker
from tests.conftest import TINY, Seeded
from tests.operation.sockets import scope_of


async def broken(request: Request, question: object = None) -> Response:
    """An endpoint with a mistake."""
    del question
    raise RuntimeError(f"the secret of {request.url}")


async def half(request: Request) -> Response:
    """An endpoint whose mistake shows when its answer has begun."""

    async def parts() -> object:
        yield b"one"
        raise RuntimeError(f"the secret of {request.url}")

    return StreamingResponse(parts())  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def ask(cached_databases: Seeded) -> Iterator[Asker]:
    """Asks an application with three endpoints that fail, one of them a question."""
    with Asker(cached_databases(TINY)) as asker:
        app = asker.routes
        app.router.add_api_route("/v1/broken", broken, response_model=None)
        app.router.add_api_route("/v1/half", half, response_model=None)
        topics = next(each for each in app.routes if getattr(each, "path", "") == "/v1/topics")
        assert isinstance(topics, QuestionRoute)
        topics.endpoint = broken
        yield asker


@pytest.mark.parametrize("path", ["/v1/broken", "/v1/topics"])
def test_a_mistake_is_a_problem_without_its_inside(path: str, ask: Asker) -> None:
    """500 as a problem document that holds not a word of the error."""
    answer = ask(path)
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.json()["detail"] == "The answer could not be made; this is logged."
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text


@pytest.mark.parametrize("path", ["/v1/broken", "/v1/topics", "/v1/half"])
def test_a_mistake_is_raised_for_the_log(path: str, ask: Asker) -> None:
    """The server, which logs what an application raises, gets the error itself."""
    transport = httpx.ASGITransport(ask.app)

    async def asked() -> None:
        async with httpx.AsyncClient(transport=transport, base_url=BASE) as client:
            await client.get(path)

    with pytest.raises(RuntimeError, match="the secret of"):
        asyncio.run(asked())


def test_an_answer_that_has_begun_is_not_begun_again(ask: Asker) -> None:
    """What fails half way sends no second head, nor an end that would make it look whole."""
    sent = []

    async def send(message: dict[str, object]) -> None:
        sent.append(message)

    async def receive() -> dict[str, object]:
        await asyncio.sleep(10)
        return {"type": "http.disconnect"}

    with pytest.raises(RuntimeError, match="the secret of"):
        asyncio.run(ask.app(scope_of("/v1/half"), receive, send))  # type: ignore[arg-type]
    assert [message["type"] for message in sent] == ["http.response.start", "http.response.body"]
    assert sent[1]["body"] == b"one"
    assert sent[1]["more_body"]
