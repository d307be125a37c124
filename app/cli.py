"""The command line: parley init | new | import | check | fmt | diff | seed | serve | mcp | …"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from io import TextIOWrapper
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_settings import SettingsError

from app.config import Settings
from app.errors import ParleyError, said_of

# Where the record is if nothing is said: here, or in the folder of that name.
SEED_FOLDER = Path() if Path("dataset.yaml").is_file() else Path("seed_data")
NEW_KINDS = ("event", "quote", "proposal", "figure", "actor", "topic", "source")


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command; returns 0, or 1 after saying what went wrong."""
    for stream in (sys.stdout, sys.stderr):
        # Files are UTF-8 whatever the console is: `parley new quote >> quotes/2024.yaml`.
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        asked = parser().parse_args(arguments)
        return int(asked.command(asked) or 0)
    except ParleyError as error:
        print(error, file=sys.stderr)
    except ValidationError as invalid:
        for wrong in invalid.errors():
            name = "_".join(str(step) for step in wrong["loc"]).upper()
            print(f"{name}: {said_of(wrong)}", file=sys.stderr)
    except SettingsError as unreadable:
        print(f"{unreadable}; lists are written as JSON", file=sys.stderr)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # The reader, such as `head`, has ended; Python would report it once more when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except MemoryError:
        memory = "There is not enough memory; end other programs, or give this one more. "
        print(f"{memory}The database holds the old record or the new one, whole.", file=sys.stderr)
    return 1


def parser() -> argparse.ArgumentParser:
    """The commands and their options; `run_check` runs the command `check`."""
    top = argparse.ArgumentParser(prog="parley", description="The record of a negotiation.")
    commands = top.add_subparsers(required=True, metavar="COMMAND")

    def command(
        run: Callable[..., int | None], words: str, folder: Path | None = SEED_FOLDER
    ) -> Any:
        made = commands.add_parser(run.__name__.removeprefix("run_"), help=words)
        made.set_defaults(command=run)
        if folder is not None:
            made.add_argument("folder", nargs="?", type=Path, default=folder)
        return made

    starting = command(run_init, "write a record to begin with", folder=None)
    starting.add_argument("folder", type=Path)

    adding = command(run_new, "print a commented entry to fill in", folder=None)
    adding.add_argument("kind", choices=NEW_KINDS)
    address = "of a source: print what its page says of it, and keep its text in FOLDER/texts"
    adding.add_argument("address", nargs="?", metavar="URL", help=address)
    adding.add_argument("folder", nargs="?", type=Path, default=SEED_FOLDER)

    importing = command(run_import, "add the sources of a bibliography", folder=None)
    importing.add_argument("what", choices=("sources",))
    formats = "RIS (.ris), BibTeX (.bib), CSL-JSON (.json) or CSV (.csv)"
    importing.add_argument("file", type=Path, help=formats)
    importing.add_argument("folder", nargs="?", type=Path, default=SEED_FOLDER)

    checking = command(run_check, "report flaws and warnings of the seed files")
    checking.add_argument("--strict", action="store_true", help="fail on warnings, too")
    checking.add_argument("--format", choices=("text", "json", "github"), default="text")

    seeding = command(run_seed, "check the seed files and load them")
    seeding.add_argument("--dry-run", action="store_true", help="say what would change")
    removals = "let more than a tenth of the record or all of a kind go, or another dataset come"
    seeding.add_argument("--allow-removals", action="store_true", help=removals)

    formatting = command(run_fmt, "write the YAML seed files in one form")
    formatting.add_argument("--check", action="store_true", help="only say which files differ")
    stamp = "write today as `recorded` into entries that have none"
    formatting.add_argument("--stamp", action="store_true", help=stamp)

    comparing = command(run_diff, "say what differs between two versions", folder=None)
    version = "a folder, a git revision (of the other folder, or seed_data), a database, a server"
    comparing.add_argument("old", metavar="OLD", help=version)
    comparing.add_argument("new", metavar="NEW", help="the same")
    comparing.add_argument("--format", choices=("text", "json", "markdown"), default="text")

    verifying = command(
        run_verify, "look the words of every quotation up in the text of its source"
    )
    texts = verifying.add_mutually_exclusive_group()
    texts.add_argument("--texts", metavar="DIR", type=Path, help="texts by source id, DIR/<id>.txt")
    texts.add_argument("--fetch", action="store_true", help="the live pages of the sources")
    verifying.add_argument("--write", action="store_true", help="record it in evidence.yaml")

    command(run_schema, "write the JSON Schemas of the seed files", SEED_FOLDER / "schemas")

    serving = command(run_serve, "answer questions over HTTP", None)
    own = "check this record, load it into a cache of its own, and serve it"
    serving.add_argument("folder", nargs="?", type=Path, help=own)
    again = "with FOLDER: load it again when a file is saved"
    serving.add_argument("--watch", action="store_true", help=again)
    serving.add_argument("--host", default="127.0.0.1")
    serving.add_argument("--port", type=number(0, 65_535), default=8000, help="0 for a free one")
    serving.add_argument("--workers", type=number(1, 1000), default=1)
    agents = command(run_mcp, "answer an agent over standard input and output", None)
    for using in (seeding, serving, agents):
        using.add_argument("--database", metavar="URL", help="instead of DATABASE_URL")

    command(run_config, "print the settings, secrets masked", None)
    return top


def number(least: int, most: int) -> Callable[[str], int]:
    """Reads a whole number within bounds."""

    def read(text: str) -> int:
        if not text.isdecimal() or not least <= int(text) <= most:
            raise argparse.ArgumentTypeError(f"must be {least} to {most}, not {text!r}")
        return int(text)

    return read


def settings_of(asked: argparse.Namespace) -> Settings:
    """The settings, with what the command line says instead."""
    return Settings(database_url=asked.database) if asked.database else Settings()


def run_init(asked: argparse.Namespace) -> None:
    """Prints what to do next."""
    from app.curation.starting import init  # noqa: PLC0415

    init(asked.folder)
    print(f"{asked.folder} holds a record; serve it: parley serve {asked.folder} --watch")


def run_new(asked: argparse.Namespace) -> None:
    """Prints the entry, and the facts of a source that were not found."""
    from app.curation.starting import new_entry  # noqa: PLC0415

    if asked.address is None:
        print(new_entry(asked.kind))
        return
    if asked.kind != "source":
        raise ParleyError(f"Only a source has an address: parley new source {asked.address}.")
    from app.curation.fetched_sources import fetch_source  # noqa: PLC0415

    entry, remarks = fetch_source(asked.folder, asked.address)
    print(entry, end="", flush=True)
    print(*remarks, sep="\n", end="\n" if remarks else "", file=sys.stderr)


def run_import(asked: argparse.Namespace) -> bool:
    """Prints what was added, and what was not taken; whether there is any of that."""
    from app.curation.importing import import_sources  # noqa: PLC0415

    added, flaws = import_sources(asked.folder, asked.file)
    for each in added:
        print(f"{each['id']}: {each['title']}")
    print(f"{len(added)} added, {len(flaws)} remarks", flush=True)
    print(*flaws, sep="\n", end="\n" if flaws else "", file=sys.stderr)
    return bool(flaws)


def run_check(asked: argparse.Namespace) -> bool:
    """Prints flaws and warnings, or the number of records; whether the check failed."""
    # Imported here, as serving should not wait for what only seeding needs.
    from app.curation.reports import FORMATS, summary  # noqa: PLC0415
    from app.seeding.checking import review_folder  # noqa: PLC0415

    review = review_folder(asked.folder, datetime.now(UTC).date())
    report = FORMATS[asked.format](review, asked.folder)
    if asked.format != "text":
        print(report)
    elif not review.flaws:
        print(summary(review), flush=True)
    if asked.format == "text" and report:
        print(report, file=sys.stderr)
    return bool(review.flaws or (asked.strict and review.warnings))


def run_seed(asked: argparse.Namespace) -> bool:
    """Prints what was added, changed and removed, or what `parley check` would."""
    from app.seeding.checking import Flawed  # noqa: PLC0415
    from app.seeding.seed import seed  # noqa: PLC0415

    try:
        summary = seed(
            asked.folder,
            settings_of(asked),
            dry_run=asked.dry_run,
            allow_removals=asked.allow_removals,
        )
    except Flawed:
        if run_check(argparse.Namespace(folder=asked.folder, format="text", strict=False)):
            return True
        # The files read well now, and did not when they were to be seeded.
        raise
    except KeyboardInterrupt:
        whole = "Interrupted; the database holds the old record or the new one, whole."
        print(whole, file=sys.stderr)
        raise
    if asked.dry_run and summary.revision not in (None, 1):
        database = settings_of(asked).database_url
        run_diff(argparse.Namespace(old=database, new=str(asked.folder), format="text"))
    print("dry run, nothing was written" if asked.dry_run else "seeded", end="; ")
    print(summary)
    return False


def run_fmt(asked: argparse.Namespace) -> int:
    """Prints the files that were written, or with `--check` the files that would be: then 1."""
    from app.curation.formatting import fmt  # noqa: PLC0415

    today = datetime.now(UTC).date().isoformat() if asked.stamp else None
    changed = fmt(asked.folder, writing=not asked.check, recorded=today)
    for file in changed:
        print(f"{file}: is not formatted; run `parley fmt`" if asked.check else file)
    return int(asked.check and bool(changed))


def run_diff(asked: argparse.Namespace) -> None:
    """Prints what differs, entry by entry."""
    from app.curation.change_reports import FORMATS  # noqa: PLC0415
    from app.curation.difference import difference  # noqa: PLC0415
    from app.curation.sources import records_of  # noqa: PLC0415

    folder = next((Path(each) for each in (asked.new, asked.old) if Path(each).is_dir()), None)
    old, new = (records_of(each, folder or SEED_FOLDER) for each in (asked.old, asked.new))
    print(FORMATS[asked.format](difference(old, new)))


def run_verify(asked: argparse.Namespace) -> int:
    """Prints what was not found, and counts; returns 1 where words are not in their text."""
    from app.evidence.verifying import run_verification  # noqa: PLC0415

    report, written = run_verification(
        asked.folder, asked.texts, fetch=asked.fetch, writing=asked.write
    )
    print(report)
    if written is not None:
        print(f"written to {written}")
    return 1 if report.counts["failed"] else 0


def run_schema(asked: argparse.Namespace) -> None:
    """Writes the schemas, and prints where."""
    from app.seeding.json_schemas import write_schemas  # noqa: PLC0415

    for path in write_schemas(asked.folder):
        print(path)


def run_serve(asked: argparse.Namespace) -> None:
    """Serves until it is stopped."""
    settings = settings_of(asked)
    if asked.folder is not None:
        settings = settings_of_folder(asked, settings)
    elif asked.watch:
        raise ParleyError("--watch needs the folder of a record: parley serve FOLDER --watch.")
    from app.main import serve  # noqa: PLC0415

    serve(settings, host=asked.host, port=asked.port, workers=asked.workers)


def settings_of_folder(asked: argparse.Namespace, settings: Settings) -> Settings:
    """The settings with the database of a record that is loaded from its folder."""
    from app.curation.serving import prepare  # noqa: PLC0415

    if asked.database or (asked.watch and asked.workers > 1):
        raise ParleyError("A folder has a database of its own, and one worker while it is watched.")
    database, report = prepare(asked.folder, watching=asked.watch)
    url = {"database_url": f"sqlite:///{database}", "watch_report": report}
    return Settings(**{**settings.model_dump(exclude_unset=True), **url})


def run_mcp(asked: argparse.Namespace) -> None:
    """Answers until standard input ends."""
    from app.main import serve_agents  # noqa: PLC0415

    serve_agents(settings_of(asked))


def run_config(_: argparse.Namespace) -> None:
    """Prints every setting with its value and what it is for."""
    for name, value, purpose in Settings().shown():
        print(f"{name}={value}\n    {purpose}")
