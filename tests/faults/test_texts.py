"""Texts of others: no formula for any reader of CSV, no link to a share, no turned sentence."""

from __future__ import annotations

import csv
import io
import re
import shutil
from pathlib import Path

import pandas as pd
import pytest
from children import command, said
from hypothesis import given, strategies as st

import pccfunding as pcc
from pccfunding.bundled import datasets_dir
from pccfunding.cli.imported import spreadsheet_safe
from pccfunding.errors import DataPackageError, TableError
from pccfunding.review_pack import Review

# Private: the writer of the tables of a pack, and the parts of its page.
from pccfunding.review_pack.blocks import Link, Page, Section, Source, Text
from pccfunding.review_pack.csv_text import csv_bytes
from pccfunding.review_pack.page import render_page
from pccfunding.texts import isolated

SIGNS = st.text(alphabet="=+-@;,|\t\n\r\"' ax1＝", max_size=8)


def cells_read(text: str, delimiter: str) -> list[str]:
    """Read as a spreadsheet does that parts cells by another sign, and knows no quotes there."""
    return [cell for line in re.split(r"[\r\n]", text) for cell in line.split(delimiter)]


def runs(cell: str) -> bool:
    return cell.strip(' "\t')[:1] in {*"=+-@＝＋－＠"} - {""}


@given(st.lists(SIGNS, min_size=1, max_size=3))
def test_no_reader_of_a_table_meets_a_formula(texts: list[str]) -> None:
    frame = pd.DataFrame([texts], columns=[f"c{place}" for place in range(len(texts))])
    for written in (
        csv_bytes(frame).decode(),
        spreadsheet_safe(frame).to_csv(index=False, lineterminator="\n"),
    ):
        told = list(csv.reader(io.StringIO(written, newline="")))
        assert not any(
            runs(cell) for row in told for cell in row if not cell.lstrip("+-").isdigit()
        )
        for delimiter in ";\t|":
            found = [cell for cell in cells_read(written, delimiter) if "," not in cell]
            bad = [cell for cell in found if runs(cell) and not cell.lstrip("+-").isdigit()]
            assert not bad, (written, delimiter)


def test_the_cell_of_the_report() -> None:
    assert b"x;'=1+1" in csv_bytes(pd.DataFrame({"a": ["x;=1+1"]}))
    assert spreadsheet_safe(pd.DataFrame({"a;=1": ["x;=1+1"]})).to_csv().count(";'=") == 2


def test_counts_of_hostile_street_files(tmp_path: Path) -> None:
    pytest.importorskip("duckdb")
    header = "Month,Reported by,Falls within,LSOA name,Crime type\n"
    (tmp_path / "a-street.csv").write_text(
        header + "2023-01,F,=cmd|' /C calc'!A0,Place 1,Theft\n", encoding="utf-8"
    )
    done = command("count", "police-uk", tmp_path / "a-street.csv", "--by", "force", "--out",
                   tmp_path / "out.csv")  # fmt: skip
    assert done.returncode == 0, done
    assert (tmp_path / "out.csv").read_text(encoding="utf-8").splitlines()[1].startswith("'=cmd")


ADDRESSES = (
    "//host/x",
    "\\\\host\\x",
    "/\\host",
    "\t//host",
    "\n/x",
    "file:///etc/passwd",
    "smb://h/x",
    "javascript:alert(1)",
    "java\nscript:alert(1)",
    " //h",
    "\x01\\\\h\\x",
    "/etc/passwd",
    "data:text/html,x",
    "vbscript:x",
)


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_that_leads_to_a_share_or_a_script_is_no_link(address: str) -> None:
    assert not Link("x", address).safe
    page = render_page(Page("A", sources=[Source("s", "T", href=address)]))
    assert re.findall(r'href="([^"]*)"', page.partition("<body")[2]).count(address) == 0


@pytest.mark.slow
@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_that_is_none_breaks_the_evidence(address: str, tmp_path: Path) -> None:
    folder = tmp_path / "evidence"
    shutil.copytree(datasets_dir(), folder)
    sources = pd.read_csv(folder / "sources.csv", dtype=str)
    sources.loc[0, "url"] = address
    sources.to_csv(folder / "sources.csv", index=False)
    found = pcc.conformance(folder).frame
    told = found[(found["table"] == "sources") & (found["state"] == "broken")]["what"]
    assert told.str.contains("is no web address").sum() == 1


def test_addresses_that_lead_where_they_say() -> None:
    for address in ("https://example.org/a", "http://example.org", "#source-x", "tables/a.csv"):
        assert Link("x", address).safe


def test_text_from_right_to_left_stays_in_its_place() -> None:
    first, last = "\N{FIRST STRONG ISOLATE}", "\N{POP DIRECTIONAL ISOLATE}"
    override = "\N{RIGHT-TO-LEFT OVERRIDE}"
    for text in (f"{override}0005£", f"{last}{last}x{override}", "\u0627\u0644", "\u200f12"):
        shown = isolated(text)
        assert (shown[0], shown[-1]) == (first, last)
        assert override not in shown
        assert shown.count(last) == 1
        section = Section("q", "Q", f"Heading {text}", blocks=[Text([text])])
        page = render_page(Page(f"Title {text}", sections=[section]))
        assert override not in page
        assert page.count(first) == page.count(last) >= 3
    assert isolated("£12 – Cwm Rhondda’s café") == "£12 – Cwm Rhondda’s café"


@pytest.mark.slow
def test_a_terminal_is_not_turned_either(tmp_path: Path) -> None:
    folder = tmp_path / "evidence"
    shutil.copytree(datasets_dir(), folder)
    statements = pd.read_csv(folder / "statements.csv", dtype=str)
    statements["statement"] = "a\u202e\x1b[2Jb"
    statements.to_csv(folder / "statements.csv", index=False)
    done = command("reproduce", "--evidence", folder)
    assert "\u202e" not in said(done)
    assert "\x1b" not in said(done)


@pytest.mark.slow
def test_texts_without_end(tmp_path: Path, found: Review) -> None:
    folder = tmp_path / "evidence"
    shutil.copytree(datasets_dir(), folder)
    sources = pd.read_csv(folder / "sources.csv", dtype=str)
    sources.loc[2, "title"] = "x" * 10_001
    sources.to_csv(folder / "sources.csv", index=False)
    with pytest.raises(DataPackageError, match=r"line 4, column 'title': a text of 10,001"):
        pcc.read_evidence(folder)
    name = next(iter(found.exceptions))
    with pytest.raises(TableError, match="at most 10,000 are recorded"):
        pcc.review(found.evidence, exceptions={name: "x" * 10_001})
