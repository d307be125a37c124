"""What cannot be asked: each refusal is a problem document that names what would be right."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from app.errors import PROBLEMS
from tests.api.asking import Asker, raw

# The question, and for each error: the parameter, the value shown, the nearest valid one.
WRONG: dict[str, list[tuple[str, str, str | None]]] = {
    # Parameters that are not there.
    "/v1/events?actr=ireland": [("actr", "ireland", "actor")],
    "/v1/events?speaker=ireland": [("speaker", "ireland", None)],
    "/v1/timeline?stance=accepts": [("stance", "accepts", None)],
    "/v1/events?Actor=ireland": [("Actor", "ireland", "actor")],
    "/v1/events?utm_source=x": [("utm_source", "x", None)],
    "/v1/events?=x": [("", "x", None)],
    "/v1/actors?actor=x": [("actor", "x", None)],
    "/v1/dataset?x=1": [("x", "1", None)],
    "/v1/events/talks?x=1": [("x", "1", None)],
    # Values that name nothing.
    "/v1/events?actor=irland": [("actor", "irland", "ireland")],
    "/v1/events?actor=Mo+Mowlan": [("actor", "Mo Mowlan", "mowlam")],
    "/v1/events?actor=": [("actor", "", None)],
    "/v1/events?actor=%25": [("actor", "%", None)],
    "/v1/events?topic=institution": [("topic", "institution", "institutions")],
    "/v1/events?source=bunreach": [("source", "bunreach", "bunreacht")],
    "/v1/events?id=tallks": [("id", "tallks", "talks")],
    "/v1/timeline?id=agreement-assembly": [("id", "agreement-assembly", None)],
    "/v1/timeline?kind=event&id=q-new-beginning": [("id", "q-new-beginning", None)],
    "/v1/events?id=q-new-beginning": [("id", "q-new-beginning", None)],
    "/v1/events?proposal=agrement": [("proposal", "agrement", "agreement")],
    "/v1/events?proposal=talks": [("proposal", "talks", None)],
    "/v1/quotes?speaker=irelnd": [("speaker", "irelnd", "ireland")],
    "/v1/quotes?event=referendum": [("event", "referendum", "referendums")],
    "/v1/quotes?language=fr": [("language", "fr", None)],
    "/v1/figures?metric=yes-vote": [("metric", "yes-vote", "yes-votes")],
    "/v1/terms?obliged=nobody-at-all": [("obliged", "nobody-at-all", None)],
    "/v1/actors?id=irland": [("id", "irland", "ireland")],
    # Values outside a closed list.
    "/v1/events?event_type=attacks": [("event_type", "attacks", "attack")],
    "/v1/events?stance=accept": [("stance", "accept", "accepts")],
    "/v1/events?actor_role=speker": [("actor_role", "speker", "speaker")],
    "/v1/timeline?kind=quotes": [("kind", "quotes", "quote")],
    "/v1/events?sort=dates": [("sort", "dates", None)],
    "/v1/events?sort=": [("sort", "", None)],
    "/v1/events?format=xml": [("format", "xml", None)],
    "/v1/events?format=JSON": [("format", "JSON", "json")],
    "/v1/events?count=yes": [("count", "yes", None)],
    "/v1/events?actor_match=every": [("actor_match", "every", None)],
    "/v1/proposals?status=agred": [("status", "agred", "agreed")],
    "/v1/quotes?fragment=maybe": [("fragment", "maybe", None)],
    "/v1/quotes?fragment=1": [("fragment", "1", None)],
    "/v1/events?include_affiliates=True": [("include_affiliates", "True", None)],
    "/v1/events?fields=titel": [("fields", "titel", "title")],
    "/v1/events?fields=id,,date": [("fields", "id,,date", None)],
    "/v1/events?fields=": [("fields", "", None)],
    # Numbers.
    "/v1/events?limit=0": [("limit", "0", None)],
    "/v1/events?limit=501": [("limit", "501", None)],
    "/v1/events?limit=-1": [("limit", "-1", None)],
    "/v1/events?limit=abc": [("limit", "abc", None)],
    "/v1/events?limit=5.0": [("limit", "5.0", None)],
    "/v1/events?limit=+5": [("limit", " 5", None)],
    "/v1/events?limit=%D9%A5": [("limit", "٥", None)],
    "/v1/events?limit=": [("limit", "", None)],
    "/v1/events?limit=1e2": [("limit", "1e2", None)],
    f"/v1/events?limit={'9' * 400}": [("limit", "9" * 99 + "…", None)],
    f"/v1/events?limit={'9' * 5000}": [("limit", "9" * 99 + "…", None)],
    "/v1/terms?phase=one": [("phase", "one", None)],
    "/v1/terms?phase=-1": [("phase", "-1", None)],
    "/v1/terms?phase=21": [("phase", "21", None)],
    "/v1/events?limit=1&limit=2": [("limit", "2", None)],
    "/v1/events?q=a&q=b": [("q", "b", None)],
    # Dates.
    "/v1/events?date=2024-13": [("date", "2024-13", None)],
    "/v1/events?date=2023-02-29": [("date", "2023-02-29", None)],
    "/v1/events?date=07.02.2024": [("date", "07.02.2024", None)],
    "/v1/events?date=2024-02-08/2024-02-07": [("date", "2024-02-08/2024-02-07", None)],
    "/v1/events?date=": [("date", "", None)],
    "/v1/events?date=yesterday": [("date", "yesterday", None)],
    "/v1/events?date=0000": [("date", "0000", None)],
    "/v1/events?start_date=2024~": [("start_date", "2024~", None)],
    "/v1/events?end_date=2024/..": [("end_date", "2024/..", None)],
    "/v1/events?start_date=2024-02-08&end_date=2024-02-07": [("end_date", "2024-02-07", None)],
    "/v1/events?start_date=2025&end_date=2024": [("end_date", "2024", None)],
    "/v1/events?date=2024&start_date=2024": [("date", "2024", None)],
    "/v1/events?date=2024&end_date=2024": [("date", "2024", None)],
    # Words.
    "/v1/events?q=": [("q", "", None)],
    "/v1/events?q=%22%22": [("q", '""', None)],
    "/v1/events?q=-": [("q", "-", None)],
    "/v1/events?q=%00": [("q", "\0", None)],
    "/v1/actors?q=...": [("q", "...", None)],
    f"/v1/events?q={'a' * 1001}": [("q", "a" * 99 + "…", None)],
    # Several at once: each is named.
    "/v1/events?limit=0&sort=up&actr=x": [
        ("limit", "0", None),
        ("sort", "up", None),
        ("actr", "x", "actor"),
    ],
    "/v1/events?actor=irland&topic=prisoner": [
        ("actor", "irland", "ireland"),
        ("topic", "prisoner", "prisoners"),
    ],
    # What is not UTF-8.
    "/v1/events?q=%C0%AF": [("query", "%C0%AF", None)],
    "/v1/events?q=%FF": [("query", "%FF", None)],
    "/v1/events?q=%ED%A0%80": [("query", "%ED%A0%80", None)],
    "/v1/events?%C0%AF=1": [("query", "%C0%AF", None)],
}


# What the refusal of one value says, word for word.
SAID = {
    "/v1/events?limit=0": "limit: must be 1 or more.",
    "/v1/events?limit=501": "limit: must be 500 or less.",
    "/v1/changes?limit=501": "limit: must be 500 or less.",
    f"/v1/events?limit={'9' * 5000}": "limit: must be a smaller number.",
    f"/v1/events?q={'a' * 1001}": "q: is too long; give at most 1000 characters.",
    f"/v1/events?cursor={'a' * 3000}": "cursor: is too long; give at most 400 characters.",
    "/v1/events?" + "&".join(["actor=ireland"] * 51): (
        "actor: has too many values; give at most 50."
    ),
    "/v1/terms?phase=21": "phase: must be 20 or less.",
    "/v1/check": "text: must be given.",
    "/v1/check?text=": "text: is empty; give at least one character.",
    f"/v1/check?text={'a' * 2001}": "text: is too long; give at most 2000 characters.",
    # Several mistakes are as many sentences.
    "/v1/events?limit=0&sort=dates": (
        "limit: must be 1 or more. sort: must be '-date', 'date', 'relevance', "
        "'-recorded' or '-changed'. "
        "Did you mean 'date' or '-date'?"
    ),
}


@pytest.mark.parametrize("path", SAID, ids=lambda path: path[:40])
def test_a_refusal_speaks_of_the_value(path: str, tiny_ask: Asker) -> None:
    """What is wrong is said in the words of this API, in whole sentences."""
    assert tiny_ask.problem(path, 422)["detail"] == SAID[path]


POSTED = {
    '{"texts": 1}': "texts: must be a list.",
    '{"texts": []}': "texts: is empty; give at least one.",
    '{"texts": [1]}': "texts.0: must be an object.",
    '{"texts": [{"text": 1}]}': "texts.0.text: must be a text.",
    '{"texts": [{}]}': "texts.0.text: must be given.",
    '{"text": "peace", "words": "x"}': "words: is not a field here.",
    '{"text": ""}': "text: is empty; give at least one character.",
}


@pytest.mark.parametrize("body", POSTED)
def test_a_refused_body_names_the_field(body: str, tiny_ask: Asker) -> None:
    """What is wrong in a posted object is said of its field."""
    problem = tiny_ask.problem(
        "/v1/check",
        422,
        method="POST",
        content=body.encode(),
        headers={"Content-Type": "application/json"},
    )
    assert problem["detail"] == POSTED[body]


@pytest.mark.parametrize("path", ["/v1/actors/nobody", "/v1/events?actor=nobody"])
def test_what_is_like_nothing_has_no_suggestion(path: str, tiny_ask: Asker) -> None:
    """A name that shares a few letters with others is not taken for one of them."""
    problem = tiny_ask(path).json()
    assert "nearest" not in problem
    assert "Did you mean" not in problem["detail"]


@pytest.mark.parametrize("path", WRONG, ids=lambda path: path[:80])
def test_a_wrong_question_is_refused_by_name(path: str, tiny_ask: Asker) -> None:
    """422, with every wrong parameter, its value, and the nearest valid one first."""
    problem = tiny_ask.problem(path, 422)
    assert problem["type"] == "/problems/invalid-query"
    errors = {error["parameter"]: error for error in problem["errors"]}
    assert len(problem["errors"]) == len(WRONG[path])
    for parameter, value, nearest in WRONG[path]:
        error = errors[parameter]
        assert error["value"] == value
        assert error["detail"].startswith(f"{parameter}: ")
        assert error["detail"] in problem["detail"]
        if nearest is not None:
            assert error["nearest"][0] == nearest
            assert nearest in error["detail"]
        assert len(error.get("nearest", [])) <= 3


@pytest.mark.parametrize("name", ["actor", "topic", "id", "kind", "source", "actor_role"])
def test_many_repeated_parameters_are_refused(name: str, tiny_ask: Asker) -> None:
    """Fifty values of one parameter are enough for any question."""
    value = {"kind": "quote", "actor_role": "host"}.get(name, "ireland")
    problem = tiny_ask.problem("/v1/timeline?" + "&".join([f"{name}={value}"] * 51), 422)
    assert name in {error["parameter"] for error in problem["errors"]}


def test_ten_thousand_repeated_parameters_are_refused(tiny_ask: Asker) -> None:
    """They make an address too long; where addresses may be long, they are too many."""
    query = "&".join(["a=1"] * 10_000)
    problem = tiny_ask.problem(f"/v1/events?{query}", 414)
    assert problem["type"] == "/problems/uri-too-long"
    problem = tiny_ask.problem("/v1/events?" + "&".join(["a=1"] * 1000), 422)
    assert problem["errors"][0]["parameter"] == "query"


def test_an_address_too_long_is_refused(tiny_ask: Asker) -> None:
    """414 from 32,001 bytes on, whatever the path."""
    path = "/v1/events?q=" + "a" * (32_001 - len("/v1/events?q="))
    for each in (path, "/" + "x" * 33_000, f"/health/live?{'a' * 33_000}"):
        problem = tiny_ask.problem(each, 414)
        assert problem["type"] == "/problems/uri-too-long"


MISSING = {
    "/v1/events/tallks": ("talks", "not-found"),
    "/v1/events/q-new-beginning": (None, "not-found"),
    "/v1/entries/q-new-begining": ("q-new-beginning", "not-found"),
    "/v1/actors/irland": ("ireland", "not-found"),
    "/v1/actors/Ireland": ("ireland", "not-found"),
    "/v1/topics/x": (None, "not-found"),
    "/v1/sources/bunreach": ("bunreacht", "not-found"),
    "/v1/entries/%00": (None, "not-found"),
    "/v1/entries/%F0%9F%A6%86": (None, "not-found"),
    f"/v1/events/{'x' * 5000}": (None, "not-found"),
    "/v1/nothing": (None, "not-found"),
    "/v2/events": (None, "not-found"),
    "/v1/events/": (None, "not-found"),
    "/problems/x": (None, "not-found"),
    "/docs/assets/x": (None, "not-found"),
    "/docs/assets/..%2F__init__.py": (None, "not-found"),
    "/..%2f..%2fetc%2fpasswd": (None, "not-found"),
}


@pytest.mark.parametrize("path", MISSING, ids=lambda path: path[:60])
def test_what_is_not_there_is_404(path: str, tiny_ask: Asker) -> None:
    """404 with the nearest ids where there are some."""
    problem = tiny_ask.problem(path, 404)
    nearest, kind = MISSING[path]
    assert problem["type"] == f"/problems/{kind}"
    assert problem.get("nearest", [None])[0] == nearest
    assert len(problem["detail"]) < 400


def test_an_id_of_another_kind_says_where_it_is(tiny_ask: Asker) -> None:
    """An id asked for on the wrong path is 404, with the right one."""
    problem = tiny_ask.problem("/v1/events/q-new-beginning", 404)
    assert "/v1/quotes/q-new-beginning" in problem["detail"]


MOVED = {
    "/v1/events/good-friday": "/v1/events/agreement-reached",
    "/v1/entries/good-friday": "/v1/entries/agreement-reached",
    "/v1/actors/marjorie-mowlam": "/v1/actors/mowlam",
    "/v1/topics/prisoner-releases": "/v1/topics/prisoners",
    "/v1/sources/constitution-of-ireland": "/v1/sources/bunreacht",
}


@pytest.mark.parametrize("path", MOVED)
def test_a_former_id_redirects(path: str, tiny_ask: Asker) -> None:
    """308 to the present id, path-absolute, as a problem document."""
    problem = tiny_ask.problem(path, 308)
    assert problem["type"] == "/problems/moved"
    response = tiny_ask(path)
    assert response.headers["location"] == MOVED[path]
    present = tiny_ask(path, follow_redirects=True)
    assert present.status_code == 200
    assert present.json()["data"]["id"] == MOVED[path].rsplit("/", 1)[1]


MOVED_WITHIN = {
    "/events/good-friday": "/events/agreement-reached",
    "/actors/marjorie-mowlam": "/actors/mowlam",
    "/embed/events/good-friday?theme=dark": "/embed/events/agreement-reached?theme=dark",
    "/v1/actors/marjorie-mowlam/positions": "/v1/actors/mowlam/positions",
    "/v1/actors/marjorie-mowlam/positions?include_affiliates=true": (
        "/v1/actors/mowlam/positions?include_affiliates=true"
    ),
    "/v1/events/good-friday/history": "/v1/events/agreement-reached/history",
    "/v1/entries/good-friday/history": "/v1/entries/agreement-reached/history",
    "/v1/topics/prisoner-releases?format=bibtex": "/v1/topics/prisoners?format=bibtex",
}


@pytest.mark.parametrize("path", MOVED_WITHIN)
def test_a_former_id_redirects_within_its_path(path: str, tiny_ask: Asker) -> None:
    """A page leads to a page, and what follows the id stays."""
    answer = tiny_ask(path)
    assert answer.status_code == 308
    assert answer.headers["location"] == MOVED_WITHIN[path]
    assert tiny_ask(MOVED_WITHIN[path]).status_code == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"])
@pytest.mark.parametrize(
    "path", ["/v1/events", "/v1/events/talks", "/v1/dataset", "/", "/docs", "/health/live"]
)
def test_nothing_is_written_over_http(method: str, path: str, tiny_ask: Asker) -> None:
    """405 with Allow for every method but GET, HEAD and OPTIONS."""
    problem = tiny_ask.problem(path, 405, method=method)
    assert problem["type"] == "/problems/method-not-allowed"
    assert tiny_ask(path, method).headers["allow"] == "GET, HEAD, OPTIONS"


@pytest.mark.parametrize("accept", ["image/png", "text/csv", "application/json;q=0"])
@pytest.mark.parametrize("path", ["/v1/actors", "/v1/sources"])
def test_what_cannot_be_represented_is_406(path: str, accept: str, tiny_ask: Asker) -> None:
    """406 says which types there are; CSV is only for those who ask for it by `format`."""
    problem = tiny_ask.problem(path, 406, headers={"Accept": accept})
    assert "application/json" in problem["detail"]


@pytest.mark.parametrize("kind", PROBLEMS, ids=lambda kind: kind.type)
def test_every_kind_of_problem_is_described(kind: Any, tiny_ask: Asker) -> None:
    """The `type` of a problem is an address that explains it."""
    response = tiny_ask(f"/problems/{kind.type}")
    assert response.status_code == 200
    assert str(kind.status) in response.text


def test_a_failure_leaks_nothing(tiny_ask: Asker, monkeypatch: pytest.MonkeyPatch) -> None:
    """A mistake of ours is a 500 problem without a word of its inside; the next answer is fine."""

    def broken(*_: Any) -> Any:
        raise RuntimeError("the secret inside")

    with monkeypatch.context() as patched:
        patched.setattr("app.api.entries.find_page", broken)
        problem = tiny_ask.problem("/v1/events?limit=17", 500)
        head = tiny_ask("/v1/events?limit=17", "HEAD")
    assert problem["type"] == "/problems/internal-error"
    assert "secret" not in str(problem)
    assert "Traceback" not in str(problem)
    assert head.status_code == 500
    assert head.content == b""
    assert tiny_ask("/v1/events?limit=17").status_code == 200


def test_a_failure_of_a_running_server_is_a_problem_with_cors(
    tiny_ask: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pages of other origins can read our mistakes, too, and nobody keeps them."""

    def broken(*_: Any) -> Any:
        raise RuntimeError("the secret inside")

    with monkeypatch.context() as patched:
        patched.setattr("app.api.entries.find_page", broken)
        response = tiny_ask("/v1/events?limit=18")
    assert response.headers["access-control-allow-origin"] == "*"
    assert response.headers["cache-control"] == "no-store"


PROBLEM_PATHS = (
    "/v1/events?limit=0",
    "/v1/nothing",
    "/v1/events/tallks",
    "/v1/events/good-friday",
    "/v1/events?q=" + "a" * 33_000,
)


@pytest.mark.parametrize("path", PROBLEM_PATHS, ids=lambda path: path[:40])
def test_problems_are_not_kept_and_may_be_read_from_anywhere(path: str, tiny_ask: Asker) -> None:
    """No cache keeps a refusal; every origin may read it."""
    for _ in range(2):
        response = tiny_ask(path)
        assert response.headers["cache-control"] == "no-store"
        assert response.headers["access-control-allow-origin"] == "*"
        assert response.headers["x-content-type-options"] == "nosniff"
        assert "etag" not in response.headers
        assert "cache-status" not in response.headers


# What goes over the wire as it is, which no HTTP client would send.
RAW = {
    b"/v1/events?q=%": 422,
    b"/v1/events?q=%zz": 200,
    b"/v1/events?q=%u0041": 200,
    b"/v1/events?q=peace%2": 200,
    b"/v1/events?q=%C0%AF": 422,
    b"/v1/events?q=%E0%80%AF": 422,
    b"/v1/events?q=a%00b": 200,
    b"/v1/events?q=%07": 422,
    b"/v1/events?actor=israel%00": 422,
    b"/v1/events?id=%00": 422,
    b"/v1/events?actor=%1B[31m": 422,
    b"/v1/events/%C0%AF": 404,
    b"/v1/events/%": 404,
    b"/v1/events/%00": 404,
    b"/v1/events/../events": 404,
    b"//v1/events": 404,
    b"/v1//events": 404,
    b"/v1/events?": 200,
    b"/v1/events?&&": 200,
    b"/v1/events?limit=1;limit=2": 422,
    b"/v1/events?" + b"&".join([b"actor=israel"] * 10_000): 414,
    b"/v1/events?" + b"&".join([b"id=a"] * 10_000): 414,
    b"/v1/events?q=" + b"%C3%A9" * 1300: 422,
}


@pytest.mark.parametrize("target", RAW, ids=lambda target: target[:40].decode())
def test_a_server_answers_anything_that_is_http(target: bytes, server: str) -> None:
    """Whatever the bytes of the target: an answer, a problem where it is one, never a 500."""
    status, answer = raw(server, target)
    assert status == RAW[target]
    if status >= 400:
        assert b"content-type: application/problem+json" in answer
    assert b"Traceback" not in answer


@pytest.mark.parametrize(
    "header", [b"Accept: \xff\xfe", b"If-None-Match: \xff", b"Accept-Encoding: \xff"]
)
def test_odd_headers_are_no_failure(header: bytes, server: str) -> None:
    """Headers are bytes; what is not understood is as if it were not there, or 406."""
    status, _ = raw(server, b"/v1/events?limit=1", header)
    assert status in (200, 406)


def test_what_is_no_http_is_no_failure(server: str) -> None:
    """The server refuses what is not HTTP, by a problem document, and goes on."""
    status, answer = raw(server, b"/v1/ev ents")
    assert status == 400
    assert b"content-type: application/problem+json" in answer
    assert b"/problems/bad-request" in answer
    assert httpx.get(f"{server}/v1/events?limit=1").status_code == 200
