"""The settings: documented, validated, and shown without their secrets."""

from __future__ import annotations

import re
import socket
from pathlib import Path

import pytest

from app.cli import main
from app.config import Settings
from tests.operation.running import parley

DOCS = Path(__file__).parents[2] / "docs" / "operating.md"


def test_every_setting_is_documented() -> None:
    """docs/operating.md has a row for each setting, with its default; and no other row."""
    rows = dict(re.findall(r"^\| `([A-Z_]+)` \|([^|]*)\|", DOCS.read_text(), re.M))
    settings = {name.upper(): field.default for name, field in Settings.model_fields.items()}
    assert rows.keys() == settings.keys()
    for name, default in settings.items():
        shown = "" if default in (None, "", ()) else str(default)
        assert rows[name].strip().strip("`") == shown, name


# What cannot be read, what is out of range, and what can never match anything.
BAD = (
    ("DATABASE_URL", "postgresql://me:secret@host/x"),
    ("DATABASE_URL", "postgresql+psycopg://me:secret@host:99999/x"),
    ("DATABASE_URL", "postgresql+psycopg://me:secret@one:5432,two:0/x"),
    ("DATABASE_URL", "postgresql+psycopg://me:secret@host:port/x"),
    ("DATABASE_URL", "postgresql+psycopg://me:secret@[::1/x"),
    ("DATABASE_URL", "sqlite:///var/parley.db?mode=ro"),
    ("PUBLIC_URL", "parley.example"),
    ("PUBLIC_URL", "ftp://parley.example"),
    ("PUBLIC_URL", "https://"),
    ("PUBLIC_URL", "https:///parley"),
    ("PUBLIC_URL", "https://parley.example:99999"),
    ("PUBLIC_URL", "https://parley.example:0"),
    ("PUBLIC_URL", "https://parley.example?a=b"),
    ("PUBLIC_URL", "https://parley.example/#part"),
    ("PUBLIC_URL", "https://me:secret@parley.example"),
    ("PUBLIC_URL", "https://parley.example /path"),
    ("PUBLIC_URL", "https://[::1"),
    ("STATEMENT_TIMEOUT", "0"),
    ("STATEMENT_TIMEOUT", "nan"),
    ("DATABASE_CONNECTIONS", "many"),
    ("CACHE_BYTES", "-1"),
    ("MAX_URL_LENGTH", "10"),
    ("MAX_URL_LENGTH", "65536"),
    ("MAX_REQUESTS", "0"),
    ("MAX_BODY", "-1"),
    ("TRUSTED_HOSTS", "parley.example"),
    ("TRUSTED_HOSTS", '["https://parley.example"]'),
    ("TRUSTED_HOSTS", '["parley.example:443"]'),
    ("TRUSTED_HOSTS", '["parley.example/path"]'),
    ("TRUSTED_HOSTS", '["*.parley.example"]'),
    ("TRUSTED_HOSTS", '["*"]'),
    ("TRUSTED_HOSTS", '[""]'),
    ("TRUSTED_HOSTS", '[" parley.example"]'),
    ("TRUSTED_HOSTS", '["::1"]'),
    ("TRUSTED_HOSTS", '["gesprächs.example"]'),
    ("TRUSTED_PROXIES", "10.0.0.0/99"),
    ("TRUSTED_PROXIES", "10.0.0.1/8"),
    ("TRUSTED_PROXIES", "proxy.example"),
    ("TRUSTED_PROXIES", "*,10.0.0.1"),
    ("VERIFY_PRIVATE_ADDRESSES", '["localhost"]'),
    ("VERIFY_PRIVATE_ADDRESSES", '["10.0.0.0/8"]'),
    ("RATE_LIMIT", "often"),
    ("RATE_LIMIT", " "),
    ("RATE_LIMIT", "0/minute"),
    ("RATE_LIMIT", "-5/minute"),
    ("RATE_LIMIT", "100/minute;5/second"),
    ("SECURITY_CONTACT", "security@parley.example"),
    ("SECURITY_CONTACT", "http://parley.example/security"),
    ("SECURITY_CONTACT", "mailto:security@parley.example\nPolicy: https://elsewhere.example"),
    ("LOG_FORMAT", "xml"),
    ("LOG_REQUESTS", "some"),
    ("SLOW_REQUEST", "-1"),
    ("SLOW_REQUEST", "inf"),
    ("LOG_CLIENTS", "perhaps"),
)


@pytest.mark.parametrize(("name", "value"), BAD)
def test_a_bad_value_is_refused(name: str, value: str, capsys: pytest.CaptureFixture[str]) -> None:
    """`parley serve` says which variable is wrong, in a line or two, and ends with 1."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv(name, value)
        assert main(["serve", "--port", "1"]) == 1
    said = capsys.readouterr().err
    assert name in said.upper()
    assert "secret" not in said
    assert len(said.splitlines()) <= 2


def test_a_bad_value_ends_the_process() -> None:
    """As a command of its own it ends with 1, and without a traceback."""
    done = parley("serve", "--port", "1", TRUSTED_HOSTS='["https://parley.example"]')
    assert done.returncode == 1
    assert done.stderr == (
        "TRUSTED_HOSTS: must be whole host names such as parley.example or [::1], without scheme, "
        "port, path or wildcard, not 'https://parley.example'; leave it empty to serve any\n"
    )


GOOD = (
    ("PUBLIC_URL", "https://parley.example/", "https://parley.example"),
    ("PUBLIC_URL", "http://[::1]:8000/parley/", "http://[::1]:8000/parley"),
    ("TRUSTED_HOSTS", '["Parley.Example", "[::1]"]', "('parley.example', '[::1]')"),
    ("TRUSTED_PROXIES", " * ", "*"),
    ("TRUSTED_PROXIES", "10.0.0.0/8, ::1", "10.0.0.0/8, ::1"),
    ("VERIFY_PRIVATE_ADDRESSES", '["0:0:0:0:0:0:0:1"]', "('::1',)"),
    ("RATE_LIMIT", "", "None"),
    ("RATE_LIMIT", "5 per 10 seconds", "5 per 10 seconds"),
    ("MAX_URL_LENGTH", "65535", "65535"),
)


@pytest.mark.parametrize(("name", "value", "taken"), GOOD)
def test_a_good_value_is_taken(
    name: str, value: str, taken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the form in which it is compared."""
    monkeypatch.setenv(name, value)
    assert taken in [value for shown, value, _ in Settings().shown() if shown == name]


OPTIONS = (
    (("--port", "70000"), "--port: must be 0 to 65535, not '70000'"),
    (("--port", "-1"), "--port: must be 0 to 65535, not '-1'"),
    (("--port", "http"), "--port: must be 0 to 65535, not 'http'"),
    (("--workers", "0"), "--workers: must be 1 to 1000, not '0'"),
    (("--workers", "-2"), "--workers: must be 1 to 1000, not '-2'"),
)


@pytest.mark.parametrize(("options", "said"), OPTIONS)
def test_an_option_out_of_range_is_refused(
    options: tuple[str, str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """By name, before anything is opened."""
    with pytest.raises(SystemExit) as ended:
        main(["serve", *options])
    assert ended.value.code == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("host", ["no-such-host.invalid", "http://127.0.0.1", "198.51.100.1"])
def test_a_host_that_is_not_of_this_machine_is_refused(
    host: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """`parley serve` names the host and the port, and ends with 1."""
    assert main(["serve", "--host", host, "--port", "8000"]) == 1
    assert f"Nothing can be served on host '{host}', port 8000 (" in capsys.readouterr().err


def test_a_port_that_is_taken_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """By name and remedy."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main(["serve", "--port", str(port)]) == 1
    said = f"Nothing can be served on host '127.0.0.1', port {port} (Address already in use); "
    assert capsys.readouterr().err == said + "name another --host or --port.\n"


SECRETS = (
    "postgresql+psycopg://me:s3cret@host/record",
    "postgresql+psycopg://me:s3cret@one,two:5433/record?load_balance_hosts=random",
    "postgresql+psycopg://me:s3:cr@et/s3cret@host/record",
    "postgresql+psycopg://host/record?user=me&password=s3cret",
    "postgresql+psycopg://host/record?sslpassword=s3cret&user=me",
)


@pytest.mark.parametrize("url", SECRETS)
def test_settings_are_shown_without_secrets(url: str) -> None:
    """`parley config` prints every setting; the password is masked wherever it stands."""
    done = parley("config", DATABASE_URL=url, RATE_LIMIT="100/minute")
    assert done.returncode == 0
    for name in Settings.model_fields:
        assert f"\n{name.upper()}=" in f"\n{done.stdout}"
    assert "RATE_LIMIT=100/minute" in done.stdout
    assert "***" in done.stdout
    assert "s3c" not in done.stdout
    assert "host/record" in done.stdout or "one,two:5433/record" in done.stdout


def test_there_is_nothing_to_serve(tmp_path: Path) -> None:
    """Without a database: what to do, and 1."""
    done = parley("serve", "--port", "1", DATABASE_URL=f"sqlite:///{tmp_path / 'no.db'}")
    assert done.returncode == 1
    assert "run `parley seed`" in done.stderr
    assert "Traceback" not in done.stderr
