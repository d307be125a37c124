"""`parley fmt`: the YAML files of a record in their canonical form."""

from __future__ import annotations

from pathlib import Path

import yaml

from app.errors import SeedRefused
from app.kinds import KINDS
from app.seeding.files import seed_files
from app.seeding.flaws import Flaw
from app.seeding.record_validation import MODELS
from app.seeding.replacing import rewrite
from app.seeding.yaml_files import decoded_text, yaml_problem
from app.seeding.yaml_tree import Node, read_tree, tree_texts
from app.seeding.yaml_writer import formatted_yaml

# `parley verify` writes these.
MACHINE_WRITTEN = ("evidence",)


def fmt(folder: Path, *, writing: bool = True, recorded: str | None = None) -> list[str]:
    """The files that are not in canonical form, which are rewritten; or none of them is.

    `recorded` is the day that is written into entries that have none.
    Raises `SeedRefused` with a flaw for each file that is no YAML, and then writes nothing.
    """
    changed: dict[str, bytes] = {}
    flaws: list[Flaw] = []
    for found in seed_files(folder):
        if isinstance(found, Flaw):
            flaws.append(found)
            continue
        kind, path = found
        if path.suffix == ".yaml" and kind not in MACHINE_WRITTEN:
            name, before = path.relative_to(folder).as_posix(), path.read_bytes()
            after = formatted(kind, name, before, recorded if kind in KINDS else None)
            if isinstance(after, Flaw):
                flaws.append(after)
            elif after != before:
                changed[name] = after
    if flaws:
        raise SeedRefused("\n".join(str(flaw) for flaw in flaws))
    if writing:
        for name, after in changed.items():
            rewrite(folder / name, after)
    return list(changed)


def formatted(kind: str, file: str, before: bytes, recorded: str | None = None) -> bytes | Flaw:
    """A file in its canonical form, or the first flaw that keeps it from being read."""
    text, flaws = decoded_text(before, file)
    if text is None:
        return flaws[0]
    try:
        tree = read_tree(text)
    except yaml.MarkedYAMLError as error:
        line, wrong = yaml_problem(error, text)
        return Flaw(file, line, "", "", wrong)
    if recorded is not None:
        stamp(tree, recorded)
    after = formatted_yaml(tree, MODELS[kind])
    if sorted(tree_texts(read_tree(after))) != sorted(tree_texts(tree)):
        raise SeedRefused(f"{file}: could not be formatted without a loss; please report this.")
    return after.encode()


def stamp(entries: Node, recorded: str) -> None:
    """Writes the day into each entry of a list, and each term of a proposal, that has none."""
    for entry in entries.items or ():
        if entry.pairs is None:
            continue
        fields = dict(entry.pairs)
        if "recorded" not in fields:
            entry.pairs.append(("recorded", Node(text=recorded)))
        if "terms" in fields:
            stamp(fields["terms"], recorded)
