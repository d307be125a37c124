"""What the quote check answers: a verdict, the closest recorded wordings, and how they differ."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from app.entries.documents import Document, EntryLink, SourceSummary, Summary
from app.kinds.quotes import Attribution, RenderingDocument, SpeakerDocument
from app.quotecheck.alignment import Operation


class Verdict(StrEnum):
    """How a quotation stands to the record; none of them says that it is true or false.

    `exact`: a whole recorded wording. `near`: a recorded wording, but a word, a number, a "not",
    the order, the speaker or the date is another. `partial`: a part of a recorded wording,
    unchanged. `not_in_record`: none of these; it may still have been said.
    """

    exact = "exact"
    near = "near"
    partial = "partial"
    not_in_record = "not_in_record"


class DifferenceKind(StrEnum):
    """What is different.

    `word`: other words; `dropped`: printed words that were not asked; `added`: asked words that
    are not printed; `number`: another number; `negation`: a "not" too many or too few; `order`: the
    same words in another order; `speaker` and `date`: others than those on record.
    """

    word = "word"
    dropped = "dropped"
    added = "added"
    number = "number"
    negation = "negation"
    order = "order"
    speaker = "speaker"
    date = "date"


class Difference(Document):
    """One thing that a reader must know before taking the quotation as recorded."""

    kind: DifferenceKind
    """What is different."""
    asked: str | None
    """What was asked, as it was written; null where it has nothing there."""
    printed: str | None
    """What is on record, as it is printed; null where it has nothing there."""


class DiffPart(Document):
    """One step from the asked words to the printed ones."""

    op: Operation
    """`delete`: asked, not printed; `insert`: printed, not asked."""
    asked: str
    """The asked words of this step, as they were written."""
    printed: str
    """The printed words of this step."""


class Asked(Document):
    """What was asked."""

    text: str
    """The quotation."""
    speaker: Summary | None
    """Who is said to have said it; null where that is nobody, or not one actor, of this record."""
    speaker_given: str | None
    """Who is said to have said it, as it was asked."""
    date: str | None
    """When it is said to have been said, in the date language."""


class FoundQuote(Document):
    """A quote of this record that words in a text stand for, and how they differ from it."""

    quote: EntryLink
    """The quote of this record."""
    verdict: Verdict
    """How what was asked stands to this quote: words, speaker and date."""
    similarity: Annotated[float, Field(ge=0, le=1)]
    """2 · words in common / (words of the passage + words of the stretch of the wording that it
    stands against), where words in common keep their order; contractions are counted written out,
    numbers as one word. 1 for `exact` and `partial` words, whoever said them."""
    source: SourceSummary
    """The source that prints it."""
    speakers: list[SpeakerDocument]
    """Who said it, each with the office held on that date."""
    date: str
    """When, in the date language."""
    differences: list[Difference]
    """What a reader must know, in the order of the words."""


class QuoteMatch(FoundQuote):
    """A recorded wording, and how the asked words differ from it."""

    words: Verdict
    """How the words alone stand to it."""
    passage: str
    """The asked words that were held against this quote: all of them, or a quotation in them."""
    text: str
    """The recorded wording that is closest, as its source prints it."""
    language: str
    """The language of the wording (BCP 47)."""
    attribution: Attribution
    """On whose word the quotation rests."""
    context: str | None
    """Where, when and about what, in our words."""
    diff: list[DiffPart]
    """From the passage to the printed words it stands against, step by step; what the wording has
    before and after them is left out."""
    renderings: list[RenderingDocument]
    """The other wordings of the same utterance, each with its source."""


class CheckAnswer(Document):
    """Whether a quotation is in this record."""

    verdict: Verdict
    """The best verdict of all matches."""
    statement: str
    """The answer in words."""
    too_short: bool
    """Whether the words are in the record, but too few to tell whose they are: one to three words
    that stand in longer wordings, where neither a speaker nor a date was given."""
    asked: Asked
    """What was asked."""
    matches: list[QuoteMatch]
    """The closest quotes, the closest first; also where none is close enough for a verdict."""


class ArticlePassage(Document):
    """A passage of a text."""

    start: Annotated[int, Field(ge=0)]
    """Where it begins: the number of characters (Unicode code points) before it."""
    end: Annotated[int, Field(ge=0)]
    """Where it ends: the number of characters before its end."""
    text: str
    """The passage, without quotation marks."""


class Mark(FoundQuote, ArticlePassage):
    """A passage of a text that is recorded, or close to what is recorded.

    What stands in quotation marks is judged as a whole, from mark to mark. `verdict` is never
    `not_in_record`.
    """

    printed: str
    """The recorded wording, as its source prints it."""
    also: list[EntryLink]
    """Other quotes of this record that have the same words."""


class Unmatched(ArticlePassage):
    """A quotation in a text that is not in this record; it may still have been said."""


class QuotationCounts(Document):
    """How many quotations of a text are what; each is counted once."""

    quotations: Annotated[int, Field(ge=0)]
    """All passages in quotation marks."""
    as_recorded: Annotated[int, Field(ge=0)]
    """In the words of the record, whole or in part."""
    altered: Annotated[int, Field(ge=0)]
    """In other words than the record has."""
    said_by_another: Annotated[int, Field(ge=0)]
    """In the words of the record, but attributed in the text to somebody else."""
    not_in_record: Annotated[int, Field(ge=0)]
    """Not in this record."""


class MarksAnswer(Document):
    """The quotations of a text, and what of it is in this record."""

    statement: str
    """The answer in words."""
    counts: QuotationCounts
    """The quotations in numbers."""
    characters: int
    """How long the text is."""
    marks: list[Mark]
    """The passages that are recorded, in the order of the text; they do not overlap. Quotations in
    quotation marks from mark to mark, and recorded words without marks."""
    unmatched: list[Unmatched]
    """The quotations in quotation marks that are not in this record, in the order of the text."""
