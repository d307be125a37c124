"""How the answers of the quote check stand to the labels, and the tables that say so.

An answer is read as the API gives it today; `too_short`, `unmatched` and answers to many texts are
read where they are there, and count as missing where they are not.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.quotecheck.labelled.cases import Article, Case, Quotation

VERDICTS = ("exact", "partial", "near", "not_in_record")
WITHOUT_QUOTE = ("not_in_record", "refused")
CONDITION = re.compile(r"\bcondition", re.IGNORECASE)
# How much of the longer of two passages must be shared for them to be the same one.
SHARED = 0.8
UNMATCHED, NONE = "unmatched", "none"


@dataclass(frozen=True)
class Answer:
    """What was answered to one text."""

    verdict: str
    matches: Sequence[Mapping[str, Any]] = ()
    statement: str = ""
    too_short: bool = False

    @property
    def quotes(self) -> list[str]:
        """The ids of the matches, the closest first."""
        return [match["quote"]["id"] for match in self.matches]

    @property
    def kinds(self) -> set[str]:
        """The kinds of difference that the first match points out."""
        return kinds_of(self.matches[0]) if self.matches else set()


def kinds_of(found: Mapping[str, Any]) -> set[str]:
    """The kinds of difference of a match or a mark."""
    return {each["kind"] for each in found.get("differences", ())}


def answer_of(status: int, data: Mapping[str, Any] | None) -> Answer:
    """An answer by its status and, where it is one, its data."""
    if status == 422:
        return Answer("refused")
    if data is None or "verdict" not in data:
        return Answer(f"status {status}")
    return Answer(
        data["verdict"],
        data.get("matches") or (),
        data.get("statement") or "",
        bool(data.get("too_short")),
    )


@dataclass(frozen=True)
class Judged:
    """A case with its answer."""

    case: Case
    answer: Answer

    @property
    def acceptable(self) -> bool:
        """Whether the verdict is one of the acceptable ones and the first match a right one."""
        verdict = self.answer.verdict
        if verdict not in self.case.verdicts:
            return False
        if verdict in WITHOUT_QUOTE:
            return True
        return self.answer.quotes[:1] != [] and self.answer.quotes[0] in self.case.quotes

    @property
    def told(self) -> bool | None:
        """Whether an acceptable answer says all that is wanted; None where nothing more is."""
        wanted = list(self._wanted())
        return self.acceptable and all(wanted) if wanted else None

    def _wanted(self) -> Iterator[bool]:
        case, answer = self.case, self.answer
        if case.too_short is not None:
            yield answer.too_short == case.too_short
        if case.condition:
            told = CONDITION.search(answer.statement) is not None
            yield told or any(CONDITION.match(kind) for kind in answer.kinds)
        if case.named:
            yield set(case.named) <= set(answer.quotes)
        # Another acceptable verdict than "near" has no differences to point out.
        if case.kinds and (answer.verdict == "near" or not self.acceptable):
            yield set(case.kinds) <= answer.kinds
        if case.no_kinds and answer.verdict == "near":
            yield answer.kinds.isdisjoint(case.no_kinds)

    @property
    def label(self) -> str:
        """The verdict that the answer is held against."""
        return self.answer.verdict if self.acceptable else self.case.expect

    @property
    def line(self) -> str:
        """The case and its answer in one line."""
        expected = "|".join(self.case.verdicts)
        first = ", ".join(self.answer.quotes[:1])
        given = f"{self.answer.verdict} {first} {sorted(self.answer.kinds)}"
        return f"{self.case.id}: {expected} {list(self.case.quotes)}, answered {given}"


def ratio(part: int, whole: int) -> str:
    """A share with two digits, a dash where there is nothing to share."""
    return f"{part / whole:.2f}" if whole else "–"


def by_group(judged: Iterable[Judged]) -> dict[str, list[Judged]]:
    """The judged cases of each class, in order, and of all."""
    groups: defaultdict[str, list[Judged]] = defaultdict(list)
    everything = list(judged)
    for each in everything:
        groups[each.case.group].append(each)
    return {**groups, "all": everything}


def check_table(judged: Iterable[Judged]) -> list[str]:
    """Cases, acceptable answers, what is told, and for each verdict precision and recall."""
    head = f"{'class':16}{'cases':>6}{'acceptable':>11}{'share':>7}{'told':>9}"
    lines = [head + "".join(f"{name:>15}" for name in VERDICTS)]
    lines.extend(check_row(name, group) for name, group in by_group(judged).items())
    return lines


def check_row(name: str, group: Sequence[Judged]) -> str:
    """One class of `check_table`."""
    right = sum(each.acceptable for each in group)
    told = [each.told for each in group if each.told is not None]
    said = f"{sum(told)}/{len(told)}" if told else "–"
    shares = "".join(f"{precision_and_recall(group, verdict):>15}" for verdict in VERDICTS)
    return f"{name:16}{len(group):6}{right:11}{ratio(right, len(group)):>7}{said:>9}{shares}"


def precision_and_recall(group: Sequence[Judged], verdict: str) -> str:
    """Of the answers with a verdict those that are acceptable, and of the labels those answered."""
    answered = [each for each in group if each.answer.verdict == verdict]
    labelled = sum(each.label == verdict for each in group)
    right = sum(each.acceptable for each in answered)
    return f"{ratio(right, len(answered))} {ratio(right, labelled)}"


def false_alarms(judged: Iterable[Judged]) -> list[Judged]:
    """Famous, invented and sound-alike quotations, and others, that are wrongly called recorded."""
    return [
        each
        for each in judged
        if each.case.expect == "not_in_record"
        and each.answer.verdict in ("exact", "partial", "near")
        and not each.acceptable
    ]


@dataclass
class MarkScore:
    """How the marks of some articles stand to their quotations."""

    articles: int = 0
    quotations: int = 0
    labelled: int = 0
    given: int = 0
    right: int = 0
    found: int = 0
    unmatched: int = 0
    listed: int = 0
    listed_right: int = 0
    lists: bool = False
    faults: list[str] = field(default_factory=list)

    @property
    def row(self) -> str:
        """Counts, precision, recall and F1 of the marks, then those of what is unmatched."""
        f1 = ratio(2 * self.right, self.given + self.labelled)
        found = ratio(2 * self.found, self.given + self.labelled)
        counts = (self.articles, self.quotations, self.labelled, self.given, self.right)
        shares = (ratio(self.right, self.given), ratio(self.right, self.labelled), f1, found)
        listed = (
            (ratio(self.listed_right, self.listed), ratio(self.listed_right, self.unmatched))
            if self.lists
            else ("–", "–")
        )
        numbers = "".join(f"{count:9}" for count in counts)
        return numbers + "".join(f"{share:>9}" for share in (*shares, *listed))


MARK_HEAD = f"{'class':16}" + "".join(
    f"{name:>9}"
    for name in (
        *("articles", "quoted", "labelled", "marks", "right", "prec.", "recall", "F1", "found F1"),
        *("unm. pr.", "unm. re."),
    )
)


def mark_table(answers: Iterable[tuple[Article, Mapping[str, Any]]]) -> tuple[list[str], list[str]]:
    """The table of the marks by class, and every fault in a line."""
    scores: defaultdict[str, MarkScore] = defaultdict(MarkScore)
    whole = MarkScore()
    for article, data in answers:
        for score in (scores[article.group], whole):
            add_article(score, article, data)
    rows = [f"{name:16}{score.row}" for name, score in {**scores, "all": whole}.items()]
    return [MARK_HEAD, *rows], whole.faults


def add_article(score: MarkScore, article: Article, data: Mapping[str, Any]) -> None:
    """Counts the marks of one article."""
    marks = list(data["marks"])
    unmatched = data.get("unmatched")
    score.articles += 1
    score.lists = score.lists or unmatched is not None
    quotations = [each for each in article.quotations if not each.optional]
    score.quotations += len(quotations)
    for quotation in (*quotations, *(each for each in article.quotations if each.optional)):
        here = [mark for mark in marks if stands_at(article, quotation, mark)]
        marks = [mark for mark in marks if mark not in here]
        add_quotation(score, article, quotation, here)
        add_unmatched(score, article, quotation, unmatched or ())
    score.given += len(marks)
    score.faults.extend(f"{article.id}: marked “{mark['text']}”" for mark in marks)


def spans_of(article: Article, quotation: Quotation) -> list[tuple[int, int]]:
    """Where a quotation stands, and each of its pieces."""
    starts = [(article.text.index(words), words) for words in (quotation.words, *quotation.pieces)]
    return [(start, start + len(words)) for start, words in starts]


def stands_at(article: Article, quotation: Quotation, found: Mapping[str, Any]) -> bool:
    """Whether a mark or an unmatched passage is this quotation, or one of its pieces."""
    return any(same(span, (found["start"], found["end"])) for span in spans_of(article, quotation))


def same(one: tuple[int, int], other: tuple[int, int]) -> bool:
    """Whether two passages share so much that they are one."""
    shared = min(one[1], other[1]) - max(one[0], other[0])
    return shared >= SHARED * max(one[1] - one[0], other[1] - other[0])


def add_quotation(
    score: MarkScore, article: Article, quotation: Quotation, here: Sequence[Mapping[str, Any]]
) -> None:
    """Counts one quotation with the marks that stand there."""
    right = bool(here) and all(is_right(quotation, mark) for mark in here)
    whole = not quotation.pieces or len(here) in (0, 1, len(quotation.pieces))
    if quotation.expect in (UNMATCHED, NONE) or quotation.optional:
        # An acceptable mark that is not asked for counts neither way.
        if here and not right:
            score.given += 1
            score.faults.append(f"{article.id}: marked “{quotation.words}” {described(here)}")
        return
    if not here and not {UNMATCHED, NONE}.isdisjoint(quotation.accept):
        return
    score.labelled += 1
    score.given += bool(here)
    score.right += right and whole
    score.found += bool(here) and here[0]["quote"]["id"] in quotation.quotes
    if not (right and whole):
        wanted = f"{'|'.join(quotation.verdicts)} {list(quotation.kinds)}"
        given = described(here) if here else "no mark"
        score.faults.append(f"{article.id}: “{quotation.words}” {wanted}: {given}")


def is_right(quotation: Quotation, mark: Mapping[str, Any]) -> bool:
    """Whether verdict, quote and differences of a mark are those of the label."""
    verdict = mark["verdict"]
    if verdict not in quotation.verdicts or mark["quote"]["id"] not in quotation.quotes:
        return False
    return verdict != "near" or set(quotation.kinds) <= kinds_of(mark)


def described(marks: Sequence[Mapping[str, Any]]) -> str:
    """Some marks in short."""
    return "; ".join(
        f"{mark['verdict']} {mark['quote']['id']} {sorted(kinds_of(mark))}" for mark in marks
    )


def add_unmatched(
    score: MarkScore,
    article: Article,
    quotation: Quotation,
    unmatched: Sequence[Mapping[str, Any]],
) -> None:
    """Counts whether a quotation is listed as not in the record."""
    listed = any(stands_at(article, quotation, each) for each in unmatched)
    if quotation.optional or (quotation.expect != UNMATCHED and UNMATCHED in quotation.accept):
        return
    if quotation.expect == NONE or (quotation.accept and not listed):
        return
    score.listed += listed
    if quotation.expect == UNMATCHED:
        score.unmatched += 1
        score.listed_right += listed
        if score.lists and not listed:
            score.faults.append(f"{article.id}: “{quotation.words}” is not listed as unmatched")
    elif listed:
        score.faults.append(f"{article.id}: “{quotation.words}” is listed as unmatched")


COUNTS = re.compile(r"(\d+) (quotations?\b|as recorded|altered|said by another|not in this record)")


def summary_is_right(article: Article, data: Mapping[str, Any]) -> bool | None:
    """Whether the summary counts as the label does; None without one, or where labels are open."""
    open_labels = any(
        each.accept or each.pieces or each.optional or each.expect == NONE
        for each in article.quotations
    )
    stated = data.get("summary") or data.get("statement") or ""
    found = {name.rstrip("s"): int(count) for count, name in COUNTS.findall(str(stated))}
    if open_labels or "quotation" not in found:
        return None
    return found == {name: count for name, count in counts_of(article).items() if count}


def counts_of(article: Article) -> dict[str, int]:
    """How many quotations of an article are what."""
    kinds = [("speaker" in each.kinds, each.expect) for each in article.quotations]
    return {
        "quotation": len(kinds),
        "as recorded": sum(expect in ("exact", "partial") for _, expect in kinds),
        "altered": sum(expect == "near" and not another for another, expect in kinds),
        "said by another": sum(another for another, _ in kinds),
        "not in this record": sum(expect == UNMATCHED for _, expect in kinds),
    }
