"""A kind that lacks a part, or has one that does not fit, is refused by its name and the part's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from typing import Annotated

import pytest

from app.entries.questions import EntryQuestion, Filter, several
from app.kinds import KINDS, RECORD_TYPES
from app.kinds.kind import Kind, Related, kinds_table
from app.pages.rendering import require_templates
from app.reference.record_types import MISSING, KindIncomplete
from app.seeding.relational_rows import require_tables

QUOTE = KINDS["quote"]
OPTIONAL = {"related", "seed_record", "has_files", "in_timeline"}


class ByPlace(EntryQuestion):
    """A filter whose values no record has, and one of a type that is no kind."""

    place: Annotated[list[str], Filter("place")] = several()


class ByVerdict(EntryQuestion):
    """A filter that names an unknown kind."""

    verdict: Annotated[list[str], Filter("event", name_type="verdict")] = several()


@pytest.mark.parametrize("part", [each.name for each in fields(Kind) if each.name not in OPTIONAL])
def test_a_part_that_is_missing_is_named(part: str) -> None:
    """Every part without a default is asked for."""
    with pytest.raises(KindIncomplete, match=f"is incomplete: it has no {part}\\.$"):
        replace(QUOTE, **{part: MISSING})


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"headline": "title"}, "headline names no member 'title' of its document"),
        ({"facets": ("mood",)}, "facets has 'mood', which its question does not filter by"),
        (
            {"document": KINDS["event"].document},
            "neither its record nor `computed` gives 'title' of its document",
        ),
        (
            {"question": ByPlace, "facets": ()},
            "its filter 'place' reads 'place', which its record does not have",
        ),
    ],
)
def test_a_part_that_does_not_fit_is_named(change: dict[str, object], problem: str) -> None:
    """What a part refers to has to be there."""
    with pytest.raises(KindIncomplete) as refused:
        replace(QUOTE, **change)  # type: ignore[arg-type]
    assert str(refused.value) == f"The kind 'quote' is incomplete: {problem}."


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (
            {"question": ByVerdict, "facets": ()},
            "its filter 'verdict' names an unknown kind, 'verdict'",
        ),
        (
            {"related": (Related("Verdicts", "verdict", "event"),)},
            "its section 'Verdicts' names an unknown kind, 'verdict'",
        ),
    ],
)
def test_an_unknown_kind_is_named(change: dict[str, object], problem: str) -> None:
    """A filter or a section that names a kind which is not in the table is refused."""
    with pytest.raises(KindIncomplete) as refused:
        kinds_table(*KINDS.values(), replace(QUOTE, **change))  # type: ignore[arg-type]
    assert str(refused.value) == f"The kind 'quote' is incomplete: {problem}."


@pytest.mark.parametrize(
    ("require", "problem"),
    [
        (require_templates, "app/pages/templates has no kinds/verdict.html"),
        (require_tables, "app.db.relational has no table of its name"),
    ],
)
def test_what_stands_elsewhere_is_asked_for(
    require: Callable[[list[str]], None], problem: str
) -> None:
    """A kind needs its template and its table; those that there are have both."""
    require(list(KINDS))
    require_tables(RECORD_TYPES)
    with pytest.raises(KindIncomplete) as refused:
        require([*KINDS, "verdict"])
    assert str(refused.value) == f"The kind 'verdict' is incomplete: {problem}."
