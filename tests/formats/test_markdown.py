"""Markdown for agents and newsletters: headline, address, account, sources."""

from __future__ import annotations

import pytest

from tests.api.asking import Asker

EVENT = """\
# The talks in Northern Ireland: event

## A draft is given to the parties

1998-04-06~, event: <https://record.example/v1/events/draft>

The chairmen of the talks gave the parties a first draft of a settlement.

Note: Accounts differ on whether it was before or after midnight.

The date is approximate.

Source: Northern Ireland Office, The Belfast Agreement, 1998-04-10 (via Press Association) \
<https://www.gov.uk/government/publications/the-belfast-agreement>

Version 1.10, revision {digest}
"""


@pytest.mark.parametrize("path", ["/v1/events/draft", "/v1/entries/draft"])
def test_an_entry(tiny_ask: Asker, path: str) -> None:
    """An entry is answered with what must accompany its words, and ends with the revision."""
    response = tiny_ask(f"{path}?format=md")
    assert response.headers["content-type"] == "text/markdown; charset=utf-8"
    assert response.text == EVENT.format(digest=response.headers["parley-revision"])


def test_a_list_by_accept(tiny_ask: Asker) -> None:
    """Who accepts Markdown gets it, with the place where the list goes on."""
    response = tiny_ask("/v1/quotes?limit=1&sort=date", headers={"Accept": "text/markdown"})
    assert response.headers["content-type"] == "text/markdown; charset=utf-8"
    heading, said, *_, rest = response.text.split("\n\n")
    assert heading == "# The talks in Northern Ireland: quotes"
    assert said.startswith("## Ireland: “The name of the State is Éire")
    cursor = tiny_ask.page("/v1/quotes?limit=1&sort=date")["meta"]["next_cursor"]
    at = f"<https://record.example/v1/quotes?limit=1&sort=date&cursor={cursor}>"
    assert rest == f"This is not the whole answer: it goes on at {at}\n"


def test_the_cursor_of_the_next_page(tiny_ask: Asker) -> None:
    """It stands in `meta` for those who build their own addresses, and is null on the last page."""
    first = tiny_ask.page("/v1/actors?limit=4")
    cursor = first["meta"]["next_cursor"]
    assert first["links"]["next"] == f"/v1/actors?limit=4&cursor={cursor}"
    last = tiny_ask.page(f"/v1/actors?limit=500&cursor={cursor}")
    assert last["meta"]["next_cursor"] is None


def test_signs_of_markdown_stand_for_themselves(tiny_ask: Asker) -> None:
    """What a source prints is shown as it is."""
    from app.formats.markdown import escaped  # noqa: PLC0415

    del tiny_ask
    printed = "*[a]_b_* <i> # http://example.org/a_b"
    assert escaped(printed) == r"\*\[a\]\_b\_\* \<i\> \# <http://example.org/a_b>"


def test_other_wordings_stand_below_a_quote(ask: Asker) -> None:
    """Each with the source that prints it, and the address of the very words."""
    text = ask("/v1/quotes/q-20240207-netanyahu-no-solution?format=md").text
    assert text.count("“There is no other solution but a complete and final victory”") == 1
    below = text.partition("Other wordings, as printed:\n\n")[2].partition("\n\n")[0]
    first, second = below.splitlines()
    assert first.startswith(
        "- “there is no other solution than total victory”: The Daily Caller "
        "(quoting The Jerusalem Post) (via The Jerusalem Post) <https://dailycaller.com/2024/02/07/"
    )
    assert "#:~:text=" in first
    assert second.startswith("- “There is no other solution.”: CBC News (with AP) (via AP) <https:")
