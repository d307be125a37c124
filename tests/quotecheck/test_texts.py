"""One text: what is no difference, what is one, and which quote comes first."""

from __future__ import annotations

import pytest

from tests.api.asking import Asker
from tests.quotecheck.asking import check, differences, said

VICTORY = "q-20240207-netanyahu-victory"
ABSOLUTE = "We are on the way to an absolute victory"
TIME = "q-20240531-biden-time"


@pytest.mark.parametrize(
    ("text", "verdict", "quote"),
    [
        ("We're on the way to a total victory", "partial", VICTORY),
        ("We are on our way to a total victory", "near", VICTORY),
        ("It is not a matter of years but of months", "partial", VICTORY),
        ("Nothing is going to jeopardize that", "exact", "q-20251029-trump-jeopardize"),
        ("The ceasefire's holding", "partial", "q-20251028-vance"),
        ("we can not stand by and let this continue", "exact", "q-20240212-abdullah"),
        ("We cant stand by and let this continue", "exact", "q-20240212-abdullah"),
        ("We can stop the fighting for forty-two days", "partial", "q-20240603-netanyahu"),
        ("We can stop the fighting for forty two days", "partial", "q-20240603-netanyahu"),
        ("announced on May thirty-first", "partial", "q-20240610-res2735"),
        ("It will take effect on Jan. 19", "partial", "q-20250115-mbat"),
        ("came into effect at 12:00 pm Israel time", "partial", "q-20251010-idf"),
        ("came into effect at 12 pm, Israel time", "partial", "q-20251010-idf"),
        ("Victory is within re&shy;ach &ndash; it&#39;s not a matter of years", "partial", VICTORY),
        ("<p>We are <em>on the way</em> to an absolute vic<b>tory</b></p>", "exact", VICTORY),
        ("We are on the way to an abso-\nlute vic-\r\n  tory", "exact", VICTORY),
        ("We are on the way to an #AbsoluteVictory", "exact", VICTORY),
        ("Total victory!", "exact", VICTORY),
        ("total … victory", "exact", VICTORY),
        ("We are on the way … It is not a matter of years", "partial", VICTORY),
        (
            "the objective is not simply to preserve a cease-fire",
            "partial",
            "q-20260521-mladenov-preserve",
        ),
        (
            "The movement is prepared to deal with all options",
            "exact",
            "q-20240207-abuzuhri-options",
        ),
    ],
)
def test_what_is_no_difference(ask: Asker, text: str, verdict: str, quote: str) -> None:
    """Contractions, numbers in words, markup, line ends, hashtags, ellipses, brackets."""
    assert said(check(ask, text)) == (verdict, quote)


@pytest.mark.parametrize(
    ("text", "difference"),
    [
        ("We are on the way to a total defeat", ("word", "defeat", "victory")),
        ("They are on the way to a total victory", ("word", "They", "We")),
        ("We are on the way to a total victory over evil", ("added", "over evil", None)),
        ("Rumour has it: we are on the way to a total victory", ("added", "Rumour has it", None)),
        ("We aren't on the way to a total victory", ("negation", "aren't", "are")),
        ("Victory is not within reach", ("negation", "not", None)),
        ("It's a matter of years but of months", ("negation", None, "not")),
        ("It's not a matter of two years but of months", ("number", "two", None)),
        ("We are … the way to a total victory, not of years", None),
    ],
)
def test_the_passage_that_was_asked_is_judged(
    ask: Asker, text: str, difference: tuple[str, str | None, str | None] | None
) -> None:
    """Its edges too; what the wording has before and after it is no difference."""
    answer = check(ask, text)
    found = differences(answer["matches"][0])
    if difference is None:
        assert answer["verdict"] in ("near", "not_in_record")
    else:
        assert (said(answer), found) == (("near", VICTORY), [difference])


@pytest.mark.parametrize(
    "text",
    ["We will … release thousands of terrorists", "release thousands of terrorists. None of this"],
)
def test_a_not_that_is_left_out_is_told(ask: Asker, text: str) -> None:
    """Whether an ellipsis hides it, or it stood right before the words."""
    answer = check(ask, text)
    assert said(answer) == ("near", "q-20240130-netanyahu")
    assert {kind for kind, _, _ in differences(answer["matches"][0])} == {"negation"}


@pytest.mark.parametrize(
    ("text", "quote", "printed"),
    [
        ("our conditions being met", "q-20240603-netanyahu-claims", "without"),
        ("we have agreed to a ceasefire", "q-20240603-netanyahu-claims", "without"),
        ("chance for the return of the captives", "q-20240121-abuzuhri", "no"),
    ],
)
def test_a_not_beside_the_words_is_cut_off_by_any_word(
    ask: Asker, text: str, quote: str, printed: str
) -> None:
    """Before them or after them: not, no, without."""
    answer = check(ask, text)
    assert said(answer) == ("near", quote)
    assert differences(answer["matches"][0]) == [("negation", None, printed)]


@pytest.mark.parametrize(
    ("text", "speaker", "told"),
    [
        (
            "prisoners will not return to you",
            None,
            "A condition was cut off: “before the end of the aggression on Gaza and the withdrawal "
            "from Gaza”.",
        ),
        (
            "we are ready to discuss prisoner swaps",
            None,
            "A condition was cut off: “After the aggression is stopped and the aid increased”.",
        ),
        ("disruption", "Fidan", "A condition was cut off: “without”."),
        (
            "A framework to end the war without defeating Hamas",
            None,
            "A negation was cut off: “will not arise and will not happen”.",
        ),
    ],
)
def test_what_limits_or_negates_the_words_is_told(
    ask: Asker, text: str, speaker: str | None, told: str
) -> None:
    """Where it leaves them a part of the wording, the statement says what was cut off."""
    answer = check(ask, text, speaker)
    assert answer["verdict"] == "partial"
    assert answer["statement"].endswith(told)


def test_words_in_another_order_are_near(ask: Asker) -> None:
    """The order is the difference."""
    answer = check(ask, "Our demands are reasonable and our response is realistic")
    assert said(answer) == ("near", "q-202402-nazzal-reasonable")
    assert [kind for kind, _, _ in differences(answer["matches"][0])] == ["order"]
    assert "the words stand in another order" in answer["statement"]


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("a matter of months but of years", "a matter of years but of months"),
        ("It is not a matter of months but of years", "It's not a matter of years but of months"),
        (
            "to exchange some hostages for four prisoners",
            "to exchange four hostages (Israeli) for some prisoners",
        ),
        (
            "It’s time for the day after to end, and this war to begin",
            "It’s time for this war to end, and the ‘day after’ to begin",
        ),
    ],
)
def test_words_that_changed_places_are_told(ask: Asker, text: str, printed: str) -> None:
    """Where every word is recorded, but in another order: the sense may be the opposite."""
    answer = check(ask, text)
    assert answer["verdict"] == "near"
    assert differences(answer["matches"][0]) == [("order", text, printed)]


@pytest.mark.parametrize(
    "text", ["Next week is long, and Rafah is open", "Months of war, not years of peace"]
)
def test_some_words_of_a_wording_are_not_that_wording(ask: Asker, text: str) -> None:
    """Words that stand apart in the record are no other order of what stands there."""
    assert check(ask, text)["verdict"] == "not_in_record"


def test_the_difference_of_a_contraction_is_the_whole_word(ask: Asker) -> None:
    """As it is printed, not a half of it."""
    answer = check(ask, "We can stand by and let this continue")
    assert differences(answer["matches"][0]) == [("negation", "can", "cannot")]
    assert [each["op"] for each in answer["matches"][0]["diff"]] == ["equal", "replace", "equal"]


@pytest.mark.parametrize(
    ("text", "speaker", "date", "verdict", "quote", "too_short"),
    [
        ("humanitarian nightmare", None, None, "partial", "q-20240207-guterres-rafah", True),
        ("humanitarian nightmare", "Guterres", None, "partial", "q-20240207-guterres-rafah", False),
        ("humanitarian nightmare", None, "2024-02", "partial", "q-20240207-guterres-rafah", False),
        ("humanitarian nightmare", "Biden", None, "near", "q-20240207-guterres-rafah", False),
        ("“humanitarian”  “nightmare”", None, None, "partial", "q-20240207-guterres-rafah", True),
        ("skirmishes", None, None, "partial", "q-20251028-vance", True),
        ("absolute victory", None, None, "exact", VICTORY, False),
        ("humanitarian picnic", None, None, "not_in_record", None, False),
    ],
)
def test_one_to_three_words(
    ask: Asker,
    text: str,
    speaker: str | None,
    date: str | None,
    verdict: str,
    quote: str | None,
    too_short: bool,
) -> None:
    """A part of a wording, too short to tell whose it is without a speaker or a date."""
    answer = check(ask, text, speaker, date)
    assert (said(answer)[0], answer["too_short"]) == (verdict, too_short)
    assert quote is None or said(answer)[1] == quote
    assert ("too few to tell whose they are" in answer["statement"]) == too_short


@pytest.mark.parametrize(
    ("text", "speaker", "date", "verdict", "quote"),
    [
        ("Total victory!", "netanyahu", "2024-01-30", "partial", "q-20240130-netanyahu"),
        ("Total victory!", "netanyahu", "30 January 2024", "partial", "q-20240130-netanyahu"),
        ("total victory", "Biden", None, "partial", "q-20240531-biden-indefinite"),
        ("The ball is now in", "al-hayya", None, "partial", "q-20240507-hayya-ball"),
        ("a permanent ceasefire", "Hamas", "2025-05-31", "partial", "q-20250531-hamas"),
        ("The destruction of Hamas", "Smotrich", None, "near", "q-20240601-smotrich"),
        ("the Gaza Strip and we will", "netanyahu", None, "near", "q-20240130-netanyahu"),
        ("at 12", None, "2025-10-10", "partial", "q-20251010-idf"),
        ("That won't happen", "netanyahu", None, "partial", "q-20231030-netanyahu"),
        ("hostages does not", "netanyahu", None, "partial", "q-20240901-netanyahu"),
        ("and there will not", None, "2024-08-29", "partial", "q-20240829-gallant"),
    ],
)
def test_of_the_same_words_those_that_fit_come_first(
    ask: Asker, text: str, speaker: str | None, date: str | None, verdict: str, quote: str
) -> None:
    """The speaker and the date decide, not which wording is whole or has a "not" cut off."""
    assert said(check(ask, text, speaker, date)) == (verdict, quote)


def test_two_quotes_that_are_put_together_are_both_named(ask: Asker) -> None:
    """A splice is no quotation: both are shown, and neither verdict is exact."""
    text = "At long last, we have peace in the Middle East. The war in Gaza is over. It’s over"
    answer = check(ask, text)
    ids = [match["quote"]["id"] for match in answer["matches"][:2]]
    assert answer["verdict"] == "near"
    assert ids == ["q-20251013-trump", "q-20260219-trump-over"]
    assert answer["statement"] == (
        "Put together from several quotes of this record: Donald Trump, on 13 October 2025; "
        "Donald Trump, on 19 February 2026."
    )


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("this war can end tomorrow", "if Hamas lays down its arms and returns our hostages"),
        ("Israel will finish the job by itself", "If Hamas rejects your plan"),
        ("we can make progress", "When Hamas gives up on those delusional demands"),
        ("At long last, we have peace in the Middle East", None),
        ("We need a lasting ceasefire now", None),
    ],
)
def test_a_condition_that_was_cut_off_is_told(ask: Asker, text: str, condition: str | None) -> None:
    """Whether it stands before the words, after them, or in the sentence after them."""
    statement = check(ask, text)["statement"]
    if condition is None:
        assert "condition" not in statement
    else:
        assert f"A condition was cut off: “{condition}" in statement


@pytest.mark.parametrize(
    ("text", "verdict", "quote"),
    [
        ("“Total victory”, Netanyahu said", "exact", VICTORY),
        ("'Total victory', Netanyahu said", "exact", VICTORY),
        ("Netanyahu promised “total victory” in a speech to cadets on Monday", "exact", VICTORY),
        ("“We are on the way to an absolute victory,” said Joe Biden", "near", VICTORY),
        ("“We are on the way,” Netanyahu said, “to an absolute victory”", "exact", VICTORY),
        ("“Victory is within reach!” Emmanuel Macron exclaimed, he said", "near", VICTORY),
        ("Total victory, Netanyahu said", "exact", VICTORY),
        ("Netanyahu: We are on the way to an absolute victory", "exact", VICTORY),
        ("According to Biden, we are on the way to an absolute victory", "near", VICTORY),
        (
            "He sat. “It’s time for this war to end, and the ‘day after’ to begin.” All stood up.",
            "exact",
            TIME,
        ),
        ("It’s time for this war to end, and the ‘day after’ to begin", "exact", TIME),
    ],
)
def test_a_quotation_with_words_around_it(ask: Asker, text: str, verdict: str, quote: str) -> None:
    """The quotation is judged, by whom the words around it say that it is."""
    assert said(check(ask, text)) == (verdict, quote)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Netanyahu told reporters that victory is within reach", "partial"),
        ("Biden told reporters that victory is within reach", "partial"),
        ("We are on the way to total defeat, Netanyahu said", "near"),
    ],
)
def test_who_said_it_is_read_without_quotation_marks(ask: Asker, text: str, words: str) -> None:
    """The clause after the verb is judged, all of it, and by whom the text says that it is."""
    (first, *_) = check(ask, text)["matches"]
    assert (first["quote"]["id"], first["words"]) == ("q-20240207-netanyahu-victory", words)
    speakers = [each["asked"] for each in first["differences"] if each["kind"] == "speaker"]
    assert speakers == (["Biden"] if text.startswith("Biden") else [])


@pytest.mark.parametrize(
    ("speaker", "verdict"), [("Guterres", "exact"), ("Netanyahu", "near"), ("the baker", "exact")]
)
def test_an_interrupted_quotation_is_by_whom_the_words_between_say(
    ask: Asker, speaker: str, verdict: str
) -> None:
    """The words between its parts name the speaker, or nobody whom one could compare."""
    text = (
        f"“This resolution must be implemented,” said {speaker}. “Failure would be unforgivable.”"
    )
    assert said(check(ask, text)) == (verdict, "q-20240325-guterres")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            "To turn this ceasefire into real progress, we need more than silencing the guns",
            [("dropped", None, "the"), ("dropped", None, "of")],
        ),
        (
            "Indefinite war in pursuit of total victory will only bog down Israel in Gaza",
            [("dropped", None, "an unidentified notion of")],
        ),
        ("We have committed to anything", [("negation", "have", "haven’t")]),
        (
            "Calls for a ceasefire are a call for Israel to surrender to Hamas, to surrender to us",
            [("word", "us", "terror")],
        ),
    ],
)
def test_a_difference_is_where_the_words_differ(
    ask: Asker, text: str, found: list[tuple[str, str | None, str | None]]
) -> None:
    """Also near the ends of the passage, where fewer words are asked than printed."""
    assert differences(check(ask, text)["matches"][0]) == found


def test_several_quotations_are_counted(ask: Asker) -> None:
    """Of two that are pasted together with text between, each is judged."""
    text = (
        "The king said: “We cannot stand by and let this continue.” Later the crowd in the square "
        "sang “All the birds are coming home again this year” and nobody minded."
    )
    answer = check(ask, text)
    assert said(answer) == ("near", "q-20240212-abdullah")
    assert answer["statement"] == "2 quotations: 1 as recorded, 1 not in this record."


def test_turned_round_by_the_words_before_it_is_near(ask: Asker) -> None:
    """Words before a recorded wording may deny it."""
    answer = check(ask, "It is wrong to say that the key elements of the deal are on the table")
    assert said(answer) == ("near", "q-20240212-biden-elements")
    assert differences(answer["matches"][0]) == [("added", "It is wrong to say that", None)]


@pytest.mark.parametrize(
    ("speaker", "fits"),
    [
        ("netanyahu", True),
        ("Benjamin Netanyahu", True),
        ("Netanyahu, Benjamin", True),
        ("Prime Minister Netanyahu", True),
        ("Israeli Prime Minister Benjamin Netanyahu", True),
        ("the Israeli prime minister", True),
        ("Prime Minister of Israel", True),
        ("Israel's premier", True),
        ("نتنياهو", True),
        ("رئيس الوزراء بنيامين نتنياهو", True),
        ("בנימין נתניהו", True),
        ("bibi", True),
        ("Benjamin Netanjahu", True),
        ("@BenjaminNetanyahu", True),
        ("Israel", True),
        ("President Biden", False),
        ("Secretary Blinken", False),
        ("the US president", False),
        ("the British prime minister", False),
        ("Israeli defence minister", False),
        ("Macron", False),
        ("Netanyahu's spokesman", False),
        ("nobody at all", False),
    ],
)
def test_speakers_as_people_write_them(ask: Asker, speaker: str, fits: bool) -> None:
    """Titles, order of names, scripts, offices on that day; an unknown speaker is no error."""
    answer = check(ask, ABSOLUTE, speaker)
    assert said(answer) == ("exact" if fits else "near", VICTORY)
    wanted = [] if fits else [("speaker", speaker, "Benjamin Netanyahu")]
    assert differences(answer["matches"][0]) == wanted
    assert answer["asked"]["speaker_given"] == speaker


@pytest.mark.parametrize(
    ("speaker", "text", "fits"),
    [
        ("the US president", "The key elements of the deal are on the table", True),
        ("the American president", "At long last, we have peace in the Middle East.", True),
        ("the vice president", "At long last, we have peace in the Middle East.", False),
        ("US Vice President", "The ceasefire is holding", True),
        ("the U.N. secretary-general", "This resolution must be implemented", True),
        ("Hamas spokesman", "Israel is trying to reset the situation to zero", True),
        ("King Abdullah", "We cannot stand by and let this continue", True),
        ("Qatari prime minister", "We are optimistic and we have delivered", True),
        ("Sheikh Mohammed", "We cannot stand by and let this continue", False),
    ],
)
def test_an_office_is_that_of_the_day(ask: Asker, speaker: str, text: str, fits: bool) -> None:
    """Who held it when the words were said."""
    answer = check(ask, text, speaker)
    kinds = [kind for kind, _, _ in differences(answer["matches"][0])]
    assert kinds == ([] if fits else ["speaker"])


def test_a_known_speaker_is_answered_with_the_actor(ask: Asker) -> None:
    """An office or an unknown name has none."""
    asked = check(ask, ABSOLUTE, "Prime Minister Netanyahu", "7 February 2024")["asked"]
    assert asked == {
        "text": ABSOLUTE,
        "speaker": {
            "id": "netanyahu",
            "name": "Benjamin Netanyahu",
            "url": "/v1/actors/netanyahu",
        },
        "speaker_given": "Prime Minister Netanyahu",
        "date": "2024-02-07",
    }
    assert check(ask, ABSOLUTE, "Macron")["asked"]["speaker"] is None


def test_a_wrong_speaker_and_date_are_both_told_with_the_true_ones(ask: Asker) -> None:
    """The statement names who said it, and when."""
    answer = check(ask, "“total victory”", "Trump", "2023")
    best = answer["matches"][0]
    assert (answer["verdict"], best["words"]) == ("near", "exact")
    assert differences(best) == [
        ("speaker", "Trump", "Benjamin Netanyahu"),
        ("date", "2023", "2024-02-07"),
    ]
    assert answer["statement"] == (
        "These words are in this record, but not as asked: the speaker is another, the date is "
        "another. Benjamin Netanyahu said them on 7 February 2024."
    )


@pytest.mark.parametrize(
    ("date", "verdict"),
    [
        ("7 February 2024", "exact"),
        ("Feb 7, 2024", "exact"),
        ("February 2024", "exact"),
        ("2024", "exact"),
        ("8 February 2024", "near"),
    ],
)
def test_dates_as_people_write_them(ask: Asker, date: str, verdict: str) -> None:
    """With the name of the month in any usual order."""
    assert said(check(ask, ABSOLUTE, None, date)) == (verdict, VICTORY)


@pytest.mark.parametrize(
    "text",
    [
        "I have a dream",
        "Yes we can",
        "There is no substitute for victory",
        "There is no military solution",
        "The only thing we have to fear is fear itself",
        "We want peace, but not at any price",
        "The ball is in your court",
        "It is only a matter of opinion",
        "This score must be played. Failure would be forgivable",
        "Israel has a right to defend itself",
        "zebra OR quagga NEAR river",
        "' OR '1'='1",
    ],
)
def test_what_is_not_in_the_record(ask: Asker, text: str) -> None:
    """Famous and invented sentences, and such as only sound alike."""
    answer = check(ask, text)
    assert answer["verdict"] == "not_in_record"
    assert answer["statement"] == ("Not in this record. That does not mean that it was never said.")


def test_an_answer_shows_all_that_tells_a_wording_from_the_asked_one(ask: Asker) -> None:
    """Wording, source, speaker, office, steps, differences, other renderings."""
    text = (
        "Israel can stop the fighting for 60 days to return the captives. "
        "But we cannot stop the war"
    )
    answer = check(ask, text, "Bibi", "2024-06")
    best = answer["matches"][0]
    assert answer["verdict"] == best["verdict"] == best["words"] == "near"
    assert (
        answer["statement"]
        == "Close to a wording in this record, but not the same: a number differs."
    )
    assert best["quote"] == {"id": "q-20240603-netanyahu", "url": "/v1/quotes/q-20240603-netanyahu"}
    assert best["passage"] == text
    assert best["speakers"][0]["office"] == "Prime Minister, Israel"
    assert differences(best) == [("number", "60", "42")]
    assert [(each["op"], each["asked"], each["printed"]) for each in best["diff"]] == [
        ("equal", "Israel can stop the fighting for", "Israel can stop the fighting for"),
        ("replace", "60", "42"),
        (
            "equal",
            "days to return the captives. But we cannot stop the war",
            "days to return the captives. But we cannot stop the war",
        ),
    ]
    assert best["renderings"][0]["text"].startswith("We can stop the fighting for 42 days")


@pytest.mark.parametrize(
    ("text", "similarity"),
    [
        (ABSOLUTE, 1),
        ("We are on the way", 1),
        ("We are on the way to a total defeat", round(16 / 18, 3)),
        ("We are on the way to a total victory over evil", round(18 / 20, 3)),
        ("We're on the way to a total victory over evil", round(18 / 20, 3)),
    ],
)
def test_similarity_is_the_share_of_words_in_common(
    ask: Asker, text: str, similarity: float
) -> None:
    """2 · words in common / (words of the passage + words of the stretch it stands against)."""
    assert check(ask, text)["matches"][0]["similarity"] == similarity


def test_similarity_of_a_mark_is_the_same(ask: Asker) -> None:
    """One text and an article have one formula."""
    text = "“We are on the way to a total defeat,” Netanyahu said."
    response = ask("/v1/check", "POST", json={"text": text})
    assert response.json()["data"]["marks"][0]["similarity"] == round(16 / 18, 3)
