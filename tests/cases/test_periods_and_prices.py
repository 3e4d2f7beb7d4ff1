"""Quarters, months and hyphens in headings; growth rates that are no index."""

from __future__ import annotations

import datetime as dt

import pytest
from case_files import coverage_of, text_of, workbook_of

import pccfunding as pcc

P1 = '"Table P1: Police recorded crime, number of offences"'
ROWS = ("E23000023,Cambridgeshire,1001,1101", "E23000024,Norfolk,2001,2101")


def spans(result: pcc.ReadResult) -> set[tuple[dt.date, dt.date]]:
    frame = result.frame
    return set(zip(frame["period_start"].dt.date, frame["period_end"].dt.date, strict=True))


def test_a_quarter_is_a_quarter() -> None:
    result = pcc.read_recorded_crime(
        text_of(
            P1,
            "Area Code,Area Name,Q1 2020/21,Q2 2020/21,Q3 2020/21,Q4 2020/21",
            "E23000023,Cambridgeshire,1001,1101,1201,1301",
            "E23000024,Norfolk,2001,2101,2201,2301",
        )
    )
    first = result.frame[result.frame["period_start"] == "2020-04-01"]
    assert first["offences"].tolist() == [1001, 2001]
    assert set(first["period_end"].dt.date) == {dt.date(2020, 6, 30)}
    assert len(spans(result)) == 4
    summed = pcc.read_recorded_crime(
        text_of(P1, "Area Code,Area Name,Q1 2020/21,Q2 2020/21,Q3 2020/21,Q4 2020/21",
                "E23000023,Cambridgeshire,1001,1101,1201,1301"), annual=True
    )  # fmt: skip
    assert summed.frame["offences"].tolist() == [4604]
    assert spans(summed) == {(dt.date(2020, 4, 1), dt.date(2021, 3, 31))}


@pytest.mark.parametrize(
    ("heading", "start", "end"),
    [
        ("2020/21 Q3", (2020, 10, 1), (2020, 12, 31)),
        ("Quarter 4 of 2020-21", (2021, 1, 1), (2021, 3, 31)),
        ("Apr-Jun 2020", (2020, 4, 1), (2020, 6, 30)),
        ("Apr to Jun 20", (2020, 4, 1), (2020, 6, 30)),
        ("January 2021", (2021, 1, 1), (2021, 1, 31)),
        ("Jan-21", (2021, 1, 1), (2021, 1, 31)),
        ("Jan-Mar 2020/21", (2021, 1, 1), (2021, 3, 31)),
        ("Apr-Jun 2020/21", (2020, 4, 1), (2020, 6, 30)),
        ("May 2020/21", (2020, 5, 1), (2020, 5, 31)),
    ],
)
def test_parts_of_a_year(heading: str, start: tuple[int, ...], end: tuple[int, ...]) -> None:
    result = pcc.read_recorded_crime(text_of(P1, f"Area Code,Area Name,{heading},2019/20", *ROWS))
    assert (dt.date(*start), dt.date(*end)) in spans(result)
    assert (dt.date(2019, 4, 1), dt.date(2020, 3, 31)) in spans(result)


@pytest.mark.parametrize(
    "heading",
    [
        "H1 2020/21",
        "2020/21 to date",
        "First half of 2020/21",
        "2020/21 (9 months)",
        "Q1 2020",
        "2020/21 part year",
    ],
)
def test_a_part_is_never_the_whole(heading: str) -> None:
    result = pcc.read_recorded_crime(text_of(P1, f"Area Code,Area Name,{heading},2019/20", *ROWS))
    assert spans(result) == {(dt.date(2019, 4, 1), dt.date(2020, 3, 31))}
    assert heading.split(" (")[0] in str(coverage_of(result)["columns left out"])


def test_quarters_of_awards() -> None:
    result = pcc.read_awards(
        text_of("Recipient,Q1 2020/21 (£),Q2 2020/21 (£)", "Alpha Trust,100,200")
    )
    got = result.frame[["amount_gbp", "period_start", "period_end"]].astype(str).values.tolist()
    assert got == [["100.0", "2020-04-01", "2020-06-30"], ["200.0", "2020-07-01", "2020-09-30"]]
    cells = pcc.read_awards(text_of("Recipient,Period,Amount (£)", "Alpha,Q2 2020/21,5"))
    assert str(cells.frame["period_end"].iat[0].date()) == "2020-09-30"


# --- a hyphen between month and year ---------------------------------------------------------


def test_year_ending_with_a_hyphen() -> None:
    result = pcc.read_recorded_crime(
        text_of(P1, "Area Code,Area Name,Year ending Mar-20,Year ending Mar-21", *ROWS)
    )
    assert result.frame["offences"].tolist() == [1001, 1101, 2001, 2101]
    assert spans(result) == {
        (dt.date(2019, 4, 1), dt.date(2020, 3, 31)),
        (dt.date(2020, 4, 1), dt.date(2021, 3, 31)),
    }


@pytest.mark.parametrize("heading", ["Apr-20 to Mar-21", "Apr-20 - Mar-21", "April-2020–March-2021",
                                     "Year ending 31-Mar-21", "12 months to Mar-21"])  # fmt: skip
def test_other_ways_to_write_a_year_with_hyphens(heading: str) -> None:
    result = pcc.read_recorded_crime(text_of(P1, f"Area Code,Area Name,{heading},2019/20", *ROWS))
    assert (dt.date(2020, 4, 1), dt.date(2021, 3, 31)) in spans(result)
    assert len(result.frame) == 4


def test_months_as_dates_of_a_workbook_under_year_ending() -> None:
    rows = [["Table P1: Police recorded crime, number of offences"],
            ["", "", "Year ending", "Year ending"],
            ["Area Code", "Area Name", dt.datetime(2020, 3, 1), dt.datetime(2021, 3, 1)],
            ["E23000023", "Cambridgeshire", 1001, 1101],
            ["E23000024", "Norfolk", 2001, 2101]]  # fmt: skip
    result = pcc.read_recorded_crime(workbook_of({"P1": rows}, dates="mmm-yy"))
    assert spans(result) == {
        (dt.date(2019, 4, 1), dt.date(2020, 3, 31)),
        (dt.date(2020, 4, 1), dt.date(2021, 3, 31)),
    }


def test_months_under_a_title_of_years_end_them() -> None:
    lines = ("Area Code,Area Name,Mar-20,Mar-21", *ROWS)
    ended = pcc.read_recorded_crime(
        text_of('"Table P1: Police recorded crime, number of offences, years ending"', *lines)
    )
    assert spans(ended) == {
        (dt.date(2019, 4, 1), dt.date(2020, 3, 31)),
        (dt.date(2020, 4, 1), dt.date(2021, 3, 31)),
    }
    with pytest.raises(pcc.errors.TableError, match="a month under a title of years"):
        pcc.read_recorded_crime(text_of('"Table P1: Offences by year"', *lines))


def test_award_years_with_hyphens() -> None:
    result = pcc.read_awards(
        text_of(
            "Recipient,Period,Amount (£)", "Alpha,Apr-20 to Mar-21,5", "Beta,Year ending Mar-21,6"
        )
    )
    assert result.frame["period"].tolist() == ["2020-21", "2020-21"]


# --- an index or nothing ---------------------------------------------------------------------

GROWTH = ("Financial year,GDP deflator growth rates", "2021-22,0.5", "2022-23,6.7", "2023-24,5.9")


def test_growth_rates_are_no_index() -> None:
    with pytest.raises(pcc.errors.TableError, match=r"growth.*base="):
        pcc.read_deflator(text_of(*GROWTH))


@pytest.mark.parametrize(
    "lines",
    [
        ("Financial year,GDP deflator", "2021-22,0.5", "2022-23,6.7", "2023-24,5.9"),
        ("Financial year,Annual inflation", "2021-22,102.5", "2022-23,103.1", "2023-24,104.0"),
        ("Financial year,Value", "2021-22,2.1", "2022-23,2.2", "2023-24,2.3"),
        ("Financial year,GDP deflator rate (per cent)", "2021-22,2.1", "2022-23,2.2"),
    ],
)
def test_what_may_be_a_rate_is_refused(lines: tuple[str, ...]) -> None:
    with pytest.raises(pcc.errors.TableError):
        pcc.read_deflator(text_of(*lines))


def test_growth_rates_chain_on_request() -> None:
    result = pcc.read_deflator(text_of(*GROWTH), base="2020-21")
    got = dict(zip(result.frame["financial_year"], result.frame["price_index"], strict=True))
    # 100, then 0.5 %, 6.7 % and 5.9 % more: 100.5, 107.2335, 113.5602765
    assert got == pytest.approx(
        {"2020-21": 100.0, "2021-22": 100.5, "2022-23": 107.2335, "2023-24": 113.5602765}
    )
    assert result.frame["derived"].all()
    middle = pcc.read_deflator(text_of(*GROWTH), base="2022-23").frame
    assert middle["price_index"].tolist() == pytest.approx(
        [100 / 1.067 / 1.005, 100 / 1.067, 100.0, 105.9]
    )


def test_a_chain_needs_every_year() -> None:
    lines = [line for line in GROWTH if not line.startswith("2022")]
    with pytest.raises(pcc.errors.TableError, match="2022-23"):
        pcc.read_deflator(text_of(*lines), base="2020-21")


def test_an_index_stays_one() -> None:
    lines = ("Financial year,GDP deflator,Per cent growth", "1955-56,4.4,", "2022-23,94.5,6.9",
             "2023-24,100.0,5.8")  # fmt: skip
    assert pcc.read_deflator(text_of(*lines)).frame["price_index"].tolist() == [4.4, 94.5, 100.0]
