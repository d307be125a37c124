"""JSON-LD: what a processor makes of it, with no network."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pyld import jsonld

from tests.api.asking import Asker
from tests.formats.conftest import HOSTILE, PUBLIC

SCHEMA = "https://schema.org/"
EDTF = "http://id.loc.gov/datatypes/edtf/EDTF"
KINDS = {
    "events": "Event",
    "quotes": "Quotation",
    "proposals": "CreativeWork",
    "terms": "CreativeWork",
    "figures": "Observation",
}


def refusing(url: str, options: Any) -> Any:
    """Loads nothing."""
    del options
    raise AssertionError(f"{url} was to be loaded")


def expanded(document: Any) -> dict[str, Any]:
    """The nodes of a graph by their ids."""
    nodes = jsonld.expand(document, {"documentLoader": refusing})
    return {node["@id"]: node for node in nodes}


@pytest.mark.parametrize("name", KINDS)
def test_each_kind_has_its_type(tiny_ask: Asker, name: str) -> None:
    """And its id is where its document is."""
    nodes = expanded(tiny_ask(f"/v1/{name}?format=jsonld").json())
    dataset = nodes.pop(f"{PUBLIC}/v1/dataset")
    assert dataset["@type"] == [f"{SCHEMA}Dataset"]
    assert dataset[f"{SCHEMA}license"] == [{"@id": "https://creativecommons.org/licenses/by/4.0/"}]
    assert set(nodes) == {f"{PUBLIC}/v1/{name}/{each}" for each in tiny_ask.ids(f"/v1/{name}")}
    assert {node["@type"][0] for node in nodes.values()} == {SCHEMA + KINDS[name]}


def test_an_event(tiny_ask: Asker) -> None:
    """Its days, its place, its actors in their roles, and the text that tells of it."""
    answer = tiny_ask("/v1/events?id=draft&id=talks&format=jsonld").json()
    assert answer["@graph"][1] == {
        "@id": f"{PUBLIC}/v1/events/draft",
        "url": f"{PUBLIC}/v1/events/draft",
        "identifier": "draft",
        "date": "1998-04-06~",
        "@type": "Event",
        "name": "A draft is given to the parties",
        "description": "The chairmen of the talks gave the parties a first draft of a settlement.",
        "startDate": "1998-04-06",
        "endDate": "1998-04-06",
        "about": [
            {
                "@id": f"{PUBLIC}/v1/topics/institutions",
                "@type": "DefinedTerm",
                "name": "Institutions",
            },
            {"@id": f"{PUBLIC}/v1/topics/prisoners", "@type": "DefinedTerm", "name": "Prisoners"},
            {
                "@type": "Role",
                "roleName": "addressee",
                "about": {"@id": f"{PUBLIC}/v1/actors/sinn-fein", "name": "Sinn Féin"},
            },
        ],
        "subjectOf": [
            {
                "@type": "Role",
                "roleName": "source",
                "subjectOf": {
                    "@id": f"{PUBLIC}/v1/sources/agreement-1998",
                    "@type": "CreativeWork",
                    "name": "The Belfast Agreement",
                    "url": "https://www.gov.uk/government/publications/the-belfast-agreement",
                    "inLanguage": "en",
                    "publisher": {"@type": "Organization", "name": "Northern Ireland Office"},
                    "datePublished": "1998-04-10",
                },
                "description": "via: Press Association; supports: that there was a draft",
            }
        ],
    }
    talks = expanded(answer)[f"{PUBLIC}/v1/events/talks"]
    assert talks["http://purl.org/dc/terms/date"] == [
        {"@value": "1996-06-10/1998-04-10", "@type": EDTF}
    ]
    assert talks[f"{SCHEMA}endDate"] == [{"@value": "1998-04-10", "@type": f"{SCHEMA}Date"}]
    assert len(talks[f"{SCHEMA}organizer"]) == 2


def test_a_quotation(tiny_ask: Asker) -> None:
    """Who said it, in which office, at which event, and every wording with its source."""
    asked = "/v1/quotes?id=q-new-beginning&id=q-name-of-the-state&format=jsonld"
    nodes = expanded(tiny_ask(asked).json())
    quote = nodes[f"{PUBLIC}/v1/quotes/q-new-beginning"]
    assert quote[f"{SCHEMA}recordedAt"] == [{"@id": f"{PUBLIC}/v1/events/agreement-reached"}]
    creators = quote[f"{SCHEMA}creator"]
    assert creators[0]["@id"] == f"{PUBLIC}/v1/actors/united-kingdom"
    assert creators[2][f"{SCHEMA}roleName"] == [
        {"@value": "Participant in the multi-party negotiations"}
    ]
    wordings = nodes[f"{PUBLIC}/v1/quotes/q-name-of-the-state"][f"{SCHEMA}workExample"]
    assert [each[f"{SCHEMA}inLanguage"][0]["@value"] for each in wordings] == ["en", "ga"]
    assert {each[f"{SCHEMA}citation"][0]["@id"] for each in wordings} == {
        f"{PUBLIC}/v1/sources/bunreacht"
    }


def test_a_figure_is_not_made_more_exact_than_it_is(tiny_ask: Asker) -> None:
    """`more than` is a bound and no value; who claims it stands beside it."""
    nodes = expanded(tiny_ask("/v1/figures?format=jsonld").json())
    south = nodes[f"{PUBLIC}/v1/figures/fig-yes-south"]
    assert f"{SCHEMA}value" not in south
    assert south[f"{SCHEMA}minValue"] == [{"@value": 1400000}]
    assert south[f"{SCHEMA}description"] == [{"@value": "more than 1,400,000 votes"}]
    (claimant,) = south["http://www.w3.org/ns/prov#wasAttributedTo"]
    assert claimant["@id"] == f"{PUBLIC}/v1/actors/ireland"
    north = nodes[f"{PUBLIC}/v1/figures/fig-yes-north"]
    assert north[f"{SCHEMA}value"] == [{"@value": 71.12}]


def test_the_shipped_record_expands(ask: Asker) -> None:
    """Every member of every kind has a meaning: none is dropped, none needs the network."""
    for name in KINDS:
        answer = ask(f"/v1/{name}?format=jsonld&limit=100").json()
        nodes = expanded(answer)
        assert len(nodes) == len(answer["@graph"])
        for node in answer["@graph"]:
            assert len(nodes[node["@id"]]) == len(node)


@pytest.mark.parametrize("name", KINDS)
def test_hostile_words_come_through(hostile_ask: Asker, name: str) -> None:
    """They are unchanged, and can stand inside a script element."""
    answer = hostile_ask(f"/v1/{name}?format=jsonld")
    assert not set("<>&") & set(answer.text)
    said = json.dumps(answer.json()["@graph"][1:], ensure_ascii=False)
    assert said.count(json.dumps(HOSTILE, ensure_ascii=False)[1:-1]) >= len(
        hostile_ask.ids(f"/v1/{name}")
    )
