"""CSV: exact lines, stable columns, and nothing that a spreadsheet would run."""

from __future__ import annotations

import csv
import io

import pytest

from app.entries.csv_columns import csv_lines
from tests.api.asking import Asker
from tests.formats.conftest import HOSTILE

SOURCE = (
    'referendums-1998,"CAIN, Ulster University",Results of the Referenda in Northern Ireland and '
    "the Republic of Ireland,true,1998-05-22,en,"
    "https://cain.ulster.ac.uk/issues/politics/election/ref1998.htm,,,,,,,\r\n"
)
FIGURES = (
    "id,kind,url,date,start_date,end_date,date_precision,date_qualifier,order,recorded,"
    "identifiers.wikidata,identifiers.un_document,identifiers.pax,metric,description,"
    "quantity.value,quantity.from,quantity.to,quantity.part,quantity.whole,quantity.qualifier,"
    "quantity.printed,quantity.unit,quantity.currency,quantity.per,quantity.of,quantity.notes,"
    "claimants,claimants_name,claimed_by,event,actors,actors_name,topics,topics_name,citations,"
    "source_name,source_title,source_title_printed,source_date,source_language,source_href,"
    "source_archive_href,source_passage_href,citation_via,citation_supports,notes,"
    "corrections.date,corrections.reason\r\n"
    "fig-yes-north,figure,/v1/figures/fig-yes-north,1998-05-22,1998-05-22,1998-05-22,day,,,,,,,"
    "yes-votes,Votes for the Agreement in Northern Ireland.,71.12,,,,,exactly,71.12%,percent,,,"
    f"the valid votes,,,,The count of the referendum,referendums,,,settlement,Settlement,{SOURCE}"
    "fig-yes-south,figure,/v1/figures/fig-yes-south,1998-05,1998-05-01,1998-05-31,month,,,,,,,"
    "yes-votes,Votes in Ireland for changing the constitution.,1400000,,,,,more_than,,votes,,,,,"
    f"ireland,Ireland,,,ireland:claimant,Ireland,settlement,Settlement,{SOURCE}"
)


def test_figures_are_these_lines(tiny_ask: Asker) -> None:
    """Names once, a row for each, line ends as RFC 4180 has them."""
    assert tiny_ask("/v1/figures?format=csv").content == FIGURES.encode()


def test_the_timeline_has_a_headline_for_every_kind(tiny_ask: Asker) -> None:
    """One set of columns holds all kinds."""
    asked = "/v1/timeline?kind=event&kind=quote&date=1998-04-10&sort=date&format=csv"
    rows = list(csv.DictReader(io.StringIO(tiny_ask(asked).text, newline="")))
    assert [(row["id"], row["kind"], row["headline"][:9]) for row in rows] == [
        ("talks", "event", "Multi-par"),
        ("agreement-reached", "event", "Agreement"),
        ("q-new-beginning", "quote", "We, the p"),
        ("q-peaceful-means", "quote", "our total"),
    ]


@pytest.mark.parametrize("name", ["events", "quotes", "proposals", "terms", "figures", "timeline"])
def test_columns_do_not_depend_on_the_rows(tiny_ask: Asker, name: str) -> None:
    """An empty answer has the same columns."""
    full, empty = (tiny_ask(f"/v1/{name}?format=csv{more}").text for more in ("", "&date=1700"))
    assert empty == full.splitlines(keepends=True)[0]


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("plain", "plain"),
        ("", ""),
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@x", "'@x"),
        ("\tx", "'\tx"),
        ("\rx", '"\'\rx"'),
        ("a,b", '"a,b"'),
        ('a"b', '"a""b"'),
        ("a\nb", '"a\nb"'),
        ('="x",y', '"\'=""x"",y"'),
    ],
)
def test_cells(value: str, cell: str) -> None:
    """Formulas are neutralised, then the cell is quoted where it has to be."""
    assert csv_lines([[value, 1]]) == [f"{cell},1\r\n".encode()]


@pytest.mark.parametrize("name", ["events", "quotes", "proposals", "terms", "figures"])
def test_it_is_what_pythons_writer_writes(ask: Asker, name: str) -> None:
    """Read and written again, the shipped record is the same bytes."""
    written = ask(f"/v1/{name}?format=csv&limit=500").content.decode()
    rows = list(csv.reader(io.StringIO(written, newline="")))
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(rows)
    assert out.getvalue() == written
    assert len({len(row) for row in rows}) == 1


def test_hostile_words_come_through(hostile_ask: Asker) -> None:
    """A cell that begins like a formula gets an apostrophe and is whole otherwise."""
    rows = csv.DictReader(io.StringIO(hostile_ask("/v1/quotes?format=csv").text, newline=""))
    assert {row["text"] for row in rows} == {f"'{HOSTILE}"}
    for name in ("events", "quotes", "proposals", "terms", "figures", "actors", "sources"):
        answer = hostile_ask(f"/v1/{name}?format=csv").text
        for row in csv.reader(io.StringIO(answer, newline="")):
            assert not [cell for cell in row if cell.startswith(("=", "+", "@", "-", "\t"))]
