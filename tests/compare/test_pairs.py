"""Terms of the shipped record that were labelled by eye stand on one line, or on two."""

from __future__ import annotations

from itertools import chain
from pathlib import Path

import yaml

from tests.api.asking import Asker
from tests.compare.test_compare import lines

Pair = tuple[str, str]
LABELLED: dict[str, list[Pair]] = {
    label: [(f"prop-{one}", f"prop-{other}") for one, other in pairs]
    for label, pairs in yaml.safe_load(
        (Path(__file__).parent / "pairs.yaml").read_text(encoding="utf-8")
    ).items()
}


def on_one_line(ask: Asker, pairs: list[Pair]) -> list[Pair]:
    """The pairs of which both terms stand on one line of the comparison of their proposals."""
    proposals = [str(each["id"]) for each in ask.page("/v1/proposals?limit=100")["data"]]

    def proposal_of(term: str) -> str:
        return next(each for each in proposals if term.startswith(f"{each}-"))

    compared = {(proposal_of(one), proposal_of(other)) for one, other in pairs}
    matched = chain.from_iterable(
        lines(ask.page(f"/v1/compare?proposal={one}&proposal={other}")) for one, other in compared
    )
    cells = {tuple(line[4]) for line in matched}
    return [pair for pair in pairs if pair in cells]


def test_the_same_term_in_other_words_stands_on_one_line(shipped_ask: Asker) -> None:
    """One obligation is matched with its counterpart, whatever its numbers and words."""
    found = on_one_line(shipped_ask, LABELLED["same"])
    assert sorted({*LABELLED["same"]} - {*found}) == sorted(LABELLED["same_apart"])


def test_two_terms_of_one_topic_stand_on_two_lines(shipped_ask: Asker) -> None:
    """A release is not its ceremony, an end not the talks on it, the first group not the rest."""
    found = on_one_line(shipped_ask, LABELLED["other"])
    assert sorted(found) == sorted(LABELLED["other_together"])
