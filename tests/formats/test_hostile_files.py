"""Hostile and broken files: one sentence each, nothing run, nothing fetched, nothing lost."""

from __future__ import annotations

import io
import os
import re
import threading
import time
import zipfile
from pathlib import Path

import pytest
from award_pages import ods_of

from pccfunding.errors import PccFundingError, TableError
from pccfunding.formats import read_awards
from pccfunding.formats.opening.limits import Limits, read_bytes
from pccfunding.formats.opening.open_file import open_grids


def zipped(parts: dict[str, bytes]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return data.getvalue()


def workbook(cells: dict[tuple[int, int], object], names: tuple[str, ...] = ("Awards",)) -> bytes:
    import xlsxwriter

    data = io.BytesIO()
    book = xlsxwriter.Workbook(data, {"in_memory": True})
    for name in names:
        sheet = book.add_worksheet(name)
        for (row, column), value in cells.items():
            sheet.write(row, column, value)
    book.close()
    return data.getvalue()


BOMB = zipped({"xl/workbook.xml": b"0" * 60_000_000})
ENTITIES = zipped({"xl/workbook.xml": b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'})

REFUSED = [
    ("empty", b"", "is empty"),
    ("blank", b" \r\n \t\n", "is empty"),
    ("binary", bytes(range(256)) * 40, "is no text, workbook or page"),
    ("pdf", b"%PDF-1.7\n...", "is a PDF"),
    ("old workbook", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old Excel workbook"),
    ("picture", b"\x89PNG\r\n\x1a\n....", "is a picture"),
    ("gzip", b"\x1f\x8b\x08\x00....", "is compressed"),
    ("other zip", zipped({"notes.xml": b"<a/>"}), "no XLSX or ODS workbook"),
    ("cut zip", workbook({(0, 0): "x"})[:900], "damaged workbook"),
    ("zip bomb", BOMB, "as a zip bomb does"),
    ("entities", ENTITIES, "declares XML entities"),
    ("wide text", ("x" + ",y" * 9_999 + "\n").encode(), "has 10,000 columns"),
    ("open quote", b'Recipient,Amount\n"A,5\nB,6\nC,7\n', "line 2: a quotation mark opens"),
    ("deep json", b"[" * 100_000, "nested too deeply"),
    ("broken json", b'{"grants": [', "damaged JSON"),
    ("json of no records", b"[[1, 2]]", "no list of records"),
]


@pytest.mark.parametrize(
    ("data", "said"), [one[1:] for one in REFUSED], ids=[one[0] for one in REFUSED]
)
def test_what_cannot_be_read_is_one_sentence(data: bytes, said: str) -> None:
    with pytest.raises(TableError, match=said) as refused:
        read_awards(data)
    assert len(str(refused.value)) < 260
    assert "\n" not in str(refused.value)


def test_a_folder_a_device_and_a_missing_file_are_one_sentence(tmp_path: Path) -> None:
    for path, said in ((tmp_path, "is a folder"), (tmp_path / "none.csv", "No such file")):
        with pytest.raises(TableError, match=said):
            read_awards(path)
    if os.path.exists("/dev/zero"):
        with pytest.raises(TableError, match="no regular file"):
            read_awards("/dev/zero")
    with pytest.raises(TableError, match="is an address"):
        read_awards("https://example.org/awards.csv")
    with pytest.raises(TableError, match="from int"):
        read_awards(5)


def read_often(path: Path, times: int) -> None:
    for _ in range(times):
        read_bytes(path)


def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "awards.csv"
    path.write_bytes(b"Recipient,Amount\n" + b"A,5\n" * 2_000_000)
    stop = threading.Event()

    def append() -> None:
        while not stop.is_set():
            with path.open("ab") as file:
                file.write(b"B,6\n")
            time.sleep(0.0005)

    writer = threading.Thread(target=append)
    writer.start()
    try:
        with pytest.raises(TableError, match="changed while it was read"):
            read_often(path, 50)
    finally:
        stop.set()
        writer.join()
    assert read_bytes(path)[1] == "awards.csv"


def test_a_file_over_the_limit_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "awards.csv"
    path.write_bytes(b"x" * 5_000)
    for given in (path, io.BytesIO(b"x" * 5_000), b"x" * 5_000):
        with pytest.raises(TableError, match="larger than"):
            open_grids(given, limits=Limits(file_bytes=4_000))


def test_a_sheet_with_a_far_or_a_wide_cell_is_refused_before_it_is_laid_out() -> None:
    pytest.importorskip("python_calamine")
    for row, column, said in ((0, 9_999, "10,000 columns"), (1_048_575, 900, "1,048,576 rows")):
        with pytest.raises(TableError, match=said):
            open_grids(workbook({(0, 0): "a", (row, column): "z"}))


@pytest.mark.parametrize("part", ["xl/sharedStrings.xml", "xl/styles.xml"])
def test_a_part_that_says_it_has_a_trillion_items_is_refused(part: str) -> None:
    pytest.importorskip("python_calamine")
    with zipfile.ZipFile(io.BytesIO(workbook({(0, 0): "a"}))) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts[part] = re.sub(rb'(uniqueCount|cellXfs count)="1"', rb'\1="999999999999"', parts[part])
    assert b"999999999999" in parts[part]
    with pytest.raises(TableError, match="more than it can hold"):
        open_grids(zipped(parts))


def test_merged_ranges_end_with_the_sheet() -> None:
    pytest.importorskip("python_calamine")
    import xlsxwriter

    data = io.BytesIO()
    book = xlsxwriter.Workbook(data, {"in_memory": True})
    book.add_worksheet().merge_range(0, 0, 50, 3, "x")
    book.close()
    [grid] = open_grids(data.getvalue()).grids
    assert grid.merged == ((0, 0, len(grid.rows) - 1, len(grid.rows[0]) - 1),)


@pytest.mark.parametrize(
    ("rows", "columns"), [(1_000_000, 100), (1, 999_999_999), (999_999_999, 1)]
)
def test_repeats_of_an_open_document_are_counted_before_they_are_laid_out(
    rows: int, columns: int
) -> None:
    pytest.importorskip("python_calamine")
    pytest.importorskip("lxml")
    cell = (
        f"<table:table-cell table:number-columns-repeated='{columns}' office:value-type='string'>"
    )
    row = f"<table:table-row table:number-rows-repeated='{rows}'>{cell}<text:p>x</text:p>"
    data = ods_of(
        f"<table:table table:name='A'>{row}</table:table-cell></table:table-row></table:table>"
    )
    with pytest.raises(TableError, match="columns"):
        open_grids(data)


def test_blank_repeats_to_the_end_of_a_sheet_are_no_size() -> None:
    pytest.importorskip("python_calamine")
    pytest.importorskip("lxml")
    head = "<table:table-row><table:table-cell office:value-type='string'><text:p>x</text:p>"
    rest = (
        "</table:table-cell></table:table-row>"
        "<table:table-row table:number-rows-repeated='1048000'>"
        "<table:table-cell table:number-columns-repeated='16384'/></table:table-row>"
    )
    [grid] = open_grids(ods_of(f"<table:table table:name='A'>{head}{rest}</table:table>")).grids
    assert [row[:1] for row in grid.rows] == [["x"]]


def test_a_part_that_declares_less_than_it_holds_is_refused() -> None:
    data = bytearray(zipped({"xl/workbook.xml": b"<a>" + b"x" * 5_000 + b"</a>"}))
    at = data.rindex(b"PK\x01\x02")
    data[at + 24 : at + 28] = (100).to_bytes(4, "little")  # the size in the directory
    with pytest.raises(TableError, match=r"damaged workbook|larger than it declares"):
        open_grids(bytes(data))


def test_a_formula_is_read_as_its_value() -> None:
    pytest.importorskip("python_calamine")
    import xlsxwriter

    data = io.BytesIO()
    book = xlsxwriter.Workbook(data, {"in_memory": True})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["Recipient", "Amount (£)"])
    sheet.write_string(1, 0, "=cmd|' /C calc'!A0")
    sheet.write_formula(1, 1, "=1000+500.5", None, 1500.5)
    book.close()
    frame = read_awards(data.getvalue()).frame
    assert frame["recipient"].tolist() == ["=cmd|' /C calc'!A0"]
    assert frame["amount_gbp"].tolist() == [1500.5]


def test_a_page_is_neither_run_nor_fetched() -> None:
    pytest.importorskip("lxml")
    page = b"""<!doctype html><html><head><link rel=stylesheet href=http://192.0.2.1/x.css></head>
    <body><table><tr><th>Recipient</th><th>Amount</th></tr>
    <tr><td>&lt;script&gt;alert(1)&lt;/script&gt;<script>evil()</script></td>
    <td>&pound;500<img src=http://192.0.2.1/x.png></td></tr></table></body></html>"""
    result = read_awards(page)
    assert result.frame["recipient"].tolist() == ["<script>alert(1)</script>"]
    assert "<script>" not in result._repr_html_()


def test_spans_that_would_cover_the_world_are_refused() -> None:
    pytest.importorskip("lxml")
    rows = "".join(f"<tr><td rowspan=65534 colspan=900>x{at}</td></tr>" for at in range(20))
    with pytest.raises(PccFundingError):
        open_grids(f"<table>{rows}</table>".encode())


def test_names_in_an_archive_are_never_paths(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    data = zipped({"../evil.xml": b"<a/>", "/tmp/evil.xml": b"<a/>", "xl/workbook.xml": b"<a/>"})
    with pytest.raises(PccFundingError):
        open_grids(data)
    assert list(tmp_path.iterdir()) == []


def test_a_missing_extra_names_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    import builtins

    real = builtins.__import__

    def without(name: str, *rest: object, **more: object) -> object:
        if name.startswith(("python_calamine", "lxml", "rapidfuzz")):
            raise ImportError(name)
        return real(name, *rest, **more)  # type: ignore[arg-type]

    import importlib

    def refuse(name: str) -> object:
        return without(name)

    monkeypatch.setattr(importlib, "import_module", refuse)
    for data in (workbook({(0, 0): "x"}), b"<table><tr><td>x</td></tr></table>"):
        with pytest.raises(PccFundingError, match=r"pip install 'pccfunding\[formats\]'"):
            read_awards(data)
    assert len(read_awards(b"Recipient,Amount\nA,5\n").frame) == 1


@pytest.mark.slow
def test_more_tables_than_any_list_has_are_refused() -> None:
    table = "Recipient,Purpose,Amount\nA,x,£5\nName,Reason,Award\nB,y,£6\n"
    with pytest.raises(TableError, match="over 300 tables"):
        read_awards((table * 400).encode())
    assert len(read_awards((table * 20).encode()).frame) == 40
    pytest.importorskip("lxml")
    page = "<table><tr><td>Recipient<td>Amount<tr><td>A<td>£5</table>"
    with pytest.raises(TableError, match="at most 300 are read"):
        read_awards((page * 400).encode())
    assert len(read_awards((page * 20).encode()).frame) == 20
