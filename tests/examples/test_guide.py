"""The recipes of the guide, each of them run as it is printed, over several records."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import httpx
import pytest

from app.seeding.seed import seed
from tests.api.asking import serving
from tests.conftest import SHIPPED, TINY, Seeded, sqlite_settings
from tests.pages.reading import read

LEDGER = Path(__file__).parents[1] / "outcome" / "ledger.yaml"
HTML = {"Accept": "text/html"}
GROUPS = ["Find", "Read", "Check", "Compare", "Follow", "Cite", "Download", "Agents"]


@pytest.fixture(scope="module", params=["shipped", "ledger", "tiny"])
def server(
    request: pytest.FixtureRequest,
    cached_databases: Seeded,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[str]:
    """A server over the shipped record, the tiny one, and the tiny one with reports of terms."""
    if request.param == "ledger":
        place = tmp_path_factory.mktemp("ledger")
        shutil.copytree(TINY, place / "seed")
        shutil.copy(LEDGER, place / "seed" / "proposals" / "ledger.yaml")
        seed(place / "seed", sqlite_settings(place / "record.db"))
        database = place / "record.db"
    else:
        database = cached_databases(SHIPPED if request.param == "shipped" else TINY)
    with serving(database) as base:
        yield base


def recipes_in(base: str) -> list[tuple[str, str, str]]:
    """Each recipe of the page: its question, its command, and the answer that it shows."""
    page = httpx.get(f"{base}/guide", headers=HTML).text
    articles = re.findall(r'<article class="recipe">(.*?)</article>', page, re.S)
    found = []
    for article in map(unescape, articles):
        (question,) = re.findall(r"<h3[^>]*>(.*?)</h3>", article)
        (command,) = re.findall(r'<pre class="snippet" [^>]*>(.*?)</pre>', article)
        answer = re.findall(r'<pre class="answer"[^>]*>(.*?)</pre>', article, re.S)
        found.append((question, command, answer[0] if answer else ""))
    return found


def test_there_is_a_recipe_for_each_want(server: str) -> None:
    """The headings are what people want, and each has recipes that this record can answer."""
    page = httpx.get(f"{server}/guide", headers=HTML).text
    assert re.findall(r"<h2 [^>]*>(.*?)</h2>", page) == GROUPS
    assert len(recipes_in(server)) >= 12
    reported = httpx.get(f"{server}/v1/terms?outcome=fulfilled&limit=1").json()["data"]
    assert ("What became of a term" in page) == bool(reported)


def test_every_command_gives_the_answer_shown(server: str, tmp_path: Path) -> None:
    """Copied into a shell, it ends well and prints what the page shows, but for what differs."""
    for question, command, shown in recipes_in(server):
        assert command.startswith("curl -s ")
        run = subprocess.run(
            ["sh", "-c", f"{command.replace('curl ', 'curl --fail ')}"],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert run.returncode == 0, (question, command)
        lines = [line.strip() for line in shown.split("\n… and")[0].splitlines()]
        said = re.sub(r"\s+", "", run.stdout)
        assert all(re.sub(r"\s+", "", line) in said for line in lines), question
        assert lines or any(tmp_path.iterdir()), question


def test_every_address_answers(server: str) -> None:
    """Those that the page links, and those of its commands, as pages and as answers."""
    page = httpx.get(f"{server}/guide", headers=HTML).text
    links = {each for each in read(page).links if each.startswith("/")}
    asked = {command.split("'")[1].removeprefix(server) for _, command, _ in recipes_in(server)}
    for link in sorted(links | asked):
        answer = httpx.get(f"{server}{link}", headers=HTML, follow_redirects=True)
        assert answer.status_code == 200, link


def test_agents_read_the_same_recipes(server: str) -> None:
    """The full text for agents has each question, its command, and what its answer begins with."""
    text = httpx.get(f"{server}/llms-full.txt").text
    assert text.startswith(httpx.get(f"{server}/llms.txt").text)
    for question, command, shown in recipes_in(server):
        assert f"\n### {question}\n" in text
        assert f"\n    {command}\n" in text
        assert shown.split("\n… and")[0] in text
    for name in ("## Formats", "## Questions", "## Parameters", "- `format=csv`: text/csv"):
        assert name in text
    assert "- `GET /v1/quotes`: List quotes. limit, cursor," in text


def test_no_recipe_invents_words(server: str) -> None:
    """The words that a recipe checks are a quotation of the record, by that speaker, and exact."""
    (command,) = [command for _, command, _ in recipes_in(server) if "/v1/check?" in command]
    address = httpx.URL(command.split("'")[1])
    checked = httpx.get(address).json()["data"]
    assert checked["verdict"] == "exact"
    quoted = httpx.get(f"{server}{checked['matches'][0]['quote']['url']}").json()["data"]
    assert quoted["text"] == address.params["text"]
    assert address.params["speaker"] in [each["actor"]["id"] for each in quoted["speakers"]]
