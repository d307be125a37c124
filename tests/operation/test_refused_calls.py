"""Calls to the system that fail while seeding and serving: what is there is right."""

from __future__ import annotations

import pytest

from faults.refusing import refusals


@pytest.mark.parametrize("work", ["seed", "serve"])
def test_a_refused_call_spoils_nothing(work: str) -> None:
    """The old record or the new one, and never a wrong answer; `make faults` tries more points."""
    outcomes = refusals(work, 3)
    if outcomes is None:
        pytest.skip("there is no C compiler")
    assert sum(outcomes.values()) > 5
    assert not any("WRONG" in outcome for outcome in outcomes), outcomes
