"""The measures, on values worked by hand."""

from __future__ import annotations

import math
import subprocess
import sys
from typing import Any

import pandas as pd
import polars as pl
import pytest

from pccfunding.errors import (
    DeflatorError,
    IntervalError,
    MixedFlowError,
    MixedStatusError,
    PenceError,
    PeriodError,
    PopulationError,
    TableError,
)
from pccfunding.frames.tables import bound_names, named_with
from pccfunding.measures import per_capita_spend, real_terms, reduction, year_on_year
from pccfunding.measures.nesting import area_clash
from pccfunding.periods import Period

FORCE, DISTRICT, OTHER = "E23000023", "E07000010", "E23000037"


def table(rows: list[dict[str, Any]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows)
    for column in frame:
        if column.endswith(("_start", "_end", "_date")):
            frame[column] = pd.to_datetime(frame[column])
    return frame


def award(amount: float | None, period: str = "2023-24", **others: Any) -> dict[str, Any]:
    parsed = Period.parse(period)
    return {
        "funding_stream": "Victims",
        "area_code": FORCE,
        "period_start": parsed.start,
        "period_end": parsed.end,
        "amount_gbp": amount,
    } | others


def people(persons: float | None = 1000, year: int = 2023, **others: Any) -> dict[str, Any]:
    return {
        "area_code": FORCE,
        "reference_date": f"{year}-06-30",
        "persons": persons,
        "vintage": "rebased",
    } | others


def crime(count: float | None, period: str, **others: Any) -> dict[str, Any]:
    parsed = Period.parse(period)
    return {
        "area_code": FORCE,
        "offence": "Robbery",
        "period_start": parsed.start,
        "period_end": parsed.end,
        "offences": count,
    } | others


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    rows = frame.astype(object).where(frame.notna(), None).to_dict("records")
    return [{str(name): value for name, value in row.items()} for row in rows]


def spend(
    awards: list[dict[str, Any]],
    population: list[dict[str, Any]] | None = None,
    by: Any = "funding_stream",
    per: int = 1,
) -> list[dict[str, Any]]:
    counted = table([people()] if population is None else population)
    return records(per_capita_spend(table(awards), counted, by=by, per=per))


def grown(rows: list[dict[str, Any]], value: str = "amount_gbp") -> list[dict[str, Any]]:
    return records(year_on_year(table(rows), value=value, by="funding_stream"))


def compared(
    rows: list[dict[str, Any]], by: Any = "offence", **others: Any
) -> list[dict[str, Any]]:
    windows = {"baseline": "2019", "comparison": "2023"} | others
    return records(reduction(table(rows), by=by, **windows))


class TestPerCapitaSpend:
    def test_pounds_over_people(self) -> None:
        (row,) = spend([award(2000.0), award(500.5)])
        assert (row["spend_gbp"], row["persons"]) == (2500.5, 1000)
        assert row["spend_gbp_per_head"] == pytest.approx(2.5005)
        assert (row["n_known"], row["n_figures"], row["unknown_reason"]) == (2, 2, None)
        assert str(row["period_start"])[:10] == "2023-04-01"
        assert str(row["period_end"])[:10] == "2024-03-31"

    def test_columns_in_order(self) -> None:
        awards = table([award(1.0, flow="pcc_to_recipient", status="award")])
        result = per_capita_spend(awards, table([people()]), by="funding_stream", per=1000)
        assert list(result) == [
            "funding_stream",
            "period_start",
            "period_end",
            "flow",
            "status",
            "spend_gbp",
            "spend_low_gbp",
            "spend_high_gbp",
            "spend_known_gbp",
            "persons",
            "spend_gbp_per_1000",
            "spend_low_gbp_per_1000",
            "spend_high_gbp_per_1000",
            "n_known",
            "n_figures",
            "unknown_reason",
        ]
        assert result["spend_gbp_per_1000"].to_list() == [1.0]

    def test_pence_add_up_exactly(self) -> None:
        (row,) = spend([award(0.1), award(0.2)])
        assert row["spend_gbp"] == 0.3

    def test_a_single_column_or_none_makes_the_groups(self) -> None:
        rows = [award(1.0), award(2.0, funding_stream="Youth")]
        assert [row["spend_gbp"] for row in spend(rows, by=["funding_stream"])] == [1, 2]
        assert [row["spend_gbp"] for row in spend(rows, by=[])] == [3]

    def test_an_unknown_is_not_zero(self) -> None:
        (row,) = spend([award(10.0), award(None)])
        assert row["spend_gbp"] is row["spend_low_gbp"] is row["spend_high_gbp"] is None
        assert row["spend_gbp_per_head"] is None
        assert row["spend_known_gbp"] == 10
        assert (row["n_known"], row["n_figures"]) == (1, 2)
        assert row["unknown_reason"] == "1 of 2 amounts unknown"

    def test_a_reason_stands_only_where_it_holds(self) -> None:
        known, unknown = spend([award(10.0), award(None, funding_stream="Youth")])
        assert (known["unknown_reason"], unknown["unknown_reason"]) == (
            None,
            "1 of 1 amounts unknown",
        )

    def test_a_group_of_unknowns_is_unknown(self) -> None:
        (row,) = spend([award(None)])
        assert row["spend_gbp"] is row["spend_known_gbp"] is None
        assert row["n_known"] == 0

    def test_a_range_has_bounds_and_no_sum(self) -> None:
        ranged = award(None, amount_low_gbp=500.0, amount_high_gbp=20_000.0)
        exact = award(100.0, amount_low_gbp=100.0, amount_high_gbp=100.0)
        (row,) = spend([ranged, exact])
        assert (row["spend_gbp"], row["spend_low_gbp"], row["spend_high_gbp"]) == (
            None,
            600,
            20_100,
        )
        assert (row["spend_low_gbp_per_head"], row["spend_high_gbp_per_head"]) == (0.6, 20.1)

    def test_an_unbounded_end_stays_unbounded(self) -> None:
        more_than = award(1e6, amount_low_gbp=1e6, amount_high_gbp=None)
        (row,) = spend([more_than, award(5.0, amount_low_gbp=5.0, amount_high_gbp=5.0)])
        assert (row["spend_gbp"], row["spend_low_gbp"], row["spend_high_gbp"]) == (
            1_000_005,
            1_000_005,
            None,
        )

    def test_half_a_penny_is_a_bound(self) -> None:
        (row,) = spend([award(33.33, amount_low_gbp=33.325, amount_high_gbp=33.335)] * 2)
        assert (row["spend_low_gbp"], row["spend_high_gbp"]) == (66.65, 66.67)

    def test_a_correction_lowers_the_sum(self) -> None:
        (row,) = spend([award(10.0), award(-2.5)])
        assert row["spend_gbp"] == 7.5

    def test_the_people_of_an_area_count_once(self) -> None:
        rows = [award(1.0), award(2.0), award(4.0, area_code=OTHER)]
        (row,) = spend(rows, [people(), people(500, area_code=OTHER)])
        assert (row["spend_gbp"], row["persons"]) == (7, 1500)

    def test_a_part_of_a_year_belongs_to_its_financial_year(self) -> None:
        rows = [award(1.0, "January 2024"), award(2.0, "April 2023"), award(4.0, "April 2024")]
        found = spend(rows, [people(), people(900, 2024)])
        assert [(str(row["period_start"])[:4], row["spend_gbp"]) for row in found] == [
            ("2023", 3),
            ("2024", 4),
        ]
        assert [row["persons"] for row in found] == [1000, 900]

    def test_only_a_mid_year_is_a_denominator(self) -> None:
        census = people(7, reference_date="2023-03-21")
        (row,) = spend([award(1.0)], [people(), census])
        assert row["persons"] == 1000
        (row,) = spend([award(1.0)], [census])
        assert row["unknown_reason"] == f"no population for {FORCE} at mid-2023"

    @pytest.mark.parametrize("wrong", [-1, math.inf, -math.inf])
    def test_people_who_count_nobody_are_refused(self, wrong: float) -> None:
        with pytest.raises(PopulationError, match=f"persons of {FORCE} at 2023-06-30 is {wrong}"):
            spend([award(8.0)], [people(wrong), people(area_code=OTHER)])

    @pytest.mark.parametrize("missing", [None, math.nan])
    def test_missing_people_are_unknown(self, missing: float | None) -> None:
        rows = [award(8.0), award(8.0, area_code=OTHER), award(8.0, area_code="E23000001")]
        (row,) = spend(rows, [people(missing), people(area_code="E23000001")])
        assert row["persons"] is row["spend_gbp_per_head"] is None
        assert row["spend_gbp"] == 24
        assert row["unknown_reason"] == f"no population for {FORCE} and 1 more at mid-2023"

    def test_no_people_is_no_infinity(self) -> None:
        (row,) = spend([award(8.0), award(None)], [people(0)])
        assert row["spend_gbp_per_head"] is None
        assert row["persons"] == 0
        assert row["unknown_reason"] == "1 of 2 amounts unknown; population is zero"

    def test_a_row_without_an_area_has_no_people(self) -> None:
        (row,) = spend([award(8.0, area_code=None), award(1.0)])
        assert row["unknown_reason"] == "no population for a row without area_code at mid-2023"

    def test_groups_without_a_name_are_kept(self) -> None:
        found = spend([award(8.0, funding_stream=None), award(1.0)])
        assert [(row["funding_stream"], row["spend_gbp"]) for row in found] == [
            ("Victims", 1),
            (None, 8),
        ]

    @pytest.mark.parametrize(
        ("label", "values", "error"),
        [
            ("status", ["award", "budget", "award"], MixedStatusError),
            ("flow", ["a", "b", "a"], MixedFlowError),
        ],
    )
    def test_labels_are_not_mixed(
        self, label: str, values: list[str], error: type[Exception]
    ) -> None:
        rows = [award(1.0, **{label: value}) for value in values]
        first, second = sorted(set(values))
        says = (
            f"funding_stream 'Victims', 2023-04-01 to 2024-03-31, mixes 2 of {label} '{first}' "
            f"with 1 of {label} '{second}'"
        )
        with pytest.raises(error, match=says):
            spend(rows)
        assert len(spend(rows, by=["funding_stream", label])) == 2
        years = [award(1.0, f"20{20 + n}-{21 + n}", **{label: v}) for n, v in enumerate(values)]
        assert [row[label] for row in spend(years)] == values

    def test_a_missing_label_mixes_with_nothing(self) -> None:
        (row,) = spend([award(1.0, status="award"), award(1.0, status=None)])
        assert row["status"] == "award"
        (row,) = spend([award(1.0, status=None), award(1.0, status=None)])
        assert row["status"] is None

    def test_an_area_and_its_part_are_refused(self) -> None:
        rows = [award(1.0), award(1.0, area_code=DISTRICT)]
        population = [people(), people(10, area_code=DISTRICT)]
        says = f"'{DISTRICT}' and '{FORCE}', which overlap"
        with pytest.raises(PopulationError, match=says):
            spend(rows, population)
        assert [row["persons"] for row in spend(rows, population, by="area_code")] == [10, 1000]
        apart = [award(1.0), award(1.0, area_code=DISTRICT, funding_stream="Youth")]
        assert [row["persons"] for row in spend(apart, population)] == [1000, 10]

    @pytest.mark.parametrize(
        ("period", "says"),
        [
            ("October 2023 to March 2025", "2023-10-01 to 2025-03-31"),
            ("2023", "2023-01-01 to 2023-12-31"),
        ],
    )
    def test_a_row_across_years_is_refused(self, period: str, says: str) -> None:
        rows = [award(1.0), award(820_000.0, period), award(3.0, "2019-20/2024-25")]
        with pytest.raises(PeriodError, match=f"820000.0.*{says}.*apportion"):
            spend(rows)

    def test_a_row_without_a_period_is_refused(self) -> None:
        with pytest.raises(PeriodError, match="no date to 2024-03-31"):
            spend([award(1.0), award(2.0, period_start=None)])

    def test_a_fraction_of_a_penny_is_refused(self) -> None:
        with pytest.raises(PenceError, match=r"amount_gbp \(.*\) is 1\.005, .*of pence"):
            spend([award(1.0), award(1.005)])

    @pytest.mark.parametrize(
        ("amount", "reason"),
        [(1e15, "does not tell its pennies apart"), (math.inf, "is inf, which is no sum of money")],
    )
    def test_what_cannot_be_added_exactly_is_refused(self, amount: float, reason: str) -> None:
        with pytest.raises(PenceError, match=reason):
            spend([award(amount)])

    def test_vintages_are_not_mixed(self) -> None:
        with pytest.raises(PopulationError, match="2 vintages: 'older', 'rebased'"):
            spend([award(1.0)], [people(), people(vintage="older", year=2022)])

    def test_people_are_not_counted_twice(self) -> None:
        with pytest.raises(PopulationError, match=f"{FORCE} at 2023-06-30 2 times"):
            spend([award(1.0)], [people(), people()])

    @pytest.mark.parametrize(
        ("by", "says"),
        [
            ("fundng_stream", "no column 'fundng_stream'. Did you mean 'funding_stream'"),
            ("period_start", "leave time out of it"),
            (["funding_stream", "financial_year"], "leave time out of it"),
            ("persons", "'persons', which the result needs"),
            (["area_code", "area_code"], "'area_code' twice"),
            ([3], "holds 3"),
        ],
    )
    def test_a_wrong_by_is_refused(self, by: Any, says: str) -> None:
        with pytest.raises(TableError, match=says):
            spend([award(1.0, persons=1, financial_year="2023-24")], by=by)

    @pytest.mark.parametrize("per", [0, -1, 2.5, True])
    def test_a_wrong_per_is_refused(self, per: Any) -> None:
        with pytest.raises(TableError, match=f"per is {per!r}"):
            spend([award(1.0)], per=per)

    def test_what_is_no_table_is_refused(self) -> None:
        with pytest.raises(TableError, match="awards is a list, not a table"):
            per_capita_spend([award(1.0)], table([people()]), by=[])  # type: ignore[type-var]

    def test_words_are_no_amounts(self) -> None:
        with pytest.raises(TableError, match=r"'amount_gbp' holds '£5', not .*read_awards"):
            spend([award("£5")])  # type: ignore[arg-type]

    def test_a_missing_column_is_named_with_those_present(self) -> None:
        awards = table([award(1.0)]).rename(columns={"amount_gbp": "amount"})
        with pytest.raises(TableError, match=r"'amount_gbp'. Did you mean 'amount'.* It has: fund"):
            per_capita_spend(awards, table([people()]), by=[])

    def test_the_frames_of_the_caller_stay_as_they_are(self) -> None:
        awards, counted = table([award(2.0), award(1.0)]), table([people()])
        awards.index = pd.Index([7, 3])
        before = awards.copy(), counted.copy()
        result = per_capita_spend(awards, counted, by="area_code")
        pd.testing.assert_frame_equal(awards, before[0])
        pd.testing.assert_frame_equal(counted, before[1])
        assert result.index.to_list() == [0]


class TestYearOnYear:
    def test_each_year_against_the_one_before(self) -> None:
        first, second = grown([award(400.0, "2014-15"), award(500.0, "2015-16")])
        assert first["unknown_reason"] == "no figure for the year before"
        assert first["change_gbp"] is first["change_pct"] is None
        assert (second["change_gbp"], second["change_pct"]) == (100, 25)
        assert (second["change_low_pct"], second["change_high_pct"]) == (25, 25)
        assert second["amount_gbp_previous"] == 400

    def test_columns_in_order(self) -> None:
        result = year_on_year(table([award(1.0, status="award")]), value="amount_gbp", by=[])
        assert list(result) == [
            "period_start",
            "period_end",
            "status",
            "amount_gbp",
            "amount_low_gbp",
            "amount_high_gbp",
            "amount_gbp_previous",
            "amount_low_gbp_previous",
            "amount_high_gbp_previous",
            "change_gbp",
            "change_pct",
            "change_low_pct",
            "change_high_pct",
            "n_known",
            "n_figures",
            "caution",
            "unknown_reason",
        ]

    def test_a_gap_is_not_bridged(self) -> None:
        found = grown([award(1.0, "2014-15"), award(2.0, "2016-17")])
        assert [row["change_pct"] for row in found] == [None, None]

    def test_no_name_and_an_empty_name_are_two_groups(self) -> None:
        rows = [
            award(1.0, "2014-15", funding_stream=None),
            award(2.0, "2015-16", funding_stream=""),
            award(4.0, "2015-16", funding_stream=None),
        ]
        assert [row["change_pct"] for row in grown(rows)] == [None, None, 300]

    def test_rows_of_one_year_are_added_first(self) -> None:
        _, second = grown([award(1.0, "2014-15"), award(0.1, "2015-16"), award(0.2, "2015-16")])
        assert (second["amount_gbp"], second["n_figures"]) == (0.3, 2)
        assert second["change_gbp"] == -0.7

    @pytest.mark.parametrize(
        ("period", "says"),
        [
            ("October 2020 to March 2021", "part year: 2020-10/2021-03 is 182 days"),
            ("5 January 2021 to 31 January 2021", "part year: 2021-01-05/2021-01-31 is 27 days"),
            ("February 2020", "part year: 2020-02/2020-02 is 29 days"),
        ],
    )
    def test_a_part_of_a_year_is_no_year(self, period: str, says: str) -> None:
        found = grown([award(1.0, period), award(3.0, "2021-22")])
        assert [row["change_pct"] for row in found] == [None, None]
        assert [row["unknown_reason"] for row in found] == [says, "no figure for the year before"]

    def test_a_part_of_a_year_is_not_compared_with_the_year_before_it(self) -> None:
        found = grown([award(1.0, "2021-22"), award(3.0, "April 2022 to September 2022")])
        assert found[1]["change_pct"] is found[1]["amount_gbp_previous"] is None

    def test_years_may_begin_on_any_day(self) -> None:
        rows = [award(1.0, "2020"), award(2.0, "2021"), award(8.0, "2021-22")]
        assert [row["change_pct"] for row in grown(rows)] == [None, 100, None]
        tax_years = [
            award(amount, period_start=f"{year}-04-06", period_end=f"{year + 1}-04-05")
            for year, amount in ((2019, 4.0), (2020, 5.0))
        ]
        assert [row["change_pct"] for row in grown(tax_years)] == [None, 25]

    @pytest.mark.parametrize(
        ("start", "end", "change"),
        [
            ("2020-02-29", "2021-02-28", 100),
            ("2019-03-01", "2020-02-29", None),
        ],
    )
    def test_a_leap_day(self, start: str, end: str, change: float | None) -> None:
        rows = [
            award(1.0, period_start=start, period_end=end),
            award(2.0, period_start="2021-03-01", period_end="2022-02-28"),
        ]
        assert grown(rows)[1]["change_pct"] == change

    def test_an_amount_across_years_is_refused(self) -> None:
        rows = [award(1.0), award(820_000.0, "October 2023 to March 2025")]
        with pytest.raises(PeriodError, match=r"820000.0 .*spans more than a year.*apportion"):
            grown(rows)

    def test_a_rate_across_years_is_unknown(self) -> None:
        (row,) = grown([award(None, "2021-22/2022-23", rate=2.0)], value="rate")
        assert row["unknown_reason"] == "more than a year: 2021-04/2023-03 is 730 days"

    @pytest.mark.parametrize(
        ("days", "says"),
        [
            ({"period_start": None}, "no date to 2024-03-31"),
            ({"period_end": "2023-03-31"}, "ends before it starts"),
        ],
    )
    def test_an_odd_period_is_refused(self, days: dict[str, Any], says: str) -> None:
        with pytest.raises(PeriodError, match=says):
            grown([award(1.0), award(5.0, **days)])

    def test_rates_cannot_be_added(self) -> None:
        rows = [award(None, "2021-22", spend_gbp_per_head=2.5), award(None, spend_gbp_per_head=1.0)]
        assert [row["change"] for row in grown(rows, "spend_gbp_per_head")] == [None, None]
        rows[1] |= {"period_start": rows[0]["period_start"], "period_end": rows[0]["period_end"]}
        with pytest.raises(TableError, match="2 values of spend_gbp_per_head, and rates"):
            grown(rows, "spend_gbp_per_head")

    def test_rates_keep_their_fractions(self) -> None:
        rows = [
            award(None, "2021-22", spend_gbp_per_head=1 / 3),
            award(None, "2022-23", spend_gbp_per_head=1 / 7),
        ]
        _, second = grown(rows, "spend_gbp_per_head")
        assert second["change"] == 1 / 7 - 1 / 3
        assert second["change_pct"] == pytest.approx(100 * (3 / 7 - 1))

    def test_rates_of_other_classes_are_not_compared_and_money_of_other_areas_is(self) -> None:
        homes = [crime(None, "2022"), crime(None, "2023", offence="Shoplifting")]
        rates = pd.DataFrame(homes).assign(offences_per_1000=[2.5, 5.0], amount_gbp=[2.0, 5.0])
        second = records(year_on_year(rates, value="offences_per_1000", by="area_code"))[1]
        assert (second["change"], second["change_pct"]) == (None, None)
        assert second["unknown_reason"].startswith("only the year before counts ")
        assert (
            records(year_on_year(rates, value="amount_gbp", by="area_code"))[1]["change_gbp"] == 3
        )

    def test_counts_are_added(self) -> None:
        rows = [crime(10, "2022"), crime(5, "2023")]
        rows += [crime(n, year, offence="Shoplifting") for n, year in ((0, "2022"), (6, "2023"))]
        result = records(year_on_year(table(rows), value="offences", by="area_code"))
        assert [row["change"] for row in result] == [None, 1]
        with pytest.raises(TableError, match=r"offences \(.*\) is 2\.5"):
            year_on_year(table([crime(2.5, "2023")]), value="offences", by=[])

    def test_spend_per_head_can_be_compared(self) -> None:
        awards = [award(1000.0, "2022-23", status="award"), award(3000.0, status="budget")]
        heads = per_capita_spend(
            table(awards), table([people(1000, 2022), people(2000)]), by="funding_stream"
        )
        _, second = records(year_on_year(heads, value="spend_gbp_per_head", by="funding_stream"))
        assert (second["spend_gbp_per_head"], second["change_pct"]) == (1.5, 50)
        assert second["spend_low_gbp_per_head_previous"] == 1.0
        assert second["caution"] == "status differs: award, budget"

    @pytest.mark.parametrize(
        ("before", "now", "low", "high"),
        [
            ((100, 80, 125), (150, 120, 200), 100 * (120 / 125 - 1), 100 * (200 / 80 - 1)),
            ((100, 80, 125), (0, -40, 50), 100 * (-40 / 80 - 1), 100 * (50 / 80 - 1)),
            ((100, 80, 125), (-10, -40, -5), 100 * (-40 / 80 - 1), 100 * (-5 / 125 - 1)),
            ((100, 80, None), (150, 120, 200), None, 100 * (200 / 80 - 1)),
            ((100, 0, 125), (150, 120, 200), None, None),
            ((100, None, 125), (150, 120, 200), None, None),
            ((100, 80, 125), (150, 120, None), 100 * (120 / 125 - 1), None),
            ((None, 80, 125), (None, 120, 200), 100 * (120 / 125 - 1), 100 * (200 / 80 - 1)),
        ],
    )
    def test_bounds_of_the_change(
        self, before: tuple[Any, ...], now: tuple[Any, ...], low: Any, high: Any
    ) -> None:
        names = ("amount_gbp", "amount_low_gbp", "amount_high_gbp")
        rows = [
            award(None, period) | dict(zip(names, values, strict=True))
            for period, values in (("2021-22", before), ("2022-23", now))
        ]
        _, row = grown(rows)
        expected = [None if bound is None else pytest.approx(bound) for bound in (low, high)]
        assert [row["change_low_pct"], row["change_high_pct"]] == expected

    @pytest.mark.parametrize(
        ("before", "now", "says"),
        [
            (0.0, 5.0, "the year before is zero"),
            (-1.0, 5.0, "the year before is negative"),
            (None, 5.0, "the year before is unknown"),
            (5.0, None, "1 of 1 amounts unknown"),
        ],
    )
    def test_no_percent_of_what_is_not_above_zero(
        self, before: float | None, now: float | None, says: str
    ) -> None:
        _, row = grown([award(before, "2021-22"), award(now, "2022-23")])
        assert (row["change_pct"], row["unknown_reason"]) == (None, says)
        assert (row["change_gbp"] is None) == (before is None or now is None)

    def test_labels_are_mixed_in_no_year_and_noted_between_years(self) -> None:
        rows = [
            award(1.0, "2021-22", status="award"),
            award(2.0, "2022-23", status="budget"),
            award(2.0, "2023-24", status=None),
        ]
        found = grown(rows)
        assert [row["caution"] for row in found] == [None, "status differs: award, budget", None]
        assert [row["status"] for row in found] == ["award", "budget", None]
        with pytest.raises(MixedStatusError, match="2022-04-01 to 2023-03-31, mixes 1 of"):
            grown([*rows, award(4.0, "2022-23", status="award")])
        with pytest.raises(MixedFlowError):
            grown([award(1.0, flow="a"), award(1.0, flow="b")])


class TestReduction:
    def test_counts_and_their_interval(self) -> None:
        (row,) = compared([crime(796, "2019"), crime(688, "2023")])
        assert (row["offences_baseline"], row["offences_comparison"]) == (796, 688)
        assert row["change_pct"] == pytest.approx(-100 * 108 / 796)
        assert row["reduction_pct"] == -row["change_pct"]
        assert round(row["reduction_low_pct"], 3) == 4.163
        assert round(row["reduction_high_pct"], 3) == 22.065
        assert row["log_reduction"] == pytest.approx(-math.log(688.5 / 796.5))
        assert row["variance_log_reduction"] == pytest.approx(1 / 688.5 + 1 / 796.5)
        assert row["confidence_level"] == 0.95
        assert row["unknown_reason"] is row["caution"] is None
        assert str(row["baseline_start"])[:10] == "2019-01-01"
        assert str(row["period_end"])[:10] == "2023-12-31"

    def test_columns_in_order(self) -> None:
        rows = table([crime(2, "2019"), crime(1, "2023")])
        counted = table([people(year=2019), people()])
        result = reduction(rows, baseline="2019", comparison="2023", by=[], population=counted)
        assert list(result) == [
            "baseline_start",
            "baseline_end",
            "period_start",
            "period_end",
            "offences_baseline",
            "offences_comparison",
            "persons_baseline",
            "persons_comparison",
            "change_pct",
            "reduction_pct",
            "reduction_low_pct",
            "reduction_high_pct",
            "log_reduction",
            "variance_log_reduction",
            "confidence_level",
            "n_known_baseline",
            "n_figures_baseline",
            "n_known_comparison",
            "n_figures_comparison",
            "n_known",
            "n_figures",
            "caution",
            "unknown_reason",
        ]

    def test_rates_of_the_r_package_rateratio_test(self) -> None:
        """Fay's vignette: 2 of 17,877 against 9 of 16,660."""
        rows = table([crime(9, "2019"), crime(2, "2023")])
        counted = table([people(16_660, 2019), people(17_877)])
        result = reduction(
            rows, baseline="2019", comparison="2023", by="area_code", population=counted
        )
        (row,) = records(result)
        assert (row["persons_baseline"], row["persons_comparison"]) == (16_660, 17_877)
        assert row["change_pct"] == pytest.approx(100 * (0.2070941557 - 1), abs=1e-7)
        assert row["reduction_high_pct"] == pytest.approx(100 * (1 - 0.02177406), abs=1e-6)
        assert row["reduction_low_pct"] == pytest.approx(100 * (1 - 1.0005491), abs=1e-5)
        assert row["log_reduction"] == pytest.approx(-math.log(2.5 / 17_877 * 16_660 / 9.5))

    def test_a_wider_level_gives_a_wider_interval(self) -> None:
        rows = [crime(796, "2019"), crime(688, "2023")]
        (usual,), (wide,) = compared(rows), compared(rows, confidence_level=0.99)
        assert wide["reduction_low_pct"] < usual["reduction_low_pct"]
        assert wide["reduction_high_pct"] > usual["reduction_high_pct"]

    @pytest.mark.parametrize(
        "window", ["year ending March 2019", "2018-19", Period.parse("2018-19")]
    )
    def test_windows_in_every_spelling(self, window: Any) -> None:
        rows = [crime(8, "2018-19"), crime(80, "2018"), crime(6, "2023")]
        (row,) = compared(rows, baseline=window)
        assert (row["offences_baseline"], row["change_pct"]) == (8, -25)

    def test_parts_are_added(self) -> None:
        rows = [
            crime(count, year, offence=offence)
            for year, counts in (("2019", (10, 6)), ("2023", (8, 4)))
            for offence, count in zip(("Robbery", "Shoplifting"), counts, strict=True)
        ]
        (row,) = compared(rows, by="area_code")
        assert (row["offences_baseline"], row["change_pct"]) == (16, -25)
        assert (row["n_known_baseline"], row["n_figures_baseline"], row["n_figures"]) == (2, 2, 4)

    def test_unlike_parts_are_not_compared(self) -> None:
        rows = [crime(10, "2019"), crime(8, "2023"), crime(5, "2023", offence="Shoplifting")]
        (row,) = compared(rows, by="area_code")
        assert row["change_pct"] is row["log_reduction"] is None
        assert row["unknown_reason"] == f"only 2023 counts {FORCE}, Shoplifting"

    @pytest.mark.parametrize(
        ("before", "after", "says"),
        [
            (None, 5, "1 of 1 counts unknown for 2019"),
            (5, None, "1 of 1 counts unknown for 2023"),
            (0, 5, "the count for 2019 is zero"),
            (0, 0, "the count for 2019 is zero"),
            (-1, 5, "the count for 2019 is negative"),
        ],
    )
    def test_no_percent_without_a_baseline(self, before: Any, after: Any, says: str) -> None:
        (row,) = compared([crime(before, "2019"), crime(after, "2023")])
        unknown = ["change_pct", "reduction_pct", "reduction_low_pct", "reduction_high_pct"]
        assert [row[name] for name in unknown] == [None] * 4
        assert row["unknown_reason"] == says
        assert (row["log_reduction"] is None) == (before != 0)

    def test_nothing_left_is_a_reduction_of_a_hundred(self) -> None:
        (row,) = compared([crime(5, "2019"), crime(0, "2023")])
        assert (row["reduction_pct"], row["reduction_high_pct"]) == (100, 100)
        # One in forty: the chance that five offences that stay alike all fall in one window.
        rate = 0.025 ** (-1 / 5) - 1
        assert row["reduction_low_pct"] == pytest.approx(100 * (1 - rate))

    def test_no_change_is_no_negative_zero(self) -> None:
        (row,) = compared([crime(5, "2019"), crime(5, "2023")])
        assert math.copysign(1, row["reduction_pct"]) == 1

    def test_a_group_of_one_window_only(self) -> None:
        rows = [crime(5, "2019"), crime(4, "2023"), crime(3, "2023", offence="Shoplifting")]
        robbery, shoplifting = compared(rows)
        assert robbery["unknown_reason"] is None
        assert shoplifting["unknown_reason"] == "no count for 2019"
        assert (shoplifting["n_figures_baseline"], shoplifting["n_figures"]) == (0, 1)

    def test_an_offence_and_its_part_are_refused(self) -> None:
        rows = [
            crime(count, year, offence=offence)
            for year in ("2019", "2023")
            for offence, count in (("Burglary", 9), ("Residential burglary", 4))
        ]
        with pytest.raises(
            TableError, match="'Residential burglary' and 'Burglary', which overlap"
        ):
            compared(rows, by="area_code")
        assert len(compared(rows)) == 2

    def test_an_area_and_its_part_are_refused(self) -> None:
        rows = [
            crime(5, year, area_code=area)
            for year in ("2019", "2023")
            for area in (FORCE, "K04000001")
        ]
        with pytest.raises(TableError, match=f"'{FORCE}' and 'K04000001', which overlap"):
            compared(rows)
        assert len(compared(rows, by="area_code")) == 2

    @pytest.mark.parametrize("later", ["first", "revised"])
    def test_a_count_and_its_other_printing_are_refused(self, later: str) -> None:
        rows = [
            crime(5, "2019", release="first"),
            crime(6, "2019", release=later),
            crime(4, "2023", release="first"),
        ]
        with pytest.raises(TableError, match=r"for 2019 more than once: .*'revised'|2 times"):
            compared(rows)

    def test_releases_that_differ_are_noted(self) -> None:
        (row,) = compared([crime(5, "2019", release="old"), crime(4, "2023", release="new")])
        assert row["caution"] == "releases differ: old; new"

    def test_a_fraction_is_no_count(self) -> None:
        with pytest.raises(TableError, match=r"offences \(.*\) is 4\.5, .*no whole number"):
            compared([crime(5, "2019"), crime(4.5, "2023")])

    @pytest.mark.parametrize(
        ("windows", "says"),
        [
            ({"baseline": "2023", "comparison": "2019"}, "Exchange the two"),
            ({"baseline": "2019", "comparison": "2019"}, "share 365 days"),
            ({"baseline": "2019", "comparison": "year ending March 2020"}, "share 275 days"),
            ({"baseline": "2019", "comparison": "January 2023"}, "not alike"),
            ({"baseline": "January 2019", "comparison": "February 2023"}, "not alike"),
            ({"baseline": "2017-18/2018-19", "comparison": "2022-23"}, "not alike"),
            (
                {"baseline": "2010", "comparison": "2012"},
                "no row for exactly 2010 or 2012.*2019-01",
            ),
        ],
    )
    def test_windows_that_hold_no_comparison(self, windows: dict[str, str], says: str) -> None:
        with pytest.raises(PeriodError, match=says):
            compared([crime(5, "2019"), crime(4, "2023")], **windows)

    def test_the_same_months_of_two_years_are_alike(self) -> None:
        rows = [crime(8, "February 2020"), crime(6, "February 2023")]
        (row,) = compared(rows, baseline="February 2020", comparison="February 2023")
        assert row["change_pct"] == -25

    @pytest.mark.parametrize(
        ("population", "says"),
        [
            ([people(10, 2019)], f"no population for {FORCE} at mid-2023"),
            ([people(10, 2019), people(0)], "population at mid-2023 is zero"),
        ],
    )
    def test_no_rate_without_people(self, population: list[dict[str, Any]], says: str) -> None:
        (row,) = compared([crime(8, "2019"), crime(6, "2023")], population=table(population))
        assert (row["change_pct"], row["log_reduction"]) == (None, None)
        assert (row["offences_comparison"], row["unknown_reason"]) == (6, says)

    def test_no_rate_without_a_mid_year(self) -> None:
        windows = {"baseline": "January 2019", "comparison": "January 2023"}
        rows = [crime(8, "January 2019"), crime(6, "January 2023")]
        (row,) = compared(rows, population=table([people()]), **windows)
        assert row["unknown_reason"] == (
            "no mid-year lies in January 2019; no mid-year lies in January 2023"
        )

    def test_no_rate_over_several_mid_years(self) -> None:
        windows = {"baseline": "2016-17/2017-18", "comparison": "2018-19/2019-20"}
        rows = [crime(8, windows["baseline"]), crime(6, windows["comparison"])]
        assert compared(rows, **windows)[0]["change_pct"] == -25
        with pytest.raises(PeriodError, match="longer than twelve months"):
            compared(rows, population=table([people()]), **windows)

    def test_the_people_of_an_area_count_once(self) -> None:
        rows = [
            crime(count, year, offence=offence, area_code=area)
            for year, count in (("2019", 4), ("2023", 3))
            for offence in ("Robbery", "Shoplifting")
            for area in (FORCE, OTHER)
        ]
        counted = [
            people(persons, year, area_code=area)
            for year in (2019, 2023)
            for area, persons in ((FORCE, 100), (OTHER, 20))
        ]
        (row,) = compared(rows, by=[], population=table(counted))
        assert (row["persons_baseline"], row["persons_comparison"]) == (120, 120)
        assert row["change_pct"] == pytest.approx(-25)

    @pytest.mark.parametrize("level", [0, 1, 95, math.nan, "0.95"])
    def test_a_wrong_level_is_refused(self, level: Any) -> None:
        with pytest.raises(IntervalError, match="confidence_level"):
            compared([crime(5, "2019"), crime(4, "2023")], confidence_level=level)

    def test_mixed_vintages_are_refused(self) -> None:
        mixed = table([people(year=2019, vintage="older"), people()])
        with pytest.raises(PopulationError, match="2 vintages"):
            compared([crime(5, "2019"), crime(4, "2023")], population=mixed)


class TestRealTerms:
    PRICES = table(
        [
            {"financial_year": "2018-19", "price_index": 80.0},
            {"financial_year": "2023-24", "price_index": 100.0},
            {"financial_year": "2024-25", "price_index": 104.0},
        ]
    )

    def test_older_money_was_worth_more(self) -> None:
        cash = [award(800.0, "2018-19"), award(1000.0, "2023-24")]
        real = real_terms(table(cash), self.PRICES, base="2024-25")
        assert real["amount_real_gbp"].to_list() == [1040.0, 1040.0]
        assert real["amount_real_low_gbp"].to_list() == [1040.0, 1040.0]
        assert set(real["price_base"]) == {"2024-25"}
        assert real["amount_gbp"].to_list() == [800.0, 1000.0]

    @pytest.mark.parametrize("base", ["2018/19", Period.financial_year(2018)])
    def test_the_base_in_every_spelling(self, base: Any) -> None:
        real = real_terms(table([award(1000.0)]), self.PRICES, base=base)
        assert real["amount_real_gbp"].to_list() == [800.0]
        assert set(real["price_base"]) == {"2018-19"}

    def test_bounds_are_carried(self) -> None:
        cash = table([award(1.0, "2018-19", amount_low_gbp=0.995, amount_high_gbp=None)])
        (row,) = records(real_terms(cash, self.PRICES, base="2023-24"))
        assert (row["amount_real_gbp"], row["amount_real_low_gbp"]) == (1.25, 1.2438)
        assert row["amount_real_high_gbp"] is None

    def test_amounts_are_whole_pence(self) -> None:
        cash = table([award(0.33, "2018-19"), award(-0.33, "2018-19")])
        real = real_terms(cash, self.PRICES, base="2024-25")
        assert real["amount_real_gbp"].to_list() == [0.43, -0.43]
        totals = year_on_year(real, value="amount_real_gbp", by=[])
        assert totals["amount_real_gbp"].to_list() == [0]

    def test_rates_are_not_rounded(self) -> None:
        heads = table([award(None, "2018-19", spend_gbp_per_head=0.1)])
        real = real_terms(heads, self.PRICES, base="2024-25", value="spend_gbp_per_head")
        assert real["spend_real_gbp_per_head"].to_list() == [pytest.approx(0.13)]

    def test_rows_and_index_stay_in_place(self) -> None:
        cash = table([award(2.0), award(None), award(1.0, "2020-21")])
        cash.index = pd.Index([5, 1, 3])
        real = real_terms(cash, self.PRICES, base="2023-24")
        assert real.index.to_list() == [5, 1, 3]
        assert [row["unknown_reason"] for row in records(real)] == [
            None,
            "unknown amount",
            "no price index for 2020-21",
        ]
        assert list(real)[:5] == list(cash)

    def test_earlier_reasons_are_kept(self) -> None:
        cash = table([award(None, unknown_reason="withheld"), award(1.0, unknown_reason=None)])
        real = records(real_terms(cash, self.PRICES, base="2023-24"))
        assert [row["unknown_reason"] for row in real] == ["withheld; unknown amount", None]

    @pytest.mark.parametrize("period", ["2023", "2022-23/2023-24"])
    def test_a_row_across_years_is_refused(self, period: str) -> None:
        with pytest.raises(PeriodError, match=r"amount_gbp 7.0 runs from .*apportion"):
            real_terms(table([award(7.0, period)]), self.PRICES, base="2023-24")

    def test_a_base_that_is_not_held_is_refused(self) -> None:
        with pytest.raises(DeflatorError, match=r"2025-26.*2018-19, 2023-24, 2024-25"):
            real_terms(table([award(7.0)]), self.PRICES, base="2025-26")
        with pytest.raises(PeriodError, match="no financial year"):
            real_terms(table([award(7.0)]), self.PRICES, base="2023")

    def test_a_year_twice_is_refused(self) -> None:
        twice = pd.concat([self.PRICES, self.PRICES], ignore_index=True)
        with pytest.raises(DeflatorError, match="2018-19 twice"):
            real_terms(table([award(7.0)]), twice, base="2023-24")

    def test_a_missing_index_is_no_price(self) -> None:
        prices = self.PRICES.assign(price_index=[0.0, 100.0, math.nan])
        (row,) = records(real_terms(table([award(7.0, "2018-19")]), prices, base="2023-24"))
        assert row["unknown_reason"] == "no price index for 2018-19"
        with pytest.raises(DeflatorError):
            real_terms(table([award(7.0)]), prices, base="2024-25")


@pytest.mark.parametrize(
    ("column", "low", "high"),
    [
        ("amount_gbp", "amount_low_gbp", "amount_high_gbp"),
        ("amount_real_gbp", "amount_real_low_gbp", "amount_real_high_gbp"),
        ("spend_gbp_per_head", "spend_low_gbp_per_head", "spend_high_gbp_per_head"),
        ("offences", "offences_low", "offences_high"),
        ("offences_per_1000", "offences_low_per_1000", "offences_high_per_1000"),
        ("change_pct", "change_low_pct", "change_high_pct"),
    ],
)
def test_the_bounds_of_a_column_have_its_name(column: str, low: str, high: str) -> None:
    assert bound_names(column) == (low, high)
    assert named_with(column, "low") == low


@pytest.mark.parametrize(
    ("codes", "clash"),
    [
        ([FORCE, OTHER], None),
        ([FORCE, DISTRICT], (DISTRICT, FORCE)),
        (["E23000023-unassigned", FORCE], ("E23000023-unassigned", FORCE)),
        (["K04000001", "W15000001"], ("W15000001", "K04000001")),
        (["E92000001", "W92000004"], None),
        (["E10000003", DISTRICT], (DISTRICT, "E10000003")),
        (["E10000003", "E06000031"], None),
        (["E12000006", FORCE], (FORCE, "E12000006")),
        (["E12000006", DISTRICT], (DISTRICT, "E12000006")),
        (["E12000007", FORCE], None),
        (["E12000006", "E12000007"], None),
        (["somewhere", "else"], None),
        ([DISTRICT, "E22000015", "E23000037"], (DISTRICT, "E22000015")),
    ],
)
def test_areas_that_share_residents(codes: list[str], clash: tuple[str, str] | None) -> None:
    assert area_clash(codes) == clash


def lazy(rows: list[dict[str, Any]]) -> pl.LazyFrame:
    return pl.from_dicts(table(rows).to_dict("records")).lazy()


def test_a_lazy_frame_is_not_read() -> None:
    awards = lazy([award(1.0), award(5.0, "2022-23/2023-24")])
    counted = lazy([people()])
    result = per_capita_spend(awards, counted, by="funding_stream")
    assert isinstance(result, pl.LazyFrame)
    rows = result.collect().to_dicts()
    assert [row["spend_gbp"] for row in rows] == [1.0, None]
    assert [row["period_start"] is None for row in rows] == [False, True]
    assert rows[1]["unknown_reason"] == "not within one financial year: apportion it first"


def test_importing_the_measures_imports_no_engine() -> None:
    code = "import pccfunding.measures, sys; print(*sorted(sys.modules))"
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120
    )
    loaded = set(found.stdout.split())
    assert "narwhals" in loaded
    assert loaded.isdisjoint({"pandas", "polars", "scipy", "pyarrow", "duckdb"})
