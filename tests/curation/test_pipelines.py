"""The checks of a repository that `parley init` writes: as GitHub runs them, and as a script."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from app.cli import main

# Runs the script of a step against a GitHub that notes what it is asked.
RUNNER = """
const { script, head, comments } = JSON.parse(require('fs').readFileSync(0, 'utf8'));
const asked = [];
const note = (name) => async (given) => { asked.push([name, given]); };
const issues = { createComment: note('create'), updateComment: note('update'), listComments: 0 };
const pulls = { get: async () => ({ data: { head: { sha: head } } }) };
const github = { rest: { issues, pulls }, paginate: async () => comments };
const context = { repo: { owner: 'o', repo: 'r' }, payload: { workflow_run: { head_sha: 'abc' } } };
const run = Object.getPrototypeOf(async () => {}).constructor;
new run('github', 'context', 'require', script)(github, context, require).then(
  () => console.log(JSON.stringify(asked)),
  (error) => console.log(JSON.stringify(error.message)));
"""


@pytest.fixture
def record(tmp_path: Path) -> Path:
    """A record to begin with."""
    assert main(["init", str(tmp_path / "record")]) == 0
    return tmp_path / "record"


def workflow(record: Path, name: str) -> dict[Any, Any]:
    """A workflow of a record."""
    found = yaml.safe_load((record / ".github" / "workflows" / f"{name}.yml").read_text())
    assert isinstance(found, dict)
    return found


def test_what_a_fork_sent_runs_without_rights(record: Path) -> None:
    """The job that checks may only read, and keeps no token; the one that comments runs no code."""
    check, comment = workflow(record, "check"), workflow(record, "comment")
    # YAML reads the key `on` as true.
    assert set(check[True]) == {"pull_request", "push"}
    assert check["permissions"] == {"contents": "read"}
    assert check["jobs"]["check"]["steps"][0]["with"]["persist-credentials"] is False
    assert comment[True] == {"workflow_run": {"workflows": ["check"], "types": ["completed"]}}
    assert comment["permissions"] == {}
    job = comment["jobs"]["comment"]
    assert job["permissions"] == {"actions": "read", "pull-requests": "write"}
    assert [step["uses"].partition("@")[0] for step in job["steps"]] == [
        "actions/download-artifact",
        "actions/github-script",
    ]


def test_nothing_that_is_sent_stands_in_a_command(record: Path) -> None:
    """Commands get what a pull request says by their environment alone."""
    steps = workflow(record, "check")["jobs"]["check"]["steps"]
    assert [step["run"] for step in steps if "${{" in step.get("run", "")] == []


def commented(
    record: Path, number: str, difference: str, head: str = "abc", comments: object = ()
) -> Any:
    """What the script that comments asks of GitHub, or its error."""
    if shutil.which("node") is None:
        pytest.skip("needs node")
    report = record / "report"
    report.mkdir()
    (report / "number").write_text(number)
    (report / "difference.txt").write_text(difference)
    (report / "check.txt").write_text("no flaws\n")
    step = workflow(record, "comment")["jobs"]["comment"]["steps"][1]
    given = {"script": step["with"]["script"], "head": head, "comments": comments}
    done = subprocess.run(
        ["node", "-e", RUNNER],
        cwd=record,
        input=json.dumps(given),
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def test_a_comment_is_escaped(record: Path) -> None:
    """Of what a fork sent nothing ends the code that it stands in, however long it is."""
    [[action, comment]] = commented(record, "7\n", "````\n@all <img src=x> ```\n" + "x" * 30_000)
    assert (action, comment["issue_number"]) == ("create", 7)
    assert comment["body"].startswith(
        "<!-- parley -->\n### What this changes\n\n```\n''''\n@all <img src=x> '''\nxxx"
    )
    assert comment["body"].count("```") == 4
    assert "… and more; run parley in a checkout to see all.\n```\n" in comment["body"]
    assert len(comment["body"]) < 26_000


def test_one_comment_is_kept(record: Path) -> None:
    """A later check writes its comment anew; what a person wrote stays."""
    comments = [
        {"id": 1, "user": {"type": "User"}, "body": "<!-- parley -->\nmine"},
        {"id": 2, "user": {"type": "Bot"}, "body": "<!-- parley -->\nold"},
    ]
    [[action, comment]] = commented(record, "7", "", comments=comments)
    assert (action, comment["comment_id"]) == ("update", 2)


@pytest.mark.parametrize(
    ("number", "head", "said"),
    [
        ("7", "def", "The report is of another commit than the last one of the pull request."),
        ("7; rm", "abc", "The report names no number."),
        ("", "abc", "The report names no number."),
        ("-1", "abc", "The report names no number."),
    ],
)
def test_no_other_pull_request_is_commented(
    record: Path, number: str, head: str, said: str
) -> None:
    """A fork that names another pull request is refused: its commit is not the one checked."""
    assert commented(record, number, "", head) == said


def test_the_same_as_a_script(record: Path) -> None:
    """Outside of GitHub, flaws, form and difference are all said, and then it fails."""
    parley = record.parent / "bin" / "parley"
    parley.parent.mkdir()
    parley.write_text(f'#!/bin/sh\nexec {sys.executable} -P -m app "$@"\n')
    parley.chmod(0o755)
    paths = f"{parley.parent}{os.pathsep}{os.environ['PATH']}"
    git = ["git", "-c", "user.name=A", "-c", "user.email=a@example.org"]
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "Begin"]):
        subprocess.run([*git, *command], cwd=record, check=True)

    def checked() -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["./check.sh"],
            cwd=record,
            env={**os.environ, "PATH": paths, "BASE": "HEAD"},
            capture_output=True,
            text=True,
            check=False,
        )

    done = checked()
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "nothing differs")
    events = record / "events" / "2024.yaml"
    events.write_text(
        events.read_text().replace("place: Lakeside", "place:   Lakeside").replace("The", "the")
    )
    done = checked()
    assert done.returncode == 1
    assert "events/2024.yaml: is not formatted; run `parley fmt`" in done.stdout
    assert "- changed event `ev-20240302-answer`" in done.stdout
