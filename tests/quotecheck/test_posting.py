"""What may be posted, lists of texts, CSV, and what is refused."""

from __future__ import annotations

import csv
from io import StringIO
from typing import Any

import pytest

from tests.api.asking import Asker
from tests.quotecheck.asking import check

TEXTS: list[dict[str, Any]] = [
    {"text": "We are on the way to an absolute victory", "speaker": "Biden"},
    {"text": "At long last, we have peace in the Middle East.", "date": "13 October 2025"},
    {"text": "humanitarian nightmare", "speaker": None, "date": None},
    {"text": "=I never said that, did I?"},
]


def rows(text: str) -> list[dict[str, str]]:
    """The rows of a CSV."""
    return list(csv.DictReader(StringIO(text)))


def test_a_list_is_answered_like_each_of_its_texts(ask: Asker) -> None:
    """In the order of the texts."""
    response = ask("/v1/check", "POST", json={"texts": TEXTS})
    assert response.headers["cache-control"] == "no-store"
    one_by_one = [check(ask, **each) for each in TEXTS]
    assert response.json()["data"] == one_by_one
    assert [each["verdict"] for each in one_by_one] == ["near", "exact", "partial", "not_in_record"]


def test_a_list_as_csv_has_a_row_for_each_text(ask: Asker) -> None:
    """With the closest quote; no cell begins a formula."""
    response = ask("/v1/check?format=csv", "POST", json={"texts": TEXTS})
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    found = rows(response.text)
    assert [each["quote"] for each in found] == [
        "q-20240207-netanyahu-victory",
        "q-20251013-trump",
        "q-20240207-guterres-rafah",
        "",
    ]
    assert found[0]["differences"] == "speaker: Biden → Benjamin Netanyahu"
    assert found[1]["date_asked"] == "2025-10-13"
    assert found[2]["too_short"] == "true"
    assert (found[3]["text"], found[3]["verdict"]) == (
        "'=I never said that, did I?",
        "not_in_record",
    )


def test_one_text_as_csv_is_one_row(ask: Asker) -> None:
    """As in a list."""
    response = ask("/v1/check?text=absolute+victory&format=csv")
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    (found,) = rows(response.text)
    assert (found["verdict"], found["similarity"]) == ("exact", "1.0")


def test_an_article_as_csv_has_a_row_for_each_quotation(ask: Asker) -> None:
    """Those that are not in the record too, in the order of the text."""
    text = "“Never again,” he said. Netanyahu promised “total victory”."
    response = ask("/v1/check?format=csv", "POST", content=text.encode())
    found = rows(response.text)
    assert [(each["start"], each["text"], each["verdict"], each["quote"]) for each in found] == [
        ("1", "Never again", "not_in_record", ""),
        ("44", "total victory", "exact", "q-20240207-netanyahu-victory"),
    ]


@pytest.mark.parametrize(
    ("posted", "parameters"),
    [
        ({"texts": []}, ["texts"]),
        ({"texts": 1}, ["texts"]),
        ({"texts": [{"text": "a"}] * 101}, ["texts"]),
        ({"texts": [{"text": "a"}, {"txt": "b"}]}, ["texts.1.text", "texts.1.txt"]),
        ({"texts": [{"text": "a"}, {"text": "…"}]}, ["texts.1.text"]),
        ({"texts": [{"text": "a", "date": "07/02/2024"}]}, ["texts.0.date"]),
        ({"texts": [{"text": "a", "speaker": "…"}]}, ["texts.0.speaker"]),
        ({"texts": [{"text": "a" * 2001}]}, ["texts.0.text"]),
        ({"text": "a", "texts": []}, ["texts", "text"]),
        ({"text": "a" * 40_001}, ["text"]),
        ({"text": "“…”"}, ["text"]),
        ({"text": 1}, ["text"]),
        ({}, ["text"]),
        ([], ["text"]),
    ],
)
def test_what_cannot_be_looked_up_is_refused_by_name(
    ask: Asker, posted: Any, parameters: list[str]
) -> None:
    """Every mistake is named with its place in the list."""
    response = ask("/v1/check", "POST", json=posted)
    assert response.status_code == 422
    assert [each["parameter"] for each in response.json()["errors"]] == parameters


@pytest.mark.parametrize(
    ("query", "parameters"),
    [
        ({}, ["text"]),
        ({"text": ""}, ["text"]),
        ({"text": " \n\t"}, ["text"]),
        ({"text": "“…” — [ ]"}, ["text"]),
        ({"text": "😀" * 10}, ["text"]),
        ({"text": "\x00\x01\x02"}, ["text"]),
        ({"text": "a" * 2001}, ["text"]),
        ({"text": "victory", "speaker": ""}, ["speaker"]),
        ({"text": "victory", "speaker": "-"}, ["speaker"]),
        ({"text": "victory", "date": "07/02/2024"}, ["date"]),
        ({"text": "victory", "date": "yesterday"}, ["date"]),
        ({"text": "…", "speaker": "…"}, ["text", "speaker"]),
    ],
)
def test_a_question_that_cannot_be_read_is_refused_by_name(
    ask: Asker, query: dict[str, str], parameters: list[str]
) -> None:
    """Every wrong parameter is named at once."""
    problem = ask.problem("/v1/check", 422, params=query)
    assert [each["parameter"] for each in problem["errors"]] == parameters
