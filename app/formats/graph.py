"""The map of proposals as SVG: a row for each, the oldest first, with arcs between them."""

from __future__ import annotations

from functools import partial

from markupsafe import Markup

from app.analysis.graph import ProposalGraph
from app.entries.languages import written_date
from app.formats.svg import format_templates

ROW, TOP, LEFT = 34, 44, 130


def graph_picture(graph: ProposalGraph, base: str, language: str, *, alone: bool = False) -> Markup:
    """The picture; links begin with `base`. One that stands `alone` has a style of its own.

    An arc bends further to the left the more rows it passes over.
    """
    rows = {each.id: TOP + number * ROW for number, each in enumerate(graph.nodes)}
    arcs = [
        {
            "edge": each,
            "begin": rows[each.source],
            "end": rows[each.target],
            "bend": LEFT
            - min(LEFT - 10, 20 + 6 * abs(rows[each.source] - rows[each.target]) // 10),
        }
        for each in graph.edges
    ]
    shown = format_templates().get_template("graph.svg")
    return Markup(
        shown.render(
            graph=graph,
            rows=rows,
            arcs=arcs,
            titles={each.id: each.title for each in graph.nodes},
            base=base,
            dated=partial(written_date, language),
            alone=alone,
            LEFT=LEFT,
        )
    )
