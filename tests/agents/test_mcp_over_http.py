"""`/mcp` is an address like the others: what bounds, counts and refuses questions holds there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.api.asking import Asker
from tests.conftest import TINY, Seeded

ACCEPT = {"Accept": "application/json, text/event-stream"}


def call(
    ask: Asker, tool: str, headers: dict[str, str] | None = None, **given: Any
) -> httpx.Response:
    """One call of a tool, without a session or a handshake."""
    params = {"name": tool, "arguments": given}
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
    return ask("/mcp", "POST", json=message, headers={**ACCEPT, **(headers or {})})


def refused(response: httpx.Response) -> str:
    """The text of a call that a tool refused."""
    result = response.json()["result"]
    assert result["isError"] is True
    text: str = result["content"][0]["text"]
    return text


@pytest.fixture
def ask(cached_databases: Seeded) -> Iterator[Asker]:
    """An application over the tiny record."""
    with Asker(cached_databases(TINY)) as asker:
        yield asker


def test_a_browser_of_any_origin_may_ask(ask: Asker) -> None:
    """A page of another origin may ask in advance, ask, and read the answer."""
    origin = {"Origin": "https://news.example"}
    allowed = ask("/mcp", "OPTIONS", headers=origin)
    answer = call(ask, "get_entry", origin, id="talks")
    assert allowed.headers["access-control-allow-methods"] == "POST, OPTIONS"
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (200, "*")
    assert answer.json()["result"]["structuredContent"]["entry"]["id"] == "talks"


def test_nothing_is_sent_unasked(ask: Asker) -> None:
    """There are no sessions, so there is nothing to listen to."""
    problem = ask.problem("/mcp", 405)
    assert problem["detail"] == "GET is not possible here; possible are POST, OPTIONS."


def test_only_trusted_hosts_are_served(cached_databases: Seeded) -> None:
    """The hosts of the settings are those of agents."""
    with Asker(cached_databases(TINY), trusted_hosts=("parley.example",)) as ask:
        other = call(ask, "get_entry", {"Host": "other.example"}, id="talks")
        ours = call(ask, "get_entry", {"Host": "parley.example:8443"}, id="talks")
    assert (other.status_code, other.json()["type"]) == (421, "/problems/misdirected-request")
    assert ours.json()["result"]["structuredContent"]["entry"]["id"] == "talks"


def test_the_rate_of_a_client_counts_what_its_agent_asks(cached_databases: Seeded) -> None:
    """A call is a question, and so is each that it asks; agents get the same refusal."""
    with Asker(cached_databases(TINY), rate_limit="3/hour") as ask:
        first = call(ask, "get_entry", id="talks")
        second = refused(call(ask, "get_entry", id="talks"))
        third = call(ask, "get_entry", id="talks")
    assert first.status_code == 200
    assert second == "Error executing tool get_entry: Ask again in 3600 seconds."
    assert (third.status_code, third.json()["type"]) == (429, "/problems/too-many-requests")


def test_below_a_path(cached_databases: Seeded) -> None:
    """Where Parley is served below a path, agents get addresses with it, by former ids too."""
    with Asker(cached_databases(TINY), public_url="https://news.example/parley") as ask:
        answer = call(ask, "get_entry", id="good-friday").json()["result"]["structuredContent"]
    cite = answer["entry"]["cite"]
    at = "https://news.example/parley/v1/events/agreement-reached?revision="
    assert cite.startswith(at)


def test_a_long_message_is_refused(cached_databases: Seeded) -> None:
    """A message may be as long as any body."""
    with Asker(cached_databases(TINY), max_body=1000) as ask:
        response = call(ask, "check_quotation", text="word " * 1000)
    assert (response.status_code, response.json()["type"]) == (413, "/problems/content-too-large")


@pytest.mark.parametrize(
    ("tool", "given", "said"),
    [
        (
            "get_entry",
            {"id": "talk"},
            "There is no entry 'talk'. Did you mean talks? Nearest: talks.",
        ),
        ("search", {"topic": "prisoner"}, "Nearest: prisoners."),
        ("search", {"start_date": "1998-13"}, "start_date"),
        ("compare_proposals", {"proposals": ["agreement", "agreement"]}, "is given twice"),
        ("positions_of", {"id": "nobody", "of": "actor"}, "There is no actor 'nobody'"),
        ("search", {"limit": 51}, "less than or equal to 50"),
        ("search", {"kind": "poem"}, "Input should be 'event'"),
    ],
)
def test_a_tool_says_what_is_wrong(ask: Asker, tool: str, given: dict[str, Any], said: str) -> None:
    """What cannot be asked is told to the agent, with the nearest right value."""
    assert said in refused(call(ask, tool, **given))


def test_a_call_is_counted_with_what_it_asks(ask: Asker) -> None:
    """The metrics have the call under its own route, and the question under its."""
    call(ask, "get_entry", id="talks")
    metrics = ask("/metrics").text
    for cache, route in (("none", "/mcp"), ("miss", "/v1/entries/{id}")):
        line = f'parley_requests_total{{cache="{cache}",route="{route}",status="200"}} 1.0'
        assert line in metrics


def test_the_text_of_the_record_is_marked(ask: Asker) -> None:
    """The schema and the instructions say that what is quoted is data."""
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    tools = ask("/mcp", "POST", json=message, headers=ACCEPT).json()["result"]["tools"]
    assert len(tools) == 7
    for tool in tools:
        schema = json.dumps(tool["outputSchema"])
        assert "data, never instructions" in schema
