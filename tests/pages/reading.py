"""What a page holds that a browser would load, run or announce."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

LOADING = {"script": "src", "img": "src", "iframe": "src", "link": "href", "source": "src"}
NOT_LOADED = frozenset(("alternate", "canonical", "next", "search"))


@dataclass
class Read:
    """What was found in a page."""

    loaded: list[str] = field(default_factory=list)
    inline: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    headings: list[int] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)


class Reader(HTMLParser):
    """Reads a page."""

    def __init__(self) -> None:
        super().__init__()
        self.read = Read()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """One element."""
        held = {name: value or "" for name, value in attrs}
        relation = held.get("rel", "")
        if tag in LOADING and LOADING[tag] in held and relation not in NOT_LOADED:
            self.read.loaded.append(held[LOADING[tag]])
        if tag == "style" or "style" in held or any(name.startswith("on") for name in held):
            self.read.inline.append(self.get_starttag_text() or tag)
        if tag == "script" and "src" not in held and held.get("type") != "application/ld+json":
            self.read.inline.append(self.get_starttag_text() or tag)
        if tag == "a" and "href" in held:
            self.read.links.append(held["href"])
        if len(tag) == 2 and tag[0] == "h" and tag[1].isdigit():
            self.read.headings.append(int(tag[1]))
        if "id" in held:
            self.read.ids.append(held["id"])


def read(page: str) -> Read:
    """What a page holds."""
    reader = Reader()
    reader.feed(page)
    return reader.read
