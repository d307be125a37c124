"""How the tests of the quote check ask, and what they look at in answers."""

from __future__ import annotations

from typing import Any

from tests.api.asking import Asker

Json = dict[str, Any]


def check(ask: Asker, text: str, speaker: str | None = None, date: str | None = None) -> Json:
    """The answer to one text."""
    given = {"text": text, "speaker": speaker, "date": date}
    parameters = {name: value for name, value in given.items() if value is not None}
    response = ask("/v1/check", params=parameters)
    assert response.status_code == 200, response.text
    answer: Json = response.json()["data"]
    return answer


def mark(ask: Asker, text: str) -> Json:
    """The answer to an article."""
    response = ask("/v1/check", "POST", json={"text": text})
    assert response.status_code == 200, response.text
    answer: Json = response.json()["data"]
    return answer


def said(answer: Json) -> tuple[str, str | None]:
    """The verdict, and the first quote."""
    return answer["verdict"], next((each["quote"]["id"] for each in answer["matches"]), None)


def differences(found: Json) -> list[tuple[str, str | None, str | None]]:
    """The differences of a match or a mark."""
    return [(each["kind"], each["asked"], each["printed"]) for each in found["differences"]]


def marked(answer: Json) -> list[tuple[str, str, str]]:
    """The marks of an article: passage, verdict, quote."""
    return [(each["text"], each["verdict"], each["quote"]["id"]) for each in answer["marks"]]


def unmatched(answer: Json) -> list[str]:
    """The quotations of an article that are not in the record."""
    return [each["text"] for each in answer["unmatched"]]
