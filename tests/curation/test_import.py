"""Sources from bibliographies: what is taken, what is not and why, and that nothing is lost."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from app.cli import main
from tests.curation.bibliographies import EXPORTS


@pytest.fixture
def record(tmp_path: Path) -> Path:
    """A record to begin with; it has one source."""
    assert main(["init", str(tmp_path / "record")]) == 0
    return tmp_path / "record"


def imported(record: Path, name: str, text: str) -> int:
    """Imports a file; returns the status of the command."""
    file = record.parent / name
    file.write_bytes(text.encode())
    return main(["import", "sources", str(file), str(record)])


@pytest.mark.parametrize("name", EXPORTS)
def test_an_export_is_taken(record: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Sources are added below those that are there, formatted and valid; the rest is listed."""
    text, sources, remarks = EXPORTS[name]
    file = record / "sources.yaml"
    before = file.read_text()
    capsys.readouterr()
    assert imported(record, name, text) == 1
    said = capsys.readouterr()
    assert file.read_text().startswith(before)
    assert yaml.load(file.read_text(), yaml.BaseLoader)[1:] == sources
    assert said.out.splitlines()[-1] == f"{len(sources)} added, {len(remarks)} remarks"
    assert len(said.err.splitlines()) == len(remarks)
    for line, remark in zip(said.err.splitlines(), remarks, strict=True):
        assert line.startswith(f"{record.parent / name}:{remark}")
    assert main(["check", str(record)]) == 0
    assert main(["fmt", "--check", str(record)]) == 0


@pytest.mark.parametrize("name", EXPORTS)
def test_a_second_import_adds_nothing(record: Path, name: str) -> None:
    """What has an address is known by it, what has none by publisher, title and date."""
    text = EXPORTS[name][0]
    imported(record, name, text)
    once = (record / "sources.yaml").read_bytes()
    imported(record, name, text)
    assert (record / "sources.yaml").read_bytes() == once


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.txt", "TY  - NEWS", "its name must end in one of .ris, .bib, .json, .csv"),
        ("a.ris", "A letter\n", "a.ris:1: is no line of RIS"),
        ("a.json", '{"items": []}', "a.json:1: is no list of items"),
        ("a.json", '[{"id": 1},\n {"id" 2}]', "a.json:2: is not JSON"),
        ("a.json", '[{"id": "a", "type": "book"}', "a.json:1: ends before its list does"),
        ("a.bib", "@book{a, title = {A}", "a.bib:1: "),
        ("a.csv", "id,title,publisher\nSome Id,A,B\n", "a.csv:2: Some Id: id: "),
    ],
)
def test_why_nothing_is_taken(
    record: Path, name: str, text: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The file stays as it is, and the place and the reason are said."""
    before = (record / "sources.yaml").read_bytes()
    assert imported(record, name, text) == 1
    assert said in capsys.readouterr().err
    assert (record / "sources.yaml").read_bytes() == before


def test_other_encodings_and_no_file(record: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Bytes that are not UTF-8 are refused with their line, and so is a file that is not there."""
    file = record.parent / "latin.ris"
    file.write_bytes("TY  - NEWS\nTI  - Délégations\n".encode("latin-1"))
    assert main(["import", "sources", str(file), str(record)]) == 1
    assert "latin.ris:2: is not UTF-8 (byte 0xE9)" in capsys.readouterr().err
    assert main(["import", "sources", str(file.with_name("none.ris")), str(record)]) == 1
    assert "none.ris: cannot be read (No such file or directory)" in capsys.readouterr().err


def test_addresses_that_are_none(record: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A host or port that is none is said, and the source is taken without its address."""
    rows = "A,B,http://[bad/x\nC,D,https://b.example:99999/x\n"
    assert imported(record, "a.csv", f"title,publisher,url\n{rows}") == 1
    said = capsys.readouterr().err.splitlines()
    assert [line.partition("a.csv:")[2] for line in said] == [
        "2: b-a: url: Invalid IPv6 URL",
        "3: d-c: url: Port out of range 0-65535",
    ]
    found = yaml.load((record / "sources.yaml").read_text(), yaml.BaseLoader)[1:]
    assert found == [
        {"id": "b-a", "publisher": "B", "title": "A"},
        {"id": "d-c", "publisher": "D", "title": "C"},
    ]


def test_a_flawed_source_is_mended_first(record: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is new cannot be held against a source that cannot be read."""
    sources = record / "sources.yaml"
    sources.write_text(sources.read_text().replace("kind: news", "kind: new"))
    assert imported(record, "a.csv", "title,publisher\nA,B\n") == 1
    said = capsys.readouterr().err
    assert said.startswith("sources.yaml:8: gazette-20240301: kind: 'new' is not in the list")
    assert said.endswith("\nMend this first.\n")


def test_without_the_extra_the_remedy_is_said(record: Path, tmp_path: Path) -> None:
    """BibTeX alone needs a package that is no part of a plain installation."""
    program = (
        "import sys; sys.modules['bibtexparser'] = None\n"
        "from app.cli import main\n"
        f"sys.exit(main(['import', 'sources', sys.argv[1], {str(record)!r}]))"
    )
    for name, said in (("a.bib", "Reading BibTeX needs the extra: "), ("a.ris", "")):
        (tmp_path / name).write_text("")
        done = subprocess.run(
            [sys.executable, "-c", program, str(tmp_path / name)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.stderr == (f"{said}pip install 'parley[curate]'.\n" if said else "")
        assert done.returncode == int(bool(said))


def test_ids_follow_the_record(record: Path) -> None:
    """Where ids begin with the year and end with words of the title, new ones do."""
    (record / "sources.yaml").write_text(
        "- {id: 2023-lake-harbour, publisher: Lake Office, title: Harbour, date: 2023-01-02}\n"
        "- {id: 2024-lake-second-round, publisher: Lake Office, title: Second, date: 2024-01-02}\n"
        "- {id: gazette-20240301, publisher: Gazette, title: Other, date: 2024-03-01}\n"
    )
    header = "title,publisher,date\n"
    imported(record, "a.csv", f"{header}A Third Round of Many Long Words,Lake Office,2024-05-06\n")
    found = yaml.load((record / "sources.yaml").read_text(), yaml.BaseLoader)
    assert found[-1]["id"] == "2024-a-third-round-of-many"
