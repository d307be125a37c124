"""Markdown: each entry under its headline, with its address, its account and its sources."""

from __future__ import annotations

import re
from typing import Any

from app.formats.answer import Answer
from app.formats.headline import account
from app.formats.svg import format_templates

# An address becomes a link; what is a sign of Markdown anywhere else stands for itself.
SIGNS = re.compile(r"(https?://\S+)|([\\`*_\[\]<>#|])")


def as_markdown(answer: Answer) -> bytes:
    """The entries of the page, as for a newsletter or an agent."""
    template = format_templates().get_template("entries.md")
    about = answer.about()
    return template.render(about=about, answer=answer, said=said, escaped=escaped).encode()


def said(entry: dict[str, Any]) -> str:
    """The account of an entry; what its sources say keeps its line breaks."""
    return re.sub(r"(?<!\n)\n(?!\n)", "  \n", escaped(account(entry)))


def escaped(text: str) -> str:
    return SIGNS.sub(lambda sign: f"<{sign[1]}>" if sign[1] else f"\\{sign[2]}", text)
