"""`parley fmt`: one form of each file, with every value and comment kept."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.cli import main
from app.curation.formatting import formatted
from app.seeding.files import seed_files
from app.seeding.flaws import Flaw
from app.seeding.yaml_files import YamlRecords
from app.seeding.yaml_tree import read_tree, tree_texts
from tests.conftest import SHIPPED, TINY
from tests.kinds.test_fields import with_more
from tests.seeding.folders import read_folder

MESSY = """\
# yaml-language-server: $schema=../schemas/quotes.json

# The quotes of one day.
-   speakers: [ {actor: trimble,   office: 'First Minister'} ]   # as printed
    "id": q-one    # the first
    # When it was said.
    date: '1998-04-10'
    text: "He said: \\"no\\", and it's #1"
    attribution: on_record
    context:   This is a sentence of ours that goes on for so long that it
        does not stand on one line of a hundred characters.
    topics:
      # the widest
      - talks
      # - agreement
    citations:
     - {source: bbc, supports: "yes"}
     # a second one is wanted
    fragment: false
    notes: |
      One line.
      Another.
    unknown: 1.10
    renderings:
      - text: >- # from the wire
          Words of
          two lines
        source: pa
    translated:
- id: q-two
  former_ids: []
# The end.
"""
NEAT = """\
# yaml-language-server: $schema=../schemas/quotes.json

# The quotes of one day.
- id: q-one # the first
  # When it was said.
  date: 1998-04-10
  text: >-
    He said: "no", and it's #1
  speakers: # as printed
    - actor: trimble
      office: First Minister
  context: >-
    This is a sentence of ours that goes on for so long that it does not stand on one line of a
    hundred characters.
  translated:
  fragment: false
  attribution: on_record
  renderings:
    - text: >- # from the wire
        Words of two lines
      source: pa
  topics:
    # the widest
    - talks
    # - agreement
  citations:
    - source: bbc
      supports: 'yes'
    # a second one is wanted
  notes: |-
    One line.
    Another.
  unknown: '1.10'

- id: q-two
  former_ids: []
# The end.
"""
SCALARS = {
    "plain words": ("notes", "'plain words'", "plain words"),
    "a word of YAML": ("notes", "'no'", "'no'"),
    "a number as text": ("notes", "'2024'", "'2024'"),
    "a number as such": ("order", "'12'", "12"),
    "a day": ("date", '"1998-04-10"', "1998-04-10"),
    "a flag": ("fragment", "'true'", "true"),
    "a colon": ("notes", "'a: b'", "'a: b'"),
    "an apostrophe at the start": ("notes", '"\'twas"', '"\'twas"'),
    "both marks": ("notes", "'''a'' \"b\": c'", "'''a'' \"b\": c'"),
    "a hash": ("notes", "'a #1'", "'a #1'"),
    "white space around our words": ("notes", "' a '", "a"),
    "white space around the words of a source": ("text", "' a '", "' a '"),
    "words of a source": ("text", "ceasefire", ">-\n    ceasefire"),
    "lines of a source": ("text", '"a\\nb"', "|-\n    a\n    b"),
    "lines that are indented": ("text", '"a\\n b"', '"a\\n b"'),
    "two spaces within": ("text", "a  b", ">-\n    a  b"),
    "a long address": ("url", f"https://a.example/{'b' * 90}", f"https://a.example/{'b' * 90}"),
    "nothing": ("notes", "null", ""),
    "an empty text": ("notes", "''", "''"),
    "an emoji and letters of other scripts": ("notes", "'שלום 🙂 é'", "שלום 🙂 é"),
    "an empty mapping": ("quantity", "{ }", "{}"),
}


def neat(text: str, kind: str = "quote") -> str:
    """The canonical form of a file."""
    made = formatted(kind, "quotes/a.yaml", text.encode())
    assert isinstance(made, bytes), made
    return made.decode()


def test_a_file_gets_one_form() -> None:
    """Keys in the order of the models, one item a line, comments where they belong."""
    assert neat(MESSY) == NEAT
    assert neat(NEAT) == NEAT


@pytest.mark.parametrize("case", SCALARS)
def test_a_value_gets_one_form(case: str) -> None:
    """Each value is quoted, folded or left plain by what it is and by its field."""
    field, given_value, expected = SCALARS[case]
    made = neat(f"- {field}: {given_value}\n")
    assert made == f"- {field}: {expected}".rstrip() + "\n"
    assert neat(made) == made


def test_the_shipped_record_is_formatted(capsys: pytest.CaptureFixture[str]) -> None:
    """`parley fmt --check` finds nothing to write in the record that is kept here."""
    assert main(["fmt", "--check", str(SHIPPED)]) == 0
    assert capsys.readouterr().out == ""


def test_files_are_written_and_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Only files in another form are written; `--check` writes none and fails; values stay."""
    folder = shutil.copytree(TINY, tmp_path / "record")
    assert main(["fmt", str(folder)]) == 0
    capsys.readouterr()
    events = folder / "events" / "1998.yaml"
    neat_before = events.read_bytes()
    events.write_text(events.read_text().replace("title: ", "title:   "))
    before = events.read_bytes()
    assert main(["fmt", "--check", str(folder)]) == 1
    said = "events/1998.yaml: is not formatted; run `parley fmt`\n"
    assert capsys.readouterr().out == said
    assert events.read_bytes() == before
    curated = read_folder(folder)
    assert main(["fmt", str(folder)]) == 0
    assert capsys.readouterr().out == "events/1998.yaml\n"
    assert events.read_bytes() == neat_before
    assert read_folder(folder) == curated


def test_nothing_is_written_where_a_file_is_no_yaml(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every file that cannot be read is named, and no other is written."""
    folder = shutil.copytree(TINY, tmp_path / "record")
    (folder / "events" / "1998.yaml").write_text('- title: "open\n')
    (folder / "topics.yaml").write_text("- &a id: talks\n")
    (folder / "actors.yaml").write_text("-   id:   talks\n")
    assert main(["fmt", str(folder)]) == 1
    assert capsys.readouterr().err == (
        "topics.yaml:1: has an anchor (&) or an alias (*); write the value out\n"
        "events/1998.yaml:1: opens a quotation mark that is not closed as it should; close it, or "
        "double it inside the text\n"
    )
    assert (folder / "actors.yaml").read_text() == "-   id:   talks\n"


FILES = {
    str(found[1].relative_to(TINY)): found
    for found in seed_files(TINY)
    if not isinstance(found, Flaw) and found[1].suffix == ".yaml"
}


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_comments_anywhere_are_kept(data: st.DataObject) -> None:
    """Wherever comments stand, no value and no comment is lost."""
    kind, path = FILES[data.draw(st.sampled_from(sorted(FILES)))]
    lines = path.read_text().split("\n")
    for number in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(lines) - 1))
        indent = " " * data.draw(st.sampled_from([0, 2, 4, 6]))
        if data.draw(st.booleans()):
            lines[at] += f" # beside {number}"
        else:
            lines.insert(at, f"{indent}# above {number}")
    text = "\n".join(lines)
    made = formatted(kind, "a.yaml", text.encode())
    if isinstance(made, Flaw):  # A comment within a text over several lines ends it.
        return
    again = formatted(kind, "a.yaml", made)
    assert again == made
    assert sorted(tree_texts(read_tree(made.decode()))) == sorted(tree_texts(read_tree(text)))
    assert fields(kind, made) == fields(kind, text.encode())


def fields(kind: str, content: bytes) -> list[object]:
    """The records of a file as they are read."""
    found = list(YamlRecords(kind, "a.yaml").records(content.decode()))
    return [each if isinstance(each, Flaw) else each.fields for each in found]


def test_entries_are_stamped(tmp_path: Path) -> None:
    """Each entry and term of a YAML file without a day gets today's; one that has one keeps it."""
    folder = with_more(tmp_path)
    assert main(["fmt", "--stamp", str(folder)]) == 0
    today = datetime.now(UTC).date().isoformat()
    curated = read_folder(folder)
    days = {
        each["id"]: each.get("recorded")
        for kind in ("event", "quote", "proposal", "figure")
        for entry in curated[kind].values()
        for each in (entry, *entry.get("terms", ()))
    }
    assert days.pop("vote-dail") == "2026-11-20"
    # NDJSON is written by programs, and left as it is.
    assert days.pop("q-name-of-the-state") is None
    assert set(days.values()) == {today}
    assert "agreement-assembly" in days
    assert "recorded" not in curated["source"]["agreement-1998"]
    assert main(["fmt", "--check", "--stamp", str(folder)]) == 0
