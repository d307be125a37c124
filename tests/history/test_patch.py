"""Patches turn one version into the other, and are the same each time."""

from __future__ import annotations

from typing import Any

import jsonpatch
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.history.patch import canonical_json, patch

SCALARS = st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from(["a", "b/c", "~d", 1.0])
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.dictionaries(st.sampled_from(["a", "b", "b/c", "~d", ""]), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(VALUES, VALUES)
def test_a_patch_applies(before: Any, after: Any) -> None:
    """Another implementation of RFC 6902 gets from the one version to the other."""
    operations = list(patch(before, after))
    assert canonical_json(jsonpatch.apply_patch(before, operations)) == canonical_json(after)


@given(VALUES)
def test_nothing_changed(value: Any) -> None:
    """Equal versions need no operation."""
    assert list(patch(value, value)) == []


@pytest.mark.parametrize(
    ("before", "after", "operations"),
    [
        ({"a": 1}, {"a": True}, [{"op": "replace", "path": "/a", "value": True}]),
        ({"a": 1}, {}, [{"op": "remove", "path": "/a"}]),
        ({}, {"a/b~": None}, [{"op": "add", "path": "/a~1b~0", "value": None}]),
        ([1, 2, 3], [1, 3], [{"op": "remove", "path": "/1"}]),
        ([1, 3], [1, 2, 3], [{"op": "add", "path": "/1", "value": 2}]),
        (
            [{"actor": "x", "role": "host"}, 5],
            [{"actor": "x", "role": "party"}, 5],
            [{"op": "replace", "path": "/0/role", "value": "party"}],
        ),
        (
            [1, 2, 3],
            [4],
            [
                {"op": "replace", "path": "/0", "value": 4},
                {"op": "remove", "path": "/1"},
                {"op": "remove", "path": "/1"},
            ],
        ),
    ],
)
def test_patches_are_small(before: Any, after: Any, operations: list[Any]) -> None:
    """Only what changed is said, where it changed."""
    assert list(patch(before, after)) == operations
