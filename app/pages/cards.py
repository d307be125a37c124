"""Cards: the pictures that travel with links to quotes, events, proposals and comparisons.

A card says whose words it shows, in which office, when, and who reports them. Its address names
records alone: no words that somebody sends are ever drawn.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import NamedTuple
from urllib.parse import urlsplit

import resvg
from fastapi import FastAPI
from resvg import usvg
from starlette.requests import Request

from app.analysis.comparison_question import ProposalsQuestion, compare_proposals
from app.api.records import document_now
from app.db.snapshots import Snapshot
from app.entries.questions import NoQuestion
from app.errors import NotFound
from app.formats.headline import remarks_on
from app.http.route import QuestionRoute, Representation, service_of, work_for
from app.kinds import KINDS
from app.kinds.kind import Kind
from app.pages.credits import (
    WITH_CARD,
    Entry,
    differences_in_words,
    in_quotes,
    proposers,
    reported,
    whose,
)
from app.pages.lettering import BOLD, REGULAR, Block, Unlettered, drawing_options, fitted
from app.pages.rendering import environment
from app.pages.routing import add_page
from app.reference.dataset import dataset_of

PNG = "image/png"
# Where the words of a card stand, and the sizes of its letters.
WIDTH, TOP, BOTTOM, FOOT = 1056, 112, 540, 572
SIZES = (84.0, 74.0, 66.0, 58.0, 52.0, 46.0, 42.0, 38.0, 34.0, 30.0)
INK, SOFT = "#1d1e20", "#585b60"


class CardRoute(QuestionRoute):
    """A picture of a revision; answers in memory keep it."""

    offered = (PNG,)


class Card(NamedTuple):
    """What a card says: a label, the words, more about them, whose they are, who reports them."""

    kind: Kind
    label: str
    words: str
    more: str
    by: str
    reported: str


def card_of(entry: Entry) -> Card:
    kind = KINDS[entry["kind"]]
    # The date is isolated, so that its numbers keep their places in a line of another direction.
    day = f"\u2068{entry['display_date']}\u2069"
    label = " · ".join((kind.title, day, *remarks_on(entry)))
    more = entry.get("summary") or entry.get("context") or ""
    return Card(kind, label, in_quotes(entry), more, whose(entry), reported([entry]))


def compared_card(compared: Entry, proposals: list[Entry], topics: list[str]) -> Card:
    """The titles of proposals, with what differs from the first to the last."""
    titles = " / ".join(
        f"{each['title']} ({proposers(each)}, {each['display_date']})" for each in proposals
    )
    label = " · ".join((f"{len(proposals)} proposals compared", *topics))
    return Card(
        KINDS["proposal"], label, titles, "", differences_in_words(compared), reported(proposals)
    )


def blocks(card: Card, foot: str) -> Iterator[tuple[float, str | None, Block]]:
    """The lines of a card from above, each block with its top and colour.

    What must not be missing is placed first, from below; the words have the room that is left.
    """
    credit = fitted(card.reported, WIDTH, 72, (26.0,))
    by = fitted(card.by, WIDTH, 90, (32.0, 28.0, 26.0), BOLD) if card.by else None
    below = BOTTOM - credit.height - (by.height if by else 0)
    room = below - TOP - 20
    words = fitted(card.words, WIDTH, room * (0.62 if card.more else 1), SIZES)
    if words.is_cut:
        words = fitted(card.words, WIDTH, room, SIZES)
    left = room - words.height - 12
    yield 48, None, fitted(card.label, WIDTH, 40, (27.0, 24.0), BOLD)
    yield TOP, INK, words
    if card.more and left > 40:
        yield TOP + words.height + 12, SOFT, fitted(card.more, WIDTH, left, (30.0, 27.0))
    if by:
        yield below, INK, by
    yield BOTTOM - credit.height, SOFT, credit
    yield FOOT, SOFT, fitted(foot, WIDTH, 36, (24.0, 20.0), REGULAR)


def drawn_card(card: Card, foot: str) -> bytes:
    """A card as PNG; raises `NotFound` for a script that no font of cards has."""
    try:
        placed = list(blocks(card, foot))
    except Unlettered as missing:
        raise NotFound(str(missing)) from missing
    svg = environment().get_template("card.svg").render(card=card, blocks=placed)
    tree = usvg.Tree.from_str(svg, drawing_options())
    return bytes(resvg.render(tree, (1, 0, 0, 0, 1, 0)))


async def picture(request: Request, snapshot: Snapshot, card: Card) -> Representation:
    title, address = (await dataset_of(snapshot))["title"], service_of(request).settings.public_url
    async with work_for(request) as work:
        png = await work.in_thread(drawn_card, card, f"{title} · {urlsplit(address).netloc}")
        return Representation(PNG, png, snapshot.revision)


async def entry_card(
    request: Request, question: NoQuestion, entry_id: str, kind: Kind
) -> Representation:
    del question
    async with service_of(request).database.snapshot() as snapshot:
        entry = await document_now(kind.name, entry_id, snapshot)
        return await picture(request, snapshot, card_of(entry))


async def comparison_card(request: Request, question: ProposalsQuestion) -> Representation:
    async with service_of(request).database.snapshot() as snapshot:
        async with work_for(request) as work:
            found = await compare_proposals(question, snapshot, work)
        compared = found.model_dump(mode="json")
        ids = [each["id"] for each in compared["proposals"]]
        proposals = [await document_now("proposal", each, snapshot) for each in ids]
        topics = [each["topic"]["name"] for each in compared["topics"] if question.topic]
        card = compared_card(compared, proposals, topics)
        return await picture(request, snapshot, card)


def add_cards(app: FastAPI) -> None:
    """Registers the cards."""
    add_page(app, "/cards/compare.png", comparison_card, ProposalsQuestion, CardRoute)
    for kind in map(KINDS.__getitem__, WITH_CARD):
        path, answer = f"/cards/{kind.plural}/{{id}}.png", partial(entry_card, kind=kind)
        add_page(app, path, answer, route=CardRoute)
