"""Ten tasks of a researcher's afternoon, each in at most two calls beyond loading."""

from __future__ import annotations

from pathlib import Path

import matplotlib
import pandas as pd
import pytest
from matplotlib.figure import Figure

import pccfunding as pcc
from pccfunding.errors import ReconciliationError, UnknownNameError


def test_1_spend_per_head_with_an_own_population() -> None:
    grants = pd.DataFrame(
        {"area": ["Kent", "Kent"], "financial_year": "2023-24", "amount_gbp": [100.0, 50.0]}
    )
    people = pd.DataFrame(
        {"area": ["Kent"], "reference_date": ["2023-06-30"], "persons": [60], "vintage": "mine"}
    )
    spend = pcc.per_capita_spend(grants, people, by="area")
    assert spend["spend_gbp_per_head"].tolist() == [2.5]


def test_2_year_on_year_of_text_years() -> None:
    grants = pd.DataFrame(
        {"area": "Kent", "financial_year": ["2022-23", "2023/24"], "amount_gbp": [100.0, 150.0]}
    )
    changed = pcc.year_on_year(grants, by="area", value="amount_gbp")
    assert changed["change_pct"].dropna().tolist() == [50.0]


def test_3_forty_three_forces_ranked_and_plotted() -> None:
    areas = pcc.load_areas()
    forces = areas[areas["kind"] == "police_force_area"]
    people = pcc.load_population()
    latest = people[people["reference_date"] == people["reference_date"].max()]
    axes = pcc.plots.plot_ranking(forces.merge(latest, on="area_code"), value="persons")
    names = [words.get_text() for words in axes.texts if words.get_gid() == "name"]
    assert len(names) == 43
    assert names[0] == "Metropolitan Police"


def test_4_merge_and_poisson_regression() -> None:
    api = pytest.importorskip("statsmodels.api")
    own = pd.DataFrame({"force": ["Kent Police", "Essex Police", "Surrey", "Sussex"]})
    own = own.assign(area_code=pcc.area_codes(own["force"]), funded=[0, 0, 1, 1])
    crime = pcc.load_recorded_crime()
    year = crime[
        (crime["offence"] == "Residential burglary") & (crime["period_end"] == "2023-12-31")
    ]
    merged = own.merge(year, on="area_code")
    counts = merged["offences"].astype(float)
    fitted = api.GLM(
        counts, api.add_constant(merged["funded"]), family=api.families.Poisson()
    ).fit()
    # With one binary term, the fitted values are the means of the two groups.
    means = counts.groupby(merged["funded"]).mean()
    assert fitted.fittedvalues.iloc[0] == pytest.approx(means[0])
    assert fitted.fittedvalues.iloc[-1] == pytest.approx(means[1])


def test_5_three_offences_against_own_spend_to_latex_and_word(tmp_path: Path) -> None:
    codes = [f"E0700000{number}" for number in range(1, 7)]
    spend = pd.DataFrame({"area_code": codes, "spend_gbp_per_head": [1.0, 2, 3, 4, 5, 6]})
    falls = {"Robbery": [1, 2, 3, 4, 5, 7], "Shoplifting": [1, 3, 2, 5, 4, 1]}
    falls["Vehicle offences"] = [5, 3, 2, 5, 4, 1]
    fell = pd.concat(
        pd.DataFrame({"area_code": codes, "log_reduction": values, "offence": name})
        for name, values in falls.items()
    )
    family = pcc.spend_vs_reduction_family(spend, fell)
    table = family.table(caption="Spend and reductions")
    written = table.to_latex()
    assert all(f"spend and {name}" in written for name in falls)
    pytest.importorskip("docx")
    assert table.to_word(tmp_path / "table.docx").stat().st_size > 1_000


def test_6_polars_beside_a_bundled_table() -> None:
    polars = pytest.importorskip("polars")
    own = polars.DataFrame({"financial_year": ["2024-25"], "amount_gbp": [100.0]})
    priced = pcc.real_terms(own, base="2024-25")
    assert isinstance(priced, polars.DataFrame)
    assert priced["amount_real_gbp"].to_list() == [100.0]


def test_7_prices_of_2024_25() -> None:
    own = pd.DataFrame({"financial_year": ["2023-24"], "amount_gbp": [100.0]})
    priced = pcc.real_terms(own, base="2024-25")
    index = pcc.load_deflator().set_index("financial_year")["price_index"]
    worked = round(100 * index["2024-25"] / index["2023-24"], 2)
    assert priced["amount_real_gbp"].tolist() == [worked]
    assert priced.equals(pcc.real_terms(own, pcc.load_deflator(), base="2024-25"))


def test_8_an_own_list_against_its_total_fails() -> None:
    own = pd.DataFrame({"amount_gbp": [100.0, 200.0]})
    with pytest.raises(ReconciliationError, match="as printed they differ by £1"):
        pcc.reconcile(own, "£301.00").check()


def test_9_bibtex() -> None:
    assert pcc.cite(pcc.load_awards(), style="bibtex").startswith("@")


def test_10_own_colours_on_own_axes() -> None:
    mine = Figure().add_subplot()
    axes = pcc.plots.plot_streams(pcc.load_awards(), ax=mine, color="teal")
    assert axes is mine
    colors = {matplotlib.colors.to_hex(bar.get_facecolor()) for bar in axes.patches}
    assert colors == {matplotlib.colors.to_hex("teal")}


def test_every_unknown_name_of_a_column_is_listed() -> None:
    with pytest.raises(UnknownNameError, match=r"2 names in the column.*Nowhere.*Elsewhere"):
        pcc.area_codes(pd.Series(["Kent", "Nowhere", "Elsewhere", "Nowhere"]))
    index = [7, 8]
    codes = pcc.area_codes(pd.Series(["E23000032", None], index=index))
    assert codes.index.tolist() == index
    assert codes.isna().tolist() == [False, True]


def test_every_text_that_is_no_period_is_listed() -> None:
    with pytest.raises(pcc.errors.PeriodError, match="2 texts are no period"):
        pcc.parse_periods(pd.Series(["2023-24", "soon", "later", "soon"]))
