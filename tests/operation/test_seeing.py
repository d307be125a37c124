"""What is seen from outside: request ids, logs, metrics, traces."""

from __future__ import annotations

import json
import logging
import re
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from app.http import observation
from app.http.observation import JsonLines, Readable
from tests.conftest import TINY, Seeded
from tests.operation.conftest import Asking
from tests.operation.running import running

DOCS = Path(__file__).parents[2] / "docs" / "operating.md"
FIELDS = {
    "request_id",
    "method",
    "question",
    "status",
    "milliseconds",
    "bytes",
    "rows",
    "cache",
    "revision",
}


def test_a_request_id_is_kept_or_made(asking: Asking) -> None:
    """A plain id from outside is kept; anything else is replaced by one of our own."""
    ask = asking()
    assert (
        ask("/v1/events", headers={"X-Request-Id": "a-1.b_C"}).headers["x-request-id"] == "a-1.b_C"
    )
    made = [ask("/v1/events").headers["x-request-id"] for _ in range(2)]
    assert made[0] != made[1]
    for bad in ("a b", "x" * 65, "a;b", "é"):
        answer = ask("/nothing", headers={"X-Request-Id": bad.encode()})
        assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]+", answer.headers["x-request-id"])


def logged(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    """What the log was told of each request."""
    return [vars(record)["parley"] for record in caplog.records if record.name == "parley.requests"]


def test_the_log_says_what_was_asked(asking: Asking, caplog: pytest.LogCaptureFixture) -> None:
    """Id, question, status, milliseconds, bytes, rows, cache and revision; no client's address."""
    caplog.set_level(logging.INFO)
    ask = asking(log_requests="all")
    revision = ask("/v1/dataset").headers["parley-revision"]
    caplog.clear()
    for _ in range(2):
        ask("/v1/events?limit=2&q=%C3%A9", headers={"X-Request-Id": "mine"})
        ask("/v1/events?limit=2", headers={"X-Request-Id": "mine"})
    first, second, third, fourth = logged(caplog)
    assert set(second) == FIELDS
    assert first["question"] == "/v1/events?limit=2&q=%C3%A9"
    assert (first["rows"], second["rows"]) == (0, 2)
    assert second["request_id"] == "mine"
    assert second["method"] == "GET"
    assert (second["status"], second["cache"]) == (200, "miss")
    assert second["revision"] == revision[:16]
    assert second["bytes"] > 500
    assert 0 < second["milliseconds"] < 10_000
    assert (third["cache"], fourth["cache"]) == ("hit", "hit")
    assert fourth["rows"] is None


def test_the_log_knows_what_was_kept_and_what_it_is_of(
    asking: Asking, caplog: pytest.LogCaptureFixture
) -> None:
    """A HEAD keeps nothing, but could have found it; a problem is of no revision."""
    caplog.set_level(logging.INFO)
    ask = asking(log_requests="all")
    ask("/v1/events", method="HEAD")
    ask("/v1/events?limit=none")
    ask("/v1/events?actor=nobody")
    head, invalid, unknown = logged(caplog)
    assert (head["method"], head["cache"]) == ("HEAD", "miss")
    assert head["revision"] == ask("/v1/dataset").headers["parley-revision"][:16]
    assert [each["status"] for each in (invalid, unknown)] == [422, 422]
    assert [each["cache"] for each in (invalid, unknown)] == ["none", "none"]
    assert [each["revision"] for each in (invalid, unknown)] == [None, None]


def test_a_client_is_named_only_where_that_is_asked_for(
    asking: Asking, caplog: pytest.LogCaptureFixture
) -> None:
    """`LOG_CLIENTS` adds the address; without it, no log holds one."""
    caplog.set_level(logging.INFO)
    asking(log_requests="all")("/v1/events")
    assert "client" not in logged(caplog)[0]
    assert "127.0.0.1" not in Readable().format(caplog.records[-1])
    caplog.clear()
    asking(log_requests="all", log_clients=True)("/v1/events")
    assert logged(caplog)[0]["client"] == "127.0.0.1"


def test_which_requests_are_logged(asking: Asking, caplog: pytest.LogCaptureFixture) -> None:
    """All, the slow and failed ones, or none."""
    caplog.set_level(logging.INFO)
    expected = {
        ("all", 60): 1,
        ("slow", 60): 0,
        ("slow", 0): 1,
        ("none", 0): 0,
    }
    for (wanted, slow), times in expected.items():
        caplog.clear()
        asking(log_requests=wanted, slow_request=slow)("/v1/events")
        assert len(logged(caplog)) == times, (wanted, slow)


def test_lines_for_people_and_for_machines() -> None:
    """The same record as one line of `name=value`, and as one line of JSON; the time is UTC."""
    record = logging.LogRecord("parley.requests", logging.INFO, "", 0, "request", (), None)
    record.created = 1_708_000_000.5
    record.parley = {"request_id": "a", "rows": None, "status": 200}
    assert Readable().format(record) == (
        "2024-02-15T12:26:40.500Z info request request_id=a status=200"
    )
    assert json.loads(JsonLines().format(record)) == {
        "time": "2024-02-15T12:26:40.500Z",
        "level": "info",
        "message": "request",
        "request_id": "a",
        "rows": None,
        "status": 200,
    }


@pytest.mark.parametrize("form", ["json", "human"])
def test_a_server_logs_lines(form: str, cached_databases: Seeded, tmp_path: Path) -> None:
    """Every line of a running server's log has the form that was asked for."""
    log = tmp_path / "log"
    with running(cached_databases(TINY), log, log_format=form, log_requests="all") as server:
        server.get("/v1/events?limit=1")
    lines = server.lines()
    asked = [line for line in lines if "/v1/events?limit=1" in line]
    assert len(asked) == 1
    if form == "json":
        assert all(json.loads(line)["level"] for line in lines)
        assert json.loads(asked[0])["status"] == 200
    else:
        assert " status=200 " in asked[0]
    assert "127.0.0.1" not in asked[0]


SAMPLE = re.compile(r"parley_requests_total\{(.*)\} (\S+)")


def test_metrics_add_up_over_workers(cached_databases: Seeded, tmp_path: Path) -> None:
    """Whichever worker is asked, it tells what all of them have answered; the revision too."""
    with running(cached_databases(TINY), tmp_path / "log", workers=2) as server:
        for _ in range(40):
            assert server.get("/v1/events/talks").status_code == 200
        for _ in range(7):
            assert server.get("/v1/events?limit=0").status_code == 422
        # What a worker has counted is handed over within a second.
        time.sleep(1.5)
        for _ in range(6):
            text = server.get("/metrics").text
            counted = {labels: float(number) for labels, number in SAMPLE.findall(text)}
            answered = [n for labels, n in counted.items() if "/v1/events/{id}" in labels]
            assert sum(answered) == 40, text
            assert all('status="200"' in labels or "422" in labels for labels in counted)
            assert sum(n for labels, n in counted.items() if '"422"' in labels) == 7
            assert re.search(r"^parley_revision(\{.*\})? 1\.0$", text, re.M)
            seconds = r'parley_request_seconds_count\{route="/v1/events/\{id\}"\} (\S+)'
            assert float(re.findall(seconds, text)[0]) == 40


def test_metrics_that_cannot_be_written_are_told(
    asking: Asking,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Where the folder of the workers is gone, a worker answers with its own, and says so."""
    folder = tmp_path / "metrics"
    folder.mkdir()
    monkeypatch.setenv(observation.FOLDER, str(folder))
    monkeypatch.setattr(observation, "WRITTEN_EVERY", 0)
    ask = asking()
    ask("/v1/events/talks")
    ask("/health/live")
    assert len(list(folder.iterdir())) == 1
    shutil.rmtree(folder)
    ask("/v1/events/talks")
    text = ask("/metrics").text
    assert re.search(
        r'requests_total\{cache="hit",route="/v1/events/\{id\}",status="200"\} 1.0', text
    )
    assert "cannot be told" in caplog.text


def test_metrics_tell_hits_from_misses(asking: Asking) -> None:
    """The same route, whether it was made or found in memory; what there is not is `other`."""
    ask = asking()
    for path in ("/v1/events/talks", "/v1/events/talks", "/nothing", "/x"):
        ask(path)
    text = ask("/metrics").text
    sample = 'parley_requests_total{cache="%s",route="%s",status="%d"} %d.0'
    assert sample % ("miss", "/v1/events/{id}", 200, 1) in text
    assert sample % ("hit", "/v1/events/{id}", 200, 1) in text
    assert sample % ("none", "other", 404, 2) in text


def test_every_log_field_and_metric_is_documented(asking: Asking) -> None:
    """docs/operating.md names each."""
    documented = set(re.findall(r"^\| `([a-z_]+)` \|", DOCS.read_text(), re.M))
    metrics = set(
        re.findall(r"^# TYPE (parley_\w+?)(?:_created)? ", asking()("/metrics").text, re.M)
    )
    assert metrics
    assert FIELDS | {"client", "time", "level", "message"} | metrics <= documented


@pytest.fixture(scope="module")
def spans() -> Iterator[InMemorySpanExporter]:
    """Where the spans of this process go."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    trace.set_tracer_provider(provider)
    yield exporter
    exporter.shutdown()


def test_requests_are_traced_where_that_is_set_up(
    asking: Asking, spans: InMemorySpanExporter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With OpenTelemetry's own variables, each question is a span of the caller's trace."""
    monkeypatch.setenv("OTEL_SERVICE_NAME", "parley")
    parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    asking()("/v1/events?limit=1", headers={"traceparent": parent})
    span = next(each for each in spans.get_finished_spans() if each.name == "GET /v1/events")
    assert span.context is not None
    assert f"{span.context.trace_id:032x}" == parent.split("-")[1]
    attributes = dict(span.attributes or {})
    assert attributes["http.route"] == "/v1/events"
    assert attributes["http.response.status_code"] == 200
    assert "client.address" not in attributes
