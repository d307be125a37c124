"""Word forms: the stems by which a word is found in another form, by Snowball's algorithms.

Words are stemmed as they are folded: those of an entry by its languages when seeding, those of a
question by every language of the kinds that it asks. To add a language: its row in stemmers.toml.
"""

from __future__ import annotations

from functools import lru_cache

from app.data_files import read_toml
from app.entries.words import fold

# Begins the word that is indexed for a stem: no text has it, and no prefix finds it.
STEM_MARK = "≈"
# The language of the record's own words.
OWN_LANGUAGE = "en"
ALGORITHMS = read_toml("entries/stemmers.toml")


@lru_cache(maxsize=1 << 16)
def stems(word: str, language: str) -> frozenset[str]:
    """What a folded word is indexed by for its other forms: its stem, as a word and marked."""
    algorithm = ALGORITHMS.get(language.partition("-")[0].lower())
    if algorithm is None:
        return frozenset()
    # Imported here, as it takes a tenth of a second, and few questions ask for forms.
    from snowballstemmer import stemmer  # noqa: PLC0415

    # A stemmer holds the word that it works on: each thread needs its own.
    stem = fold(stemmer(algorithm).stemWord(word))
    return frozenset((stem, STEM_MARK + stem))
