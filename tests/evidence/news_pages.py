"""Pages of news as sites have them, with what is odd in them."""

from __future__ import annotations

WORDY = "The parties met at the lake and spoke of the harbour. " * 12
HTML = "text/html; charset=utf-8"
# schema.org as news sites write it.
JSON_LD = """<script type="application/ld+json">{"@context": "https://schema.org",
"@type": "NewsArticle", "headline": "Parties meet at the lake", "datePublished":
"2024-03-05T23:30:00+02:00", "inLanguage": "en", %s"publisher": {"@type": "Organization",
"name": "The Lakeside Gazette"}}</script>"""
WHOLE = f"""<!doctype html><html lang="en-GB"><head><title>Parties meet - The Lakeside Gazette
</title><meta property="og:site_name" content="The Lakeside Gazette">
{JSON_LD % ""}</head><body><h1>Parties meet at the lake</h1><p>{WORDY}</p></body></html>"""

PAGES: dict[str, tuple[str, bytes]] = {
    "/news/whole": (HTML, WHOLE.encode()),
    "/news/no-title.html": (HTML, f"<html><body><p>{WORDY}</p></body></html>".encode()),
    "/news/two-titles": (
        HTML,
        f"""<html lang="en"><head><title>Lake talks | Gazette</title><title>Advertisement</title>
        <meta property="og:title" content="Talks begin at the lake"></head>
        <body><p>{WORDY} Copyright 2019</p></body></html>""".encode(),
    ),
    "/news/2024/03/06/wrong-charset": (
        "text/html; charset=iso-8859-1",
        f"""<html lang="fr"><head><meta charset="ascii"><title>Les délégations à l’étude</title>
        </head><body><p>{WORDY}</p></body></html>""".encode(),
    ),
    "/news/arabic": (
        "text/html; charset=windows-1256",
        f"""<html lang="ar" dir="rtl"><head><title>الوفود تلتقي عند البحيرة</title>
        <meta property="og:site_name" content="صحيفة البحيرة">
        <meta property="article:published_time" content="2024-03-07T01:00:00+03:00">
        </head><body><p>{"التقت الوفود عند البحيرة. " * 40}</p></body></html>""".encode("cp1256"),
    ),
    "/news/for-pay": (
        HTML,
        WHOLE.replace(JSON_LD % "", JSON_LD % '"isAccessibleForFree": "False", ').encode(),
    ),
    "/news/stub": (HTML, b"<html lang='en'><title>A stub</title><p>Subscribe to read on.</p>"),
    "/news/the_lake_report-2024.pdf": ("application/pdf", b"%PDF-1.7"),
    "/news/odd-language": (HTML, WHOLE.replace("en-GB", "English (UK)").encode()),
}
