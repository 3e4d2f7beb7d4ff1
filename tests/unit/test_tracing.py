"""The way back: sources in reading order, figures behind a row, versions of one amount."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import Any

import pandas as pd
import polars as pl
import pytest

import pccfunding as pcc
from pccfunding import cite, revisions, trace
from pccfunding.errors import TableError, UnknownNameError

ROUND_5 = "cambs-safer-streets-5"


def awards(*names: str) -> pd.DataFrame:
    return pd.DataFrame({"figure_id": list(names)})


def test_sources_come_in_reading_order_each_once_with_their_tokens() -> None:
    cited = cite(awards("W039", "S018", "S001", "S017", "S018"))
    assert cited["source_id"].tolist() == [
        "fenland-citizen-safer-streets-5-2023-10",
        "cambs-panel-report-2024-03",
        "cambs-pcc-community-safety-page",
    ]
    assert cited["tokens"].tolist() == ["£1m", "£352,195; £2,321,845", "£820,000"]
    assert cited.columns.tolist() == [
        *("source_id", "title", "publisher", "published_on"),
        *("url", "copy_url", "read_on", "licence", "tokens"),
    ]
    assert cited["title"].notna().all()


def test_a_row_without_a_figure_and_a_figure_without_a_number_cite_no_token() -> None:
    cited = cite(pd.DataFrame({"figure_id": ["O02", None, "O43"]}))
    assert len(cited) == cite(awards("O02", "O43"))["source_id"].nunique()
    assert cited["tokens"].isna().all()


def test_bulk_statistics_are_cited_by_their_source() -> None:
    counts = pcc.load_recorded_crime()
    cited = cite(counts)
    assert cited["source_id"].tolist() == counts["source_id"].unique().tolist()
    assert cited["tokens"].isna().all()


@pytest.mark.parametrize("lazy", [False, True])
def test_other_kinds_of_frame_are_cited_alike(lazy: bool) -> None:
    ours = pcc.load_awards()
    polars = pl.DataFrame({"figure_id": ours["figure_id"].tolist()})
    pd.testing.assert_frame_equal(cite(polars.lazy() if lazy else polars), cite(ours))


def test_a_result_is_cited_by_its_frame() -> None:
    class Result:
        frame = awards("S016")

    assert cite(Result())["tokens"].tolist() == ["£21.5m"]


def test_what_cannot_be_cited_is_refused() -> None:
    with pytest.raises(UnknownNameError, match=r"No figure 'X1' in this evidence.*read_evidence"):
        cite(awards("S016", "X1"))
    with pytest.raises(UnknownNameError, match="No source 'nowhere'"):
        cite(pd.DataFrame({"source_id": ["nowhere"]}))
    with pytest.raises(TableError, match="neither figure_id nor source_id; it has 'a', 'b'"):
        cite(pd.DataFrame({"a": [1], "b": [2]}))
    with pytest.raises(TableError, match="this is a int"):
        cite(3)
    # Plain strings name no figure, so there is nothing to cite.
    assert cite(pcc.reconcile("£350k", "£352,195", relation="equal")).empty


def test_a_reconciliation_is_cited_and_traced_by_the_figures_of_its_rows() -> None:
    figures = pcc.load_figures().set_index("figure_id", drop=False)
    twice = pcc.reconcile(figures.loc["S009"], figures.loc["S018"], relation="equal")
    assert twice.figure_ids == ("S009", "S018")
    assert cite(twice)["tokens"].tolist() == ["£350k; £352,195"]
    assert trace(twice, by="relation")["figure_id"].tolist() == ["S009", "S018"]
    youth = pcc.load_awards().query("funding_stream == 'Youth Fund'")
    groups = pcc.reconcile(youth, {"Youth Fund": "£70,023"}, by="funding_stream")
    assert groups.figure_ids == ("S023",)
    assert trace(groups, by="funding_stream").to_dict("list") == {
        "funding_stream": ["Youth Fund"],
        "figure_id": ["S023"],
    }
    assert cite(groups)["tokens"].tolist() == ["£70,023"]


def test_the_worked_statements_are_cited_and_traced() -> None:
    worked = pcc.reconcile_statements()
    ways = trace(worked, by="statement_id").groupby("statement_id")["figure_id"].agg(list)
    assert ways["london-serious-violence"] == [f"L0{number}" for number in range(1, 8)]
    assert "duty-began" not in ways
    assert "cambs-panel-report-2024-03" in set(cite(worked)["source_id"])


def test_evidence_of_ones_own_is_cited_by_itself() -> None:
    bundled = pcc.load_evidence()
    own = replace(
        bundled,
        figures=bundled.figures.assign(figure_id="mine-" + bundled.figures["figure_id"]),
    )
    assert cite(awards("mine-S016"), evidence=own)["tokens"].tolist() == ["£21.5m"]
    with pytest.raises(UnknownNameError):
        cite(awards("S016"), evidence=own)


def test_the_way_from_each_group_to_its_figures() -> None:
    ways = trace(pcc.load_awards(), by="funder_group")
    assert ways.columns.tolist() == ["funder_group", "figure_id"]
    by_group = ways.groupby("funder_group")["figure_id"].agg(list).to_dict()
    assert by_group == {
        "All government grants": ["S017", "S018", "S019", "S020"],
        "Commissioner's Funds": ["S021", "S022", "S023"],
        "Local partnership co-commissioning": ["S024"],
    }
    assert ways.index.tolist() == list(range(8))


@pytest.mark.parametrize("kind", ["pandas", "polars", "lazy"])
def test_each_pair_comes_once_and_in_order_on_every_kind(kind: str) -> None:
    rows = {"a": ["y", "x", "y", "y"], "b": [1, 2, 1, 0], "figure_id": ["F2", "F1", "F2", "F3"]}
    table: Any = pd.DataFrame(rows, index=[4, 4, 5, 6]) if kind == "pandas" else pl.DataFrame(rows)
    ways = trace(table.lazy() if kind == "lazy" else table, by=["a", "b"])
    assert type(ways) is type(table.lazy() if kind == "lazy" else table)
    found = ways.collect() if kind == "lazy" else ways
    pairs = list(zip(*(found[name].to_list() for name in ("a", "b", "figure_id")), strict=True))
    assert pairs == [("x", 2, "F1"), ("y", 0, "F3"), ("y", 1, "F2")]


def test_a_measure_and_its_trace_meet_on_their_key() -> None:
    awards = pcc.load_awards()
    heads = pcc.per_capita_spend(awards, pcc.load_population(), by=["area_code", "funder_group"])
    ways = trace(awards, by=["area_code", "funder_group"])
    merged = heads.merge(ways, on=["area_code", "funder_group"])
    counts = merged.groupby("funder_group")["figure_id"].size()
    assert counts.to_dict() == heads.set_index("funder_group")["n_figures"].to_dict()


def test_a_trace_without_its_columns_is_refused() -> None:
    with pytest.raises(TableError, match=r"no columns? .*'figure_id'.* It has: a\. Keep figure_id"):
        trace(pd.DataFrame({"a": [1]}), by="a")
    with pytest.raises(TableError, match="no column 'b'"):
        trace(pd.DataFrame({"a": [1], "figure_id": ["F"]}), by=["a", "b"])


def test_safer_streets_5_was_a_million_and_then_820_thousand() -> None:
    printed = revisions(ROUND_5)
    assert printed["token"].tolist() == ["£1m", "£820,000", "£820,000", "£820,000"]
    assert printed["figure_id"].tolist() == ["W039", "S010", "W042", "S001"]
    assert printed["value"].tolist() == [1_000_000, 820_000, 820_000, 820_000]
    assert printed["change"].tolist()[1:] == [-180_000, 0, 0]
    assert pd.isna(printed["change"][0])
    assert printed["superseded_by"].tolist()[0] == "S010"
    assert printed["holds"].tolist() == [False, True, False, False]
    dated = printed["published_on"].dropna()
    assert dated.is_monotonic_increasing
    # What carries no date comes last, not first.
    assert printed["published_on"].isna().tolist() == [False, False, False, True]


def test_a_budget_line_that_was_revised_within_weeks() -> None:
    printed = revisions("cambs-precept-income-2024-25")
    assert printed["token"].tolist() == ["£87.5m", "£87.3m"]
    assert printed["change"].tolist()[1] == -200_000
    assert printed["superseded_by"].tolist()[0] == printed["figure_id"].tolist()[1] == "W172"
    assert printed["holds"].tolist() == [False, True]


def test_versions_as_of_a_day_are_those_a_reader_could_know() -> None:
    early, later = pcc.load_evidence(as_of="2023-11-01"), pcc.load_evidence(as_of="2024-04-01")
    assert revisions(ROUND_5, evidence=early)["token"].tolist() == ["£1m"]
    assert revisions(ROUND_5, evidence=early)["holds"].tolist() == [True]
    assert revisions(ROUND_5, evidence=later)["token"].tolist() == ["£1m", "£820,000"]
    assert revisions(ROUND_5, evidence=later)["holds"].tolist() == [False, True]
    with pytest.raises(UnknownNameError, match=r"'cambs-safer-streets-5' as of 2023-10-30\.$"):
        revisions(ROUND_5, evidence=pcc.load_evidence(as_of="2023-10-30"))


def test_an_unknown_subject_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="Did you mean 'cambs-safer-streets-5'"):
        revisions("cambs-safer-street-5")
    with pytest.raises(UnknownNameError, match=r"No figure about 'qqqq'\.$"):
        revisions("qqqq")


@pytest.mark.parametrize("day", [None, "2016-01-01", "2023-11-01", "2024-04-01", "2025-06-01"])
def test_one_subject_is_counted_once_whatever_was_printed_of_it(day: str | None) -> None:
    evidence = pcc.load_evidence(as_of=day)
    subjects = pd.concat([evidence.awards, evidence.outcomes, evidence.totals])
    assert subjects["subject_id"].is_unique
    figures = evidence.figures.set_index("figure_id")
    took = figures.loc[subjects["figure_id"]]
    assert took["subject_id"].tolist() == subjects["subject_id"].tolist()
    if day is not None:
        assert (took["published_on"] <= pd.Timestamp(day)).all()
    assert (
        not took["superseded_by"]
        .isin(
            figures.index
            if day is None
            else figures.index[figures["published_on"] <= pd.Timestamp(day)]
        )
        .any()
    )


def test_a_total_says_which_printing_it_took() -> None:
    totals = pcc.load_totals()
    round_5 = totals[totals["subject_id"] == ROUND_5]
    assert round_5["figure_id"].tolist() == ["S010"]
    assert round_5["amount_gbp"].sum() == 820_000
    assert cite(round_5)["tokens"].tolist() == ["£820,000"]
    before = pcc.load_totals(as_of="2023-11-01")
    assert before.set_index("subject_id").loc[ROUND_5, "amount_gbp"] == 1_000_000


def test_a_caption_names_each_source_once_and_leaves_the_frame_alone() -> None:
    awards = pcc.load_awards()
    styled = pcc.caption(awards, "Award lines.")
    assert styled.caption.startswith("Award lines. Source: Police and Crime Commissioner for")
    assert styled.caption.count("Source") == 1
    assert styled.data is awards
    assert "<caption>" in styled.to_html()


def test_a_caption_of_several_sources_is_in_the_plural() -> None:
    assert "Sources: " in str(pcc.caption(pcc.load_totals()).caption)


# --- results of measures ------------------------------------------------------------------------

YEARS = pd.DataFrame(
    {
        "funding_stream": ["A", "A", "A", "B", "B"],
        "amount_gbp": [10.0, 20.0, 30.0, 40.0, 50.0],
        "period_start": pd.to_datetime(["2021-04-01", *["2022-04-01"] * 4]),
        "period_end": pd.to_datetime(["2022-03-31", *["2023-03-31"] * 4]),
        "figure_id": ["f1", "f2", "f3", "f4", "f5"],
        "area_code": "E23000023",
    }
)
PEOPLE = ["area_code", "reference_date", "persons", "vintage"]
LAST = pd.Timestamp("2022-04-01")


def ways_of(table: pd.DataFrame, stream: str, year: pd.Timestamp = LAST) -> list[str]:
    chosen = (table["funding_stream"] == stream) & (table["period_start"] == year)
    return table.loc[chosen, "figure_id"].tolist()


def test_a_result_leads_back_to_the_rows_of_its_keys_and_period() -> None:
    spend = pcc.per_capita_spend(YEARS, pcc.load_population(), by=["area_code", "funding_stream"])
    ways = pcc.trace(spend, of=YEARS)
    assert ways_of(ways, "A") == ["f2", "f3"]
    assert ways_of(ways, "A", pd.Timestamp("2021-04-01")) == ["f1"]
    assert ways_of(ways, "B") == ["f4", "f5"]
    counted = ways.groupby(["funding_stream", "period_start"]).size()
    held = spend.set_index(["funding_stream", "period_start"])["n_figures"]
    assert counted.to_dict() == held.to_dict()


def test_a_change_from_year_to_year_leads_back_to_both_years() -> None:
    changes = pcc.year_on_year(YEARS, value="amount_gbp", by="funding_stream")
    ways = pcc.trace(changes.dropna(subset=["change_pct"]), of=YEARS)
    assert ways["figure_id"].tolist() == ["f1", "f2", "f3"]


def test_a_reduction_leads_back_to_the_sources_of_both_windows() -> None:
    crime = pcc.load_recorded_crime()
    here = crime[crime["area_code"] == "E23000023"]
    fell = pcc.reduction(here, baseline="2019", comparison="2023", by=["area_code", "offence"])
    cited = pcc.cite(fell, of=here)
    in_windows = here[here["period_end"].isin(pd.to_datetime(["2019-12-31", "2023-12-31"]))]
    assert set(cited["source_id"]) == set(in_windows["source_id"])


def test_a_group_of_the_whole_table_leads_back_to_all_of_it() -> None:
    spend = pcc.per_capita_spend(YEARS, pcc.load_population(), by="area_code")
    ways = pcc.trace(spend, of=YEARS, by=[])
    assert ways["figure_id"].tolist() == ["f1", "f2", "f3", "f4", "f5"]


def test_tracing_keeps_the_kind_of_the_table() -> None:
    table = pl.DataFrame({name: YEARS[name].to_list() for name in YEARS})
    counted = pcc.load_population()
    people = pl.DataFrame({name: counted[name].to_list() for name in PEOPLE})
    spend = pcc.per_capita_spend(table, people, by=["area_code", "funding_stream"])
    ways = pcc.trace(spend, of=table)
    assert isinstance(ways, pl.DataFrame)
    assert ways.filter(pl.col("funding_stream") == "B")["figure_id"].to_list() == ["f4", "f5"]
    assert isinstance(pcc.trace(spend.lazy(), of=table.lazy()), pl.LazyFrame)


def test_tracing_without_keys_or_a_table_says_what_it_takes() -> None:
    with pytest.raises(TableError, match="by=, the keys"):
        pcc.trace(YEARS)
    spend = pcc.per_capita_spend(YEARS, pcc.load_population(), by="area_code")
    with pytest.raises(TableError, match=r"The table of= has no column.*'figure_id'"):
        pcc.trace(spend, of=YEARS.drop(columns="figure_id"))


def test_citing_loads_figures_and_sources_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the whole evidence was loaded")

    awards = pcc.load_awards()
    monkeypatch.setattr(sys.modules["pccfunding.evidence.loaders"], "load_evidence", refuse)
    assert len(pcc.cite(awards)) == 1
