"""The examples run against a server, as someone would run them."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"
# As much of a browser as the page asks for: elements with text, attributes and children.
BROWSER = """
const elements = new Map();
class Element {
  constructor(name) {
    Object.assign(this, { name, children: [], attributes: {}, textContent: "" });
  }
  append(...more) { this.children.push(...more); }
  setAttribute(name, value) { this.attributes[name] = value; }
}
globalThis.document = {
  createElement: (name) => new Element(name),
  getElementById: (id) => elements.get(id) ?? elements.set(id, new Element(id)).get(id),
};
globalThis.location = { search: process.argv[1] };
process.on("beforeExit", () => console.log(JSON.stringify(Object.fromEntries(elements))));
"""


@pytest.fixture(scope="module")
def server(tiny_server: str) -> str:
    """The address of a server over the tiny record."""
    return tiny_server


def output(*command: str | Path) -> str:
    """What a command prints; it has to succeed."""
    run = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    assert run.stderr == ""
    return run.stdout


def test_the_python_example(server: str) -> None:
    """Totals, quotations and tables of the record that is served."""
    said = output(sys.executable, "-W", "error", EXAMPLES / "ask.py", server)
    assert said.startswith("The talks in Northern Ireland, revision ")
    assert "Ireland: 3 quotations, the newest of them:" in said
    assert re.search(r"^1998 +1 +1 +0 +1$", said, re.MULTILINE)
    assert re.search(r"^event +5$", said, re.MULTILINE)


def test_the_curl_example(server: str) -> None:
    """Each of its questions is answered."""
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    said = output("sh", EXAMPLES / "ask.sh", server)
    assert '"title":"The talks in Northern Ireland"' in said
    assert "1996-06-10/1998-04-10,Multi-party talks at Stormont" in said
    assert "<entry>" in said
    assert "BEGIN:VEVENT" in said
    assert "\n304\n" in said
    assert "sort: must be" in said
    assert re.search(r"^ *15$", said, re.MULTILINE)


def test_the_page_shows_a_timeline(server: str) -> None:
    """Its script, run without a browser, makes a line with a link and a day of each entry."""
    shown = page(f"?at={server}&kind=event&kind=quote&sort=date")
    lines = [
        [(each["name"], each["textContent"]) for each in item["children"]]
        for item in shown["timeline"]["children"]
    ]
    assert [line[1][1][:24] for line in lines] == [
        "Ireland: “The name of th",
        "Multi-party talks at Sto",
        "A draft is given to the ",
        "Agreement is reached at ",
        "United Kingdom, Ireland,",
        "United Kingdom, Ireland:",
        "Referendums north and so",
        "The institutions begin t",
    ]
    assert [line[0][1] for line in lines[1:3]] == [
        "1996-06-10 to 1998-04-10",
        "1998-04-06 (approximate)",
    ]
    assert lines[-1][0][1] == "1999-12-02 onwards"
    assert shown["about"]["textContent"].startswith("8 entries of revision ")


def test_the_page_shows_what_is_wrong(server: str) -> None:
    """A question that is refused is said to be so, in the words of the API."""
    shown = page(f"?at={server}&actor=irelnd")
    assert "ireland" in shown["about"]["textContent"]
    assert "timeline" not in shown


def page(search: str) -> dict[str, Any]:
    """What the page made of a question: its elements by their ids."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed")
    html = (EXAMPLES / "timeline.html").read_text()
    (script,) = re.findall(r"<script>\n(.*?)</script>", html, re.DOTALL)
    made: dict[str, Any] = orjson.loads(output(node, "--eval", BROWSER + script, search))
    return made


def test_the_page_may_ask_from_another_origin(server: str) -> None:
    """A browser is told so; the page loads nothing else from anywhere."""
    answer = httpx.get(f"{server}/v1/timeline", headers={"origin": "https://news.example"})
    assert answer.headers["access-control-allow-origin"] == "*"
    html = (EXAMPLES / "timeline.html").read_text()
    assert not re.findall(r"\b(?:src|href)=", html)
