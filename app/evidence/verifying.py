"""`parley verify`: finds every wording in the text of its source, and writes the evidence."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson
import yaml

from app.errors import needs_extra
from app.evidence.finding import find_words, nearest_passage
from app.evidence.texts import NoText, TextFolder, Texts
from app.kinds.evidence import Evidence, EvidenceStatus, words_hash
from app.kinds.quotes import QuoteRecord
from app.reference.sources import SourceRecord
from app.seeding.checking import Flawed
from app.seeding.replacing import rewrite
from app.seeding.staging import Staging, temporary_staging
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
        """Counts a result and keeps its evidence; `why` says why words were not found."""
        self.counts[result] += 1
        if evidence is not None:
            self.kept[wording.quote, wording.source, evidence.words] = evidence
        if result in ("failed", "not read"):
            self.lines.append(f"{result}: {wording.quote}: {wording.source}{why}")

    def __str__(self) -> str:
        counted = ", ".join(f"{number} {name}" for name, number in sorted(self.counts.items()))
        return "\n".join([*self.lines, counted or "no wordings"])


def run_verification(
    folder: Path, texts: Path | None, *, fetch: bool, writing: bool
) -> tuple[VerificationReport, Path | None]:
    """The report, and the file that was written if `writing`."""
    if fetch:
        with needs_extra("verify", "Reading pages"):
            from app.evidence.fetching import live_pages  # noqa: PLC0415
        with live_pages() as pages:
            report = verify(folder, pages)
    else:
        report = verify(folder, TextFolder(texts) if texts is not None else None)
    return report, write(folder, report) if writing else None


def verify(folder: Path, texts: Texts | None) -> VerificationReport:
    """Verifies the wordings by the texts; without texts, reports the evidence that is recorded.

    Raises `Flawed` for flaws of anything but the evidence.
    """
    report, today = VerificationReport(), datetime.now(UTC).date()
    with temporary_staging("parley-verify-") as staging:
        validator = FolderValidator(folder, staging)
        flaws = validator.validate()
        stale = [flaw for flaw in flaws if Path(flaw.file).stem == STEM]
        if len(stale) < len(flaws):
            raise Flawed([flaw for flaw in flaws if flaw not in stale])
        for flaw in stale:
            report.counts["stale"] += 1
            report.lines.append(f"stale: {flaw}")
        for source_id, wordings in sorted(wordings_by_source(staging).items()):
            text = text_or_reason(texts, validator.reference.sources[source_id])
            for wording in wordings:
                report.add(wording, *verified(wording, text, today))
    return report


def wordings_by_source(staging: Staging) -> Mapping[str, list[QuoteWording]]:
    """Every wording of every quote; one that a source prints twice alike, once."""
    wordings: dict[str, list[QuoteWording]] = defaultdict(list)
    for body in staging.bodies("quote"):
        quote = QuoteRecord.model_validate_json(body)
        different = {(each.source, each.text): each.verification for each in quote.wordings}
        for (source, text), before in different.items():
            wordings[source].append(QuoteWording(quote.id, source, text, before))
    return wordings


def text_or_reason(texts: Texts | None, source: SourceRecord) -> str | NoText | None:
    """The text of a source, or why it cannot be read; None where no texts are given."""
    try:
        return texts.text_of(source) if texts is not None else None
    except NoText as why:
        return why


def verified(
    wording: QuoteWording, text: str | NoText | None, today: date
) -> tuple[str, Evidence | None, str]:
    """The result for a wording, the evidence to keep, and why the words are not proved."""
    before = wording.before
    if text is None:
        return before.status if before is not None else EvidenceStatus.unverified, before, ""
    if isinstance(text, NoText):
        kept = f"; it was {before.status} on {before.date}, which stays" if before else ""
        return "not read", before, f": {text}{kept}"
    evidence = evidence_of(wording, text, today)
    if evidence.exact is not None:
        return evidence.status, evidence, ""
    near = nearest_passage(wording.text, text)
    passage = f"; the nearest passage is “{near}”" if near is not None else ""
    why = evidence.notes or "the words do not stand in the text"
    return evidence.status, evidence, f": {why}{passage}"


def evidence_of(wording: QuoteWording, text: str, today: date) -> Evidence:
    """The evidence that a text gives of a wording; a note keeps what an earlier text proved."""
    own: dict[str, Any] = {
        "source": wording.source,
        "words": words_hash(wording.text),
        "text_sha256": sha256(text.encode("utf-8", "surrogatepass")).hexdigest(),
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
    where = f"the text that was read on {before.date} (sha256 {(before.text_sha256 or '')[:16]}…)"
    if before.text_sha256 is None:
        where = f"the stored copy of {before.page} that was read on {before.date}"
    return f"The words stood in {where}."


def write(folder: Path, report: VerificationReport) -> Path:
    """Writes the evidence into the seed folder: as NDJSON if it is that already, else as YAML."""
    ndjson = folder / f"{STEM}.ndjson"
    path = ndjson if ndjson.exists() else folder / f"{STEM}.yaml"
    records = [
        {"quote": key[0], **evidence.model_dump(mode="json", exclude_defaults=True)}
        for key, evidence in sorted(report.kept.items())
    ]
    if not records:
        path.unlink(missing_ok=True)
    elif path == ndjson:
        rewrite(path, b"".join(orjson.dumps(record) + b"\n" for record in records))
    else:
        text = yaml.safe_dump(records, allow_unicode=True, sort_keys=False, width=100)
        rewrite(path, text.encode())
    return path
