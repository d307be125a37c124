"""Asks the questions of questions.txt, and pins each answer by its hash in answers.txt.

The record asked is the shipped one, seeded twice with small edits, so that there is a past to ask
for. To add a question: one line in questions.txt, then `python -m tests.net --write`.

A line is a path, or a method and a path, then headers and a body, each after ` | `; a body begins
with `> `. The method `WALK` reads a list by `GET` and follows its links to the next page.
"""

from __future__ import annotations

import io
import sqlite3
import zipfile
from collections.abc import Iterator
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import httpx

from app.seeding.seed import seed
from tests.api.asking import Asker
from tests.conftest import SHIPPED, sqlite_settings
from tests.seeding.folders import Edit, edited

QUESTIONS = Path(__file__).with_name("questions.txt")
ANSWERS = Path(__file__).with_name("answers.txt")
# An ETag names the version of the code, and some headers the moment: these do neither.
HEADERS = (
    "content-type",
    "link",
    "location",
    "vary",
    "parley-revision",
    "allow",
    "cache-control",
    "content-disposition",
    "content-encoding",
    "content-security-policy",
)
MOST_PAGES = 4
# Small limits, so that a question that exceeds one fits on a line.
SETTINGS = {
    "public_url": "https://record.example",
    "trusted_hosts": ("parley.test",),
    "max_url_length": 500,
    "max_body": 500,
}
# The first revision has a figure that is withdrawn with the second, which renames and changes some.
FIRST = [
    Edit(
        "figures/withdrawn.yaml",
        None,
        """
- id: fig-withdrawn
  date: 2026-02-19
  metric: pledges
  description: Money pledged, counted twice.
  quantity: {printed: $17 billion, unit: US dollars, of: money pledged}
  claimed_by: nobody
  topics: [reconstruction]
  citations: [{source: medialine-20260219}]
""",
    )
]
SECOND = [
    Edit("actors.yaml", "id: guyana\n", "id: state-of-guyana\n  former_ids: [guyana]\n"),
    Edit("events/2024.yaml", "actor: guyana\n", "actor: state-of-guyana\n"),
    Edit("sources.yaml", "id: ucsb-20231124\n", "id: ucsb-text\n  former_ids: [ucsb-20231124]\n"),
    Edit("events/2023.yaml", "source: ucsb-20231124\n", "source: ucsb-text\n"),
    Edit(
        "figures/2026.yaml",
        "id: fig-bop-countries\n",
        "id: fig-b\n  former_ids: [fig-bop-countries]\n",
    ),
    Edit("topics.yaml", "label: Domestic approval and politics\n", "label: Domestic approval\n"),
    Edit(
        "events/2026.yaml",
        "title: Palestinian sources describe a five-point answer to the 15 articles\n",
        "title: Palestinian sources describe an answer to the 15 articles\n"
        "  corrections: [{date: 2026-07-02, reason: The number of points is not certain.}]\n",
    ),
]

# When both revisions were seeded, as answers say; in truth it is another time in each run.
SEEDED_AT = "2026-11-26T12:00:00+00:00"


class Question(NamedTuple):
    """A line of questions.txt, read."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes | None


def lines() -> list[str]:
    """The questions as written."""
    written = QUESTIONS.read_text(encoding="utf-8").splitlines()
    return [line for line in written if line and not line.startswith("#")]


def read(line: str) -> Question:
    """A question from its line."""
    target, *options = line.split(" | ")
    method, _, path = ("GET " + target if target.startswith("/") else target).partition(" ")
    headers = dict(each.split(": ", 1) for each in options if not each.startswith("> "))
    bodies = [each.removeprefix("> ").encode() for each in options if each.startswith("> ")]
    asked = {"Accept-Encoding": "identity", **headers}
    return Question(method, path, asked, bodies[0] if bodies else None)


def seeded(folder: Path) -> Path:
    """A database of two revisions of the shipped record."""
    database = folder / "record.db"
    for name, edits in (("first", FIRST), ("second", SECOND)):
        copy = edited(SHIPPED, edits, folder / name)
        seed(copy, sqlite_settings(database), allow_removals=True)
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("UPDATE revision SET seeded_at = ?", [SEEDED_AT])
    return database


def answers(folder: Path, asked: list[str]) -> Iterator[tuple[str, bytes]]:
    """Each question with its answer, whose first line is the status."""
    with Asker(seeded(folder), **SETTINGS) as ask:
        for line in asked:
            question = read(line)
            pages = walk(ask, question) if question.method == "WALK" else [answer(ask, question)]
            yield line, b"".join(map(shown, pages))


def answer(ask: Asker, question: Question) -> httpx.Response:
    """The answer to one request."""
    method, path, headers, body = question
    return ask(path, method, headers=headers, content=body)


def walk(ask: Asker, question: Question) -> Iterator[httpx.Response]:
    """The first pages of a list."""
    following: str | None = question.path
    for _ in range(MOST_PAGES):
        if following is None:
            return
        page = ask(following, headers=question.headers)
        yield page
        following = page.links.get("next", {}).get("url")


def shown(response: httpx.Response) -> bytes:
    """Status, headers and body; of a ZIP file what it holds, as it notes when it was made."""
    headers = [f"{name}: {response.headers[name]}" for name in HEADERS if name in response.headers]
    body = response.content
    if body.startswith(b"PK"):
        body = b"".join(unpacked(body))
    return "\n".join([str(response.status_code), *headers, "", ""]).encode() + body + b"\n"


def unpacked(body: bytes) -> Iterator[bytes]:
    """The files of a ZIP file, each after its name."""
    with zipfile.ZipFile(io.BytesIO(body)) as package:
        for name in package.namelist():
            yield name.encode() + b"\n" + package.read(name)


def pin(body: bytes) -> str:
    """Status, length and hash of an answer."""
    return f"{body[:3].decode()} {len(body):7} {sha256(body).hexdigest()[:16]}"


def pinned() -> dict[str, str]:
    """What answers.txt says of each question."""
    width = len(pin(b"200"))
    written = ANSWERS.read_text(encoding="utf-8").splitlines()
    return {line[width + 1 :]: line[:width] for line in written}
