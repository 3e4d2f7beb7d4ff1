"""A user's own frame at the door: what is read, what is refused, and what the refusal says."""

from __future__ import annotations

import datetime as dt
import io
import json
import re
import shutil
from pathlib import Path
from typing import Any

import narwhals.stable.v2 as nw
import pandas as pd
import polars as pl
import pytest

import pccfunding as pcc
from pccfunding.areas import find_area_among
from pccfunding.bundled import datasets_dir
from pccfunding.errors import (
    DataPackageError,
    PeriodError,
    TableError,
    UnknownNameError,
)

FORCE = "E23000023"
YEAR = (pd.Timestamp("2023-04-01"), pd.Timestamp("2024-03-31"))
PEOPLE = pd.DataFrame(
    {
        "area_code": [FORCE],
        "reference_date": [pd.Timestamp("2023-06-30")],
        "persons": [1000],
        "vintage": ["an example"],
    }
)


def in_polars(frame: pd.DataFrame) -> pl.DataFrame:
    """Give a frame of Polars without pyarrow; `to_dict` makes days of pandas 2.2 into numbers."""
    return pl.DataFrame({name: frame[name].to_list() for name in frame})


def awards(**columns: Any) -> pd.DataFrame:
    row = {
        "area_code": FORCE,
        "funding_stream": "Youth Fund",
        "period_start": YEAR[0],
        "period_end": YEAR[1],
        "amount_gbp": 5000.0,
    }
    return pd.DataFrame([row | columns])


def counts(**columns: Any) -> pd.DataFrame:
    table = pd.DataFrame(
        {
            "area_code": [FORCE] * 2,
            "period_start": pd.to_datetime(["2019-01-01", "2023-01-01"]),
            "period_end": pd.to_datetime(["2019-12-31", "2023-12-31"]),
            "offences": [100, 80],
        }
    )
    return table.assign(**columns)


def fell(table: Any, **how: Any) -> Any:
    return pcc.reduction(table, baseline="2019", comparison="2023", by="area_code", **how)


CODES = [f"E0700000{number}" for number in range(1, 7)]


def sides(**columns: Any) -> tuple[pd.DataFrame, pd.DataFrame]:
    money = pd.DataFrame({"area_code": CODES, "spend_gbp_per_head": [1.0, 2, 3, 4, 5, 6]})
    outcome = pd.DataFrame(
        {
            "area_code": CODES,
            "offences_baseline": [1000.0] * 6,
            "offences_comparison": [900.0, 850, 800, 870, 700, 650],
        }
    )
    return money, outcome.assign(**columns)


def judged(money: Any, outcome: Any) -> Any:
    return pcc.spend_vs_reduction(money, outcome, redraws=20)


class TestSavedResults:
    """What the library saved itself, read back by pd.read_csv, goes into every verb again."""

    @pytest.fixture
    def saved(self) -> dict[str, pd.DataFrame]:
        tables = {
            "awards": pcc.load_awards(),
            "crime": pcc.load_recorded_crime().query("release == release.max()"),
            "people": pcc.load_population().query("vintage == vintage.max()"),
            "prices": pcc.load_deflator(),
        }
        return {
            name: pd.read_csv(io.StringIO(table.to_csv(index=False)))
            for name, table in tables.items()
        }

    def test_spend_growth_prices_and_parts(self, saved: dict[str, pd.DataFrame]) -> None:
        one = saved["awards"].dropna(subset=["amount_gbp"])
        one = one[one["period_start"] == "2023-04-01"]
        one = one[one["period_end"] == "2024-03-31"]
        typed = one.assign(
            period_start=pd.to_datetime(one["period_start"]).astype("datetime64[ns]"),
            period_end=pd.to_datetime(one["period_end"]).astype("datetime64[ns]"),
        )
        assert len(one)
        keys = ["area_code", "funding_stream"]
        spend = pcc.per_capita_spend(one, saved["people"], by=keys)
        pd.testing.assert_frame_equal(spend, pcc.per_capita_spend(typed, saved["people"], by=keys))
        assert spend["period_start"].dtype.kind == "M"
        for call in (
            lambda table: pcc.year_on_year(table, value="amount_gbp", by=keys),
            lambda table: pcc.real_terms(table, saved["prices"], base="2022-23"),
            lambda table: pcc.apportion(table, to="month"),
        ):
            pd.testing.assert_frame_equal(call(one), call(typed))

    def test_a_saved_result_again(self) -> None:
        found = pcc.per_capita_spend(awards(), PEOPLE, by="area_code")
        again = pd.read_csv(io.StringIO(found.to_csv(index=False)))
        change = pcc.year_on_year(again, value="spend_gbp_per_head", by="area_code")
        assert change["spend_gbp_per_head"].to_list() == [5.0]
        prices = pcc.load_deflator()
        real = pcc.real_terms(again, prices, base="2023-24", value="spend_gbp_per_head")
        assert real["spend_real_gbp_per_head"].to_list() == [5.0]
        assert real["unknown_reason"].isna().all()


class TestDates:
    def test_the_dates_of_a_period_go_into_a_frame(self) -> None:
        period = pcc.Period.parse("2023-24")
        given = awards(period_start=period.start, period_end=period.end)
        found = pcc.per_capita_spend(given, PEOPLE, by="area_code")
        assert found["spend_gbp_per_head"].to_list() == [5.0]
        assert found["period_end"].to_list() == [YEAR[1]]

    @pytest.mark.parametrize("column", ["period", "financial_year"])
    @pytest.mark.parametrize("value", ["2023/24", "2023-24", pcc.Period.parse("2023-24")])
    def test_a_period_in_place_of_two_dates(self, column: str, value: Any) -> None:
        given = awards(**{column: value}).drop(columns=["period_start", "period_end"])
        parts = pcc.apportion(given, to="month", rule="equal")
        assert parts["period_start"].iloc[[0, -1]].to_list() == [
            YEAR[0],
            pd.Timestamp("2024-03-01"),
        ]
        assert column not in parts

    def test_two_dates_win_over_the_text_beside_them(self) -> None:
        given = awards(period="some years ago")
        assert len(pcc.per_capita_spend(given, PEOPLE, by="area_code")) == 1

    def test_a_pandas_period_is_its_whole_length(self) -> None:
        given = awards(period=pd.Period("2023", freq="Y-MAR")).drop(
            columns=["period_start", "period_end"]
        )
        before = awards(
            period_start=pd.Period("2022-04", "M"), period_end=pd.Period("2023-03", "M")
        )
        assert pcc.apportion(given, to="month", rule="equal")["period_start"].iloc[0] == (
            pd.Timestamp("2022-04-01")
        )
        assert pcc.apportion(before, to="month", rule="equal")["period_end"].iloc[-1] == (
            pd.Timestamp("2023-03-31")
        )

    @pytest.mark.parametrize(
        ("value", "says"),
        [
            ("01/04/2023", r"'01/04/2023'.*awards\['period_start'\]\.map\(pcc\.parse_date\)"),
            ("2023-02-30", "'2023-02-30', which is no day that can be read"),
            ("2023-04-01T09:30:00", "no day that can be read"),
            (2023, "2023, which is no day .* Give dates, or ISO text"),
        ],
    )
    def test_what_is_no_date_is_named(self, value: Any, says: str) -> None:
        with pytest.raises(TableError, match=f"awards: column 'period_start' holds .*{says}"):
            pcc.per_capita_spend(awards(period_start=value), PEOPLE, by="area_code")

    def test_a_zone_counts_only_at_its_midnight(self) -> None:
        at_home = awards(period_start=YEAR[0].tz_localize("Europe/London"))
        assert len(pcc.per_capita_spend(at_home, PEOPLE, by="area_code")) == 1
        abroad = at_home.assign(period_start=at_home["period_start"].dt.tz_convert("UTC"))
        with pytest.raises(TableError, match=r"2023-03-31 23:00 in the zone UTC, .*no midnight"):
            pcc.per_capita_spend(abroad, PEOPLE, by="area_code")

    @pytest.mark.parametrize("year", [1900, 1904, 2000, 2023, 2024, 2100])
    def test_only_true_leap_days_pass_a_lazy_frame(self, year: int) -> None:
        text = f"{year}-02-29"
        try:
            dt.date.fromisoformat(text)
            told = 1
        except ValueError:
            told = 0
        lazy = pl.LazyFrame({"area_code": ["A"], "period_start": [text], "period_end": [text]})
        lazy = lazy.with_columns(amount_gbp=pl.lit(1.0))
        found = pcc.apportion(lazy, to="financial_year").collect()
        assert found["period_start"].is_not_null().sum() == told
        assert found["unknown_reason"].to_list() == [None if told else "no period"]


class TestNames:
    def test_names_are_read_within_the_kind_of_the_other_table(self) -> None:
        given = awards(area="Cambridgeshire").drop(columns="area_code")
        for by in ("area", "area_code"):
            found = pcc.per_capita_spend(given, PEOPLE, by=by)
            assert found["area_code"].to_list() == [FORCE]
            assert found["spend_gbp_per_head"].to_list() == [5.0]

    def test_two_spellings_are_one_area(self) -> None:
        names = ["Cambridgeshire", "Cambridgeshire Constabulary"]
        given = pd.concat([awards(area=name) for name in names]).drop(columns="area_code")
        assert pcc.per_capita_spend(given, PEOPLE, by="area")["spend_gbp"].to_list() == [10_000.0]

    def test_a_name_of_several_is_refused_with_their_codes(self) -> None:
        given = counts(area="Cambridge").drop(columns="area_code")
        with pytest.raises(TableError, match=r"'Cambridge' can be .*E07000008.*E22.*area_code"):
            fell(given)

    def test_a_name_of_another_kind_is_no_match(self) -> None:
        given = awards(area="Fenland").drop(columns="area_code")
        with pytest.raises(TableError, match=r"Fenland .*other table holds police force area"):
            pcc.per_capita_spend(given, PEOPLE, by="area_code")
        with pytest.raises(UnknownNameError, match="No area called 'Camelot'"):
            find_area_among("Camelot", [])

    def test_a_code_wins_over_a_name(self) -> None:
        found = pcc.per_capita_spend(awards(area="Durham"), PEOPLE, by="area_code")
        assert found["area_code"].to_list() == [FORCE]

    def test_spend_by_name_meets_an_outcome_by_code(self) -> None:
        money, outcome = sides()
        codes = ["E07000008", "E07000009", "E07000010", "E07000011", "E07000012", "E06000031"]
        money, outcome = (table.assign(area_code=codes) for table in (money, outcome))
        names = [pcc.find_area(code).name for code in codes]
        named = money.drop(columns="area_code").assign(area=names)
        assert judged(named, outcome).estimate == judged(money, outcome).estimate


class TestColumns:
    def test_all_that_is_missing_is_one_sentence(self) -> None:
        given = awards().drop(columns=["area_code", "amount_gbp"])
        with pytest.raises(TableError, match="no columns 'area_code', 'amount_gbp'"):
            pcc.per_capita_spend(given, PEOPLE, by="funding_stream")

    def test_no_keys_are_named_as_none(self) -> None:
        for call in (
            lambda by: pcc.per_capita_spend(awards(), PEOPLE, by=by),
            lambda by: pcc.year_on_year(awards(), value="amount_gbp", by=by),
        ):
            with pytest.raises(TableError, match=r"by is None; .* give by=\[\]"):
                call(None)
            assert len(call([])) == 1

    def test_amounts_of_text_are_read_as_a_list(self) -> None:
        given = pd.concat([awards(amount_gbp=text) for text in ("£1,000", "up to £5,000")])
        with pytest.raises(
            TableError, match=r"holds '£1,000', not numbers. .*pcc\.read_awards\(aw"
        ):
            pcc.per_capita_spend(given, PEOPLE, by="area_code")
        with pytest.raises(TableError, match="holds '£1,000', not numbers"):
            pcc.reconcile(given, "£6,000")
        for frame in (given, in_polars(given)):
            read = pcc.read_awards(frame).frame
            assert read["token"].to_list() == ["£1,000", "up to £5,000"]
            assert read["amount_gbp"].to_list() == [1000.0, 5000.0]
            assert read["area_code"].to_list() == [FORCE] * 2
            assert read["place"].to_list() == ["row 1", "row 2"]
            assert read["period"].to_list() == ["2023-24"] * 2

    def test_a_frame_read_as_a_list_keeps_its_flow(self) -> None:
        given = awards(amount_gbp="£1,000", flow="national_to_pcc", status="budget")
        read = pcc.read_awards(given).frame
        assert read[["flow", "status"]].to_numpy().tolist() == [["national_to_pcc", "budget"]]
        both = pd.concat([given, given.assign(flow="pcc_to_recipient")])
        with pytest.raises(TableError, match="'flow' holds national_to_pcc and pcc_to_recipient"):
            pcc.read_awards(both)


class TestOwnCounts:
    @pytest.mark.parametrize("release", [{}, {"release": "first"}, {"source_id": ["a", "b"] * 2}])
    def test_counts_given_twice_are_refused(self, release: dict[str, Any]) -> None:
        once = fell(counts())
        assert once["offences_baseline"].to_list() == [100.0]
        twice = pd.concat([counts(), counts()]).assign(**release)
        with pytest.raises(TableError, match=r"2 times|more than once"):
            fell(twice)
        with pytest.raises(TableError, match=r"2 times \(offences 100\)"):
            pcc.year_on_year(twice, value="offences", by="area_code")

    @pytest.mark.parametrize("engine", ["Polars", "DuckDB"])
    def test_counts_given_twice_are_unknown_in_a_lazy_frame(self, engine: str) -> None:
        def lazy(table: pd.DataFrame) -> Any:
            if engine == "Polars":
                return in_polars(table).lazy()
            duckdb = pytest.importorskip("duckdb")
            pytest.importorskip("pyarrow")
            return duckdb.from_arrow(in_polars(table).to_arrow())

        rows = [counts(), counts().tail(1).assign(release="later")]
        twice = pd.concat([rows[0].assign(release="first"), rows[1]])
        change = pcc.year_on_year(lazy(twice), value="offences", by="area_code")
        found = nw.from_native(change).lazy().collect()
        assert found["offences"].to_list() == [100, None]
        assert found["unknown_reason"].to_list() == [
            "no figure for the year before",
            "a count is given more than once; no figure for the year before",
        ]
        parts = [counts(district=name) for name in ("east", "west")]
        sums = pcc.year_on_year(lazy(pd.concat(parts)), value="offences", by="area_code")
        assert nw.from_native(sums).lazy().collect()["offences"].to_list() == [200, 160]

    def test_parts_that_something_tells_apart_add_up(self) -> None:
        twice = pd.concat([counts(district="east"), counts(district="west")])
        assert fell(twice)["offences_baseline"].to_list() == [200.0]

    @pytest.mark.parametrize(("count", "said"), [(-5.0, "\N{MINUS SIGN}5"), (10.5, "10.5")])
    def test_no_count_is_refused(self, count: float, said: str) -> None:
        money, outcome = sides(offences_comparison=[count, 850, 800, 870, 700, 650])
        with pytest.raises(TableError, match=f"comparison of E07000001 is {said}, .*no count"):
            judged(money, outcome)

    @pytest.mark.parametrize(
        ("baseline", "follow_up", "says"),
        [
            (("2023-01-01", "2023-12-31"), ("2019-01-01", "2019-12-31"), "comes after"),
            (("2019-01-01", "2019-12-31"), ("2019-07-01", "2020-06-30"), "share 184 days"),
        ],
    )
    def test_windows_out_of_order_are_refused(
        self, baseline: tuple[str, str], follow_up: tuple[str, str], says: str
    ) -> None:
        names = ("baseline_start", "baseline_end", "period_start", "period_end")
        money, outcome = sides(**dict(zip(names, (*baseline, *follow_up), strict=True)))
        with pytest.raises(PeriodError, match=says):
            judged(money, outcome)

    def test_a_log_reduction_that_contradicts_its_counts_is_refused(self) -> None:
        money, outcome = sides()
        said = [0.105, 0.162, 0.223, 0.139, 0.357, 0.431]
        sound = judged(money, outcome.assign(log_reduction=said))
        assert sound.estimate == judged(money, outcome).estimate
        turned = outcome.assign(log_reduction=[-one for one in said])
        with pytest.raises(
            TableError, match=r"log_reduction of E07000002 is \N{MINUS SIGN}0.162, .*otherwise"
        ):
            judged(money, turned)


OUTSIDE = {"amount_low_gbp": 6000.0, "amount_high_gbp": 7000.0}


class TestBounds:
    @pytest.mark.parametrize("engine", [lambda frame: frame, in_polars])
    def test_an_amount_outside_its_bounds_is_refused(self, engine: Any) -> None:
        given, people = engine(awards(**OUTSIDE)), engine(PEOPLE)
        for call in (
            lambda: pcc.per_capita_spend(given, people, by="area_code"),
            lambda: pcc.year_on_year(given, value="amount_gbp", by="area_code"),
            lambda: pcc.apportion(given, to="financial_year"),
            lambda: pcc.real_terms(given, engine(pcc.load_deflator()), base="2023-24"),
        ):
            with pytest.raises(TableError, match=r"5000.0, outside its own .*low_gbp 6000.0"):
                call()
        with pytest.raises(TableError, match=r"5000, outside its own bounds 6000.0 to"):
            pcc.reconcile(given, "£5,000")

    def test_a_lazy_frame_is_unknown_instead(self) -> None:
        lazy = in_polars(awards(**OUTSIDE)).lazy()
        people = in_polars(PEOPLE).lazy()
        prices = in_polars(pcc.load_deflator()).lazy()
        for found, name in (
            (pcc.per_capita_spend(lazy, people, by="area_code"), "spend_gbp"),
            (pcc.apportion(lazy, to="financial_year"), "amount_gbp"),
            (pcc.real_terms(lazy, prices, base="2023-24"), "amount_real_gbp"),
        ):
            row = found.collect().row(0, named=True)  # type: ignore[attr-defined]
            assert row[name] is None
            assert row["unknown_reason"] == "an amount outside its own bounds"

    def test_a_penny_of_rounding_is_no_fault(self) -> None:
        given = awards(amount_low_gbp=5000.01, amount_high_gbp=5000.01)
        assert len(pcc.per_capita_spend(given, PEOPLE, by="area_code")) == 1

    def test_spend_per_head_lies_within_its_bounds(self) -> None:
        money, outcome = sides()
        with pytest.raises(TableError, match=r"of E07000001 is 1.0, outside its own bounds 2.0 to"):
            judged(money.assign(spend_low_gbp_per_head=2.0, spend_high_gbp_per_head=9.0), outcome)


class TestContracts:
    @pytest.fixture
    def package(self, tmp_path: Path) -> Path:
        folder = tmp_path / "own"
        shutil.copytree(datasets_dir(), folder)
        return folder

    def changed(self, folder: Path, table: str, change: Any) -> None:
        descriptor = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
        resource = next(one for one in descriptor["resources"] if one["name"] == table)
        path = folder / resource["path"]
        frame = change(pd.read_csv(path, dtype=str, keep_default_na=False))
        frame.to_csv(path, index=False)
        fields = [one for one in resource["schema"]["fields"] if one["name"] in frame]
        resource["schema"]["fields"] = fields
        resource.pop("hash", None)
        text = json.dumps(descriptor)
        (folder / "datapackage.json").write_text(text, encoding="utf-8")

    def test_an_absent_nullable_column_holds_nothing(self, package: Path) -> None:
        self.changed(
            package, "awards", lambda frame: frame.drop(columns=["legal_basis", "inferred"])
        )
        read = pcc.read_evidence(package).awards
        assert read["legal_basis"].isna().all()
        assert read["amount_gbp"].to_list() == pcc.load_awards()["amount_gbp"].to_list()
        assert pcc.conformance(package).broken == 0

    def test_an_own_column_is_carried_along(self, package: Path) -> None:
        self.changed(package, "awards", lambda frame: frame.assign(ward="Abbey"))
        assert pcc.read_evidence(package).awards["ward"].to_list() == ["Abbey"] * 8
        assert pcc.conformance(package).broken == 0

    def test_an_own_column_with_the_name_of_a_printed_one_is_refused(self, package: Path) -> None:
        self.changed(package, "awards", lambda frame: frame.assign(token="£1"))
        with pytest.raises(DataPackageError, match="'awards' has a column 'token' of its own"):
            pcc.read_evidence(package)

    def test_what_is_missing_is_named_as_the_column_it_is(self, package: Path) -> None:
        lacking = ["area_code", "funding_stream"]
        self.changed(package, "awards", lambda frame: frame.drop(columns=lacking))
        said = "has no columns 'funding_stream', 'area_code'. It has: "
        with pytest.raises(DataPackageError, match=re.escape(f"awards.csv {said}")):
            pcc.read_evidence(package)
        (finding,) = pcc.conformance(package).frame.query("state == 'broken'").head(1)["what"]
        assert finding.startswith(said)

    def test_a_figure_without_its_value_is_not_silently_unknown(self, package: Path) -> None:
        self.changed(package, "figures", lambda frame: frame.drop(columns="value"))
        read = pcc.read_evidence(package).awards
        assert read["amount_gbp"].to_list() == pcc.load_awards()["amount_gbp"].to_list()
