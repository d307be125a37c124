"""Is this quotation in the record? In which words, by whom, as which source prints it?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.db.snapshots import Snapshot
from app.db.work import Work
from app.entries.dates import DateLanguageError, DateSpan, in_date_language, parse_date
from app.entries.words import split
from app.errors import InvalidQuery, query_error
from app.quotecheck.answers import Verdict
from app.quotecheck.attribution import SaidBy, Scene
from app.quotecheck.matching import Matcher, Matches, Passage, Quoted, Run
from app.quotecheck.mentions import mentions_in
from app.quotecheck.prose import Prose, Quotation, each_once
from app.quotecheck.reading import read_words
from app.quotecheck.rendering import Json, answer_document
from app.quotecheck.speakers import load_actors, load_named, load_speaker
from app.quotecheck.vocabulary import telling_weight

CHECK_CHARACTERS = 2000
# Texts of more words than these in all are looked up as work.
LONG_WORDS = 100
RECORDED = (Verdict.exact, Verdict.partial)


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
    prose = Prose(read_words(text[:CHECK_CHARACTERS]))
    errors += text_errors(text, prose, CHECK_CHARACTERS)
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


def text_errors(text: str, prose: Prose, maximum: int) -> Iterator[dict[str, object]]:
    """Why a text cannot be looked up: it is too long, or has nothing to look up."""
    if len(text) > maximum:
        detail = f"has {len(text):,} characters; give {maximum:,} or fewer."
        yield query_error("text", text, detail)
    elif not len(prose.reading):
        detail = "has no word; give at least one letter or digit."
        yield query_error("text", prose.text, detail)


async def check_texts(
    questions: Sequence[QuotationQuestion], snapshot: Snapshot, work: Work
) -> list[Json]:
    """Which texts are in the record: each as a whole, or the quotations in it."""
    wholes = [Passage(each.prose.reading, each.said, each.day) for each in questions]
    long = sum(len(each.reading) for each in wholes) > LONG_WORDS
    run = work.in_thread if long else work.in_short_thread
    quoted = [await _quotations_in(each, snapshot, run) for each in questions]
    passages = [*wholes, *(each for text in quoted for each in text.passages.values())]
    matcher = Matcher(snapshot, run)
    await matcher.load(passages)
    found = await run(list, map(matcher.matches, wholes))
    apart = [await _said_apart(*each, snapshot, run) for each in zip(questions, found, strict=True)]
    await matcher.load([each for each in apart if each is not None])
    texts = zip(questions, found, quoted, apart, strict=True)
    return await run(list, (_answer(matcher, *each) for each in texts))


async def _quotations_in(question: QuotationQuestion, snapshot: Snapshot, run: Run) -> Quoted:
    """The quotations of a text, if it has other words around them."""
    prose, said = question.prose, question.said
    outside = prose.outside((0, len(prose.text)))
    if not prose.quoted or not any(len(prose.words_in(span)) for span in outside):
        return Quoted()
    scene = await load_scene(prose, snapshot, run) if said is None else None
    return Quoted(list(prose.quotations()), scene, said, question.day)


async def _said_apart(
    question: QuotationQuestion, found: Matches, snapshot: Snapshot, run: Run
) -> Passage | None:
    """The clause with the recorded words of a text, where the rest says who said them."""
    prose = question.prose
    if prose.quoted or not found.judgements or not found.is_only_extended:
        return None
    alignments = (each.comparison.alignment for each in found.judgements)
    equal = max(alignments, key=lambda each: telling_weight(each.common)).equal
    if not equal:
        return None
    span = prose.clause_around(equal[0].a, equal[-1].b)
    said = (await load_scene(prose, snapshot, run)).said_beside(span)
    if said is None:
        return None
    return Passage(prose.words_in(span), question.said or said, question.day)


async def load_scene(prose: Prose, snapshot: Snapshot, run: Run) -> Scene:
    """A text with those who are named in it."""
    named = await load_named(await run(split, prose.text), snapshot)
    mentions = await run(mentions_in, prose.reading, named)
    return Scene(prose, mentions, {actor.id: actor for actor in named})


def _answer(
    matcher: Matcher,
    question: QuotationQuestion,
    whole: Matches,
    quoted: Quoted,
    apart: Passage | None,
) -> Json:
    """The answer to a text by its matches, or by those of the quotations in it."""
    if apart is not None:
        whole = max(whole, matcher.matches(apart), key=lambda each: each.order)
    return answer_document(question.asked, chosen(whole, matcher.matches_of(quoted)))


def chosen(whole: Matches, quoted: Mapping[Quotation, Matches]) -> list[Matches]:
    """The text as a whole, or the quotations in it where only they are recorded."""
    words = len(whole.passage.reading)
    inside = sum(len(each.reading) for each in quoted if len(each.pieces) == 1)
    by_words = whole.best.comparison.verdict if whole.judgements else Verdict.not_in_record
    if not quoted or by_words in RECORDED:
        return [whole]
    if by_words is Verdict.near and 2 * inside < words:
        return [whole]
    return list(each_once(quoted, lambda each: each.verdict in RECORDED).values())
