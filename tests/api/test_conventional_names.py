"""Names of parameters that people know from elsewhere: ours is named, or theirs is read."""

from __future__ import annotations

import pytest

from tests.api.asking import Asker

LIST = "/v1/quotes"
# What is asked, and the parameters that are named instead.
NAMES = [
    *(
        (LIST, name, ["q"])
        for name in ("search", "text", "query", "keyword", "keywords", "term", "words", "Query")
    ),
    *(
        (LIST, name, ["start_date"])
        for name in ("from", "after", "start", "date_from", "from_date", "date-from")
    ),
    *((LIST, name, ["end_date"]) for name in ("to", "until", "before", "end", "date_to")),
    (LIST, "since", ["start_date"]),
    ("/v1/changes", "since", ["since_revision"]),
    *((LIST, name, ["date"]) for name in ("year", "month", "day", "on")),
    *((LIST, name, ["cursor"]) for name in ("page", "offset", "skip")),
    *((LIST, name, ["limit"]) for name in ("per_page", "size", "page_size", "perPage", "pageSize")),
    *((LIST, name, ["sort"]) for name in ("order", "order_by", "orderby", "sort_by")),
    *((LIST, name, ["speaker", "actor"]) for name in ("person",)),
    *((LIST, name, ["speaker"]) for name in ("author", "by")),
    *((LIST, name, ["topic"]) for name in ("tag", "tags", "category", "subject")),
    *((LIST, name, ["source"]) for name in ("publisher", "outlet")),
    (LIST, "lang", ["language"]),
    ("/v1/events", "type", ["event_type"]),
    ("/v1/timeline", "type", ["kind"]),
    # Where a list has none of them, the nearest spelling.
    ("/v1/actors", "query", []),
    ("/v1/actors", "search", ["q"]),
    (LIST, "actr", ["actor"]),
    (LIST, "starts_date", ["start_date"]),
]


@pytest.mark.parametrize(("path", "name", "meant"), NAMES, ids=[f"{p}?{n}" for p, n, _ in NAMES])
def test_the_right_parameter_is_named(ask: Asker, path: str, name: str, meant: list[str]) -> None:
    """A name of other APIs is answered with our name of it, any other one with the nearest."""
    (error,) = ask.problem(f"{path}?{name}=2024", 422)["errors"]
    assert error["parameter"] == name
    if meant:
        assert error["nearest"][: len(meant)] == meant
        assert f"Did you mean {' or '.join(map(repr, error['nearest']))}?" in error["detail"]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("actor[]=hamas", "actor=hamas"),
        ("actor%5B%5D=hamas&actor%5B%5D=netanyahu", "actor=hamas&actor=netanyahu"),
        ("actor[0]=hamas&actor[1]=netanyahu", "actor=hamas&actor=netanyahu"),
        ("topic[]=hostages&q[]=deal", "topic=hostages&q=deal"),
        ("limit[]=3", "limit=3"),
    ],
)
def test_brackets_of_lists_are_read(ask: Asker, written: str, meant: str) -> None:
    """`x[]=` is `x=`."""
    assert ask.ids(f"{LIST}?{written}") == ask.ids(f"{LIST}?{meant}") != []


def test_brackets_follow_to_the_next_page(ask: Asker) -> None:
    """The links of a page keep them, and are read again."""
    first = ask.page(f"{LIST}?actor[]=hamas&limit=2")
    following = ask.page(first["links"]["next"])
    both = [each["id"] for each in (*first["data"], *following["data"])]
    assert both == ask.ids(f"{LIST}?actor=hamas&limit=4")


@pytest.mark.parametrize("name", ["actor[x]", "actor[", "actor]", "[]", "actr[]"])
def test_other_brackets_are_refused(ask: Asker, name: str) -> None:
    """A key inside brackets is no repetition, and a name stays what it is without them."""
    (error,) = ask.problem(f"{LIST}?{name}=hamas", 422)["errors"]
    assert error["parameter"] == name.removesuffix("[]")


def test_an_exact_day(ask: Asker) -> None:
    """`date_precision=day` leaves out what is known by its month, its year, or as several days."""
    asked = "/v1/events?start_date=2024-02-07&end_date=2024-02-07&limit=100"
    every = {each["id"]: each["date"] for each in ask.page(asked)["data"]}
    exact = {each["id"]: each["date"] for each in ask.page(f"{asked}&date_precision=day")["data"]}
    assert set(exact.values()) == {"2024-02-07"}
    assert exact.items() < every.items()
    months = ask.page(f"{asked}&date_precision=month&date_precision=interval")["data"]
    assert {each["id"] for each in months} == every.keys() - exact.keys()


def test_precisions_are_counted(ask: Asker) -> None:
    """As a facet, whose counts are those of the answers that it links."""
    facet = ask.page("/v1/events?facets=date_precision&limit=1")["meta"]["facets"]["date_precision"]
    for value in facet["values"]:
        assert value["count"] == ask.page(f"{value['link']}&count=exact")["meta"]["total"]
    assert {value["id"] for value in facet["values"]} >= {"day", "month", "interval"}


def test_a_precision_that_is_none(ask: Asker) -> None:
    """Refused with those that there are."""
    (error,) = ask.problem("/v1/events?date_precision=days", 422)["errors"]
    assert error["nearest"][0] == "day"
