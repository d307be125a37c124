"""Citations in BibTeX, RIS and CSL-JSON: exact, and read back by others."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from bibtexparser.entrypoint import parse_string
from jsonschema import Draft202012Validator

from app.api.records import EntryFormat, OneFormat
from app.formats.citations import CITATION_FORMATS
from app.seeding.seed import seed
from tests.api.asking import Asker
from tests.conftest import TINY, Seeded, settings_of
from tests.seeding.folders import read_folder, write_folder

PUBLIC_URL = "https://record.example"
BROWSER = {"Accept": "text/html"}
MEDIA_TYPES = {
    "bibtex": "application/x-bibtex; charset=utf-8",
    "ris": "application/x-research-info-systems; charset=utf-8",
    "csl-json": "application/vnd.citationstyles.csl+json",
}
PATHS = (
    "/v1/events/institutions-begin",
    "/v1/quotes/q-name-of-the-state",
    "/v1/proposals/agreement",
    "/v1/terms/agreement-prisoners",
    "/v1/figures/fig-yes-south",
    "/v1/entries/draft",
    "/v1/actors/sinn-fein",
    "/v1/topics/assembly",
    "/v1/sources/bunreacht",
    "/v1/dataset",
)
# What a publisher may put into a title: all that TeX, BibTeX or RIS could stumble over.
HOSTILE = (
    r"""100% of $5 & #1_{a}^b~c \input{x} "q" 'r' @misc{k, t={u}} TY - BOOK ER - – “نص” שלום é"""
)


@pytest.fixture(scope="module")
def ask(cached_databases: Seeded) -> Iterator[Asker]:
    """Asks the tiny record at a public address."""
    with Asker(cached_databases(TINY), public_url=PUBLIC_URL) as asker:
        yield asker


@pytest.fixture
def hostile(tiny: Path, tmp_path: Path) -> Iterator[Asker]:
    """Asks a record with a hostile title, a version that is a day, and a publisher."""
    curated = read_folder(tiny)
    curated["event"]["draft"] |= {"title": HOSTILE, "date": "1998-04-06/1998-04-09~"}
    curated["source"]["agreement-1998"] |= {
        "title": HOSTILE,
        "title_origin": "url_slug",
        "kind": "news",
        "url": r"https://press.example/a_b%20c?d={e}&f=g#h\i",
        "archive_url": "https://archive.example/1",
        "date": "1998-04",
    }
    curated["dataset"]["good-friday"] |= {
        "version": "2026.11.22",
        "contact": {"name": "Curators & Co", "how": "Write a letter."},
    }
    database = tmp_path / "hostile.db"
    seed(write_folder(curated, tmp_path / "folder"), settings_of(database))
    with Asker(database, public_url=PUBLIC_URL) as asker:
        yield asker


def digest_of(ask: Asker) -> str:
    """The digest of the record that answers."""
    digest: str = ask.page("/v1/dataset")["meta"]["revision"]["digest"]
    return digest


def read_ris(text: str) -> list[list[tuple[str, str]]]:
    """The records of RIS as tags and values; fails at a line that is none."""
    assert text.endswith("ER  - \r\n")
    records: list[list[tuple[str, str]]] = [[]]
    for line in text.removesuffix("\r\n").split("\r\n"):
        found = re.fullmatch(r"([A-Z][A-Z0-9])  - ([^\r\n]*)", line)
        assert found is not None, line
        records[-1].append((found[1], found[2]))
        if found[1] == "ER":
            records.append([])
    assert records.pop() == []
    return records


def plain(value: str) -> str:
    """A BibTeX value as TeX would print it."""
    names = {
        r"\textbackslash{}": "\\",
        r"\textbraceleft{}": "{",
        r"\textbraceright{}": "}",
        r"\textasciitilde{}": "~",
        r"\textasciicircum{}": "^",
        **{f"\\{character}": character for character in "$&#_%"},
    }
    return re.sub(
        "|".join(map(re.escape, names)), lambda found: names[found[0]], value.removeprefix("{")
    ).removesuffix("}")


def test_the_bibtex_of_an_event(ask: Asker) -> None:
    """The entry as part of the dataset at its revision, then its sources."""
    digest = digest_of(ask)
    answer = ask("/v1/events/draft?format=bibtex")
    assert answer.headers["content-type"] == MEDIA_TYPES["bibtex"]
    assert answer.text == (
        "@misc{event:draft,\n"
        "  title = {{A draft is given to the parties}},\n"
        "  howpublished = {The talks in Northern Ireland},\n"
        "  version = {1.10},\n"
        "  eventdate = {1998-04-06~},\n"
        f"  note = {{Revision {digest}}},\n"
        f"  url = {{https://record.example/v1/events/draft?revision={digest[:16]}}}\n"
        "}\n"
        "\n"
        "@misc{source:agreement-1998,\n"
        "  title = {{The Belfast Agreement}},\n"
        "  publisher = {Northern Ireland Office},\n"
        "  year = {1998},\n"
        "  date = {1998-04-10},\n"
        "  language = {en},\n"
        "  url = {https://www.gov.uk/government/publications/the-belfast-agreement}\n"
        "}\n"
    )


def test_the_ris_of_a_quote(ask: Asker) -> None:
    """A quote is named by its speaker and words, which are translated; its source follows."""
    digest = digest_of(ask)
    answer = ask("/v1/quotes/q-name-of-the-state?format=ris")
    assert answer.headers["content-type"] == MEDIA_TYPES["ris"]
    assert answer.text.split("\r\n") == [
        "TY  - DATA",
        "ID  - quote:q-name-of-the-state",
        "TI  - Ireland: “The name of the State is Éire, or, in the English language, Ireland.” "
        "(translated)",
        "T2  - The talks in Northern Ireland",
        "ET  - 1.10",
        "N1  - Dated 1937",
        f"N1  - Revision {digest}",
        f"UR  - https://record.example/v1/quotes/q-name-of-the-state?revision={digest[:16]}",
        "ER  - ",
        "TY  - GEN",
        "ID  - source:bunreacht",
        "TI  - Bunreacht na hÉireann",
        "PB  - Oifig an tSoláthair",
        "PY  - 1937",
        "DA  - 1937",
        "LA  - ga",
        "ER  - ",
        "",
    ]


def test_the_csl_of_a_figure(ask: Asker) -> None:
    """CSL-JSON is a list of items."""
    digest = digest_of(ask)
    answer = ask("/v1/figures/fig-yes-south?format=csl-json")
    assert answer.headers["content-type"] == MEDIA_TYPES["csl-json"]
    assert answer.json() == [
        {
            "id": "figure:fig-yes-south",
            "type": "entry",
            "title": (
                "Votes in Ireland for changing the constitution: more than 1,400,000 votes, "
                "claimed by Ireland"
            ),
            "container-title": "The talks in Northern Ireland",
            "version": "1.10",
            "event-date": {"date-parts": [[1998, 5]]},
            "note": f"Revision {digest}",
            "URL": f"https://record.example/v1/figures/fig-yes-south?revision={digest[:16]}",
        },
        {
            "id": "source:referendums-1998",
            "type": "report",
            "title": "Results of the Referenda in Northern Ireland and the Republic of Ireland",
            "publisher": "CAIN, Ulster University",
            "issued": {"date-parts": [[1998, 5, 22]]},
            "language": "en",
            "URL": "https://cain.ulster.ac.uk/issues/politics/election/ref1998.htm",
        },
    ]


def test_the_dataset(hostile: Asker) -> None:
    """The dataset is cited with its version, the day that the version names, and its curators."""
    digest = digest_of(hostile)
    (item,) = hostile("/v1/dataset?format=csl-json").json()
    assert item == {
        "id": "dataset:good-friday",
        "type": "dataset",
        "title": "The talks in Northern Ireland",
        "publisher": "Curators & Co",
        "version": "2026.11.22",
        "issued": {"date-parts": [[2026, 11, 22]]},
        "note": f"Revision {digest}",
        "URL": f"https://record.example/v1/dataset?revision={digest[:16]}",
    }


def test_a_source_is_cited_as_itself(ask: Asker) -> None:
    """Citing a source gives the source and nothing else."""
    (item,) = ask("/v1/sources/bunreacht?format=csl-json").json()
    assert (item["id"], item["issued"]) == ("source:bunreacht", {"date-parts": [[1937]]})


def test_wordings_bring_their_sources(tiny: Path, tmp_path: Path) -> None:
    """The sources of a quote's other wordings are cited too, each once."""
    curated = read_folder(tiny)
    curated["quote"]["q-new-beginning"]["renderings"] = [
        {"text": "Tús nua", "source": source, "language": "ga"}
        for source in ("bunreacht", "agreement-1998", "bunreacht")
    ]
    database = tmp_path / "record.db"
    seed(write_folder(curated, tmp_path / "folder"), settings_of(database))
    with Asker(database) as asker:
        items = asker("/v1/quotes/q-new-beginning?format=csl-json").json()
    assert [item["id"] for item in items] == [
        "quote:q-new-beginning",
        "source:agreement-1998",
        "source:bunreacht",
    ]


@pytest.mark.parametrize("path", PATHS)
def test_the_cited_address_answers_the_same(ask: Asker, path: str) -> None:
    """The address in the citation of a record gives the document that was cited."""
    item = ask(f"{path}?format=csl-json").json()[0]
    if path.startswith("/v1/sources"):
        return
    address = item["URL"].removeprefix(PUBLIC_URL)
    assert ask.page(address)["data"]["id"] == ask.page(path)["data"]["id"]
    assert ask(address).headers["parley-revision"] == digest_of(ask)


@pytest.mark.parametrize("path", PATHS)
def test_a_citation_of_the_past_is_pinned_to_it(ask: Asker, path: str) -> None:
    """Asked of a revision, a citation is the one of that revision."""
    for name in MEDIA_TYPES:
        assert (
            ask(f"{path}?format={name}&revision=1").content == ask(f"{path}?format={name}").content
        )


def test_bibtex_is_read_back(hostile: Asker) -> None:
    """A parser of BibTeX finds the entries and fields, and TeX would print the hostile title."""
    answer = hostile("/v1/events/draft?format=bibtex")
    library = parse_string(answer.text)
    assert library.failed_blocks == []
    event, source = library.entries
    assert (event.key, source.key) == ("event:draft", "source:agreement-1998")
    assert plain(event["title"]) == HOSTILE
    assert plain(source["title"]) == f"[{HOSTILE}]"
    assert event["publisher"] == r"Curators \& Co"
    assert (event["year"], event["date"]) == ("2026", "2026-11-22")
    assert event["eventdate"] == "1998-04-06/1998-04-09~"
    assert source["url"] == "https://press.example/a_b%20c?d=%7Be%7D&f=g#h%5Ci"
    assert source["note"] == "Archived at https://archive.example/1"


def test_ris_is_read_back(hostile: Asker) -> None:
    """Every line is a tag and a value, whatever the title holds."""
    records = read_ris(hostile("/v1/events/draft?format=ris").text)
    event, source = map(dict, records)
    assert event["TI"] == HOSTILE
    assert ("N1", "Dated about 1998-04-06 to 1998-04-09") in records[0]
    assert (event["PY"], event["DA"], event["PB"]) == ("2026", "2026/11/22", "Curators & Co")
    assert (source["TY"], source["TI"], source["DA"]) == ("NEWS", f"[{HOSTILE}]", "1998/04")
    assert source["T2"] == source["JO"] == "Northern Ireland Office"
    assert "PB" not in source


def test_csl_keeps_every_character(hostile: Asker) -> None:
    """CSL-JSON holds the title as it is, an approximate interval as such."""
    event, source = hostile("/v1/events/draft?format=csl-json").json()
    assert event["title"] == HOSTILE
    assert event["event-date"] == {"date-parts": [[1998, 4, 6], [1998, 4, 9]], "circa": True}
    assert (source["type"], source["title"]) == ("article-newspaper", f"[{HOSTILE}]")
    assert (source["container-title"], "publisher" in source) == ("Northern Ireland Office", False)


def test_pages_say_how_to_cite_them(hostile: Asker) -> None:
    """An entry's page has tags for reference managers, the first page describes the dataset."""
    page = hostile("/events/draft", headers=BROWSER).text
    tags = dict(re.findall(r'<meta name="citation_([a-z_]+)" content="([^"]*)">', page))
    assert {name: tags[name] for name in ("date", "journal_title", "publisher")} == {
        "date": "1998/04/06",
        "journal_title": "The talks in Northern Ireland",
        "publisher": "Curators &amp; Co",
    }
    assert tags["public_url"].startswith(f"{PUBLIC_URL}/v1/events/draft?revision=")
    (script,) = re.findall(
        r'<script type="application/ld\+json">(.*?)</script>', hostile("/", headers=BROWSER).text
    )
    dataset = json.loads(script)
    assert (dataset["@type"], dataset["temporalCoverage"]) == ("Dataset", "1996-06-10/1999-12-02")
    assert f"{PUBLIC_URL}/v1/dataset/entries.ndjson" in [
        each["contentUrl"] for each in dataset["distribution"]
    ]


DATE: dict[str, Any] = {
    "type": "object",
    "required": ["date-parts"],
    "additionalProperties": False,
    "properties": {
        "circa": {"const": True},
        "date-parts": {
            "type": "array",
            "minItems": 1,
            "maxItems": 2,
            "items": {
                "type": "array",
                "minItems": 1,
                "maxItems": 3,
                "items": {"type": "integer"},
            },
        },
    },
}
TEXT = {"type": "string", "pattern": r"\S"}
# The part of the CSL-JSON input model (version 1.0.2) that is used here.
CSL = {
    "type": "array",
    "minItems": 1,
    "items": {
        "type": "object",
        "required": ["id", "type", "title"],
        "additionalProperties": False,
        "properties": {
            "type": {"enum": ["entry", "dataset", "document", "report", "article-newspaper"]},
            "issued": DATE,
            "event-date": DATE,
            **dict.fromkeys(
                ("id", "title", "container-title", "publisher", "version", "note", "URL"), TEXT
            ),
            "language": TEXT,
        },
    },
}


def check_bibtex(text: str) -> None:
    """Asserts that a parser reads all of it, each key once."""
    library = parse_string(text)
    assert library.failed_blocks == []
    assert len({entry.key for entry in library.entries}) == len(library.entries) > 0
    assert all(entry["title"] for entry in library.entries)


def check_ris(text: str) -> None:
    """Asserts that each record begins with its type and has a title."""
    for record in read_ris(text):
        assert record[0][0] == "TY"
        assert "TI" in dict(record)


def check_csl(text: str) -> None:
    """Asserts the structure, and that dates are days."""
    items = json.loads(text)
    Draft202012Validator(CSL).validate(items)
    for item in items:
        for name in ("issued", "event-date"):
            for bound in item.get(name, {}).get("date-parts", []):
                date(*(*bound, 1, 1)[:3])


CHECKS: dict[str, Callable[[str], None]] = {
    "bibtex": check_bibtex,
    "ris": check_ris,
    "csl-json": check_csl,
}


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("name", CHECKS)
def test_every_document_can_be_cited(ask: Asker, path: str, name: str) -> None:
    """Every kind of document, in every format, is well-formed."""
    answer = ask(f"{path}?format={name}")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == MEDIA_TYPES[name]
    CHECKS[name](answer.text)


def test_every_citation_of_the_shipped_record(cached_databases: Seeded, shipped: Path) -> None:
    """All of the record that is shipped can be cited in all formats."""
    with Asker(cached_databases(shipped)) as asker:
        paths = [
            f"/v1/{plural}/{each}"
            for plural in ("quotes", "proposals", "sources")
            for each in asker.ids(f"/v1/{plural}?limit=40&fields=id")
        ]
        assert len(paths) > 100
        for path in paths:
            for name, check in CHECKS.items():
                check(asker(f"{path}?format={name}").text)


def test_every_format_can_be_asked_for() -> None:
    """The names in the question are those of the registry."""
    names = {"json", *CITATION_FORMATS}
    assert {each.value for each in OneFormat} == names
    assert {each.value for each in EntryFormat} == names | {"jsonld", "md"}


def test_linked_data_of_one_entry(ask: Asker) -> None:
    """An entry as JSON-LD is a graph of the dataset and the entry."""
    answer = ask("/v1/events/draft?format=jsonld")
    assert answer.headers["content-type"] == "application/ld+json"
    dataset, event = answer.json()["@graph"]
    assert (dataset["@type"], event["@type"]) == ("Dataset", "Event")
    assert event["@id"] == "https://record.example/v1/events/draft"
    ask.problem("/v1/actors/mowlam?format=jsonld", 422)
