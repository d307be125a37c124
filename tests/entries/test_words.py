"""One reading of text: folding, splitting, queries, and what both engines are given."""

import contextlib
import sqlite3
import time
import unicodedata
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.entries.words import (
    FTS5_TOKENIZE,
    NoWordsError,
    SearchTerm,
    TooManyWordsError,
    fold,
    fts5_all,
    fts5_any,
    located,
    read_query,
    split,
    tsquery_all,
    tsquery_any,
    tsvector_text,
)

FOLDED = [
    ("Total Victory!", "total victory!"),
    ("Erdoğan", "erdogan"),
    ("Straße", "strasse"),
    ("STRASSE", "strasse"),
    ("İstanbul", "istanbul"),
    ("ısı", "ısı"),
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
    ("می\u200cخواهم", "میخواهم"),
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
    ("٢٠٢٤", ["٢٠٢٤"]),
    ("२०२४", ["२०२४"]),
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

READ = [
    ("gaza", [SearchTerm(("gaza",))]),
    ("Gaza ceasefire", [SearchTerm(("gaza",)), SearchTerm(("ceasefire",))]),
    ("gaza GAZA gaza", [SearchTerm(("gaza",))]),
    ('"total victory"', [SearchTerm(("total", "victory"))]),
    ("“total victory”", [SearchTerm(("total", "victory"))]),
    ("„total victory“", [SearchTerm(("total", "victory"))]),
    ("«total victory»", [SearchTerm(("total", "victory"))]),
    ('gaza "total victory', [SearchTerm(("gaza",)), SearchTerm(("total", "victory"))]),
    ('a"b c"d', [SearchTerm(("a",)), SearchTerm(("b", "c")), SearchTerm(("d",))]),
    ('gaza ""', [SearchTerm(("gaza",))]),
    ("hosta*", [SearchTerm(("hosta",), prefix=True)]),
    ("hosta**", [SearchTerm(("hosta",), prefix=True)]),
    ("hosta *", [SearchTerm(("hosta",))]),
    ('"the hosta *"', [SearchTerm(("the", "hosta"))]),
    ("hosta-*", [SearchTerm(("hosta",))]),
    ("*hosta", [SearchTerm(("hosta",))]),
    ("ho*sta", [SearchTerm(("ho", "sta"))]),
    ('"the hosta*"', [SearchTerm(("the", "hosta"), prefix=True)]),
    ('"the hosta"*', [SearchTerm(("the", "hosta"), prefix=True)]),
    ('"the hosta*', [SearchTerm(("the", "hosta"), prefix=True)]),
    ('"the hosta" *', [SearchTerm(("the", "hosta"))]),
    ("-hamas", [SearchTerm(("hamas",), excluded=True)]),
    ("--hamas", [SearchTerm(("hamas",), excluded=True)]),
    ("-hosta*", [SearchTerm(("hosta",), prefix=True, excluded=True)]),
    ('-"total victory"', [SearchTerm(("total", "victory"), excluded=True)]),
    ("gaza -hamas", [SearchTerm(("gaza",)), SearchTerm(("hamas",), excluded=True)]),
    ("hamas -hamas", [SearchTerm(("hamas",)), SearchTerm(("hamas",), excluded=True)]),
    ("gaza - hamas", [SearchTerm(("gaza",)), SearchTerm(("hamas",))]),
    ("\u200f-حماس", [SearchTerm(("حماس",), excluded=True)]),
    ("cease-fire", [SearchTerm(("cease", "fire"))]),
    ("-cease-fire", [SearchTerm(("cease", "fire"), excluded=True)]),
    ('cease-"fire now"', [SearchTerm(("cease",)), SearchTerm(("fire", "now"))]),
    ("don't", [SearchTerm(("don", "t"))]),
    ("27,700", [SearchTerm(("27", "700"))]),
    ("停火", [SearchTerm(("停", "火"))]),
    ('צה"ל חמאס', [SearchTerm(("צה", "ל")), SearchTerm(("חמאס",))]),
    ("צָה”ל", [SearchTerm(("צה", "ל"))]),
    ('"צה"ל בעזה"', [SearchTerm(("צה", "ל", "בעזה"))]),
    ("a AND b", [SearchTerm(("a",)), SearchTerm(("and",)), SearchTerm(("b",))]),
    ("NOT a OR", [SearchTerm(("not",)), SearchTerm(("a",)), SearchTerm(("or",))]),
    ("NEAR(a b, 5)", [SearchTerm(("near", "a")), SearchTerm(("b",)), SearchTerm(("5",))]),
    ("title:gaza ^b", [SearchTerm(("title", "gaza")), SearchTerm(("b",))]),
    ("(a) {b} c+d", [SearchTerm(("a",)), SearchTerm(("b",)), SearchTerm(("c", "d"))]),
    ("a\x00b \ud800 c", [SearchTerm(("a", "b")), SearchTerm(("c",))]),
    ("a'; DROP TABLE b", [SearchTerm((word,)) for word in ("a", "drop", "table", "b")]),
]

WRITTEN = [
    ("gaza", '"gaza"', '"gaza"', "('gaza')", "('gaza')"),
    ("a -b", '"a" AND "b"', '"a" OR "b"', "('a') & ('b')", "('a') | ('b')"),
    (
        "cease-fire now",
        '"cease fire" AND "now"',
        '"cease fire" OR "now"',
        "('cease' <-> 'fire') & ('now')",
        "('cease' <-> 'fire') | ('now')",
    ),
    ("hosta*", '"hosta"*', '"hosta"*', "('hosta':*)", "('hosta':*)"),
    ('"the hosta*"', '"the hosta"*', '"the hosta"*', *["('the' <-> 'hosta':*)"] * 2),
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
    rows = [(" ".join(split(text)),) for text in texts]
    connection.executemany("INSERT INTO record (text) VALUES (?)", rows)


def found(connection: sqlite3.Connection, expression: str | None) -> list[int]:
    """List the rows that a MATCH expression finds; the empty one finds none."""
    if not expression:
        return []
    rows = connection.execute("SELECT rowid FROM record WHERE record MATCH ?", (expression,))
    return [row for (row,) in rows]


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
    with contextlib.suppress(NoWordsError, TooManyWordsError):
        read_query(text)
    assert time.perf_counter() - start < 10


@pytest.mark.parametrize(("text", "expected"), READ)
def test_a_query_is_read(text: str, expected: list[SearchTerm]) -> None:
    """Words, phrases, prefixes and exclusions are read, and nothing else is a sign."""
    assert read_query(text) == tuple(expected)


@pytest.mark.parametrize(
    "text", ["", "   ", "-", '""', "*", "()", '-"', "َ", "🕊️", "\x00", "\ud800", "'"]
)
def test_a_query_without_words_is_refused(text: str) -> None:
    """A query with no letter and no digit is refused by name."""
    with pytest.raises(
        NoWordsError, match="no word to look for; give at least one letter or digit"
    ):
        read_query(text)


def test_a_query_asks_for_64_words_at_most() -> None:
    """64 different words are read, however often they are repeated; 65 are refused."""
    words = [f"w{number}" for number in range(65)]
    assert len(read_query(" ".join(words[:64] * 2))) == 64
    with pytest.raises(TooManyWordsError, match="65 words and phrases; give 64 or fewer"):
        read_query(" ".join(words))


def test_a_query_has_1024_words_at_most() -> None:
    """Phrases of 1024 words in all are read; one word more is refused."""
    phrase = "停" * 512
    assert len(read_query(f"{phrase} -{phrase}")) == 2
    with pytest.raises(TooManyWordsError, match="1025 words in all; give 1024 or fewer"):
        read_query(f"{phrase} -{phrase} a")


@pytest.mark.parametrize(("query", "all_", "any_", "postgres_all", "postgres_any"), WRITTEN)
def test_a_query_is_written_for_both_engines(
    query: str, all_: str, any_: str, postgres_all: str, postgres_any: str
) -> None:
    """Words, phrases and prefixes have each engine's form, every word quoted."""
    sought = read_query(query)
    assert (fts5_all(sought), fts5_any(sought)) == (all_, any_)
    assert (tsquery_all(sought), tsquery_any(sought)) == (postgres_all, postgres_any)


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
    assert [term for (term,) in held] == split(text)


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
        ("cease-fire", [5]),
        ("ceasefire", [6]),
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
        ("fire AND", []),
    ],
)
def test_fts5_finds_exactly_the_texts(
    index: sqlite3.Connection, query: str, rows: list[int]
) -> None:
    """A query finds the texts that have its words, however either of them is written."""
    texts = ["قَالَ حَمَاسُ", "قال حماس اليوم", "שָׁלוֹם", 'שלום צה"ל', "the cease-fire, İstanbul"]
    add(index, *texts, "the ceasefire Straße", "停火协议 27,700")
    sought = read_query(query)
    wanted = found(index, fts5_all(part for part in sought if not part.excluded))
    unwanted = found(index, fts5_any(part for part in sought if part.excluded))
    assert [row for row in wanted if row not in unwanted] == rows


def test_fts5_takes_the_largest_queries(index: sqlite3.Connection) -> None:
    """64 parts, 64 exclusions and a phrase of 1024 words are no error."""
    text = " ".join(f"w{number}" for number in range(1024))
    add(index, text)
    assert found(index, fts5_all(read_query(f'"{text}"'))) == [1]
    assert found(index, fts5_all(read_query(" ".join(split(text)[:64])))) == [1]
    exclusions = read_query(" ".join(f"-x{number}" for number in range(64)))
    assert found(index, fts5_any(exclusions)) == []
    assert found(index, fts5_any([*exclusions[:63], SearchTerm(("w1",))])) == [1]


@settings(deadline=None)
@given(anything)
def test_any_text_is_a_query(text: str) -> None:
    """No text raises anything but the two refusals, in reading or in FTS5."""
    try:
        sought = read_query(text)
    except (NoWordsError, TooManyWordsError):
        return
    for expression in (fts5_all(sought), fts5_any(sought)):
        assert found(SHARED_INDEX, expression) == []


@settings(deadline=None)
@given(anything)
def test_a_text_is_found_by_its_words_and_by_itself(text: str) -> None:
    """A text is found by each of its words and, as a phrase, by the whole of itself."""
    words = split(text)
    with contextlib.closing(new_index()) as connection:
        add(connection, text)
        for word in words:
            assert found(connection, fts5_all(read_query(word))) == [1]
            assert found(connection, fts5_all(read_query(f"{word[:1]}*"))) == [1]
        if words:
            assert found(connection, fts5_all((SearchTerm(tuple(words)),))) == [1]
