"""Asks Parley from Python, with httpx and pandas: python examples/ask.py [ADDRESS]."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from typing import Any

import httpx
import pandas as pd


def pages(client: httpx.Client, path: str, **question: Any) -> Iterator[dict[str, Any]]:
    """Every document of an answer, page after page."""
    following: str | None = str(httpx.URL(path, params={"limit": 500, **question}))
    while following is not None:
        answer = client.get(following)
        if answer.is_error:
            raise SystemExit(answer.json()["detail"])
        page = answer.json()
        yield from page["data"]
        following = page["links"]["next"]


def table(client: httpx.Client, path: str, **question: Any) -> pd.DataFrame:
    """An answer as a table. CSV for spreadsheets marks formulas with an apostrophe: it goes."""
    answer = client.get(path, params={"limit": 500, "format": "csv", **question})
    rows = pd.read_csv(io.BytesIO(answer.raise_for_status().content))
    words = rows.select_dtypes("string").columns
    rows[words] = rows[words].replace(r"^'(?=[=+\-@\t\r])", "", regex=True)
    return rows


def main(address: str) -> None:
    """A few questions, answered on the terminal."""
    with httpx.Client(base_url=address) as client:
        dataset = client.get("/v1/dataset").json()
        title, revision = dataset["data"]["title"], dataset["meta"]["revision"]["digest"][:12]
        print(f"{title}, revision {revision}")

        actor = dataset["data"]["balance"]["actors"][0]["actor"]
        quotes = list(pages(client, "/v1/quotes", actor=actor["id"], actor_role="speaker"))
        print(f"\n{actor['name']}: {len(quotes)} quotations, the newest of them:")
        for quote in quotes[:3]:
            source = quote["citations"][0]["source"]
            print(f"  {quote['date']}: {quote['text']} ({source['name']})")

        events = table(client, "/v1/events", sort="date")
        years = events["start_date"].str[:4].rename("year")
        print("\nEvents by year and type:")
        print(events.groupby([years, "event_type"]).size().unstack(fill_value=0).to_string())

        everything = client.get("/v1/dataset/entries.ndjson").raise_for_status()
        entries = pd.read_json(io.BytesIO(everything.content), lines=True)
        print("\nThe whole record:")
        print(entries["kind"].value_counts().to_string())


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000")
