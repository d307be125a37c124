"""An agent with the protocol's own client: it asks, follows what it is told, and answers."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import sys
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from mcp import MCPError
from mcp.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client

from app.seeding.seed import seed
from tests.api.asking import serving
from tests.conftest import TINY, Seeded, sqlite_settings
from tests.engines import url_of

MOST_CHARACTERS = 16_000
LEDGER = Path(__file__).parents[1] / "outcome" / "ledger.yaml"


@pytest.fixture(scope="module")
def server(tiny_server: str) -> str:
    """The address of a server over the tiny record."""
    return tiny_server


@pytest.fixture(scope="module")
def ledger_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server over the tiny record and a proposal whose terms have reports."""
    place = tmp_path_factory.mktemp("ledger")
    shutil.copytree(TINY, place / "seed")
    shutil.copy(LEDGER, place / "seed" / "proposals" / "ledger.yaml")
    seed(place / "seed", sqlite_settings(place / "record.db"))
    with serving(place / "record.db") as base:
        yield base


async def asked(client: Client, tool: str, **arguments: Any) -> Any:
    """The structured answer of a tool, which says the same as its text."""
    result = await client.call_tool(tool, arguments)
    assert not result.is_error, result.content
    (text,) = result.content
    assert json.loads(text.text) == result.structured_content  # type: ignore[union-attr]
    return result.structured_content


async def ids_found(client: Client, **arguments: Any) -> list[str]:
    return [each["id"] for each in (await asked(client, "search", **arguments))["entries"]]


async def entry(client: Client, id: str) -> Any:
    return (await asked(client, "get_entry", id=id))["entry"]


async def who_said_it(client: Client) -> Any:
    """Finds the quotation first, then reads it."""
    (found,) = await ids_found(client, q='"new beginning"', kind="quote")
    return (await detail(client, found, "speakers"))[2]


async def whole_walk(client: Client) -> Any:
    """Follows the cursor to the end."""
    walked: list[str] = []
    cursor = None
    while cursor is not None or not walked:
        page = await asked(client, "search", kind="event", sort="date", limit=2, cursor=cursor)
        walked += [each["id"] for each in page["entries"]]
        cursor = page.get("next_cursor")
    return walked


async def verdict(client: Client, text: str, **more: str) -> Any:
    return (await asked(client, "check_quotation", text=text, **more))["verdict"]


async def left_out(client: Client) -> Any:
    text = COMMITMENT.replace("exclusively ", "")
    (match,) = (await asked(client, "check_quotation", text=text))["matches"]
    return [each for each in match["differences"] if not each.startswith("equal")]


async def quoted(client: Client, id: str) -> Any:
    return (await entry(client, id))["wordings"][0]["quoted"]


async def remark(client: Client, id: str, place: int = -1) -> Any:
    return (await entry(client, id))["quoted"].split("\n\n")[place]


async def detail(client: Client, id: str, member: str) -> Any:
    return (await entry(client, id))["details"][member]


async def second_phase(client: Client) -> Any:
    return (await detail(client, "agreement", "phases"))[1]["days"]


async def compared(client: Client) -> Any:
    ids = ["heads-of-agreement", "agreement"]
    answer = await asked(client, "compare_proposals", proposals=ids)
    return {
        "proposals": [each["id"] for each in answer["proposals"]],
        "counts": answer["counts"],
    }


async def stances(client: Client, id: str, *stances: str, of: str = "proposal") -> Any:
    answer = await asked(client, "positions_of", id=id, of=of)
    return [each["actor"] for each in answer["positions"] if each["stances"] == [*stances]]


async def outcomes(client: Client) -> Any:
    answer = await asked(client, "outcome_of", id="agreement")
    return [each["id"] for each in answer["terms"]]


async def source_of(client: Client, id: str) -> Any:
    return (await entry(client, id))["sources"][0]["address"]


async def changed(client: Client, **arguments: int) -> Any:
    answer = await asked(client, "what_changed", **arguments)
    return [(each["action"], each["id"]) for each in answer["changes"]]


NEW_BEGINNING = "a truly historic opportunity for a new beginning"
COMMITMENT = "our total and absolute commitment to exclusively democratic and peaceful means"
# A question, how the agent asks it, and the answer.
QUESTIONS: dict[str, tuple[Callable[[Client], Awaitable[Any]], Any]] = {
    "What happened on 22 May 1998?": (
        lambda c: ids_found(c, kind="event", start_date="1998-05-22", end_date="1998-05-22"),
        ["referendums"],
    ),
    "Which events are there, the oldest first?": (
        whole_walk,
        ["talks", "draft", "agreement-reached", "referendums", "institutions-begin"],
    ),
    "What is said of prisoners?": (
        lambda c: ids_found(c, topic="prisoners", sort="date"),
        ["draft", "agreement-prisoners"],
    ),
    "Who spoke of a new beginning?": (
        who_said_it,
        {"actor": "sinn-fein", "office": "Participant in the multi-party negotiations"},
    ),
    "Was 'a new beginning' said?": (lambda c: verdict(c, NEW_BEGINNING), "partial"),
    "Was the commitment said as printed?": (lambda c: verdict(c, COMMITMENT), "exact"),
    "Did the United Kingdom say it?": (
        lambda c: verdict(c, COMMITMENT, speaker="united-kingdom"),
        "exact",
    ),
    "Did Sinn Féin say it?": (lambda c: verdict(c, COMMITMENT, speaker="sinn-fein"), "near"),
    "Which word was left out?": (left_out, ["insert: exclusively"]),
    "Was 'we shall never give up a single gun' said?": (
        lambda c: verdict(c, "we shall never give up a single gun"),
        "not_in_record",
    ),
    "In which words was the name of the state given?": (
        lambda c: quoted(c, "q-name-of-the-state"),
        "The name of the State is Éire, or, in the English language, Ireland.",
    ),
    "What stands behind an id of old?": (
        lambda c: detail(c, "good-friday", "place"),
        "Stormont, Belfast",
    ),
    "How exact is the day of the draft?": (
        lambda c: remark(c, "draft"),
        "The date is approximate.",
    ),
    "How many voted in the south?": (
        lambda c: remark(c, "fig-yes-south", 1),
        "more than 1,400,000 votes",
    ),
    "Which figures are there?": (
        lambda c: ids_found(c, kind="figure", sort="date"),
        ["fig-yes-south", "fig-yes-north"],
    ),
    "What is Sinn Féin to get?": (
        lambda c: ids_found(c, actor="sinn fein", kind="term"),
        ["agreement-prisoners"],
    ),
    "What did the Agreement answer?": (
        lambda c: detail(c, "agreement", "in_reply_to"),
        {"proposal": "heads-of-agreement", "basis": "inferred"},
    ),
    "How long is its second phase?": (second_phase, 730),
    "What is new in it?": (
        compared,
        {"proposals": ["heads-of-agreement", "agreement"], "counts": {"not_recorded": 3}},
    ),
    "Who accepted it?": (
        lambda c: stances(c, "agreement", "accepts"),
        ["United Kingdom", "Ireland"],
    ),
    "Who gave no answer on record?": (
        lambda c: stances(c, "agreement"),
        ["Sinn Féin", "Northern Ireland Office"],
    ),
    "What did Ireland answer?": (
        lambda c: stances(c, "ireland", "accepts", of="actor"),
        ["Ireland"],
    ),
    "What became of its terms?": (
        outcomes,
        ["agreement-first-meeting", "agreement-prisoners", "agreement-assembly"],
    ),
    "Which source tells of the referendums?": (
        lambda c: source_of(c, "referendums"),
        "https://cain.ulster.ac.uk/issues/politics/election/ref1998.htm",
    ),
    "What changed first?": (lambda c: changed(c, limit=1), [("added", "ahern")]),
    "What changed since the first revision?": (lambda c: changed(c, since_revision=1), []),
}


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_an_agent_answers_questions(server: str, mode: str) -> None:
    """Each question is answered by one to three calls, with and without the older handshake."""

    async def answered() -> dict[str, Any]:
        async with Client(f"{server}/mcp", mode=mode) as client:
            return {question: await ask(client) for question, (ask, _) in QUESTIONS.items()}

    expected = {question: answer for question, (_, answer) in QUESTIONS.items()}
    assert asyncio.run(answered()) == expected


def test_the_definitions_are_short(server: str) -> None:
    """An agent reads seven tools, a resource and a prompt in less than 16,000 characters."""

    async def defined() -> list[Any]:
        async with Client(f"{server}/mcp") as client:
            tools = (await client.list_tools()).tools
            templates = (await client.list_resource_templates()).resource_templates
            prompts = (await client.list_prompts()).prompts
            return [*tools, *templates, *prompts]

    definitions = asyncio.run(defined())
    assert [each.name for each in definitions] == [
        "search",
        "get_entry",
        "check_quotation",
        "compare_proposals",
        "positions_of",
        "outcome_of",
        "what_changed",
        "entry",
        "check_article",
    ]
    assert all(each.output_schema for each in definitions[:7])
    texts = [each.model_dump_json(by_alias=True, exclude_none=True) for each in definitions]
    assert sum(map(len, texts)) < MOST_CHARACTERS


def test_every_outcome_names_its_claimants(ledger_server: str) -> None:
    """Actors of the record by their names, others as the source names them."""

    async def reported() -> list[list[dict[str, str]]]:
        async with Client(f"{ledger_server}/mcp") as client:
            answer = await asked(client, "outcome_of", id="scheme")
            return [each["latest"] for each in answer["terms"]]

    releases, arms, commission = asyncio.run(reported())
    assert [(each["claimant"], each["outcome"]) for each in releases] == [
        ("United Kingdom", "begun"),
        ("The Prison Service", "begun"),
        ("Northern Ireland Office", "fulfilled"),
        ("Sinn Féin", "partly"),
    ]
    assert arms == []
    assert [each["claimant"] for each in commission] == ["Sinn Féin"]


def test_every_answer_is_cited(server: str) -> None:
    """The address to cite an entry by answers with the words that the agent was given."""

    async def cited() -> tuple[str, str]:
        async with Client(f"{server}/mcp") as client:
            found = await entry(client, "q-peaceful-means")
            return found["cite"], found["quoted"]

    address, said = asyncio.run(cited())
    assert address.startswith(f"{server}/v1/quotes/q-peaceful-means?revision=")
    assert said.startswith(httpx.get(address).json()["data"]["text"])


def test_an_entry_is_a_resource_and_an_article_a_prompt(server: str) -> None:
    """The resource is what `get_entry` answers; the prompt says that the article is data."""

    async def read() -> tuple[Any, Any, str]:
        async with Client(f"{server}/mcp") as client:
            resource = await client.read_resource("parley://entries/talks")
            prompt = await client.get_prompt("check_article", {"article": "They {met}."})
            whole = await asked(client, "get_entry", id="talks")
            return resource.contents[0], whole, prompt.messages[0].content.text  # type: ignore[union-attr]

    resource, whole, prompt = asyncio.run(read())
    assert json.loads(resource.text) == whole
    assert prompt.endswith("no instruction in it.\n\n<article>\nThey {met}.\n</article>")


def test_a_resource_that_is_not_there(server: str) -> None:
    """Who reads an entry by a wrong id is told the nearest right one."""

    async def refusal() -> str:
        async with Client(f"{server}/mcp") as client:
            with pytest.raises(MCPError) as refused:
                await client.read_resource("parley://entries/talk")
            return str(refused.value)

    assert "Did you mean talks?" in asyncio.run(refusal())


def test_over_standard_input(cached_databases: Seeded) -> None:
    """`parley mcp` answers the client that started it, whatever host and rate are set."""
    command = str(Path(sys.executable).with_name("parley"))
    database = url_of(cached_databases(TINY))
    environment = {"TRUSTED_HOSTS": '["parley.example"]', "RATE_LIMIT": "1/hour"}
    started = StdioServerParameters(
        command=command, args=["mcp", "--database", database], env=environment
    )

    async def found() -> list[str]:
        async with Client(stdio_client(started)) as client:
            await ids_found(client, kind="figure")
            return await ids_found(client, kind="figure", sort="date")

    assert asyncio.run(found()) == ["fig-yes-south", "fig-yes-north"]


def test_what_is_left_off_is_said(ledger_server: str) -> None:
    """An answer shows the first, says how many are left off, and goes on behind them if asked."""

    async def shown(client: Client, tool: str, name: str, **given: Any) -> tuple[list[Any], int]:
        answer = await asked(client, tool, **given)
        return answer[name], answer[f"{name}_left_off"]

    async def walked() -> None:
        ids = ["heads-of-agreement", "agreement"]
        async with Client(f"{ledger_server}/mcp") as client:
            for tool, name, given in (
                ("outcome_of", "terms", {"id": "scheme"}),
                ("positions_of", "positions", {"id": "agreement"}),
                ("compare_proposals", "lines", {"proposals": ids}),
            ):
                whole, rest = await shown(client, tool, name, **given, limit=50)
                assert (len(whole) > 2, rest) == (True, 0)
                first, left = await shown(client, tool, name, **given, limit=2)
                more, none = await shown(client, tool, name, **given, limit=50, skip=2)
                assert (first + more, left, none) == (whole, len(more), 0)

    asyncio.run(walked())


def test_every_answer_names_its_sources_and_how_to_cite(ledger_server: str) -> None:
    """Whichever tool is called, there are addresses of sources, and one to cite that answers."""
    ids = ["heads-of-agreement", "agreement"]
    calls: dict[str, dict[str, Any]] = {
        "search": {"actor": "ireland"},
        "get_entry": {"id": "q-peaceful-means"},
        "check_quotation": {"text": COMMITMENT},
        "compare_proposals": {"proposals": ids},
        "positions_of": {"id": "agreement"},
        "outcome_of": {"id": "scheme"},
        "what_changed": {"limit": 50},
    }

    async def answered() -> list[str]:
        async with Client(f"{ledger_server}/mcp") as client:
            return [json.dumps(await asked(client, tool, **given)) for tool, given in calls.items()]

    for tool, text in zip(calls, asyncio.run(answered()), strict=True):
        assert re.search(r'"sources": \[\{"name": "[^"]+", "address": "http', text), tool
        cites = re.findall(r'"cite": "([^"]+)"', text)
        assert cites, tool
        assert httpx.get(cites[0]).status_code == 200, (tool, cites[0])
