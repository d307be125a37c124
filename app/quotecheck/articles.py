"""The quotations of a text, such as an article, and what of it is in the record.

What stands in quotation marks is judged as a whole, from mark to mark. Recorded words are found
without marks too. Few words are marked only where the text says that they are the speaker's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from app.db.snapshots import Snapshot
from app.db.work import Work, check_work
from app.errors import InvalidQuery
from app.quotecheck.alignment import align
from app.quotecheck.answers import DifferenceKind, Mark, Verdict
from app.quotecheck.attribution import SaidBy, Scene, is_said_by
from app.quotecheck.candidates import Quotes
from app.quotecheck.judgement import Judgement, compare_words
from app.quotecheck.lookup import RECORDED, load_scene, text_errors, without_surrogates
from app.quotecheck.matching import STRETCH_QUOTES, Matcher, Matches, Passage, Quoted
from app.quotecheck.prose import Prose, Quotation, Span, each_once
from app.quotecheck.reading import Reading, read_wording, read_words
from app.quotecheck.rendering import Json, entry_link, found_fields
from app.quotecheck.statements import STATEMENTS, counts_of, in_counts
from app.quotecheck.vocabulary import telling

ARTICLE_CHARACTERS = 40_000
# Quotes that are read for all quotations of an article: fewer for each, the more there are.
ARTICLE_QUOTES = 4000

# How many words are more than anyone may use, in and without quotation marks.
WHOLE_WORDS = 6
PART_WORDS = 6
ALTERED_WORDS = 5
UNRELATED_WORDS = 12
ANOTHER_WHOLE_WORDS = 4
TELLING_WORDS = 3
BARE_PART_WORDS = 8
BARE_TELLING = 2
BARE_LIKENESS = 0.8
ALTERED_LIKENESS = 0.7


@dataclass(frozen=True)
class Marked:
    """A passage of a text with the quote that it is."""

    span: Span
    judgement: Judgement
    also: Sequence[Judgement]


async def mark_article(text: str, snapshot: Snapshot, work: Work) -> Json:
    """The quotations of a text; raises `InvalidQuery` if it cannot be read."""
    text = without_surrogates(text)
    prose = Prose(await work.in_thread(read_words, text[:ARTICLE_CHARACTERS]))
    if errors := list(text_errors(text, prose, ARTICLE_CHARACTERS)):
        raise InvalidQuery(errors)
    scene = await load_scene(prose, snapshot, work.in_thread)
    quoted, bare = await work.in_thread(_passages, scene)
    matcher = Matcher(snapshot, work.in_thread)
    passages = await work.in_thread(lambda: quoted.passages.values())
    different = list({each.key: each for each in passages}.values())
    await matcher.load(different, max(STRETCH_QUOTES, ARTICLE_QUOTES // max(1, len(different))))
    await matcher.load(bare, STRETCH_QUOTES)
    return await work.in_thread(_answer, text, quoted, bare, matcher)


def _passages(scene: Scene) -> tuple[Quoted, list[Passage]]:
    """The quotations of a text, the speakers named for them, and the text between them."""
    quoted = Quoted(list(scene.prose.quotations()), scene)
    bare = []
    for span, reading in _stretches(scene.prose) if scene.mentions else ():
        check_work()
        bare.append(Passage(reading, scene.in_sentence(span)))
    return quoted, bare


def _stretches(prose: Prose) -> Iterator[tuple[Span, Reading]]:
    """The words between quotations, sentence by sentence."""
    for sentence in prose.sentences:
        for span in prose.outside(sentence):
            for part in prose.words_in(span).stretches():
                if len(part) > 1:
                    yield span, part


def _answer(text: str, quoted: Quoted, bare: Sequence[Passage], matcher: Matcher) -> Json:
    """The marks, and the quotations that are not in the record."""
    offices = (each.said.office for each in (*quoted.passages.values(), *bare) if each.said)
    related = (quoted.scene is not None and bool(quoted.scene.mentions)) or any(offices)
    found = {
        quotation: _quotation_mark(quotation, each, matcher, related=related)
        for quotation, each in matcher.matches_of(quoted).items()
    }
    others = (mark for passage in bare for mark in _bare_marks(passage, matcher))
    return _document(text, each_once(found, _is_whole), list(_without_overlaps(others)))


def _quotation_mark(
    quotation: Quotation, matches: Matches, matcher: Matcher, *, related: bool
) -> Marked | None:
    """The mark of a quotation; None if it is not in the record, or anybody may have said it."""
    enough = [
        each
        for each in matches.judgements
        if _is_enough(matches.passage, each, matcher.quotes, related=related)
    ]
    if not enough:
        return None
    as_recorded = [each for each in enough if each.comparison.verdict in RECORDED]
    also = as_recorded[1:] if enough[0].comparison.verdict in RECORDED else []
    return Marked(quotation.words, enough[0], also)


def _is_whole(mark: Marked | None) -> bool:
    return mark is not None and mark.judgement.comparison.verdict is not Verdict.near


def _is_enough(passage: Passage, judgement: Judgement, quotes: Quotes, *, related: bool) -> bool:
    """Whether a quotation is more than words that anyone may use."""
    keys, words = passage.reading.keys, judgement.comparison.verdict
    if words is Verdict.not_in_record:
        return False
    if _is_the_speakers(passage.said, judgement, quotes):
        least = {Verdict.near: ALTERED_WORDS, Verdict.exact: 1}
        return len(keys) >= least.get(words, 2 if telling(keys) > 1 else TELLING_WORDS)
    if not related:
        return words is not Verdict.near and len(keys) >= UNRELATED_WORDS
    if any(each.kind is DifferenceKind.speaker for each in judgement.others):
        least = {Verdict.exact: ANOTHER_WHOLE_WORDS, Verdict.partial: PART_WORDS}
        return words in least and len(keys) >= least[words] and telling(keys) >= TELLING_WORDS
    if words is Verdict.near:
        return (
            len(keys) >= PART_WORDS and judgement.comparison.alignment.likeness >= ALTERED_LIKENESS
        )
    return len(keys) >= WHOLE_WORDS


def _is_the_speakers(said: SaidBy | None, judgement: Judgement, quotes: Quotes) -> bool:
    """Whether the text names a quote's speaker as such; the name of a state is not enough."""
    if said is None:
        return False
    return is_said_by(judgement.candidate, said, quotes.spoken_by(said.actors - said.states))


def _bare_marks(passage: Passage, matcher: Matcher) -> Iterator[Marked]:
    """The recorded words in a stretch without quotation marks."""
    for candidate in matcher.candidates(passage):
        for wording in candidate.wordings:
            for words in _recorded_words(passage.reading, read_wording(wording["text"])[0]):
                judgement = Judgement(candidate, compare_words(words, wording), ())
                if _is_enough_bare(passage, judgement, matcher.quotes):
                    yield Marked((words.words[0].start, words.words[-1].end), judgement, ())


def _recorded_words(asked: Reading, printed: Reading) -> list[Reading]:
    """The longest run of words in common, and all from the first word in common to the last."""
    if telling(asked.key_set & printed.key_set) < BARE_TELLING:
        return []
    equal = align(asked, printed).equal
    if not equal:
        return []
    run = max(equal, key=lambda step: step.b - step.a)
    spans = dict.fromkeys(((run.a, run.b), (equal[0].a, equal[-1].b)))
    return [asked.part(first, last) for first, last in spans]


def _is_enough_bare(passage: Passage, judgement: Judgement, quotes: Quotes) -> bool:
    """Whether words without quotation marks are more than words that anyone may use."""
    comparison = judgement.comparison
    keys = comparison.alignment.asked.keys
    fits = _is_the_speakers(passage.said, judgement, quotes)
    if comparison.verdict is Verdict.exact:
        return len(keys) >= (2 if fits else WHOLE_WORDS) and telling(keys) >= BARE_TELLING
    if telling(keys) <= TELLING_WORDS or len(keys) < BARE_PART_WORDS:
        return False
    if comparison.verdict is Verdict.near:
        return fits and comparison.alignment.likeness >= BARE_LIKENESS
    return comparison.verdict is Verdict.partial


def _without_overlaps(marks: Iterable[Marked]) -> Iterator[Marked]:
    """The marks of most words that do not overlap."""
    taken: list[Span] = []

    def order(mark: Marked) -> tuple[int, tuple[object, ...]]:
        return len(mark.judgement.comparison.alignment.common), mark.judgement.order

    for mark in sorted(marks, key=order, reverse=True):
        if all(mark.span[1] <= start or end <= mark.span[0] for start, end in taken):
            taken.append(mark.span)
            yield mark


def _document(text: str, quoted: dict[Quotation, Marked | None], bare: Sequence[Marked]) -> Json:
    """The answer as it is served."""
    counts = counts_of([mark.judgement if mark else None for mark in quoted.values()])
    said = f"{in_counts(counts)}." if quoted else STATEMENTS["no_quotations"]
    if bare:
        said += f" {len(bare)} recorded passage{'s' * (len(bare) > 1)} without quotation marks."
    marks = [*filter(None, quoted.values()), *bare]
    return {
        "statement": said,
        "counts": counts,
        "characters": len(text),
        "marks": [_mark_document(text, mark) for mark in sorted(marks, key=lambda each: each.span)],
        "unmatched": [
            {"start": start, "end": end, "text": text[start:end]}
            for start, end in (each.words for each, mark in quoted.items() if mark is None)
        ],
    }


def _mark_document(text: str, mark: Marked) -> Json:
    start, end = mark.span
    found = found_fields(mark.judgement) | {
        "start": start,
        "end": end,
        "text": text[start:end],
        "also": [entry_link(each) for each in mark.also],
    }
    return {name: found[name] for name in Mark.model_fields}
