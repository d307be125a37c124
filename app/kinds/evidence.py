"""Where the words of a quotation stand in the text of their source, and when that was last seen."""

from __future__ import annotations

from enum import StrEnum
from hashlib import sha256
from typing import Annotated, Any, Literal

from pydantic import Field
from pydantic import StringConstraints as Text

from app.entries.dates import Precision, parse_date
from app.entries.documents import Document
from app.entries.record import Edtf, Prose, Record, RefersTo, Slug, SourceId, Verbatim

# A few words around the quotation tell where it stands; more would carry the article itself.
CONTEXT_LENGTH = 20


class EvidenceStatus(StrEnum):
    """Whether the words were found in the text of their source.

    `verified`: they stand there, but for the style of quotation marks, dashes and spaces. `failed`:
    the text was read and they do not. `unverified`: nobody has looked, or the text was not to be
    had.
    """

    verified = "verified"
    unverified = "unverified"
    failed = "failed"


Words = Annotated[str, Text(pattern=r"^[0-9a-f]{16}$")]
Around = Annotated[str, Text(max_length=CONTEXT_LENGTH)]


class Evidence(Record):
    """What was found of one wording: a W3C TextQuoteSelector, the text's sha256, and the date."""

    source: SourceId
    words: Words
    status: Literal[EvidenceStatus.verified, EvidenceStatus.failed]
    exact: Verbatim | None = None
    prefix: Around = ""
    suffix: Around = ""
    text_sha256: Annotated[str, Text(pattern=r"^[0-9a-f]{64}$")]
    date: Edtf
    notes: Prose | None = None

    def model_post_init(self, _: Any) -> None:
        """A selector where the words were found, and only there; a whole day."""
        if (self.exact is not None) != (self.status is EvidenceStatus.verified):
            raise ValueError("exact is given where the status is verified, and only there")
        if parse_date(self.date).precision is not Precision.day:
            raise ValueError("date must be the day on which the text was read")

    @property
    def selector(self) -> TextQuoteSelector | None:
        """Where the words stand; None where they were not found."""
        if self.exact is None:
            return None
        return TextQuoteSelector(exact=self.exact, prefix=self.prefix, suffix=self.suffix)


class SeedEvidence(Evidence):
    """Evidence as it stands in its seed file, with the id of its quote."""

    quote: Annotated[Slug, RefersTo("quote", "quotes")]

    def of_quote(self) -> Evidence:
        """The evidence as the quote holds it."""
        return Evidence.model_construct(**dict(self))


def words_hash(text: str) -> str:
    """What names a wording in evidence: the beginning of the sha256 of its words."""
    return sha256(text.encode()).hexdigest()[:16]


class TextQuoteSelector(Document):
    """Where the words stand (W3C Web Annotation, TextQuoteSelector)."""

    type: Literal["TextQuoteSelector"] = "TextQuoteSelector"
    """Always `TextQuoteSelector`."""
    exact: Annotated[str, Field(examples=["total victory"])]
    """The words as the source's text has them."""
    prefix: Annotated[str, Field(examples=["terms – saying “"])]
    """A few characters before them."""
    suffix: Annotated[str, Field(examples=["” in Gaza is"])]
    """A few characters after them."""


class VerificationDocument(Document):
    """How the words were looked up in the text of their source."""

    date: Annotated[str, Field(examples=["2026-11-22"])]
    """The day on which the text was read."""
    text_sha256: Annotated[str, Field(examples=["9f2c" * 16])]
    """The sha256 of that text, in UTF-8."""
    selector: TextQuoteSelector | None
    """Where the words stand; null where they were not found."""
    notes: str | None
    """A remark on it."""
