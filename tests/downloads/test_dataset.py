"""What the dataset says of itself, and what it tells agents."""

from __future__ import annotations

import re

from tests.api.asking import Asker
from tests.downloads.conftest import PUBLIC

DOWNLOADS = (
    "datapackage.zip",
    "entries.ndjson",
    "events.csv",
    "quotes.csv",
    "proposals.csv",
    "terms.csv",
    "figures.csv",
    "parley.sqlite",
)


def test_the_balance_of_the_tiny_record(tiny_ask: Asker) -> None:
    """Actors and publishers by the number of entries, with the number of each kind."""
    balance = tiny_ask.page("/v1/dataset")["data"]["balance"]
    assert (balance["first_day"], balance["last_day"]) == ("1937-01-01", "1999-12-02")
    assert [(each["actor"]["id"], each["entries"]) for each in balance["actors"]] == [
        ("ireland", 10),
        ("united-kingdom", 9),
        ("sinn-fein", 5),
        ("northern-ireland-office", 2),
        ("ahern", 1),
        ("mowlam", 1),
    ]
    assert balance["actors"][0] == {
        "actor": {"id": "ireland", "name": "Ireland", "url": "/v1/actors/ireland"},
        "entries": 10,
        "by_kind": {"event": 3, "quote": 3, "proposal": 2, "term": 1, "figure": 1},
    }
    assert balance["publishers"] == [
        {
            "publisher": "Northern Ireland Office",
            "sources": 1,
            "citations": 11,
            "by_kind": {"event": 4, "quote": 2, "proposal": 2, "term": 3},
        },
        {
            "publisher": "CAIN, Ulster University",
            "sources": 1,
            "citations": 3,
            "by_kind": {"event": 1, "figure": 2},
        },
        {
            "publisher": "Oifig an tSoláthair",
            "sources": 1,
            "citations": 1,
            "by_kind": {"quote": 1},
        },
    ]


def test_the_balance_by_side_role_and_month(tiny_ask: Asker) -> None:
    """Sides are actors that belong to no other, with those who belonged to them."""
    balance = tiny_ask.page("/v1/dataset")["data"]["balance"]
    assert [(each["actor"]["id"], each["entries"]) for each in balance["sides"]] == [
        ("united-kingdom", 11),
        ("ireland", 10),
        ("sinn-fein", 5),
    ]
    roles = {each["role"]: each["entries"] for each in balance["roles"]}
    assert (roles["speaker"], roles["obliged"], roles["claimant"]) == (3, 3, 1)
    months = {each["month"]: each["by_kind"] for each in balance["months"][-21:]}
    assert months["1998-04"] == {"event": 2, "quote": 2, "proposal": 1, "term": 3}
    assert months["1998-06"] == {}
    assert list(months)[-1] == "1999-12"


def test_the_quality_of_a_record(tiny_ask: Asker, ask: Asker) -> None:
    """What is verified, archived, printed and identified, and where nothing is."""
    tiny = tiny_ask.page("/v1/dataset")["data"]["quality"]
    months = tiny.pop("months_without_entries")
    assert (months[:2], months[-1], len(months)) == (["1996-07", "1996-08"], "1999-11", 38)
    assert tiny == {
        "wordings": 4,
        "wordings_verified": 0,
        "wordings_failed": 0,
        "sources": 3,
        "sources_without_archive": 3,
        "titles_not_printed": 0,
        "actors": 6,
        "actors_without_identifiers": 4,
        "topics_without_entries": [],
    }
    quality = ask.page("/v1/dataset")["data"]["quality"]
    # The record is not to fall behind what it has been; each bound is raised when it is exceeded.
    assert quality["wordings_failed"] == 0
    assert (quality["topics_without_entries"], quality["months_without_entries"]) == ([], [])
    for of, lacking, percent in (
        ("wordings", quality["wordings"] - quality["wordings_verified"], 80),
        ("sources", quality["titles_not_printed"], 34),
        ("sources", quality["sources_without_archive"], 0),
        ("actors", quality["actors_without_identifiers"], 26),
    ):
        assert (quality[of] - lacking) * 100 >= quality[of] * percent, (of, percent)


def test_the_balance_is_what_the_filter_finds(ask: Asker) -> None:
    """In the shipped record, too: each number is the total of the question it stands for."""
    balance = ask.page("/v1/dataset")["data"]["balance"]
    assert len(balance["actors"]) == len(balance["publishers"]) == 25
    for share in balance["actors"][:5]:
        for kind, number in share["by_kind"].items():
            asked = f"/v1/{kind}s?actor={share['actor']['id']}&count=exact&limit=1"
            assert ask.page(asked)["meta"]["total"] == number
        assert sum(share["by_kind"].values()) == share["entries"]


def test_every_download_is_there(tiny_ask: Asker) -> None:
    """The dataset leads to each of them, and OpenAPI describes it."""
    links = tiny_ask.page("/v1/dataset")["data"]["downloads"]
    assert links == {name: f"/v1/dataset/{name}" for name in DOWNLOADS}
    paths = tiny_ask.page("/openapi-full.json")["paths"]
    for path in links.values():
        response = tiny_ask(path, "HEAD")
        assert (response.status_code, response.content) == (200, b"")
        media_type = response.headers["content-type"].partition(";")[0]
        assert list(paths[path]["get"]["responses"]["200"]["content"]) == [media_type]


def test_a_past_revision_has_no_balance(tiny_ask: Asker) -> None:
    """Only the present one is counted; the one revision that there is is the present one."""
    assert tiny_ask.page("/v1/dataset?revision=1")["data"]["balance"] is not None


def test_agents_are_told_how_to_ask_and_how_to_cite(tiny_ask: Asker) -> None:
    """With this record's numbers, this revision, and the public address in every link."""
    response = tiny_ask("/llms.txt", headers={"host": "evil.example"})
    assert response.headers["content-type"] == "text/plain; charset=utf-8"
    text = response.text
    digest = response.headers["parley-revision"]
    assert text.startswith("# The talks in Northern Ireland\n\n> A tiny record")
    assert "5 events, 3 quotes, 2 proposals, 3 terms, 2 figures" in text
    assert "from 1996-06-10 to 1999-12-02" in text
    assert digest in text
    assert "Parley's test record of the talks in Northern Ireland." in text
    assert "evil" not in text
    for line in text.splitlines():
        for word in re.split(r"[ (]", line):
            address = word.strip("`.,()")
            if address.startswith(f"{PUBLIC}/"):
                assert tiny_ask(address.removeprefix(PUBLIC), "HEAD").status_code == 200, address
