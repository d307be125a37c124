"""Documents are written without being validated: all of them are what their models would write."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from app.entries.documents import CorrectionDocument, QuantityDocument, json_of
from app.entries.fields import LARGEST_NUMBER
from app.entries.record import Quantity, QuantityQualifier
from app.kinds import RECORD_TYPES
from benchmarks.generate import generate
from tests.conftest import SHIPPED, TINY, Seeded
from tests.seeding.contents import rows_of


def as_the_model_writes(model: type[BaseModel], body: bytes) -> bytes:
    """The document, validated and written by its model."""
    return model.model_validate_json(body).model_dump_json().encode()


def check_models(database: Path) -> None:
    """Asserts that the documents of a database, of all types, are those of their models."""
    rows = rows_of(database, "SELECT kind, body FROM document")
    rows += rows_of(database, "SELECT name_type, body FROM reference")
    for name, body in rows:
        assert as_the_model_writes(RECORD_TYPES[name].document, body) == body
    assert {name for name, _ in rows} == set(RECORD_TYPES)


@pytest.mark.parametrize("folder", [SHIPPED, TINY], ids=lambda folder: folder.name)
def test_documents_of_the_records(folder: Path, cached_files: Seeded) -> None:
    """Each document is valid, and has the bytes that its model writes."""
    check_models(cached_files(folder))


def test_documents_of_a_generated_record(tmp_path: Path, seeded: Seeded) -> None:
    """So does each one of a record made at random."""
    generate("tiny", tmp_path / "record")
    check_models(seeded(tmp_path / "record"))


@given(st.floats(-LARGEST_NUMBER, LARGEST_NUMBER) | st.integers(-LARGEST_NUMBER, LARGEST_NUMBER))
def test_numbers(number: float) -> None:
    """A number has the same digits as the model writes."""
    quantity = Quantity(value=number, qualifier=QuantityQualifier.exactly, unit="people")
    written = json_of(quantity.model_dump(mode="python"))
    assert as_the_model_writes(QuantityDocument, written) == written


@given(st.text())
def test_texts(text: str) -> None:
    """A text has the same characters and escapes as the model writes."""
    written = json_of({"date": text, "reason": text})
    assert as_the_model_writes(CorrectionDocument, written) == written
