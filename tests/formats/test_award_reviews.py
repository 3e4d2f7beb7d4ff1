"""Two councils' real lists from file to Review by commands alone, recounted by hand here."""

from __future__ import annotations

import calendar
import csv
import datetime as dt
import os
from collections import Counter
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

import pccfunding as pcc
from pccfunding.cli import main

pytestmark = pytest.mark.samples


def sample(name: str) -> Path:
    return Path(os.environ["PCCFUNDING_SAMPLES"]) / "awards" / name


def year_of(day: dt.date) -> str:
    first = day.year - (day.month < 4)
    return f"{first}-{(first + 1) % 100:02d}"


def months_in(first: dt.date, last: dt.date) -> Fraction:
    """How many months lie between two days of a year, both counted, by hand."""
    days: Counter[tuple[int, int]] = Counter()
    day = first
    while day <= last:
        days[day.year, day.month] += 1
        day += dt.timedelta(days=1)
    return sum(
        (Fraction(n, calendar.monthrange(*month)[1]) for month, n in days.items()), Fraction(0)
    )


def by_year(pence: int, first: dt.date, last: dt.date) -> dict[str, int]:
    """Split an award over financial years; a penny over goes to the largest remainder."""
    cuts: dict[str, Fraction] = {}
    start = first
    while start <= last:
        end = min(last, dt.date(start.year + (start.month > 3), 3, 31))
        cuts[year_of(start)] = months_in(start, end)
        start = end + dt.timedelta(days=1)
    exact = {year: pence * cut / sum(cuts.values()) for year, cut in cuts.items()}
    found = {year: int(part) for year, part in exact.items()}
    rest = sorted(exact, key=lambda year: (-(exact[year] - found[year]), year))
    for year in rest[: pence - sum(found.values())]:
        found[year] += 1
    return found


def reviewed(tmp_path: Path, name: str, area: str, *more: str) -> Path:
    """Import, check and review a file as a person would at the command line."""
    package, pack = str(tmp_path / "package"), tmp_path / "pack"
    for words in (
        ["import", str(sample(name)), "--evidence", package, "--area", area,
         "--publisher", "The council", *more],
        ["check", package],
        ["review", package, "--out", str(pack)],
    ):  # fmt: skip
        ran = CliRunner().invoke(main, words)
        assert ran.exit_code == 0, ran.output
    return pack


Line = tuple[str, str, int]


def agree(pack: Path, lines: Iterable[Line], n_awards: int) -> None:
    """Hold years, totals and recipients of a pack against lines of year, recipient and pence."""
    years: Counter[str] = Counter()
    recipients: Counter[tuple[str, str]] = Counter()
    for year, recipient, pence in lines:
        years[year] += pence
        if recipient:
            recipients[year, " ".join(recipient.casefold().split())] += pence
    awards = pd.read_csv(pack / "tables" / "awards.csv")
    assert len(awards) == n_awards
    sums = pd.read_csv(pack / "tables" / "subtotals.csv")
    totals = sums[sums["funder_group"] == "all lines"]
    found = dict(zip(totals["financial_year"], totals["amount_gbp"], strict=True))
    assert {year: round(100 * amount) for year, amount in found.items()} == dict(years)
    table = pd.read_csv(pack / "tables" / "recipients.csv")
    keys = zip(table["financial_year"], table["recipient"], strict=True)
    told = {
        (year, " ".join(str(name).casefold().split())): round(100 * amount)
        for (year, name), amount in zip(keys, table["amount_gbp"], strict=True)
    }
    assert told == dict(recipients)
    page = (pack / "index.html").read_text(encoding="utf-8")
    assert "Who received most" in page
    assert len(page) < 1_500_000


def test_trafford_goes_from_file_to_review(tmp_path: Path) -> None:
    pack = reviewed(tmp_path, "trafford_360giving.csv", "Greater Manchester")
    with sample("trafford_360giving.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    lines = [
        (
            year_of(dt.date.fromisoformat(row["Award Date"])),
            row["Recipient Org:Name"],
            round(100 * float(row["Amount Awarded"])),
        )
        for row in rows
    ]
    assert len(lines) == 555
    assert sum(pence for _, _, pence in lines) == 129_143_654
    agree(pack, lines, 555)


def test_trafford_needs_no_year_in_an_evidence_folder(tmp_path: Path) -> None:
    pytest.importorskip("openpyxl")
    pytest.importorskip("python_calamine")
    folder = tmp_path / "folder"
    listed = str(sample("trafford_360giving.csv"))
    words = ["start", "Greater Manchester", "--awards", listed, "--out", str(folder)]
    ran = CliRunner().invoke(main, words)
    assert ran.exit_code == 0, ran.output
    evidence = pcc.read_evidence(folder)
    with sample("trafford_360giving.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    years: Counter[str] = Counter()
    for row in rows:
        year = year_of(dt.date.fromisoformat(row["Award Date"]))
        years[year] += round(100 * float(row["Amount Awarded"]))
    found: Counter[str] = Counter()
    for year, amount in zip(evidence.awards["period"], evidence.awards["amount_gbp"], strict=True):
        found[year] += round(100 * amount)
    assert len(evidence.awards) == len(rows) == 555
    assert found == years


def test_warwickshire_2015_goes_from_file_to_review(tmp_path: Path) -> None:
    stream = ("--stream", "Grants")
    pack = reviewed(tmp_path, "warwickshire_2015_16.csv", "Warwickshire", *stream)
    with sample("warwickshire_2015_16.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    lines = [
        (
            year_of(dt.datetime.strptime(row["Date the grant was awarded"], "%d/%m/%Y").date()),
            row["Beneficiary"].strip() if row["Beneficiary"].strip() != "REDACTED" else "",
            round(100 * float(row["Amount"].replace(",", ""))),
        )
        for row in rows
    ]
    agree(pack, lines, 301)


def test_warwickshire_2016_goes_from_file_to_review(tmp_path: Path) -> None:
    calamine = pytest.importorskip("python_calamine")
    stream = ("--stream", "Grants")
    pack = reviewed(tmp_path, "warwickshire_2016_17.xlsx", "Warwickshire", *stream)
    book = calamine.CalamineWorkbook.from_path(str(sample("warwickshire_2016_17.xlsx")))
    rows = book.get_sheet_by_name(book.sheet_names[0]).to_python()[2:]
    lines: list[Line] = []
    for awarded, first, last, _, name, _, _, amount in rows:
        pence = round(100 * amount)
        if isinstance(first, dt.date) and isinstance(last, dt.date):
            spread = by_year(pence, first, last)
        else:
            spread = {year_of(awarded): pence}
        lines += [(year, name.strip(), part) for year, part in spread.items()]
    agree(pack, lines, 369)
