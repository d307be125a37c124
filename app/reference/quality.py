"""How well a record is founded: what is verified, archived and identified, and where it is thin."""

from __future__ import annotations

from collections.abc import Iterator

from app.entries.documents import Document


class Quality(Document):
    """How well the record is founded; `parley check` prints the same."""

    wordings: int
    """How many wordings of quotes it has."""
    wordings_verified: int
    """How many of them were found in their source, or in a stored copy of it."""
    wordings_failed: int
    """How many were looked for in the text of their source and not found."""
    sources: int
    """How many sources it has."""
    sources_without_archive: int
    """How many have no archived copy."""
    titles_not_printed: int
    """How many have a title that is not the printed one."""
    actors: int
    """How many actors it has."""
    actors_without_identifiers: int
    """How many have no id in any outside register."""
    topics_without_entries: list[str]
    """The topics that no entry has, nor any of their narrower topics."""
    months_without_entries: list[str]
    """The months between the first and the last entry that lie in the coverage and in which no
    entry begins."""

    def lines(self) -> Iterator[str]:
        """The report in words."""
        share = 100 * self.wordings_verified // self.wordings if self.wordings else 0
        yield (
            f"{self.wordings_verified:,} of {self.wordings:,} wordings verified ({share} %), "
            f"{self.wordings_failed:,} failed"
        )
        yield f"{self.sources_without_archive:,} of {self.sources:,} sources without archive"
        yield f"{self.titles_not_printed:,} of {self.sources:,} titles not printed"
        yield f"{self.actors_without_identifiers:,} of {self.actors:,} actors without identifiers"
        yield f"topics without entries: {', '.join(self.topics_without_entries) or 'none'}"
        yield f"months without entries: {', '.join(self.months_without_entries) or 'none'}"
