"""Bibliographies as Zotero exports them, with what is odd in them, and what is made of each."""

from __future__ import annotations

RIS = """\ufeffTY  - NEWS
TI  - Délégations meet at the lake
AU  - Example, A.
AU  - Example, B.
T2  - The Lakeside Gazette
DA  - 2024/03/05/
LA  - en-GB
UR  - https://gazette.example.org/2024/03/05/meet
AB  - A summary that
goes on below.
ER  -

TY  - RPRT
TI  - The harbour question
PB  - Institute of Northland
PY  - 2024///
UR  - https://institute.example.org/harbour
TY  - NEWS
TI  - Northland offers a truce of thirty days
T2  - The Lakeside Gazette
UR  - http://www.gazette.example.org/2024/03/01/northland-offers-truce/?utm_source=zotero
ER  -
TY  - NEWS
T2  - The Lakeside Gazette
UR  - https://gazette.example.org/untitled
ER  -
""".replace("ER  -", "ER  - ").replace("\n", "\r\n")

RIS_SOURCES = [
    {
        "title": "Délégations meet at the lake",
        "publisher": "The Lakeside Gazette",
        "url": "https://gazette.example.org/2024/03/05/meet",
        "date": "2024-03-05",
        "language": "en-GB",
        "kind": "news",
        "id": "gazette-20240305",
    },
    {
        "title": "The harbour question",
        "publisher": "Institute of Northland",
        "url": "https://institute.example.org/harbour",
        "date": "2024",
        "kind": "report",
        "id": "instituteofnorthland-2024",
    },
]
RIS_REMARKS = [
    "18: is in the record as gazette-20240301; left out",
    "23: gazette: title: is missing and required; add it",
]

BIBTEX = r"""
% Exported
@string{gaz = "The Lakeside Gazette"}
@article{example_2024,
	title = {{Northland}'s {\"U}ber-negotiator: \'Etat, \c{C}a, \~n, {\ss} \& 5\%},
	journaltitle = gaz,
	date = {2024-03-06},
	langid = {english},
	url = {https://gazette.example.org/~desk/a_b?x=1\&y=2},
	urldate = {2024-04-01},
}
@online{example_2024, title = {The same key}, organization = gaz}
@misc{broken, title = {never closed
@techreport{month, title = "A {Report}", institution = {Institute of Northland}, month = feb,
  year = 2024, doi = {10.1234/abc.5}, language = {klingonese}}
@book{undated, title = {Some Time}, publisher = {A House}, date = {n.d.}}
"""

BIBTEX_SOURCES = [
    {
        "title": "Northland's Über-negotiator: État, Ça, ñ, ß & 5%",
        "publisher": "The Lakeside Gazette",
        "url": "https://gazette.example.org/~desk/a_b?x=1&y=2",
        "date": "2024-03-06",
        "language": "en",
        "id": "gazette-20240306",
    },
    {
        "title": "A Report",
        "publisher": "Institute of Northland",
        "url": "https://doi.org/10.1234/abc.5",
        "date": "2024-02",
        "kind": "report",
        "id": "instituteofnorthland-202402",
    },
    {"title": "Some Time", "publisher": "A House", "kind": "report", "id": "ahouse-some-time"},
]
BIBTEX_REMARKS = [
    "12: is not read (Duplicate entry key 'example_2024')",
    "13: is not read (Unexpected block start: `@techreport`.",
    "14: instituteofnorthland-202402: language: 'klingonese' is not",
    "16: ahouse-some-time: date: 'n.d.': not a date",
]

CSL = """[
  {"id": "a/1", "type": "article-newspaper", "title": "A <i>first</i> day at the
lake", "container-title": "الجزيرة", "URL": "https://www.aljazeera.example/1",
   "issued": {"date-parts": [["2024", 3, "7"]]}, "language": "ar"},
  {"id": "a/2", "type": "report", "title": "Three days", "publisher": "Lake Office",
   "issued": {"date-parts": [[2024, 3, 7], [2024, 3, 9]], "circa": true},
   "URL": "https://office.example.org/days"},
  {"id": "a/3", "type": "webpage", "title": "Said once", "publisher": "Lake Office",
   "issued": {"raw": "2024-03-08T10:00:00Z"}, "URL": "https://office.example.org/once"},
  {"id": "a/4", "type": "webpage", "title": "Said twice", "publisher": "Lake Office",
   "issued": {"literal": "in spring"}, "URL": "office.example.org/twice"},
  7,
  {"id": "a/5", "type": "webpage", "title": "Said once again", "publisher": "Other Office",
   "URL": "https://office.example.org/once#part"},
  {"id": "a/6", "type": "webpage", "title": "By whom", "URL": "https://www.site.example.org/by"}
]""".replace("day at the\nlake", "day at the lake")

CSL_SOURCES = [
    {
        "title": "A first day at the lake",
        "publisher": "الجزيرة",
        "url": "https://www.aljazeera.example/1",
        "date": "2024-03-07",
        "language": "ar",
        "kind": "news",
        "id": "aljazeera-20240307",
    },
    {
        "title": "Three days",
        "publisher": "Lake Office",
        "url": "https://office.example.org/days",
        "date": "2024-03-07/2024-03-09~",
        "kind": "report",
        "id": "lakeoffice-20240307",
    },
    {
        "title": "Said once",
        "publisher": "Lake Office",
        "url": "https://office.example.org/once",
        "date": "2024-03-08",
        "id": "lakeoffice-20240308",
    },
    {
        "title": "Said twice",
        "publisher": "Lake Office",
        "id": "lakeoffice-said-twice",
    },
    {
        "title": "By whom",
        "url": "https://www.site.example.org/by",
        "publisher": "site.example.org",
        "id": "example-by-whom",
    },
]
CSL_REMARKS = [
    "9: lakeoffice-said-twice: url: 'office.example.org/twice' ",
    "9: lakeoffice-said-twice: date: 'in spring': not a date",
    "11: is no item of CSL-JSON",
    "12: is in the record as lakeoffice-20240308; left out",
    "14: example-by-whom: publisher: is not stated; the host stands there",
]

CSV = """\ufeffKey;Item Type;Publication Year;Title;Publication Title;Url;Date;Language
A1;newspaperArticle;2024;"A title; with
two lines";The Lakeside Gazette;https://gazette.example.org/two;2024-03-05;English
A2;bill;2024;Harbour Act;Lake Office;;2024-03;en
;;;;;;;
A3;newspaperArticle;2024;Too many;columns;https://a.example.org/b;2024;en;more
A4;newspaperArticle;2024;Also on that day;The Lakeside Gazette;https://gazette.example.org/4;2024-03-05;
A5;newspaperArticle;2024;"never closed;x;y
""".replace("\n", "\r\n")

CSV_SOURCES = [
    {
        "title": "A title; with two lines",
        "publisher": "The Lakeside Gazette",
        "url": "https://gazette.example.org/two",
        "date": "2024-03-05",
        "language": "en",
        "kind": "news",
        "id": "gazette-20240305",
    },
    {
        "title": "Harbour Act",
        "publisher": "Lake Office",
        "date": "2024-03",
        "language": "en",
        "kind": "resolution",
        "id": "lakeoffice-202403",
    },
    {
        "title": "Also on that day",
        "publisher": "The Lakeside Gazette",
        "url": "https://gazette.example.org/4",
        "date": "2024-03-05",
        "kind": "news",
        "id": "gazette-20240305-2",
    },
]
CSV_REMARKS = ["6: has 9 columns, the header 8", "8: is not CSV (unexpected end of data)"]

EXPORTS = {
    "export.ris": (RIS, RIS_SOURCES, RIS_REMARKS),
    "export.bib": (BIBTEX, BIBTEX_SOURCES, BIBTEX_REMARKS),
    "export.json": (CSL, CSL_SOURCES, CSL_REMARKS),
    "export.CSV": (CSV, CSV_SOURCES, CSV_REMARKS),
}
