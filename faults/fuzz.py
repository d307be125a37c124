"""Feeds a parser with whatever atheris finds: `python -m faults.fuzz dates -atheris_runs=1000`."""

from __future__ import annotations

import sys

import atheris

with atheris.instrument_imports(include=["app"]):
    from faults.parsers import PARSERS

# Half of the texts are written in what the parser may find sound.
ALPHABETS = {
    "dates": "0123456789-/.~?%X ",
    "cursors": "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=",
}


def main() -> None:
    """Runs until a parser raises what it should not, or the runs are done."""
    name = sys.argv.pop(1)
    parser, alphabet = PARSERS[name], ALPHABETS.get(name)

    def one(data: bytes) -> None:
        if alphabet and data[:1] < b"\x80":
            parser("".join(alphabet[byte % len(alphabet)] for byte in data[1:]))
        else:
            parser(data.decode("utf-8", "ignore"))

    atheris.Setup(sys.argv, one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
