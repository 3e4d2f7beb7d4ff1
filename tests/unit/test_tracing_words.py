"""What cite, caption, trace and revisions refuse, in whole sentences, and the edges of each."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from types import SimpleNamespace
from typing import Any

import pandas as pd
import polars as pl
import pytest

import pccfunding as pcc
from pccfunding.errors import TableError, UnknownNameError
from pccfunding.evidence.reconcile_statements import figure_ids

GIVE_IT = (
    "If it comes from your own data package, give it: cite(..., evidence=read_evidence(folder))."
)
FIRST, LAST = pd.Timestamp(2022, 4, 1), pd.Timestamp(2023, 3, 31)
YEARS = pd.DataFrame(
    {
        "stream": ["A", "A", "A", "B", "B"],
        "amount_gbp": [10.0, 20.0, 30.0, 40.0, 50.0],
        "period_start": pd.to_datetime(["2021-04-01", *["2022-04-01"] * 4]),
        "period_end": pd.to_datetime(["2022-03-31", *["2023-03-31"] * 4]),
        "figure_id": ["f1", "f2", "f3", "f4", "f5"],
    }
)


def result(**columns: Any) -> pd.DataFrame:
    return pd.DataFrame({"stream": ["A"], "period_start": [FIRST], "period_end": [LAST]} | columns)


@pytest.mark.parametrize(
    ("rows", "kind", "words"),
    [
        (
            pd.DataFrame({"figure_id": ["S016", "X1", "X0"]}),
            UnknownNameError,
            f"No figure 'X0' in this evidence. {GIVE_IT}",
        ),
        (
            pd.DataFrame({"figures": ["S016;X1"]}),
            UnknownNameError,
            f"No figure 'X1' in this evidence. {GIVE_IT}",
        ),
        (
            pd.DataFrame({"source_id": ["nowhere"]}),
            UnknownNameError,
            f"No source 'nowhere' in this evidence. {GIVE_IT}",
        ),
        (
            pd.DataFrame({"a": [1], "b": [2]}),
            TableError,
            "This table has neither figure_id nor source_id; it has 'a', 'b'. Keep one of them to "
            "be able to cite, or name the table that it was made from with of=.",
        ),
        (
            3,
            TableError,
            "Only a table, or a result with a frame, can be cited; this is a int.",
        ),
    ],
)
def test_what_cannot_be_cited_is_refused_in_these_words(
    rows: Any, kind: type[Exception], words: str
) -> None:
    with pytest.raises(kind) as refusal:
        pcc.cite(rows)
    assert str(refusal.value) == words


def test_a_result_of_no_row_of_its_table_is_refused() -> None:
    with pytest.raises(TableError) as refusal:
        pcc.cite(result(stream=["C"]), of=YEARS)
    assert str(refusal.value) == (
        "No row of the table of= lies behind this result: their keys or days differ. Days of a "
        "lazy frame are read where they are dates, ISO text or 2023-24."
    )
    assert pcc.cite(result().head(0), of=YEARS).empty


def test_rows_that_name_their_figures_need_no_other_table() -> None:
    own = result(figure_id=["S016"])
    assert pcc.cite(own, of=YEARS)["tokens"].tolist() == ["£21.5m"]
    assert pcc.cite(result(figures=["S016"]), of=YEARS)["tokens"].tolist() == ["£21.5m"]
    joined = pd.DataFrame({"figures": ["S018;S001;", None, "S017;S018", ""]})
    cited = pcc.cite(joined)
    assert cited["tokens"].tolist() == ["£352,195; £2,321,845", "£820,000"]
    assert cited.index.tolist() == [0, 1]


def test_what_a_result_kept_of_its_tables_is_cited_in_order() -> None:
    source = pcc.load_figures().set_index("figure_id").loc["S001", "source_id"]
    statistics = pcc.load_deflator()["source_id"].iloc[0]
    kept = SimpleNamespace(
        frame=pd.DataFrame({"a": [1]}), sources=(statistics, "S001", "S018", "S001")
    )
    cited = pcc.cite(kept)
    assert cited["source_id"].tolist() == [source, "cambs-panel-report-2024-03", statistics]
    assert cited["tokens"].tolist()[:2] == ["£820,000; £820,000", "£352,195"]
    assert pd.isna(cited["tokens"][2])
    # Rows that name no figure leave it to what was kept; those that name one do not.
    kept.frame = pd.DataFrame({"figures": [""]})
    assert pcc.cite(kept)["source_id"].tolist() == cited["source_id"].tolist()
    kept.frame = pd.DataFrame({"figures": ["S018"]})
    assert pcc.cite(kept)["tokens"].tolist() == ["£352,195"]


def test_a_caption_is_a_sentence() -> None:
    table = pd.DataFrame({"figure_id": ["S016"]})
    source = pcc.cite(table).iloc[0]
    named = f"{source['publisher']}, {source['title']} ({source['published_on'].year})"
    assert pcc.caption(table).caption == f"Source: {named}."
    assert pcc.caption(table, "Four years.").caption == f"Four years. Source: {named}."
    bundled = pcc.load_evidence()
    undated = replace(bundled, sources=bundled.sources.assign(published_on=pd.NaT))
    assert pcc.caption(table, "Four years", evidence=undated).caption == (
        f"Four years. Source: {source['publisher']}, {source['title']}."
    )
    both = pd.DataFrame({"figure_id": ["S016", "W039"]})
    other = pcc.cite(both).iloc[1]
    assert pcc.caption(both).caption == (
        f"Sources: {named}; {other['publisher']}, {other['title']} ({other['published_on'].year})."
    )


def test_evidence_that_says_nothing_of_copies_is_cited() -> None:
    bundled = pcc.load_evidence()
    bare = replace(bundled, sources=bundled.sources.drop(columns=["copy_url", "read_on"]))
    cited = pcc.cite(pd.DataFrame({"figure_id": ["S016"]}), evidence=bare)
    assert cited[["copy_url", "read_on"]].isna().all(axis=None)
    assert cited["tokens"].tolist() == ["£21.5m"]


def test_tracing_says_what_it_takes() -> None:
    for ask, words in (
        (
            lambda: pcc.trace(YEARS),
            "trace takes by=, the keys of a table with figure_id, or of=, the table that a result "
            "was measured from.",
        ),
        (
            lambda: pcc.trace(YEARS.drop(columns="figure_id"), by="stream"),
            "This table has no column 'figure_id'. It has: stream, amount_gbp, period_start, "
            "period_end. Keep figure_id to be able to trace.",
        ),
        (
            lambda: pcc.trace(result(), of=YEARS, by="fund"),
            "The table of= has no column 'fund'. It has: stream, amount_gbp, period_start, "
            "period_end, figure_id.",
        ),
        (
            lambda: pcc.trace(result(), of=YEARS.assign(fund="x"), by="fund"),
            "The result has no column 'fund'. It has: stream, period_start, period_end.",
        ),
        (
            lambda: pcc.trace(result(), of=3),
            "of is a int, not a table. Give a DataFrame of pandas or Polars, or a lazy frame.",
        ),
    ):
        with pytest.raises(TableError) as refusal:
            ask()
        assert str(refusal.value) == words


def test_a_row_lies_behind_a_result_within_its_days_alone() -> None:
    inside = {"period_start": ["2022-04-01", "2022-04-02", "2022-04-01"]}
    inside["period_end"] = ["2023-03-31", "2023-03-31", "2023-03-30"]
    outside = {
        "period_start": ["2022-03-31", "2022-04-01"],
        "period_end": ["2023-03-31", "2023-04-01"],
    }
    days = {name: pd.to_datetime(inside[name] + outside[name]) for name in inside}
    table = pd.DataFrame({"stream": "A", "figure_id": list("abcde")} | days)
    found = pcc.trace(result(), of=table)
    assert found["figure_id"].tolist() == ["a", "b", "c"]
    assert found.columns.tolist() == ["stream", "period_start", "period_end", "figure_id"]
    # Without days on either side every row of the key is behind it.
    undated = pcc.trace(result()[["stream"]], of=table)
    assert undated["figure_id"].tolist() == list("abcde")
    assert undated.columns.tolist() == ["stream", "figure_id"]
    assert pcc.trace(result(), of=table[["stream", "figure_id"]])["figure_id"].tolist() == list(
        "abcde"
    )


def test_the_windows_of_a_result_are_each_looked_into() -> None:
    windows = pd.DataFrame(
        {
            "stream": ["A"],
            "baseline_start": [pd.Timestamp(2021, 4, 1)],
            "baseline_end": [pd.Timestamp(2022, 3, 31)],
            "comparison_start": [FIRST],
            "comparison_end": [LAST],
        }
    )
    found = pcc.trace(windows, of=YEARS)
    assert found["figure_id"].tolist() == ["f1", "f2", "f3"]
    assert found.columns.tolist() == ["stream", "baseline_start", "baseline_end", "figure_id"]
    for pair, ids in (("baseline", ["f1"]), ("comparison", ["f2", "f3"])):
        alone = windows[["stream", f"{pair}_start", f"{pair}_end"]]
        assert pcc.trace(alone, of=YEARS)["figure_id"].tolist() == ids
    # The year before counts only where a value of it stands beside.
    assert pcc.trace(result(), of=YEARS)["figure_id"].tolist() == ["f2", "f3"]
    # Two years before, or the year after, lies behind no change.
    for first, ids in (("2020", []), ("2021", ["f0"]), ("2022", ["f0"]), ("2023", [])):
        other = YEARS.head(1).assign(
            figure_id="f0",
            period_start=pd.Timestamp(f"{first}-04-01"),
            period_end=pd.Timestamp(f"{int(first) + 1}-03-31"),
        )
        longer = pd.concat([YEARS, other], ignore_index=True)
        changed = pcc.trace(result(amount_previous=[10.0]), of=longer)
        assert changed["figure_id"].tolist() == [*ids, "f1", "f2", "f3"]


def test_columns_that_a_measure_writes_are_no_keys() -> None:
    for name in ("caution", "flow", "note", "price_base", "status", "unknown_reason"):
        measured = result(**{name: ["another"]})
        assert pcc.trace(measured, of=YEARS.assign(**{name: "one"}))["figure_id"].tolist() == [
            "f2",
            "f3",
        ]
    kinds = result(kind=pd.Categorical(["x"]))
    table = YEARS.assign(kind=pd.Categorical(["x", "x", "y", "x", "x"]))
    assert pcc.trace(kinds, of=table)["figure_id"].tolist() == ["f2"]
    sourced = YEARS.assign(source_id=["s1", "s2", "s3", "s4", "s5"])
    assert pcc.trace(result(source_id=["s9"]), of=sourced)["figure_id"].tolist() == ["f2", "f3"]
    # Numbers are no keys unless they are named.
    numbered, ranks = result(rank=[1]), YEARS.assign(rank=[1, 2, 1, 1, 1])
    assert pcc.trace(numbered, of=ranks)["figure_id"].tolist() == ["f2", "f3"]
    assert pcc.trace(numbered, of=ranks, by=["stream", "rank"])["figure_id"].tolist() == ["f3"]


def test_a_table_of_statistics_leads_back_to_its_sources() -> None:
    table = YEARS.rename(columns={"figure_id": "source_id"})
    found = pcc.trace(result(), of=table)
    assert found["source_id"].tolist() == ["f2", "f3"]
    assert found.columns[-1] == "source_id"


def test_a_key_in_the_index_is_asked_for() -> None:
    with pytest.raises(TableError, match="'stream'"):
        pcc.trace(result().set_index("stream"), of=YEARS)
    with pytest.raises(TableError, match="'stream'"):
        pcc.trace(result(), of=YEARS.set_index("stream"))
    # An index that the other table knows nothing of is passed over.
    assert pcc.trace(result().rename_axis("row"), of=YEARS)["figure_id"].tolist() == ["f2", "f3"]


def test_results_whose_rows_join_their_figures_are_traced() -> None:
    joined = pd.DataFrame({"key": ["y", "x", "z", "w"], "figures": ["F2;F1", "F3", None, ""]})
    assert pcc.trace(joined, by="key").to_dict("list") == {
        "key": ["x", "y", "y"],
        "figure_id": ["F3", "F1", "F2"],
    }
    lazy = pl.LazyFrame({"key": ["y", "x"], "figure_id": ["F2", "F1"]})
    assert pcc.trace(lazy, by=["key"]).collect().rows() == [("x", "F1"), ("y", "F2")]


def test_versions_of_an_amount_come_with_all_that_is_known_of_each() -> None:
    bundled = pcc.load_evidence()
    rows = bundled.figures.head(3).assign(
        figure_id=["c", "b", "a"],
        subject_id="fund",
        published_on=pd.to_datetime(["2024-05-01", "2024-03-01", None]),
        token=["£7", "£5", "£9"],
        value=["7", "5", "9"],
        superseded_by=[None, "c", None],
        locator=["page 1", "page 2", "page 3"],
    )
    own = replace(bundled, figures=rows, totals=bundled.totals.head(1).assign(figure_id="c"))
    found = pcc.revisions("fund", evidence=own)
    assert found.drop(columns=["published_on", "source_id", "superseded_by"]).to_dict("list") == {
        "token": ["£5", "£7", "£9"],
        "value": [5.0, 7.0, 9.0],
        "change": [pytest.approx(float("nan"), nan_ok=True), 2.0, 2.0],
        "locator": ["page 2", "page 1", "page 3"],
        "holds": [False, True, False],
        "figure_id": ["b", "c", "a"],
    }
    assert found["superseded_by"].tolist()[0] == "c"
    assert found.index.tolist() == [0, 1, 2]
    for held in ("awards", "outcomes"):
        table = getattr(bundled, held).head(1).assign(figure_id="a")
        other = replace(own, **{held: table})
        assert pcc.revisions("fund", evidence=other)["holds"].tolist() == [False, True, True]
    on_the_day = replace(own, as_of=date(2024, 3, 1))
    assert pcc.revisions("fund", evidence=on_the_day)["figure_id"].tolist() == ["b"]
    with pytest.raises(UnknownNameError) as refusal:
        pcc.revisions("funt", evidence=own)
    assert str(refusal.value) == "No figure about 'funt'. Did you mean 'fund'?"


def test_a_statement_names_its_figures_once() -> None:
    statement = {"left": "S1;GBP:£5;S2", "right": "S2;not held; not_published;S3;day:2024-01-01"}
    assert figure_ids(statement) == ["S1", "S2", "S3"]
