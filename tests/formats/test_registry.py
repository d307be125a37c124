"""Which list offers which representation, and what is refused."""

from __future__ import annotations

import pytest

from tests.api.asking import Asker

DATED = ("events", "quotes", "proposals", "terms", "figures", "timeline")
UNDATED = ("actors", "topics", "sources")
MEDIA_TYPES = {
    "json": "application/json",
    "ndjson": "application/x-ndjson",
    "csv": "text/csv; charset=utf-8",
    "jsonld": "application/ld+json",
    "atom": "application/atom+xml",
    "ics": "text/calendar; charset=utf-8",
    "md": "text/markdown; charset=utf-8",
    "svg": "image/svg+xml",
}


@pytest.mark.parametrize("name", DATED)
@pytest.mark.parametrize("form", MEDIA_TYPES)
def test_every_dated_list_has_every_format(tiny_ask: Asker, name: str, form: str) -> None:
    """Each is answered with its own media type and a link to itself."""
    response = tiny_ask(f"/v1/{name}?format={form}")
    assert response.status_code == 200
    assert response.headers["content-type"] == MEDIA_TYPES[form]
    assert response.headers["link"] == f'</v1/{name}?format={form}>; rel="self"'


@pytest.mark.parametrize("name", DATED)
def test_a_picture_may_load_and_run_nothing(tiny_ask: Asker, name: str) -> None:
    """Opened as a document of its own, an SVG has no right to anything but its styles."""
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    for _ in range(2):
        headers = tiny_ask(f"/v1/{name}?format=svg").headers
        assert headers["content-security-policy"] == policy
    assert "content-security-policy" not in tiny_ask(f"/v1/{name}?format=csv").headers


@pytest.mark.parametrize("name", DATED + UNDATED)
def test_the_description_names_the_formats_of_each_list(tiny_ask: Asker, name: str) -> None:
    """OpenAPI has, for each list, the media types and the values of `format` that it answers."""
    document = tiny_ask.page("/openapi-full.json")
    operation = document["paths"][f"/v1/{name}"]["get"]
    offered = [form for form in MEDIA_TYPES if name in DATED or form in ("json", "ndjson", "csv")]
    types = {MEDIA_TYPES[form].partition(";")[0] for form in offered}
    assert set(operation["responses"]["200"]["content"]) == {
        *types,
        "application/vnd.parley.sparse+json",
    }
    (form,) = [each for each in operation["parameters"] if each["name"] == "format"]
    (reference,) = [each["$ref"] for each in form["schema"]["anyOf"] if "$ref" in each]
    schema = document["components"]["schemas"][reference.rpartition("/")[2]]
    assert schema["enum"] == offered


@pytest.mark.parametrize("name", UNDATED)
@pytest.mark.parametrize("form", ["jsonld", "atom", "ics", "md", "svg"])
def test_lists_without_dates_refuse_dated_formats(tiny_ask: Asker, name: str, form: str) -> None:
    """The refusal says what is possible."""
    problem = tiny_ask.problem(f"/v1/{name}?format={form}", 422)
    assert problem["errors"][0]["parameter"] == "format"
    assert "must be 'json', 'ndjson' or 'csv'" in problem["detail"]


def test_an_accept_header_chooses_json_ld_where_there_are_dates(tiny_ask: Asker) -> None:
    """Lists of actors do not have it, and say what they have."""
    accept = {"accept": "application/ld+json"}
    assert tiny_ask("/v1/events", headers=accept).headers["content-type"] == "application/ld+json"
    problem = tiny_ask.problem("/v1/actors", 406, headers=accept)
    assert "application/json, application/x-ndjson" in problem["detail"]
    assert "ld+json" not in problem["detail"]


@pytest.mark.parametrize("form", ["jsonld", "atom", "ics", "svg"])
def test_whole_documents_are_not_made_sparse(tiny_ask: Asker, form: str) -> None:
    """`fields` with such a format is refused, however the format was chosen."""
    problem = tiny_ask.problem(f"/v1/events?format={form}&fields=id", 422)
    assert problem["errors"][0]["parameter"] == "fields"
    assert f"cannot be chosen in {form}" in problem["detail"]


def test_fields_that_are_no_columns_are_refused(tiny_ask: Asker) -> None:
    """A table without the column that was asked for would be taken for an empty one."""
    assert tiny_ask("/v1/events?format=csv&fields=title,id").text.splitlines()[0] == "id,title"
    problem = tiny_ask.problem("/v1/events?format=csv&fields=links", 422)
    assert problem["errors"][0]["value"] == "links"


def test_no_representation_repeats_the_host_header(tiny_ask: Asker) -> None:
    """What a client claims the host to be is in no answer."""
    for form in MEDIA_TYPES:
        answer = tiny_ask(f"/v1/timeline?format={form}", headers={"host": "evil.example"})
        assert "evil" not in answer.text
        assert "evil" not in str(answer.headers)
