"""The settings, and the only reader of the environment."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.errors import DatabaseUnusable

DEFAULT_DATABASE_URL = "sqlite:///var/parley.db"
# Headers, with the address before them, are refused past as many bytes.
MOST_HEADER_BYTES = 65_535
# The name or bracketed address of a `Host` header, without its port.
HOST_NAME = re.compile(r"[a-z0-9_.~-]{1,255}|\[[0-9a-f:.]{2,45}\]", re.IGNORECASE)


def asks_for_telemetry() -> bool:
    """Whether OpenTelemetry's own variables configure it; without them, requests skip its cost."""
    return any(name.startswith("OTEL_") for name in os.environ)


def known_engine(url: str) -> str:
    """Only the two engines that Parley knows; a file without options."""
    if not url.startswith(("sqlite:///", "postgresql+psycopg://")):
        known = "sqlite:/// or postgresql+psycopg://"
        raise ValueError(f"must start with {known}, not {masked(url)!r}")
    if url.startswith("sqlite") and re.search(r"\?\w+=", url):
        raise ValueError(f"takes no options for SQLite; leave out what follows ? in {url!r}")
    return url


def whole_address(url: str) -> str:
    """Paths are appended to it, so it ends without a slash, a query or a fragment."""
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        usable = False
    if not usable or re.search(r"[\s<>\"?#@\\]", url):
        raise ValueError(
            "must be such as https://parley.example or https://parley.example/path, without "
            f"user, query and fragment, not {masked(url)!r}"
        )
    return url.rstrip("/")


def known_addresses(addresses: tuple[str, ...]) -> tuple[str, ...]:
    """Addresses, not names or networks, in the form in which they are compared."""
    try:
        return tuple(str(ip_address(address)) for address in addresses)
    except ValueError as error:
        raise ValueError(f"must be addresses such as 127.0.0.1 or ::1; {error}") from error


def known_hosts(hosts: tuple[str, ...]) -> tuple[str, ...]:
    """Names as `Host` has them, in lower case."""
    for host in hosts:
        if not HOST_NAME.fullmatch(host):
            raise ValueError(
                "must be whole host names such as parley.example or [::1], without scheme, "
                f"port, path or wildcard, not {host!r}; leave it empty to serve any"
            )
    return tuple(host.lower() for host in hosts)


def known_proxies(proxies: str) -> str:
    """Addresses and networks, separated by commas, or `*` alone for any."""
    if proxies.strip() == "*":
        return "*"
    try:
        for proxy in filter(None, map(str.strip, proxies.split(","))):
            ip_network(proxy)
    except ValueError as error:
        raise ValueError(f"must be such as 127.0.0.1,10.0.0.0/8, or * alone; {error}") from error
    return proxies


def known_rate(rate: str | None) -> str | None:
    """Such as `100/minute`; empty for no limit."""
    if not rate:
        return None
    # Imported here, as starting should not wait for it where no rate is limited.
    from limits import parse_many  # noqa: PLC0415

    try:
        (parsed,) = parse_many(rate)
    except ValueError as error:
        raise ValueError(f"must be one rate such as 100/minute, not {rate!r}") from error
    if parsed.amount == 0:
        raise ValueError(f"must let one question through at least, not {rate!r}")
    return rate


def known_contact(contact: str | None) -> str | None:
    """An address as RFC 9116 defines it; empty for none."""
    if contact and not re.fullmatch(r"(?:mailto:|https://|tel:)[!-~]+", contact):
        raise ValueError(
            f"must be such as mailto:security@parley.example or an https address, not {contact!r}"
        )
    return contact or None


class Settings(BaseSettings):
    """Each setting is an environment variable of the same name, in capitals."""

    model_config = SettingsConfigDict(extra="ignore", frozen=True, use_attribute_docstrings=True)

    database_url: Annotated[str, AfterValidator(known_engine)] = DEFAULT_DATABASE_URL
    """`sqlite:///path` or `postgresql+psycopg://…`."""
    public_url: Annotated[str, AfterValidator(whole_address)] = "http://127.0.0.1:8000"
    """Where clients reach the service; used in feeds and citations. Where it is not given,
    `parley serve` takes the address it serves on."""
    statement_timeout: Annotated[float, Field(gt=0, le=300)] = 5.0
    """Seconds until a question is given up with 503."""
    database_connections: Annotated[int, Field(ge=1, le=1000)] = 10
    """Connections to PostgreSQL, for each worker."""
    cache_bytes: Annotated[int, Field(ge=0)] = 32 * 1024 * 1024
    """Memory for rendered pages, in bytes, for each worker."""
    max_url_length: Annotated[int, Field(ge=256, le=MOST_HEADER_BYTES)] = 32_000
    """The longest path with its query, in bytes."""
    verify_private_addresses: Annotated[tuple[str, ...], AfterValidator(known_addresses)] = ()
    """Private addresses that `parley verify --fetch` may read from all the same, as JSON:
    `["127.0.0.1"]`; `[]` for none."""
    max_requests: Annotated[int, Field(ge=1)] = 1000
    """Questions answered at once by a worker; more get 503."""
    max_body: Annotated[int, Field(ge=0)] = 512 * 1024
    """The longest body of a request, in bytes."""
    trusted_hosts: Annotated[tuple[str, ...], AfterValidator(known_hosts)] = ()
    """Host names served, as JSON: `["parley.example"]`; `[]` for any."""
    trusted_proxies: Annotated[str, AfterValidator(known_proxies)] = ""
    """Addresses whose X-Forwarded headers are believed; empty for none."""
    rate_limit: Annotated[str | None, AfterValidator(known_rate)] = None
    """Questions a client may ask, such as `100/minute`; empty for no limit."""
    security_contact: Annotated[str | None, AfterValidator(known_contact)] = None
    """Where weaknesses are reported, for `/.well-known/security.txt`; empty for nowhere."""
    log_format: Literal["human", "json"] = "human"
    """How the log is written: `human` or `json`."""
    log_requests: Literal["all", "slow", "none"] = "slow"
    """Which requests are logged: `all`, `slow` or `none`."""
    slow_request: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 0.25
    """Seconds from which on a request is slow."""
    watch_report: Path | None = None
    """The file with what `parley serve --watch` found; pages show it, and load again."""
    log_clients: bool = False
    """Whether the log has the addresses of clients."""

    @property
    def sqlite_path(self) -> Path | None:
        """The database file, or None where the database is PostgreSQL."""
        prefix = "sqlite:///"
        if not self.database_url.startswith(prefix):
            return None
        path = Path(self.database_url.removeprefix(prefix))
        if path.name in ("", ":memory:"):
            raise DatabaseUnusable(
                "The database URL names no file; write sqlite:///path/to/parley.db."
            )
        return path

    def shown(self) -> Iterator[tuple[str, str, str]]:
        """Each setting as its variable, its value with secrets masked, and what it is for."""
        for name, field in type(self).model_fields.items():
            purpose = " ".join((field.description or "").split())
            yield name.upper(), masked(str(getattr(self, name))), purpose


def masked(url: str) -> str:
    """A database URL without its password, wherever in it the password stands."""
    url = re.sub(r"(://[^:/@]*):.*@", r"\1:***@", url)
    return re.sub(r"(password=)[^&\s]*", r"\1***", url)
