"""What a second reader would ask: every warning, how it is silenced, and how it is told."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import get_args

import orjson
import pytest
import yaml

from app.cli import main
from app.entries.warning_codes import WarningCode
from app.review.doubts import MESSAGES
from app.seeding.checking import review_folder
from app.seeding.chunk_review import RecordWarning
from app.seeding.seed import seed
from tests.conftest import SHIPPED, TINY, sqlite_settings
from tests.seeding.folders import Edit, edited, read_folder, write_folder

HERE = Path(__file__).parent
TODAY = date(2026, 11, 26)
CASES: dict[str, list[list[str]]] = yaml.safe_load((HERE / "warning_cases.yaml").read_text())
DOUBLED = Edit("events/1998.yaml", "which both governments", "which  both governments")
POLL = Edit("events/1998.yaml", "event_type: vote", "event_type: poll")
SAID = (
    "events/1998.yaml:21: agreement-reached: summary: warning: has two spaces after 'which'; "
    "write one [doubled-space]"
)
SILENCE = "\n  silence:\n    - code: doubled-space\n      reason: It is printed so.\n"
ONCE = [
    ("fig-yes-south", "'votes'"),
    ("fig-0", "'votes-yes'"),
    ("agreement-assembly", "'members'"),
    ("agreement-prisoners", "'years'"),
    ("agreement-prisoners", "'persons'"),
]
FLAW = (
    "events/1998.yaml:50: referendums: event_type: 'poll' is not in the list; write one of attack, "
    "statement, response, proposal, talks, meeting, agreement, breakdown, release, military_order, "
    "report, resolution, vote"
)


def told(folder: Path) -> list[RecordWarning]:
    """The warnings of a folder."""
    return review_folder(folder, TODAY).warnings


def with_edits(*edits: Edit, copy: Path) -> Path:
    """A copy of the tiny record with some edits."""
    return edited(TINY, list(edits), copy)


def edits_of(code: str) -> Iterator[Edit]:
    """The edits of a case."""
    for file, old, new in CASES[code]:
        at_end = old == "$"
        yield Edit(
            file, None if at_end else old, (TINY / file).read_text() + new if at_end else new
        )


def expected(code: str) -> list[str]:
    """The warnings of a case."""
    text = (HERE / "warning_cases.txt").read_text()
    return text.partition(f"# {code}\n")[2].partition("\n\n")[0].splitlines()


@pytest.mark.parametrize("code", CASES)
def test_each_warning(code: str, tmp_path: Path) -> None:
    """Each case makes exactly these warnings, beside those of the record without it."""
    before = {replace(each, line=0) for each in told(TINY)}
    found = told(with_edits(*edits_of(code), copy=tmp_path / "record"))
    new = [str(each) for each in found if replace(each, line=0) not in before]
    assert new == expected(code)
    assert any(f"[{code}]" in each for each in new)


def test_every_code_is_described_and_has_a_case() -> None:
    """FORMAT.md explains each code as its rule does, and each code is tried."""
    table = (SHIPPED / "FORMAT.md").read_text().partition("| code | what a second reader")[2]
    rows = dict(re.findall(r"^\| `([a-z-]+)` \| (.+) \|$", table, re.MULTILINE))
    assert rows == {str(code): MESSAGES[code]["means"] for code in get_args(WarningCode)}
    assert set(CASES) == set(rows) - {"no-language", "used-once"}
    assert [each.code for each in told(TINY)].count("no-language") == 1


@pytest.mark.parametrize("numbers", [19, 20])
def test_what_is_used_once(numbers: int, tmp_path: Path) -> None:
    """Units and metrics that are used once are told in a record of 20 numbers, not of 19."""
    curated = read_folder(TINY)
    (north,) = (each for each in curated["figure"].values() if each["id"] == "fig-yes-north")
    # The tiny record has five numbers.
    for each in range(numbers - 5):
        quantity = {"value": str(each), "qualifier": "exactly", "unit": "percent"}
        figure = {
            **north,
            "id": f"fig-{each}",
            "date": f"1998-06-{each + 1:02}",
            "quantity": quantity,
        }
        curated["figure"][figure["id"]] = figure
    curated["figure"]["fig-0"]["metric"] = "votes-yes"
    folder = write_folder(curated, tmp_path / "record")
    assert [
        (each.id, each.message.partition(" is ")[0])
        for each in told(folder)
        if each.code == "used-once"
    ] == (ONCE if numbers == 20 else [])


def test_the_shipped_record_has_no_warning(capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever a second reader would ask of it is mended, or silenced with a reason."""
    assert main(["check", "--strict", str(SHIPPED)]) == 0
    assert capsys.readouterr().err == ""


def test_a_warning_is_silenced_by_its_record(tmp_path: Path) -> None:
    """A silence holds for its code and its record alone, and is warned of when it is not needed."""
    silence = Edit("events/1998.yaml", "\n- id: referendums", f"{SILENCE}- id: referendums")
    folder = with_edits(DOUBLED, silence, copy=tmp_path / "silenced")
    assert [each for each in told(folder) if each.code == "doubled-space"] == []
    other = Edit("events/1998.yaml", "Voters in", "Voters  in")
    folder = with_edits(DOUBLED, other, silence, copy=tmp_path / "other")
    assert [each.id for each in told(folder) if each.code == "doubled-space"] == ["referendums"]
    folder = with_edits(silence, copy=tmp_path / "needless")
    assert [str(each) for each in told(folder) if each.code == "unused-silence"] == [
        "events/1998.yaml:47: agreement-reached: silence: warning: doubled-space does not occur "
        "here; leave this silence out [unused-silence]"
    ]


def test_a_silence_is_not_needless_where_nobody_looked(tmp_path: Path) -> None:
    """What is looked for only in a record without flaws is silenced rightly in one with some."""
    silence = "- id: referendums\n  silence: [{code: unused, reason: It is to come.}]\n"
    edit = Edit("events/1998.yaml", "- id: referendums\n", silence)
    needless = with_edits(edit, copy=tmp_path / "whole")
    assert [each.id for each in told(needless) if each.code == "unused-silence"] == ["referendums"]
    flawed = with_edits(edit, POLL, copy=tmp_path / "flawed")
    assert [each for each in told(flawed) if each.code == "unused-silence"] == []


def test_a_silence_needs_a_known_code_and_a_reason(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is no code, or has no reason, is a flaw."""
    wrong = SILENCE.replace("doubled-space", "doubled-spaces").replace("It is printed so.", "")
    edit = Edit("events/1998.yaml", "\n- id: referendums", f"{wrong}- id: referendums")
    assert main(["check", str(with_edits(edit, copy=tmp_path / "record"))]) == 1
    said = capsys.readouterr().err
    assert (
        "silence[1].code: 'doubled-spaces' is not in the list (did you mean doubled-space?)" in said
    )
    assert "silence[1].reason: is empty; write a text, or leave the field out" in said


def test_a_silence_is_no_part_of_the_record(tmp_path: Path) -> None:
    """It changes no digest, and nothing is seeded because of it."""
    database = tmp_path / "record.db"
    before = seed(with_edits(DOUBLED, copy=tmp_path / "said"), sqlite_settings(database))
    silence = Edit("events/1998.yaml", "\n- id: referendums", f"{SILENCE}- id: referendums")
    folder = with_edits(DOUBLED, silence, copy=tmp_path / "silenced")
    after = seed(folder, sqlite_settings(database))
    assert (after.revision, after.digest) == (None, before.digest)


def test_warnings_are_told_and_pass(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Warnings are told with their number; only with --strict does the check fail on them."""
    folder = str(with_edits(DOUBLED, copy=tmp_path / "record"))
    assert main(["check", folder]) == 0
    said = capsys.readouterr()
    assert said.out.startswith("no flaws in 6 actors, 5 events")
    assert SAID in said.err.splitlines()
    assert said.err.endswith("\n4 warnings\n")
    assert main(["check", "--strict", folder]) == 1
    assert capsys.readouterr() == said


def test_warnings_stand_beside_flaws(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With a flaw, warnings are told after it, but for what the flawed record may be wanted for."""
    folder = with_edits(DOUBLED, POLL, *edits_of("unused"), copy=tmp_path / "record")
    assert main(["check", str(folder)]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.splitlines()[0] == FLAW
    assert SAID in said.err.splitlines()
    assert "[unused]" not in said.err


def test_a_flaw_keeps_silences(tmp_path: Path) -> None:
    """Where a flaw keeps a warning from being looked for, its silence is not called needless."""
    silence = "  silence: [{code: used-once, reason: It is.}]\n  topics:"
    silenced = Edit("figures/1998.yaml", "  topics:", silence)
    folder = with_edits(silenced, POLL, copy=tmp_path / "record")
    assert [each for each in told(folder) if each.code == "unused-silence"] == []


def test_json_for_programs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One object with flaws, warnings by code, and counts."""
    folder = with_edits(DOUBLED, POLL, copy=tmp_path / "record")
    assert main(["check", "--format=json", str(folder)]) == 1
    said = orjson.loads(capsys.readouterr().out)
    assert said["flaws"] == [
        {
            "file": "events/1998.yaml",
            "line": 50,
            "id": "referendums",
            "field": "event_type",
            "message": FLAW.partition("event_type: ")[2],
        }
    ]
    assert {
        "file": "events/1998.yaml",
        "line": 21,
        "id": "agreement-reached",
        "field": "summary",
        "message": "has two spaces after 'which'; write one",
        "code": "doubled-space",
    } in said["warnings"]
    assert said["capped"] == []
    assert said["counts"]["actor"] == 6


def test_annotations_for_a_pull_request(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Workflow commands of GitHub; signs that would end a path are escaped."""
    folder = with_edits(DOUBLED, POLL, copy=tmp_path / "a,b%")
    assert main(["check", "--format=github", str(folder)]) == 1
    lines = capsys.readouterr().out.splitlines()
    path = str(folder).replace("%", "%25").replace(",", "%2C")
    assert f"::error file={path}/events/1998.yaml,line=50,title=flaw::" in lines[0]
    assert (
        f"::warning file={path}/events/1998.yaml,line=21,title=doubled-space::"
        "agreement-reached: summary: has two spaces after 'which'; write one" in lines
    )


def test_lines_of_ndjson_are_reviewed_alike(tmp_path: Path) -> None:
    """The same record in NDJSON has the same warnings, on other lines of other files."""
    folder = with_edits(*edits_of("same-words"), DOUBLED, copy=tmp_path / "yaml")
    lines = write_folder(read_folder(folder), tmp_path / "ndjson")
    of_lines, of_yaml = (
        sorted(replace(each, file="", line=0) for each in told(found)) for found in (lines, folder)
    )
    assert of_lines == of_yaml


def test_many_warnings_of_a_code_are_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of a thousand lines twenty of a code are told, and it is said that there are more."""
    curated = read_folder(TINY)
    for number in range(1_100):
        event = {**curated["event"]["referendums"], "id": f"e-{number}", "title": f"A  {number}"}
        curated["event"][event["id"]] = event
    assert main(["check", str(write_folder(curated, tmp_path / "many"))]) == 0
    said = capsys.readouterr().err.splitlines()
    assert sum(each.endswith("write one [doubled-space]") for each in said) == 2 * 20
    assert said[-2:] == ["not all warnings [doubled-space] are told", "at least 43 warnings"]


def test_a_record_without_questions_is_checked_with_its_deadlines(tmp_path: Path) -> None:
    """A deadline that counts from an event is checked, though no canonical form is asked for."""
    deadline = "      deadline: {anchor: {event: referendums}, offset: 730}\n      text: Qualifying"
    edit = Edit("proposals/agreement.yaml", "      text: Qualifying", deadline)
    folder = with_edits(edit, copy=tmp_path / "record")
    assert review_folder(folder, TODAY).flaws == []
    assert "questions" not in (folder / "dataset.yaml").read_text()
