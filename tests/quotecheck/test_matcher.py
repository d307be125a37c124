"""The quote check against the labelled cases, against the whole record, and against bad input."""

from __future__ import annotations

import asyncio
import sqlite3
import sys
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeVar

import pytest
import yaml

from app.db.snapshots import Snapshot
from app.db.sqlite import SqliteDatabase
from app.errors import InvalidQuery
from app.quotecheck.answers import CheckAnswer, Mark, MarksAnswer, Verdict
from app.quotecheck.lookup import CHECK_CHARACTERS, check
from app.quotecheck.mark import MARK_CHARACTERS, mark
from tests.conftest import SHIPPED, Seeded

CASES = Path(__file__).with_name("cases.yaml")
TARGET = 0.95
HEAD = f"{'class':<16}{'cases':>6}{'precision':>12}{'recall':>9}"
# A mark is found where it and the label share so much of the longer of the two.
SHARED = 0.8

T = TypeVar("T")
Asking = Callable[[Callable[[Snapshot], Awaitable[T]]], T]


@pytest.fixture(scope="session")
def database_file(cached_files: Seeded) -> Path:
    """The shipped record, seeded once a session; not to be written."""
    return cached_files(SHIPPED)


@pytest.fixture
def asking(database_file: Path) -> Asking[Any]:
    """Asks one question, or several, within one snapshot."""

    def run(question: Callable[[Snapshot], Awaitable[T]]) -> T:
        async def snapshot() -> T:
            database = SqliteDatabase(database_file, timeout=10)
            try:
                async with database.snapshot() as ask:
                    return await question(ask)
            finally:
                await database.close()

        return asyncio.run(snapshot())

    return run


@dataclass(frozen=True)
class Case:
    """A labelled case; see the head of cases.yaml."""

    label: dict[str, Any]

    @property
    def group(self) -> str:
        """The class of the case."""
        return str(self.label["class"])

    @property
    def text(self) -> str:
        """What is asked."""
        return str(self.label["text"])

    def is_right(self, answer: CheckAnswer) -> bool:
        """Whether verdict, quote and differences are as the label says."""
        return (
            answer.verdict == self.label["expect"]
            and self.quote_is_right(answer)
            and self.differences_are_right(answer)
        )

    def quote_is_right(self, answer: CheckAnswer) -> bool:
        """Whether the first match is one of the labelled quotes."""
        wanted = self.label.get("quotes")
        return not wanted or (bool(answer.matches) and answer.matches[0].quote.id in wanted)

    def differences_are_right(self, answer: CheckAnswer) -> bool:
        """Whether every labelled difference is pointed out, and none where there is none."""
        wanted = self.label.get("differences")
        if wanted is None or answer.verdict is Verdict.not_in_record:
            return True
        found = answer.matches[0].differences
        if not wanted:
            return not found
        return all(
            any(
                each.kind == want["kind"]
                and want.get("asked", "") in (each.asked or "")
                and want.get("printed", "") in (each.printed or "")
                for each in found
            )
            for want in wanted
        )


@cache
def cases() -> tuple[Case, ...]:
    """Every labelled case."""
    labels = yaml.load(CASES.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return tuple(map(Case, labels))


# What an answer says of a text, as the classes do: which of them could have been given.
SAYS = {
    "verbatim": "recorded",
    "rendering": "recorded",
    "truncated": "part",
    "reworded": "other words",
    "changed_word": "other words",
    "changed_number": "number",
    "negated": "negation",
    "misattributed": "speaker",
    "misdated": "date",
    "unrelated": "not in record",
}


def says(answer: CheckAnswer) -> str:
    """What an answer says of a text; of several differences the gravest."""
    if answer.verdict is not Verdict.near:
        return {"exact": "recorded", "partial": "part", "not_in_record": "not in record"}[
            answer.verdict
        ]
    kinds = {each.kind for each in answer.matches[0].differences}
    return next(
        (kind for kind in ("speaker", "date", "number", "negation") if kind in kinds), "other words"
    )


@dataclass
class Score:
    """How many were right, given, and wanted."""

    right: int = 0
    given: int = 0
    wanted: int = 0

    @property
    def precision(self) -> float:
        """The share of right ones among those given."""
        return self.right / self.given if self.given else 1.0

    @property
    def recall(self) -> float:
        """The share of right ones among those wanted."""
        return self.right / self.wanted if self.wanted else 1.0

    def row(self, name: str) -> str:
        """A line of the table."""
        return f"{name:<16}{self.wanted:>6}{self.precision:>12.3f}{self.recall:>9.3f}"


def scores(answers: list[tuple[Case, CheckAnswer]]) -> dict[str, Score]:
    """For each class: its cases answered right, and the answers that only it should get.

    Given are the right answers and, from other classes, those that say what this class says.
    """
    table = {name: Score() for name in SAYS}
    for case, answer in answers:
        right = case.is_right(answer)
        table[case.group].wanted += 1
        table[case.group].right += right
        table[case.group].given += right
        for name, said in SAYS.items():
            table[name].given += said == says(answer) != SAYS[case.group]
    return table


def mark_score(answers: list[tuple[Case, MarksAnswer]]) -> Score:
    """How many marks were right, made, and labelled."""
    score = Score()
    for case, answer in answers:
        left = list(answer.marks)
        for label in case.label["marks"]:
            score.wanted += 1
            hit = next((each for each in left if is_marked(case, label, each)), None)
            if hit is not None:
                left.remove(hit)
                score.right += 1
        score.given += len(answer.marks)
    return score


def is_marked(case: Case, label: dict[str, Any], found: Mark) -> bool:
    """Whether a mark is the labelled one: the passage, the verdict, the quote."""
    start = case.text.index(label["words"])
    end = start + len(label["words"])
    shared = min(end, found.end) - max(start, found.start)
    return (
        shared >= SHARED * max(end - start, found.end - found.start)
        and found.verdict == label["verdict"]
        and found.quote.id in label["quotes"]
    )


@pytest.fixture(scope="module")
def answered(database_file: Path) -> list[tuple[Case, CheckAnswer]]:
    """Every labelled quotation with its answer."""

    async def ask_all() -> list[tuple[Case, CheckAnswer]]:
        database = SqliteDatabase(database_file, timeout=10)
        try:
            async with database.snapshot() as ask:
                return [
                    (each, await check(each.text, each.label.get("speaker"), date_of(each), ask))
                    for each in cases()
                    if each.group != "passage"
                ]
        finally:
            await database.close()

    return asyncio.run(ask_all())


def date_of(case: Case) -> str | None:
    """The date that is given with a case."""
    date = case.label.get("date")
    return None if date is None else str(date)


def test_labelled_cases_are_enough_and_each_says_something_else() -> None:
    """At least 240 cases, 25 of a class, every id once."""
    counts = Counter(case.group for case in cases())
    marks = sum(len(case.label.get("marks", ())) for case in cases())
    assert sum(counts.values()) >= 240
    assert all(count >= 25 for name, count in counts.items() if name != "passage")
    assert marks >= 25
    assert len({case.label["id"] for case in cases()}) == len(cases())


def test_each_class_reaches_the_target(
    answered: list[tuple[Case, CheckAnswer]],
    asking: Asking[Any],
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Precision and recall are at least 0.95 for every class; the table is printed."""

    async def mark_all(ask: Snapshot) -> list[tuple[Case, MarksAnswer]]:
        return [(each, await mark(each.text, ask)) for each in cases() if each.group == "passage"]

    table = {**scores(answered), "passage (marks)": mark_score(asking(mark_all))}
    wrong = [case.label["id"] for case, answer in answered if not case.is_right(answer)]
    lines = [score.row(name) for name, score in table.items()]
    with capsys.disabled():
        sys.stdout.write("\n".join(("", HEAD, *lines, "")))
    assert all(min(each.precision, each.recall) >= TARGET for each in table.values()), wrong


def test_no_unrelated_text_is_called_exact_or_near(
    answered: list[tuple[Case, CheckAnswer]],
) -> None:
    """What nobody is recorded to have said is never taken for a recorded quotation."""
    called = {
        case.label["id"]: answer.verdict
        for case, answer in answered
        if case.group == "unrelated" and answer.verdict in (Verdict.exact, Verdict.near)
    }
    assert called == {}


def stated(database_file: Path, table: str, column: str) -> list[str]:
    """The texts of a tidy table."""
    with sqlite3.connect(database_file) as connection:
        rows = connection.execute(f"SELECT DISTINCT {column} FROM {table} WHERE {column} != ''")
        return [row[0] for row in rows]


def test_every_recorded_wording_is_exact(database_file: Path, asking: Asking[Any]) -> None:
    """Whatever outlet's words are asked, they are found as a whole, also in other typography."""
    wordings = [text for text in stated(database_file, "rendering", "text") if len(text) < 1900]
    assert len(wordings) > 300

    async def verdicts(ask: Snapshot) -> dict[str, Verdict]:
        found = {}
        for text in wordings:
            changed = f"„{text.upper().replace('’', chr(39)).replace(' ', '  ')} …“"
            for asked in (text, changed):
                found[asked] = (await check(asked, None, None, ask)).verdict
        return found

    answers = asking(verdicts)
    assert [text for text, verdict in answers.items() if verdict is not Verdict.exact] == []


@pytest.mark.parametrize(("table", "column"), [("event", "summary"), ("term", "text")])
def test_our_own_words_are_no_quotations(
    database_file: Path, asking: Asking[Any], table: str, column: str
) -> None:
    """Summaries and terms, hundreds of sentences about the same talks, are not in the record."""
    texts = stated(database_file, table, column)
    assert len(texts) > 100

    async def verdicts(ask: Snapshot) -> dict[str, Verdict]:
        return {text: (await check(text, None, None, ask)).verdict for text in texts}

    called = {
        text: verdict
        for text, verdict in asking(verdicts).items()
        if verdict in (Verdict.exact, Verdict.near)
    }
    assert called == {}


def test_an_answer_shows_wording_source_speaker_office_and_other_renderings(
    asking: Asking[Any],
) -> None:
    """A changed number is answered with all that a fact-checker needs to see it."""
    text = (
        "Israel can stop the fighting for 60 days to return the captives. "
        "But we cannot stop the war"
    )
    answer = asking(lambda ask: check(text, "Bibi", "2024-06", ask))
    best = answer.matches[0]
    assert answer.verdict == best.verdict == best.words == "near"
    assert (
        answer.statement == "Close to a wording in this record, but not the same: a number differs."
    )
    assert answer.asked.speaker is not None
    assert answer.asked.speaker.id == "netanyahu"
    assert best.quote.id == "q-20240603-netanyahu"
    assert best.speakers[0].office == "Prime Minister, Israel"
    assert [each.model_dump() for each in best.differences] == [
        {"kind": "number", "asked": "60", "printed": "42"}
    ]
    assert [(each.op.value, each.asked, each.printed) for each in best.diff] == [
        ("equal", "Israel can stop the fighting for", "Israel can stop the fighting for"),
        ("replace", "60", "42"),
        (
            "equal",
            "days to return the captives. But we cannot stop the war",
            "days to return the captives. But we cannot stop the war",
        ),
    ]
    assert best.renderings[0].text.startswith("We can stop the fighting for 42 days")


def test_absence_is_said_without_a_judgement(asking: Asking[Any]) -> None:
    """What is not in the record may still have been said."""
    answer = asking(lambda ask: check("zebras graze by the river", None, None, ask))
    assert answer.verdict == "not_in_record"
    assert answer.statement == ("Not in this record. That does not mean that it was never said.")


def test_marks_give_characters_of_the_text_as_it_was_sent(asking: Asking[Any]) -> None:
    """Offsets count code points, whatever stands before the passage."""
    before = "😀 שלום\u200f é — Netanyahu said: "
    text = f"{before}“There is no other solution but a complete and final victory.”"
    answer = asking(lambda ask: mark(text, ask))
    assert [(each.start, each.end, each.verdict) for each in answer.marks] == [
        (len(before) + 1, len(text) - 2, "exact")
    ]
    assert text[answer.marks[0].start : answer.marks[0].end] == answer.marks[0].text


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("Netanyahu promised “total victory” again.", True),
        ("The Israeli prime minister promised “total victory” again.", True),
        ("Netanyahu spoke for an hour. He promised “total victory” again.", True),
        ("Netanyahu promised total victory again.", True),
        ("The team celebrated a “total victory” over its rivals.", False),
        ("The team celebrated a total victory over its rivals.", False),
        ("The British prime minister promised “total victory” again.", False),
        ("Netanyahu was in the room. Anna Smith wrote that she saw a “total victory”.", False),
        ("Biden met Netanyahu. Later Biden called the vote a “total victory”.", False),
        ("Netanyahu said: “A total victory is what they all dream of, and so do I”.", False),
    ],
)
def test_few_words_mark_only_what_is_the_speakers(
    asking: Asking[Any], text: str, marked: bool
) -> None:
    """By name, by office, as "he"; not another person's, nor inside another quotation."""
    answer = asking(lambda ask: mark(text, ask))
    assert bool(answer.marks) == marked


def test_a_wrong_speaker_and_date_are_both_pointed_out(asking: Asking[Any]) -> None:
    """Right words of another speaker on another day are near, and both are said."""
    answer = asking(lambda ask: check("“total victory”", "Biden", "2025", ask))
    best = answer.matches[0]
    assert (answer.verdict, best.words) == ("near", "exact")
    assert [each.model_dump() for each in best.differences] == [
        {"kind": "speaker", "asked": "Joe Biden", "printed": "Benjamin Netanyahu"},
        {"kind": "date", "asked": "2025", "printed": "2024-02-07"},
    ]
    assert "the speaker is another, the date is another" in answer.statement


@pytest.mark.parametrize(
    ("text", "speaker", "date", "parameters"),
    [
        ("", None, None, ["text"]),
        (" \n\t", None, None, ["text"]),
        ("“…” — [ ]", None, None, ["text"]),
        ("😀" * 10, None, None, ["text"]),
        ("\x00\x01\x02", None, None, ["text"]),
        ("a" * (CHECK_CHARACTERS + 1), None, None, ["text"]),
        ("victory", "netanyaho", None, ["speaker"]),
        ("victory", "", None, ["speaker"]),
        ("victory", None, "7 February 2024", ["date"]),
        ("", "nobody at all", "2024-13", ["text", "speaker", "date"]),
    ],
)
def test_what_cannot_be_looked_up_is_refused_by_name(
    asking: Asking[Any], text: str, speaker: str | None, date: str | None, parameters: list[str]
) -> None:
    """Every wrong parameter is named at once."""
    with pytest.raises(InvalidQuery) as refused:
        asking(lambda ask: check(text, speaker, date, ask))
    assert [each["parameter"] for each in refused.value.members["errors"]] == parameters


def hostile() -> Iterator[tuple[str, str]]:
    """Texts made to be slow or to break something, each as long as may be."""
    unit = {
        "one word": "victory ",
        "one name": "Netanyahu said he ",
        "one fragment, quoted": '"total victory" ',
        "one wording": "“We are on the way to an absolute victory” ",
        "common words": "the Gaza Strip and ",
        "opened quotation marks": "“a ‘b „c «d \"e 'f ",
        "opened brackets": "[( a",
        "full stops": ".",
        "dashes and spaces": " -",
        "ampersands": "& ",
        "apostrophes": "a'",
        "capitals": "Ab Cd ",
        "negations": "not ",
        "emoji": "😀",
        "lines": "\n",
        "control characters": "\x00\x1b\x7f",
        "right to left": "\u202eשלום\u202c \u200f\u061c",
        "vowel signs": "ب\u064e\u064b",
        "halves of characters": "\ud800 ",
        "ligatures": "ﷺ",
        "binary": bytes(range(256)).decode("latin-1"),
    }
    for name, text in unit.items():
        yield name, (text * (MARK_CHARACTERS // len(text)))[: MARK_CHARACTERS - 2] + " a"


@pytest.mark.parametrize(("name", "text"), [pytest.param(*each, id=each[0]) for each in hostile()])
def test_hostile_text_is_answered_in_time(asking: Asking[Any], name: str, text: str) -> None:
    """Twenty thousand times the same word, or sign, costs about what an article costs."""
    del name

    async def both(ask: Snapshot) -> tuple[MarksAnswer, CheckAnswer]:
        short = text[: CHECK_CHARACTERS - 2] + " a"
        return (
            await asyncio.wait_for(mark(text, ask), 20),
            await asyncio.wait_for(check(short, None, None, ask), 5),
        )

    marks, answer = asking(both)
    assert marks.model_dump_json()
    assert answer.verdict in (Verdict.not_in_record, Verdict.near)
    spans = [(each.start, each.end) for each in marks.marks]
    assert all(one[1] <= other[0] for one, other in pairwise(spans))


def test_a_text_that_is_too_long_to_mark_is_refused(asking: Asking[Any]) -> None:
    """More than the maximum is refused, never cut."""
    with pytest.raises(InvalidQuery, match="40,001 characters; give 40,000 or fewer"):
        asking(lambda ask: mark("a" * (MARK_CHARACTERS + 1), ask))


def test_classes_say_what_they_should(answered: list[tuple[Case, CheckAnswer]]) -> None:
    """Each wrong or missing statement of a class is listed, should there be one."""
    astray: defaultdict[str, list[str]] = defaultdict(list)
    for case, answer in answered:
        if case.group != "reworded" and says(answer) != SAYS[case.group]:
            astray[case.group].append(f"{case.label['id']}: {says(answer)}")
    assert dict(astray) == {}
