"""What an installation promises, used once: python promised.py core | EXTRA.

Run by `.ci/run each_extra` with the interpreter of a fresh environment, away from the checkout.
`core` calls everything that an extra is needed for, and wants the sentence that names it; each
extra does, by itself, what it is there for. With a name of no extra the script says which there
are.
"""

from __future__ import annotations

import importlib.util
import itertools
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

import pccfunding as pcc
from pccfunding.errors import MissingExtraError

AREAS = [(f"area {a:02d}", 2001 + t) for a, t in itertools.product(range(12), range(10))]
LIST = [["Recipient", "Amount awarded (£)", "Financial year"], ["A Trust", 1250, "2023-24"]]


def panel() -> Any:
    """Counts of twelve areas over ten years, which fall by a quarter in six from 2006 on."""
    rows = [
        (area, year, round((1000 + 31 * (7 * int(area[-2:]) + year) % 97)
                           * (0.75 if area < "area 06" and year >= 2006 else 1)), 50_000)
        for area, year in AREAS
    ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["area_code", "year", "offences", "persons"])
    starts = {f"area {a:02d}": 2006 for a in range(6)}
    return pcc.panel_change(frame, treated=starts, exposure="persons")


def series() -> Any:
    months = [f"{2010 + k // 12}-{k % 12 + 1:02d}" for k in range(48)]
    counts = [200 + 7 * (k % 5) - 40 * (k >= 24) for k in range(48)]
    return pcc.interrupted_series(counts, months, first_after="2012-01", harmonics=0)


def award_workbook(folder: Path) -> Path:
    import xlsxwriter

    path = folder / "awards.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(LIST):
            sheet.write_row(number, 0, row)
    return path


def award_page(folder: Path) -> Path:
    path = folder / "awards.html"
    rows = ["".join(f"<td>{cell}</td>" for cell in row) for row in LIST]
    path.write_text("<table>" + "".join(f"<tr>{row}</tr>" for row in rows) + "</table>", "utf-8")
    return path


def street_file(folder: Path) -> Path:
    path = folder / "2023-01-street.csv"
    columns = "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code"
    columns += ",LSOA name,Crime type,Last outcome category,Context"
    line = "{},2023-01,A,A,0.1,51.0,On or near X,E01000001,Westdale 001A,Drugs,,"
    lines = [columns, *(line.format(f"{n:064x}") for n in range(3))]
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def workbook_of_evidence(folder: Path) -> Path:
    ran("start", "Warwickshire", "--period", "2023-24", "--out", str(folder / "evidence"))
    return folder / "evidence"


def ran(*words: str) -> str:
    command = [sys.executable, "-c", "from pccfunding.cli import main; main()", *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{words} ended with {done.returncode}: {done.stdout}{done.stderr}")
    return done.stdout


def amount_of(found: Any) -> None:
    assert [float(one) for one in found.frame["amount_gbp"]] == [1250.0], found.frame


# --- what each extra is there for ----------------------------------------------------------------


def formats(folder: Path) -> None:
    amount_of(pcc.read_awards(award_workbook(folder)))
    amount_of(pcc.read_awards(award_page(folder)))
    pairs = pcc.recipient_names(["Westdale Vision Suport", "Westdale Vision Support"]).frame
    assert len(pairs) == 1, pairs


def office(folder: Path) -> None:
    pcc.read_evidence(workbook_of_evidence(folder))
    pcc.review(area="Warwickshire").write(folder / "review", word=True)
    (brief,) = folder.glob("*.docx")
    assert brief.read_bytes()[:2] == b"PK"


def evaluation(folder: Path) -> None:
    assert series().estimable


def of_panels(folder: Path) -> None:
    assert panel().breakdown().text.startswith("The change is told")


def engines(folder: Path) -> None:
    import polars as pl
    import pyarrow as pa

    path = street_file(folder)
    for engine in ("duckdb", "polars"):
        pcc.scan_police_uk(str(path), engine=engine)
    table = pcc.load_population()[["area_code"]].head(3)
    assert pl.from_pandas(table).height == pa.Table.from_pandas(table).num_rows == 3
    counted = folder / "counts.csv"
    ran("count", "police-uk", str(path), "--by", "month", "--out", str(counted))
    assert "3" in counted.read_text("utf-8")


def spark(folder: Path) -> None:
    pcc.scan_police_uk(str(street_file(folder)), engine="spark")


def notebooks(folder: Path) -> None:
    import nbformat

    book = nbformat.v4.new_notebook()
    code = "import pccfunding as pcc\nlen(pcc.load_awards()) > 0"
    book.cells = [nbformat.v4.new_code_cell(code)]
    path = folder / "book.ipynb"
    nbformat.write(book, path)
    words = ["-m", "jupyter", "nbconvert", "--to", "notebook", "--execute", "--inplace", path]
    subprocess.run([sys.executable, *map(str, words)], check=True, capture_output=True)
    subprocess.run([sys.executable, "-m", "pytest", "-q", "--nbval", path], check=True, cwd=folder)


def docs(folder: Path) -> None:
    source = folder / "docs"
    source.mkdir()
    (source / "conf.py").write_text(
        "extensions = ['myst_nb', 'numpydoc', 'sphinx.ext.autodoc', 'sphinx.ext.autosummary']\n"
        "html_theme = 'pydata_sphinx_theme'\nnb_execution_mode = 'off'\n"
        "numpydoc_show_class_members = False\n",
        "utf-8",
    )
    page = "# A page\n\n```{eval-rst}\n.. autofunction:: pccfunding.parse_printed\n```\n"
    (source / "index.md").write_text(page, "utf-8")
    words = ["-m", "sphinx", "-W", "-q", "-b", "html", source, folder / "html"]
    subprocess.run([sys.executable, *map(str, words)], check=True)
    assert "parse_printed" in (folder / "html" / "index.html").read_text("utf-8")
    importlib.import_module("latex2mathml.converter")


EXTRAS: dict[str, Callable[[Path], None]] = {
    "docs": docs,
    "engines": engines,
    "evaluation": evaluation,
    "formats": formats,
    "notebooks": notebooks,
    "office": office,
    "panel": of_panels,
    "spark": spark,
}


# --- without any extra ---------------------------------------------------------------------------


def core(folder: Path) -> None:
    for name in dir(pcc):
        getattr(pcc, name)
    assert "Usage" in ran("--help")
    ran("review", "--out", str(folder / "review"))
    assert list((folder / "review").glob("*.html"))
    assert panel().verdict
    evidence = workbook_of_evidence(folder)
    street = str(street_file(folder))
    wanted: list[tuple[str, Callable[[], Any]]] = [
        ("formats", lambda: pcc.read_awards(award_workbook(folder))),
        ("formats", lambda: pcc.read_awards(award_page(folder))),
        ("formats", lambda: pcc.recipient_names(["Westdale Suport", "Westdale Support"])),
        ("formats", lambda: pcc.read_360giving(award_workbook(folder))),
        ("formats", lambda: pcc.read_evidence(evidence)),
        ("office", lambda: pcc.review().write(folder / "second", word=True)),
        ("evaluation", series),
        ("panel", lambda: panel().breakdown()),
        ("engines", lambda: pcc.scan_police_uk(street, engine="duckdb")),
        ("engines", lambda: pcc.scan_police_uk(street, engine="polars")),
        ("spark", lambda: pcc.scan_police_uk(street, engine="spark")),
    ]
    for extra, call in wanted:
        try:
            call()
        except MissingExtraError as error:
            said = str(error)
        else:
            raise SystemExit(f"nothing was missing for {extra}")
        assert f"pip install 'pccfunding[{extra}]'" in said, (extra, said)
        print(f"  {said}")


def main() -> None:
    wanted = sys.argv[1]
    if wanted != "core" and wanted not in EXTRAS:
        raise SystemExit(f"no extra {wanted!r}; there are: {', '.join(EXTRAS)}")
    with tempfile.TemporaryDirectory() as folder:
        (core if wanted == "core" else EXTRAS[wanted])(Path(folder))
    print(f"{wanted}: holds, with {pcc.__file__}")


if __name__ == "__main__":
    main()
