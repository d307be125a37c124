"""Text set in lines, in fonts that packages carry: no font of the machine is looked for.

To show another script: a package that carries a font with its letters, and a line in `FONTS`.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, lru_cache
from importlib.resources import files
from typing import NamedTuple
from unicodedata import bidirectional

import uharfbuzz as harfbuzz
from resvg import usvg

REGULAR, BOLD = 500, 700
CUT = "[…]"
# As high as a line is for letters of size 1, marks above and below them included.
LINE_HEIGHT = 1.32


class Font(NamedTuple):
    """A family, the package that carries it, and its files in `REGULAR` and `BOLD`."""

    family: str
    package: str
    regular: str
    bold: str


# A word is set in the first that has all of its letters.
FONTS = (
    Font("Noto Serif", "fontpkg_noto_serif", *["NotoSerif[wdth,wght].ttf"] * 2),
    Font("Frank Ruhl Libre", "fontpkg_frank_ruhl_libre", *["FrankRuhlLibre[wght].ttf"] * 2),
    Font("Amiri", "fontpkg_amiri", "Amiri-Regular.ttf", "Amiri-Bold.ttf"),
)


class Unlettered(ValueError):
    """A text with letters that no font has."""


class SetWord(NamedTuple):
    """A word, its family, and its width in letters of size 1."""

    text: str
    family: str
    width: float


class Block(NamedTuple):
    """Lines of one size; those of a block from right to left end at the right."""

    lines: list[list[SetWord]]
    size: float
    weight: int
    is_rtl: bool

    @property
    def height(self) -> float:
        return len(self.lines) * self.size * LINE_HEIGHT

    @property
    def is_cut(self) -> bool:
        return self.lines[-1][-1].text.startswith(CUT)


@cache
def font_bytes(package: str, name: str) -> bytes:
    return (files(package) / "files" / name).read_bytes()


def drawing_options() -> usvg.Options:
    """The fonts for the renderer, from memory. It is for one thread only."""
    options = usvg.Options.default()
    for package, name in {(font.package, name) for font in FONTS for name in font[2:]}:
        options.load_font_data(font_bytes(package, name))
    return options


@cache
def shaped_by(font: Font, weight: int) -> harfbuzz.Font:
    name = font.bold if weight == BOLD else font.regular
    found = harfbuzz.Font(harfbuzz.Face(font_bytes(font.package, name)))
    found.set_variations({"wght": weight})
    return found


@lru_cache(10_000)
def set_word(text: str, weight: int) -> SetWord:
    """A word in the first font that has its letters; raises `Unlettered` where none has."""
    for font in FONTS:
        buffer = harfbuzz.Buffer()
        buffer.add_str(text)
        buffer.guess_segment_properties()
        shaping = shaped_by(font, weight)
        harfbuzz.shape(shaping, buffer)
        # Glyph 0 stands for a letter that a font does not have.
        if all(glyph.codepoint for glyph in buffer.glyph_infos):
            units = sum(each.x_advance for each in buffer.glyph_positions)
            return SetWord(text, font.family, units / shaping.face.upem)
    raise Unlettered(f"No font of cards has the letters of {text[:40]!r}.")


def is_lettered(text: str) -> bool:
    """Whether the fonts have the letters of all words of a text."""
    try:
        return all(set_word(word, REGULAR) for word in text.split())
    except Unlettered:
        return False


def pieces(text: str, weight: int, width: float) -> Iterator[SetWord]:
    """A word, in as many pieces as it needs to fit a line."""
    word = set_word(text, weight)
    if word.width <= width or len(text) == 1:
        yield word
    else:
        yield from pieces(text[: len(text) // 2], weight, width)
        yield from pieces(text[len(text) // 2 :], weight, width)


def set_lines(text: str, weight: int, width: float) -> list[list[SetWord]]:
    """The words of a text in lines of a width for letters of size 1."""
    space = set_word(" ", weight).width
    lines: list[list[SetWord]] = [[]]
    left = width
    for word in (piece for each in text.split() for piece in pieces(each, weight, width)):
        if word.width > left and lines[-1]:
            lines.append([])
            left = width
        lines[-1].append(word)
        left -= word.width + space
    return lines


def fitted(
    text: str, width: float, height: float, sizes: tuple[float, ...], weight: int = REGULAR
) -> Block:
    """A text in the largest size that fits; one that fits in none is cut, which is shown."""
    is_rtl = runs_rtl(text)
    for size in sizes:
        block = Block(set_lines(text, weight, width / size), size, weight, is_rtl)
        if block.height <= height:
            return block
    most = max(1, int(height / (size * LINE_HEIGHT)))
    words = [word.text for line in block.lines[:most] for word in line]
    end = f"{CUT}”" if text.endswith("”") else CUT
    while len(lines := set_lines(" ".join([*words, end]), weight, width / size)) > most:
        words.pop()
    return Block(lines, size, weight, is_rtl)


def runs_rtl(text: str) -> bool:
    """Whether the first letter that has a direction runs from right to left."""
    strong = (bidirectional(letter) for letter in text)
    return next((each for each in strong if each in ("L", "R", "AL")), "L") != "L"
