"""Which recorded quotations stand in a text: an article, a speech, a thread.

What stands in quotation marks is judged like a quotation that is asked for. Beside that, runs of
recorded words are found anywhere. Few words mark a passage only where it is the speaker's.
"""

from __future__ import annotations

import asyncio
import heapq
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise

from app.db.memory import find
from app.db.snapshots import Snapshot
from app.entries.words import Located, located
from app.errors import InvalidQuery
from app.quotecheck.answers import Mark, MarksAnswer, Verdict
from app.quotecheck.candidates import (
    RUN_LENGTH,
    Candidate,
    Probe,
    answers,
    candidates_at,
    spoken_by,
)
from app.quotecheck.differences import Weights, align
from app.quotecheck.lookup import difference, without_surrogates, wrong_text
from app.quotecheck.ngrams import Runs
from app.quotecheck.prose import Prose, Span, prose
from app.quotecheck.speakers import Mention, Named, Scene, mentions_in, named_in
from app.quotecheck.tokens import Reading, readings
from app.quotecheck.verdicts import MOST, RANK, Judged, judged

MARK_CHARACTERS = 40_000
# Quotes that are looked for in one text.
CANDIDATES = 300
# Places that one run of words may answer.
ANSWERS = 60
# Quoted passages that are judged, and up to how many words they are looked up as a whole.
QUOTATIONS = 2400
PHRASE_WORDS = 5
PHRASE_WEIGHT = 4.0
# Actors whose affiliates' words count as theirs.
VOICES = 60

# Fewer words are a mark only where the speaker fits.
WHOLE_WORDS = 6
PART_QUOTED_WORDS = 6
PART_WORDS = 8
NEAR_QUOTED_WORDS = 5
NEAR_QUOTED_LIKENESS = 0.6
NEAR_WORDS = 8
NEAR_LIKENESS = 0.8
FRAGMENT_WORDS = 2
FRAGMENT_PART_WORDS = 3
# A fragment fills its quotation marks, but for so many words.
FRAGMENT_SPARE = 1
TELLING = 2.5


@dataclass(frozen=True)
class Passage:
    """A stretch of a text that may be marked."""

    span: Span
    verdict: Verdict
    judged: Judged
    candidate: Candidate
    fits: bool

    @property
    def order(self) -> tuple[int, int, bool, float, int]:
        """What is marked where passages overlap: most recorded words, fewest others."""
        return (
            len(self.judged.alignment.common()) - self.judged.alignment.changed(),
            RANK[self.verdict],
            self.fits,
            self.judged.likeness,
            self.candidate.sort_key,
        )


@dataclass(frozen=True)
class Setting:
    """A text, who is named in it, and what its words tell."""

    prose: Prose
    scene: Scene
    weights: Weights
    voices: Mapping[int, frozenset[str]]

    def fits(self, span: Span, candidate: Candidate) -> bool:
        """Whether a passage is said to be the speaker's."""
        return self.scene.fits(span, candidate, self.voices[candidate.sort_key])


async def mark(text: str, snapshot: Snapshot) -> MarksAnswer:
    """Marks every recorded quotation in a text; raises `InvalidQuery` if it cannot be read."""
    text = without_surrogates(text)
    if (wrong := wrong_text(text, MARK_CHARACTERS)) is not None:
        raise InvalidQuery([wrong])
    shape = await asyncio.to_thread(prose, text)
    words = located(text)
    candidates, weights = await candidates_in(shape, words, snapshot)
    named = await named_in((word.word for word in words), snapshot)
    mentions = mentions_in(text, words, named)
    voices = await voices_of(candidates, mentions, named, snapshot)
    persons = frozenset(actor.id for actor in named if actor.kind == "person")
    setting = Setting(shape, Scene(shape, mentions, persons), weights, voices)
    passages = await asyncio.to_thread(passages_in, setting, candidates)
    return answer(text, passages)


async def candidates_in(
    shape: Prose, words: Sequence[Located], snapshot: Snapshot
) -> tuple[list[Candidate], Weights]:
    """The quotes that share runs of words, or a short quoted passage, with a text."""
    phrases = set(phrases_of(shape))
    probes = dict.fromkeys([*phrases, *runs_of(words)])
    found = await find(snapshot, answers, probes, ANSWERS)
    score: defaultdict[int, float] = defaultdict(float)
    for probe, sort_keys in found.sort_keys.items():
        told = PHRASE_WEIGHT if probe in phrases else 1.0
        for sort_key in sort_keys:
            score[sort_key] += told / math.log2(2 + len(sort_keys))
    best = heapq.nlargest(CANDIDATES, score, key=lambda sort_key: (score[sort_key], sort_key))
    return await find(snapshot, candidates_at, best), Weights()


def phrases_of(shape: Prose) -> Iterator[Probe]:
    """The short quoted passages, as the index knows their words."""
    for start, end in shape.quoted[:QUOTATIONS]:
        words = tuple(word.word for word in located(shape.text[start:end]))
        if 0 < len(words) <= PHRASE_WORDS:
            yield words


def runs_of(words: Sequence[Located]) -> Iterator[Probe]:
    """Of any two neighbouring runs of words the one with more letters, which is mostly rarer.

    Every five words in a row that are recorded hold one of them; so do four in quotation marks.
    """
    plain = [word.word for word in words]
    runs = [tuple(plain[n : n + RUN_LENGTH]) for n in range(len(plain) - RUN_LENGTH + 1)]
    for number in range(0, len(runs), 2):
        yield max(runs[number : number + 2], key=lambda run: sum(map(len, run)))
    yield from pairwise(plain) if len(plain) <= PHRASE_WORDS else ()


async def voices_of(
    candidates: Sequence[Candidate],
    mentions: Sequence[Mention],
    named: Sequence[Named],
    snapshot: Snapshot,
) -> dict[int, frozenset[str]]:
    """Whose words each quote counts as: its speakers', and those of the groups they speak for.

    Not a state's: of whatever is said in a text about a war, some state is always named.
    """
    voices = {
        each.sort_key: {speaker["actor"]["id"] for speaker in each.document["speakers"]}
        for each in candidates
    }
    groups = {actor.id for actor in named if actor.kind not in ("person", "state")}
    mentioned = dict.fromkeys(actor for each in mentions for actor in each.actors & groups)
    for actor in list(mentioned)[:VOICES]:
        for sort_key in await find(snapshot, spoken_by, actor, list(voices)):
            voices[sort_key].add(actor)
    return {sort_key: frozenset(actors) for sort_key, actors in voices.items()}


def passages_in(setting: Setting, candidates: Sequence[Candidate]) -> list[list[Passage]]:
    """What is marked, in the order of the text; for each the best first."""
    text = Runs(setting.prose.reading)
    quotations = quotations_of(setting.prose)
    found: list[Passage] = []
    for candidate in candidates:
        for wording in candidate.wordings:
            for printed in readings(wording["text"]):
                # Both judge by words alone first: whose they are takes longer to see.
                for same in quotations:
                    if same[0].shares(printed):
                        alignment = align(same[0].reading, printed)
                        result = judged(alignment, setting.weights, wording)
                        for quotation in same:
                            span = span_of(quotation.reading)
                            found.extend(quoted_passage(setting, span, candidate, result))
                for stretch in text.stretches(printed):
                    result = judged(align(stretch, printed), setting.weights, wording)
                    found.extend(run_passage(setting, candidate, result))
    return without_overlaps(found)


def quotations_of(shape: Prose) -> list[list[Runs]]:
    """What stands in quotation marks, equal words together."""
    equal: dict[tuple[str, ...], list[Runs]] = {}
    for quotation in islice(shape.quotations(), QUOTATIONS):
        equal.setdefault(quotation.keys, []).append(Runs(quotation))
    return list(equal.values())


def span_of(reading: Reading) -> Span:
    """From the first word to the last."""
    return reading.words[0].start, reading.words[-1].end


def quoted_passage(
    setting: Setting, span: Span, candidate: Candidate, result: Judged
) -> Iterator[Passage]:
    """A whole passage in quotation marks, where it is recorded."""
    alignment = result.alignment
    words = alignment.asked.words
    verdict = result.words
    if alignment.is_part and verdict is Verdict.not_in_record:
        verdict = Verdict.partial
    enough = {
        Verdict.exact: WHOLE_WORDS,
        Verdict.partial: PART_QUOTED_WORDS,
        Verdict.near: NEAR_QUOTED_WORDS,
    }
    # A passage that only holds a recorded wording is found as a run.
    distant = verdict is Verdict.near and result.likeness < NEAR_QUOTED_LIKENESS
    if verdict is Verdict.not_in_record or distant:
        return
    fits = setting.fits(span, candidate)
    short = 1 if verdict is Verdict.exact else FRAGMENT_PART_WORDS
    if len(words) >= (short if fits else enough[verdict]):
        yield Passage(span, verdict, result, candidate, fits)


def run_passage(setting: Setting, candidate: Candidate, result: Judged) -> Iterator[Passage]:
    """A run of recorded words anywhere in the text."""
    inner = result.alignment.inner
    if not inner:
        return
    asked = result.alignment.asked.words[inner[0].a : inner[-1].b]
    span = (asked[0].start, asked[-1].end)
    core = Reading(setting.prose.text, asked)
    again = judged(align(core, result.alignment.printed), setting.weights, result.wording)
    fits = setting.fits(span, candidate)
    if is_enough(setting, span, again, fits=fits):
        yield Passage(span, again.words, again, candidate, fits)


def is_enough(setting: Setting, span: Span, result: Judged, *, fits: bool) -> bool:
    """Whether a run of words is more than a phrase that anyone may use."""
    common = result.alignment.common()
    if result.words is Verdict.exact and len(common) < WHOLE_WORDS:
        return fits and len(common) >= FRAGMENT_WORDS and fills(setting.prose, span)
    if setting.weights.total(common) < TELLING:
        return False
    if result.words is Verdict.exact:
        return True
    quoted = setting.prose.around(span) is not None
    if result.words is Verdict.partial:
        return len(common) >= (PART_QUOTED_WORDS if quoted else PART_WORDS)
    if result.words is Verdict.near:
        most = result.alignment.covered() >= MOST
        return most and len(common) >= NEAR_WORDS and result.likeness >= NEAR_LIKENESS
    return False


def fills(shape: Prose, span: Span) -> bool:
    """Whether a passage stands outside quotation marks, or is nearly all that is inside."""
    around = shape.around(span)
    if around is None:
        return True
    return len(shape.words_in(around)) <= len(shape.words_in(span)) + FRAGMENT_SPARE


def without_overlaps(found: Iterable[Passage]) -> list[list[Passage]]:
    """The best passages that do not overlap; with each those that mark the same characters."""
    kept: list[list[Passage]] = []
    ordered = sorted(found, key=lambda passage: passage.order, reverse=True)
    taken = Taken()
    for span, same in groupby_span(ordered):
        if taken.take(span):
            kept.append(same)
    return sorted(kept, key=lambda same: same[0].span)


def groupby_span(ordered: Sequence[Passage]) -> Iterator[tuple[Span, list[Passage]]]:
    """The passages by the characters that they mark, the best first."""
    spans: dict[Span, list[Passage]] = {}
    for passage in ordered:
        spans.setdefault(passage.span, []).append(passage)
    yield from spans.items()


class Taken:
    """The characters that are marked already."""

    def __init__(self) -> None:
        self.spans: list[Span] = []

    def take(self, span: Span) -> bool:
        """Takes a span unless part of it is taken."""
        if any(start < span[1] and span[0] < end for start, end in self.spans):
            return False
        self.spans.append(span)
        return True


def answer(text: str, passages: Sequence[Sequence[Passage]]) -> MarksAnswer:
    """The marks as they are served."""
    count = len(passages)
    found = "1 passage of this text is" if count == 1 else f"{count} passages of this text are"
    stated = f"{found} in this record, or close to it." if count else NONE_FOUND
    return MarksAnswer(
        statement=stated,
        characters=len(text),
        marks=[mark_document(text, same) for same in passages],
    )


NONE_FOUND = (
    "No passage of this text is in this record. That does not mean that nothing of it was said."
)


def mark_document(text: str, same: Sequence[Passage]) -> Mark:
    """A mark as it is served, with the other quotes that have the same words."""
    best = same[0]
    quote, result = best.candidate.document, best.judged
    others = {
        each.candidate.id: each.candidate.document["url"]
        for each in same[1:]
        if each.verdict is best.verdict and each.candidate.id != best.candidate.id
    }
    return Mark.model_validate(
        {
            "start": best.span[0],
            "end": best.span[1],
            "text": text[best.span[0] : best.span[1]],
            "verdict": best.verdict,
            "similarity": round(result.likeness, 3),
            "quote": {"id": quote["id"], "url": quote["url"]},
            "printed": result.wording["text"],
            "source": result.wording["source"],
            "speakers": quote["speakers"],
            "date": quote["date"],
            "differences": [difference(found) for found in result.found],
            "also": [{"id": quote_id, "url": url} for quote_id, url in others.items()],
        }
    )
