"""The texts of sources, from a folder or from the web."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import yaml

from app.errors import ParleyError, SeedRefused
from app.reference.sources import SourceRecord

INDEX = "index.yaml"


class NoText(ParleyError):
    """The text of a source cannot be read; the message says why."""


class Texts(Protocol):
    """Something that has the texts of sources."""

    def text_of(self, source: SourceRecord) -> str:
        """The text of a source; raises `NoText`."""
        ...


class TextFolder:
    """A folder of texts: `<source id>.txt`, or as `index.yaml` says by source id."""

    def __init__(self, folder: Path):
        if not folder.is_dir():
            raise SeedRefused(f"{folder} is not a folder; give the one that holds the texts.")
        self.folder = folder
        self.names = read_index(folder / INDEX)

    def text_of(self, source: SourceRecord) -> str:
        """The text of a source, read as UTF-8."""
        path = self.folder / self.names.get(source.id, f"{source.id}.txt")
        if not path.resolve().is_relative_to(self.folder.resolve()):
            raise NoText(f"{path} lies outside the folder of texts")
        try:
            return path.read_text(encoding="utf-8")
        except FileNotFoundError as missing:
            raise NoText(f"there is no {path.name} among the texts") from missing
        except UnicodeDecodeError as error:
            raise NoText(f"{path.name} is not UTF-8") from error
        except OSError as error:
            raise NoText(f"{path.name} cannot be read ({error.strerror})") from error


def read_index(path: Path) -> dict[str, str]:
    """The names of files by source id; empty where there is no index."""
    if not path.exists():
        return {}
    try:
        names = yaml.safe_load(path.read_bytes())
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise SeedRefused(f"{path} is not YAML: {error}") from error
    if not isinstance(names, dict):
        raise SeedRefused(f"{path} must have one line for each source: `source-id: file.txt`.")
    return {str(source): str(name) for source, name in names.items()}
