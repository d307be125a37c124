"""The words and characters of formats, as words.toml has them."""

from __future__ import annotations

from app.data_files import read_toml

WORDS = read_toml("formats/words.toml")
