"""Sources as BibTeX, CSL JSON and sentences, and the package's own citation."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pandas as pd
import pytest

import pccfunding as pcc
from pccfunding.errors import UnknownNameError
from pccfunding.evidence.citation import written

ROOT = Path(pcc.__file__).parents[1]
HOSTILE = {
    "source_id": "s",
    "title": "100% of £5 & {more} \\input{x} #1_a~b^c",
    "publisher": "A & B",
    "kind": "web_page",
    "url": "https://example.org/a_b%20c}\\end",
    "published_on": pd.Timestamp(2024, 2, 29),
}


REPORT = {
    "source_id": "panel-2024",
    "title": "Panel report",
    "publisher": "Office A",
    "kind": "report",
    "url": "https://example.org/panel",
    "published_on": pd.Timestamp(2024, 3, 7),
    # What a source says of its day counts only where no day is known.
    "published_note": "month only",
    "read_on": pd.Timestamp(2026, 11, 29),
    "licence": "OGL-UK-3.0",
    "tokens": "£5; é",
    "version": None,
}
UNSIGNED = {
    "source_id": "note",
    "title": "A note",
    "kind": "web_page",
    "published_note": "Undated.",
    "licence": "not known",
    "copy_url": "https://example.org/copy",
}
TOOL = {
    "source_id": "tool",
    "title": "A tool",
    "publisher": "P",
    "kind": "software",
    "licence": "not stated",
    "version": "1.2",
    "url": "https://example.org/tool",
}
NOTE = "Read on 29 November 2026. Licence: OGL-UK-3.0. Figures: £5; é."
COPY = (
    "Undated. Read in the public copy at https://example.org/copy; "
    "the publisher's own address is not known."
)


def balanced(text: str) -> bool:
    """Whether braces close in the order in which they open; escaped ones do not count."""
    deep = 0
    for sign in re.sub(r"\\\\[{}\\\\]", "", text):
        deep += (sign == "{") - (sign == "}")
        if deep < 0:
            return False
    return deep == 0


def test_a_measure_is_cited_as_bibtex_through_its_table() -> None:
    awards = pcc.load_awards()
    spend = pcc.per_capita_spend(awards, pcc.load_population(), by="funder_group")
    entry = pcc.cite(spend, of=awards, style="bibtex")
    assert entry.startswith("@techreport{cambs-panel-report-2024-03,\n")
    assert "  year = {2024},\n  month = {3}," in entry
    assert "{\\pounds}2,321,845" in entry


def test_every_source_has_an_entry_in_each_style() -> None:
    sources = pcc.load_sources()
    entries = pcc.cite(sources, style="bibtex")
    assert re.findall(r"^@\w+\{(.+),$", entries, re.M) == sources["source_id"].tolist()
    assert balanced(entries)
    told = json.loads(pcc.cite(sources, style="csl"))
    assert [one["id"] for one in told] == sources["source_id"].tolist()
    assert [one["title"] for one in told] == sources["title"].tolist()
    dated = sources.dropna(subset=["published_on"])["source_id"].tolist()
    assert [one["id"] for one in told if "issued" in one] == dated
    assert len(pcc.cite(sources, style="text").splitlines()) == len(sources)


def test_signs_that_tex_reads_are_written_as_signs() -> None:
    entry = written([HOSTILE], "bibtex")
    assert "{100\\% of {\\pounds}5 \\& \\{more\\} \\textbackslash{}input\\{x\\} \\#1\\_a" in entry
    assert "url = {https://example.org/a_b%20cend}" in entry
    assert balanced(entry)
    assert json.loads(written([HOSTILE], "csl"))[0]["issued"] == {"date-parts": [[2024, 2, 29]]}


def test_the_package_is_cited_as_its_file_says() -> None:
    told = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    [own] = json.loads(pcc.citation("csl"))
    assert f'title: "{own["title"]}"' in told
    assert f"version: {own['version']}" in told
    assert f"  - name: {own['publisher']}" in told
    assert pcc.citation().startswith("The pccfunding authors. pccfunding: ")


def test_another_style_is_refused_with_those_there_are() -> None:
    for ask in (lambda: pcc.citation("apa"), lambda: pcc.cite(pcc.load_awards(), style="apa")):  # type: ignore[arg-type, call-overload]
        with pytest.raises(UnknownNameError) as refusal:
            ask()
        assert str(refusal.value) == "No style of citation 'apa'. There are text, bibtex, csl."


def test_a_public_copy_stands_in_the_note_and_never_as_the_address() -> None:
    sources = pcc.load_sources()
    copies = sources[sources["copy_url"].notna()]
    assert len(copies) >= 60
    told = {one["id"]: one for one in json.loads(pcc.cite(copies, style="csl"))}
    for row in copies.to_dict("records"):
        one = told[row["source_id"]]
        assert one.get("URL", "") == ("" if pd.isna(row["url"]) else row["url"])
        assert row["copy_url"] in one["note"]
        assert ("own address is not known" in one["note"]) == pd.isna(row["url"])
    # No address of a copy stands where the publisher's belongs: only its own repositories do.
    hosted = sources[sources["url"].fillna("").str.contains("github.com|pastebin.com")]
    assert hosted["url"].str.contains("/ONSdigital/").all()
    assert not sources["note"].fillna("").str.contains("address is that of").any()


def test_the_day_of_reading_goes_with_the_address_that_was_read() -> None:
    day = pd.Timestamp(2026, 11, 29)
    own = {"source_id": "s", "title": "T", "publisher": "P", "kind": "statistics", "read_on": day}
    copied = own | {"copy_url": "https://example.org/copy.csv"}
    kept = own | {"url": "https://example.org/own"}
    assert "Read on 29 November 2026 in the public copy at https://example.org/copy.csv; the " in (
        written([copied], "text")
    )
    assert "urldate" not in written([copied], "bibtex")
    assert "accessed" not in written([copied], "csl")
    assert "  urldate = {2026-11-29},\n  note = {Read on 29 November 2026.}" in (
        written([kept], "bibtex")
    )
    [told] = json.loads(written([kept], "csl"))
    assert told["accessed"] == {"date-parts": [[2026, 11, 29]]}
    assert written([copied | kept], "text") == (
        "P. T. https://example.org/own. "
        "Read on 29 November 2026 in the public copy at https://example.org/copy.csv."
    )


def test_a_source_in_a_sentence() -> None:
    assert written([REPORT, UNSIGNED, TOOL], "text").splitlines() == [
        f"Office A (2024). Panel report. https://example.org/panel. {NOTE}",
        f"No publisher stated. A note. {COPY}",
        "P. A tool, version 1.2. https://example.org/tool.",
    ]


def test_a_source_as_bibtex() -> None:
    assert written([REPORT, UNSIGNED, TOOL], "bibtex").splitlines() == [
        "@techreport{panel-2024,",
        "  title = {{Panel report}},",
        "  author = {{Office A}},",
        "  institution = {Office A},",
        "  year = {2024},",
        "  month = {3},",
        "  url = {https://example.org/panel},",
        "  urldate = {2026-11-29},",
        "  note = {" + NOTE.replace("£", r"{\pounds}") + "}",
        "}",
        "@misc{note,",
        "  title = {{A note}},",
        "  author = {{No publisher stated}},",
        "  howpublished = {webpage},",
        f"  note = {{{COPY}}}",
        "}",
        "@misc{tool,",
        "  title = {{A tool}},",
        "  author = {{P}},",
        "  howpublished = {software},",
        "  version = {1.2},",
        "  url = {https://example.org/tool}",
        "}",
    ]
    # A report of no publisher has no institution either.
    nameless = {key: value for key, value in REPORT.items() if key != "publisher"}
    assert "institution" not in written([nameless], "bibtex")


def test_a_source_as_csl() -> None:
    text = written([REPORT, UNSIGNED, TOOL], "csl")
    assert text.splitlines()[:4] == [
        "[",
        " {",
        '  "id": "panel-2024",',
        '  "type": "report",',
    ]
    assert "£5; é" in text
    assert json.loads(text) == [
        {
            "id": "panel-2024",
            "type": "report",
            "title": "Panel report",
            "author": [{"literal": "Office A"}],
            "publisher": "Office A",
            "issued": {"date-parts": [[2024, 3, 7]]},
            "accessed": {"date-parts": [[2026, 11, 29]]},
            "URL": "https://example.org/panel",
            "note": NOTE,
        },
        {"id": "note", "type": "webpage", "title": "A note", "note": COPY},
        {
            "id": "tool",
            "type": "software",
            "title": "A tool",
            "author": [{"literal": "P"}],
            "publisher": "P",
            "URL": "https://example.org/tool",
            "version": "1.2",
        },
    ]


@pytest.mark.parametrize(
    ("kind", "bibtex", "csl"),
    [
        ("report", "techreport", "report"),
        ("statistics", "misc", "dataset"),
        ("news", "misc", "article-newspaper"),
        ("hansard", "misc", "document"),
        ("law", "misc", "legislation"),
        ("something else", "misc", "webpage"),
    ],
)
def test_kinds_of_sources_have_their_names(kind: str, bibtex: str, csl: str) -> None:
    row = REPORT | {"kind": kind}
    assert written([row], "bibtex").startswith(f"@{bibtex}{{panel-2024,")
    assert json.loads(written([row], "csl"))[0]["type"] == csl
