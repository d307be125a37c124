"""Finds every wording in the text of its source, reports, and writes the evidence."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson
import yaml

from app.evidence.finding import find_words, nearest_passage
from app.evidence.texts import NoText, Texts
from app.kinds.evidence import Evidence, EvidenceStatus, words_hash
from app.kinds.quotes import QuoteRecord, Wording
from app.reference.sources import SourceRecord
from app.seeding.checking import Flawed
from app.seeding.flaws import Flaw
from app.seeding.replacing import rewrite
from app.seeding.staging import temporary_staging
from app.seeding.validation import FolderValidator

STEM = "evidence"


@dataclass(frozen=True)
class QuoteWording:
    """The words of a quote as one source prints them, with the evidence so far."""

    quote: str
    source: str
    text: str
    before: Evidence | None


@dataclass
class VerificationReport:
    """The evidence to write, the number of wordings by result, and a line for each not proved."""

    counts: Counter[str] = field(default_factory=Counter)
    lines: list[str] = field(default_factory=list)
    kept: dict[tuple[str, str, str], Evidence] = field(default_factory=dict)

    def add(
        self, wording: QuoteWording, result: str, evidence: Evidence | None, why: str = ""
    ) -> None:
        """Counts a result and keeps its evidence; `why` is said of what is not proved."""
        self.counts[result] += 1
        if evidence is not None:
            self.kept[wording.quote, wording.source, evidence.words] = evidence
        if result in ("failed", "not read"):
            self.lines.append(f"{result}: {wording.quote}: {wording.source}{why}")

    def __str__(self) -> str:
        counted = ", ".join(f"{number} {name}" for name, number in sorted(self.counts.items()))
        return "\n".join([*self.lines, counted or "no wordings"])


@dataclass(frozen=True)
class FolderWordings:
    """The wordings of a folder by source, the sources, and flaws of evidence for other words."""

    wordings: dict[str, list[QuoteWording]]
    sources: dict[str, SourceRecord]
    stale: list[Flaw]


def verify(folder: Path, texts: Texts | None, today: date) -> VerificationReport:
    """Verifies the wordings by the texts; without texts, reports the evidence that is recorded."""
    read = read_wordings(folder)
    report = VerificationReport()
    for flaw in read.stale:
        report.counts["stale"] += 1
        report.lines.append(f"stale: {flaw}")
    for source_id, wordings in sorted(read.wordings.items()):
        if texts is None:
            report_earlier(wordings, report)
            continue
        try:
            text = texts.text_of(read.sources[source_id])
        except NoText as why:
            report_unread(wordings, str(why), report)
        else:
            verify_wordings(wordings, text, today, report)
    return report


def read_wordings(folder: Path) -> FolderWordings:
    """The wordings of a folder; raises `Flawed` for flaws of anything but the evidence."""
    with temporary_staging("parley-verify-") as staging:
        validator = FolderValidator(folder, staging)
        flaws = validator.validate()
        stale = [flaw for flaw in flaws if Path(flaw.file).stem == STEM]
        if len(stale) < len(flaws):
            raise Flawed([flaw for flaw in flaws if flaw not in stale])
        wordings: dict[str, list[QuoteWording]] = defaultdict(list)
        for body in staging.bodies("quote"):
            for wording in wordings_of(QuoteRecord.model_validate_json(body)):
                wordings[wording.source].append(wording)
        return FolderWordings(wordings, validator.reference.sources, stale)


def wordings_of(quote: QuoteRecord) -> Iterator[QuoteWording]:
    """Every wording of a quote; one that a source prints twice alike, once."""
    different: dict[tuple[str, str], Wording] = {}
    for each in quote.wordings:
        different.setdefault((each.source, each.text), each)
    for (source, text), each in different.items():
        yield QuoteWording(quote.id, source, text, each.verification)


def report_earlier(wordings: Iterable[QuoteWording], report: VerificationReport) -> None:
    """Reports the evidence that was recorded earlier."""
    for wording in wordings:
        status = wording.before.status if wording.before else EvidenceStatus.unverified
        report.add(wording, status, wording.before)


def report_unread(wordings: Iterable[QuoteWording], why: str, report: VerificationReport) -> None:
    """Reports words whose text could not be read; earlier evidence is kept."""
    for wording in wordings:
        before, earlier = wording.before, ""
        if before is not None:
            earlier = f"; it was {before.status} on {before.date}, which stays"
        report.add(wording, "not read", before, f": {why}{earlier}")


def verify_wordings(
    wordings: Iterable[QuoteWording], text: str, today: date, report: VerificationReport
) -> None:
    """Verifies the wordings of a source by its text."""
    digest = sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    for wording in wordings:
        evidence = evidence_of(wording, text, digest, today)
        why = evidence.notes or "the words do not stand in the text"
        near = nearest_passage(wording.text, text) if evidence.exact is None else None
        if near is not None:
            why = f"{why}; the nearest passage is “{near}”"
        report.add(wording, evidence.status, evidence, f": {why}")


def evidence_of(wording: QuoteWording, text: str, digest: str, today: date) -> Evidence:
    """The evidence that a text gives of a wording; a note keeps what an earlier text proved."""
    own: dict[str, Any] = {
        "source": wording.source,
        "words": words_hash(wording.text),
        "text_sha256": digest,
        "date": today.isoformat(),
    }
    passage = find_words(wording.text, text)
    if passage is not None:
        return Evidence(status=EvidenceStatus.verified, **own, **asdict(passage))
    return Evidence(status=EvidenceStatus.failed, notes=note_of(wording.before), **own)


def note_of(before: Evidence | None) -> str | None:
    """A note that the words were in an earlier text, and when."""
    if before is None or before.status is EvidenceStatus.failed:
        return before.notes if before is not None else None
    if before.text_sha256 is None:
        copy = f"the stored copy of {before.page} that was read on {before.date}"
        return f"The words stood in {copy}."
    return (
        f"The words stood in the text that was read on {before.date} "
        f"(sha256 {before.text_sha256[:16]}…)."
    )


def write(folder: Path, report: VerificationReport) -> Path:
    """Writes the evidence into the seed folder: as NDJSON if it is that already, else as YAML."""
    ndjson = folder / f"{STEM}.ndjson"
    path = ndjson if ndjson.exists() else folder / f"{STEM}.yaml"
    records = [
        {"quote": key[0], **evidence.model_dump(mode="json", exclude_defaults=True)}
        for key, evidence in sorted(report.kept.items())
    ]
    if path == ndjson:
        written = b"".join(orjson.dumps(record) + b"\n" for record in records)
    else:
        text = yaml.safe_dump(records, allow_unicode=True, sort_keys=False, width=100)
        written = text.encode()
    if not records:
        path.unlink(missing_ok=True)
        return path
    rewrite(path, written)
    return path
