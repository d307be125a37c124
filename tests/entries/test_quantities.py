"""How a quantity is written in a line."""

from __future__ import annotations

from typing import Any

import pytest
from babel import Locale

from app.entries.documents import quantity_text
from app.pages.rendering import shown_quantity

NONE = dict.fromkeys(("value", "from", "to", "part", "whole", "qualifier", "currency", "per", "of"))
CASES: list[tuple[dict[str, Any], str]] = [
    ({"value": 1, "unit": "persons per body"}, "1 person per body"),
    ({"value": 1, "unit": "persons", "qualifier": "at_least"}, "at least 1 person"),
    ({"value": 1, "unit": "boxes"}, "1 boxes"),
    ({"value": 27700, "unit": "persons", "qualifier": "more_than"}, "more than 27,700 persons"),
    ({"value": 10, "unit": "day number"}, "day 10"),
    ({"from": 1, "to": 2, "unit": "days"}, "1 to 2 days"),
    ({"part": 56, "whole": 57, "unit": "persons"}, "56 of 57 persons"),
]


@pytest.mark.parametrize(("stated", "written"), CASES)
def test_a_number_has_its_qualifier_and_unit(stated: dict[str, Any], written: str) -> None:
    """One of a plain unit is written without the plural's ending."""
    assert quantity_text({**NONE, **stated}) == written


@pytest.mark.parametrize(("of", "written"), [("prisoners", "hundreds"), (None, "hundreds persons")])
def test_words_without_a_number(of: str | None, written: str) -> None:
    """The unit does not follow the words where the page says what was counted."""
    quantity = {**NONE, "printed": "hundreds", "unit": "persons", "of": of}
    assert shown_quantity(Locale.parse("en"), quantity) == written
