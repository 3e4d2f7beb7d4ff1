"""What mutated files found: each ends in a sentence within seconds, or is read."""

from __future__ import annotations

import io
import os
import pickle
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from case_files import GIVING, GRANT, STREET, street_row, text_of, workbook_of, write_street

import pccfunding as pcc

LONGEST_SECONDS = 5.0
LONGEST_MESSAGE = 500


def ends_soon(call: Callable[[], object]) -> str:
    """Give the message of a refusal, or the empty text; both within seconds of computing."""
    began = time.process_time()
    said = ""
    try:
        call()
    except pcc.errors.PccFundingError as error:
        said = str(error)
    assert time.process_time() - began < LONGEST_SECONDS
    assert len(said) <= LONGEST_MESSAGE
    return said


def giving(amount: str) -> bytes:
    body = '[{"id": "GB-CHC-1", "name": "A"}]'
    return (
        f'{{"grants": [{{"id": "360G-x-1", "title": "T", "description": "D", "currency": "GBP", '
        f'"amountAwarded": {amount}, "awardDate": "2024-04-01", "recipientOrganization": {body}, '
        f'"fundingOrganization": {body}}}]}}'
    ).encode()


@pytest.mark.parametrize("amount", ["1" + "0" * 400, "1e400", "-" + "9" * 5000, "1e308"])
def test_numbers_beyond_any_table(amount: str) -> None:
    def read() -> None:
        assert not len(pcc.read_360giving(giving(amount)).frame)

    ends_soon(read)
    ends_soon(lambda: pcc.read_awards(giving(amount)))
    awards = pcc.read_awards(text_of("Recipient,Amount (£)", f"Alpha,{amount}", "Beta,5"))
    assert awards.frame["recipient"].tolist() == ["Beta"]


def test_half_of_a_character() -> None:
    said = ends_soon(lambda: pcc.read_awards(b'[{"recipient": "\\ud800", "amount": 5}]'))
    assert "half of a character" in said


@pytest.mark.parametrize("path", ["a\x00b.csv", "a\udc80b.csv", "*\x00*.csv"])
def test_paths_that_no_disk_holds(path: str) -> None:
    for call in (
        pcc.read_awards,
        pcc.read_police_uk,
        pcc.read_360giving,
        pcc.scan_police_uk,
        lambda path: pcc.formats.count_police_uk(path, engine="polars"),
    ):
        said = ends_soon(lambda call=call: call(path))
        assert said
        assert said.encode()  # what is printed has whole characters


def test_a_damaged_workbook_says_so_shortly() -> None:
    book = bytearray(workbook_of({"A": [["Recipient", "Amount (£)"], *[["x" * 9, 5]] * 900]}))
    at = book.find(b"xl/sharedStrings.xml")
    for offset in range(at, at + 2000, 100):
        damaged = bytes(book[:offset]) + b"\xff" * 7 + bytes(book[offset + 7 :])
        ends_soon(lambda damaged=damaged: pcc.read_awards(damaged))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_or_a_folder_named_like_a_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "2024-01-kent-street.csv")
    (tmp_path / "2024-02-kent-street.csv").mkdir()
    write_street(tmp_path, "2024-03-kent-street.csv", street_row("a", "2024-03", "Kent Police"))

    def read() -> None:
        assert len(pcc.read_police_uk(tmp_path).frame) == 1

    assert ends_soon(read) == ""
    assert ends_soon(lambda: pcc.read_police_uk(tmp_path / "2024-01-kent-street.csv"))


@pytest.mark.parametrize("day", ["14/10/1066", "01/01/1677", "1/1/9999", "2300-01-01"])
def test_days_that_no_table_holds(day: str) -> None:
    result = pcc.read_awards(
        text_of("Recipient,Award Date,Start Date,End Date,Amount (£)",
                f"Alpha,{day},{day},{day},5", "Beta,01/04/2023,01/04/2023,31/03/2024,6")
    )  # fmt: skip
    assert result.frame["awarded_on"].isna().tolist() == [True, False]
    assert result.frame["period_start"].isna().tolist() == [True, False]
    assert "dates-unread" in result.cautions or result.changes["rule"].str.contains("days").any()


@pytest.mark.parametrize("blank", [" ", "\t", "\u00a0", "\r"])
@pytest.mark.parametrize("column", range(3))
def test_one_cell_of_50_000_blanks(blank: str, column: int) -> None:
    cells = ["Alpha", "Work", "500"]
    cells[column] = f'"x{blank * 50_000}y"'
    table = text_of("Recipient,Purpose,Amount (£)", ",".join(cells), "Beta,Work,6")
    ends_soon(lambda: pcc.read_awards(table))
    row = [*["E23000024", "Norfolk", "5"][:column], cells[column]]
    title = "Table P1 year ending March 2022"
    counts = text_of(title, "Area Code,Area Name,Burglary", ",".join(row))
    ends_soon(lambda: pcc.read_recorded_crime(counts))
    ends_soon(lambda: pcc.read_360giving(text_of(f"{GIVING},{cells[column]}", f"{GRANT},x")))


@pytest.mark.parametrize("span", ["colspan=999", "rowspan=9999", "colspan=999 rowspan=9999"])
def test_spans_of_a_page_cost_little(span: str) -> None:
    row = f"<tr><td {span}>a<td>b<td>c</tr>"
    page = f"<html><table><tr><th>Recipient<th>Amount (£)</tr>{row * (200_000 // len(row))}</table>"
    ends_soon(lambda: pcc.read_awards(page.encode()))


@pytest.mark.slow
def test_ten_megabytes_of_empty_columns_cost_little() -> None:
    lines = ["Recipient,Amount (£)" + "," * 900, *["Alpha,5" + "," * 900] * 11_000]
    table = text_of(*lines)
    assert len(table) > 9_000_000
    ends_soon(lambda: pcc.read_awards(table))
    ends_soon(lambda: pcc.read_recorded_crime(table))


def test_a_carriage_return_within_a_line() -> None:
    ends_soon(lambda: pcc.read_awards(b"Recipient,Amount\rx y\nAlpha,5\n"))


def test_a_workbook_whose_every_cell_is_gone() -> None:
    pytest.importorskip("python_calamine")
    assert "holds no cell" in ends_soon(lambda: pcc.read_360giving(workbook_of({"grants": []})))


def test_a_wide_row_below_a_merged_cell_is_counted_once() -> None:
    page = (
        "<html><table><tr><td>Fund<td>Recipient<td>Award (£)</tr>"
        "<tr><td rowspan=2>Homes<td>Stint<td rowspan=2>5</tr>"
        "<tr><td>Knot<td>7</tr></table></html>"
    )
    result = pcc.read_awards(page.encode())
    assert result.n_rows == len(result.frame) + result.n_rejected + len(result.others) == 2
    assert result.rejected["place"].tolist() == ["table 1, row 3"]


def test_nesting_without_end() -> None:
    deep = b'{"grants": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    assert "nested" in ends_soon(lambda: pcc.read_360giving(deep))
    ends_soon(lambda: pcc.read_awards(deep))
    ends_soon(lambda: pcc.read_awards(b"<html>" + b"<div><table>" * 20_000))


@pytest.mark.parametrize(
    "text", [STREET, STREET[:50], STREET + "\n" + STREET, "\n\n" + STREET, "\n", STREET + "\n,,"]
)
def test_a_street_header_repeated_and_cut(tmp_path: Path, text: str) -> None:
    file = tmp_path / "2024-01-kent-street.csv"
    file.write_text(text, encoding="utf-8")
    for engine in ("duckdb", "polars"):
        pytest.importorskip(engine)
    ends_soon(lambda: pcc.formats.count_police_uk(str(file), engine="duckdb"))
    ends_soon(lambda: pcc.formats.count_police_uk(str(file), engine="polars"))
    ends_soon(lambda: pcc.read_police_uk(file))


def _altered(book: bytes, old: bytes, new: bytes, path: str = "") -> bytes:
    """Put bytes in the place of others in the first sheet, which may lie at another path."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as read, zipfile.ZipFile(packed, "w") as written:
        for name in read.namelist():
            part = read.read(name)
            if name == "xl/worksheets/sheet1.xml":
                assert old in part
                part, name = part.replace(old, new), path or name
            if path:
                part = part.replace(b"worksheets/sheet1.xml", path[3:].encode())
            written.writestr(name, part)
    return packed.getvalue()


C3 = b'r="C3"'


FAR = [
    (C3, b'r="C99999999993"', ""),
    (C3, b'r="AAAAAAAAAAAA3"', ""),
    (C3, b'r="C3" r="C4000000000"', ""),
    (C3, b'x=">" r="C4000000000"', ""),
    (C3, b'x="' + b"y" * 400 + b'" r="XFD1048576"', ""),
    (C3, b'r="XFD1048576"', "xl/other/far.xml"),
    (b'row r="3" spans="1:3"><c r="A3"', b'row r="4000000000"><c', ""),
    (b'<c r="C3"><v>7</v></c>', b'<c r="C4000000000"></><v>7</v></c>', ""),
]
READ_EACH = """
import pickle, sys
import pccfunding as pcc
for book in pickle.load(sys.stdin.buffer):
    try:
        pcc.read_population(book, vintage="v")
    except pcc.errors.TableError as error:
        print(error)
"""


def test_a_far_cell_never_takes_the_memory() -> None:
    pytest.importorskip("python_calamine")
    rows = [["Code", "Name", "Mid-2022"], ["E07000008", "Cambridge", 5], ["E07000009", "", 7]]
    book = workbook_of({"x": rows})
    far = pickle.dumps([_altered(book, *change) for change in FAR])
    # In a process of its own: what is let through ends the process, not the test.
    child = [sys.executable, "-c", READ_EACH]
    done = subprocess.run(child, input=far, capture_output=True, check=False)
    said = done.stdout.decode().splitlines()
    assert (done.returncode, len(said)) == (0, len(FAR))
    assert all("damaged" in line or "cells are read" in line for line in said)


def test_cells_without_a_place_are_read() -> None:
    pytest.importorskip("python_calamine")
    rows = [["Code", "Name", "Mid-2022"], ["E07000008", "Cambridge", 5]]
    altered = _altered(workbook_of({"x": rows}), b'r="C2"', b"")
    result = pcc.read_population(altered, vintage="v")
    assert result.frame["persons"].tolist() == [5]


@pytest.mark.parametrize("sign", ["\x1c", "\x1d", "\x1e", "\x1f", "\x85", "\u2028"])
def test_a_separator_of_old_codes_behind_a_number(sign: str) -> None:
    data = text_of(GIVING, GRANT.replace(",100,", f',"100{sign}",'))
    assert not ends_soon(lambda: pcc.read_360giving(data))
    assert not ends_soon(lambda: pcc.quality_360giving(data))
