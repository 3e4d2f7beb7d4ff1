"""Every column of every measure, in its order and with its type, at hand and in a lazy frame."""

from __future__ import annotations

from typing import Any

import narwhals as nw
import pandas as pd
import polars as pl
import pytest

import pccfunding as pcc

FORCE = "E23000023"
YEARS = {"period_start": ["2022-04-01", "2023-04-01"], "period_end": ["2023-03-31", "2024-03-31"]}
SUBJECT = {"area_code": [FORCE] * 2, "funding_stream": ["Victims"] * 2}
AWARDS = SUBJECT | YEARS | {"amount_gbp": [100.0, 120.0], "status": ["outturn"] * 2,
                            "flow": ["pcc_to_recipient"] * 2, "figure_id": ["f1", "f2"],
                            "amount_low_gbp": [100.0, 120.0],
                            "amount_high_gbp": [100.0, 120.0]}  # fmt: skip
WHOLE = {name: column[:1] for name, column in AWARDS.items()} | {"period_end": ["2024-03-31"]}
PEOPLE = {"area_code": [FORCE] * 2, "reference_date": ["2022-06-30", "2023-06-30"],
          "persons": [1000, 1010], "vintage": ["new"] * 2}  # fmt: skip
CRIME = {"area_code": [FORCE] * 2, "offence": ["Robbery"] * 2, "offences": [50, 40]} | YEARS
PRICES = {"financial_year": ["2022-23", "2023-24"], "price_index": [50.0, 100.0]}
PARTS = {"area_code": ["E07000008", "E07000009"], "weight": [1, 3]}
DAYS = ("period_start", "period_end", "reference_date")


def at_hand(columns: dict[str, list[Any]]) -> Any:
    frame = pd.DataFrame(columns)
    for name in frame.columns.intersection(DAYS):
        frame[name] = pd.to_datetime(frame[name])
    return frame


def polars(columns: dict[str, list[Any]]) -> Any:
    return pl.DataFrame(columns).with_columns(
        pl.col(name).str.to_date() for name in columns if name in DAYS
    )


def lazy(columns: dict[str, list[Any]]) -> Any:
    return polars(columns).lazy()


MEASURES: dict[str, Any] = {
    "per_capita_spend": lambda make: pcc.per_capita_spend(
        make(AWARDS), make(PEOPLE), by="funding_stream", per=1000
    ),
    "per_capita_spend of all": lambda make: pcc.per_capita_spend(make(AWARDS), make(PEOPLE), by=[]),
    "per_capita_spend in prices": lambda make: pcc.per_capita_spend(
        pcc.real_terms(make(AWARDS), make(PRICES), base="2023-24"), make(PEOPLE), by="area_code"
    ),
    "year_on_year": lambda make: pcc.year_on_year(
        make(AWARDS), value="amount_gbp", by="funding_stream"
    ),
    "year_on_year of counts": lambda make: pcc.year_on_year(
        make(CRIME), value="offences", by="offence"
    ),
    "real_terms": lambda make: pcc.real_terms(make(AWARDS), make(PRICES), base="2023-24"),
    "reduction": lambda make: pcc.reduction(
        make(CRIME), baseline="2022-23", comparison="2023-24", by="offence"
    ),
    "reduction of rates": lambda make: pcc.reduction(
        make(CRIME),
        baseline="2022-23",
        comparison="2023-24",
        by="area_code",
        population=make(PEOPLE),
    ),
    "offence_rates": lambda make: pcc.offence_rates(make(CRIME), make(PEOPLE), by="offence"),
    "apportion to years": lambda make: pcc.apportion(make(WHOLE), to="financial_year"),
    "apportion to areas": lambda make: pcc.apportion(
        make(AWARDS), to="area_code", rule="weights", by=make(PARTS)
    ),
}
COLUMNS = {
    "per_capita_spend": (
        "funding_stream period_start period_end flow status spend_gbp spend_low_gbp "
        "spend_high_gbp spend_known_gbp persons spend_gbp_per_1000 spend_low_gbp_per_1000"
        " spend_high_gbp_per_1000 n_known n_figures unknown_reason"
    ),
    "per_capita_spend of all": (
        "period_start period_end flow status spend_gbp spend_low_gbp spend_high_gbp "
        "spend_known_gbp persons spend_gbp_per_head spend_low_gbp_per_head "
        "spend_high_gbp_per_head n_known n_figures unknown_reason"
    ),
    "per_capita_spend in prices": (
        "area_code period_start period_end flow status spend_gbp spend_low_gbp "
        "spend_high_gbp spend_known_gbp persons spend_gbp_per_head spend_low_gbp_per_head"
        " spend_high_gbp_per_head n_known n_figures unknown_reason price_base "
        "spend_real_gbp spend_real_low_gbp spend_real_high_gbp spend_real_gbp_per_head "
        "spend_real_low_gbp_per_head spend_real_high_gbp_per_head"
    ),
    "year_on_year": (
        "funding_stream period_start period_end flow status amount_gbp amount_low_gbp "
        "amount_high_gbp amount_gbp_previous amount_low_gbp_previous "
        "amount_high_gbp_previous change_gbp change_pct change_low_pct change_high_pct "
        "n_known n_figures caution unknown_reason"
    ),
    "year_on_year of counts": (
        "offence period_start period_end offences offences_low offences_high "
        "offences_previous offences_low_previous offences_high_previous change change_pct"
        " change_low_pct change_high_pct n_known n_figures caution unknown_reason"
    ),
    "real_terms": (
        "area_code funding_stream period_start period_end amount_gbp status flow "
        "figure_id amount_low_gbp amount_high_gbp amount_real_gbp amount_real_low_gbp "
        "amount_real_high_gbp price_base unknown_reason"
    ),
    "reduction": (
        "offence baseline_start baseline_end period_start period_end offences_baseline "
        "offences_comparison change_pct reduction_pct reduction_low_pct "
        "reduction_high_pct log_reduction variance_log_reduction confidence_level "
        "n_known_baseline n_figures_baseline n_known_comparison n_figures_comparison "
        "n_known n_figures caution unknown_reason"
    ),
    "reduction of rates": (
        "area_code baseline_start baseline_end period_start period_end offences_baseline "
        "offences_comparison persons_baseline persons_comparison change_pct reduction_pct"
        " reduction_low_pct reduction_high_pct log_reduction variance_log_reduction "
        "confidence_level n_known_baseline n_figures_baseline n_known_comparison "
        "n_figures_comparison n_known n_figures caution unknown_reason"
    ),
    "offence_rates": (
        "offence period_start period_end offences persons offences_per_1000 series_break "
        "caution unknown_reason"
    ),
    "apportion to years": (
        "area_code funding_stream period_start period_end amount_gbp status flow "
        "figure_id amount_low_gbp amount_high_gbp awarded_gbp basis apportioned_by"
    ),
    "apportion to areas": (
        "area_code funding_stream period_start period_end amount_gbp status flow "
        "figure_id amount_low_gbp amount_high_gbp awarded_gbp basis apportioned_by"
    ),
}


@pytest.mark.parametrize("make", [at_hand, polars, lazy])
@pytest.mark.parametrize("name", MEASURES)
def test_a_measure_gives_its_columns_in_their_order(name: str, make: Any) -> None:
    found = nw.from_native(MEASURES[name](make)).collect_schema()
    # What cannot be split is refused of rows at hand; a lazy frame says why it has no amount.
    added = " unknown_reason" if make is lazy and name.startswith("apportion") else ""
    assert " ".join(found) == COLUMNS[name] + added
    for column, kind in found.items():
        assert kind == kind_of(column, make), column


def kind_of(column: str, make: Any) -> Any:
    """Give the type that a column has by its name."""
    if column.endswith(("_start", "_end")):
        return nw.Datetime if make is at_hand else nw.Date
    if column.startswith("n_"):
        return nw.Int64
    texts = "flow status funding_stream area_code offence basis caution unknown_reason price_base"
    texts += " series_break apportioned_by figure_id"
    return nw.String if column in texts.split() else nw.Float64
