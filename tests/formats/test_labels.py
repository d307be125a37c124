"""What a frontend shows of an entry of any kind without a switch: its label and its date."""

from __future__ import annotations

import pytest

from tests.api.asking import Asker

LABELS = {
    "institutions-begin": ("The institutions begin their work", "from 2 December 1999"),
    "fig-yes-south": (
        "Votes in Ireland for changing the constitution: more than 1,400,000 votes, claimed by "
        "Ireland",
        "May 1998",
    ),
    "q-peaceful-means": (
        "United Kingdom, Ireland: “… our total and absolute commitment to exclusively democratic "
        "and peaceful means …”",
        "10 April 1998",
    ),
    "agreement": ("The Belfast Agreement", "10 April 1998"),
    "agreement-assembly": (
        "Term of a proposal: An assembly of 108 members is elected in Northern Ireland.",
        "10 April 1998",
    ),
    "draft": ("A draft is given to the parties", "about 6 April 1998"),
    "talks": ("Multi-party talks at Stormont", "10 June 1996 to 10 April 1998"),
    "q-name-of-the-state": (
        "Ireland: “The name of the State is Éire, or, in the English language, Ireland.” "
        "(translated)",
        "1937",
    ),
}


def test_every_entry_has_a_label_and_a_date_to_show(tiny_ask: Asker) -> None:
    """Labels say whose words or number it is; dates say how exact they are."""
    kinds = "kind=event&kind=quote&kind=proposal&kind=term&kind=figure"
    entries = tiny_ask(f"/v1/timeline?{kinds}").json()["data"]
    shown = {each["id"]: (each["label"], each["display_date"]) for each in entries}
    assert {name: shown[name] for name in LABELS} == LABELS
    assert len(shown) == 15


@pytest.mark.parametrize(
    ("path", "label"),
    [
        ("actors/ahern", "Bertie Ahern"),
        ("topics/prisoners", "Prisoners"),
        ("sources/bunreacht", "Oifig an tSoláthair: Bunreacht na hÉireann"),
    ],
)
def test_actors_topics_and_sources_have_a_label(tiny_ask: Asker, path: str, label: str) -> None:
    """The name; of a source its publisher and title."""
    assert tiny_ask(f"/v1/{path}").json()["data"]["label"] == label


def test_a_title_that_is_not_printed_stands_in_brackets(ask: Asker) -> None:
    """Labels of sources tell made titles from printed ones, as pages do."""
    sources = ask("/v1/sources?limit=500&fields=label,title,publisher,title_printed").json()["data"]
    assert {each["title_printed"] for each in sources} == {True, False}
    for each in sources:
        title = each["title"] if each["title_printed"] else f"[{each['title']}]"
        assert each["label"] == f"{each['publisher']}: {title}"


def test_a_long_text_is_cut_in_its_label(ask: Asker) -> None:
    """A label stays one line of bounded length, and the text beside it is whole."""
    quotes = ask("/v1/quotes?limit=500&fields=label,text").json()["data"]
    cut = [each for each in quotes if each["label"].endswith(("…”", "…” (translated)"))]
    assert max(len(each["text"]) for each in cut) > 200
    assert max(len(each["label"]) for each in quotes) < 300
