"""The picture of a serving table: for each question a bar for each application, on one log scale.

`python -m benchmarks.picture S` draws what `benchmarks.serve S` saved.
"""

from __future__ import annotations

import argparse
import math
import statistics
from pathlib import Path
from typing import Any

import orjson
from jinja2 import Template

from benchmarks.generate import SIZES
from benchmarks.report import ROOT, WORK, publish

# Colours that are told apart by those who see few, too (Okabe and Ito).
DRAWN = {
    "Parley, cached": "#56b4e9",
    "Parley, uncached": "#0072b2",
    "tutorial application": "#e69f00",
    "Datasette": "#999999",
}
LABELS, WIDTH, BAR, GAP = 190, 560, 9, 10
LOWEST = 1.0

PICTURE = Template(
    """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {{ width }} {{ height }}"
 font-family="sans-serif" font-size="12" role="img" aria-label="{{ title }}">
<title>{{ title }}</title>
<rect width="100%" height="100%" fill="#fff"/>
{% for name, colour in legend.items() -%}
<rect x="{{ 10 + loop.index0 * 180 }}" y="8" width="12" height="12" fill="{{ colour }}"/>
<text x="{{ 28 + loop.index0 * 180 }}" y="18">{{ name }}</text>
{% endfor -%}
{% for x, label in scale -%}
<path d="M{{ x }} 30V{{ height - 22 }}" stroke="#ddd"/>
<text x="{{ x }}" y="{{ height - 8 }}" text-anchor="middle" fill="#555">{{ label }}</text>
{% endfor -%}
{% for row in rows -%}
<text x="{{ labels - 8 }}" y="{{ row.y + 12 }}" text-anchor="end">{{ row.name }}</text>
{% for bar in row.bars -%}
<rect x="{{ labels }}" y="{{ bar.y }}" width="{{ bar.width }}" height="{{ thick - 1 }}" \
fill="{{ bar.colour }}"><title>{{ bar.title }}</title></rect>
{% endfor -%}
{% endfor -%}
</svg>
""",
    autoescape=True,
)


def length(rate: float, highest: float) -> float:
    """How long the bar of a rate is, on a log scale."""
    return round(WIDTH * math.log(max(rate, LOWEST)) / math.log(highest), 1)


def drawn(size: str, results: dict[str, dict[str, list[dict[str, float]]]]) -> str:
    """The picture as SVG."""
    rates = {
        question: {
            name: statistics.median(run["rps"] for run in runs[name])
            for name in DRAWN
            if runs.get(name)
        }
        for question, runs in results.items()
    }
    highest = max(rate for each in rates.values() for rate in each.values())
    rows: list[dict[str, Any]] = []
    y = 34
    for question, each in rates.items():
        bars = [
            {
                "y": y + number * BAR,
                "width": length(rate, highest),
                "colour": DRAWN[name],
                "title": f"{question}, {name}: {rate:,.0f}/s",
            }
            for number, (name, rate) in enumerate(each.items())
        ]
        rows.append({"name": question, "y": y, "bars": bars})
        y += max(len(bars), 2) * BAR + GAP
    powers = range(math.ceil(math.log10(highest)))
    return PICTURE.render(
        title=f"Requests a second, {size}, on a log scale",
        width=LABELS + WIDTH + 30,
        height=y + 24,
        labels=LABELS,
        thick=BAR,
        legend=DRAWN,
        scale=[(LABELS + length(10**power, highest), f"{10**power:,}") for power in powers],
        rows=rows,
    )


def draw(size: str) -> Path:
    """Draws what was saved for a size, into docs/pictures."""
    saved = orjson.loads((WORK / f"serve-{size}.json").read_bytes())
    path = ROOT / "docs" / "pictures" / f"performance-{size}.svg"
    path.write_text(drawn(size, saved["results"]), encoding="utf-8")
    return path


def main() -> None:
    """python -m benchmarks.picture SIZE"""
    asking = argparse.ArgumentParser(description=__doc__)
    asking.add_argument("size", choices=SIZES, nargs="?", default="S")
    size = asking.parse_args().size
    path = draw(size)
    shown = path.relative_to(ROOT / "docs")
    publish(f"picture {size}", f"![Requests a second at {size}, on a log scale]({shown})")


if __name__ == "__main__":
    main()
