"""The answers by the plainest of means: a look at every document, in Python, for each question.

It reads the documents from the database file and shares no code with the application.
"""

from __future__ import annotations

import calendar
import datetime
import json
import math
import re
import sqlite3
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Any

Doc = dict[str, Any]
Asked = dict[str, list[str]]

KINDS = ("event", "quote", "proposal", "term", "figure")
WORD = re.compile(r"[^\W_ʹ-ʿˮ]+")
ARABIC = str.maketrans("ىیکةٱ", "ييكها")
NUMBER = re.compile(r"(?<![\d.,])\d{1,3}(?:([., \xa0])\d{3})(?:\1\d{3})*(?!\d)")
COMPOUND = re.compile(r"(?<!\w)\w+(?:[-'’]\w+)+")
DOTTED = re.compile(r"(?<![\w.])(?:(?:[A-Za-z]\.){2,}(?!\w)|(?:[A-Za-z]\.)+[A-Za-z](?![\w.]))")
CAPITALS = re.compile(r"(?<![\w.])[A-Z]{2,3}(?!\w)")
QUERY_PART = re.compile(r'(-?)(?:"([^"]*)"(\*?)|(\S+))')
DATES = re.compile(r"[~?%]")
END = datetime.date.max


def values_of(document: Doc, field: str) -> list[str]:
    """The values of a field by which a document is found, without what binds to another field."""
    return [str(value) for value in FIELDS[field](document) if value is not None]


FIELDS: dict[str, Callable[[Doc], list[Any]]] = {
    "id": lambda d: [d["id"]],
    "kind": lambda d: [d["kind"]],
    "actor": lambda d: [link["actor"]["id"] for link in d["actors"]],
    "actor_role": lambda d: [link["role"] for link in d["actors"]],
    "topic": lambda d: [topic["id"] for topic in d["topics"]],
    "source": lambda d: [each["source"]["id"] for each in cited_in(d)],
    "event_type": lambda d: [d["event_type"]],
    "stance": lambda d: [each["stance"] for each in d["responds_to"]],
    "proposal": lambda d: (
        [d["proposal"]["id"]]
        if d["kind"] == "term"
        else [each["proposal"]["id"] for each in d["responds_to"]]
    ),
    "speaker": lambda d: [each["actor"]["id"] for each in d["speakers"]],
    "event": lambda d: [d["event"]["id"]] if d["event"] else [],
    "attribution": lambda d: [d["attribution"]],
    "language": lambda d: [each["language"] for each in d["renderings"]],
    "fragment": lambda d: ["true" if d["fragment"] else "false"],
    "proposer": lambda d: [each["id"] for each in d["proposers"]],
    "mediator": lambda d: [each["id"] for each in d["mediators"]],
    "status": lambda d: [d["status"]],
    "detail": lambda d: [d["detail"]],
    "in_reply_to": lambda d: [d["in_reply_to"]["proposal"]["id"]] if d["in_reply_to"] else [],
    "phase": lambda d: [d["phase"] or 0],
    "obliged": lambda d: [each["id"] for each in d["obliged"]],
    "beneficiary": lambda d: [each["id"] for each in d["beneficiary"]],
    "metric": lambda d: [d["metric"]],
    "claimant": lambda d: [each["id"] for each in d["claimants"]],
}
OWN = {
    "event": ("event_type", "proposal", "stance"),
    "quote": ("speaker", "event", "attribution", "language", "fragment"),
    "proposal": ("proposer", "mediator", "status", "detail", "in_reply_to"),
    "term": ("proposal", "phase", "obliged", "beneficiary"),
    "figure": ("metric", "claimant", "event"),
}
# Fields that are looked at on their own, as several of them bind to one another.
SPECIAL = {"actor", "actor_role", "actor_match", "include_affiliates", "topic", "topic_match"}
SPECIAL |= {"date", "start_date", "end_date", "q", "sort", "stance", "proposal"}


class Oracle:
    """Every document of a database file."""

    def __init__(self, database: Path):
        connection = sqlite3.connect(database)
        try:
            self.documents: list[Doc] = [
                json.loads(row[0]) for row in connection.execute("SELECT body FROM document")
            ]
            rows = connection.execute("SELECT name_type, id, body FROM reference").fetchall()
        finally:
            connection.close()
        self.reference = {(name_type, each): json.loads(body) for name_type, each, body in rows}
        self.documents.sort(key=place)

    def answer(self, kinds: tuple[str, ...], asked: Asked) -> list[str]:
        """The ids that answer, in their order."""
        found = [
            document["id"]
            for document in self.documents
            if document["kind"] in kinds and self.holds(document, asked)
        ]
        if asked.get("sort") == ["relevance"]:
            return self.ranked(kinds, asked["q"][0], found[::-1])
        return found if asked.get("sort") == ["date"] else found[::-1]

    def ranked(self, kinds: tuple[str, ...], query: str, found: list[str]) -> list[str]:
        """The ids found, by BM25 of the words of a query among all documents of the kinds."""
        counts = {
            each["id"]: Counter(word for text in searched(each) for word in text)
            for each in self.documents
            if each["kind"] in kinds
        }
        lengths = {
            each["id"]: rounded(sum(map(len, words_of(each))))
            for each in self.documents
            if each["kind"] in kinds
        }
        mean = sum(lengths.values()) / len(lengths)
        weights = {}
        for word in wanted_words(query):
            n = sum(1 for words in counts.values() if word in words)
            weights[word] = math.log(1 + (len(counts) - n + 0.5) / (n + 0.5))

        def score(document: str) -> float:
            damped = 1.2 * (1 - 0.75 + 0.75 * lengths[document] / mean)
            times = {word: min(counts[document][word], 4) for word in weights}
            return math.fsum(weights[w] * n * (1.2 + 1) / (n + damped) for w, n in times.items())

        return sorted(found, key=score, reverse=True)

    def holds(self, document: Doc, asked: Asked) -> bool:
        """Whether a document answers."""
        return (
            self._actors_hold(document, asked)
            and self._topics_hold(document, asked)
            and dates_hold(document, asked)
            and answers_hold(document, asked)
            and all(words_hold(document, query) for query in asked.get("q", []))
            and all(
                set(values) & set(values_of(document, field))
                for field, values in asked.items()
                if field not in SPECIAL
            )
        )

    def _actors_hold(self, document: Doc, asked: Asked) -> bool:
        roles = asked.get("actor_role")
        links = [link for link in document["actors"] if roles is None or link["role"] in roles]
        if "actor" not in asked:
            return roles is None or bool(links)
        held: set[str] = set()
        for link in links:
            held.add(link["actor"]["id"])
            if asked.get("include_affiliates") == ["true"]:
                held |= self.above(link["actor"]["id"], *days_of(document))
        return matches(held, asked["actor"], asked.get("actor_match"))

    def _topics_hold(self, document: Doc, asked: Asked) -> bool:
        if "topic" not in asked:
            return True
        held: set[str] = set()
        for topic in document["topics"]:
            current: Doc | None = topic
            while current is not None:
                held.add(current["id"])
                current = self.reference["topic", current["id"]]["broader"]
        return matches(held, asked["topic"], asked.get("topic_match"))

    def above(self, actor: str, start: datetime.date, end: datetime.date) -> set[str]:
        """All that an actor belonged to on some of the days, by however many steps."""
        reached: set[str] = set()
        pending = [actor]
        while pending:
            document = self.reference["actor", pending.pop()]
            ties = [(held["of"], held["date"]) for held in document["positions"]]
            ties += [(part["actor"], part["date"]) for part in document["part_of"]]
            for other, date in ties:
                if other is None or other["id"] in reached or not meets(date, start, end):
                    continue
                reached.add(other["id"])
                pending.append(other["id"])
        return reached


def place(document: Doc) -> tuple[str, int, int]:
    """What the order of a list goes by: the first day, the order in it, a hash of the id."""
    digest = blake2b(document["id"].encode(), digest_size=8).digest()
    return document["start_date"], document["order"] or 0, int.from_bytes(digest, "big") >> 29


def matches(held: set[str], wanted: list[str], match: list[str] | None) -> bool:
    """Whether all, or any, of what is wanted is held."""
    return set(wanted) <= held if match == ["all"] else bool(held & set(wanted))


def answers_hold(document: Doc, asked: Asked) -> bool:
    """Whether one answer to a proposal has the proposal and the stance asked for."""
    proposals, stances = asked.get("proposal"), asked.get("stance")
    if proposals is None and stances is None:
        return True
    if document["kind"] == "term":
        return proposals is None or document["proposal"]["id"] in proposals
    return any(
        (proposals is None or each["proposal"]["id"] in proposals)
        and (stances is None or each["stance"] in stances)
        for each in document["responds_to"]
    )


def days_of(document: Doc) -> tuple[datetime.date, datetime.date]:
    """The first and the last day of a document."""
    end = document["end_date"]
    start = datetime.date.fromisoformat(document["start_date"])
    return start, END if end is None else datetime.date.fromisoformat(end)


def dates_hold(document: Doc, asked: Asked) -> bool:
    """Whether the days of a document meet those asked for."""
    start, end = days_of(document)
    if "date" in asked:
        return meets(asked["date"][0], start, end)
    begins = [parsed(each)[0] for each in asked.get("start_date", [])]
    ends = [parsed(each)[1] for each in asked.get("end_date", [])]
    return all(end >= day for day in begins) and all(start <= day for day in ends)


def meets(date: str | None, start: datetime.date, end: datetime.date) -> bool:
    """Whether a date of the date language and some days have a day in common."""
    if date is None:
        return True
    first, last = parsed(date)
    return first <= end and last >= start


@cache
def parsed(date: str) -> tuple[datetime.date, datetime.date]:
    """The first and the last day of a date."""
    first, _, last = DATES.sub("", date).partition("/")
    if last == "..":
        return parsed(first)[0], END
    if last:
        return parsed(first)[0], parsed(last)[1]
    numbers = [int(number) for number in first.split("-")]
    if len(numbers) == 3:
        day = datetime.date(*numbers)
        return day, day
    year, month = numbers[0], numbers[1] if len(numbers) == 2 else None
    length = calendar.monthrange(year, month or 12)[1]
    return datetime.date(year, month or 1, 1), datetime.date(year, month or 12, length)


def folded(text: str) -> list[str]:
    """The words of a text, without case, accents and vowel signs."""
    plain = unicodedata.normalize("NFKD", text.replace("…", " "))
    kept = (c for c in plain if unicodedata.category(c)[0] != "M" and c != "ـ")
    visible = "".join(c for c in kept if unicodedata.category(c) != "Cf")
    return WORD.findall(visible.casefold().translate(ARABIC))


def spelled(text: str) -> Iterator[str]:
    """The words of a text in other spellings: joined, or as abbreviations."""
    plain = DOTTED.sub(lambda dotted: dotted[0].replace(".", "").upper(), text)
    yield from (f"{short.lower()}•" for short in CAPITALS.findall(plain))
    yield from ("".join(folded(number[0])) for number in NUMBER.finditer(plain))
    for compound in COMPOUND.findall(plain):
        parts = re.split("([-'’])", compound)
        pairs = list(zip(parts[::2], parts[1::2], parts[2::2], strict=False))
        if all(
            not (one + two).isdigit() and (sign == "-" or min(len(one), len(two)) > 1)
            for one, sign, two in pairs
        ):
            yield "".join(folded(compound))
        if len(pairs) > 1:
            yield from (
                "".join(folded(one + two)) for one, _, two in pairs if min(len(one), len(two)) > 3
            )


def cited_in(document: Doc) -> Iterator[Doc]:
    """Whatever names a source: the entry, its wordings, its stages and texts, and its reports."""
    holders = [document, *document.get("life", []), *document.get("reports", [])]
    for each in holders:
        yield from each["citations"]
    yield from document.get("renderings", [])
    yield from document.get("texts", [])


def texts(document: Doc) -> Iterator[str | None]:
    """What a search for words reads."""
    for member in ("title", "summary", "place", "context", "description", "claimed_by"):
        if isinstance(document.get(member), str):
            yield document[member]
    wordings = [each["text"] for each in document.get("renderings", [])]
    yield from dict.fromkeys([document.get("text"), *wordings])
    yield from (each["title"] for each in document.get("phases", []))
    for quantity in document.get("quantities", []):
        yield " ".join(filter(None, (quantity["printed"], quantity["of"])))
    if document["kind"] == "figure":
        yield document["quantity"]["printed"]
    yield (document.get("condition") or {}).get("text")
    yield from (each["note"] for each in document.get("reports", []))
    yield from dict.fromkeys(link["actor"]["name"] for link in document["actors"])


def rounded(length: int) -> int:
    """A number with its first four binary digits, the rest 0."""
    digits = f"{length:b}"
    return int(digits[:4] + "0" * len(digits[4:]), 2)


def wanted_words(query: str) -> list[str]:
    """The whole words that a query wants, each once."""
    found = []
    for minus, phrase, star, run in QUERY_PART.findall(query):
        words = folded(run or phrase)
        if not minus:
            found += words[:-1] if star == "*" or run.endswith("*") else words
    return list(dict.fromkeys(found))


_WORDS: dict[str, list[list[str]]] = {}


def words_of(document: Doc) -> list[list[str]]:
    """The words of each text of a document."""
    key = json.dumps(document, sort_keys=True)
    if key not in _WORDS:
        _WORDS[key] = [folded(text) for text in texts(document) if text is not None]
    return _WORDS[key]


def searched(document: Doc) -> list[list[str]]:
    """The words of each text, and each of them in another spelling as a text of its own."""
    key = json.dumps(["spelled", document], sort_keys=True)
    if key not in _WORDS:
        others = [word for text in texts(document) if text is not None for word in spelled(text)]
        _WORDS[key] = [*words_of(document), *([word] for word in others)]
    return _WORDS[key]


def spellings_of(sought: list[str]) -> Iterator[list[str]]:
    """What is sought, and with its numbers joined."""
    yield sought
    joined = NUMBER.sub(lambda number: number[0].replace(" ", ""), " ".join(sought)).split()
    if joined != sought:
        yield joined


def words_hold(document: Doc, query: str) -> bool:
    """Whether a document has every word and phrase of a query, and none that it excludes."""
    for minus, phrase, star, run in QUERY_PART.findall(query):
        sought = folded(run or phrase)
        prefix = star == "*" or run.endswith("*")
        found = any(
            stands_in(each, words, prefix)
            for each in spellings_of(sought)
            for words in searched(document)
        )
        if found == bool(minus):
            return False
    return True


def stands_in(sought: list[str], words: list[str], prefix: bool) -> bool:
    """Whether the words follow each other in a text; the last may go on where it is a prefix."""
    length = len(sought)
    for at in range(len(words) - length + 1):
        stretch = words[at : at + length]
        if stretch == sought:
            return True
        if prefix and stretch[:-1] == sought[:-1] and stretch[-1].startswith(sought[-1]):
            return True
    return False
