"""The settings, and the only reader of the environment."""

from __future__ import annotations

import os
import re
from enum import StrEnum
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

DEFAULT_DATABASE_URL = "sqlite:///var/parley.db"


class LogFormat(StrEnum):
    """How the log is written."""

    human = "human"
    json = "json"


class LogRequests(StrEnum):
    """Which requests are logged."""

    all = "all"
    slow = "slow"
    none = "none"


def asks_for_telemetry() -> bool:
    """Whether OpenTelemetry is configured, by its own variables; asking it costs a request dear."""
    return any(name.startswith("OTEL_") for name in os.environ)


class Settings(BaseSettings):
    """Each setting is an environment variable of the same name, in capitals."""

    model_config = SettingsConfigDict(env_file=None, extra="ignore", frozen=True)

    database_url: Annotated[
        str, Field(description="`sqlite:///path` or `postgresql+psycopg://…`.")
    ] = DEFAULT_DATABASE_URL
    public_url: Annotated[
        str,
        Field(
            description="Where clients reach the service; used in feeds and citations. "
            "Where it is not given, `parley serve` takes the address it serves on."
        ),
    ] = "http://127.0.0.1:8000"
    statement_timeout: Annotated[
        float, Field(gt=0, le=300, description="Seconds until a question is given up with 503.")
    ] = 5.0
    database_connections: Annotated[
        int, Field(ge=1, le=1000, description="Connections to PostgreSQL, for each worker.")
    ] = 10
    cache_bytes: Annotated[
        int, Field(ge=0, description="Memory for rendered pages, in bytes, for each worker.")
    ] = 32 * 1024 * 1024
    max_url_length: Annotated[
        int, Field(ge=256, description="The longest path with its query, in bytes.")
    ] = 32_000
    verify_private_addresses: Annotated[
        tuple[str, ...],
        Field(
            description="Private addresses that `parley verify --fetch` may read from all the "
            'same, as JSON: `["127.0.0.1"]`; `[]` for none.'
        ),
    ] = ()

    max_requests: Annotated[
        int, Field(ge=1, description="Questions answered at once by a worker; more get 503.")
    ] = 1000
    max_body: Annotated[
        int, Field(ge=0, description="The longest body of a request, in bytes.")
    ] = 512 * 1024
    trusted_hosts: Annotated[
        tuple[str, ...],
        Field(description='Host names served, as JSON: `["parley.example"]`; `[]` for any.'),
    ] = ()
    trusted_proxies: Annotated[
        str,
        Field(description="Addresses whose X-Forwarded headers are believed; empty for none."),
    ] = ""
    rate_limit: Annotated[
        str | None,
        Field(description="Questions a client may ask, such as `100/minute`; empty for no limit."),
    ] = None
    log_format: Annotated[
        LogFormat, Field(description="How the log is written: `human` or `json`.")
    ] = LogFormat.human
    log_requests: Annotated[
        LogRequests, Field(description="Which requests are logged: `all`, `slow` or `none`.")
    ] = LogRequests.slow
    slow_request: Annotated[
        float, Field(ge=0, description="Seconds from which on a request is slow.")
    ] = 0.25
    log_clients: Annotated[
        bool, Field(description="Whether the log has the addresses of clients.")
    ] = False

    @field_validator("rate_limit")
    @classmethod
    def known_rate(cls, rate: str | None) -> str | None:
        """Such as `100/minute`; empty is none."""
        if not rate:
            return None
        # Imported here, as starting should not wait for it where no rate is limited.
        from limits import parse  # noqa: PLC0415

        try:
            parse(rate)
        except ValueError as error:
            raise ValueError(f"RATE_LIMIT must be such as 100/minute, not {rate!r}") from error
        return rate

    @field_validator("trusted_proxies")
    @classmethod
    def known_proxies(cls, proxies: str) -> str:
        """Addresses and networks, separated by commas, or `*` for any."""
        for proxy in filter(None, map(str.strip, proxies.split(","))):
            try:
                _ = proxy == "*" or ip_network(proxy)
            except ValueError as error:
                raise ValueError(
                    f"TRUSTED_PROXIES must be such as 127.0.0.1,10.0.0.0/8 or *, not {proxy!r}"
                ) from error
        return proxies

    @field_validator("database_url")
    @classmethod
    def known_engine(cls, url: str) -> str:
        """Only the two engines that Parley knows."""
        if not url.startswith(("sqlite:///", "postgresql+psycopg://")):
            known = "sqlite:/// or postgresql+psycopg://"
            raise ValueError(f"DATABASE_URL must start with {known}, not {masked(url)!r}")
        return url

    @field_validator("public_url")
    @classmethod
    def without_slash(cls, url: str) -> str:
        """Paths are appended to it."""
        if not url.startswith(("http://", "https://")):
            raise ValueError(f"PUBLIC_URL must start with http:// or https://, not {url!r}")
        return url.rstrip("/")

    @property
    def sqlite_path(self) -> Path | None:
        """The database file, or None where the database is PostgreSQL."""
        prefix = "sqlite:///"
        url = self.database_url
        return Path(url.removeprefix(prefix)) if url.startswith(prefix) else None

    def shown(self) -> list[tuple[str, str, str]]:
        """Each setting as its variable, its value with secrets masked, and what it is for."""
        listed = []
        for name, field in type(self).model_fields.items():
            value = getattr(self, name)
            text = masked(value) if name == "database_url" else str(value)
            listed.append((name.upper(), text, field.description or ""))
        return listed


def masked(url: str) -> str:
    """A database URL without its password, wherever in it the password stands."""
    url = re.sub(r"(://[^:/@]*):.*@", r"\1:***@", url)
    return re.sub(r"(password=)[^&\s]*", r"\1***", url)
