"""`parley diff`: what differs between two versions of a record, and what else shows it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import orjson
import pytest

from app.cli import main
from app.curation.sources import records_of
from tests.api.asking import serving
from tests.conftest import TINY, Seeded
from tests.engines import url_of
from tests.seeding.folders import Edit, edited

EDITS = [
    Edit("actors.yaml", "name: Sinn Féin", "name: Sinn Fein"),
    Edit("actors.yaml", "      reason: The day on which", "      reason: The date on which"),
    Edit("quotes/1998.yaml", "a new beginning.", "a fresh *new* start."),
    Edit(
        "quotes/1998.yaml",
        "    - actor: united-kingdom\n    - actor: ireland\n",
        "    - actor: ireland\n",
    ),
    Edit("figures/1998.yaml", "value: 1400000", "value: 1442583"),
    Edit("figures/1998.yaml", "    qualifier: more_than", "    qualifier: exactly"),
    Edit("events/1998.yaml", "- id: institutions-begin", "- id: institutions-begun"),
]
SAID = """\
changed actor mowlam
    corrections[1].reason: The [-day-] {+date+} on which she took office …
changed actor sinn-fein
    name: Sinn [-Féin-] {+Fein+}
removed event institutions-begin: The institutions begin their work
added event institutions-begun: The institutions begin their work
changed figure fig-yes-south
    quantity.qualifier: [-more_than-] {+exactly+}
    quantity.value: [-1400000-] {+1442583+}
changed quote q-new-beginning
    speakers[1]: [-{"actor":"united-kingdom"}-]
    text: … truly historic opportunity for a [-new beginning.-] {+fresh *new* start.+}
because of this, 4 entries show Sinn [-Féin-] {+Fein+}
    event draft, event talks, proposal agreement, term agreement-prisoners

1 added, 4 changed, 1 removed, 4 shown
"""


@pytest.fixture
def changed(tmp_path: Path) -> Path:
    """The tiny record with some edits."""
    return edited(TINY, EDITS, tmp_path / "changed")


def said(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    """What the command says."""
    assert main(["diff", *map(str, arguments)]) == 0
    return capsys.readouterr().out


def test_old_words_and_new_words(changed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Entry by entry: old words and new words, what was added and removed, what shows it."""
    assert said(capsys, TINY, changed) == SAID


def test_nothing_differs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Other files, forms and remarks of the same record are no difference."""
    folder = edited(TINY, [Edit("topics.yaml", "- id:", "# Topics.\n- id:")], tmp_path / "same")
    assert said(capsys, TINY, folder) == "nothing differs\n"
    assert orjson.loads(said(capsys, TINY, folder, "--format=json")) == {
        "counts": {},
        "changes": [],
    }


def test_json_for_programs(changed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every change with its fields, and how many there are."""
    found = orjson.loads(said(capsys, TINY, changed, "--format=json"))
    assert found["counts"] == {"changed": 4, "added": 1, "removed": 1, "shown": 4}
    assert {
        "action": "changed",
        "kind": "figure",
        "id": "fig-yes-south",
        "fields": [
            {"field": "quantity.qualifier", "old": "more_than", "new": "exactly"},
            {"field": "quantity.value", "old": 1400000, "new": 1442583},
        ],
    } in found["changes"]


def test_markdown_for_a_pull_request(changed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A list in which what is Markdown in the record stands as it is."""
    lines = said(capsys, TINY, changed, "--format=markdown").splitlines()
    assert lines[0] == "- changed actor `mowlam`"
    assert "    - `name`: Sinn ~~Féin~~ **Fein**" in lines
    assert any(r"**fresh \*new\* start.**" in line for line in lines)


def test_every_place_has_the_same_record(
    changed: Path, seeded: Seeded, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A folder, its git revision, a database and a running server of one record do not differ."""
    database = seeded(TINY)
    checkout = tmp_path / "checkout" / "record"
    shutil.copytree(TINY, checkout)
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.org"]
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "The record"]):
        subprocess.run([*git, *command], cwd=checkout.parent, check=True)
    whole = records_of(str(TINY), TINY)
    assert records_of("HEAD", checkout) == whole
    assert records_of(url_of(database), TINY) == whole
    with serving(database) as address:
        assert records_of(address, TINY) == records_of(f"{address}/v1/", TINY) == whole
    shutil.copytree(changed, checkout, dirs_exist_ok=True)
    expected = said(capsys, TINY, changed)
    assert said(capsys, "HEAD", checkout) == expected
    assert said(capsys, database, changed) == expected


def test_what_is_no_place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is none of these is refused with what it may be; a flawed folder with its flaws."""
    assert main(["diff", "nowhere", str(TINY)]) == 1
    assert capsys.readouterr().err.startswith(
        "nowhere: is no folder, database or address of a server, and no git revision of "
    )
    missing = f"sqlite:///{tmp_path}/missing.db"
    assert main(["diff", missing, str(TINY)]) == 1
    assert capsys.readouterr().err == f"{tmp_path}/missing.db: is not there\n"
    assert main(["diff", "http://127.0.0.1:9", str(TINY)]) == 1
    assert capsys.readouterr().err.startswith("http://127.0.0.1:9: its changes could not be read")
    flawed = edited(TINY, [Edit("topics.yaml", "- id:", "- idea:")], tmp_path / "flawed")
    assert main(["diff", str(TINY), str(flawed)]) == 1
    assert "topics.yaml:1: " in capsys.readouterr().err


def test_a_dry_run_says_what_differs(
    changed: Path, seeded: Seeded, capsys: pytest.CaptureFixture[str]
) -> None:
    """`seed --dry-run` says the same before its counts; a first load is not listed."""
    database = seeded(TINY)
    expected = said(capsys, database, changed)
    seeding = ["seed", "--dry-run", "--database", url_of(database)]
    assert main([*seeding, str(changed), "--allow-removals"]) == 0
    told = capsys.readouterr().out
    assert told.startswith(expected + "dry run, nothing was written; actor: 2 changed\n")
    assert main([*seeding, str(TINY)]) == 0
    assert capsys.readouterr().out.startswith("dry run, nothing was written; nothing to change")
    first = f"{url_of(database)}-new"
    assert main(["seed", "--dry-run", "--database", first, str(TINY)]) == 0
    assert capsys.readouterr().out.startswith("dry run, nothing was written; actor: 6 added\n")
