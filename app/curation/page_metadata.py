"""Title, date, publisher and language that a page states of itself.

As a program, from a page at standard input to JSON: `page_metadata.py html|plain CHARSET URL`.
"""

from __future__ import annotations

import json
import re
import sys
from urllib.parse import urlsplit

from trafilatura import extract_metadata, load_html

from app.evidence.readable import decoded_page

# schema.org: what says that a page shows only a part of its text.
FOR_PAY = re.compile(r'"isAccessibleForFree"\s*:\s*"?false', re.IGNORECASE)
LANGUAGE = "string((//html/@lang | //meta[@http-equiv='content-language']/@content)[1])"


def page_metadata(page: str, url: str) -> dict[str, str]:
    """What is stated, by field; a date only where it is marked as one or stands in the address."""
    tree = load_html(page)
    if tree is None:
        return {}
    language = str(tree.xpath(LANGUAGE)).strip()
    found = extract_metadata(tree, default_url=url, extensive=False)
    # Without a name, the library gives the host.
    by_host = urlsplit(url).netloc.endswith(found.sitename or "")
    stated = {
        "title": found.title,
        "publisher": None if by_host else found.sitename,
        "date": found.date,
        "language": language,
        "for_pay": "yes" if FOR_PAY.search(page) else None,
    }
    return {name: value for name, value in stated.items() if value}


def print_metadata(form: str, charset: str, url: str) -> None:
    """Writes what a page states, as JSON."""
    text = decoded_page(sys.stdin.buffer.read(), charset)
    print(json.dumps(page_metadata(text, url) if form == "html" else {}))  # noqa: T201


if __name__ == "__main__":
    print_metadata(*sys.argv[1:])
