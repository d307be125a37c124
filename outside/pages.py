"""The addresses of pages of every type, over the shipped record."""

from __future__ import annotations

QUOTE = "/quotes/q-20240207-netanyahu-victory"
AGREEMENT = "prop-2025-01-agreement"
PAGES = (
    "/",
    "/timeline",
    "/timeline?q=victory&sort=relevance",
    "/events",
    "/events?exchange=prisoners",
    "/events/ev-2023-10-07-attack",
    "/quotes",
    QUOTE,
    "/proposals",
    f"/proposals/{AGREEMENT}",
    f"/proposals/{AGREEMENT}/outcome",
    "/proposals/graph",
    "/terms",
    "/terms/prop-2024-02-hamas-pause-phase-one",
    "/terms/prop-2024-02-hamas-pause-phase-one/outcome",
    "/figures",
    "/figures/fig-gaza-killed-20240206",
    "/actors",
    "/actors/hamas",
    "/topics",
    "/topics/hostages",
    "/sources",
    "/sources/article-20240207-total-victory",
    "/compare",
    f"/compare?proposal=prop-2024-05-israel-biden&proposal={AGREEMENT}",
    "/check",
    "/check?text=total+victory",
    "/guide",
    "/embed/timeline",
    f"/embed{QUOTE}",
)
MISTAKES = (
    "/quotes?actor=netanjahu",
    "/timeline?date=2024-13",
    f"/compare?proposal={AGREEMENT}",
    "/actors/nobody",
)
# Pages that search engines are to find, one of each template.
FOUND = (
    "/",
    "/timeline",
    QUOTE,
    f"/proposals/{AGREEMENT}",
    f"/proposals/{AGREEMENT}/outcome",
    "/proposals/graph",
    "/figures",
    "/actors",
    "/actors/hamas",
    f"/compare?proposal=prop-2024-05-israel-biden&proposal={AGREEMENT}",
    "/check",
)
