"""The log on standard error: lines for people, or JSON for machines."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import Any

import orjson

from app.config import LogFormat, Settings


def log_configuration(settings: Settings) -> dict[str, Any]:
    """The configuration of Python's logging."""
    formatter = JsonLines if settings.log_format is LogFormat.json else Readable
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": formatter}},
        "handlers": {"standard": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["standard"], "level": "INFO"},
    }


def logged_at(record: logging.LogRecord) -> str:
    """When something was logged, in UTC."""
    moment = datetime.fromtimestamp(record.created, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


class JsonLines(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as JSON."""
        said = {
            "time": logged_at(record),
            "level": record.levelname.lower(),
            "message": record.getMessage(),
            **getattr(record, "parley", {}),
        }
        if record.exc_info:
            said["exception"] = self.formatException(record.exc_info)
        return orjson.dumps(said, default=str).decode()


class Readable(logging.Formatter):
    """One line for people."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as `time level message name=value …`."""
        said = getattr(record, "parley", {})
        pairs = " ".join(f"{name}={value}" for name, value in said.items() if value is not None)
        line = (
            f"{logged_at(record)} {record.levelname.lower()} {record.getMessage()} {pairs}".rstrip()
        )
        if record.exc_info:
            line += "\n" + self.formatException(record.exc_info)
        return line
