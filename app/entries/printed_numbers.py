"""The value of a printed number, and whether it is exact, a bound or an estimate.

The words of all languages are in `number_words.toml`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from app.data_files import read_toml
from app.entries.words import fold

TABLES = read_toml("entries/number_words.toml")
# The qualifiers that go with each sort of phrase.
QUALIFIERS = {
    sort: frozenset(TABLES["qualifiers"].get(sort, (sort,))) for sort in TABLES["phrases"]
}
SCALE_OF = {
    fold(word): 10 ** int(power)
    for power, words in TABLES["scales"].items()
    for word in words.split()
}
WORDS = {
    **{word: 10 * number for number, word in enumerate(TABLES["spelled"]["tens"].split(), 1)},
    **{word: number for number, word in enumerate(TABLES["spelled"]["ones"].split())},
}
MULTIPLES: dict[str, int] = TABLES["spelled"]["multiples"]

DIGITS = re.compile(r"[0-9]{1,3}(?:[ '’][0-9]{3})+(?![0-9])|[0-9]+(?:[.,٬٫][0-9]+)*")
SCALED = re.compile(
    rf"[ -]?({'|'.join(map(re.escape, sorted(SCALE_OF, key=len, reverse=True)))})\b"
)
NUMBER_WORD = rf"(?:{'|'.join((*WORDS, *MULTIPLES))})"
SPELLED = re.compile(
    rf"\b(?:(?:a|half a) (?=dozen|hundred|thousand|million|billion))?"
    rf"{NUMBER_WORD}(?:(?:[ -]|, |(?:(?<=red)|(?<=and)|(?<=ion)) and ){NUMBER_WORD})*\b"
)
FRACTION = re.compile(rf"\b(?:{'|'.join(TABLES['spelled']['fractions'])})s?\b")
# What may stand between a phrase and its number.
BETWEEN = r"[-\s$€£₪]{0,3}(?:us\$ ?)?$"
SORT_OF = {fold(phrase): sort for sort, phrases in TABLES["phrases"].items() for phrase in phrases}
LONGEST_FIRST = sorted(SORT_OF, key=len, reverse=True)
BEFORE = re.compile(rf"(?<!\w)({'|'.join(map(re.escape, LONGEST_FIRST))}){BETWEEN}")
AFTER = [
    (re.compile(rf"^\s*(?:{'|'.join(map(re.escape, each['phrases']))})"), {*each["qualifiers"]})
    for each in TABLES["after"]
]


class Number(NamedTuple):
    """A number in printed words: what it may be, and the qualifiers that its words allow."""

    values: frozenset[float]
    qualifiers: frozenset[str] | None


def numbers_in(printed: str, unit: str = "") -> list[Number]:
    """The numbers in printed words; in a unit such as `million euros` the scale may be left out."""
    text = fold(printed)
    found = list(DIGITS.finditer(text))
    if found:
        return [Number(digit_values(match, unit), qualifiers_of(text, match)) for match in found]
    return [
        Number(frozenset((spelled_value(match[0]),)), qualifiers_of(text, match))
        for match in SPELLED.finditer(text)
    ]


def digit_values(match: re.Match[str], unit: str) -> frozenset[float]:
    """What digits may mean: a group of three after a sign counts thousands, others are decimals."""
    scaled = SCALED.match(match.string, match.end())
    values = set(plain_values(match[0], may_be_decimal=scaled is not None))
    if scaled is None:
        return frozenset(values)
    # Without rounding, 2.3 times a million is not a whole number.
    scale = SCALE_OF[scaled[1]]
    kept = values if scaled[1].rstrip("s") in fold(unit) else set()
    return frozenset({round(value * scale, 6) for value in values} | kept)


def plain_values(digits: str, *, may_be_decimal: bool) -> Iterator[float]:
    """What some digits with their signs may mean."""
    groups = re.split(r"[.,٬٫ '’]", digits)
    in_thousands = all(len(group) == 3 for group in groups[1:]) and groups[0] != "0"
    if in_thousands:
        yield float("".join(groups))
    signs = re.findall(r"[.,٬٫]", digits)
    is_mixed = len(set(signs)) > 1
    if signs and (not in_thousands or is_mixed or may_be_decimal):
        yield float(f"{''.join(groups[:-1])}.{groups[-1]}")


def spelled_value(words: str) -> float:
    """The value of number words: `one hundred and twenty` is 120, `half a million` 500,000."""
    total, current = 0.0, 0.0
    for word in re.findall(r"[a-z]+", words):
        if word == "half":
            current = 0.5
        elif word in WORDS:
            current += WORDS[word]
        elif word in MULTIPLES:
            current = (current or 1) * MULTIPLES[word]
            if MULTIPLES[word] >= 1000:
                total, current = total + current, 0.0
    return total + current


def qualifiers_of(text: str, match: re.Match[str]) -> frozenset[str] | None:
    """The qualifiers that the words beside a number allow; None for a bare number."""
    before, after = text[: match.start()], text[match.end() :]
    phrase = BEFORE.search(before)
    if phrase is not None:
        return QUALIFIERS[SORT_OF[phrase[1]]]
    return next((frozenset(allowed) for pattern, allowed in AFTER if pattern.search(after)), None)


def contradiction(
    field: str, value: float, qualifier: str | None, printed: str, unit: str
) -> str | None:
    """How a quantity contradicts the printed words, and what to write; None if it does not."""
    numbers = numbers_in(printed, unit)
    meant = [number for number in numbers if value in number.values]
    if numbers and not meant and (field == "value" or not is_shared(value, numbers, printed)):
        said = " or ".join(f"{each:,.15g}" for number in numbers for each in sorted(number.values))
        return (
            f"{field} is {value:,.15g}, but {printed!r} is printed, which is {said}; correct it "
            "(without signs between its digits), or say in `notes` how it was computed"
        )
    allowed = [number.qualifiers for number in meant if qualifier is not None]
    if allowed and None not in allowed and not any(qualifier in (each or ()) for each in allowed):
        right = " or ".join(sorted({each for names in allowed for each in names or ()}))
        return f"qualifier is {qualifier}, but {printed!r} is printed; write {right}"
    return None


def is_shared(value: float, numbers: list[Number], printed: str) -> bool:
    """Whether a number has the scale of the one behind it, or is in the name of a fraction.

    As 5 has in `5 to 8 million`, and 3 is in `two thirds`.
    """
    text = fold(printed)
    scales = [SCALE_OF[match[1]] for match in SCALED.finditer(text)]
    scales += [MULTIPLES[word] for word in MULTIPLES if word in text]
    return bool(FRACTION.search(text)) or any(
        value / scale in number.values for number in numbers for scale in scales
    )
