"""Documents as they stood at a revision."""

from __future__ import annotations

from random import Random

import pytest

from tests.api.asking import Asker
from tests.history.conftest import Bench
from tests.seeding.curating import CHANGES

ROUNDS = 12
CHANGES_IN_A_ROUND = 4
REFERENCE_TYPES = {"actor": "actors", "topic": "topics", "source": "sources"}
PLURALS = {"event": "events", "quote": "quotes", "proposal": "proposals", "figure": "figures"}


def paths(bench: Bench) -> list[str]:
    """Every single document of the present record but the dataset's."""
    curated = bench.curated
    terms = [
        f"/v1/terms/{term['id']}"
        for proposal in curated["proposal"].values()
        for term in proposal.get("terms", [])
    ]
    named = {**PLURALS, **REFERENCE_TYPES}
    others = [f"/v1/{plural}/{each}" for kind, plural in named.items() for each in curated[kind]]
    return [*others, *terms]


def data_of(body: bytes) -> bytes:
    """The document within an answer."""
    return body.partition(b',"meta":')[0]


@pytest.mark.parametrize("number", range(3))
def test_the_past_is_served_in_the_bytes_of_then(bench: Bench, number: int) -> None:
    """Every document of every revision is what was served when it was the present one."""
    random = Random(number)
    served: dict[int, dict[str, bytes]] = {}
    meta = {}
    for _ in range(ROUNDS):
        served[bench.revision] = {path: bench.ask(path).content for path in paths(bench)}
        meta[bench.revision] = bench.ask.page("/v1/dataset")["meta"]["revision"]
        for change in random.choices(CHANGES, k=CHANGES_IN_A_ROUND):
            change(bench.curated, random)
        bench.seed()
    assert len(served) > ROUNDS // 2
    for revision, then in served.items():
        for path, body in then.items():
            answer = bench.ask(f"{path}?revision={revision}")
            assert answer.status_code == 200, answer.text
            assert data_of(answer.content) == data_of(body)
            assert answer.json()["meta"]["revision"] == meta[revision]
            assert answer.headers["parley-revision"] == meta[revision]["digest"]


def test_names_and_offices_are_those_of_then(bench: Bench) -> None:
    """An entry that did not change shows the names, offices and topics of the revision asked."""
    path = "/v1/events/agreement-reached"
    bench.curated["actor"]["mowlam"]["name"] = "Dr Mowlam"
    bench.curated["actor"]["northern-ireland-office"]["name"] = "The Office"
    bench.curated["topic"]["settlement"]["label"] = "Peace"
    bench.seed()
    office = "Secretary of State for Northern Ireland, "
    expected = {
        1: ("Mo Mowlam", office + "Northern Ireland Office", "Settlement"),
        2: ("Dr Mowlam", office + "The Office", "Peace"),
    }
    for revision, (name, held, topic) in expected.items():
        data = bench.ask.page(f"{path}?revision={revision}")["data"]
        (signatory,) = [each for each in data["actors"] if each["actor"]["id"] == "mowlam"]
        assert (signatory["actor"]["name"], signatory["office"]) == (name, held)
        assert data["topics"][0]["name"] == topic


def test_a_revision_is_named_by_number_or_digest(bench: Bench) -> None:
    """A number, a whole digest and 12 digits of one give the same document and meta."""
    path = "/v1/quotes/q-new-beginning"
    then = bench.ask.page(path)
    digest = then["meta"]["revision"]["digest"]
    bench.curated["quote"]["q-new-beginning"]["notes"] = "Another note."
    bench.seed()
    for named in ("1", digest, digest[:12], digest[:40]):
        page = bench.ask.page(f"{path}?revision={named}")
        assert (page["data"], page["meta"]) == (then["data"], then["meta"])
    assert bench.ask.page(path)["data"]["notes"] == "Another note."


def test_how_long_the_past_may_be_kept(bench: Bench) -> None:
    """What a digest names never changes; a number may mean another revision elsewhere."""
    path = "/v1/actors/mowlam"
    digest = bench.ask.page(path)["meta"]["revision"]["digest"]
    keeping = [
        bench.ask(f"{path}{query}").headers["cache-control"]
        for query in ("", "?revision=1", f"?revision={digest}")
    ]
    assert keeping == [
        "public, max-age=30, stale-while-revalidate=30",
        "public, max-age=86400",
        "public, max-age=31536000, immutable",
    ]


def test_a_known_document_is_not_sent_again(bench: Bench) -> None:
    """The ETag of a pinned document outlives other revisions."""
    path = "/v1/topics/settlement?revision=1"
    plain = {"Accept-Encoding": "identity"}
    etag = bench.ask(path, headers=plain).headers["etag"]
    bench.curated["topic"]["settlement"]["notes"] = "Newer."
    bench.seed()
    assert bench.ask(path, headers={**plain, "If-None-Match": etag}).status_code == 304
    assert bench.ask(path.replace("=1", "=2")).headers["etag"] != etag


def test_what_was_not_there_then(bench: Bench) -> None:
    """404 says when it came and when it went; afterwards it is 410, before it was 200."""
    figure = bench.curated["figure"].pop("fig-yes-south")
    bench.seed()
    bench.curated["figure"]["fig-yes-south"] = figure
    bench.seed()
    del bench.curated["figure"]["fig-yes-south"]
    bench.seed()
    path = "/v1/figures/fig-yes-south"
    assert [bench.ask(f"{path}?revision={n}").status_code for n in (1, 2, 3, 4)] == [
        200,
        404,
        200,
        404,
    ]
    problem = bench.ask.problem(f"{path}?revision=2", 404)
    assert problem["detail"] == (
        "'fig-yes-south' was not in the record at revision 2; it was added with revision 1, "
        "removed with revision 2, added with revision 3, removed with revision 4."
    )
    assert problem["revisions"][1] == {"revision": 2, "action": "removed"}
    gone = bench.ask.problem(path, 410)
    assert "/v1/entries/fig-yes-south/history" in gone["detail"]


def test_the_dataset_of_then(bench: Bench) -> None:
    """Its version and its counts are those of the revision."""
    bench.curated["dataset"]["good-friday"]["version"] = "2.0"
    del bench.curated["figure"]["fig-yes-south"]
    bench.seed()
    then = bench.ask.page("/v1/dataset?revision=1&fields=version,counts")["data"]
    now = bench.ask.page("/v1/dataset?fields=version,counts")["data"]
    assert (then["version"], then["counts"]["figure"]) == ("1.10", 2)
    assert (now["version"], now["counts"]["figure"]) == ("2.0", 1)


@pytest.mark.parametrize("path", ["/v1/events/draft", "/v1/entries/draft", "/v1/actors/mowlam"])
@pytest.mark.parametrize(
    ("query", "parameter", "says"),
    [
        ("revision=2", "revision", "the numbers 1 to 1"),
        ("revision=0", "revision", "the numbers 1 to 1"),
        ("revision=-1", "revision", "must be the number of a revision"),
        ("revision=", "revision", "must be the number of a revision"),
        ("revision=%D9%A1", "revision", "must be the number of a revision"),
        ("revision=abcdef", "revision", "must be the number of a revision"),
        ("revision=ABCDEFABCDEF", "revision", "must be the number of a revision"),
        ("revision=abcdefabcdef", "revision", "is no revision of this database"),
        ("revision=1&revision=1", "revision", "given twice"),
        ("format=xml", "format", "must be"),
        ("fields=nme", "fields", "is not a member"),
        ("fields=id&format=bibtex", "fields", "cannot be chosen with format=bibtex"),
        ("q=1", "q", "is not a parameter here"),
    ],
)
def test_what_single_documents_refuse(
    still: Asker, path: str, query: str, parameter: str, says: str
) -> None:
    """Whatever is wrong is named, never guessed."""
    (error,) = still.problem(f"{path}?{query}", 422)["errors"]
    assert error["parameter"] == parameter
    assert says in error["detail"]


def test_a_former_id_keeps_the_question(bench: Bench) -> None:
    """The redirect from a former id asks what was asked."""
    answer = bench.ask("/v1/actors/marjorie-mowlam?format=ris&revision=1")
    assert answer.status_code == 308
    assert answer.headers["location"] == "/v1/actors/mowlam?format=ris&revision=1"


def test_sparse_documents(bench: Bench) -> None:
    """`fields` picks members of a single document, of the present and of the past."""
    for query in ("fields=date,id", "fields=date,id&revision=1"):
        answer = bench.ask(f"/v1/events/draft?{query}")
        assert answer.headers["content-type"] == "application/vnd.parley.sparse+json"
        assert answer.json()["data"] == {"id": "draft", "date": "1998-04-06~"}
        assert answer.json()["links"]["self"] == f"/v1/events/draft?{query}"
