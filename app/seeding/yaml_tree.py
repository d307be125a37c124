"""YAML files to trees of values with their comments, for `parley fmt`."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import yaml

from app.seeding.yaml_files import (
    LOADER,
    NULLS,
    refuse_second_document,
    refuse_unsupported,
    yaml_key,
)

HASH = re.compile(r"(?:^|(?<=[ \t]))#")
Position = tuple[int, int]


@dataclass
class Node:
    """A text, a mapping or a list, with the comments above it, behind it and below its end."""

    text: str | None = None
    pairs: list[tuple[str, Node]] | None = None
    items: list[Node] | None = None
    above: list[str] = field(default_factory=list)
    beside: str = ""
    below: list[str] = field(default_factory=list)


class Comment(NamedTuple):
    """A comment; `alone` on its line; `parted` from what follows by an empty line."""

    line: int
    column: int
    text: str
    alone: bool
    parted: bool


def read_tree(text: str) -> Node:
    """The tree of a file's one document; raises `yaml.MarkedYAMLError` for what is refused."""
    events = list(yaml.parse(text, Loader=LOADER))
    return Reader(events, comments_of(text, events)).document()


def tree_texts(node: Node) -> Iterator[str]:
    """Every key, value and comment of a tree."""
    yield from (comment for comment in (*node.above, *node.below) if comment)
    yield from node.beside.split(" ")
    if node.text is not None:
        yield node.text.strip()
    for item in node.items or ():
        yield from tree_texts(item)
    for key, value in node.pairs or ():
        yield key
        yield from tree_texts(value)


def comments_of(text: str, events: list[Any]) -> list[Comment]:
    """Every comment of a text in order: what begins with `#` outside of all scalars."""
    if "#" not in text:
        return []
    extents = [scalar_extent(event) for event in events if isinstance(event, yaml.ScalarEvent)]
    starts = [start for start, _ in extents]
    lines = text.replace("\r\n", "\n").split("\n")
    found = []
    for number, line in enumerate(lines):
        for match in HASH.finditer(line):
            index = bisect_right(starts, (number, match.start())) - 1
            if index < 0 or extents[index][1] <= (number, match.start()):
                parted = number + 1 < len(lines) and not lines[number + 1].strip()
                alone = not line[: match.start()].strip()
                comment = line[match.start() :].rstrip()
                found.append(Comment(number, match.start(), comment, alone, parted))
                break
    return found


def scalar_extent(event: Any) -> tuple[Position, Position]:
    """Where a scalar stands; a comment may follow the sign that opens a block."""
    start, end = event.start_mark, event.end_mark
    first = (start.line + 1, 0) if event.style in ("|", ">") else (start.line, start.column)
    return first, (end.line, end.column)


class Reader:
    """From YAML events and comments to a tree."""

    def __init__(self, events: list[Any], comments: list[Comment]):
        self.events = deque(events)
        self.comments = deque(comments)

    def document(self) -> Node:
        """The one document; what stands below it belongs to its top."""
        self.events.popleft()  # the stream
        if isinstance(self.events[0], yaml.StreamEndEvent):
            return Node(below=self.above(None))
        self.events.popleft()  # the document
        top = self.node(-1)
        self.events.popleft()  # the end of the document
        refuse_second_document(self.events[0])
        top.below += self.above(None)
        return top

    def node(self, parent: int) -> Node:
        """The value that comes next, inside something that is indented by `parent`."""
        event = self.events.popleft()
        refuse_unsupported(event, ())
        if isinstance(event, yaml.ScalarEvent):
            node = Node(None if not event.style and event.value in NULLS else event.value)
            # The mark at which a block ends is that of what follows it.
            is_block = event.style in ("|", ">")
            node.beside = self.beside(event.start_mark if is_block else event.end_mark)
            return node
        column = event.start_mark.column
        if isinstance(event, yaml.MappingStartEvent):
            node = Node(pairs=list(self.pairs(column)))
        else:
            node = Node(items=list(self.items(column)))
        node.below = self.below(self.events.popleft(), parent)
        return node

    def items(self, column: int) -> Iterator[Node]:
        """The items of a list."""
        while not isinstance(self.events[0], yaml.SequenceEndEvent):
            above = self.above(self.events[0])
            node = self.node(column)
            node.above = above + node.above
            yield node

    def pairs(self, column: int) -> Iterator[tuple[str, Node]]:
        """The keys of a mapping with their values."""
        while not isinstance(self.events[0], yaml.MappingEndEvent):
            above = self.above(self.events[0])
            event = self.events.popleft()
            key = yaml_key(event, ())
            beside = self.beside(event.start_mark)
            node = self.node(column)
            node.above = above + node.above
            node.beside = " ".join(filter(None, (beside, node.beside)))
            yield key, node

    def above(self, event: Any | None) -> list[str]:
        """The comments before an event, or all that are left; empty texts part them."""
        taken = []
        while self.comments and (event is None or self.comments[0].line < event.start_mark.line):
            comment = self.comments.popleft()
            taken += [comment.text, ""] if comment.parted else [comment.text]
        return taken

    def beside(self, mark: Any) -> str:
        """The comment that follows on the line of a mark, or on the lines of the value before."""
        if self.comments and not self.comments[0].alone and self.comments[0].line <= mark.line:
            return self.comments.popleft().text
        return ""

    def below(self, end: Any, parent: int) -> list[str]:
        """The comments after the last item that are indented like the items."""
        taken = []
        while self.comments and self.comments[0].column > parent:
            if self.comments[0].line >= end.end_mark.line:
                break
            taken.append(self.comments.popleft().text)
        return taken
