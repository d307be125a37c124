"""The codes of warnings: what a second reader would ask about a record.

To add a warning: its code here, its function in the table of `app/review/rules.py`, its
message in `app/review/messages.toml`, its row in seed_data/FORMAT.md.
"""

from __future__ import annotations

from typing import Literal

# What a warning is about; a record silences it by its code.
WarningCode = Literal[
    "above-promised", "alias-repeated", "archive-url", "before-office", "capitals",
    "cited-twice", "date-id", "date-url", "doubled-space", "early-report", "early-response",
    "falling-figure", "far-from-event", "fragment", "invisible", "language-script",
    "language-source", "like-words", "link-repeated", "markup", "mixed-scripts", "mojibake",
    "near-double", "no-language", "no-party", "number-in-text", "office-not-held",
    "office-repeated", "older-source", "outside-coverage", "outside-life", "own-addressee",
    "own-beneficiary", "percent", "placeholder", "question", "quoted-words", "same-figure",
    "same-outside-id", "same-source", "same-term", "same-title", "same-url", "same-words",
    "state-code", "style", "swapped-date", "to-come", "translated", "two-holders",
    "two-wordings", "unknown-code", "unused", "unused-silence", "url-front-page", "url-private",
    "url-redirect", "url-tracker", "used-once", "version", "wording-elsewhere", "words-not-found",
]  # fmt: skip
