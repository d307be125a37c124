"""The data package: what the `frictionless` validator says, and what is in it."""

from __future__ import annotations

import csv
import io
import sqlite3
import zipfile
from pathlib import Path
from typing import Any

import orjson
import pytest
from frictionless import Package

from app.db.relational import TABLES
from tests.api.asking import Asker
from tests.conftest import SHIPPED, TINY, Seeded

PATH = "/v1/dataset/datapackage.zip"


def opened(ask: Asker) -> zipfile.ZipFile:
    """The package."""
    response = ask(PATH)
    assert response.headers["content-type"] == "application/zip"
    return zipfile.ZipFile(io.BytesIO(response.content))


def description(ask: Asker) -> dict[str, Any]:
    """What the package says of itself."""
    described: dict[str, Any] = orjson.loads(opened(ask).read("datapackage.json"))
    return described


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("asker", ["tiny_ask", "ask"])
def test_the_validator_accepts_it(
    asker: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """Every row of every table has the types and keys that the description gives."""
    ask: Asker = request.getfixturevalue(asker)
    path = tmp_path / "datapackage.zip"
    path.write_bytes(ask(PATH).content)
    report = Package(str(path)).validate()
    assert report.valid, report.to_summary()
    assert report.stats["tasks"] == len(TABLES)


def test_it_says_what_it_is(tiny_ask: Asker) -> None:
    """Its licence, its version, its revision and its sources."""
    described = description(tiny_ask)
    assert described["name"] == "good-friday"
    assert described["version"] == "1.10"
    assert described["homepage"] == "https://record.example/v1/dataset"
    revision = tiny_ask.page("/v1/dataset")["meta"]["revision"]
    assert described["revision"] == {"number": 1, "digest": revision["digest"]}
    assert described["licenses"] == [
        {
            "name": "CC-BY-4.0",
            "title": "Creative Commons Attribution 4.0 International",
            "path": "https://creativecommons.org/licenses/by/4.0/",
        }
    ]
    assert described["sources"] == [
        {
            "title": "Northern Ireland Office: The Belfast Agreement",
            "path": "https://www.gov.uk/government/publications/the-belfast-agreement",
        },
        {"title": "Oifig an tSoláthair: Bunreacht na hÉireann"},
        {
            "title": "CAIN, Ulster University: Results of the Referenda in Northern Ireland and "
            "the Republic of Ireland",
            "path": "https://cain.ulster.ac.uk/issues/politics/election/ref1998.htm",
        },
    ]


def test_a_table_and_its_schema(tiny_ask: Asker) -> None:
    """Keys, types and rows of one of them, as they are written."""
    (quote,) = [each for each in description(tiny_ask)["resources"] if each["name"] == "quote"]
    assert quote["description"] == "An utterance."
    said = {each["name"]: each.pop("description") for each in quote["schema"]["fields"]}
    assert said["translated"] == "Whether `text` is a translation; null where that is not known."
    attribution = quote["schema"]["fields"][7]["constraints"].pop("enum")
    assert attribution == ["on_record", "spokesperson", "official_source", "document", "reported"]
    assert quote["schema"] == {
        "fields": [
            {"name": "id", "type": "string", "constraints": {"required": True}},
            {"name": "text", "type": "string", "constraints": {"required": True}},
            {"name": "event_id", "type": "string"},
            {"name": "context", "type": "string"},
            {"name": "language", "type": "string", "constraints": {"required": True}},
            {"name": "translated", "type": "boolean"},
            {"name": "fragment", "type": "boolean", "constraints": {"required": True}},
            {"name": "attribution", "type": "string", "constraints": {"required": True}},
            {"name": "spoken_language", "type": "string"},
        ],
        "missingValues": [""],
        "primaryKey": ["id"],
        "foreignKeys": [
            {"fields": ["event_id"], "reference": {"resource": "event", "fields": ["id"]}},
            {"fields": ["id"], "reference": {"resource": "entry", "fields": ["id"]}},
        ],
    }
    lines = opened(tiny_ask).read("quote.csv").decode().split("\r\n")
    assert (
        lines[0]
        == "id,text,event_id,context,language,translated,fragment,attribution,spoken_language"
    )
    assert lines[2] == (
        "q-new-beginning,"
        '"We, the participants in the multi-party negotiations, believe that the agreement we have '
        'negotiated offers a truly historic opportunity for a new beginning.",'
        "agreement-reached,The first sentence of the Declaration of Support.,en,false,false,"
        "document,"
    )
    assert lines[3].endswith(",agreement-reached,,en,,true,document,")
    quantities = opened(tiny_ask).read("entry_quantity.csv").decode().split("\r\n")
    assert "fig-yes-north,0,71.12,exactly,71.12%,percent,the valid votes,,,,,,," in quantities
    assert "fig-yes-south,0,1400000,more_than,,votes,,,,,,,," in quantities


@pytest.mark.parametrize("folder", [TINY, SHIPPED])
def test_it_holds_every_row(
    folder: Path, cached_files: Seeded, request: pytest.FixtureRequest
) -> None:
    """As many as the database, and each text as it is: nothing is neutralised."""
    ask: Asker = request.getfixturevalue("tiny_ask" if folder == TINY else "ask")
    database = sqlite3.connect(cached_files(folder))
    package = opened(ask)
    for name in TABLES:
        written = io.StringIO(package.read(f"{name}.csv").decode(), newline="")
        rows = list(csv.reader(written))[1:]
        assert len(rows) == database.execute(f"SELECT count(*) FROM {name}").fetchone()[0]
    texts = {row[1] for row in csv.reader(io.StringIO(package.read("quote.csv").decode()))}
    stored = {row[0] for row in database.execute("SELECT text FROM quote")}
    assert stored <= texts
    database.close()


def test_the_same_record_makes_the_same_bytes(tiny_ask: Asker) -> None:
    """No time of the server is in it; the ETag may be trusted."""
    first, second = tiny_ask(PATH), tiny_ask(PATH)
    assert first.content == second.content
    known = {"if-none-match": first.headers["etag"]}
    assert tiny_ask(PATH, headers=known).status_code == 304
    assert "content-encoding" not in first.headers
