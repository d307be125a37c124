"""The words and characters of formats, as words.toml has them."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import Any

WORDS: dict[str, dict[Any, str]] = tomllib.loads(
    files("app.formats").joinpath("words.toml").read_text(encoding="utf-8")
)
