"""Extracts the text of a page that a reader sees.

As a program, from standard input to standard output: `readable.py html|plain CHARSET`. It is a
process of its own, because only a process can be stopped when the parser or a decoder hangs.
"""

from __future__ import annotations

import codecs
import re
import sys

from selectolax.lexbor import LexborHTMLParser

# Not part of what the page itself says.
LEFT_OUT = (
    "head, script, style, noscript, template, svg, iframe, nav, footer, aside, form, button, select"
)
# Their text does not run on into what stands before or after them.
BLOCKS = (
    "address, article, blockquote, br, caption, dd, div, dl, dt, fieldset, figcaption, figure, h1, "
    "h2, h3, h4, h5, h6, header, hr, li, main, ol, p, pre, section, table, td, th, tr, ul"
)
DECLARED = re.compile(rb"<meta[^>]+charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]+)", re.IGNORECASE)
DECLARED_WITHIN = 4096
MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
# What the web means by Latin-1 (WHATWG Encoding Standard), and what is left when nothing fits.
LATIN = "windows-1252"
LATIN_NAMES = frozenset(("iso8859-1", "ascii"))


def decoded_page(body: bytes, charset: str) -> str:
    """The text of a page; UTF-8 is tried first, because declared encodings are often wrong."""
    for mark, encoding in MARKS.items():
        if body.startswith(mark):
            return body.decode(encoding, "replace")
    declared = DECLARED.search(body[:DECLARED_WITHIN])
    names = [charset, declared[1].decode("ascii") if declared else None]
    wanted = [known for name in names if name and (known := known_encoding(name))]
    for encoding in (*wanted, "utf-8") if body.isascii() else ("utf-8", *wanted):
        try:
            return body.decode(encoding)
        # Some names of encodings are of codecs that decode no text, or not every text.
        except (UnicodeError, LookupError):
            continue
    return body.decode(LATIN, "replace")


def known_encoding(name: str) -> str | None:
    """The encoding of a name, None where there is none."""
    try:
        known = codecs.lookup(name.strip()).name
    except LookupError:
        return None
    return LATIN if known in LATIN_NAMES else known


def text_of_html(page: str) -> str:
    """The text of a page, without what stands around it, one line for each block."""
    parser = LexborHTMLParser(page)
    for node in parser.css(LEFT_OUT):
        node.decompose()
    for node in parser.css(BLOCKS):
        node.insert_before("\n")
        node.insert_after("\n")
    return parser.body.text(separator="") if parser.body is not None else ""


def print_text(form: str, charset: str) -> None:
    """Writes the text of a page, as UTF-8."""
    text = decoded_page(sys.stdin.buffer.read(), charset)
    shown = text_of_html(text) if form == "html" else text
    sys.stdout.buffer.write(shown.encode("utf-8", "surrogatepass"))


if __name__ == "__main__":
    print_text(*sys.argv[1:])
