"""What programs find at addresses that they know: security.txt, OpenSearch, the card of `/mcp`."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest

from tests.api.asking import Asker
from tests.conftest import TINY, Seeded

AT = "https://news.example/parley"
OPENSEARCH = "{http://a9.com/-/spec/opensearch/1.1/}"
CARD = "application/mcp-server-card+json"


def test_where_weaknesses_are_reported(cached_databases: Seeded) -> None:
    """The contact of the settings, for the next 90 days, at the canonical address."""
    contact = "mailto:security@parley.example"
    with Asker(cached_databases(TINY), public_url=AT, security_contact=contact) as ask:
        answer = ask("/.well-known/security.txt")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    said = dict(re.findall(r"^([A-Z][a-z]+): (.+)$", answer.text, re.M))
    assert answer.text.count("\n") == len(said) == 3
    assert said["Contact"] == contact
    assert said["Canonical"] == f"{AT}/.well-known/security.txt"
    left = datetime.strptime(said["Expires"], "%Y-%m-%dT%H:%M:%S%z") - datetime.now(UTC)
    assert timedelta(days=88) < left <= timedelta(days=90)


def test_no_contact_is_invented(tiny_ask: Asker) -> None:
    """Where the settings name none, there is no such text."""
    problem = tiny_ask.problem("/.well-known/security.txt", 404)
    assert problem["detail"] == "This server names no contact for reports of weaknesses."


def test_browsers_can_search_the_record(cached_databases: Seeded) -> None:
    """Each page leads to the description of the search, whose addresses answer."""
    with Asker(cached_databases(TINY), public_url=AT) as ask:
        page = ask("/events", headers={"Accept": "text/html"}).text
        assert '<link rel="search" href="/parley/opensearch.xml"' in page
        answer = ask("/opensearch.xml")
        assert answer.headers["content-type"] == "application/opensearchdescription+xml"
        described = ElementTree.fromstring(answer.text)
        name = described.findtext(f"{OPENSEARCH}ShortName")
        assert name == "The talks in..."
        assert described.findtext(f"{OPENSEARCH}LongName") == "The talks in Northern Ireland"
        searches = {
            each.attrib["type"]: each.attrib["template"]
            for each in described.iter(f"{OPENSEARCH}Url")
        }
        assert searches["text/html"] == f"{AT}/timeline?q={{searchTerms}}"
        for kind, template in searches.items():
            path = template.removeprefix(AT).replace("{searchTerms}", quote("new beginning"))
            found = ask(path)
            assert (found.status_code, found.headers["content-type"].split(";")[0]) == (200, kind)


def test_the_card_of_the_tools(cached_databases: Seeded) -> None:
    """The catalog leads to the card, which names the server, its version and where it answers."""
    with Asker(cached_databases(TINY), public_url=AT) as ask:
        (entry,) = ask.page("/.well-known/ai-catalog.json")["entries"]
        assert entry == {
            "identifier": "urn:air:news.example:mcp:good-friday",
            "displayName": "The talks in Northern Ireland",
            "type": CARD,
            "url": f"{AT}/mcp/server-card",
        }
        answer = ask(entry["url"].removeprefix(AT), headers={"Accept": CARD})
        assert answer.headers["content-type"] == CARD
        assert answer.headers["access-control-allow-origin"] == "*"
        card = answer.json()
        assert card["name"] == "example.news/good-friday"
        assert card["remotes"] == [{"type": "streamable-http", "url": f"{AT}/mcp"}]
        assert ask("/.well-known/mcp/server-card.json").json() == card
        message = {
            "jsonrpc": "2.0",
            "id": 1,
            "method": "initialize",
            "params": {
                "protocolVersion": "2025-06-18",
                "capabilities": {},
                "clientInfo": {"name": "test", "version": "1"},
            },
        }
        accept = {"Accept": "application/json, text/event-stream"}
        told = ask("/mcp", "POST", json=message, headers=accept).json()["result"]
    assert told["serverInfo"]["version"] == card["version"]
    assert len(card["description"]) <= 100


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("http://127.0.0.1:8000", "1.0.0.127/good-friday"),
        ("http://[::1]:8000", "--1/good-friday"),
        ("https://Record.example", "example.record/good-friday"),
    ],
)
def test_the_name_of_a_card(cached_databases: Seeded, address: str, name: str) -> None:
    """The host in reverse and the id of the record, in the characters that the schema allows."""
    with Asker(cached_databases(TINY), public_url=address) as ask:
        found = ask.page("/mcp/server-card")["name"]
    assert found == name
    assert re.fullmatch("[a-zA-Z0-9.-]+/[a-zA-Z0-9._-]+", found)
