"""Where the words of a quotation stand in the text of their source, and when that was last seen."""

from __future__ import annotations

from enum import StrEnum
from hashlib import sha256
from typing import Annotated, Any, Literal
from urllib.parse import quote

from pydantic import StringConstraints as Text

from app.entries.dates import Precision, parse_date
from app.entries.documents import Document
from app.entries.fields import Edtf, Prose, RefersTo, Slug, SourceId, Verbatim, WebAddress
from app.entries.record import Record

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


class EvidenceMethod(StrEnum):
    """What was read: the text of the source, by `parley verify`, or a stored copy of its page."""

    source_text = "source_text"
    stored_copy = "stored_copy"


Words = Annotated[str, Text(pattern=r"^[0-9a-f]{16}$")]
Around = Annotated[str, Text(max_length=CONTEXT_LENGTH)]


class Evidence(Record):
    """What was found of one wording: a W3C TextQuoteSelector, what was read, and when."""

    source: SourceId
    words: Words
    status: Literal[EvidenceStatus.verified, EvidenceStatus.failed]
    exact: Verbatim | None = None
    prefix: Around = ""
    suffix: Around = ""
    method: EvidenceMethod = EvidenceMethod.source_text
    text_sha256: Annotated[str, Text(pattern=r"^[0-9a-f]{64}$")] | None = None
    page: WebAddress | None = None
    date: Edtf
    notes: Prose | None = None

    def model_post_init(self, _: Any) -> None:
        """A selector where the words were found, and only there; what was read, on which day."""
        if (self.exact is not None) != (self.status is EvidenceStatus.verified):
            raise ValueError("exact is given where the status is verified, and only there")
        if parse_date(self.date).precision is not Precision.day:
            raise ValueError("date must be the day on which the text was read")
        if self.method is EvidenceMethod.stored_copy and self.page is None:
            raise ValueError("page is missing; give the address of the page that was read")
        if self.method is EvidenceMethod.source_text and self.text_sha256 is None:
            raise ValueError("text_sha256 is missing; `parley verify --write` gives it")

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


# Longer quotations are named by so many first and last words, as they may run over paragraphs.
LONGEST_WHOLE = 12
ENDS = 5


def passage_address(address: str, selector: TextQuoteSelector) -> str:
    """The address of a passage in a page: a text fragment (WICG, URL Fragment Text Directives).

    The selector may cut the outermost words of its prefix and suffix, so these are left out.
    """
    words = selector.exact.split()
    texts = [words] if len(words) <= LONGEST_WHOLE else [words[:ENDS], words[-ENDS:]]
    directive = ",".join(fragment_part(" ".join(each)) for each in texts)
    before = " ".join(selector.prefix.split(" ")[1:]).strip()
    after = " ".join(selector.suffix.split(" ")[:-1]).strip()
    if before:
        directive = f"{fragment_part(before)}-,{directive}"
    if after:
        directive = f"{directive},-{fragment_part(after)}"
    return f"{address}{'' if '#' in address else '#'}:~:text={directive}"


def fragment_part(text: str) -> str:
    """A part of a text directive, in which `-`, `,` and `&` have meanings of their own."""
    return quote(text, safe="").replace("-", "%2D")


def words_hash(text: str) -> str:
    """What names a wording in evidence: the beginning of the sha256 of its words."""
    return sha256(text.encode()).hexdigest()[:16]


class TextQuoteSelector(Document):
    """Where the words stand (W3C Web Annotation, TextQuoteSelector)."""

    type: Literal["TextQuoteSelector"] = "TextQuoteSelector"
    """Always `TextQuoteSelector`."""
    exact: str
    """The words as the source's text has them."""
    prefix: str
    """A few characters before them."""
    suffix: str
    """A few characters after them."""


class VerificationDocument(Document):
    """How the words were looked up in the text of their source."""

    date: str
    """The day on which the text was read."""
    method: EvidenceMethod
    """What was read: the text of the source, or a stored copy of its page."""
    text_sha256: str | None
    """The sha256 of that text, in UTF-8; null for a stored copy."""
    page: str | None
    """The address of the page of which a stored copy was read."""
    selector: TextQuoteSelector | None
    """Where the words stand; null where they were not found."""
    notes: str | None
    """A remark on it."""
