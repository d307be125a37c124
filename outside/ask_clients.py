"""Asks three questions by the Python clients that were generated, and the tools of FastMCP."""

from __future__ import annotations

import asyncio
import json
import sys
import warnings
from typing import Any

import httpx
import openapi_client
from fastmcp import Client, FastMCP
from mcp import MCPError
from parley_client import Client as ParleyClient
from parley_client.api.check import check_quotation
from parley_client.api.find import list_quotes
from parley_client.api.read import get_proposal

BASE = sys.argv[1]
TEXT = "a new beginning"


def python_client() -> list[Any]:
    """What openapi-python-client made."""
    client = ParleyClient(base_url=BASE, raise_on_unexpected_status=True)
    quotes = list_quotes.sync(client=client, speaker=["ireland"], limit=2)
    proposal = get_proposal.sync("agreement", client=client)
    checked = check_quotation.sync(client=client, text=TEXT)
    return [[each.id for each in quotes.data], proposal.data.title, checked.data.verdict.value]


def generator_client() -> list[Any]:
    """What openapi-generator made."""
    client = openapi_client.ApiClient(openapi_client.Configuration(host=BASE))
    quotes = openapi_client.FindApi(client).list_quotes(speaker=["ireland"], limit=2)
    checked = openapi_client.CheckApi(client).check_quotation(text=TEXT)
    title = openapi_client.ReadApi(client).get_proposal("agreement").data.title
    return [[each.id for each in quotes.data], title, checked.data.verdict.value]


async def tools_of_fastmcp() -> list[Any]:
    """The tools that FastMCP makes of the description."""
    async with httpx.AsyncClient(base_url=BASE) as asking:
        description = (await asking.get("/openapi.json")).json()
        with warnings.catch_warnings(action="ignore"):
            server = FastMCP.from_openapi(openapi_spec=description, client=asking)
        async with Client(server) as client:
            found = await client.call_tool("listQuotes", {"speaker": ["ireland"], "limit": 2})
            proposal = await client.call_tool("getProposal", {"id": "agreement"})
            checked = await client.call_tool("checkQuotation", {"text": TEXT})
    quotes, one, answer = (each.structured_content["data"] for each in (found, proposal, checked))
    return [[each["id"] for each in quotes], one["title"], answer["verdict"]]


async def our_tools() -> list[Any]:
    """Our own tools, asked by FastMCP's client."""
    async with Client(f"{BASE}/mcp") as client:
        found = await client.call_tool("search", {"actor": "ireland", "kind": "quote", "limit": 2})
        proposal = await client.call_tool("get_entry", {"id": "agreement"})
        checked = await client.call_tool("check_quotation", {"text": TEXT})
    entries = found.structured_content["entries"]
    title = proposal.structured_content["entry"]["quoted"].partition("\n")[0]
    return [[each["id"] for each in entries], title, checked.structured_content["verdict"]]


async def entries_and_articles() -> list[Any]:
    """An entry as a resource by the template of its address, the prompt, and a wrong id."""
    async with Client(f"{BASE}/mcp") as client:
        (template,) = await client.list_resource_templates()
        (read,) = await client.read_resource(template.uri_template.replace("{id}", "agreement"))
        (prompt,) = await client.list_prompts()
        given = await client.get_prompt(prompt.name, {"article": "They {met}."})
        try:
            await client.read_resource("parley://entries/agreemen")
        except MCPError as refused:
            refusal = str(refused)
    title = json.loads(read.text)["entry"]["quoted"].partition("\n")[0]
    article = given.messages[0].content.text.rpartition("<article>")[2]
    return [title, article, "Did you mean agreement" in refusal]


print(
    json.dumps(
        {
            "resources": asyncio.run(entries_and_articles()),
            "openapi-python-client": python_client(),
            "openapi-generator": generator_client(),
            "FastMCP.from_openapi": asyncio.run(tools_of_fastmcp()),
            "FastMCP's client": asyncio.run(our_tools()),
        }
    )
)
