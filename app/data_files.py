"""Reads the tables that are kept as data, beside the modules that use them."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import Any


def read_toml(path: str) -> dict[str, Any]:
    """The content of a TOML file, by its path below `app`."""
    return tomllib.loads(files("app").joinpath(path).read_text(encoding="utf-8"))
