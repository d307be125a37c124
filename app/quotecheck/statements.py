"""The answers of the quote check in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from app.data_files import read_toml
from app.entries.languages import written_date
from app.entries.stems import OWN_LANGUAGE
from app.quotecheck.answers import Verdict
from app.quotecheck.judgement import Judgement, cut_off, speaker_names
from app.quotecheck.matching import Matches

STATEMENTS = read_toml("quotecheck/statements.toml")
COUNTED: dict[str, str] = STATEMENTS["counted"]


def statement_of(found: Sequence[Matches]) -> str:
    """The answer in words to a text, or to the quotations in it."""
    if len(found) == 1:
        return _statement(found[0])
    closest = [each.best if each.judgements else None for each in found]
    return f"{in_counts(counts_of(closest))}."


def _statement(matches: Matches) -> str:
    if matches.verdict is Verdict.not_in_record:
        return str(STATEMENTS["not_in_record"])
    if matches.parts:
        said = "; ".join(f"{_who_said(each)}, on {_day(each)}" for each in matches.parts)
        return f"Put together from several quotes of this record: {said}."
    if matches.is_too_short:
        return str(STATEMENTS["too_short"])
    best = matches.best
    sentences = [_words_statement(best)]
    if best.others:
        sentences.append(f"{_who_said(best)} said them on {_day(best)}.")
    cut = None if best.verdict is Verdict.exact else cut_off(best.comparison.alignment)
    if cut is not None and cut[0] not in {each.kind for each in best.findings}:
        sentences.append(f"A {cut[0]} was cut off: “{cut[1]}”.")
    return " ".join(sentences)


def _words_statement(best: Judgement) -> str:
    publisher = best.comparison.wording["source"]["name"]
    if best.verdict is Verdict.exact:
        return f"These words are in this record, as {publisher} prints them."
    if best.verdict is Verdict.partial:
        return f"These words are part of a longer wording in this record, as {publisher} prints it."
    kinds = {finding.kind for finding in best.findings}
    differs = ", ".join(words for kind, words in STATEMENTS["differences"].items() if kind in kinds)
    if best.comparison.verdict is Verdict.near:
        return f"Close to a wording in this record, but not the same: {differs}."
    return f"These words are in this record, but not as asked: {differs}."


def _who_said(judgement: Judgement) -> str:
    return speaker_names(judgement.candidate.document)


def _day(judgement: Judgement) -> str:
    return written_date(OWN_LANGUAGE, judgement.candidate.document["date"])


def counts_of(found: Sequence[Judgement | None]) -> dict[str, int]:
    """How many quotations have each verdict, by their closest quotes; None without a quote."""
    kinds = [_kind_of(each) for each in found]
    return {"quotations": len(kinds), **{name: kinds.count(name) for name in COUNTED}}


def _kind_of(judgement: Judgement | None) -> str:
    if judgement is None or judgement.verdict is Verdict.not_in_record:
        return "not_in_record"
    if judgement.verdict is not Verdict.near:
        return "as_recorded"
    altered = judgement.comparison.verdict is Verdict.near
    return "altered" if altered else "said_by_another"


def in_counts(counts: Mapping[str, Any]) -> str:
    """The counts of quotations in words, those that are none left out."""
    count = counts["quotations"]
    named = ", ".join(f"{counts[name]} {words}" for name, words in COUNTED.items() if counts[name])
    return f"{count} quotation{'' if count == 1 else 's'}" + (f": {named}" if named else "")
