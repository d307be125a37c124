"""What a printed number says: its value, and whether it is exact, a bound or a guess.

To read the words of one more language: its phrases in PHRASES, its scales in SCALES.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

from app.entries.words import fold

PHRASES: dict[str, tuple[str, ...]] = {
    "more_than": (
        *("more than", "over", "above", "upwards of", "in excess of", "exceeding", "beyond"),
        *("más de", "mehr als", "über", "plus de", "oltre", "più di", "mais de", "más que"),
        *("أكثر من", "ما يزيد عن", "ما يزيد على", "יותר מ", "מעל", "למעלה מ", "более", "свыше"),
    ),
    "at_least": (
        *("at least", "no fewer than", "no less than", "not less than", "a minimum of"),
        *("al menos", "por lo menos", "como mínimo", "mindestens", "wenigstens", "au moins"),
        *("almeno", "pelo menos", "ما لا يقل عن", "على الأقل", "לפחות", "не менее", "en az"),
    ),
    "about": (
        *("about", "around", "approximately", "approx.", "roughly", "some", "circa", "ca.", "c."),
        *("an estimated", "unos", "unas", "aproximadamente", "alrededor de", "etwa", "rund"),
        *("ungefähr", "environ", "quelque", "circa", "cerca de", "نحو", "حوالي", "زهاء", "בערך"),
        *("כ-", "около", "примерно", "yaklaşık"),
    ),
    "nearly": (
        *("nearly", "almost", "close to", "just under", "casi", "fast", "beinahe", "knapp"),
        *("près de", "presque", "quasi", "quase", "قرابة", "ما يقرب من", "כמעט", "почти"),
    ),
    "less_than": (
        *("less than", "fewer than", "under", "below", "menos de", "weniger als", "unter"),
        *("moins de", "meno di", "أقل من", "פחות מ", "менее"),
    ),
    "up_to": (
        *("up to", "as many as", "as much as", "at most", "no more than", "not more than"),
        *("a maximum of", "hasta", "bis zu", "höchstens", "maximal", "jusqu'à", "au plus"),
        *("fino a", "até", "ما يصل إلى", "עד", "не более", "до", "en fazla"),
    ),
}
# The qualifiers that go with each sort of phrase.
QUALIFIERS = {name: frozenset((name,)) for name in PHRASES} | {
    "nearly": frozenset(("about", "less_than", "up_to"))
}
SCALES = {
    10**3: "thousand thousands k tsd tausend mil mille milliers mila ألف آلاف אלף тыс тысяч bin",
    10**6: "million millions m mn millionen millón millones milioni milhões مليون מיליון млн",
    10
    ** 9: "billion billions bn milliarde milliarden milliard milliards miliardi مليار מיליארד млрд",
    10**12: "trillion trillions tn billón billones",
}
SCALE_OF = {fold(word): scale for scale, words in SCALES.items() for word in words.split()}
ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen"
)
TENS = "ten twenty thirty forty fifty sixty seventy eighty ninety"
WORDS = {
    **{word: 10 * number for number, word in enumerate(TENS.split(), 1)},
    **{word: number for number, word in enumerate(ONES.split())},
}
MULTIPLES = {"hundred": 100, "dozen": 12, "thousand": 10**3, "million": 10**6, "billion": 10**9}

DIGITS = re.compile(r"[0-9]{1,3}(?:[ '’][0-9]{3})+(?![0-9])|[0-9]+(?:[.,٬٫][0-9]+)*")
SCALED = re.compile(
    rf"[ -]?({'|'.join(map(re.escape, sorted(SCALE_OF, key=len, reverse=True)))})\b"
)
NUMBER_WORD = rf"(?:{'|'.join((*WORDS, *MULTIPLES))})"
SPELLED = re.compile(
    rf"\b(?:(?:a|half a) (?=dozen|hundred|thousand|million|billion))?"
    rf"{NUMBER_WORD}(?:(?:[ -]|, | and ){NUMBER_WORD})*\b"
)
# What may stand between a phrase and its number.
BETWEEN = r"[-\s$€£₪]{0,3}(?:us\$ ?)?$"
SORT_OF = {fold(phrase): sort for sort, phrases in PHRASES.items() for phrase in phrases}
LONGEST_FIRST = sorted(SORT_OF, key=len, reverse=True)
BEFORE = re.compile(rf"(?<!\w)({'|'.join(map(re.escape, LONGEST_FIRST))}){BETWEEN}")
AFTER = (
    (
        re.compile(r"^\s*(?:\+|or more|o más|oder mehr|ou plus)"),
        frozenset(("at_least", "more_than")),
    ),
    (re.compile(r"^\s*(?:or less|or fewer|or under|o menos|oder weniger)"), frozenset(("up_to",))),
)


class Number(NamedTuple):
    """A number in printed words: what it may be, and the qualifiers that its words allow."""

    values: frozenset[float]
    qualifiers: frozenset[str] | None


def numbers_in(printed: str, unit: str = "") -> list[Number]:
    """The numbers in printed words; in a unit such as `million euros` the scale may be left out."""
    text = fold("".join(map(ascii_digit, printed)))
    found = list(DIGITS.finditer(text))
    if found:
        return [Number(digit_values(match, unit), qualifiers_of(text, match)) for match in found]
    return [
        Number(frozenset((spelled_value(match[0]),)), qualifiers_of(text, match))
        for match in SPELLED.finditer(text)
    ]


def ascii_digit(character: str) -> str:
    """A digit of any script as one of 0 to 9; all else as it is."""
    if character.isascii():
        return character
    digit = unicodedata.digit(character, None)
    return character if digit is None else str(digit)


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
    return next((allowed for pattern, allowed in AFTER if pattern.search(after)), None)


def contradiction(value: float, qualifier: str, printed: str, unit: str) -> str | None:
    """What of a quantity cannot be what is printed, and what would be right; None where it may."""
    numbers = numbers_in(printed, unit)
    meant = [number for number in numbers if value in number.values]
    if numbers and not meant:
        said = " or ".join(f"{each:,.15g}" for number in numbers for each in sorted(number.values))
        return (
            f"value is {value:,.15g}, but {printed!r} is printed, which is {said}; correct the "
            "value (without signs between its digits), or say in `notes` how it was computed"
        )
    allowed = [number.qualifiers for number in meant]
    if meant and None not in allowed and not any(qualifier in (each or ()) for each in allowed):
        right = " or ".join(sorted({each for names in allowed for each in names or ()}))
        return f"qualifier is {qualifier}, but {printed!r} is printed; write {right}"
    return None
