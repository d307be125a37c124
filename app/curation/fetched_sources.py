"""`parley new source URL`: a source from what its page says of itself; its text is kept."""

from __future__ import annotations

import json
import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

from app.curation.importing import language_code
from app.curation.new_sources import RecordSources, SourceFields
from app.errors import ParleyError, needs_extra
from app.evidence.texts import NoText
from app.seeding.flaws import Flaw
from app.seeding.raw_records import RawRecord

# `parley verify --texts` reads them; they are others' work, and no part of the repository.
TEXTS = "texts"
FEW_CHARACTERS = 600
UNTOLD = {
    "title": "is not stated; it was made from the address",
    "date": "is not stated; write the one that the page shows",
    "language": "is not stated; without it, that of the record is meant",
}


def fetch_source(folder: Path, url: str) -> tuple[str, list[Flaw]]:
    """The entry as YAML, and the fields that were not found; keeps the text of the page.

    Raises `ParleyError` if there is no page, or if its source is in the record already.
    """
    with needs_extra("curate", "This"):
        from app.curation import page_metadata  # noqa: PLC0415
        from app.evidence.fetching import live_pages  # noqa: PLC0415
    record = RecordSources(folder)
    with live_pages() as pages:
        page = pages.page_at(url)
        try:
            stated = json.loads(pages.read_by(page_metadata.__file__, page, page.url))
            text, why = pages.readable(page), ""
        except NoText as unread:
            stated, text, why = {}, "", str(unread)
    for_pay = stated.pop("for_pay", None)
    raw = RawRecord("source", "", 0, fetched_fields(stated, page.url))
    remarks = record.add(raw)
    if not record.added:
        raise ParleyError("\n".join(f"{url} {remark}" for remark in remarks))
    said = {name: wrong for name, wrong in UNTOLD.items() if name not in stated}
    said["url"] = "leads on to the one that stands there" if page.url != url else ""
    said["text"] = why or text_remark(text, for_pay is not None)
    remarks += [raw.flaw((name,), wrong) for name, wrong in said.items() if wrong]
    if text:
        keep_text(folder / TEXTS, record.added[0]["id"], text)
    return record.text(), remarks


def fetched_fields(stated: dict[str, str], url: str) -> SourceFields:
    """The fields of a source; a title that is not stated is made from the address."""
    fields: SourceFields = {"url": url, **stated}
    if "language" in fields:
        fields["language"] = language_code(fields["language"])
    if "title" not in fields:
        last = unquote(urlsplit(url).path).rstrip("/").rpartition("/")[2].partition(".")[0]
        words = re.sub(r"[-_+\s]+", " ", last).strip()
        fields["title"] = (words or urlsplit(url).hostname or url).capitalize()
        fields["title_origin"] = "url_slug"
    return fields


def text_remark(text: str, for_pay: bool) -> str:
    """What to look at before words are verified by a text."""
    if for_pay:
        return "is a part of it; the page says that the rest is for subscribers"
    short = len(text) < FEW_CHARACTERS
    return f"has {len(text)} characters; see whether that is all" if short else ""


def keep_text(folder: Path, source_id: str, text: str) -> None:
    """Writes a text into the folder of texts, which git ignores."""
    folder.mkdir(exist_ok=True)
    (folder / ".gitignore").write_text("*\n", encoding="utf-8")
    (folder / f"{source_id}.txt").write_text(text, encoding="utf-8", errors="replace")
