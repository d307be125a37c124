"""What a seeding does, says and refuses, and the past that it keeps."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import orjson
import pytest

from app.cli import main
from app.db.schema_version import SCHEMA
from app.db.sqlite import open_file
from app.errors import DatabaseUnusable, SeedRefused
from app.seeding.seed import SeedSummary, seed
from app.seeding.target import PAGE_BYTES
from tests.conftest import Seeded, sqlite_settings
from tests.seeding.contents import changes, check_agreement, contents, records, rows_of
from tests.seeding.folders import Curated, Edit, edited, read_folder, write_folder

EVENTS = "events/1998.yaml"
QUOTES = "quotes/1998.yaml"
COUNTS = """\
actor: 6 added
dataset: 1 added
event: 5 added
figure: 2 added
proposal: 2 added
quote: 3 added
source: 3 added
term: 3 added
topic: 4 added"""

Reseed = Callable[..., SeedSummary]


@pytest.fixture
def database(tiny: Path, seeded: Seeded) -> Path:
    """The tiny record, seeded once."""
    return seeded(tiny)


@pytest.fixture
def reseed(tiny: Path, database: Path, tmp_path: Path) -> Reseed:
    """Seeds the tiny record with some edits over itself."""
    numbers = iter(range(100))

    def reseed(*edits: Edit, allow_removals: bool = False, dry_run: bool = False) -> SeedSummary:
        folder = edited(tiny, list(edits), tmp_path / f"edited-{next(numbers)}")
        return seed(
            folder, sqlite_settings(database), allow_removals=allow_removals, dry_run=dry_run
        )

    return reseed


def test_first_seeding_says_what_it_loaded(
    tiny: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The summary counts what was added by kind, and names the revision with its digest."""
    url = f"sqlite:///{tmp_path}/made/on/the/way/record.db"
    assert main(["seed", str(tiny), "--database", url]) == 0
    told = capsys.readouterr().out
    digest = rows_of(
        tmp_path / "made/on/the/way/record.db", "SELECT digest, version FROM revision"
    )[0]
    assert digest[1] == "1.10"
    assert told == f"seeded; {COUNTS}\nrevision 1, digest {digest[0][:16]}\n"
    assert main(["seed", str(tiny), "--database", url]) == 0
    assert capsys.readouterr().out == f"seeded; nothing to change, digest {digest[0][:16]}\n"


def test_second_seeding_writes_nothing(reseed: Reseed, database: Path) -> None:
    """The same files make no revision and leave the file as it is, byte for byte."""
    before = database.read_bytes()
    assert reseed().revision is None
    assert database.read_bytes() == before


def test_order_and_splitting_of_files_is_no_change(
    tiny: Path, database: Path, tmp_path: Path
) -> None:
    """Records in another order, in other files and in another form are the same record."""
    curated = read_folder(tiny)
    turned = {kind: dict(reversed(found.items())) for kind, found in curated.items()}
    folder = write_folder(turned, tmp_path / "turned")
    assert seed(folder, sqlite_settings(database)).revision is None


def test_changes_make_one_revision_with_what_stood_before(reseed: Reseed, database: Path) -> None:
    """A change, an addition and a removal make one revision; former records are kept in it."""
    before = records(database)
    summary = reseed(
        Edit(EVENTS, "  title: A draft is", "  title: A first draft is"),
        Edit("topics.yaml", "label: Prisoners", "label: Early release"),
        Edit("figures/1998.yaml", "- id: fig-yes-south", "- id: fig-yes-ireland"),
        Edit("dataset.yaml", "version: '1.10'", "version: '1.11'"),
    )
    assert summary.revision == 2
    assert str(summary).split("\n") == [
        "dataset: 1 changed",
        "event: 1 changed",
        "figure: 1 added, 1 removed",
        "topic: 1 changed",
        "documents rendered again: 1",
        f"revision 2, digest {summary.digest[:16]}",
    ]
    assert changes(database, 2) == [
        ("dataset", "good-friday", "changed", before["dataset", "good-friday"]),
        ("event", "draft", "changed", before["event", "draft"]),
        ("figure", "fig-yes-ireland", "added", None),
        ("figure", "fig-yes-south", "removed", before["figure", "fig-yes-south"]),
        ("topic", "prisoners", "changed", before["topic", "prisoners"]),
    ]
    assert rows_of(database, "SELECT version FROM revision ORDER BY number") == [
        ("1.10",),
        ("1.11",),
    ]
    check_agreement(database)


def test_new_name_makes_no_version_of_entries(reseed: Reseed, database: Path) -> None:
    """An actor's new name renders the documents that show it, and changes the actor alone."""
    summary = reseed(Edit("actors.yaml", "name: Mo Mowlam", "name: Marjorie Mowlam-Norton"))
    assert [row[:3] for row in changes(database, 2)] == [("actor", "mowlam", "changed")]
    assert summary.rendered == 1
    (body,) = rows_of(database, "SELECT body FROM document WHERE id = 'agreement-reached'")
    names = [link["actor"]["name"] for link in orjson.loads(body[0])["actors"]]
    assert names == ["United Kingdom", "Ireland", "Marjorie Mowlam-Norton", "Bertie Ahern"]


def test_coming_back_gives_the_digest_of_before(reseed: Reseed, database: Path) -> None:
    """The digest tells what is on record, whatever happened in between."""
    first = rows_of(database, "SELECT digest FROM revision")[0][0]
    second = reseed(Edit(QUOTES, "fragment: true", "fragment: false"))
    third = reseed()
    assert second.digest != first
    assert (third.digest, third.revision) == (first, 3)


def test_removed_entries_leave_no_rows(tiny: Path, database: Path, tmp_path: Path) -> None:
    """Of removed entries nothing is left but their past."""
    curated = read_folder(tiny)
    for event in curated["event"].values():
        event.pop("responds_to", None)
    curated["proposal"].clear()
    curated["quote"].clear()
    folder = write_folder(curated, tmp_path / "fewer")
    seed(folder, sqlite_settings(database), allow_removals=True)
    for table, rows in contents(database).items():
        held = repr(rows)
        assert "agreement-assembly" not in held, table
        assert "q-new-beginning" not in held, table
        assert "heads-of-agreement" not in held, table
    check_agreement(database)


def test_dry_run_changes_nothing(
    tiny: Path, database: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A dry run says what would change, and leaves the file as it is."""
    before = database.read_bytes()
    edits = [Edit("topics.yaml", "label: Prisoners", "label: Early release")]
    folder = edited(tiny, edits, tmp_path / "edited")
    arguments = ["seed", str(folder), "--database", f"sqlite:///{database}", "--dry-run"]
    assert main(arguments) == 0
    told = capsys.readouterr().out.split("\n")
    summary = told.index("dry run, nothing was written; topic: 1 changed")
    assert told[0] == "changed topic prisoners"
    assert told[summary + 1] == "documents rendered again: 2"
    assert told[summary + 2].startswith("would be revision 2, digest ")
    assert database.read_bytes() == before
    assert (
        main(["seed", str(folder), "--database", f"sqlite:///{tmp_path}/new.db", "--dry-run"]) == 0
    )
    assert not (tmp_path / "new.db").exists()


def test_flaws_keep_the_old_record(
    tiny: Path, database: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With one flaw nothing is loaded; check and seed tell it alike and end with status 1."""
    before = database.read_bytes()
    edits = [Edit(EVENTS, "event_type: vote", "event_type: poll")]
    folder = edited(tiny, edits, tmp_path / "edited")
    assert main(["check", str(folder)]) == 1
    told = capsys.readouterr()
    assert main(["seed", str(folder), "--database", f"sqlite:///{database}"]) == 1
    assert capsys.readouterr() == told
    assert told.out == ""
    assert told.err.startswith(f"{EVENTS}:50: referendums: event_type: 'poll' is not in the list")
    assert database.read_bytes() == before


def test_check_counts_what_is_right(tiny: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder without flaws is told by the number of its records."""
    assert main(["check", str(tiny)]) == 0
    told, _, months = capsys.readouterr().out.partition("months without entries: ")
    assert months.startswith("1996-07, 1996-08, ")
    assert told == (
        "no flaws in 6 actors, 5 events, 2 figures, 2 proposals, 3 quotes, 3 sources, 3 terms, "
        "4 topics\n"
        "0 of 4 wordings verified (0 %), 0 failed\n"
        "3 of 3 sources without archive\n"
        "0 of 3 titles not printed\n"
        "4 of 6 actors without identifiers\n"
        "topics without entries: none\n"
    )


def test_large_removals_are_refused_until_asked_for(
    tiny: Path, database: Path, tmp_path: Path
) -> None:
    """A loss of more than a tenth of the record takes a word."""
    curated = read_folder(tiny)
    curated["quote"].clear()
    curated["figure"].clear()
    folder = write_folder(curated, tmp_path / "fewer")
    with pytest.raises(SeedRefused) as refused:
        seed(folder, sqlite_settings(database))
    assert str(refused.value) == (
        "This would remove 5 of 29 records, more than a tenth, with them all 2 figures and all 3 "
        "quotes; give --allow-removals if that is meant."
    )
    summary = seed(folder, sqlite_settings(database), allow_removals=True)
    assert summary.counts["quote"]["removed"] == 3


def with_many_actors(curated: Curated) -> Curated:
    """A record in which any other kind is less than a tenth."""
    ids = [f"state-{number}" for number in range(100)]
    many = {each: {"id": each, "name": each, "kind": "state"} for each in ids}
    return {**curated, "actor": {**curated.get("actor", {}), **many}}


def without_entries(curated: Curated) -> Curated:
    """The dataset, its topics, and one source, to which nothing refers."""
    sources = dict(list(curated["source"].items())[:1])
    return {"dataset": curated["dataset"], "topic": curated["topic"], "source": sources}


@pytest.mark.parametrize(
    ("entries", "kinds", "lost"),
    [
        (True, ["quote"], "all 3 quotes"),
        (True, ["figure"], "all 2 figures"),
        (True, ["figure", "quote"], "all 2 figures and all 3 quotes"),
        (False, ["topic"], "all 4 topics"),
        (False, ["source"], "the only source"),
    ],
)
def test_a_kind_is_not_emptied_until_asked_for(
    tiny: Path, tmp_path: Path, entries: bool, kinds: list[str], lost: str
) -> None:
    """However small the share of a kind is, its last record takes a word."""
    curated = read_folder(tiny)
    before = with_many_actors(curated if entries else without_entries(curated))
    settings = sqlite_settings(tmp_path / "large.db")
    seed(write_folder(before, tmp_path / "before"), settings)
    after = {kind: records for kind, records in before.items() if kind not in kinds}
    folder = write_folder(after, tmp_path / "after")
    with pytest.raises(SeedRefused) as refused:
        seed(folder, settings)
    assert str(refused.value) == (
        f"This would remove {lost}; give --allow-removals if that is meant."
    )
    summary = seed(folder, settings, allow_removals=True)
    assert {kind for kind, done in summary.counts.items() if done["removed"]} == set(kinds)


def test_all_actors_are_not_removed_until_asked_for(tiny: Path, tmp_path: Path) -> None:
    """Actors are a kind like any other."""
    before = without_entries(read_folder(tiny))
    ids = [f"topic-{number}" for number in range(100)]
    before["topic"] = {each: {"id": each, "label": each} for each in ids}
    settings = sqlite_settings(tmp_path / "large.db")
    actor = {"id": "ireland", "name": "Ireland", "kind": "state"}
    seed(write_folder({**before, "actor": {"ireland": actor}}, tmp_path / "before"), settings)
    with pytest.raises(SeedRefused, match=r"^This would remove the only actor; give --allow-rem"):
        seed(write_folder(before, tmp_path / "after"), settings)


def test_another_dataset_is_refused_until_asked_for(reseed: Reseed) -> None:
    """Another record does not take a database by mistake."""
    other = Edit("dataset.yaml", "id: good-friday", "id: dayton")
    with pytest.raises(SeedRefused) as refused:
        reseed(other)
    assert str(refused.value) == (
        "The database holds the dataset 'good-friday'; to replace it by another one, give "
        "--allow-removals, or another --database."
    )
    assert reseed(other, allow_removals=True).revision == 2


AS_QUOTE = Edit(
    "quotes/new.ndjson",
    None,
    '{"id":"draft","date":"1998","text":"Words","speakers":[{"actor":"ireland"}],"attribution":'
    '"document","topics":["settlement"],"citations":[{"source":"agreement-1998"}]}',
)
AWAY = Edit(EVENTS, "- id: draft", "- id: other-draft")
KEEPS_KIND = (
    "quotes/new.ndjson:1: draft: id: was an event and would become a quote; choose another id"
)


def test_id_keeps_its_kind(reseed: Reseed) -> None:
    """An event's id cannot become a quote's, not even when the event goes."""
    with pytest.raises(SeedRefused) as refused:
        reseed(AWAY, AS_QUOTE, allow_removals=True)
    assert str(refused.value) == KEEPS_KIND


def test_id_keeps_its_kind_for_good(reseed: Reseed) -> None:
    """Neither can it become one long after the event went."""
    reseed(AWAY, allow_removals=True)
    with pytest.raises(SeedRefused) as refused:
        reseed(AWAY, AS_QUOTE, allow_removals=True)
    assert str(refused.value) == KEEPS_KIND


def test_removed_entry_may_come_back(reseed: Reseed, database: Path) -> None:
    """An entry that went by mistake comes back under its id."""
    reseed(AWAY, allow_removals=True)
    assert reseed(allow_removals=True).revision == 3
    assert [row[1:3] for row in changes(database, 3)] == [
        ("draft", "added"),
        ("other-draft", "removed"),
    ]


def test_documents_of_another_format_are_rendered_again(reseed: Reseed, database: Path) -> None:
    """All documents and index rows of another version are replaced, without a revision."""
    before = contents(database)
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("UPDATE state SET value = CAST('0' AS BLOB) WHERE name LIKE '%format'")
        connection.execute("UPDATE document SET body = CAST('{}' AS BLOB)")
        connection.execute("DELETE FROM posting WHERE key % 3 = 0")
        connection.execute("INSERT INTO tally VALUES (1, 'event', 'gone', 'by', 5)")
        connection.execute("INSERT INTO words (rowid, text) VALUES (1, 'gone')")
    summary = reseed(Edit(EVENTS, "  title: A draft is", "  title: A first draft is"))
    assert summary.revision == 2
    assert summary.rendered == 14
    check_agreement(database)
    assert reseed().revision == 3
    assert contents(database) == before
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("UPDATE state SET value = CAST('0' AS BLOB) WHERE name LIKE '%format'")
        connection.execute("UPDATE document SET body = CAST('{}' AS BLOB)")
    summary = reseed()
    assert (summary.revision, summary.rendered) == (None, 15)
    assert contents(database) == before


def set_schema(database: Path, schema: str) -> None:
    """Lets a database be of another version."""
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", (schema,))


def test_newer_database_is_not_touched(reseed: Reseed, database: Path) -> None:
    """Neither seeding nor serving touches a database that a newer version wrote."""
    set_schema(database, "9999")
    before = database.read_bytes()
    with pytest.raises(DatabaseUnusable) as refused:
        reseed()
    assert str(refused.value) == (
        f"{database} has the newer schema 9999, which this version (schema {SCHEMA}) does not "
        "know; seed it with the version of Parley that wrote it."
    )
    with pytest.raises(DatabaseUnusable) as unserved:
        open_file(database)
    assert str(unserved.value) == (
        f"The database has the newer schema 9999, which this version (schema {SCHEMA}) does not "
        "know; install the version of Parley that wrote it."
    )
    assert database.read_bytes() == before


def test_older_database_is_not_served(database: Path) -> None:
    """Serving an older database says how to upgrade it."""
    set_schema(database, "0000")
    with pytest.raises(DatabaseUnusable) as refused:
        open_file(database)
    assert str(refused.value) == (
        f"The database has the older schema 0000 and this version needs {SCHEMA}; run `parley "
        "seed`, which upgrades it."
    )


def test_missing_database_is_told(tmp_path: Path) -> None:
    """Serving without a database says how to make it."""
    with pytest.raises(DatabaseUnusable) as refused:
        open_file(tmp_path / "none.db")
    assert str(refused.value) == (
        f"There is no database at {tmp_path / 'none.db'}; run `parley seed` to make it from the "
        "seed files."
    )


def test_empty_and_unseeded_databases_are_told(tmp_path: Path) -> None:
    """An empty file has no schema yet, and one without a record is not served either."""
    path = tmp_path / "empty.db"
    path.touch()
    with pytest.raises(DatabaseUnusable, match="holds no Parley schema; run `parley seed`"):
        open_file(path)


def page_bytes(path: Path) -> int:
    """How large the pages of a file are."""
    with closing(sqlite3.connect(path)) as raw:
        return int(raw.execute("PRAGMA page_size").fetchone()[0])


def test_empty_file_is_seeded(tiny: Path, seeded: Seeded, tmp_path: Path) -> None:
    """An empty file is a place for a new database, with pages like those of any new one."""
    path = tmp_path / "empty.db"
    path.touch()
    seed(tiny, sqlite_settings(path))
    assert contents(path) == contents(seeded(tiny))
    assert page_bytes(path) == page_bytes(seeded(tiny)) == PAGE_BYTES


def test_what_is_no_database_is_not_touched(tiny: Path, tmp_path: Path) -> None:
    """A text, a damaged database and one of something else are left as they are."""
    text = tmp_path / "text.db"
    text.write_text("Not a database, but many words that someone wrote." * 100)
    with pytest.raises(DatabaseUnusable, match=r"is not a readable database \(file is not a"):
        seed(tiny, sqlite_settings(text))
    other = tmp_path / "other.db"
    with closing(sqlite3.connect(other)) as connection, connection:
        connection.execute("CREATE TABLE event (id TEXT)")
    with pytest.raises(DatabaseUnusable) as refused:
        seed(tiny, sqlite_settings(other))
    assert str(refused.value) == (
        f"{other} is a database of something else; move it away, or name another --database."
    )


def test_damaged_database_is_told(reseed: Reseed, database: Path) -> None:
    """A database that lost its second half is told, and left to whoever may mend it."""
    whole = database.read_bytes()
    database.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DatabaseUnusable, match=r"disk image is malformed\); move it away"):
        reseed(Edit(EVENTS, "  title: A draft is", "  title: A first draft is"))
    assert database.read_bytes() == whole[: len(whole) // 2]


def test_place_that_cannot_be_written(tiny: Path, tmp_path: Path) -> None:
    """A database below a file, or where a folder stands, is refused in words."""
    (tmp_path / "file").touch()
    with pytest.raises(SeedRefused, match=r"file: (Not a directory|File exists); nothing was ch"):
        seed(tiny, sqlite_settings(tmp_path / "file" / "record.db"))
    (tmp_path / "folder").mkdir()
    with pytest.raises(DatabaseUnusable, match="is not a readable database"):
        seed(tiny, sqlite_settings(tmp_path / "folder"))


def test_url_without_a_file(tiny: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A URL that names no file is refused in words."""
    assert main(["seed", str(tiny), "--database", "sqlite:///"]) == 1
    assert capsys.readouterr().err == (
        "The database URL names no file; write sqlite:///path/to/parley.db.\n"
    )
    assert main(["seed", str(tiny), "--database", "mysql://x"]) == 1
    assert "must start with sqlite:///" in capsys.readouterr().err


def test_readers_of_the_old_file_are_not_disturbed(reseed: Reseed, database: Path) -> None:
    """What was opened before a seeding answers from the old record to its end."""
    old = open_file(database)
    reseed(Edit(EVENTS, "  title: A draft is", "  title: A first draft is"))
    assert old.revision.number == 1
    bodies = old.loop.rows("SELECT body FROM document WHERE id = 'draft'", (), 1)
    assert orjson.loads(bodies[0][0])["title"] == "A draft is given to the parties"
    old.close()
    assert open_file(database).revision.number == 2


def test_permissions_of_the_file_stay(reseed: Reseed, database: Path) -> None:
    """A database that others may read, or may not, stays so."""
    database.chmod(0o640)
    reseed(Edit(EVENTS, "  title: A draft is", "  title: A first draft is"))
    assert database.stat().st_mode & 0o777 == 0o640


def test_names_with_signs_are_files_too(tiny: Path, tmp_path: Path) -> None:
    """A path may hold spaces, brackets and percent signs."""
    path = tmp_path / "a [b] 100%41 c" / "re[c]ord %.db"
    seed(tiny, sqlite_settings(path))
    path.with_name(f".{path.name}.seeding-1").touch()
    assert seed(tiny, sqlite_settings(path)).revision is None
    assert {each.name for each in path.parent.iterdir()} == {path.name, f".{path.name}.lock"}


def test_the_shipped_record(shipped: Path, seeded: Seeded) -> None:
    """The shipped record has no flaw, and its database agrees with itself."""
    database = seeded(shipped)
    check_agreement(database)
    assert seed(shipped, sqlite_settings(database)).revision is None
