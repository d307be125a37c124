"""What the ledgers of terms and the map of proposals answer and refuse."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.cli import main
from app.seeding.seed import seed
from tests.api.asking import Asker
from tests.conftest import TINY, settings_of

HERE = Path(__file__).parent
OF = "/v1/proposals/scheme/outcome"
HTML = {"accept": "text/html"}


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asker]:
    """Asks the tiny record with a proposal whose terms have reports."""
    place = tmp_path_factory.mktemp("ledger")
    shutil.copytree(TINY, place / "seed")
    shutil.copy(HERE / "ledger.yaml", place / "seed" / "proposals" / "ledger.yaml")
    seed(place / "seed", settings_of(place / "record.db"))
    with Asker(place / "record.db") as asker:
        yield asker


def terms(page: Any) -> list[str]:
    return [each["id"] for each in page["data"]["terms"]]


def test_every_term_of_a_proposal(ask: Asker) -> None:
    """By phase and position; due days from anchors; what nobody reported is not breached."""
    page = ask.page(OF)["data"]
    assert page["proposal"]["id"] == "scheme"
    assert page["counts"] == {
        "begun": 1,
        "fulfilled": 1,
        "partly": 1,
        "breached": 1,
        "lapsed": 1,
        "no_report": 1,
    }
    shown = [(each["id"], each["due_at"], each["past_due"]) for each in page["terms"]]
    assert shown == [
        ("scheme-releases", "2000-07-27", True),
        ("scheme-arms", "2000-05-22", True),
        ("scheme-commission", None, None),
    ]
    statements = [each["statement"] for each in page["terms"]]
    assert statements[1] == "Due 2000-05-22, no report of fulfilment in this record."
    assert statements[2] == (
        "Reported as breached according to Sinn Féin (2000-02); inferred: lapsed; "
        "no report of fulfilment in this record."
    )
    assert page["terms"][1]["condition"]["entry"]["id"] == "scheme-releases"
    assert page["terms"][1]["agree"] is None


def test_reports_stand_side_by_side(ask: Asker) -> None:
    """The oldest first, each with its claimants and source; the latest of each; they differ."""
    (term,) = ask.page("/v1/terms/scheme-releases/outcome")["data"]["terms"]
    reports = [(each["date"], each["outcome"], each["source"]["id"]) for each in term["reports"]]
    assert reports == [
        ("1998-09-11", "begun", "agreement-1998"),
        ("1998-10-02", "begun", "referendums-1998"),
        ("2000-07-28", "fulfilled", "referendums-1998"),
        ("2000-07-28", "partly", "agreement-1998"),
    ]
    first = term["reports"][0]
    assert first["claimed_by"][0]["actor"]["id"] == "united-kingdom"
    assert first["claimed_by"][1] == {"actor": None, "name": "The Prison Service"}
    assert first["source"]["href"].startswith("https://www.gov.uk/")
    assert term["agree"] is False
    assert [(each["claimant"]["name"], each["outcome"]) for each in term["latest"]] == [
        *((None, "begun"), ("The Prison Service", "begun")),
        *((None, "fulfilled"), (None, "partly")),
    ]


def test_numbers_by_claimant(ask: Asker) -> None:
    """Added up per claimant and thing counted; a rate, or words, have no total."""
    (term,) = ask.page("/v1/terms/scheme-releases/outcome")["data"]["terms"]
    found = [
        (
            each["claimant"]["name"] or each["claimant"]["actor"]["id"],
            each["per"],
            [number["total"] for number in each["numbers"]],
            each["exact"],
        )
        for each in term["numbers"]
    ]
    assert found == [
        ("united-kingdom", None, [7], True),
        ("The Prison Service", None, [7, 27], False),
        ("The Prison Service", "day", [None], True),
        ("northern-ireland-office", None, [428], True),
        ("sinn-fein", None, [None], False),
    ]


def test_the_ledger_of_a_day(ask: Asker) -> None:
    """Reports about later days are left out, and what was due later is not past due."""
    page = ask.page(f"{OF}?date=1999")["data"]
    assert page["as_of"] == "1999-12-31"
    assert page["counts"] == {"begun": 1, "no_report": 2}
    assert [each["past_due"] for each in page["terms"]] == [False, False, None]


@pytest.mark.parametrize(("day", "outcomes"), [("2000-02-28", []), ("2000-02-29", ["breached"])])
def test_a_report_about_a_month_counts_from_its_end(
    ask: Asker, day: str, outcomes: list[str]
) -> None:
    """What is told of February may have been on its last day."""
    (term,) = ask.page(f"/v1/terms/scheme-commission/outcome?date={day}")["data"]["terms"]
    assert [each["outcome"] for each in term["reports"]] == outcomes


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("phase=1", ["scheme-releases"]),
        ("outcome=fulfilled", ["scheme-releases"]),
        ("outcome=breached&claimed_by=united-kingdom", []),
        ("outcome=fulfilled&claimed_by=united-kingdom", ["scheme-releases"]),
        ("claimed_by=united-kingdom&claimed_by=Sinn+Fein", ["scheme-releases"]),
        ("without=fulfilled", ["scheme-arms", "scheme-commission"]),
        ("without=fulfilled&due_before=2000-05-23", ["scheme-arms"]),
        ("due_before=2000-05-22", []),
    ],
)
def test_narrowed(ask: Asker, asked: str, found: list[str]) -> None:
    """An outcome binds to its claimant; who belonged to a claimant on the day counts as it."""
    assert terms(ask.page(f"{OF}?{asked}")) == found


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("outcome=breached", ["scheme-commission"]),
        ("claimed_by=sinn-fein&sort=date", ["scheme-commission", "scheme-releases"]),
        ("outcome=breached&claimed_by=united-kingdom", []),
        ("outcome=begun&claimed_by=united-kingdom", ["scheme-releases"]),
        ("due_before=2000-05-22", []),
        ("due_before=2000-06", ["scheme-arms"]),
        ("due_before=2001&sort=date", ["scheme-arms", "scheme-releases"]),
    ],
)
def test_filters_of_terms(ask: Asker, asked: str, found: list[str]) -> None:
    """Lists of terms take outcome, claimant and due day."""
    assert sorted(each["id"] for each in ask.page(f"/v1/terms?{asked}")["data"]) == sorted(found)


def test_as_csv(ask: Asker) -> None:
    """One row for each report, and one for a term that has none."""
    answer = ask(f"{OF}?format=csv")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [(row["term"], row["outcome"], row["claimed_by"]) for row in rows] == [
        ("scheme-releases", "begun", "united-kingdom | The Prison Service"),
        ("scheme-releases", "begun", "The Prison Service"),
        ("scheme-releases", "fulfilled", "northern-ireland-office"),
        ("scheme-releases", "partly", "sinn-fein"),
        ("scheme-arms", "", ""),
        ("scheme-commission", "breached", "sinn-fein"),
        ("scheme-commission", "lapsed", ""),
    ]
    assert rows[0]["source_href"].startswith("https://www.gov.uk/")
    assert rows[4]["statement"] == "Due 2000-05-22, no report of fulfilment in this record."


def test_the_page(ask: Asker) -> None:
    """The same for people, narrowed as the API is, with the address of each source."""
    page = ask("/proposals/scheme/outcome", headers=HTML)
    assert page.status_code == 200
    assert "Due 22 May 2000, no report of fulfilment in this record." in page.text
    assert 'href="https://www.gov.uk/government/publications/the-belfast-agreement"' in page.text
    assert "accounts differ" in page.text
    narrowed = ask("/proposals/scheme/outcome?outcome=breached", headers=HTML).text
    assert "A commission verifies it." in narrowed
    assert "All arms are put beyond use." not in narrowed
    assert ask("/terms/scheme-releases/outcome", headers=HTML).status_code == 200
    led = ask(f"{OF}?outcome=breached", headers=HTML)
    assert (led.status_code, led.headers["location"]) == (
        303,
        "/proposals/scheme/outcome?outcome=breached",
    )


def test_refusals(ask: Asker) -> None:
    """An unknown id is 404; an unknown outcome, claimant or format is 422."""
    assert ask("/v1/proposals/nothing/outcome").status_code == 404
    assert ask("/v1/terms/agreement/outcome").status_code == 404
    for wrong in ("outcome=fulfiled", "claimed_by=Atlantis", "format=xml", "due_before=soon"):
        assert ask(f"{OF}?{wrong}").status_code == 422


def test_the_map(ask: Asker) -> None:
    """Each connection once, with its basis; the fate of each; a reserved id."""
    graph = ask.page("/v1/proposals/graph")["data"]
    nodes = [(each["id"], each["status"]) for each in graph["nodes"]]
    assert nodes == [
        *(("heads-of-agreement", "superseded"), ("agreement", "agreed")),
        *(("scheme", "amended"), ("scheme-amended", "agreed")),
    ]
    edges = [(each["from"], each["kind"], each["to"], each["basis"]) for each in graph["edges"]]
    assert edges == [
        ("agreement", "answers", "heads-of-agreement", "inferred"),
        ("scheme", "amends", "agreement", "stated"),
        ("scheme-amended", "amends", "scheme", "stated"),
    ]
    picture = ask("/v1/proposals/graph?format=svg")
    assert picture.headers["content-type"] == "image/svg+xml"
    assert picture.text.count("<path") == 3
    assert "<svg" in ask("/proposals/graph", headers=HTML).text
    narrowed = ask.page("/v1/proposals/graph?start_date=1998-05")["data"]
    assert len(narrowed["edges"]) == 1


def test_an_id_that_is_an_address_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A proposal cannot have the id that the map has."""
    shutil.copytree(TINY, tmp_path / "seed")
    wrong = (HERE / "ledger.yaml").read_text().replace("- id: scheme-amended", "- id: graph")
    (tmp_path / "seed" / "proposals" / "ledger.yaml").write_text(wrong)
    assert main(["check", str(tmp_path / "seed")]) == 1
    assert "graph: id: is the address of the map of proposals" in capsys.readouterr().err


def test_a_life_goes_on_after_its_proposal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An event or a proposal in the life of another is later than it, and that is no warning."""
    shutil.copytree(TINY, tmp_path / "seed")
    stage = "      proposal: scheme-amended\n"
    text = (HERE / "ledger.yaml").read_text()
    later = text.replace(stage, f"{stage}      event: institutions-begin\n")
    (tmp_path / "seed" / "proposals" / "ledger.yaml").write_text(later)
    main(["check", str(tmp_path / "seed")])
    printed = capsys.readouterr()
    assert "life" not in printed.out + printed.err
    assert "no flaws" in printed.out
