"""Live pages: read within bounds, politely, and never from a private address."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path
from types import SimpleNamespace

import pytest

from app.evidence import fetching
from app.evidence.addresses import is_public
from app.evidence.fetching import Bounds, LivePages
from app.evidence.finding import find_words
from app.evidence.texts import NoText
from app.reference.sources import SourceRecord
from tests.evidence.pages import ENDLESS, WORDS, Pages, served
from tests.operation.running import eventually

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


PAGES = ("/good", "/moved", "/plain", "/gzip", "/deflate", "/zstd", "/gzip-gzip", "/zstd-gzip")


@pytest.mark.parametrize("path", PAGES)
def test_the_words_stand_in_the_readable_text(pages: Pages, path: str) -> None:
    """Words across inline marks and a no-break space are found, after two redirects too."""
    place = find_words(WORDS, text_at(pages.address(path)))
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
        ("/hex", "Éire est “la paix” d’abord."),
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
        ("/bomb-gzip-gzip", "is larger than 200,000 bytes"),
        ("/bomb-gzip-gzip-gzip", "is larger than 200,000 bytes"),
        ("/bomb-zstd", "is larger than 200,000 bytes"),
        ("/bomb-zstd-zstd", "is larger than 200,000 bytes"),
        ("/bomb-deflate", "is larger than 200,000 bytes"),
        ("/bomb-deflate-gzip", "is larger than 200,000 bytes"),
        ("/zstd-of-much-memory", "cannot be unpacked"),
        ("/cut-off", "cannot be unpacked"),
        ("/br", "is coded as br, which is not read"),
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


@pytest.mark.parametrize("path", ENDLESS)
def test_slow_pages_are_given_up(pages: Pages, path: str) -> None:
    """A page that comes byte by byte is not waited for, wherever it is slow, and that is said."""
    with pytest.raises(NoText, match=f"{path} took longer than 1 seconds"):
        text_at(pages.address(path), replace(BOUNDS, seconds=1))
    eventually(lambda: pages.hung_up == [path], 60)


def test_slow_rules_are_given_up(pages: Pages) -> None:
    """The time of a page includes that of the rules of its host."""
    pages.robots_endless = True
    with pytest.raises(NoText, match="/good took longer than 1 seconds"):
        text_at(pages.address("/good"), replace(BOUNDS, seconds=1))
    assert pages.asked == ["/robots.txt"]


def test_a_page_that_keeps_its_reader_busy_is_given_up(pages: Pages) -> None:
    """Lists nested so deep that the parser takes long over them."""
    with pytest.raises(NoText, match=r"the page takes over 0\.5 seconds to read"):
        text_at(pages.address("/deep"), replace(BOUNDS, timeout=0.5))


def test_private_addresses_are_refused(pages: Pages) -> None:
    """Without the setting nothing is asked of the loopback, by number or by name."""
    bounds = Bounds(pause=0)
    for host in ("127.0.0.1", "localhost", "127.1", "[::1]", "0.0.0.0", "169.254.169.254"):
        with pytest.raises(NoText, match="private address"):
            text_at(f"http://{host}:{pages.server_port}/good", bounds)
    assert pages.asked == []


# Names whose servers answer with a public and a private address, or with a public one of two.
HOSTS = """
8.8.8.8 both.example
127.0.0.1 both.example
127.0.0.1 other.example
127.0.0.2 other.example
"""


@pytest.mark.parametrize(
    ("name", "said"),
    [("both.example", "is at the private address 127.0.0.1"), ("other.example", WORDS)],
)
def test_every_address_of_a_name_is_looked_at(
    pages: Pages, tmp_path: Path, name: str, said: str
) -> None:
    """A name with one private address is refused; the address that was looked at is asked."""
    (tmp_path / "hosts").write_text(HOSTS)
    allowed = ["127.0.0.1", "127.0.0.2"] if said == WORDS else []
    (tmp_path / "script").write_text(
        f"""
from app.evidence.fetching import Bounds, LivePages
from app.evidence.texts import NoText
from app.reference.sources import SourceRecord
url = "http://{name}:{pages.server_port}/plain"
with LivePages(Bounds(pause=0, private=frozenset({allowed}))) as live:
    try:
        print(live.text_of(SourceRecord(id="page", publisher="A", title="B", url=url)))
    except NoText as why:
        print(why)
"""
    )
    mounting = f"mount --bind hosts /etc/hosts && exec {sys.executable} script"
    isolated = ["unshare", "--mount", "sh", "-c", mounting]
    if subprocess.run(["unshare", "--mount", "true"], capture_output=True, check=False).returncode:
        pytest.skip("only root may give a process names of its own")
    done = subprocess.run(isolated, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert said in done.stdout
    assert pages.asked == (["/robots.txt", "/plain"] if said == WORDS else [])


# IANA's registries of special-purpose addresses as of 2025, multicast, and what the registries no
# longer name: IPv4-compatible and site-local addresses.
SPECIAL = """
0.0.0.0/8 0.0.0.0/32 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12
192.0.0.0/24 192.0.0.0/29 192.0.0.8/32 192.0.0.9/32 192.0.0.10/32 192.0.0.170/32 192.0.0.171/32
192.0.2.0/24 192.31.196.0/24 192.52.193.0/24 192.88.99.0/24 192.88.99.2/32 192.168.0.0/16
192.175.48.0/24 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4
255.255.255.255/32 ::1/128 ::/128 ::/96 ::ffff:0:0/96 ::ffff:0:0:0/96 64:ff9b::/96 64:ff9b:1::/48
100::/64 100:0:0:1::/64 2001::/23 2001::/32 2001:1::1/128 2001:1::2/128 2001:1::3/128 2001:2::/48
2001:3::/32 2001:4:112::/48 2001:10::/28 2001:20::/28 2001:30::/28 2001:db8::/32 2002::/16
2620:4f:8000::/48 3fff::/20 5f00::/16 fc00::/7 fe80::/10 fec0::/10 ff00::/8
"""
PUBLIC = """
1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.0
169.253.255.255 169.255.0.0 172.15.255.255 172.32.0.0 191.255.255.255 192.0.1.0 192.0.3.0
192.88.98.255 192.88.100.0 192.167.255.255 192.169.0.0 198.17.255.255 198.20.0.0 198.51.99.255
203.0.114.0 223.255.255.255 2000:: 2001:200:: 2001:db7:ffff:: 2001:db9:: 2003:: 2606:4700::1111
2620:4f:7fff:: 3fff:1000::
"""


@pytest.mark.parametrize("network", SPECIAL.split())
def test_special_addresses_are_private(network: str) -> None:
    """The first, the last and one in the middle of every special range."""
    addresses = ip_network(network)
    middle = addresses.network_address + addresses.num_addresses // 2
    for address in (addresses.network_address, middle, addresses.broadcast_address):
        assert not is_public(str(address)), address


@pytest.mark.parametrize("address", PUBLIC.split())
def test_addresses_beside_special_ones_are_public(address: str) -> None:
    """What lies next to a special range is public."""
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    ["::ffff:127.0.0.1", "::ffff:8.8.8.8", "::127.0.0.1", "64:ff9b::7f00:1", "fe80::1%eth0"],
)
def test_addresses_that_stand_for_others_are_private(address: str) -> None:
    """Mapped, compatible, translated and scoped addresses."""
    assert not is_public(address)


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
