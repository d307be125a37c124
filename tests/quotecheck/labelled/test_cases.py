"""The labels are whole: every class, every id, every quotation of an article."""

from __future__ import annotations

from collections import Counter

import pytest
import yaml

from tests.conftest import SHIPPED
from tests.quotecheck.labelled.cases import (
    HALVES,
    Case,
    Quotation,
    by_class,
    entries,
    halves_of,
    load,
)


def recorded() -> set[str]:
    """The ids of the shipped quotes."""
    files = sorted((SHIPPED / "quotes").glob("*.yaml"))
    return {quote["id"] for file in files for quote in yaml.safe_load(file.read_text())}


@pytest.mark.parametrize("name", ["cases", "articles", "batches"])
def test_each_half_holds_what_the_hashes_say(name: str) -> None:
    """The halves are split by the hashes of the ids within each class, and every id is once."""
    labels = {half: entries(f"{name}-{half}.yaml") for half in HALVES}
    together = [label for half in HALVES for label in labels[half]]
    split = {label["id"]: half for half in HALVES for label in labels[half]}
    assert len(split) == len(together)
    assert split == halves_of(by_class(together))


def test_there_are_enough_of_every_class() -> None:
    """At least 640 texts, 20 of a class, and 40 articles, 10 of them about other things."""
    halves = [load(half) for half in HALVES]
    texts = Counter(case.group for half in halves for case in half.cases)
    articles = Counter(article.group for half in halves for article in half.articles)
    assert (texts.total() >= 640, min(texts.values()) >= 20) == (True, True)
    assert (articles.total() >= 40, articles["unrelated"] >= 10) == (True, True)


@pytest.mark.parametrize("half", HALVES)
def test_every_label_can_be_met(half: str) -> None:
    """Each names quotes of the record wherever one of its verdicts needs a match."""
    known = recorded()
    labelled = load(half)
    in_batches = (case for batch in labelled.batches for case in batch.texts)
    quotations = (each for article in labelled.articles for each in article.quotations)
    needing = {"exact", "partial", "near"}
    labels: list[Case | Quotation] = [*labelled.cases, *in_batches, *quotations]
    for each in labels:
        assert set(each.quotes) <= known
        assert bool(each.quotes) == (not needing.isdisjoint(each.verdicts)), each


@pytest.mark.parametrize("half", HALVES)
def test_every_quotation_stands_in_its_article_once(half: str) -> None:
    """A quotation is found by its words."""
    for article in load(half).articles:
        for quotation in article.quotations:
            assert article.text.count(quotation.words) == 1, quotation.words
