"""The quotations of an article: from mark to mark, by whom the text says that they are."""

from __future__ import annotations

import pytest

from tests.api.asking import Asker
from tests.quotecheck.asking import differences, mark, marked, unmatched

VICTORY = "q-20240207-netanyahu-victory"
NINE = (
    "“We are on the way to an absolute victory,” Netanyahu said in February. “Victory is within "
    "reach,” he added. Biden called the demands of Hamas “a little over the top”. King Abdullah II "
    "said: “We cannot stand by and let this continue.” “The ball is now in Israel’s court,” Khalil "
    "al-Hayya answered in May.\n\n"
    "“We can stop the fighting for 60 days in order to return the hostages,” Netanyahu told the "
    "families. “There are no gaps that remain,” Joe Biden said in February.\n\n"
    "Antony Blinken surprised everybody: “At long last, we have peace in the Middle East.”\n\n"
    "“I carry their pictures in my jacket, every one of them,” Netanyahu said."
)


def test_every_quotation_is_judged_and_counted(ask: Asker) -> None:
    """Recorded, altered, said by another, not in the record."""
    answer = mark(ask, NINE)
    assert answer["statement"] == (
        "9 quotations: 5 as recorded, 2 altered, 1 said by another, 1 not in this record."
    )
    assert answer["counts"] == {
        "quotations": 9,
        "as_recorded": 5,
        "altered": 2,
        "said_by_another": 1,
        "not_in_record": 1,
    }
    assert marked(answer) == [
        ("We are on the way to an absolute victory", "exact", VICTORY),
        ("Victory is within reach", "partial", VICTORY),
        ("a little over the top", "exact", "q-20240206-biden"),
        ("We cannot stand by and let this continue", "exact", "q-20240212-abdullah"),
        ("The ball is now in Israel’s court", "exact", "q-20240507-hayya-ball"),
        (
            "We can stop the fighting for 60 days in order to return the hostages",
            "near",
            "q-20240603-netanyahu",
        ),
        ("There are no gaps that remain", "near", "q-20240212-biden-gaps"),
        ("At long last, we have peace in the Middle East", "near", "q-20251013-trump"),
    ]
    assert [differences(each) for each in answer["marks"][5:]] == [
        [("number", "60", "42")],
        [("negation", "no", None)],
        [("speaker", "Antony Blinken", "Donald Trump")],
    ]
    assert unmatched(answer) == ["I carry their pictures in my jacket, every one of them"]


@pytest.mark.parametrize(
    ("quoted", "difference"),
    [
        ("We are on the way to an absolute defeat", ("word", "defeat", "victory")),
        ("We are not on the way to an absolute victory", ("negation", "not", None)),
        (
            "We are on the way to an absolute victory and nobody will stop us",
            ("added", "and nobody will stop us", None),
        ),
        (
            "Believe me, we are on the way to an absolute victory",
            ("added", "Believe me", None),
        ),
    ],
)
def test_altered_extended_and_inverted_quotations_are_near(
    ask: Asker, quoted: str, difference: tuple[str, str | None, str | None]
) -> None:
    """A quotation is judged as a whole, not by the part of it that is recorded."""
    (found,) = mark(ask, f"“{quoted},” Netanyahu told reporters.")["marks"]
    assert (found["text"], found["verdict"]) == (quoted, "near")
    assert (found["quote"]["id"], differences(found)) == (VICTORY, [difference])


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("“We cannot stand by and let this continue,” Blinken said.", "Blinken"),
        (
            "After Guterres, Emmanuel Macron spoke: “We cannot stand by and let this continue.”",
            "Emmanuel Macron",
        ),
        ("Joe Biden sat down. “We cannot stand by and let this continue,” he said.", "Joe Biden"),
        ("“We cannot stand by and let this continue!” Donald Trump shouted.", "Donald Trump"),
        (
            "“We cannot stand by and let this continue,” the Israeli prime minister said.",
            "Israeli prime minister",
        ),
        (
            "Biden sat down. “We cannot stand by and let this continue,” the president said.",
            "Biden",
        ),
        (
            "In the words of Biden, “we cannot stand by and let this continue.” Trump left.",
            "Biden",
        ),
        (
            "“We cannot stand by,” said Biden, “and let this continue.” The king was silent.",
            "Biden",
        ),
        (
            "Netanyahu left; “we cannot stand by and let this continue,” said Trump after him.",
            "Trump",
        ),
        ("“We cannot stand by and let this continue.” That was Biden in an interview.", "Biden"),
        (
            "“We cannot stand by and let this continue.” So said the former president Biden.",
            "Biden",
        ),
        ("“We cannot stand by and let this continue.” Those were the words of Biden.", "Biden"),
        ("“We cannot stand by and let this continue.” The speaker was Joe Biden.", "Joe Biden"),
        ("“We cannot stand by and let this continue.” It was Biden who put it so.", "Biden"),
        ("“We cannot stand by and let this continue.” Who said that? It was Biden.", "Biden"),
        ("“We cannot stand by and let this continue” was the answer of Biden.", "Biden"),
        ("“We cannot stand by and let this continue,” as Biden put it.", "Biden"),
        (
            "“We cannot stand by and let this continue,” so Jake Sullivan. Hamas left.",
            "Jake Sullivan",
        ),
        ("“We cannot stand by and let this continue” — Mike Pence. Hamas left.", "Mike Pence"),
        ("“We cannot stand by and let this continue,” thundered Biden.", "Biden"),
        (
            "In Paris, Mike Pence said: “We cannot stand by and let this continue.” Hamas left.",
            "Mike Pence",
        ),
        ("The phrase is Biden’s. “We cannot stand by and let this continue.”", "Biden"),
        ("Biden spoke. The hall was full. “We cannot stand by and let this continue.”", "Biden"),
        (
            "Biden took the floor. It rained. “We cannot stand by and let this continue.”",
            "Biden",
        ),
        (
            "The Egyptian president took the floor. “We cannot stand by and let this continue.”",
            "Egyptian president",
        ),
        (
            "Hamas left. Ursula von der Leyen came. “We cannot stand by and let this continue,” "
            "she said.",
            "Ursula von der Leyen",
        ),
    ],
)
def test_a_quotation_that_is_given_to_somebody_else(ask: Asker, text: str, speaker: str) -> None:
    """By name, as "he", by office; whether the record knows the name or not."""
    (found,) = mark(ask, text)["marks"]
    assert (found["verdict"], found["quote"]["id"]) == ("near", "q-20240212-abdullah")
    assert differences(found) == [("speaker", speaker, "Abdullah II")]


@pytest.mark.parametrize(
    "text",
    [
        "“We cannot stand by and let this continue,” King Abdullah II said after meeting Biden.",
        "King Abdullah II wrote: “We cannot stand by and let this continue!” Biden said: no.",
        "Abdullah II said Biden would listen. “We cannot stand by and let this continue,” he said.",
        "Beside Joe Biden, King Abdullah II said: “We cannot stand by and let this continue.”",
        "King Abdullah II met Blinken. “We cannot stand by and let this continue,” he told him.",
        "The talks with Hamas went on. “We cannot stand by and let this continue” was heard again.",
        "The king of Jordan spoke in Washington: “We cannot stand by and let this continue.”",
        "“We cannot stand by and let this continue,” the king told Biden, and Biden nodded.",
        "“We cannot stand by and let this continue.” That was King Abdullah II on Monday.",
        "Abdullah II spoke. The hall was full. “We cannot stand by and let this continue.”",
        "Biden spoke. The king of Jordan was next. “We cannot stand by and let this continue.”",
        "Biden spoke. It was Abdullah II’s turn. “We cannot stand by and let this continue.”",
        "Biden was the first to speak, the king next. “We cannot stand by and let this continue.”",
        "Biden spoke with King Abdullah II. “We cannot stand by and let this continue.”",
        "Netanyahu listened to the speech. “We cannot stand by and let this continue.”",
        "“The answer is Netanyahu.” “We cannot stand by and let this continue.”",
        "“We cannot stand by and let this continue.” “That was Netanyahu in Rome.”",
        "Netanyahu disliked the phrase. “We cannot stand by and let this continue.”",
        "“We cannot stand by and let this continue.” This was denied by Netanyahu.",
        "“We cannot stand by and let this continue.” This is Biden’s problem now.",
        "“We cannot stand by and let this continue.” That is what Biden wants to say.",
        "“We cannot stand by and let this continue.” With this Biden was not content.",
        "“We cannot stand by and let this continue.” It was Biden who left first.",
        "“We cannot stand by and let this continue.” So Biden left the room.",
        "“We cannot stand by and let this continue” hung over the door when Biden came.",
        "Biden left. “We cannot stand by and let this continue,” a woman told him.",
        "In the Gaza Strip they said: “We cannot stand by and let this continue.” Biden heard it.",
    ],
)
def test_a_quotation_of_its_speaker_has_no_difference(ask: Asker, text: str) -> None:
    """Whoever else is named beside the speaker, and where nobody is."""
    (found,) = mark(ask, text)["marks"]
    assert (found["verdict"], differences(found)) == ("exact", [])


@pytest.mark.parametrize(
    ("text", "is_marked"),
    [
        ("Netanyahu promised “total victory” again.", True),
        ("The Israeli prime minister promised “total victory” again.", True),
        ("Netanyahu spoke for an hour. He promised “total victory” again.", True),
        ("Netanyahu promised total victory again.", True),
        ("Netanyahu called the war just, and spoke of “total victory”.", True),
        ("The team celebrated a “total victory” over its rivals.", False),
        ("The team celebrated a total victory over its rivals.", False),
        ("The British prime minister promised “total victory” again.", False),
        ("Netanyahu was in the room. Anna Smith wrote that she saw a “total victory”.", False),
        ("Biden met Netanyahu. Later Biden called the vote a “total victory for us”.", False),
        ("Netanyahu said: “A total victory is what they all dream of, and so do I”.", False),
        ("We asked Netanyahu. In the words of Anna Smith, it was a “total victory”.", False),
        ("The opera is “a little over the top”, a critic wrote.", False),
    ],
)
def test_few_words_mark_only_what_is_the_speakers(ask: Asker, text: str, is_marked: bool) -> None:
    """By name, by office, as "he"; not another person's, nor inside another quotation."""
    assert bool(mark(ask, text)["marks"]) == is_marked


@pytest.mark.parametrize(
    "text",
    [
        "The ball is now in the company's court, and its shares fell.",
        "“The ball is now in the company’s court,” said the head of the union.",
        "The bakers’ union is content. “There is still a lot of work to be done,” it wrote.",
        "“We haven’t committed to anything,” the owner of the mill said at the fair.",
        "At long last, we have a train in the valley, and it runs every hour.",
        "A pupil, who has the keys, asked us: “There has to be a negotiation, it’s a process.”",
        "“It will not be good for us and it will not be good, frankly, for the players.”",
    ],
)
def test_idioms_in_articles_about_something_else_are_not_marked(ask: Asker, text: str) -> None:
    """Where nobody of the record is named, words that anybody may use are nobody's."""
    assert mark(ask, text)["marks"] == []


@pytest.mark.parametrize(
    "text",
    [
        "“We need a lasting ceasefire now,” the king said. “This war must end.”",
        "«We need a lasting ceasefire now. This war must end.»",
        '"We need a lasting ceasefire now. This war must end."',
        "‘We need a lasting ceasefire now. This war must end.’",
        "„We need a lasting ceasefire now. This war must end.“",
        "‚We need a lasting ceasefire now. This war must end.‘",
        "”We need a lasting ceasefire now. This war must end.”",
        "»We need a lasting ceasefire now. This war must end.«",
        "‹We need a lasting ceasefire now. This war must end.›",
        "›We need a lasting ceasefire now. This war must end.‹",
        "「We need a lasting ceasefire now. This war must end.」",
        "``We need a lasting ceasefire now. This war must end.''",
        "´We need a lasting ceasefire now. This war must end.´",
        "<q>We need a lasting ceasefire now. This war must end.</q>",
        "“We need a lasting ceasefire now.\nThis war must end.”",
        "<p>&ldquo;We need a <b>lasting</b> cease-\nfire now. This war must end.&rdquo;</p>",
    ],
)
def test_all_quotation_marks_are_read(ask: Asker, text: str) -> None:
    """Over line ends and interruptions too; positions are those of the text as it was sent."""
    sent = f"King Abdullah II of Jordan spoke in Washington. {text}"
    answer = mark(ask, sent)
    (found,) = answer["marks"]
    assert (found["verdict"], found["quote"]["id"]) == ("exact", "q-20240212-abdullah-lasting")
    assert sent[found["start"] : found["end"]] == found["text"]
    assert found["text"].startswith("We need a ")
    assert found["text"].endswith("This war must end")
    assert (answer["counts"]["quotations"], answer["unmatched"]) == (1, [])


@pytest.mark.parametrize(
    ("text", "quotations"),
    [
        ("“Yes.\n\n“No, and nothing.”", ["Yes", "No, and nothing"]),
        ('"Yes.\n\n"No, and nothing."', ["Yes", "No, and nothing"]),
        ("«Yes.\n\n«No, and nothing.»", ["Yes", "No, and nothing"]),
        ("'The envoys' plane is late,' she wrote.", ["The envoys' plane is late"]),
        ("In the '90s the envoys' rooms were the guards' rooms.", []),
        ("“We say ‘yes’, they say «no»,” he read.", ["We say ‘yes’, they say «no"]),
        ("‘He wrote “yes”,’ she read.", ["He wrote “yes"]),
        ("He left.” The door “was open”.", ["was open"]),
    ],
)
def test_where_quotations_begin_and_end(ask: Asker, text: str, quotations: list[str]) -> None:
    """Paragraphs that open the marks again, apostrophes, marks inside marks, a mark too many."""
    assert unmatched(mark(ask, text)) == quotations


def test_marks_give_characters_of_the_text_as_it_was_sent(ask: Asker) -> None:
    """Offsets count code points, whatever stands before the passage."""
    before = "😀 שלום\u200f é — Netanyahu said: "
    text = f"{before}“There is no other solution but a complete and final victory.”"
    (found,) = mark(ask, text)["marks"]
    assert (found["start"], found["end"]) == (len(before) + 1, len(text) - 2)


def test_recorded_words_without_quotation_marks_are_marked(ask: Asker) -> None:
    """A long run of them, and beside the quotations in the statement."""
    text = (
        "Netanyahu followed. If Hamas does not return our hostages by Saturday noon, the ceasefire "
        "will end, and the IDF will resume intense fighting until the final defeat of Hamas, he "
        "said. “Nobody knows,” Biden said."
    )
    answer = mark(ask, text)
    assert marked(answer) == [
        (text[20 : text.index(", he")], "exact", "q-20250211-netanyahu"),
    ]
    assert answer["statement"] == (
        "1 quotation: 1 not in this record. 1 recorded passage without quotation marks."
    )


def test_other_quotes_with_the_same_words_are_named(ask: Asker) -> None:
    """A mark has the closest quote, and the others of the same words."""
    text = "“Hamas is a very small part of peace in the Middle East,” Trump said."
    (found,) = mark(ask, text)["marks"]
    ids = {found["quote"]["id"], *(each["id"] for each in found["also"])}
    assert ids == {"q-20251029-trump", "q-20251029-trump-jeopardize"}
