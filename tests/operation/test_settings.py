"""The settings: documented, validated, and shown without their secrets."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

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


BAD = {
    "DATABASE_URL": "postgresql://me:secret@host/x",
    "PUBLIC_URL": "parley.example",
    "STATEMENT_TIMEOUT": "0",
    "DATABASE_CONNECTIONS": "many",
    "CACHE_BYTES": "-1",
    "MAX_URL_LENGTH": "10",
    "MAX_REQUESTS": "0",
    "MAX_BODY": "-1",
    "TRUSTED_HOSTS": "parley.example",
    "TRUSTED_PROXIES": "10.0.0.0/99",
    "RATE_LIMIT": "often",
    "LOG_FORMAT": "xml",
    "LOG_REQUESTS": "some",
    "SLOW_REQUEST": "-1",
    "LOG_CLIENTS": "perhaps",
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_value_is_refused(name: str) -> None:
    """`parley serve` says which variable is wrong, in a line or two, and ends with 1."""
    done = parley("serve", "--port", "1", **{name: BAD[name]})
    assert done.returncode == 1
    assert name in done.stderr.upper()
    assert "Traceback" not in done.stderr
    assert "secret" not in done.stderr
    assert len(done.stderr.splitlines()) <= 2


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
