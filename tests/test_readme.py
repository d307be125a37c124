"""The README: every command in it is run, and every answer it shows is the one that is given."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from app.config import Settings
from app.main import create_app
from app.seeding.seed import seed

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
ASKED = re.findall(
    r"```sh\ncurl '(http://127\.0\.0\.1:8000)(.*?)'\n```\n\n```\w+\n(.*?)```", README, re.S
)
COMMANDS = [
    line
    for block in re.findall(r"```sh\n(.*?)```", README, re.S)
    for line in block.splitlines()
    if not line.startswith("curl")
]


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> httpx.AsyncClient:
    """The application over the shipped record."""
    url = f"sqlite:///{tmp_path_factory.mktemp('readme') / 'parley.db'}"
    settings = Settings(database_url=url)
    seed(ROOT / "seed_data", settings)
    transport = httpx.ASGITransport(app=create_app(settings))
    return httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000")


def test_five_questions_are_asked() -> None:
    """The README shows one whole answer, asks five questions and shows their answers."""
    assert len(ASKED) == 6
    assert "format=md" in ASKED[0][1]


@pytest.mark.parametrize("asked", ASKED, ids=[path.split("?")[0] for _, path, _ in ASKED])
def test_answers_are_as_shown(client: httpx.AsyncClient, asked: tuple[str, str, str]) -> None:
    """What the README shows is what the service answers."""
    _, path, shown = asked
    answer = asyncio.run(client.get(path))
    assert answer.status_code == 200
    # The last line of Markdown names the revision, which changes with every entry.
    said = answer.text.rpartition("\nVersion")[0] if "format=md" in path else answer.text
    assert said.replace("\r\n", "\n") == shown


def test_every_other_command_is_known() -> None:
    """No command stands in the README that nothing tests."""
    assert COMMANDS == [
        "make run",
        "make test",
        # deploy/try-image builds and starts the image without Docker.
        "docker build --tag parley .",
        "docker run --publish 127.0.0.1:8000:8000 parley",
        "parley init my-record",
        # tests/curation runs it from an installed wheel.
        "parley serve my-record --watch",
    ]


def test_what_it_names_is_there(client: httpx.AsyncClient) -> None:
    """Each file or folder that stands in code exists, and each address answers."""
    named = set(re.findall(r"`([/\w.-]*/[\w./-]*)`", README.partition("## Go on from here")[2]))
    assert {"/guide", "examples/react/", "docs/operating.md", "deploy/"} <= named
    for name in sorted(named):
        if name.startswith("/"):
            assert asyncio.run(client.get(name)).status_code == 200, name
        else:
            assert (ROOT / name).exists(), name


def test_the_image_serves_on_the_port_named() -> None:
    """The published port is that of the image, whose own command serves."""
    image = (ROOT / "Dockerfile").read_text()
    assert "EXPOSE 8000" in image
    assert 'CMD ["/srv/parley/deploy/start"]' in image
    assert "--port 8000" in (ROOT / "deploy" / "start").read_text()


@pytest.mark.parametrize(
    "words",
    [["check", "seed_data"], ["seed", "seed_data", "--dry-run"], ["init", "/tmp/{name}/my-record"]],
)
def test_commands_for_curators_run(words: list[str], tmp_path: Path) -> None:
    """The commands for curators succeed, on the shipped record or a new one."""
    words = [each.replace("/tmp/{name}", str(tmp_path)) for each in words]
    command = [sys.executable, "-c", "from app.cli import main; raise SystemExit(main())", *words]
    environment = {"DATABASE_URL": f"sqlite:///{tmp_path / 'parley.db'}", "PATH": ""}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


def test_make_run_is_what_it_says() -> None:
    """`make run` sets up, seeds and serves; `make test` runs the tests; both by dry run."""
    done = subprocess.run(
        ["make", "-n", "run", "test"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    for step in ("parley seed seed_data", "parley serve", "pytest"):
        assert step in done.stdout
