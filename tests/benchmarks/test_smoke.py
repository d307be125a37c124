"""Whether the benchmarks still run; nothing here looks at a clock."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from xml.etree import ElementTree

import pytest

from app.config import Settings
from app.seeding.seed import seed
from benchmarks import instructions
from benchmarks.generate import generate
from benchmarks.instructions import SERVERS
from benchmarks.load import bare
from benchmarks.peers import build
from benchmarks.picture import drawn
from benchmarks.questions import QUESTIONS, Question, Values
from benchmarks.trials import MORE, one_at_a_time
from tests.api.asking import Asker


@pytest.fixture(scope="module")
def synthetic(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database of the tiny synthetic record."""
    folder = tmp_path_factory.mktemp("bench")
    generate("tiny", folder / "record")
    seed(folder / "record", Settings(database_url=f"sqlite:///{folder / 'parley.db'}"))
    return folder / "parley.db"


def test_record_is_the_same_each_time(tmp_path: Path) -> None:
    """Two writings of one size are equal byte by byte."""
    generate("tiny", tmp_path / "a")
    generate("tiny", tmp_path / "b")
    names = sorted(path.relative_to(tmp_path / "a") for path in (tmp_path / "a").rglob("*.ndjson"))
    assert len(names) == 7
    for name in names:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_changed_record_changes_a_hundredth(synthetic: Path, tmp_path: Path) -> None:
    """The second seeding of a benchmark finds one entry of a hundred changed."""
    generate("tiny", tmp_path / "changed", changed=True)
    done = seed(tmp_path / "changed", Settings(database_url=f"sqlite:///{synthetic}"), dry_run=True)
    assert {kind: dict(counts) for kind, counts in done.counts.items()} == {
        "event": {"changed": 1},
        "figure": {"changed": 1},
        "proposal": {"changed": 1},
        "quote": {"changed": 2},
    }


def test_bare_rows_are_all_rows(synthetic: Path, tmp_path: Path) -> None:
    """The baseline of loading writes as many rows as the database has."""
    done = bare(synthetic, tmp_path / "bare.db")
    copied = sqlite3.connect(tmp_path / "bare.db")
    names = [
        row[1] for row in copied.execute("PRAGMA table_list") if row[2] in ("table", "virtual")
    ]
    counted = sum(
        copied.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]
        for name in names
        if not name.startswith("sqlite_")
    )
    copied.close()
    assert done["rows"] == counted


@pytest.mark.parametrize("question", [*QUESTIONS, *MORE], ids=lambda question: question.name)
def test_every_question_is_answered(question: Question, synthetic: Path) -> None:
    """Parley answers a path of each question that is measured."""
    paths = question.paths_of("parley", Values(synthetic))
    with Asker(synthetic) as ask:
        assert ask(paths[0]).status_code == 200


def test_trials_run(synthetic: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each question is timed by itself, in the application and in the reading of its page."""
    monkeypatch.setattr("benchmarks.trials.TIMED", 2)
    rows = asyncio.run(one_at_a_time(synthetic, Values(synthetic), 1.0))
    assert [row[0] for row in rows] == [each.name for each in (*QUESTIONS, *MORE)]
    timed = [time for row in rows for time in row[1:3]]
    assert all(time > 0 for time in timed)


def test_picture_is_drawn() -> None:
    """A bar for each application that answered a question, the faster the longer."""
    results = {
        "by actor": {
            "Parley, uncached": [{"rps": 4000.0}],
            "tutorial application": [{"rps": 150.0}, {"rps": 170.0}],
        }
    }
    picture = ElementTree.fromstring(drawn("tiny", results))
    bars = [each for each in picture.iter() if each.find("{*}title") is not None][1:]
    assert [bar.findtext("{*}title") for bar in bars] == [
        "by actor, Parley, uncached: 4,000/s",
        "by actor, tutorial application: 160/s",
    ]
    widths = [float(bar.attrib["width"]) for bar in bars]
    assert widths[0] > widths[1] > 0


def test_peers_have_the_same_entries(synthetic: Path, tmp_path: Path) -> None:
    """The tables of the other applications hold every event and every quote."""
    peer = sqlite3.connect(build(synthetic, tmp_path / "peer.db"))
    counts = [
        peer.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in ("event", "quote")
    ]
    peer.close()
    assert counts == [60, 180]


def test_instructions_are_counted_of_answers(synthetic: Path) -> None:
    """Every question is asked of every server over a connection without a network."""
    counted = []

    @contextmanager
    def counting(what: str) -> Iterator[None]:
        yield
        counted.append([int(each) for each in what.split(".")[:2]])

    asyncio.run(instructions.all_asked(synthetic, counting))
    assert counted == [
        [question, server]
        for question in range(len(instructions.ASKED))
        for server in range(len(SERVERS))
    ]
