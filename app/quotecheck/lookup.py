"""Is this quotation in the record? In which words, by whom, as which source prints it?"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import orjson
from sqlalchemy import bindparam, select

from app.db.memory import find
from app.db.snapshots import Snapshot
from app.db.sql import Statement
from app.db.tables import reference
from app.entries.dates import DateLanguageError, DateSpan, parse_date
from app.entries.documents import Summary
from app.entries.names import UnknownName, id_of
from app.entries.words import split
from app.errors import InvalidQuery, query_error
from app.quotecheck.answers import (
    Asked,
    CheckAnswer,
    Difference,
    DifferenceKind,
    DiffPart,
    QuoteMatch,
    Verdict,
)
from app.quotecheck.candidates import (
    CANDIDATES,
    Candidate,
    answers,
    candidates_at,
    having_all,
    probes_of,
    spoken_by,
)
from app.quotecheck.differences import Alignment, Found, Weights
from app.quotecheck.tokens import Reading, readings
from app.quotecheck.verdicts import Match, best_first, closest, other_than_asked, promising

CHECK_CHARACTERS = 2000
MATCHES = 5
# What is shown where nothing is close enough for a verdict.
DISTANT_MATCHES = 3
DISTANT_LIKENESS = 0.3

NOT_IN_RECORD = "Not in this record. That does not mean that it was never said."

SUMMARY = Statement(
    select(reference.c.body).where(
        reference.c.name_type == bindparam("name_type"), reference.c.id == bindparam("id")
    )
)


@dataclass(frozen=True)
class Quotation:
    """What is asked: words, and who is said to have said them when."""

    text: str
    readings: tuple[Reading, ...]
    speaker: Summary | None
    date: DateSpan | None


async def check(
    text: str, speaker: str | None, date: str | None, snapshot: Snapshot
) -> CheckAnswer:
    """Looks a quotation up; raises `InvalidQuery` naming every part that cannot be read."""
    quotation = await quotation_of(text, speaker, date, snapshot)
    matches = await matches_of(quotation, snapshot)
    return answer(quotation, matches)


async def quotation_of(
    text: str, speaker: str | None, date: str | None, snapshot: Snapshot
) -> Quotation:
    """The quotation that the parameters give."""
    errors = []
    text = without_surrogates(text)
    if (wrong := wrong_text(text, CHECK_CHARACTERS)) is not None:
        errors.append(wrong)
    summary = span = None
    try:
        summary = await summary_of(speaker, snapshot) if speaker is not None else None
    except UnknownName as unknown:
        errors.append(unknown.error("speaker"))
    try:
        span = parse_date(date) if date is not None else None
    except DateLanguageError as error:
        errors.append(query_error("date", date, f"{error.wrong}; {error.right}."))
    if errors:
        raise InvalidQuery(errors)
    return Quotation(text, readings(text), summary, span)


def without_surrogates(text: str) -> str:
    """The text fit for UTF-8: JSON can carry halves of characters."""
    return text.encode("utf-8", "replace").decode("utf-8")


def wrong_text(text: str, maximum: int) -> dict[str, object] | None:
    """Why a text cannot be looked up, or None."""
    if len(text) > maximum:
        detail = f"has {len(text):,} characters; give {maximum:,} or fewer."
        return query_error("text", text, detail)
    if not split(text):
        return query_error("text", text, "has no word; give at least one letter or digit.")
    return None


async def summary_of(speaker: str, snapshot: Snapshot) -> Summary:
    """The actor that a speaker's id, name or alias names; raises `UnknownName`."""
    actor = await find(snapshot, id_of, without_surrogates(speaker).replace("\0", " "), "actor")
    body = orjson.loads((await snapshot.rows(SUMMARY, name_type="actor", id=actor))[0][0])
    return Summary(id=actor, name=body["name"], url=body["url"])


async def matches_of(quotation: Quotation, snapshot: Snapshot) -> list[Match]:
    """The quotes that may be meant, the closest first."""
    words = split(quotation.text)
    found = await find(snapshot, answers, probes_of(words))
    best = dict.fromkeys([*await find(snapshot, having_all, words), *found.best(CANDIDATES)])
    likely = await find(snapshot, candidates_at, list(best)[:CANDIDATES])
    spoke: set[int] = set()
    if quotation.speaker is not None:
        sort_keys = [candidate.sort_key for candidate in likely]
        spoke = await find(snapshot, spoken_by, quotation.speaker.id, sort_keys)
    return await asyncio.to_thread(ranked, quotation, likely, spoke, found.weights())


def ranked(
    quotation: Quotation, likely: Sequence[Candidate], spoke: set[int], weights: Weights
) -> list[Match]:
    """The quotes that share most words, the closest first."""
    name = quotation.speaker.name if quotation.speaker is not None else None
    return best_first(
        Match(
            candidate,
            closest(quotation.readings, candidate, weights),
            tuple(other_than_asked(candidate, name, candidate.sort_key in spoke, quotation.date)),
        )
        for candidate in promising(quotation.readings[0], likely, weights)
    )


def answer(quotation: Quotation, matches: Sequence[Match]) -> CheckAnswer:
    """The verdict of the best match, and those worth showing."""
    verdict = matches[0].verdict if matches else Verdict.not_in_record
    shown = [match for match in matches if match.verdict is not Verdict.not_in_record][:MATCHES]
    if not shown:
        distant = [match for match in matches if match.judged.likeness >= DISTANT_LIKENESS]
        shown = distant[:DISTANT_MATCHES]
    return CheckAnswer(
        verdict=verdict,
        statement=statement(verdict, shown),
        asked=Asked(
            text=quotation.text,
            speaker=quotation.speaker,
            date=quotation.date.text if quotation.date is not None else None,
        ),
        matches=[match_document(match) for match in shown],
    )


def statement(verdict: Verdict, shown: Sequence[Match]) -> str:
    """The answer in words."""
    if verdict is Verdict.not_in_record:
        return NOT_IN_RECORD
    best = shown[0]
    publisher = best.judged.wording["source"]["name"]
    kinds = [found.kind for found in best.found]
    if verdict is Verdict.exact:
        return f"These words are in this record, as {publisher} prints them."
    if verdict is Verdict.partial:
        return f"These words are part of a longer wording in this record, as {publisher} prints it."
    if best.judged.words is Verdict.near:
        return f"Close to a wording in this record, but not the same: {phrase(kinds)}."
    return f"These words are in this record, but not as asked: {phrase(kinds)}."


PHRASES = {
    DifferenceKind.negation: 'a "not" differs',
    DifferenceKind.number: "a number differs",
    DifferenceKind.speaker: "the speaker is another",
    DifferenceKind.date: "the date is another",
    DifferenceKind.word: "other words are printed",
    DifferenceKind.dropped: "words are left out",
    DifferenceKind.added: "words are added",
}


def phrase(kinds: Sequence[DifferenceKind]) -> str:
    """What differs, in words, the gravest first."""
    return ", ".join(words for kind, words in PHRASES.items() if kind in kinds)


def match_document(match: Match) -> QuoteMatch:
    """A match as it is served."""
    quote, judged = match.candidate.document, match.judged
    return QuoteMatch.model_validate(
        {
            "quote": {"id": quote["id"], "url": quote["url"]},
            "verdict": match.verdict,
            "words": judged.words,
            "similarity": round(judged.likeness, 3),
            "text": judged.wording["text"],
            "source": judged.wording["source"],
            "language": judged.wording["language"],
            "speakers": quote["speakers"],
            "date": quote["date"],
            "attribution": quote["attribution"],
            "context": quote["context"],
            "diff": diff(judged.alignment),
            "differences": [difference(found) for found in match.found],
            "renderings": [each for each in quote["renderings"] if each is not judged.wording],
        }
    )


def diff(alignment: Alignment) -> list[DiffPart]:
    """The alignment in the spelling of both."""
    return [
        DiffPart(
            op=step.op,
            asked=alignment.asked.printed(step.a, step.b),
            printed=alignment.printed.printed(step.c, step.d),
        )
        for step in alignment.steps
    ]


def difference(found: Found) -> Difference:
    """A difference as it is served."""
    return Difference(kind=found.kind, asked=found.asked or None, printed=found.printed or None)
