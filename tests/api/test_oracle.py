"""Random questions, answered by the application and by a look at every document: both agree.

ORACLE_QUESTIONS=1000 asks more of them of each list.
"""

from __future__ import annotations

import os
from bisect import bisect
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from tests.api.asking import Asker
from tests.api.oracle import KINDS, OWN, Asked, Doc, Oracle, values_of, words_of
from tests.conftest import SHIPPED, TINY, Seeded

SHARED = ("id", "actor", "actor_role", "topic", "source")
NAMED = {"speaker", "proposer", "mediator", "obliged", "beneficiary", "claimant", "actor"}
ALL_KINDS = urlencode([("kind", kind) for kind in KINDS])
SIZES = (0, 1, 2, 5, 20, 100)
DEFAULT_TIMELINE = ("event", "quote", "proposal")


@pytest.fixture(scope="session")
def shipped_oracle(cached_files: Seeded) -> Oracle:
    """The documents of the shipped record."""
    return Oracle(cached_files(SHIPPED))


@pytest.fixture(scope="session")
def tiny_oracle(cached_files: Seeded) -> Oracle:
    """The documents of the tiny record."""
    return Oracle(cached_files(TINY))


@st.composite
def questions(draw: st.DrawFn, oracle: Oracle, kinds: tuple[str, ...]) -> tuple[Asked, str]:
    """A question that some document is likely to answer, and the same as a query string."""
    among = [document for document in oracle.documents if document["kind"] in kinds]
    near = draw(st.sampled_from(among))
    own = OWN[kinds[0]] if len(kinds) == 1 else ()
    asked: Asked = {}
    for field in draw(st.lists(st.sampled_from((*SHARED, *own)), max_size=4, unique=True)):
        values = draw(some_values(among, near, field))
        if values:
            asked[field] = values
    asked |= draw(switches(asked))
    asked |= draw(dates(near))
    asked |= draw(words(among, near))
    if "q" in asked and not asked["q"][0].startswith("-") and draw(st.booleans()):
        asked["sort"] = ["relevance"]
    pairs = [
        (field, draw(spelled(oracle, field, value)))
        for field, values in asked.items()
        for value in values
    ]
    return asked, urlencode(draw(st.permutations(pairs)))


@st.composite
def some_values(draw: st.DrawFn, among: list[Doc], near: Doc, field: str) -> list[str]:
    """One to four values of a field, more often than not those of one document."""
    own = values_of(near, field)
    if field == "fragment":
        return own
    others = sorted({value for each in among for value in values_of(each, field)})
    if not others:
        return []
    drawn = draw(st.lists(st.sampled_from(others), max_size=2))
    more: int = draw(st.integers(0, 3)) if own else 0
    if more:
        drawn += draw(st.lists(st.sampled_from(own), min_size=1, max_size=2))
    return list(dict.fromkeys(drawn))


@st.composite
def switches(draw: st.DrawFn, asked: Asked) -> Asked:
    """How several values are meant, and in which order the answer comes."""
    chosen: Asked = {"sort": [draw(st.sampled_from(("date", "-date")))]}
    if "actor" in asked:
        chosen["actor_match"] = [draw(st.sampled_from(("any", "all")))]
        chosen["include_affiliates"] = [draw(st.sampled_from(("true", "false")))]
    if "topic" in asked:
        chosen["topic_match"] = [draw(st.sampled_from(("any", "all")))]
    return chosen


@st.composite
def dates(draw: st.DrawFn, near: Doc) -> Asked:
    """No date, one of every form around a document's days, or bounds."""
    start = near["start_date"]
    end = near["end_date"] or "2026-06-30"
    days = [*sorted((start, end)), "2023-10-07", "2024-02-07", "1998-04-10", "1937", "2025-10"]
    cut = [text[:length] for text in days for length in (4, 7, 10)]
    form = draw(st.sampled_from(("none", "none", "date", "interval", "open", "bounds", "first")))
    one, two = sorted(draw(st.tuples(st.sampled_from(cut), st.sampled_from(cut))))
    if form == "none":
        return {}
    if form == "first":
        return {draw(st.sampled_from(("start_date", "end_date"))): [one]}
    if form == "interval" and len(one) == len(two):
        return {"date": [f"{one}/{two}"]}
    if form == "open":
        return {"date": [f"{one}/.."]}
    if form == "bounds" and not two.startswith(one):
        return {"start_date": [one], "end_date": [two]}
    return {"date": [one + draw(st.sampled_from(("", "", "~", "?", "%")))]}


@st.composite
def words(draw: st.DrawFn, among: list[Doc], near: Doc) -> Asked:
    """No words, or some of a document's: alone, as phrases, as beginnings, excluded."""
    parts = []
    for _ in range(draw(st.sampled_from((0, 0, 0, 1, 1, 2, 3)))):
        document = near if draw(st.integers(0, 4)) else draw(st.sampled_from(among))
        stretch = draw(st.sampled_from(words_of(document)))
        if not stretch:
            continue
        at = draw(st.integers(0, len(stretch) - 1))
        length = draw(st.sampled_from((1, 1, 2, 3)))
        phrase = " ".join(stretch[at : at + length])
        star = draw(st.sampled_from(("", "", "*")))
        if star:
            phrase = phrase[: max(1, len(phrase) - draw(st.integers(0, 3)))].rstrip()
        minus = draw(st.sampled_from(("", "", "", "-")))
        quoted = f'"{phrase}"' if " " in phrase else phrase
        parts.append(f"{minus}{quoted}{star}")
    return {"q": [" ".join(parts)]} if parts else {}


@st.composite
def spelled(draw: st.DrawFn, oracle: Oracle, field: str, value: str) -> str:
    """A value as a client may write it: ids, and for actors and topics their names."""
    name_type = "actor" if field in NAMED else field
    document = oracle.reference.get((name_type, value))
    if document is None or name_type == "source" or draw(st.integers(0, 2)):
        return value
    names = [document["name"], *document.get("aliases", [])]
    name: str = draw(st.sampled_from(names))
    return draw(st.sampled_from((name, name.upper(), f" {name.replace(' ', '  ')}")))


def agree(ask: Asker, oracle: Oracle, kinds: tuple[str, ...], path: str, data: Any) -> None:
    """One random question: the ids, their order, their number, and a walk by small pages."""
    asked, query = data.draw(questions(oracle, kinds))
    expected = oracle.answer(kinds, asked)
    event(f"{SIZES[bisect(SIZES, len(expected)) - 1]} or more found")
    joined = f"{path}{'&' if '?' in path else '?'}{query}"
    assert list(ask.walk(f"{joined}&limit=500&fields=id")) == expected
    total = ask.page(f"{joined}&limit=1&count=exact")["meta"]["total"]
    assert total == len(expected)
    if len(expected) < 60:
        limit = data.draw(st.integers(1, 7))
        assert list(ask.walk(f"{joined}&limit={limit}")) == expected


STRONG = settings(
    max_examples=int(os.environ.get("ORACLE_QUESTIONS", "40")),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)


@pytest.mark.parametrize("kind", KINDS)
@STRONG
@given(data=st.data())
def test_a_kind_answers_as_the_oracle(
    kind: str, data: Any, ask: Asker, shipped_oracle: Oracle
) -> None:
    """Any combination of filters of one kind finds what a look at every document finds."""
    agree(ask, shipped_oracle, (kind,), f"/v1/{kind}s", data)


@pytest.mark.parametrize(
    ("path", "kinds"),
    [("/v1/timeline", DEFAULT_TIMELINE), (f"/v1/timeline?{ALL_KINDS}", KINDS)],
    ids=["default", "all"],
)
@STRONG
@given(data=st.data())
def test_the_timeline_answers_as_the_oracle(
    path: str, kinds: tuple[str, ...], data: Any, ask: Asker, shipped_oracle: Oracle
) -> None:
    """The same for several kinds in one order."""
    agree(ask, shipped_oracle, kinds, path, data)


@STRONG
@given(data=st.data())
def test_another_record_answers_as_the_oracle(
    data: Any, tiny_ask: Asker, tiny_oracle: Oracle
) -> None:
    """The same over the tiny record, whose dates are of every form."""
    agree(tiny_ask, tiny_oracle, KINDS, f"/v1/timeline?{ALL_KINDS}", data)
