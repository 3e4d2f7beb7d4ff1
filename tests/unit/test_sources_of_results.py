"""Results at hand keep the ids of what they were made from, and can be cited."""

from __future__ import annotations

import pandas as pd
import pytest

import pccfunding as pcc
from pccfunding.errors import TableError

CODES = [f"E0700000{number}" for number in range(1, 7)]
FELL = pd.DataFrame({"area_code": CODES, "log_reduction": [0.1, 0.3, 0.2, 0.5, 0.4, 0.6]})
SPEND = pd.DataFrame({"area_code": CODES, "spend_gbp_per_head": [1.0, 2, 3, 4, 5, 6]})


def test_a_reconciliation_names_figures_and_sources() -> None:
    awards = pcc.load_awards()
    youth = awards[awards["funding_stream"] == "Youth Fund"]
    found = pcc.reconcile(youth, "£70,023.00")
    assert found.sources == found.figure_ids == tuple(youth["figure_id"])
    source = pcc.load_sources()["source_id"].iloc[0]
    row = {"amount_gbp": 5.0, "source_id": source}
    plain = pcc.reconcile([row], "£5.00")
    assert (plain.figure_ids, plain.sources) == ((), (source,))
    assert pcc.cite(plain)["source_id"].to_list() == [source]
    assert pcc.reconcile("£5.00", "£5.00").sources == ()
    groups = pcc.reconcile(awards, {"Youth Fund": "£70,023.00"}, by="funding_stream")
    assert set(groups.sources) == set(awards["figure_id"])
    assert pcc.cite(found)["tokens"].to_list() == ["£70,023"]


def test_an_association_names_what_its_rows_named_and_is_cited() -> None:
    awards = pcc.load_awards()
    figures, source = awards["figure_id"].to_list()[:6], pcc.load_sources()["source_id"].iloc[-1]
    found = pcc.spend_vs_reduction(
        SPEND.assign(figure_id=figures), FELL.assign(source_id=source), redraws=20
    )
    assert found.sources == (*figures, source)
    cited = pcc.cite(found)
    assert cited["source_id"].to_list()[-1] == source
    printed = "; ".join(cited["tokens"].dropna()).split("; ")
    assert sorted(printed) == sorted(awards["token"].to_list()[:6])
    alone = pcc.spend_vs_reduction(SPEND, FELL, redraws=20)
    assert alone.sources == ()
    with pytest.raises(TableError, match="neither figure_id nor source_id"):
        pcc.cite(alone)


def test_a_file_that_was_read_names_the_sources_of_its_rows() -> None:
    table = pd.DataFrame({"offences": [1, 2], "source_id": ["one", "two"]})
    assert pcc.formats.ReadResult(table, source="a.csv", n_rows=2).sources == ("one", "two")


def test_a_measure_and_a_result_have_captions() -> None:
    pytest.importorskip("jinja2")
    awards = pcc.load_awards()
    spend = pcc.per_capita_spend(awards, pcc.load_population(), by="funder_group")
    styled = pcc.caption(spend, "Spend per head", of=awards)
    assert styled.caption.startswith("Spend per head. Source: Police and Crime Commissioner")
    youth = awards[awards["funding_stream"] == "Youth Fund"]
    assert "Source: " in pcc.caption(pcc.reconcile(youth, "£70,023.00")).caption


def panel_rows(sources: list[str]) -> pd.DataFrame:
    rows = [(code, year, 100 + 7 * at * (year - 2017)) for at, code in enumerate(CODES)
            for year in range(2015, 2021)]  # fmt: skip
    table = pd.DataFrame(rows, columns=["area_code", "year", "offences"]).assign(persons=1000)
    return table.assign(source_id=[sources[year % len(sources)] for year in table["year"]])


def test_a_panel_names_what_the_rows_of_its_areas_named_and_is_cited() -> None:
    pytest.importorskip("statsmodels")
    first, second, third = pcc.load_sources()["source_id"].to_list()[:3]
    counts = panel_rows([first, second])
    gap = counts["area_code"].eq(CODES[0]) & counts["year"].eq(2015)
    counts.loc[counts["area_code"] == CODES[0], "source_id"] = third
    counts = counts[~gap]  # an area with a gap is set aside, and its source with it
    found = pcc.panel_change(
        counts, treated={CODES[1]: 2019, CODES[2]: 2019}, exposure="persons", resamples=99
    )
    assert set(found.sources) == {first, second}
    assert "sources" not in found.frame
    assert set(pcc.cite(found)["source_id"]) == {first, second}
    refused = pcc.panel_change(counts, treated={}, exposure="persons")
    assert set(refused.sources) == {first, second}


def ladder() -> dict[str, object]:
    months = [f"{2014 + at // 12}-{at % 12 + 1:02d}" for at in range(60)]
    series = [40 + at % 5 for at in range(60)]
    donors = {name: [at + 3 * place for at in range(8)] for place, name in enumerate("abcd")}
    return {
        "rate_ratio": pcc.rate_ratio(50, 60),
        "ratio_of_rate_ratios": pcc.ratio_of_rate_ratios(50, 60, 70, 80),
        "interrupted_series": pcc.interrupted_series(series, months, first_after="2017-01"),
        "synthetic_control": pcc.synthetic_control([*range(8)], donors, n_before=5),
        "funnel_limits": pcc.funnel_limits([5, 9, 14], [1000, 1100, 1200]),
        "regression_to_the_mean": pcc.regression_to_the_mean([5, 9, 14, 8]),
        "wdd": pcc.wdd((10, 8), (12, 11)),
    }


@pytest.mark.parametrize("rung", ["rate_ratio", "ratio_of_rate_ratios", "interrupted_series",
                                  "synthetic_control", "funnel_limits", "regression_to_the_mean",
                                  "wdd"])  # fmt: skip
def test_a_result_of_bare_numbers_names_nothing_until_their_table_is_given(rung: str) -> None:
    pytest.importorskip("statsmodels")
    found = ladder()[rung]
    first, second = pcc.load_sources()["source_id"].to_list()[:2]
    assert found.sources == ()  # type: ignore[attr-defined]
    with pytest.raises(TableError, match="made from with of="):
        pcc.cite(found)
    cited = pcc.cite(found, of=panel_rows([first, second]))
    assert set(cited["source_id"]) == {first, second}


def test_rows_that_name_their_figures_are_cited_as_they_stand_whatever_of_is() -> None:
    awards = pcc.load_awards()
    for made in (
        pcc.real_terms(awards, base="2019-20"),
        pcc.apportion(awards, to="financial_year"),
    ):
        assert (
            pcc.cite(made, of=awards)["source_id"].tolist()
            == pcc.cite(awards)["source_id"].tolist()
        )
