"""The settings, and the only reader of the environment."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

DEFAULT_DATABASE_URL = "sqlite:///var/parley.db"


class Settings(BaseSettings):
    """Each setting is an environment variable of the same name, in capitals."""

    model_config = SettingsConfigDict(env_file=None, extra="ignore", frozen=True)

    database_url: Annotated[
        str, Field(description="`sqlite:///path` or `postgresql+psycopg://…`.")
    ] = DEFAULT_DATABASE_URL
    public_url: Annotated[
        str,
        Field(description="Where clients reach the service; used in feeds and citations."),
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
    ] = 8192

    @field_validator("database_url")
    @classmethod
    def known_engine(cls, url: str) -> str:
        """Only the two engines that Parley knows."""
        if not url.startswith(("sqlite:///", "postgresql+psycopg://")):
            raise ValueError(
                f"DATABASE_URL must start with sqlite:/// or postgresql+psycopg://, not {url!r}"
            )
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
