"""What curators do to a record, at random: each change leaves a record without flaws.

To cover one more change: one function of (`Curated`, `Random`), listed in `CHANGES`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random
from typing import Any

from tests.seeding.folders import Curated, Fields

ENTRY_KINDS = ("event", "quote", "proposal", "figure")
DATES = (
    "1998-04-10",
    "1998-04-10",
    "1998-04-09/1998-04-11",
    "1998-04",
    "1997?",
    "1996-06-10/..",
    "1999-12-02",
    "1972/1999~",
)
OFFICE_DATES = (None, "1998", "1998-04-10/..", "1997/1998-04-09", "2001")
# Ids whose hashes are, each three of them, h, h and h + 1, or h, h + 1 and h + 1: on one day their
# entries contend for the same place in the order of the record.
CONTENDERS = (
    *("c-9b1846", "c-d7fcd5", "c-d99915"),
    *("c-1c5049", "c-dabc5d", "c-6aba67"),
    *("c-7d79cb", "c-41fd1f", "c-aa189a"),
)


def add_reference(curated: Curated, random: Random) -> None:
    """A new actor, topic or source."""
    number = random.randrange(10**6)
    name_type = random.choice(["actor", "topic", "source"])
    own: dict[str, Fields] = {
        "actor": {"name": f"Actor {number}", "kind": "group"},
        "topic": {"label": f"Topic {number}"},
        "source": {"publisher": "Press", "title": f"Report {number}"},
    }
    curated[name_type][f"{name_type}-{number}"] = {"id": f"{name_type}-{number}", **own[name_type]}


def rename(curated: Curated, random: Random) -> None:
    """Another name, label, publisher or title of an actor, topic or source."""
    name_type, field = random.choice(
        [("actor", "name"), ("topic", "label"), ("source", "publisher"), ("source", "title")]
    )
    one(curated[name_type], random)[field] = f"Renamed {random.randrange(10**6)}"


def change_aliases(curated: Curated, random: Random) -> None:
    """Another alias of an actor, or none."""
    actor = one(curated["actor"], random)
    actor["aliases"] = random.choice([[], [f"Àlias {random.randrange(10**6)}"]])


def change_positions(curated: Curated, random: Random) -> None:
    """Other offices of an actor."""
    one(curated["actor"], random)["positions"] = [
        {"title": f"Office {number}", "of": choice(curated["actor"], random), "date": date}
        for number, date in enumerate(random.sample(OFFICE_DATES, random.randrange(3)))
    ]


def change_memberships(curated: Curated, random: Random) -> None:
    """Other things that an actor is part of; only earlier ones, so that there is no circle."""
    ids = list(curated["actor"])
    number = random.randrange(len(ids))
    whole = random.choice(ids[:number]) if number else None
    date = random.choice(OFFICE_DATES)
    part_of = [{"actor": whole, "date": date}] if whole is not None else []
    curated["actor"][ids[number]]["part_of"] = part_of


def change_broader(curated: Curated, random: Random) -> None:
    """Another topic above a topic; only an earlier one, so that there is no circle."""
    ids = list(curated["topic"])
    for topic in curated["topic"].values():
        topic.pop("broader", None)
    for number in range(1, len(ids)):
        if random.random() < 0.8:
            curated["topic"][ids[number]]["broader"] = random.choice(ids[:number])


def change_source(curated: Curated, random: Random) -> None:
    """Another date of a source."""
    one(curated["source"], random)["date"] = random.choice(["1998", "1998-04-11", None])


def remove_reference(curated: Curated, random: Random) -> None:
    """An actor, topic or source less, where one is not in use."""
    for name_type in ("actor", "topic", "source"):
        used = set(named(curated, name_type))
        unused = [each for each in curated[name_type] if each not in used]
        if unused and len(curated[name_type]) > 2:
            del curated[name_type][random.choice(unused)]
            return


def change_date(curated: Curated, random: Random) -> None:
    """Another date and order of an entry."""
    entry = one(curated[random.choice(ENTRY_KINDS)], random)
    entry["date"] = random.choice(DATES)
    entry["order"] = random.choice([None, 0, 1, 63])


def change_shared(curated: Curated, random: Random) -> None:
    """Other actors, topics, citations and notes of an entry or a term."""
    entry = one(curated[random.choice(ENTRY_KINDS)], random)
    if entry.get("terms") and random.random() < 0.5:
        entry = random.choice(entry["terms"])
    roles = random.sample(["host", "participant", "backer"], random.randrange(4))
    entry["actors"] = [{"actor": choice(curated["actor"], random), "role": role} for role in roles]
    entry["topics"] = some(curated["topic"], random)
    entry["citations"] = [
        {"source": source, "supports": random.choice([None, "the day"])}
        for source in some(curated["source"], random)
    ]
    entry["notes"] = random.choice([None, "A note.", "Another note."])


def change_corrections(curated: Curated, random: Random) -> None:
    """Other corrections of a record of any kind."""
    corrected = one(curated[random.choice(["actor", "topic", "source", *ENTRY_KINDS])], random)
    corrected["corrections"] = [
        {"date": random.choice(["2026-11-01", "2026-11-02"]), "reason": f"Reason {number}."}
        for number in range(random.randrange(3))
    ]


def change_event(curated: Curated, random: Random) -> None:
    """Other answers that an event shows."""
    event = one(curated["event"], random)
    event["event_type"] = random.choice(["talks", "vote", "agreement"])
    event["responds_to"] = [
        {
            "proposal": choice(curated["proposal"], random),
            "actor": choice(curated["actor"], random),
            "stance": random.choice(["accepts", "rejects", "counters"]),
        }
        for _ in range(random.randrange(3))
    ]


def change_quote(curated: Curated, random: Random) -> None:
    """Another text, speaker, event and wording of a quote."""
    quote = one(curated["quote"], random)
    quote["text"] = f"Words {random.randrange(5)} of a speaker"
    quote["speakers"] = [{"actor": actor} for actor in some(curated["actor"], random)]
    quote["event"] = random.choice([None, choice(curated["event"], random)])
    quote["renderings"] = [
        {"text": "Focail", "source": choice(curated["source"], random), "language": "ga"}
        for _ in range(random.randrange(3))
    ]


def change_proposal(curated: Curated, random: Random) -> None:
    """Another state of a proposal, and what it answers."""
    ids = list(curated["proposal"])
    number = random.randrange(len(ids))
    proposal = curated["proposal"][ids[number]]
    proposal["status"] = random.choice(["agreed", "rejected"])
    proposal["proposers"] = some(curated["actor"], random)
    proposal.pop("in_reply_to", None)
    if number and random.random() < 0.7:
        proposal["in_reply_to"] = {"proposal": random.choice(ids[:number]), "basis": "stated"}
    cut_circles(curated)


def change_terms(curated: Curated, random: Random) -> None:
    """Other phases and terms of a proposal."""
    proposal = one(curated["proposal"], random)
    numbers = list(range(1, random.randrange(1, 4)))
    proposal["phases"] = [{"number": each, "title": f"Phase {each}"} for each in numbers]
    proposal["terms"] = [
        {
            "id": f"{proposal['id']}-term-{each}",
            "phase": random.choice([None, *numbers]),
            "obliged": some(curated["actor"], random),
            "text": f"Something is done {random.randrange(5)} times.",
            "quantities": [{"printed": "some", "unit": "times"}] * random.randrange(3),
            "topics": some(curated["topic"], random),
            "citations": [{"source": choice(curated["source"], random)}],
        }
        for each in range(random.randrange(4))
    ]


def change_figure(curated: Curated, random: Random) -> None:
    """Another number of a figure."""
    figure = one(curated["figure"], random)
    figure["quantity"] = {"value": random.randrange(9), "qualifier": "about", "unit": "votes"}
    figure["claimants"] = some(curated["actor"], random)
    figure["event"] = random.choice([None, choice(curated["event"], random)])


def add_entry(curated: Curated, random: Random) -> None:
    """A new entry like one that is there."""
    kind = random.choice(ENTRY_KINDS)
    entry_id = f"{kind}-{random.randrange(10**6)}"
    copied = {**one(curated[kind], random), "id": entry_id}
    curated[kind][entry_id] = without(copied, "former_ids", "terms", "in_reply_to", "phases")


def add_contender(curated: Curated, random: Random) -> None:
    """A new entry that contends with others for one place."""
    entry_id = random.choice(CONTENDERS)
    if not any(entry_id in curated[kind] for kind in ENTRY_KINDS):
        entry = {**one(curated["figure"], random), "id": entry_id, "date": "1998-04-10"}
        curated["figure"][entry_id] = without(entry, "former_ids", "order")


def remove_entry(curated: Curated, random: Random) -> None:
    """An entry less, and all references to it."""
    kind = random.choice(ENTRY_KINDS)
    if len(curated[kind]) > 1:
        removed = choice(curated[kind], random)
        del curated[kind][removed]
        for referring, field in references(curated, kind):
            if referring[field] == removed:
                referring[field] = next(iter(curated[kind]))
        cut_circles(curated)


def change_id(curated: Curated, random: Random) -> None:
    """Another id of an entry or of an actor, topic or source, the former one kept as an alias."""
    kind = random.choice(["actor", "topic", "source", *ENTRY_KINDS])
    former = choice(curated[kind], random)
    new = f"{kind}-{random.randrange(10**6)}"
    renamed = curated[kind][former]
    renamed["id"] = new
    if former not in CONTENDERS:
        renamed["former_ids"] = [*renamed.get("former_ids", []), former]
    curated[kind] = {new if each == former else each: it for each, it in curated[kind].items()}
    for referring, field in references(curated, kind):
        if referring[field] == former:
            referring[field] = new


def change_dataset(curated: Curated, random: Random) -> None:
    """Another version of the record."""
    one(curated["dataset"], random)["version"] = f"1.{random.randrange(100)}"


CHANGES: tuple[Callable[[Curated, Random], None], ...] = (
    add_reference,
    rename,
    change_aliases,
    change_positions,
    change_memberships,
    change_broader,
    change_source,
    remove_reference,
    change_date,
    change_shared,
    change_corrections,
    change_event,
    change_quote,
    change_proposal,
    change_terms,
    change_figure,
    add_entry,
    add_contender,
    remove_entry,
    change_id,
    change_dataset,
)


def one(records: dict[str, Fields], random: Random) -> Fields:
    """One of the records."""
    return records[choice(records, random)]


def choice(records: dict[str, Fields], random: Random) -> str:
    """One of the ids."""
    return random.choice(list(records))


def some(records: dict[str, Fields], random: Random) -> list[str]:
    """One or two of the ids."""
    return random.sample(list(records), random.randrange(1, min(3, len(records) + 1)))


def without(fields: Fields, *names: str) -> Fields:
    """The fields but these."""
    return {name: value for name, value in fields.items() if name not in names}


def named(curated: Curated, kind: str) -> Iterator[str]:
    """Every mention of a record of a kind."""
    for holder, field in references(curated, kind):
        yield holder[field]


def references(curated: Curated, kind: str) -> Iterator[tuple[Any, Any]]:
    """Each place where a record of a kind is named: what holds it, and under which key."""
    single = {
        "actor": ("actor", "of"),
        "topic": ("broader",),
        "source": ("source",),
        "event": ("event",),
        "proposal": ("proposal",),
    }.get(kind, ())
    several = {
        "actor": ("proposers", "mediators", "obliged", "beneficiary", "claimants"),
        "topic": ("topics",),
    }.get(kind, ())
    for records in curated.values():
        for holder in mappings(list(records.values())):
            # `of` of a quantity is text; that of an office names an actor.
            is_quantity = "unit" in holder
            for field in single:
                if holder.get(field) is not None and not (field == "of" and is_quantity):
                    yield holder, field
            for field in several:
                listed = holder.get(field) or []
                yield from ((listed, number) for number in range(len(listed)))


def mappings(value: Any) -> Iterator[Fields]:
    """Every mapping in a value."""
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from mappings(item)


def cut_circles(curated: Curated) -> None:
    """Leaves out answers to later proposals, and to the proposal itself."""
    ids = list(curated["proposal"])
    for number, proposal in enumerate(curated["proposal"].values()):
        reply = proposal.get("in_reply_to")
        if reply is not None and reply["proposal"] not in ids[:number]:
            del proposal["in_reply_to"]
