"""What the tools of `/mcp` cost an agent, in tokens of o200k_base: definitions, and 25 answers.

`make outside` prints the table that docs/clients.md shows.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import subprocess
from pathlib import Path
from typing import Any

import pytest
from mcp.client import Client

HERE = Path(__file__).parent
INSTALLED = HERE.parent / "dist" / "outside"
QUESTIONS: list[dict[str, Any]] = json.loads((HERE / "questions.json").read_text())
MOST_DEFINED, MOST_TYPICAL, MOST_OF_ANY = 4000, 800, 1500


async def texts_of(base: str) -> tuple[dict[str, str], dict[str, str]]:
    """The definitions by name, and the answers by question."""
    async with Client(f"{base}/mcp") as client:
        tools = (await client.list_tools()).tools
        templates = (await client.list_resource_templates()).resource_templates
        prompts = (await client.list_prompts()).prompts
        definitions = {
            each.name: each.model_dump_json(by_alias=True, exclude_none=True)
            for each in (*tools, *templates, *prompts)
        }
        answers = {}
        for asked in QUESTIONS:
            result = await client.call_tool(asked["tool"], asked["arguments"])
            assert not result.is_error, result.content
            (answers[asked["question"]],) = [each.text for each in result.content]
    return definitions, answers


def tokens_of(folder: Path, texts: dict[str, str]) -> dict[str, int]:
    """How many tokens each text has."""
    (folder / "texts.json").write_text(json.dumps(texts))
    counting = folder / "count_tokens.mjs"
    counting.write_text((HERE / "count_tokens.mjs").read_text())
    if not (folder / "node_modules").exists():
        (folder / "node_modules").symlink_to(INSTALLED / "node_modules")
    command = ["node", counting.name, "texts.json"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    counted: dict[str, int] = json.loads(done.stdout)
    return counted


def test_what_an_agent_has_to_read(
    base: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """All definitions have less than 4,000 tokens, the median answer less than 800."""
    definitions, answers = asyncio.run(texts_of(base))
    defined, answered = tokens_of(tmp_path, definitions), tokens_of(tmp_path, answers)
    with capsys.disabled():
        print(f"\n\n| tool | definition | answers | median | most |\n|{'---|' * 5}")
        for name, count in defined.items():
            of_tool = [answered[each["question"]] for each in QUESTIONS if each["tool"] == name]
            shown = f"{statistics.median(of_tool):.0f} | {max(of_tool)}" if of_tool else " | "
            print(f"| `{name}` | {count} | {len(of_tool) or ''} | {shown} |")
        median, most = statistics.median(answered.values()), max(answered.values())
        print(f"| all | {sum(defined.values())} | {len(answered)} | {median:.0f} | {most} |")
    assert len(answered) == len(QUESTIONS) == 25
    assert sum(defined.values()) < MOST_DEFINED
    assert median < MOST_TYPICAL
    assert most < MOST_OF_ANY
