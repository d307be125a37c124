"""Sources by their addresses: what a page says of itself, what could not be told, the kept text."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from app.cli import main
from tests.evidence.news_pages import WORDY
from tests.evidence.pages import Pages, served

NO_DATE = "date: is not stated; write the one that the page shows"
NO_LANGUAGE = "language: is not stated; without it, that of the record is meant"
NO_TITLE = "title: is not stated; it was made from the address"
BY_HOST = "publisher: is not stated; the host stands there"
GAZETTE = {
    "id": "gazette-20240305",
    "publisher": "The Lakeside Gazette",
    "title": "Parties meet at the lake",
    "date": "2024-03-05",
    "language": "en-GB",
}
HOST = {"publisher": "127.0.0.1"}


@pytest.fixture
def record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A record to begin with, on a machine whose own pages may be read."""
    monkeypatch.setenv("VERIFY_PRIVATE_ADDRESSES", '["127.0.0.1"]')
    assert main(["init", str(tmp_path / "record")]) == 0
    return tmp_path / "record"


@pytest.fixture
def pages() -> Iterator[Pages]:
    """A server of odd pages."""
    with served() as running:
        yield running


@pytest.mark.parametrize(
    ("path", "fields", "remarks"),
    [
        ("/news/whole", GAZETTE, []),
        (
            "/news/no-title.html",
            {"id": "127-no-title", **HOST, "title": "No title", "title_origin": "url_slug"},
            [BY_HOST, NO_TITLE, NO_DATE, NO_LANGUAGE],
        ),
        (
            "/news/two-titles",
            {
                "id": "127-talks-begin-at-the-lake",
                **HOST,
                "title": "Talks begin at the lake",
                "language": "en",
            },
            [BY_HOST, NO_DATE],
        ),
        (
            "/news/2024/03/06/wrong-charset",
            {
                "id": "127-20240306",
                **HOST,
                "title": "Les délégations à l’étude",
                "date": "2024-03-06",
                "language": "fr",
            },
            [BY_HOST],
        ),
        (
            "/news/arabic",
            {
                "id": "127-20240307",
                "publisher": "صحيفة البحيرة",
                "title": "الوفود تلتقي عند البحيرة",
                "date": "2024-03-07",
                "language": "ar",
            },
            [],
        ),
        (
            "/news/for-pay",
            GAZETTE,
            ["text: is a part of it; the page says that the rest is for subscribers"],
        ),
        (
            "/news/stub",
            {"id": "127-a-stub", **HOST, "title": "A stub", "language": "en"},
            [BY_HOST, NO_DATE, "text: has 23 characters; see whether that is all"],
        ),
        (
            "/news/the_lake_report-2024.pdf",
            {
                "id": "127-the-lake-report-2024",
                **HOST,
                "title": "The lake report 2024",
                "title_origin": "url_slug",
            },
            [
                BY_HOST,
                NO_TITLE,
                NO_DATE,
                NO_LANGUAGE,
                "text: the page is application/pdf, which is not read",
            ],
        ),
        (
            "/news/odd-language",
            {name: GAZETTE[name] for name in GAZETTE if name != "language"},
            [
                "language: 'english (uk)' is not a language; "
                "write its code as in en, he or zh-Hant",
            ],
        ),
    ],
)
def test_a_page_becomes_a_source(
    record: Path,
    pages: Pages,
    path: str,
    fields: dict[str, str],
    remarks: list[str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The entry is valid below those that are there; what could not be told is said."""
    capsys.readouterr()
    assert main(["new", "source", pages.address(path), str(record)]) == 0
    said = capsys.readouterr()
    with (record / "sources.yaml").open("a") as sources:
        sources.write(f"\n{said.out}")
    found = yaml.load((record / "sources.yaml").read_text(), yaml.BaseLoader)[-1]
    assert found == {**fields, "url": pages.address(path)}
    assert said.err.splitlines() == [f"{fields['id']}: {each}" for each in remarks]
    assert main(["check", str(record)]) == 0
    assert main(["fmt", "--check", str(record)]) == 0


def test_the_text_is_kept_for_verification(record: Path, pages: Pages) -> None:
    """It stands beside the record by its id, where git leaves it out, and verifies words."""
    assert main(["new", "source", pages.address("/news/whole"), str(record)]) == 0
    texts = record / "texts"
    assert " ".join((texts / "gazette-20240305.txt").read_text().split()) == (
        f"Parties meet at the lake {WORDY}".strip()
    )
    subprocess.run(["git", "init", "-q", str(record)], check=True)
    listed = subprocess.run(
        ["git", "status", "--porcelain", "--untracked-files=all"],
        cwd=record,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "texts/" not in listed.stdout
    assert main(["verify", str(record), "--texts", str(texts)]) == 0


def test_redirects_end_in_the_entry(
    record: Path, pages: Pages, capsys: pytest.CaptureFixture[str]
) -> None:
    """The address to which one is led is written, and that it is another one is said."""
    capsys.readouterr()
    assert main(["new", "source", pages.address("/news/moved"), str(record)]) == 0
    said = capsys.readouterr()
    assert f"url: {pages.address('/news/whole')}\n" in said.out
    assert said.err == "gazette-20240305: url: leads on to the one that stands there\n"


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("/missing", "the page answers 404"),
        ("/broken", "the page answers 500"),
        ("/huge-page", "the page answers 404"),
        ("/bomb-gzip-gzip", "is larger than 5,242,880 bytes"),
        ("/closed/page", "robots.txt of 127.0.0.1 does not let us read it"),
        ("/inward", "127.0.0.2 is at the private address 127.0.0.2"),
    ],
)
def test_without_a_page_nothing_is_printed(
    record: Path, pages: Pages, path: str, why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The reason is said, and no text is kept."""
    capsys.readouterr()
    assert main(["new", "source", pages.address(path), str(record)]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert why in said.err
    assert not (record / "texts").exists()


def test_a_source_is_not_made_twice(
    record: Path, pages: Pages, capsys: pytest.CaptureFixture[str]
) -> None:
    """An address that is in the record, at the end of redirects too, is named by its id."""
    with (record / "sources.yaml").open("a") as sources:
        sources.write(
            f"- {{id: here, publisher: A, title: B, url: {pages.address('/news/whole')}}}"
        )
    for path in ("/news/whole", "/news/moved"):
        assert main(["new", "source", pages.address(path), str(record)]) == 1
        assert f"{path} is in the record as here; left out" in capsys.readouterr().err


def test_loopback_is_refused_unless_allowed(
    record: Path, pages: Pages, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The careful client of `parley verify` asks."""
    monkeypatch.delenv("VERIFY_PRIVATE_ADDRESSES")
    assert main(["new", "source", pages.address("/news/whole"), str(record)]) == 1
    assert "127.0.0.1 is at the private address 127.0.0.1" in capsys.readouterr().err
    assert pages.asked == []


def test_only_a_source_has_an_address(record: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Other kinds refuse one, and say what takes it."""
    assert main(["new", "quote", "https://a.example.org/b", str(record)]) == 1
    assert "parley new source https://a.example.org/b" in capsys.readouterr().err


@pytest.mark.parametrize("package", ["trafilatura", "selectolax"])
def test_without_the_extra_the_remedy_is_said(record: Path, package: str) -> None:
    """What reads pages is no part of a plain installation."""
    program = (
        f"import sys; sys.modules[{package!r}] = None\n"
        "from app.cli import main\n"
        f"sys.exit(main(['new', 'source', 'https://a.example.org/b', {str(record)!r}]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stderr == "This needs the extra: pip install 'parley[curate]'.\n"
