"""Markdown: each entry under its headline, with its address, its account and its sources."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from app.formats.answer import Answer
from app.formats.headline import account

# An address becomes a link; what is a sign of Markdown anywhere else stands for itself.
SIGNS = re.compile(r"(https?://\S+)|([\\`*_\[\]<>#|])")


def as_markdown(answer: Answer) -> bytes:
    """The entries of the page, as for a newsletter or an agent."""
    return "\n\n".join(sections(answer)).encode() + b"\n"


def sections(answer: Answer) -> Iterator[str]:
    about, revision = answer.about(), answer.revision
    yield f"# {escaped(about.title)}: {answer.name}"
    for entry in answer.loaded():
        yield section(entry, answer.public_url)
    yield f"Version {escaped(revision.version)}, revision {revision.digest}"
    if answer.rest is not None:
        yield escaped(answer.rest)


def section(entry: dict[str, Any], public_url: str) -> str:
    """An entry; what its sources say keeps its line breaks."""
    said = re.sub(r"(?<!\n)\n(?!\n)", "  \n", escaped(account(entry)))
    address = f"<{public_url}{entry['url']}>"
    head = f"## {escaped(entry['label'])}\n\n{entry['date']}, {entry['kind']}: {address}"
    return "\n\n".join(filter(None, (head, said, "\n".join(other_wordings(entry)))))


def other_wordings(entry: dict[str, Any]) -> Iterator[str]:
    """The wordings of a quote that differ from its text, as a list, each with its source."""
    others = [each for each in entry.get("renderings", ()) if each["text"] != entry["text"]]
    if others:
        yield "Other wordings, as printed:\n"
    for each in others:
        source, via = each["source"], f" (via {escaped(each['via'])})" if each["via"] else ""
        href = source["passage_href"] or source["href"]
        where = f" <{href}>" if href else ""
        yield f"- “{escaped(each['text'])}”: {escaped(source['name'])}{via}{where}"


def escaped(text: str) -> str:
    return SIGNS.sub(lambda sign: f"<{sign[1]}>" if sign[1] else f"\\{sign[2]}", text)
