"""The tools of researchers read the CSV and the database file as they are."""

from __future__ import annotations

import io
import json
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pytest
from sqlite_utils import Database

from app.seeding.seed import seed
from tests.api.asking import Asker
from tests.conftest import sqlite_settings
from tests.kinds.test_fields import with_more

QUOTES = "/v1/quotes?format=csv&sort=date"
SPEAKERS = ["Ireland", "United Kingdom | Ireland | Sinn Féin", "United Kingdom | Ireland"]


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a record that has every sort of field."""
    place = tmp_path_factory.mktemp("readers")
    seed(with_more(place), sqlite_settings(place / "record.db"))
    return place / "record.db"


@pytest.fixture(scope="module")
def ask(database: Path) -> Iterator[Asker]:
    """Asks that record."""
    with Asker(database) as asker:
        yield asker


def test_polars_reads_the_table(ask: Asker) -> None:
    """Names and addresses are columns of their own; no cell is JSON."""
    table = pl.read_csv(io.BytesIO(ask(QUOTES).content))
    assert table["speakers.actor_name"].to_list()[:3] == SPEAKERS
    assert table["source_name"][1] == "Northern Ireland Office"
    assert table["source_href"][1].startswith("https://www.gov.uk/")
    cells = table.select(pl.col(pl.String)).to_numpy().ravel()
    assert not [each for each in cells if each and each.startswith(("{", "["))]


def test_duckdb_reads_the_table(ask: Asker, tmp_path: Path) -> None:
    """A file that lies here is asked in SQL."""
    path = tmp_path / "quotes.csv"
    path.write_bytes(ask(QUOTES).content)
    asked = 'SELECT "speakers.actor_name" FROM read_csv(?) ORDER BY start_date LIMIT 1'
    assert duckdb.execute(asked, [str(path)]).fetchall() == [(SPEAKERS[0],)]


def test_pandas_reads_the_table(ask: Asker) -> None:
    """With a mark before the first column, as spreadsheets want it."""
    marked = ask(f"{QUOTES}&bom=true").content
    assert marked == b"\xef\xbb\xbf" + ask(QUOTES).content
    table = pd.read_csv(io.BytesIO(marked), encoding="utf-8-sig")
    assert list(table["speakers.actor_name"][:3]) == SPEAKERS


def from_datasette(database: Path, path: str) -> Any:
    """What Datasette answers."""
    command = [sys.executable, "-m", "datasette", str(database), "--get", path]
    done = subprocess.run(command, capture_output=True, check=True)
    return json.loads(done.stdout)


def test_datasette_reads_the_file(database: Path) -> None:
    """Views are listed, and a table is searched by its words."""
    listed = from_datasette(database, "/record.json")
    assert {"quotes", "events", "proposals", "terms_with_quantities", "reports"} <= {
        each["name"] for each in listed["views"]
    }
    found = from_datasette(database, "/record/quote.json?_search=absolute&_shape=array")
    assert [each["id"] for each in found] == ["q-peaceful-means"]


def test_sqlite_utils_searches_the_file(database: Path) -> None:
    """Every table that has texts is linked with its full text."""
    with closing(sqlite3.connect(database)) as connection:
        opened = Database(connection)
        assert opened.table("term").detect_fts() == "words_term"
        found = [each["id"] for each in opened.table("quote").search("absolute")]
        assert found == ["q-peaceful-means"]


def test_views_are_for_people(database: Path) -> None:
    """Names in place of ids; a line for each number of a term."""
    with closing(sqlite3.connect(database)) as connection:

        def rows(statement: str) -> list[Any]:
            return connection.execute(statement).fetchall()

        assert rows("SELECT speakers, outlet FROM quotes WHERE id = 'q-more'") == [
            ("Bertie Ahern", "Northern Ireland Office")
        ]
        assert rows(
            "SELECT value_from, value_to, value, unit, per, due_at FROM terms_with_quantities"
            " WHERE id = 'amendment-releases'"
        ) == [
            (5.0, 8.0, None, "years", None, "1998-09-11"),
            (None, None, 200.0, "pounds", "person", "1998-09-11"),
        ]
        assert rows("SELECT outcome, claimed_by FROM reports ORDER BY date") == [
            ("partly", "United Kingdom; Prison Service"),
            ("breached", "Mo Mowlam"),
            ("lapsed", None),
        ]
        for (view,) in rows("SELECT name FROM sqlite_master WHERE type = 'view'"):
            assert rows(f"SELECT * FROM {view}"), view


def test_the_full_text_follows_the_record(database: Path, tmp_path: Path) -> None:
    """What is changed or removed by a later seeding is found as it stands then."""
    folder = with_more(tmp_path)
    (folder / "quotes" / "more.yaml").unlink()
    (folder / "evidence.yaml").unlink()
    changed = tmp_path / "record.db"
    changed.write_bytes(database.read_bytes())
    seed(folder, sqlite_settings(changed))
    with closing(sqlite3.connect(changed)) as connection:
        opened = Database(connection)
        assert list(opened.table("quote").search("approved")) == []
        connection.execute(
            "INSERT INTO words_quote (words_quote, rank) VALUES ('integrity-check', 1)"
        )
