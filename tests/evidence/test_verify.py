"""`parley verify` from texts to evidence.yaml, and from there to answers."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import yaml

from app.cli import main
from app.errors import SeedRefused
from app.seeding.seed import seed
from tests.api.asking import Asker
from tests.conftest import SHIPPED, TINY, Seeded, settings_of
from tests.evidence.pages import served
from tests.seeding.folders import check_folder

AGREEMENT = """DECLARATION OF SUPPORT

1. We, the participants in the multi-party negotiations, believe that the agreement we
have negotiated offers a truly historic opportunity for a new beginning.

4. We reaffirm our total and absolute commitment to exclusively democratic and peaceful means of
resolving differences on political issues.
"""
CONSTITUTION = "Article 4\nThe name of the State is Éire, or, in the English language, Ireland.\n"
TODAY = datetime.now(UTC).date().isoformat()
Verify = Callable[..., int]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the tiny record, to be written to."""
    return Path(shutil.copytree(TINY, tmp_path / "seed"))


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    """The texts of two of its sources."""
    place = tmp_path / "texts"
    place.mkdir()
    (place / "agreement-1998.txt").write_text(AGREEMENT, encoding="utf-8")
    (place / "constitution.txt").write_text(CONSTITUTION, encoding="utf-8")
    (place / "index.yaml").write_text("bunreacht: constitution.txt\n", encoding="utf-8")
    return place


def written(folder: Path) -> dict[tuple[str, str], dict[str, Any]]:
    """What evidence.yaml holds, by quote and the beginning of the words' hash."""
    records = yaml.safe_load((folder / "evidence.yaml").read_text(encoding="utf-8"))
    return {(each["quote"], each["words"]): each for each in records}


def words(text: str) -> str:
    """The name of a wording."""
    return sha256(text.encode()).hexdigest()[:16]


def test_what_is_found_is_written(
    folder: Path, texts: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Selector, hash of the text and day are recorded; what is not found is said, and fails."""
    assert main(["verify", str(folder), "--texts", str(texts), "--write"]) == 1
    said = capsys.readouterr().out
    assert "failed: q-name-of-the-state: bunreacht: the words do not stand in the text" in said
    assert "1 failed, 3 verified" in said
    evidence = written(folder)
    means = "our total and absolute commitment to exclusively democratic and peaceful means"
    assert evidence["q-peaceful-means", words(means)] == {
        "quote": "q-peaceful-means",
        "source": "agreement-1998",
        "words": words(means),
        "status": "verified",
        "exact": means,
        "prefix": "4. We reaffirm ",
        "suffix": " of resolving",
        "text_sha256": sha256(AGREEMENT.encode()).hexdigest(),
        "date": TODAY,
    }
    irish = "Éire is ainm don Stát nó, sa Sacs-Bhéarla, Ireland."
    assert evidence["q-name-of-the-state", words(irish)]["status"] == "failed"
    assert check_folder(folder)["quote"] == 3


def test_without_write_nothing_is_written(folder: Path, texts: Path) -> None:
    """A look alone leaves the folder as it is."""
    assert main(["verify", str(folder), "--texts", str(texts)]) == 1
    assert main(["verify", str(folder)]) == 0
    assert not (folder / "evidence.yaml").exists()


def test_answers_carry_the_evidence(folder: Path, texts: Path, tmp_path: Path) -> None:
    """After seeding again, renderings show it, and quotes are asked by it."""
    database = tmp_path / "record.db"
    seed(folder, settings_of(database))
    (texts / "agreement-1998.txt").unlink()
    main(["verify", str(folder), "--texts", str(texts), "--write"])
    summary = seed(folder, settings_of(database))
    assert summary.counts["quote"] == {"changed": 1}
    with Asker(database) as ask:
        quote = ask.page("/v1/quotes/q-name-of-the-state")["data"]
        assert ask.ids("/v1/quotes?evidence=verified") == ["q-name-of-the-state"]
        assert ask.ids("/v1/quotes?evidence=unverified") == ["q-peaceful-means", "q-new-beginning"]
        assert ask.ids("/v1/quotes?evidence=failed") == []
        ask.problem("/v1/quotes?evidence=proved", 422)
    assert quote["evidence"] == "verified"
    english, irish = quote["renderings"]
    digest = sha256(CONSTITUTION.encode()).hexdigest()
    assert english["evidence"] == "verified"
    assert english["verification"] == {
        "date": TODAY,
        "method": "source_text",
        "text_sha256": digest,
        "page": None,
        "selector": {
            "type": "TextQuoteSelector",
            "exact": "The name of the State is Éire, or, in the English language, Ireland.",
            "prefix": "Article 4 ",
            "suffix": "",
        },
        "notes": None,
    }
    assert irish["evidence"] == "failed"
    assert irish["verification"] == {
        "date": TODAY,
        "method": "source_text",
        "text_sha256": digest,
        "page": None,
        "selector": None,
        "notes": None,
    }


def test_a_changed_text_is_said_and_what_stood_is_kept(
    folder: Path, texts: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Words that are gone from a text fail, with the day on which they stood there."""
    main(["verify", str(folder), "--texts", str(texts), "--write"])
    path = texts / "agreement-1998.txt"
    path.write_text(AGREEMENT.replace("total", "full"), encoding="utf-8")
    assert main(["verify", str(folder), "--texts", str(texts), "--write"]) == 1
    note = f"The words stood in the text that was read on {TODAY}"
    assert f"failed: q-peaceful-means: agreement-1998: {note}" in capsys.readouterr().out
    failed = [each for each in written(folder).values() if each["status"] == "failed"]
    assert [each["quote"] for each in failed] == ["q-name-of-the-state", "q-peaceful-means"]
    assert failed[1]["notes"].startswith(note)


def test_a_text_that_is_gone_is_said_and_the_evidence_stays(
    folder: Path, texts: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A vanished text proves nothing and disproves nothing."""
    main(["verify", str(folder), "--texts", str(texts), "--write"])
    before = written(folder)
    (texts / "agreement-1998.txt").unlink()
    main(["verify", str(folder), "--texts", str(texts), "--write"])
    said = capsys.readouterr().out
    assert (
        "not read: q-peaceful-means: agreement-1998: there is no agreement-1998.txt among the "
        f"texts; it was verified on {TODAY}, which stays"
    ) in said
    assert written(folder) == before


def test_evidence_of_words_that_changed_is_a_flaw(
    folder: Path, texts: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where curators correct a quote, its evidence is to be made again."""
    main(["verify", str(folder), "--texts", str(texts), "--write"])
    quotes = folder / "quotes" / "1998.yaml"
    text = quotes.read_text(encoding="utf-8")
    quotes.write_text(text.replace("text: our total", "text: our full"), encoding="utf-8")
    with pytest.raises(SeedRefused, match="q-peaceful-means: words: has no wording in agreement"):
        check_folder(folder)
    capsys.readouterr()
    assert main(["verify", str(folder), "--texts", str(texts), "--write"]) == 1
    said = capsys.readouterr().out
    assert "stale: evidence.yaml:" in said
    assert "1 stale" in said
    assert check_folder(folder)["quote"] == 3


@pytest.mark.parametrize(
    ("change", "flaw"),
    [
        (("quote: q-peaceful-means", "quote: q-peaceful-mean"), "there is no quote"),
        (("source: agreement-1998", "source: agreement"), "there is no source 'agreement'"),
        (("status: verified", "status: proved"), "write one of verified, failed"),
        ((f"date: '{TODAY}'", "date: '2026'"), "date must be the day"),
        (("suffix: ' of resolving'", f"suffix: {'x' * 40}"), "suffix"),
        (("exact: The name", "note: The name"), "note: is not a field here; did you mean notes?"),
    ],
)
def test_check_reads_the_evidence(
    folder: Path, texts: Path, change: tuple[str, str], flaw: str
) -> None:
    """Evidence is checked like all other records."""
    main(["verify", str(folder), "--texts", str(texts), "--write"])
    path = folder / "evidence.yaml"
    text = path.read_text(encoding="utf-8")
    assert change[0] in text
    path.write_text(text.replace(*change), encoding="utf-8")
    with pytest.raises(SeedRefused) as refused:
        check_folder(folder)
    assert flaw in str(refused.value)


def test_evidence_given_twice_and_in_a_quote(folder: Path, texts: Path) -> None:
    """Two pieces of evidence for the same words, or evidence inside a quote, are flaws."""
    main(["verify", str(folder), "--texts", str(texts), "--write"])
    path = folder / "evidence.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text + text.split("- quote", 2)[1].join(("- quote", "")), encoding="utf-8")
    quotes = folder / "quotes" / "1998.yaml"
    inside = quotes.read_text(encoding="utf-8") + "  evidence: []\n"
    quotes.write_text(inside, encoding="utf-8")
    with pytest.raises(SeedRefused) as refused:
        check_folder(folder)
    assert "is evidence of words that have some already" in str(refused.value)
    assert "evidence: is not written in a quote" in str(refused.value)


def test_other_flaws_come_first(
    folder: Path, texts: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is verified of a folder that cannot be read."""
    (folder / "dataset.yaml").unlink()
    assert main(["verify", str(folder), "--texts", str(texts), "--write"]) == 1
    assert "dataset.yaml" in capsys.readouterr().err
    assert not (folder / "evidence.yaml").exists()


def test_texts_outside_their_folder_are_not_read(
    folder: Path, texts: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An index leads to files of its folder only; what is no text is said."""
    (texts / "index.yaml").write_text("bunreacht: ../seed/dataset.yaml\n", encoding="utf-8")
    (texts / "agreement-1998.txt").write_bytes(b"\xff\xfe\x00")
    assert main(["verify", str(folder), "--texts", str(texts)]) == 0
    said = capsys.readouterr().out
    assert "lies outside the folder of texts" in said
    assert "agreement-1998.txt is not UTF-8" in said
    assert main(["verify", str(folder), "--texts", str(texts / "nowhere")]) == 1


def test_live_pages(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With --fetch the pages of the sources are read, where their addresses may be."""
    with served() as pages:
        sources = folder / "sources.yaml"
        text = sources.read_text(encoding="utf-8")
        address = "https://www.gov.uk/government/publications/the-belfast-agreement"
        sources.write_text(text.replace(address, pages.address("/good")), encoding="utf-8")
        main(["verify", str(folder), "--fetch"])
        assert "127.0.0.1 is at the private address 127.0.0.1" in capsys.readouterr().out
        monkeypatch.setenv("VERIFY_PRIVATE_ADDRESSES", '["127.0.0.1"]')
        assert main(["verify", str(folder), "--fetch"]) == 1
    said = capsys.readouterr().out
    assert "failed: q-peaceful-means: agreement-1998: the words do not stand in the text" in said
    assert "not read: q-name-of-the-state: bunreacht: the source has no address" in said


def every_quote(ask: Asker) -> Iterator[dict[str, Any]]:
    """The quotes of all pages."""
    path = "/v1/quotes?limit=100"
    while path is not None:
        page = ask.page(path)
        yield from page["data"]
        path = page["links"]["next"]


def test_the_shipped_record_carries_its_proof(cached_databases: Seeded) -> None:
    """The quotations of the two articles are verified, with no text of theirs around."""
    with Asker(cached_databases(SHIPPED)) as ask:
        quotes = list(every_quote(ask))
        assert not ask.ids("/v1/quotes?evidence=failed")
    proved = [
        (quote["id"], rendering["source"]["id"], rendering["verification"]["selector"]["exact"])
        for quote in quotes
        for rendering in quote["renderings"]
        if (rendering["verification"] or {}).get("method") == "source_text"
    ]
    articles = [f"article-20240207-{name}-victory" for name in ("absolute", "total")]
    assert [(quote, articles.index(source)) for quote, source, _ in sorted(proved)] == [
        ("q-20240121-netanyahu-matter-of-time", 0),
        ("q-20240207-abu-zuhri", 1),
        ("q-20240207-blinken-space", 0),
        ("q-20240207-netanyahu-bizarre", 1),
        ("q-20240207-netanyahu-not-going-anywhere", 1),
        ("q-20240207-netanyahu-victory", 0),
        ("q-20240207-netanyahu-victory", 1),
    ]
    assert {"absolute victory", "total victory"} < {exact for *_, exact in proved}


def test_most_wordings_of_the_shipped_record_are_verified(cached_databases: Seeded) -> None:
    """At least 55 in a hundred; those read in a stored copy have the address of its page."""
    with Asker(cached_databases(SHIPPED)) as ask:
        wordings = [each for quote in every_quote(ask) for each in quote["renderings"]]
    looked_up = [each["verification"] for each in wordings if each["evidence"] == "verified"]
    assert len(wordings) >= 450
    assert len(looked_up) >= 0.55 * len(wordings)
    copies = [each for each in looked_up if each["method"] == "stored_copy"]
    assert len(copies) > 400
    assert all(each["page"] and each["date"] == "2026-11-26" for each in copies)
