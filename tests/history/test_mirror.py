"""A mirror that is kept by the feed of changes alone."""

from __future__ import annotations

import json
import logging
from hashlib import sha256
from random import Random
from typing import Any

import pytest

from tests.api.asking import Asker
from tests.history.conftest import Bench
from tests.seeding.curating import CHANGES

LOG = logging.getLogger(__name__)
SEEDINGS = 100
SYNC, SEED_BETWEEN_PAGES = 0.3, 0.3


class Mirror:
    """What a client keeps: the records, and the revision that they stand at."""

    def __init__(self) -> None:
        self.records: dict[tuple[str, str], Any] = {}
        self.revision = "0"
        self.sequence = 0
        self.applied = 0

    def apply(self, change: dict[str, Any]) -> None:
        """One line of the feed."""
        assert change["sequence"] == self.sequence + 1
        self.sequence = change["sequence"]
        self.applied += 1
        key = change["kind"], change["id"]
        assert (key in self.records) == (change["action"] != "added")
        if change["action"] == "removed":
            assert change["record"] is None
            assert change["hash"] is None
            del self.records[key]
        else:
            assert change["hash"] == canonical_hash(change["record"]).hex()
            self.records[key] = change["record"]

    def digest(self) -> str:
        """The digest of the record, by the recipe of the documentation."""
        whole = sha256()
        for (kind, record_id), record in sorted(self.records.items()):
            whole.update(f"{kind}\0{record_id}\0".encode() + canonical_hash(record))
        return whole.hexdigest()


def canonical_hash(record: Any) -> bytes:
    """The sha256 of a record's canonical JSON."""
    text = json.dumps(record, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return sha256(text.encode()).digest()


class Curators:
    """A number of random re-seedings of a bench."""

    def __init__(self, bench: Bench, random: Random):
        self.bench = bench
        self.random = random
        self.left = SEEDINGS

    def work(self) -> None:
        """One re-seeding, while there is one left."""
        if not self.left:
            return
        self.left -= 1
        for change in self.random.choices(CHANGES, k=self.random.randrange(1, 6)):
            change(self.bench.curated, self.random)
        self.bench.seed()


def test_a_mirror_follows_a_hundred_seedings(bench: Bench) -> None:
    """Applying only the feed, in pages, with seedings between them, gives the same digest."""
    random = Random(2024)
    curators = Curators(bench, random)
    mirror = Mirror()
    while curators.left:
        curators.work()
        if random.random() < SYNC or not curators.left:
            sync(mirror, bench, curators, random)
    assert mirror.revision == str(bench.revision)
    newest = bench.ask.page("/v1/dataset")["meta"]["revision"]
    assert (str(newest["number"]), newest["digest"]) == (mirror.revision, mirror.digest())
    LOG.info(
        "%d changes of %d revisions applied, %d records, digest %s",
        mirror.applied,
        bench.revision,
        len(mirror.records),
        mirror.digest(),
    )


def sync(mirror: Mirror, bench: Bench, curators: Curators, random: Random) -> None:
    """Reads the feed to its end, and compares digests there."""
    limit = random.randrange(1, 30)
    path = f"/v1/changes?since_revision={mirror.revision}&limit={limit}"
    following: str | None = path
    while following is not None:
        page = bench.ask.page(following)
        assert len(page["data"]) <= limit
        for change in page["data"]:
            mirror.apply(change)
        following = page["links"]["next"]
        if following is not None and random.random() < SEED_BETWEEN_PAGES:
            curators.work()
    reached = page["meta"]["revision"]
    assert mirror.digest() == reached["digest"]
    mirror.revision = str(reached["number"])


def test_a_mirror_may_name_its_revision_by_digest(bench: Bench) -> None:
    """What follows a digest is what follows the last revision that had it."""
    first = bench.ask.page("/v1/dataset")["meta"]["revision"]["digest"]
    bench.curated["actor"]["ahern"]["name"] = "Patrick Ahern"
    bench.seed()
    page = bench.ask.page(f"/v1/changes?since_revision={first[:12]}")
    assert [(each["kind"], each["id"], each["action"]) for each in page["data"]] == [
        ("actor", "ahern", "changed")
    ]
    bench.curated["actor"]["ahern"]["name"] = "Bertie Ahern"
    bench.seed()
    page = bench.ask.page(f"/v1/changes?since_revision={first}")
    assert page["data"] == []
    assert page["meta"]["revision"]["number"] == 3


def test_the_feed_as_lines(bench: Bench) -> None:
    """As NDJSON each line is a change, and the record stands in it in the bytes that are hashed."""
    answer = bench.ask("/v1/changes?format=ndjson&limit=500")
    assert answer.headers["content-type"] == "application/x-ndjson"
    lines = answer.content.splitlines()
    assert len(lines) == len(bench.ask.page("/v1/changes?limit=500")["data"])
    for line in lines:
        body = line.partition(b'"record":')[2][:-1]
        assert sha256(body).hexdigest() == json.loads(line)["hash"]


def test_nothing_is_new_since_the_present_revision(bench: Bench) -> None:
    """A mirror that has everything gets an empty page."""
    page = bench.ask.page("/v1/changes?since_revision=1")
    assert page["data"] == []
    assert page["links"] == {
        "self": "/v1/changes?since_revision=1",
        "next": None,
        "html": None,
    }


@pytest.mark.parametrize(
    ("query", "parameter", "says"),
    [
        ("since_revision=2", "since_revision", "the numbers 1 to 1"),
        ("since_revision=-1", "since_revision", "must be the number of a revision"),
        ("since_revision=1.5", "since_revision", "must be the number of a revision"),
        ("since_revision=abc", "since_revision", "must be the number of a revision"),
        ("since_revision=", "since_revision", "must be the number of a revision"),
        ("since_revision=abcdefabcdef", "since_revision", "is no revision of this database"),
        ("since_revision=99999999999", "since_revision", "the numbers 1 to 1"),
        ("since_revision=1&since_revision=1", "since_revision", "given twice"),
        ("limit=0", "limit", "must be 1 or more"),
        ("limit=501", "limit", "must be 500 or less"),
        ("limit=%2B5", "limit", "whole number"),
        ("cursor=AAAA", "cursor", "is not a cursor"),
        ("cursor=%00", "cursor", "is not a cursor"),
        ("format=csv", "format", "must be 'json', 'ndjson' or 'atom'"),
        ("since=1", "since", "is not a parameter here"),
    ],
)
def test_what_the_feed_refuses(still: Asker, query: str, parameter: str, says: str) -> None:
    """Whatever is wrong is named, never guessed."""
    (error,) = still.problem(f"/v1/changes?{query}", 422)["errors"]
    assert error["parameter"] == parameter
    assert says in error["detail"]


def test_a_cursor_belongs_to_its_question(bench: Bench) -> None:
    """A cursor of one revision's feed is refused in another's."""
    following = bench.ask.page("/v1/changes?limit=2")["links"]["next"]
    assert bench.ask.page(following)["data"][0]["sequence"] == 3
    problem = bench.ask.problem(f"{following}&since_revision=1", 422)
    assert "belongs to another question" in problem["detail"]
