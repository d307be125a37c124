"""Live pages: read within bounds, politely, and never from a private address."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace

import pytest

from app.evidence import fetching
from app.evidence.fetching import Bounds, LivePages, is_public
from app.evidence.finding import find
from app.evidence.texts import NoText
from app.reference.sources import SourceRecord
from tests.evidence.pages import WORDS, Pages, served

BOUNDS = Bounds(
    pause=0,
    timeout=60,
    seconds=60,
    bytes=200_000,
    redirects=3,
    private=frozenset(("127.0.0.1",)),
)


@pytest.fixture
def pages() -> Iterator[Pages]:
    """The server."""
    with served() as running:
        yield running


def text_at(address: str | None, bounds: Bounds = BOUNDS) -> str:
    """The text of a source at an address."""
    source = SourceRecord(id="page", publisher="A", title="B", url=address)
    with LivePages(bounds) as live:
        return live.text_of(source)


@pytest.mark.parametrize("path", ["/good", "/moved", "/plain"])
def test_the_words_stand_in_the_readable_text(pages: Pages, path: str) -> None:
    """Words across inline marks and a no-break space are found, after two redirects too."""
    place = find(WORDS, text_at(pages.address(path)))
    assert place is not None
    assert place.exact == WORDS


def test_what_stands_around_a_page_is_not_its_text(pages: Pages) -> None:
    """Title, navigation and scripts are left out; blocks do not run together."""
    text = text_at(pages.address("/good"))
    assert [line.strip() for line in text.split("\n") if line.strip()] == [
        "They affirmed their “total and\u00a0absolute",
        "commitment to peaceful means”.",
        "The end.",
    ]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("/latin", "Éire est “la paix” d’abord."),
        ("/latin-said-utf-8", "Éire est “la paix” d’abord."),
        ("/utf-8-said-latin", "Éire est “la paix” d’abord."),
        ("/unknown-charset", "Éire est “la paix” d’abord."),
        ("/utf-16", "Éire est “la paix” d’abord."),
        ("/declared", "שלום"),
    ],
)
def test_characters_are_read_as_meant(pages: Pages, path: str, text: str) -> None:
    """Whatever the header says, the words come out right."""
    assert text_at(pages.address(path)).strip() == text


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("/missing", "the page answers 404"),
        ("/broken", "the page answers 500"),
        ("/huge", "is larger than 200,000 bytes"),
        ("/bomb", "is larger than 200,000 bytes"),
        ("/pdf", "the page is application/pdf, which is not read"),
        ("/empty", "the page has no readable text"),
        ("/loop", "redirects more than 3 times"),
        ("/closed/page", "robots.txt of 127.0.0.1 does not let us read it"),
        ("/moved-to-closed", "robots.txt of 127.0.0.1 does not let us read it"),
        ("/inward", "127.0.0.2 is at the private address 127.0.0.2"),
        ("/to-a-file", "is not an address of the web"),
    ],
)
def test_why_there_is_no_text(pages: Pages, path: str, why: str) -> None:
    """What is missing, too large, closed or private is said."""
    with pytest.raises(NoText) as refused:
        text_at(pages.address(path))
    assert why in str(refused.value)
    if path == "/moved-to-closed":
        assert "/closed/page" not in pages.asked


def test_slow_pages_are_given_up(pages: Pages) -> None:
    """A page that comes byte by byte is not waited for, and that is said."""
    with pytest.raises(NoText, match="took longer than 1 seconds"):
        text_at(pages.address("/slow"), replace(BOUNDS, seconds=1))


def test_private_addresses_are_refused(pages: Pages) -> None:
    """Without the setting nothing is asked of the loopback, by number or by name."""
    bounds = Bounds(pause=0)
    for host in ("127.0.0.1", "localhost", "127.1", "[::1]", "0.0.0.0", "169.254.169.254"):
        with pytest.raises(NoText, match="private address"):
            text_at(f"http://{host}:{pages.server_port}/good", bounds)
    assert pages.asked == []


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("2606:4700::1111", True),
        ("10.0.0.1", False),
        ("100.64.0.1", False),
        ("::ffff:127.0.0.1", False),
        ("64:ff9b::7f00:1", False),
        ("2002:7f00:1::", False),
        ("fe80::1%eth0", False),
        ("224.0.0.1", False),
    ],
)
def test_public_addresses(address: str, public: bool) -> None:
    """Addresses that stand for private ones are private."""
    assert is_public(address) is public


@pytest.mark.parametrize("status", [404, 403])
def test_a_host_without_rules_may_be_read(pages: Pages, status: int) -> None:
    """RFC 9309: where robots.txt is not there, nothing is closed."""
    pages.robots_status = status
    assert "peaceful" in text_at(pages.address("/good"))


def test_a_host_with_broken_rules_is_not_read(pages: Pages) -> None:
    """RFC 9309: where robots.txt cannot be had, everything is closed."""
    pages.robots_status = 503
    with pytest.raises(NoText, match=r"robots\.txt answers 503"):
        text_at(pages.address("/good"))


def test_one_request_a_second(pages: Pages, monkeypatch: pytest.MonkeyPatch) -> None:
    """The rules are read once, and requests to one host keep their distance."""
    clock = [100.0]
    pauses: list[float] = []

    def sleep(seconds: float) -> None:
        pauses.append(round(seconds, 6))
        clock[0] += seconds

    monkeypatch.setattr(fetching, "time", SimpleNamespace(monotonic=lambda: clock[0], sleep=sleep))
    bounds = Bounds(pause=0.2, private=BOUNDS.private)
    source = SourceRecord(id="page", publisher="A", title="B", url=pages.address("/good"))
    with LivePages(bounds) as live:
        live.text_of(source)
        live.text_of(source)
    assert pages.asked == ["/robots.txt", "/good", "/good"]
    assert pauses == [0.0, 0.2, 0.2]
    assert Bounds().pause == 1.0


def test_a_source_without_an_address() -> None:
    """A source that has none is said to have none."""
    with pytest.raises(NoText, match="the source has no address"):
        text_at(None)


def test_a_host_that_nobody_knows() -> None:
    """A name that is no host is said."""
    with pytest.raises(NoText, match="not known to the name servers"):
        text_at("http://no-such-host.invalid/")
