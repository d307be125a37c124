"""Codes of languages, scripts, regions and states that there are, by the data of Unicode (CLDR)."""

from __future__ import annotations

from functools import cache

from babel.core import Locale, UnknownLocaleError, get_global


@cache
def english() -> Locale:
    """The names of languages, scripts and regions in English, by their codes."""
    return Locale("en")


@cache
def unknown_part(code: str) -> str | None:
    """The part of a language's code that is neither a language, script, region nor variant."""
    language, *rest = code.split("-")
    aliases = get_global("language_aliases")
    if not (language in english().languages or language in likely() or language in aliases):
        return f"language {language}"
    for part in rest:
        if len(part) == 4 and part.isalpha() and part.title() not in english().scripts:
            return f"script {part}"
        if len(part) == 2 and part.upper() not in english().territories:
            return f"region {part}"
    return None


def script_code(code: str) -> str | None:
    """The code of the script in which a language is mostly written; None where that is unknown."""
    try:
        script = Locale.parse(code, sep="-").script
    except (ValueError, UnknownLocaleError):
        return None
    found = script or likely().get(code.split("-")[0], "").split("_")
    return found if isinstance(found, str) else next((p for p in found if len(p) == 4), None)


@cache
def likely() -> dict[str, str]:
    """The script and region that each language most likely goes with."""
    return dict(get_global("likely_subtags"))


@cache
def is_state_code(code: str) -> bool:
    """Whether three letters are or were a code of ISO 3166."""
    return code in get_global("territory_aliases")
