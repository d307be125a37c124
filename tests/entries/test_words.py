"""One reading of text: folding, splitting, queries, and what both engines are given."""

import contextlib
import sqlite3
import time
import unicodedata
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.entries.fulltext import words_of
from app.entries.search_query import (
    NoWordsError,
    TooManyWordsError,
    UnclearQueryError,
    read_query,
)
from app.entries.spellings import other_spellings
from app.entries.words import (
    FTS5_TOKENIZE,
    SearchTerm,
    fold,
    fts5_any,
    located,
    split,
    tsquery_any,
    tsvector_text,
)

FOLDED = [
    ("Total Victory!", "total victory!"),
    ("Erdoğan", "erdogan"),
    ("Straße", "strasse"),
    ("STRASSE", "strasse"),
    ("İstanbul", "istanbul"),
    ("ısı", "isi"),
    ("Øyvind Łódź Đoković", "oyvind lodz dokovic"),
    ("Ærø œuvre Þór Eiður", "aero oeuvre thor eidur"),
    ("على مصطفى", "علي مصطفي"),
    ("هدنة غزة", "هدنه غزه"),
    ("إسرائيل آل ٱلله", "اسراييل ال الله"),
    ("کتاب ایران ہند", "كتاب ايران هند"),
    ("٢٠٢٤ ۲۰۲۴ २०२४ ๒๕๖๗", "2024 2024 2024 2567"),
    ("Ὀδυσσεύς", "οδυσσευσ"),
    ("ﬁve", "five"),
    ("Ｇａｚａ", "gaza"),
    ("km²", "km2"),
    ("كِتَابٌ", "كتاب"),
    ("كتـــاب", "كتاب"),
    ("ﻛﺘﺎﺏ", "كتاب"),
    ("أحمد", "احمد"),
    ("שָׁלוֹם", "שלום"),
    ("שׁלום", "שלום"),
    ("שלום\u200f", "שלום"),
    ("می\u200cخواهم", "ميخواهم"),
    ("soft\u00adware", "software"),
    ("हिन्दी", "हनद"),
    ("한국", "\u1112\u1161\u11ab\u1100\u116e\u11a8"),
    ("\ud800", "\ud800"),
    ("", ""),
]

SPLIT = [
    ("", []),
    ("  \t\n", []),
    ("Hamas said: “no deal”", ["hamas", "said", "no", "deal"]),
    ("cease-fire", ["cease", "fire"]),
    ("cease\u2011fire", ["cease", "fire"]),
    ("don't don’t", ["don", "t", "don", "t"]),
    ("Qur'an Qurʾan Sa\u02bfd", ["qur", "an", "qur", "an", "sa", "d"]),
    ("27,700 and 3.5%", ["27", "700", "and", "3", "5"]),
    ("snake_case", ["snake", "case"]),
    ("a\x00b\x1fc", ["a", "b", "c"]),
    ("a\ud800b", ["a", "b"]),
    ("covid19 B-52", ["covid19", "b", "52"]),
    ("½", ["1", "2"]),
    ("Ⅷ", ["viii"]),
    ("قَالَ حَمَاسُ", ["قال", "حماس"]),
    ("٢٠٢٤", ["2024"]),
    ("२०२४", ["2024"]),
    ('צה"ל', ["צה", "ל"]),
    ("בית־ספר", ["בית", "ספר"]),
    ("शांति", ["शत"]),
    ("停火协议", ["停", "火", "协", "议"]),
    ("Gaza停火2024", ["gaza", "停", "火", "2024"]),
    ("\U00020000\U00020001", ["\U00020000", "\U00020001"]),
    ("ガザ・がザ", ["カ", "サ", "か", "サ"]),
    ("人々", ["人", "々"]),
    ("หยุดยิง", ["ห", "ย", "ด", "ย", "ง"]),
    ("ລາວ", ["ລ", "າ", "ວ"]),
    ("ខ្មែរ", ["ខ", "ម", "រ"]),
    ("မြန်", ["မ", "န"]),
    ("peace 🕊️ 👍🏽 now", ["peace", "now"]),
    ("x" * 65 + " y", ["x" * 64, "y"]),
    ("é" * 70, ["e" * 64]),
]

WRITTEN = [
    ([SearchTerm(("gaza",))], '"gaza"', "('gaza')"),
    ([SearchTerm(("a",)), SearchTerm(("b",))], '"a" OR "b"', "('a') | ('b')"),
    (
        [SearchTerm(("cease", "fire")), SearchTerm(("now",))],
        '"cease fire" OR "now"',
        "('cease' <-> 'fire') | ('now')",
    ),
    ([SearchTerm(("hosta",), prefix=True)], '"hosta"*', "('hosta':*)"),
    ([SearchTerm(("the", "hosta"), prefix=True)], '"the hosta"*', "('the' <-> 'hosta':*)"),
]

SCRIPTS = {
    "arabic with vowel signs": "وَقَالَ رَئِيسُ الْوُزَرَاءِ إِنَّ الِاتِّفَاقَ جَاهِزٌ",
    "hebrew with niqqud": "בְּרֵאשִׁית בָּרָא אֱלֹהִים אֵת הַשָּׁמַיִם",
    "persian": "آتش‌بس در غزه می‌خواهند",
    "turkish": "Türkiye Dışişleri Bakanı İstanbul'da ısrar etti",
    "german": "Außenminister fordert größere Straße",
    "polish": "Zażółć gęślą jaźń łódź",
    "greek": "Ο πρωθυπουργός ανακοίνωσε εκεχειρία",
    "russian": "Переговоры о прекращении огня ёлка",
    "devanagari": "संघर्ष विराम पर बातचीत २०२४",
    "thai": "ข้อตกลงหยุดยิง ๒๕๖๗",
    "lao": "ສະຫງົບສຸກ",
    "khmer": "បទឈប់បាញ់",
    "myanmar": "အပစ်အခတ်ရပ်စဲရေး",
    "chinese": "停火协议达成",
    "japanese": "ガザでの停戦交渉",
    "korean": "휴전 협상",
    "amharic": "የተኩስ አቁም ስምምነት ፳፬",
    "beyond the basic plane": "𐐀𐐁 𝐆𝐚𝐳𝐚 𞤀𞤁 𠀀𠀁",
    "digits": "٢٠٢٤ ۲۰۲۴ ２０２４ ⅔ Ⅻ ①",
    "emoji": "peace 🕊️ 👨‍👩‍👧 deal 🇵🇸",
    "georgian and cherokee": "ᲐᲑ აბ ꭰꭱ ᎠᎡ",
}

# The planes with assigned characters, but for private ones.
CHARACTERS = [chr(code) for code in (*range(0x34000), *range(0xE0000, 0xE1000))]
APOSTROPHES = "\u02b9\u02ba\u02bb\u02bc\u02bd\u02be\u02bf\u02ee"

anything = st.text() | st.text(alphabet="ab1 -*\"“”«»'():^\x00\ud800_قَשָ停ß", max_size=40)


@pytest.fixture
def index() -> Iterator[sqlite3.Connection]:
    """Give an empty FTS5 table with our tokenizer."""
    with contextlib.closing(new_index()) as connection:
        yield connection


def new_index() -> sqlite3.Connection:
    """Open a database in memory with one FTS5 table and its vocabulary."""
    connection = sqlite3.connect(":memory:")
    connection.execute(f"CREATE VIRTUAL TABLE record USING fts5(text, tokenize='{FTS5_TOKENIZE}')")
    connection.execute("CREATE VIRTUAL TABLE vocabulary USING fts5vocab(record, instance)")
    return connection


def add(connection: sqlite3.Connection, *texts: str) -> None:
    """Index texts as the seeding does."""
    rows = [(" ".join(words_of([text])),) for text in texts]
    connection.executemany("INSERT INTO record (text) VALUES (?)", rows)


def found(connection: sqlite3.Connection, expression: str | None) -> list[int]:
    """List the rows that a MATCH expression finds; the empty one finds none."""
    if not expression:
        return []
    rows = connection.execute("SELECT rowid FROM record WHERE record MATCH ?", (expression,))
    return [row for (row,) in rows]


def answers(connection: sqlite3.Connection, query: str) -> list[int]:
    """List the rows that have one term of each group of a query, and none of those excluded."""
    groups = read_query(query)
    rows = {row for (row,) in connection.execute("SELECT rowid FROM record")}
    for group in groups:
        having = set(found(connection, fts5_any(group.terms)))
        rows = rows - having if group.excluded else rows & having
    return sorted(rows)


SHARED_INDEX = new_index()


@pytest.mark.parametrize(("text", "expected"), FOLDED)
def test_folding_makes_spellings_equal(text: str, expected: str) -> None:
    """Case, accents, vowel signs, compatible forms and invisible controls make no difference."""
    assert fold(text) == expected


def test_folding_twice_changes_nothing_in_any_character() -> None:
    """Every character folds to a text that folds to itself and holds no mark and no control."""
    for character in CHARACTERS:
        folded = fold(character)
        assert fold(folded) == folded
        assert not {unicodedata.category(kept) for kept in folded} & {"Mn", "Mc", "Me", "Cf"}


@given(st.text())
def test_folding_twice_changes_nothing_in_any_text(text: str) -> None:
    """Folding a folded text changes nothing."""
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(("text", "expected"), SPLIT)
def test_a_text_is_split_into_its_words(text: str, expected: list[str]) -> None:
    """Runs of letters and numbers are words in every script; the rest separates."""
    assert split(text) == expected


def test_words_are_made_of_letters_and_numbers_alone() -> None:
    """A character makes words of the letters and numbers it folds to, but for apostrophes."""
    for character in CHARACTERS:
        letters = [kept for kept in fold(character) if unicodedata.category(kept)[0] in "LN"]
        expected = "".join(letter for letter in letters if letter not in APOSTROPHES)
        assert "".join(split(character)) == expected


@given(st.text())
def test_located_words_are_those_of_split_and_stand_where_they_say(text: str) -> None:
    """Each word is read from the characters that it is said to stand on."""
    words = located(text)
    assert [each.word for each in words] == split(text)
    assert all(each.word in split(text[each.start : each.end]) for each in words)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("“Ünser”, 2", [("unser", 1, 6), ("2", 9, 10)]),
        ("سَلَامٌ!", [("سلام", 0, 7)]),
        ("a\u00adb ﬁn", [("ab", 0, 3), ("fin", 4, 6)]),
    ],
)
def test_located_words_keep_their_marks(text: str, expected: list[tuple[str, int, int]]) -> None:
    """Accents, vowel signs, soft hyphens and ligatures belong to the characters of a word."""
    assert [tuple(each) for each in located(text)] == expected


@given(st.text())
def test_words_split_into_themselves(text: str) -> None:
    """Words joined by spaces split into the same words again."""
    assert split(" ".join(split(text))) == split(text)


@pytest.mark.parametrize("unit", ["word ", "“é” ", "停", "x", "َ", "-", '"', "a*", '- "'])
def test_reading_is_linear_in_the_length(unit: str) -> None:
    """Long texts of the worst kinds are split and read at once; a square would take minutes."""
    text = "a " + unit * (100_000 // len(unit))
    start = time.perf_counter()
    split(text)
    list(other_spellings(text))
    with contextlib.suppress(NoWordsError, TooManyWordsError, UnclearQueryError):
        read_query(text)
    assert time.perf_counter() - start < 10


@pytest.mark.parametrize(("terms", "fts5", "postgres"), WRITTEN)
def test_terms_are_written_for_both_engines(
    terms: list[SearchTerm], fts5: str, postgres: str
) -> None:
    """Words, phrases and prefixes have each engine's form, every word quoted."""
    assert fts5_any(terms) == fts5
    assert tsquery_any(terms) == postgres


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([], ""),
        (["a"], "'a':1"),
        (["a", "b", "a"], "'a':1,3 'b':2"),
        (["o'b", "a\\b"], r"'o''b':1 'a\\b':2"),
        (["a"] * 300, "'a':" + ",".join(str(position) for position in range(1, 257))),
    ],
)
def test_words_are_written_with_their_positions(words: list[str], expected: str) -> None:
    """PostgreSQL is given each word once, quoted, with its first 256 positions."""
    assert tsvector_text(words) == expected


def test_words_beyond_the_last_position_are_kept_without_one() -> None:
    """A word found only beyond position 16383 is still written, and gets no false position."""
    written = tsvector_text(["a"] * 16382 + ["b", "c", "b"])
    assert written.endswith("'b':16383 'c'")


@pytest.mark.parametrize("text", SCRIPTS.values(), ids=SCRIPTS.keys())
def test_fts5_holds_exactly_our_words(index: sqlite3.Connection, text: str) -> None:
    """FTS5 neither splits again, nor alters, nor drops a word of any script."""
    add(index, text)
    held = index.execute("SELECT term FROM vocabulary ORDER BY offset").fetchall()
    assert [term for (term,) in held] == words_of([text])


def test_fts5_holds_every_character_that_makes_a_word(index: sqlite3.Connection) -> None:
    """Each word that a single character of Unicode makes is held by FTS5 as it is."""
    words = [word for character in CHARACTERS for word in split(character)]
    index.execute("INSERT INTO record (text) VALUES (?)", (" ".join(words),))
    held = {term for (term,) in index.execute("SELECT DISTINCT term FROM vocabulary")}
    assert held == set(words)


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("قال", [1, 2]),
        ("قَالَ حماسُ", [1, 2]),
        ('"قال حماس"', [1, 2]),
        ("حمـــاس -اليوم", [1]),
        ("שלום", [3, 4]),
        ("שָׁלוֹם", [3, 4]),
        ('צה"ל', [4]),
        ("צהל", [4]),
        ("cease-fire", [5, 6]),
        ("ceasefire", [5, 6]),
        ("cease*", [5, 6]),
        ('"the cease"', [5]),
        ('"the cease*"', [5, 6]),
        ('"cease the"', []),
        ("the -fire", [6]),
        ("STRASSE", [6]),
        ("istanbul", [5]),
        ("停火", [7]),
        ("火停", []),
        ("停 议", [7]),
        ("27,700", [7]),
        ("27700", [7]),
        ("27 700", [7]),
        ("27.700", [7]),
        ("700", [7]),
        ("fire AND", [5]),
        ("istanbul OR strasse", [5, 6]),
        ("the (istanbul OR 27700)", [5]),
        ("(the istanbul) OR 27700", [5, 7]),
        ("-(istanbul OR 27700) the", [6]),
        ("the NOT istanbul", [6]),
    ],
)
def test_fts5_finds_exactly_the_texts(
    index: sqlite3.Connection, query: str, rows: list[int]
) -> None:
    """A query finds the texts that have its words, however either of them is written."""
    texts = ["قَالَ حَمَاسُ", "قال حماس اليوم", "שָׁלוֹם", 'שלום צה"ל', "the cease-fire, İstanbul"]
    add(index, *texts, "the ceasefire Straße", "停火协议 27,700")
    assert answers(index, query) == rows


def test_fts5_takes_the_largest_queries(index: sqlite3.Connection) -> None:
    """64 terms and a phrase of 1024 words are no error."""
    text = " ".join(f"w{number}" for number in range(1024))
    add(index, text)
    assert answers(index, f'"{text}"') == [1]
    words = [SearchTerm((word,)) for word in split(text)[:64]]
    assert found(index, fts5_any(words)) == [1]
    others = [SearchTerm((f"x{number}",)) for number in range(63)]
    assert found(index, fts5_any(others)) == []
    assert found(index, fts5_any([*others, words[0]])) == [1]


@settings(deadline=None)
@given(anything)
def test_any_text_is_a_query(text: str) -> None:
    """No text raises anything but the three refusals, in reading or in FTS5."""
    with contextlib.suppress(NoWordsError, TooManyWordsError, UnclearQueryError):
        assert answers(SHARED_INDEX, text) == []


@settings(deadline=None)
@given(anything)
def test_a_text_is_found_by_its_words_and_by_itself(text: str) -> None:
    """A text is found by each of its words and, as a phrase, by the whole of itself."""
    words = split(text)
    with contextlib.closing(new_index()) as connection:
        add(connection, text)
        for word in words:
            assert answers(connection, word) == [1]
            assert answers(connection, f"{word[:1]}*") == [1]
        if words:
            assert found(connection, fts5_any((SearchTerm(tuple(words)),))) == [1]
