"""Every flaw of seed files is told with file, line, id, field, what is wrong and what is right."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from app.entries.record import model_in
from app.seeding.checking import Flawed
from app.seeding.flaws import PATTERNS
from app.seeding.record_validation import MODELS, REFERRING
from app.seeding.references import tree_of
from tests.seeding.folders import Edit, check_folder, edited, flaws_of

EVENTS = "events/1998.yaml"
QUOTES = "quotes/1998.yaml"
STATE = "quotes/1937.ndjson"
AGREEMENT = "proposals/agreement.yaml"
NEW = "events/new.yaml"
ROLES = (
    "speaker, addressee, participant, host, mediator, facilitator, proposer, backer, responder, "
    "subject, sponsor, party, decision_maker, issuer, chair, appointee, announcer, releaser, "
    "initiator, affected, signatory, guarantor, abstainer, vetoer, opponent, supporter, obliged, "
    "beneficiary, claimant"
)
SEED_FILES = (
    "dataset.yaml, actors.yaml, topics.yaml, sources.yaml, evidence.yaml, events/*.yaml, "
    "quotes/*.yaml, proposals/*.yaml, figures/*.yaml (or .ndjson)"
)
NO_RECORD = "holds no record; remove it, or write at least one"
ANCHOR = "has an anchor (&) or an alias (*); write the value out"
DEPTH = "is nested deeper than any field; check the indentation and brackets"

# What the case is about, the edits of the tiny record, and the flaws they make.
CASES: dict[str, tuple[list[Edit], list[str]]] = {
    "unknown actors, one that is like another and one that is not": (
        [
            Edit(EVENTS, "actor: mowlam", "actor: mowlan"),
            Edit(EVENTS, "actor: ahern", "actor: xxxxxxxxx"),
        ],
        [
            f"{EVENTS}:33: agreement-reached: actors[1].actor: there is no actor 'mowlan'; "
            "did you mean mowlam?",
            f"{EVENTS}:35: agreement-reached: actors[2].actor: there is no actor 'xxxxxxxxx'; "
            "add the actor first",
        ],
    ),
    "an unknown actor of an office and of a claim": (
        [
            Edit("actors.yaml", "of: ireland", "of: irland"),
            Edit("figures/1998.yaml", "- ireland", "- irelande"),
        ],
        [
            "actors.yaml:48: ahern: positions[1].of: there is no actor 'irland'; "
            "did you mean ireland or northern-ireland-office?",
            "figures/1998.yaml:26: fig-yes-south: claimants[1]: there is no actor 'irelande'; "
            "did you mean ireland or northern-ireland-office?",
        ],
    ),
    "an unknown topic": (
        [
            Edit(QUOTES, "- settlement", "- setlement"),
            Edit("topics.yaml", "broader: institutions", "broader: institution"),
        ],
        [
            f"{QUOTES}:17: q-new-beginning: topics[1]: there is no topic 'setlement'; "
            "did you mean settlement?",
            "topics.yaml:11: assembly: broader: there is no topic 'institution'; "
            "did you mean institutions?",
        ],
    ),
    "an unknown source of a citation, of an actor and of a wording": (
        [
            Edit(QUOTES, "source: agreement-1998", "source: aggreement"),
            Edit("actors.yaml", "source: agreement-1998", "source: 1998"),
            Edit(STATE, '"source":"bunreacht","language"', '"source":"bunracht","language"'),
        ],
        [
            "actors.yaml:56: sinn-fein: citations[1].source: there is no source '1998'; "
            "did you mean agreement-1998 or referendums-1998?",
            f"{STATE}:1: q-name-of-the-state: renderings[1].source: there is no source 'bunracht'; "
            "did you mean bunreacht?",
            f"{QUOTES}:19: q-new-beginning: citations[1].source: there is no source 'aggreement'; "
            "did you mean agreement-1998?",
        ],
    ),
    "an unknown event, and one that is a proposal": (
        [
            Edit(QUOTES, "event: agreement-reached", "event: agreement-reach"),
            Edit("figures/1998.yaml", "event: referendums", "event: agreement"),
        ],
        [
            "figures/1998.yaml:12: fig-yes-north: event: 'agreement' is a proposal; name an event",
            f"{QUOTES}:12: q-new-beginning: event: there is no event 'agreement-reach'; "
            "did you mean agreement-reached?",
        ],
    ),
    "an unknown proposal that an event answers": (
        [Edit(EVENTS, "proposal: agreement", "proposal: agreemnt")],
        [
            f"{EVENTS}:25: agreement-reached: responds_to[1].proposal: there is no proposal "
            "'agreemnt'; did you mean agreement or heads-of-agreement?"
        ],
    ),
    "a circle of topics": (
        [Edit("topics.yaml", "  definition: The whole", "  broader: assembly\n  definition: The")],
        [
            "topics.yaml:3: settlement: broader: goes in a circle (settlement → assembly → "
            "institutions → settlement); remove one of these links"
        ],
    ),
    "circles of actors, one of them of one": (
        [
            Edit("actors.yaml", "gw: 200", "gw: 200\n  part_of:\n    - actor: united-kingdom"),
            Edit("actors.yaml", "gw: 205", "gw: 205\n  part_of:\n    - actor: sinn-fein"),
            Edit("actors.yaml", "  citations:", "  part_of:\n    - actor: ireland\n  citations:"),
        ],
        [
            "actors.yaml:11: united-kingdom: part_of[1].actor: goes in a circle (united-kingdom → "
            "united-kingdom); remove one of these links",
            "actors.yaml:22: ireland: part_of[1].actor: goes in a circle (ireland → sinn-fein → "
            "ireland); remove one of these links",
        ],
    ),
    "a circle of proposals that answer each other": (
        [
            Edit(
                AGREEMENT,
                "status: superseded",
                "in_reply_to:\n    proposal: agreement\n    basis: stated\n  status: superseded",
            )
        ],
        [
            f"{AGREEMENT}:15: agreement: in_reply_to.proposal: goes in a circle (agreement → "
            "heads-of-agreement → agreement); remove one of these links"
        ],
    ),
    "ids given twice: entries of two kinds, and actors": (
        [
            Edit(EVENTS, "id: draft", "id: q-new-beginning"),
            Edit("actors.yaml", "id: ahern", "id: sinn-fein"),
            Edit(EVENTS, "actor: ahern", "actor: mowlam"),
            Edit(EVENTS, "role: signatory", "role: party"),
        ],
        [
            "actors.yaml:50: sinn-fein: id: stands at actors.yaml:43 too; ids are unique among "
            "actors, choose another",
            f"{QUOTES}:1: q-new-beginning: id: stands at {EVENTS}:1 too; ids are unique among all "
            "entries, choose another",
        ],
    ),
    "dates outside the date language": (
        [
            Edit(EVENTS, "date: 1998-04-06~", "date: April 1998"),
            Edit(AGREEMENT, "date: 1998-04-10/..", "date: 1998-04-10/1998-01"),
            Edit("dataset.yaml", "date: 1996-06-10/1999-12-02", "date: 1996-06-31"),
        ],
        [
            "dataset.yaml:7: good-friday: coverage.date: '1996-06-31': no such day; "
            "1996-06 has 30 days",
            f"{EVENTS}:2: draft: date: 'April 1998': not a date; write a year, a month or a day as "
            "in 2024, 2024-02 or 2024-02-07",
            f"{AGREEMENT}:43: agreement-prisoners: date: '1998-04-10/1998-01': an interval that "
            "ends before it starts; write the earlier date first",
        ],
    ),
    "a quotation mark that is not closed": (
        [Edit(EVENTS, "title: A draft is", 'title: "A draft is')],
        [
            f"{EVENTS}:3: opens a quotation mark that is not closed as it should; close it, or "
            "double it inside the text"
        ],
    ),
    "a colon that makes no YAML": (
        [Edit(EVENTS, "title: A draft is", "title: A draft: is")],
        [
            f"{EVENTS}:3: is not YAML (mapping values are not allowed in this context); check "
            "indentation, quotes and colons near here"
        ],
    ),
    "a tab before a field": (
        [Edit(EVENTS, "  title: A draft", "\ttitle: A draft")],
        [f"{EVENTS}:3: is indented with a tab; use two spaces for each step"],
    ),
    "a tab inside a text": (
        [Edit(EVENTS, "A draft is", "A\tdraft is")],
        [f"{EVENTS}:3: draft: title: has the control character U+0009 at position 2; remove it"],
    ),
    "keys given twice": (
        [
            Edit(EVENTS, "  title: A draft", "  title: A\n  title: A draft"),
            Edit(AGREEMENT, "qualifier: exactly", "qualifier: exactly\n          qualifier: about"),
            Edit(STATE, '"date":"1937"', '"date":"1937", "date" : "1938"'),
        ],
        [
            f"{EVENTS}:4: draft: title: is given twice; keep one of them",
            f"{AGREEMENT}:36: agreement: terms[1].quantities[1].qualifier: is given twice; keep "
            "one of them",
            f"{STATE}:1: q-name-of-the-state: date: is given twice; keep one of them",
        ],
    ),
    "`no` for a flag": (
        [Edit(QUOTES, "fragment: true", "fragment: no")],
        [f"{QUOTES}:24: q-peaceful-means: fragment: must be true or false, not 'no'"],
    ),
    "numbers that are none, not whole, too large and out of bounds": (
        [
            Edit(AGREEMENT, "days: 730", "days: 1.10"),
            Edit(AGREEMENT, "value: 108", "value: 1e3"),
            Edit(AGREEMENT, "value: 2", "value: 9999999999999999"),
            Edit(EVENTS, "order: 1", "order: 64"),
            Edit("actors.yaml", "gw: 200", "gw: 0"),
        ],
        [
            "actors.yaml:9: united-kingdom: external_ids.gw: must be 1 or more, not 0",
            f"{EVENTS}:19: agreement-reached: order: must be 63 or less, not 64",
            f"{AGREEMENT}:23: agreement: phases[2].days: must be a whole number, not 1.1",
            f"{AGREEMENT}:34: agreement-assembly: quantities[1].value: must be a plain number such "
            "as 45 or 4.5, not '1e3'",
            f"{AGREEMENT}:52: agreement-prisoners: quantities[1].value: must lie between -10^15 "
            "and 10^15, not be 9999999999999999",
        ],
    ),
    "another encoding": (
        [Edit(NEW, None, "- id: a\n  title: é".encode("latin1"))],
        [f"{NEW}:2: is not UTF-8 (byte 0xE9); save the file as UTF-8"],
    ),
    "another encoding in NDJSON": (
        [Edit("events/new.ndjson", None, '{"id":"é"}'.encode("utf-16"))],
        [
            "events/new.ndjson:1: is not JSON (str is not valid UTF-8: surrogates not allowed, at "
            "character 1); write one record as one object on one line"
        ],
    ),
    "control characters in a file, escaped in a text, and turning its direction": (
        [
            Edit(EVENTS, "title: A draft is given to the parties", 'title: "A \\u0007draft"'),
            Edit(EVENTS, "place: Stormont, Belfast", 'place: "Stormont\\u202e, Belfast"'),
            Edit("events/1996-1997.yaml", "Multi-party", "Multi\x1b-party"),
            Edit(STATE, "Éire, or", "\\u0000Éire, or"),
        ],
        [
            "events/1996-1997.yaml:3: has the control character U+001B; remove it",
            f"{EVENTS}:3: draft: title: has the control character U+0007 at position 3; remove it",
            f"{EVENTS}:23: agreement-reached: place: has the control character U+202E at position "
            "9; remove it",
            f"{STATE}:1: q-name-of-the-state: text: has the control character U+0000 at position "
            "26; remove it",
        ],
    ),
    "files without a record": (
        [
            Edit("events/a.yaml", None, ""),
            Edit("events/b.yaml", None, "# nothing yet\n"),
            Edit("events/c.yaml", None, "[]"),
            Edit("events/d.yaml", None, "null"),
            Edit("events/e.ndjson", None, "\n\n"),
        ],
        [
            f"events/a.yaml: {NO_RECORD}",
            f"events/b.yaml: {NO_RECORD}",
            f"events/c.yaml: {NO_RECORD}",
            f"events/d.yaml: {NO_RECORD}",
            f"events/e.ndjson: {NO_RECORD}",
        ],
    ),
    "a billion laughs": (
        [
            Edit(
                NEW,
                None,
                "- &a [lol]\n"
                + "".join(f"- &{b} [{f'*{a},' * 9}]\n" for a, b in [("a", "b"), ("b", "c")]),
            )
        ],
        [f"{NEW}:1: {ANCHOR}"],
    ),
    "an alias, a tag and a merge": (
        [
            Edit("events/a.yaml", None, "- id: *a\n"),
            Edit("events/b.yaml", None, "- id: !!python/object/apply:os.system [ls]\n"),
            Edit("events/c.yaml", None, "- ? [a]\n  : b\n"),
        ],
        [
            f"events/a.yaml:1: {ANCHOR}",
            "events/b.yaml:1: has a tag (!); write the value alone, and in quotes if it begins so",
            "events/c.yaml:1: has a key that is no word; write `field: value`",
        ],
    ),
    "no list, no record, too deep, a second document": (
        [
            Edit("events/a.yaml", None, "id: a\n"),
            Edit("events/b.yaml", None, "- hello\n- [a]\n-\n"),
            Edit("events/c.yaml", None, "- " * 30),
            Edit("events/d.yaml", None, "[]\n---\n[]\n"),
            Edit("events/e.ndjson", None, '["a"]\n{"id":"e",}\n'),
        ],
        [
            "events/a.yaml:1: must be a list of records; begin each with `- id: …`",
            "events/b.yaml:1: must be a record with fields, not 'hello'",
            "events/b.yaml:2: must be a record with fields, not ['a']",
            "events/b.yaml:3: must be a record with fields, not nothing",
            f"events/c.yaml:1: {DEPTH}",
            f"events/d.yaml: {NO_RECORD}",
            "events/d.yaml:2: starts a second document; keep one in a file",
            "events/e.ndjson:1: must be a record with fields, not ['a']",
            "events/e.ndjson:2: is not JSON (trailing comma is not allowed, at character 10); "
            "write one record as one object on one line",
        ],
    ),
    "fields that are missing and fields that are none": (
        [
            Edit(EVENTS, "  summary: The chairmen", "  sumary: The chairmen"),
            Edit(AGREEMENT, "text: An assembly", "txt: An assembly"),
            Edit(AGREEMENT, "          of: the", "          qqq: the"),
            Edit("dataset.yaml", "id: good-friday", "ident: good-friday"),
        ],
        [
            "dataset.yaml:1: id: is missing and required; add it",
            "dataset.yaml:1: ident: is not a field here; did you mean id?",
            f"{EVENTS}:1: draft: summary: is missing and required; add it",
            f"{EVENTS}:4: draft: sumary: is not a field here; did you mean summary?",
            f"{AGREEMENT}:29: agreement-assembly: text: is missing and required; add it",
            f"{AGREEMENT}:32: agreement-assembly: txt: is not a field here; did you mean text?",
            f"{AGREEMENT}:37: agreement-assembly: quantities[1].qqq: is not a field here; write "
            "one of value, from, to, part, whole, qualifier, printed, unit, currency, per, of, "
            "notes",
        ],
    ),
    "words that are not in a closed list": (
        [
            Edit(EVENTS, "role: addressee", "role: negotiator"),
        ],
        [
            f"{EVENTS}:8: draft: actors[1].role: 'negotiator' is not in the list; "
            f"write one of {ROLES}",
        ],
    ),
    "a term that has its own proposal, and phases that its proposal has not": (
        [
            Edit(AGREEMENT, "- id: agreement-assembly", "- id: agreement-assembly\n      phase: 4"),
            Edit(
                "proposals/other.yaml",
                None,
                "- id: other\n  date: 1998\n  title: T\n  summary: S\n  proposers: [ireland]\n"
                "  status: rejected\n  detail: full\n  topics: [prisoners]\n"
                "  citations: [{source: agreement-1998}]\n"
                "  terms:\n"
                "    - {id: other-a, phase: 1, obliged: [ireland], text: A, topics: [prisoners],\n"
                "       citations: [{source: agreement-1998}]}\n",
            ),
            Edit(
                "proposals/third.yaml",
                None,
                "- id: third\n  terms:\n    - id: third-a\n      proposal: agreement\n",
            ),
        ],
        [
            f"{AGREEMENT}:30: agreement-assembly: phase: there is no phase 4; agreement has the "
            "phases 1, 2, add it or correct this",
            "proposals/other.yaml:11: other-a: phase: there is no phase 1; other has no phases, "
            "add it or correct this",
            *(
                f"proposals/third.yaml:1: third: {field}: is missing and required; add it"
                for field in (
                    "citations",
                    "date",
                    "detail",
                    "proposers",
                    "status",
                    "summary",
                    "title",
                    "topics",
                )
            ),
            *(
                f"proposals/third.yaml:3: third-a: {field}: is missing and required; add it"
                for field in ("citations", "obliged", "text", "topics")
            ),
            "proposals/third.yaml:4: third-a: proposal: is not written in a term, which belongs to "
            "the proposal around it",
        ],
    ),
    "quantities without their other half": (
        [
            Edit(AGREEMENT, "          qualifier: exactly\n", ""),
            Edit(
                AGREEMENT,
                "        - printed: any qualifying prisoners\n          unit",
                "        - unit",
            ),
        ],
        [
            f"{AGREEMENT}:34: agreement-assembly: quantities[1]: value and qualifier go together; "
            "write `qualifier: exactly` if bare",
            f"{AGREEMENT}:55: agreement-prisoners: quantities[2]: needs a value with its "
            "qualifier, or the printed words",
        ],
    ),
    "white space around the words of a source": (
        [
            Edit(QUOTES, "  text: our total", '  text: " our total'),
            Edit(QUOTES, "peaceful means\n", 'peaceful means"\n'),
            Edit(STATE, '"text":"Éire is', '"text":"\\nÉire is'),
        ],
        [
            f"{STATE}:1: q-name-of-the-state: renderings[1].text: begins or ends with white space, "
            "and the words of a source are not changed in silence; write the words alone (after "
            "`>-`, where they take several lines)",
            f"{QUOTES}:23: q-peaceful-means: text: begins or ends with white space, and the words "
            "of a source are not changed in silence; write the words alone (after `>-`, where "
            "they take several lines)",
        ],
    ),
    "texts that are empty, long or no texts": (
        [
            Edit(EVENTS, "title: A draft is given to the parties", "title:"),
            Edit(EVENTS, "place: Stormont, Belfast", "place: []"),
            Edit(EVENTS, "note: Subject to a referendum.", f"note: {'x' * 1001}"),
            Edit(EVENTS, "title: Referendums north and south", "title: ' '"),
            Edit(STATE, '"date":"1937"', '"date":1937'),
        ],
        [
            f"{EVENTS}:3: draft: title: is empty; write a text, or leave the field out",
            f"{EVENTS}:23: agreement-reached: place: must be a text, not []; write one",
            f"{EVENTS}:31: agreement-reached: responds_to[2].note: has 1,001 characters; shorten "
            "it to 1,000 or fewer",
            f"{EVENTS}:48: referendums: title: is empty; write a text, or leave the field out",
            f"{STATE}:1: q-name-of-the-state: date: must be a text, not 1937; write it in quotes",
        ],
    ),
    "lists that are none, empty, or have an item twice": (
        [
            Edit(QUOTES, "    - actor: ireland", "    - actor: united-kingdom"),
            Edit(QUOTES, "    - institutions", "    - settlement"),
            Edit("actors.yaml", "- Éire", "- Irish Government"),
            Edit(AGREEMENT, "number: 2", "number: 1"),
            Edit("events/1996-1997.yaml", "  topics:\n    - settlement", "  topics: []"),
            Edit("topics.yaml", "former_ids:\n    - prisoner-releases", "former_ids: releases"),
        ],
        [
            "actors.yaml:13: ireland: aliases: item 2 repeats item 1; keep one of them",
            "events/1996-1997.yaml:14: talks: topics: must have at least one item; add one",
            f"{AGREEMENT}:17: agreement: phases: item 2 repeats item 1; keep one of them",
            f"{QUOTES}:7: q-new-beginning: speakers: item 2 repeats item 1; keep one of them",
            f"{QUOTES}:30: q-peaceful-means: topics: item 2 repeats item 1; keep one of them",
            "topics.yaml:17: prisoners: former_ids: must be a list, not 'releases'; begin each "
            "item with `- `",
        ],
    ),
    "ids, languages, addresses and codes of another form": (
        [
            Edit(EVENTS, "id: draft", "id: Draft One"),
            Edit("sources.yaml", "url: https", "url: htps"),
            Edit("sources.yaml", "language: ga", "language: Irish"),
            Edit("actors.yaml", "iso3166: IRL", "iso3166: ie"),
            Edit("actors.yaml", "    gw: 200", "    wikidata: '145'"),
        ],
        [
            "actors.yaml:9: united-kingdom: external_ids.wikidata: '145' is not an id of Wikidata; "
            "write it as in Q801",
            "actors.yaml:17: ireland: external_ids.iso3166: 'ie' is not a code of ISO 3166; write "
            "three capitals as in ISR",
            f"{EVENTS}:1: Draft One: id: 'Draft One' is not an id; write lower-case letters and "
            "digits, with single hyphens between words",
            "sources.yaml:4: agreement-1998: url: "
            "'htps://www.gov.uk/government/publications/the-belfast-agreement' is not a web "
            "address; begin with https:// and leave no space in it",
            "sources.yaml:17: bunreacht: language: 'Irish' is not a language; write its code as in "
            "en, he or zh-Hant",
        ],
    ),
    "addresses with a password": (
        [Edit("sources.yaml", "url: https://", "url: https://me:secret@")],
        [
            "sources.yaml:4: agreement-1998: url: has a user or a password before @; remove it, as "
            "the record is public",
        ],
    ),
    "addresses with a key": (
        [Edit("sources.yaml", "the-belfast-agreement", "x?a=b&X-Amz-Signature=0a1b")],
        [
            "sources.yaml:4: agreement-1998: url: has a key in its parameter X-Amz-Signature; give "
            "the address without it, as the record is public",
        ],
    ),
    "names that find two actors": (
        [
            Edit("actors.yaml", "- NIO", "- Ireland"),
            Edit("actors.yaml", "- We Ourselves", "- IRISH government"),
            Edit("topics.yaml", "label: Assembly", "label: Prisoners"),
            Edit("actors.yaml", "- marjorie-mowlam", "- uk"),
        ],
        [
            "actors.yaml:23: northern-ireland-office: aliases[1]: 'Ireland' finds actor 'ireland' "
            "(actors.yaml:10) too; a name finds one actor, leave it out of one of the two",
            "actors.yaml:42: mowlam: former_ids[1]: 'uk' finds actor 'united-kingdom' "
            "(actors.yaml:1) too; a name finds one actor, leave it out of one of the two",
            "actors.yaml:54: sinn-fein: aliases[1]: 'IRISH government' finds actor 'ireland' "
            "(actors.yaml:10) too; a name finds one actor, leave it out of one of the two",
            "topics.yaml:14: prisoners: id: 'prisoners' finds topic 'assembly' (topics.yaml:8) "
            "too; a name finds one topic, leave it out of one of the two",
            "topics.yaml:15: prisoners: label: 'Prisoners' finds topic 'assembly' (topics.yaml:8) "
            "too; a name finds one topic, leave it out of one of the two",
        ],
    ),
    "former ids that are in use, or claimed twice": (
        [
            Edit("actors.yaml", "- marjorie-mowlam", "- ahern"),
            Edit(EVENTS, "- good-friday", "- referendums"),
            Edit(QUOTES, "  order: 2\n", "  order: 2\n  former_ids: [first, second]\n"),
            Edit(QUOTES, "  order: 3\n", "  order: 3\n  former_ids: [third, second]\n"),
        ],
        [
            "actors.yaml:42: mowlam: former_ids: 'ahern' is the id of what stands at "
            "actors.yaml:43; an id is never reused, leave it out",
            f"{EVENTS}:45: agreement-reached: former_ids: 'referendums' is the id of what stands "
            f"at {EVENTS}:46; an id is never reused, leave it out",
            f"{QUOTES}:24: q-peaceful-means: former_ids: 'second' is claimed at {QUOTES}:4 too; an "
            "id is never reused, leave it out",
        ],
    ),
    "files that would not be read": (
        [
            Edit("events/new.yml", None, "[]"),
            Edit("actor.yaml", None, "[]"),
            Edit("quote/new.yaml", None, "[]"),
            Edit("figures.CSV", None, "a,b"),
            Edit("README.md", None, "A word to curators."),
            Edit(".hidden.yaml", None, "[]"),
            Edit("schemas/events.json", None, "{}"),
        ],
        [
            f"{name}: would not be read; seed files are {SEED_FILES}"
            for name in ("actor.yaml", "events/new.yml", "figures.CSV", "quote/new.yaml")
        ],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_flaws_are_told_exactly(tiny: Path, tmp_path: Path, case: str) -> None:
    """Each bad input gives its flaws, in the order of files and lines, and no other."""
    edits, flaws = CASES[case]
    found = flaws_of(edited(tiny, edits, tmp_path / "folder"))
    assert found == sorted(flaws, key=by_place)


def by_place(flaw: str) -> tuple[str, int, str]:
    """The file, line and the rest of a flaw."""
    match = re.match(r"([^:]+):(?:(\d+):)? (.*)", flaw)
    assert match is not None
    return match[1], int(match[2] or 0), match[3]


def test_every_flaw_of_every_case_is_told_at_once(tiny: Path, tmp_path: Path) -> None:
    """Flaws of many sorts in one folder are told together, sorted, and nothing passes."""
    several = ("unknown actors", "an unknown topic", "dates outside", "`no` for", "ids, languages")
    chosen = [case for case in CASES if case.startswith(several)]
    edits = [edit for case in chosen for edit in CASES[case][0]]
    folder = edited(tiny, edits, tmp_path / "folder")
    with pytest.raises(Flawed) as refused:
        check_folder(folder)
    assert str(refused.value).split("\n") == flaws_of(folder)
    assert len(flaws_of(folder)) >= 10
    assert flaws_of(folder) == sorted(flaws_of(folder), key=by_place)


def test_what_refers_to_a_flawed_record_is_not_flawed(tiny: Path, tmp_path: Path) -> None:
    """A flaw of an actor, event or proposal is told once, not at each mention of it."""
    edits = [
        Edit("actors.yaml", "  name: Ireland", "  nam: Ireland"),
        Edit(EVENTS, "  event_type: agreement", "  event_type: agreed"),
        Edit(AGREEMENT, "  status: agreed", "  status: accepted"),
    ]
    found = flaws_of(edited(tiny, edits, tmp_path / "folder"))
    assert [flaw.partition(": ")[0] for flaw in found] == [
        "actors.yaml:10",
        "actors.yaml:11",
        f"{EVENTS}:22",
        f"{AGREEMENT}:11",
    ]


@pytest.mark.parametrize(
    "edit",
    [
        Edit("actors.yaml", "  name: Ireland", "  name: 'Ireland"),
        Edit("events/1998.yaml", "  title: A draft", "  title: 'A draft"),
        Edit("topics.yaml", "- id: institutions", "- id: &a institutions"),
        Edit("sources.yaml", "Belfast", "\x01"),
    ],
)
def test_what_a_broken_file_may_hold_is_not_missed(tiny: Path, tmp_path: Path, edit: Edit) -> None:
    """A file that cannot be read to its end gives one flaw, not one for each mention of it."""
    (flaw,) = flaws_of(edited(tiny, [edit], tmp_path / "folder"))
    assert flaw.startswith(f"{edit.file}:")


def test_a_quote_may_be_far_from_its_event(tiny: Path, tmp_path: Path) -> None:
    """A quote on another day than its event is no flaw: words are said years before and after."""
    edits = [Edit(QUOTES, "date: 1998-04-10", "date: 2023-04-17")]
    assert flaws_of(edited(tiny, edits, tmp_path / "folder")) == []


def test_white_space_around_our_own_words_is_left_out(tiny: Path, tmp_path: Path) -> None:
    """Prose may end with the line break of a `>` block; it makes no other record."""
    edits = [Edit("dataset.yaml", "description: >-", "description: >")]
    folder = edited(tiny, edits, tmp_path / "folder")
    assert flaws_of(folder) == []
    assert check_folder(folder) == check_folder(tiny)


def test_values_stay_what_curators_wrote(tiny: Path, tmp_path: Path) -> None:
    """`1.10`, `no` and a date are texts where a text is asked for."""
    edits = [
        Edit("dataset.yaml", "version: '1.10'", "version: 1.10"),
        Edit("actors.yaml", "- NIO", "- no"),
    ]
    folder = edited(tiny, edits, tmp_path / "folder")
    assert flaws_of(folder) == []


def test_no_folder_and_no_dataset(tmp_path: Path) -> None:
    """A folder that is missing, and one without its description, are told as such."""
    assert flaws_of(tmp_path / "none") == [
        f"{tmp_path / 'none'}: is not a folder; give the folder that holds dataset.yaml"
    ]
    assert flaws_of(tmp_path) == [
        "dataset.yaml: is missing; it holds the id, title, coverage and licence of the record"
    ]


def all_models() -> Iterator[type[BaseModel]]:
    """Every model that a seed file can hold."""
    pending, seen = list(REFERRING.values()), set()
    while pending:
        model = pending.pop()
        if model not in seen:
            seen.add(model)
            yield model
            for field in model.model_fields.values():
                inner = model_in(field.annotation)
                pending += [inner] if inner is not None else []


def test_every_pattern_is_told_in_words() -> None:
    """No field answers a curator with a regular expression."""
    patterns: set[str] = set()

    def gather(schema: Any) -> None:
        if isinstance(schema, dict):
            patterns.update([schema["pattern"]] if isinstance(schema.get("pattern"), str) else [])
            for each in schema.values():
                gather(each)
        elif isinstance(schema, list):
            for each in schema:
                gather(each)

    for model in MODELS.values():
        gather(model.model_json_schema())
    assert patterns == set(PATTERNS)


def test_every_id_of_another_record_is_looked_up() -> None:
    """A field that holds ids is the record's own, or is known to name other records."""
    own = {"id", "former_ids", "metric", "proposal", "category"}
    slug = next(iter(PATTERNS))
    for model in all_models():
        named = tree_of(model)
        for name, field in model.model_fields.items():
            types = [field, *get_args(field.annotation)]
            if any(slug in repr(each) for each in types) and name not in own:
                assert name in named, f"{model.__name__}.{name}"
