"""Scores the quote check over the shipped record by one half of the labels.

    python -m tests.quotecheck.labelled seen
    python -m tests.quotecheck.labelled unseen --reveal

Of the unseen half only the tables are shown, unless `--reveal` is given.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx

from app.config import Settings
from app.seeding.seed import seed
from tests.api.asking import Asker
from tests.quotecheck.labelled.cases import HALVES, Article, Batch, Case, load
from tests.quotecheck.labelled.scoring import (
    Answer,
    Judged,
    answer_of,
    check_table,
    false_alarms,
    mark_table,
    summary_is_right,
)

SHIPPED = Path(__file__).parents[3] / "seed_data"


def main() -> None:
    """Asks and prints."""
    parser = argparse.ArgumentParser(prog="python -m tests.quotecheck.labelled")
    parser.add_argument("half", choices=HALVES)
    parser.add_argument("--reveal", action="store_true", help="show the cases of the unseen half")
    chosen = parser.parse_args()
    with TemporaryDirectory() as folder:
        database = Path(folder) / "record.db"
        seed(SHIPPED, Settings(database_url=f"sqlite:///{database}"))
        with Asker(database) as ask:
            tables, faults = report(chosen.half, ask)
    show = chosen.half == "seen" or chosen.reveal
    sys.stdout.write("\n".join([*tables, *(faults if show else ()), ""]))


def report(half: str, ask: Asker) -> tuple[list[str], list[str]]:
    """The tables of a half, and its faults in lines."""
    labelled = load(half)
    judged = [Judged(case, asked(case, ask)) for case in labelled.cases]
    judged += [each for batch in labelled.batches for each in asked_at_once(batch, ask)]
    answers = [(article, posted(article, ask)) for article in labelled.articles]
    marks, mark_faults = mark_table(answers)
    tables = [
        f"One text, {half} half: precision and recall under each verdict",
        *check_table(judged),
        f"Not in the record, but called exact, partial or near: {len(false_alarms(judged))}",
        "",
        f"Articles, {half} half",
        *marks,
        summaries(answers),
    ]
    return tables, ["", *faults_of(judged), *mark_faults]


def faults_of(judged: Iterable[Judged]) -> Iterator[str]:
    """The cases that were not answered as they should be."""
    for each in judged:
        if not each.acceptable:
            yield f"wrong   {each.line}"
        elif each.told is False:
            yield f"untold  {each.line}"


def asked(case: Case, ask: Asker) -> Answer:
    """The answer to one text."""
    response = ask("/v1/check", params=parameters(case))
    return answer_of(response.status_code, data_of(response))


def parameters(case: Case) -> dict[str, str]:
    """What is asked, by parameter."""
    given = {"text": case.text, "speaker": case.speaker, "date": case.date}
    return {name: value for name, value in given.items() if value is not None}


def data_of(response: httpx.Response) -> Any:
    """The data of an answer, None where it has none."""
    return response.json().get("data") if response.status_code == 200 else None


def posted(article: Article, ask: Asker) -> Mapping[str, Any]:
    """The marks in an article."""
    response = ask("/v1/check", "POST", json={"text": article.text})
    assert response.status_code == 200, response.text
    data: Mapping[str, Any] = data_of(response)
    return data


def asked_at_once(batch: Batch, ask: Asker) -> Iterator[Judged]:
    """The answers to texts that are posted together; none where that is not served."""
    texts = [parameters(case) for case in batch.texts]
    response = ask("/v1/check", "POST", json={"texts": texts})
    answers = answers_in(data_of(response), len(texts))
    for case, data in zip(batch.texts, answers or [None] * len(texts), strict=True):
        # A list that is refused as a whole answers none of its texts.
        status = 200 if answers else 0
        yield Judged(case, answer_of(status, data))


def answers_in(data: Any, count: int) -> Sequence[Any] | None:
    """The list of as many answers as there are texts."""
    lists = [data, *data.values()] if isinstance(data, dict) else [data]
    return next((each for each in lists if isinstance(each, list) and len(each) == count), None)


def summaries(answers: Iterable[tuple[Article, Mapping[str, Any]]]) -> str:
    """How many summaries count as the labels do."""
    told = [summary_is_right(article, data) for article, data in answers]
    given = [each for each in told if each is not None]
    return f"Summaries that count right: {sum(given)} of {len(given)}"


if __name__ == "__main__":
    main()
