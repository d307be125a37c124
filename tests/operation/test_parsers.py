"""Whatever is fed to the parsers is read or refused; `make fuzz` does the same at length."""

from __future__ import annotations

import base64
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faults.parsers import MARK, PARSERS, cursors, dates, queries

DATE_LIKE = st.text("0123456789-/.~?%X ", max_size=25)
PACKED = st.tuples(st.just(MARK) | st.binary(max_size=5), st.integers(0, 2**64 - 1))
NAMES = st.sampled_from(["actor", "date", "q", "limit", "sort", "cursor", "fields", "x", "%00"])
PAIRS = st.lists(st.tuples(NAMES, st.text(max_size=12)), max_size=5)


@pytest.mark.parametrize("parser", PARSERS)
@given(text=st.text(max_size=60))
def test_any_text(parser: str, text: str) -> None:
    """Any text at all."""
    PARSERS[parser](text)


@given(text=DATE_LIKE)
def test_what_looks_like_a_date(text: str) -> None:
    """Digits, marks and slashes in any order."""
    dates(text)


@given(packed=PACKED)
def test_what_looks_like_a_cursor(packed: tuple[bytes, int]) -> None:
    """Any mark with any number behind it."""
    raw = packed[0] + struct.pack(">Q", packed[1])
    cursors(base64.urlsafe_b64encode(raw).rstrip(b"=").decode())


@given(pairs=PAIRS)
def test_what_looks_like_a_question(pairs: list[tuple[str, str]]) -> None:
    """Known and unknown parameters with any values."""
    queries("&".join(f"{name}={value}" for name, value in pairs))
