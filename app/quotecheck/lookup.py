"""Is this quotation in the record? In which words, by whom, as which source prints it?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.db.snapshots import Snapshot
from app.db.work import Work
from app.entries.dates import DateLanguageError, DateSpan, in_date_language, parse_date
from app.entries.words import split
from app.errors import InvalidQuery, query_error
from app.quotecheck.answers import Verdict
from app.quotecheck.attribution import SaidBy, Scene, mentions_in
from app.quotecheck.candidates import Quotes
from app.quotecheck.matching import Matcher, Matches, Passage, actors_of, index_words_of
from app.quotecheck.prose import Prose, Quotation, read_prose
from app.quotecheck.rendering import Json, answer_document
from app.quotecheck.speakers import load_actors, load_named, load_speaker

CHECK_CHARACTERS = 2000
# Texts of more words than these in all are looked up in a thread.
LOOP_WORDS = 150


@dataclass(frozen=True)
class QuotationQuestion:
    """What is asked: words, and who is said to have said them when."""

    text: str
    prose: Prose
    said: SaidBy | None
    speaker: Mapping[str, Any] | None
    day: DateSpan | None

    @property
    def asked(self) -> Json:
        """What was asked, as it is answered."""
        known = self.speaker
        return {
            "text": self.text,
            "speaker": {name: known[name] for name in ("id", "name", "url")} if known else None,
            "speaker_given": self.said.text if self.said is not None else None,
            "date": self.day.text if self.day is not None else None,
        }


async def quotation_question(
    text: str, speaker: str | None, date: str | None, snapshot: Snapshot
) -> QuotationQuestion:
    """What the parameters ask; raises `InvalidQuery` naming every part that cannot be read."""
    errors: list[dict[str, object]] = []
    text = without_surrogates(text)
    prose = read_prose(text[:CHECK_CHARACTERS])
    errors += filter(None, (too_long(text, CHECK_CHARACTERS) or without_words(prose),))
    if speaker is not None and not split(speaker):
        errors.append(query_error("speaker", speaker, "has no name; give a letter at least."))
    day = None
    try:
        day = parse_date(in_date_language(date)) if date is not None else None
    except DateLanguageError as error:
        errors.append(query_error("date", date, f"{error.wrong}; {error.right}."))
    if errors:
        raise InvalidQuery(errors)
    said = None
    if speaker is not None:
        said = await load_speaker(without_surrogates(speaker).replace("\0", " "), snapshot)
    known = await load_actors(list(said.actors), snapshot) if said and len(said.actors) == 1 else []
    return QuotationQuestion(text, prose, said, known[0] if known else None, day)


def without_surrogates(text: str) -> str:
    """The text fit for UTF-8: JSON can carry halves of characters."""
    return text.encode("utf-8", "replace").decode("utf-8")


def too_long(text: str, maximum: int) -> dict[str, object] | None:
    """Why a text is too long to be looked up, or None."""
    if len(text) <= maximum:
        return None
    detail = f"has {len(text):,} characters; give {maximum:,} or fewer."
    return query_error("text", text, detail)


def without_words(prose: Prose) -> dict[str, object] | None:
    """Why a text has nothing to look up, or None."""
    if len(prose.reading):
        return None
    return query_error("text", prose.text, "has no word; give at least one letter or digit.")


@dataclass(frozen=True)
class TextPassages:
    """A text as a whole, the quotations in it where something stands around them, and the text
    apart from words that say who said it.
    """

    question: QuotationQuestion
    whole: Passage
    quoted: Mapping[Quotation, Passage]
    apart: Sequence[Passage] = ()

    @property
    def passages(self) -> list[Passage]:
        """Everything that is looked up."""
        return [self.whole, *self.quoted.values(), *self.apart]


async def check_texts(
    questions: Sequence[QuotationQuestion], snapshot: Snapshot, work: Work
) -> list[Json]:
    """What is in the record of some texts: of each as a whole, or of the quotations in it."""
    texts = [await _read_passages(each, snapshot) for each in questions]
    passages = [passage for text in texts for passage in text.passages]
    long = sum(len(each.reading) for each in passages) > LOOP_WORDS
    run = work.in_thread if long else work.in_loop
    quotes = Quotes(snapshot)
    await quotes.load_postings(index_words_of(passages), actors_of(passages))
    matcher = Matcher(quotes, work)
    await quotes.load_candidates(await run(matcher.likely_for, passages))
    return await run(_answers, texts, matcher)


async def _read_passages(question: QuotationQuestion, snapshot: Snapshot) -> TextPassages:
    prose, said, day = question.prose, question.said, question.day
    whole = Passage(prose.reading, said, day)
    if not prose.quoted or not any(_words_outside(prose)):
        return TextPassages(question, whole, {}, await _said_apart(question, snapshot))
    quotations = list(prose.quotations())
    if said is not None:
        quoted = {each: Passage(each.reading, said, day) for each in quotations}
        return TextPassages(question, whole, quoted)
    scene = await load_scene(prose, snapshot)
    quoted = {each: Passage(each.reading, scene.attribution(each.span), day) for each in quotations}
    return TextPassages(question, whole, quoted)


async def _said_apart(question: QuotationQuestion, snapshot: Snapshot) -> list[Passage]:
    """The text without words before or after it that say who said it, by whom it is said."""
    prose, day = question.prose, question.day
    spans = list(prose.said_apart())
    scene = await load_scene(prose, snapshot) if spans else None
    return [
        Passage(prose.words_in(span), question.said or said, day)
        for span in spans
        if scene is not None and (said := scene.said_beside(span)) is not None
    ]


async def load_scene(prose: Prose, snapshot: Snapshot) -> Scene:
    """A text with those who are named in it."""
    named = await load_named(split(prose.text), snapshot)
    actors = {actor.id: actor for actor in named}
    return Scene(prose, mentions_in(prose.reading, named), actors)


def _answers(texts: Iterable[TextPassages], matcher: Matcher) -> list[Json]:
    return [answer_document(each.question.asked, _found_in(each, matcher)) for each in texts]


def _found_in(text: TextPassages, matcher: Matcher) -> list[Matches]:
    """The matches of a text, or of the quotations in it."""
    whole = matcher.matches(text.whole)
    apart = [matcher.matches(each) for each in text.apart] if whole.is_only_extended else []
    quoted = {quotation: matcher.matches(each) for quotation, each in text.quoted.items()}
    return chosen(max([whole, *apart], key=lambda each: each.order), quoted)


def _words_outside(prose: Prose) -> list[str]:
    spans = prose.outside((0, len(prose.text)))
    return [key for span in spans for key in prose.words_in(span).keys]


def chosen(whole: Matches, quoted: Mapping[Quotation, Matches]) -> list[Matches]:
    """The text as a whole, or the quotations in it where only they are recorded."""
    words = len(whole.passage.reading)
    inside = sum(len(each.reading) for each in quoted if len(each.pieces) == 1)
    by_words = whole.best.comparison.verdict if whole.judgements else Verdict.not_in_record
    if not quoted or by_words in (Verdict.exact, Verdict.partial):
        return [whole]
    if by_words is Verdict.near and 2 * inside < words:
        return [whole]
    return whole_quotations(quoted)


def whole_quotations(quoted: Mapping[Quotation, Matches]) -> list[Matches]:
    """Each quotation once: an interrupted one as one where it is recorded so."""
    found = []
    taken = 0
    for quotation, matches in sorted(
        quoted.items(), key=lambda each: (each[0].span[0], -len(each[0].pieces))
    ):
        joined = len(quotation.pieces) > 1
        if quotation.span[0] < taken or (joined and matches.verdict not in RECORDED):
            continue
        found.append(matches)
        taken = quotation.span[1]
    return found


RECORDED = (Verdict.exact, Verdict.partial)
