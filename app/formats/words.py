"""The words and characters of formats, as words.toml has them."""

from __future__ import annotations

import tomllib
from importlib.resources import files

WORDS: dict[str, dict[str, str]] = tomllib.loads(
    files("app.formats").joinpath("words.toml").read_text(encoding="utf-8")
)
