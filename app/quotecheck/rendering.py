"""The answers of the quote check as documents."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app.quotecheck.answers import QuoteMatch, Verdict
from app.quotecheck.judgement import Judgement
from app.quotecheck.matching import Matches
from app.quotecheck.statements import statement_of
from app.quotecheck.vocabulary import telling

Json = dict[str, Any]
SHOWN = 5
# What is shown where nothing is close enough for a verdict.
DISTANT = 3
DISTANT_LIKENESS = 0.3
DISTANT_WORDS = 2


def answer_document(asked: Json, found: Sequence[Matches]) -> Json:
    """The answer to a text, by the matches of the text or of the quotations in it."""
    verdicts = {each.verdict for each in found}
    return {
        "verdict": _verdict_of_all(verdicts),
        "statement": statement_of(found),
        "too_short": all(each.is_too_short for each in found),
        "asked": asked,
        "matches": [match_document(each) for each in _shown(found)],
    }


def _verdict_of_all(verdicts: set[Verdict]) -> Verdict:
    """The verdict on several quotations: near where some are recorded and others are not."""
    if len(verdicts) == 1:
        return next(iter(verdicts))
    return Verdict.partial if verdicts == {Verdict.exact, Verdict.partial} else Verdict.near


def _shown(found: Sequence[Matches]) -> list[Judgement]:
    """The closest quote of each quotation, then the others; distant ones where none is near."""
    first = [part for each in found for part in (each.parts or each.judgements[:1])]
    quotes = {each.candidate.ordinal for each in first}
    others = [
        judgement
        for each in found
        for judgement in each.judgements
        if judgement.candidate.ordinal not in quotes
    ]
    shown = [*first, *others]
    recorded = [each for each in shown if each.verdict is not Verdict.not_in_record]
    if recorded:
        return recorded[: max(SHOWN, len(first))]
    return [each for each in shown if _is_distant_match(each)][:DISTANT]


def _is_distant_match(judgement: Judgement) -> bool:
    alignment = judgement.comparison.alignment
    return telling(alignment.common) >= DISTANT_WORDS and alignment.likeness >= DISTANT_LIKENESS


def match_document(judgement: Judgement) -> Json:
    """A match as it is served."""
    alignment = judgement.comparison.alignment
    found = found_fields(judgement)
    return {name: found[name] for name in QuoteMatch.model_fields} | {
        "passage": alignment.asked.printed(),
        "diff": [
            {
                "op": step.op.value,
                "asked": alignment.asked.printed(step.a, step.b),
                "printed": alignment.printed.printed(step.c, step.d),
            }
            for step in alignment.shown
        ],
    }


def found_fields(judgement: Judgement) -> Json:
    """What is served of a quote that is found, as a match or as a mark."""
    quote, comparison = judgement.candidate.document, judgement.comparison
    wording = comparison.wording
    return {
        **quote,
        **wording,
        "quote": entry_link(judgement),
        "verdict": judgement.verdict,
        "words": comparison.verdict,
        "similarity": round(comparison.alignment.similarity, 3),
        "printed": wording["text"],
        "passage": None,
        "diff": None,
        "differences": [
            {"kind": each.kind, "asked": each.asked or None, "printed": each.printed or None}
            for each in judgement.findings
        ],
        "renderings": [each for each in quote["renderings"] if each is not wording],
    }


def entry_link(judgement: Judgement) -> Json:
    """The quote as a link."""
    return {name: judgement.candidate.document[name] for name in ("id", "url")}
