"""The whole record as files is the same from PostgreSQL; only the database file is not there."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator

import pytest

from tests.api.asking import Asker
from tests.conftest import SHIPPED, Seeded


@pytest.fixture(scope="module")
def askers(cached_files: Seeded, shipped_url: str) -> Iterator[tuple[Asker, Asker]]:
    """The shipped record on SQLite and on PostgreSQL."""
    with Asker(cached_files(SHIPPED)) as sqlite, Asker(shipped_url) as postgres:
        yield sqlite, postgres


@pytest.mark.parametrize("name", ["entries.ndjson", "quotes.csv", "terms.csv", "figures.csv"])
def test_text_is_the_same_bytes(askers: tuple[Asker, Asker], name: str) -> None:
    """Every row, in the same order."""
    sqlite, postgres = (ask(f"/v1/dataset/{name}").content for ask in askers)
    assert sqlite == postgres


def test_packages_have_the_same_rows(askers: tuple[Asker, Asker]) -> None:
    """Flags and numbers are written alike; rows with a free text for a key may be ordered apart."""
    sqlite, postgres = (
        zipfile.ZipFile(io.BytesIO(ask("/v1/dataset/datapackage.zip").content)) for ask in askers
    )
    assert sqlite.namelist() == postgres.namelist()
    for name in sqlite.namelist():
        rows, others = (each.read(name).split(b"\r\n") for each in (sqlite, postgres))
        assert sorted(rows) == sorted(others), name


def test_the_dataset_is_described_alike(askers: tuple[Asker, Asker]) -> None:
    """But for the file, which PostgreSQL does not have: asking for it says what there is."""
    sqlite, postgres = (ask.page("/v1/dataset")["data"] for ask in askers)
    assert sqlite["downloads"].pop("parley.sqlite") == "/v1/dataset/parley.sqlite"
    assert sqlite == postgres
    problem = askers[1].problem("/v1/dataset/parley.sqlite", 404)
    assert "/v1/dataset/datapackage.zip" in problem["detail"]


def test_feeds_and_calendars_are_the_same_bytes(askers: tuple[Asker, Asker]) -> None:
    """Ids and days come from the record, not from the database."""
    for form in ("jsonld", "atom", "ics"):
        sqlite, postgres = (ask(f"/v1/timeline?format={form}").content for ask in askers)
        assert sqlite == postgres
