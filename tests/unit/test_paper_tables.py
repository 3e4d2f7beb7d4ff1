"""Every result as a tidy frame, as a table for a paper, and in three lines."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

pytest.importorskip("statsmodels")
from test_results import RESULTS, ROWS, Counted

import pccfunding as pcc
from pccfunding.results import Estimate, Face, PaperTable

TIDY = ["term", "estimate", "conf_low", "conf_high", "p_value", "n", "method"]
FELL = pcc.rate_ratio(2210, 3497)


def examples() -> dict[str, Face]:
    """One result of each kind that estimates something, where two lines make it."""
    streams = pd.DataFrame({"area_code": [f"E0700000{n}" for n in range(1, 7)]})
    spend = streams.assign(spend_gbp_per_head=[1.0, 2, 3, 4, 5, 6])
    fell = streams.assign(log_reduction=[0.1, 0.2, 0.3, 0.4, 0.5, 0.7])
    parts = pd.DataFrame({"year": [1, 1, 2], "token": ["£1.50", "£2.50", "£3.00"]})
    counts = [30, 28, 31, 40, 35, 38, 36, 41, 33, 29, 30, 27] * 3
    months = [f"{year}-{month:02}" for year in (2019, 2020, 2021) for month in range(1, 13)]
    return {
        "association": pcc.spend_vs_reduction(spend, fell),
        "family": pcc.spend_vs_reduction_family(spend, fell.assign(offence="Robbery")),
        "test": pcc.permutation_test([1, 2, 3, 4, 5, 6], [1, 2, 4, 3, 6, 5]),
        "rate": FELL,
        "ratio": pcc.ratio_of_rate_ratios(80, 100, 90, 100),
        "wdd": pcc.wdd((100, 80), (100, 90)),
        "wdq": pcc.wdq((100, 80), (100, 90), (50, 45)),
        "proportion": pcc.proportion_interval("92%", 25),
        "printed": pcc.published_change("30%"),
        "funnel": pcc.funnel_limits([12, 30, 9], [1000] * 3, labels=["A", "B", "C"]),
        "money": pcc.break_even(10_000, {"A": 500, "B": 2_000}),
        "series": pcc.interrupted_series(counts, months, first_after="2021-01"),
        "reconciled": pcc.reconcile("£350k", "£352,195", relation="equal"),
        "groups": pcc.reconcile(parts, {1: "£4.00", 2: "£3.01"}, by="year"),
        "read": pcc.read_awards(pd.DataFrame({"recipient": ["A"], "amount": ["£10"]})),
    }


EXAMPLES = examples()


@pytest.mark.parametrize("result", EXAMPLES.values(), ids=EXAMPLES)
def test_every_result_is_tidy_a_table_and_three_lines(result: Face) -> None:
    tidy = result.tidy()
    assert tidy.columns.tolist() == TIDY
    assert len(tidy) >= 1
    assert tidy["term"].is_unique
    assert tidy["method"].str.len().gt(0).all()
    for low, value, high in tidy[["conf_low", "estimate", "conf_high"]].dropna().to_numpy():
        assert low <= value <= high
    shown = repr(result).splitlines()
    assert 1 <= len(shown) <= 3
    assert max(map(len, shown)) <= 130
    table = result.table()
    assert isinstance(table, PaperTable)
    assert table.title
    assert table.to_html() == result.table().to_html()
    for written in (table.to_html(), table.to_latex(), table.to_markdown()):
        assert "nan" not in written.replace("financial", "").replace("finance", "")


def test_every_kind_of_result_has_the_short_repr() -> None:
    assert all(kind.__repr__ is Face.__repr__ for kind in RESULTS)
    # The longest sentence is cut, the line of cautions too.
    many = Counted(ROWS, cautions=("one",) * 90)
    assert len(repr(many)) < 400


def test_a_tidy_row_holds_the_fields_of_the_result() -> None:
    row = FELL.tidy().iloc[0]
    # 2,210 / 3,497, and the interval that the result itself holds.
    assert round(row["estimate"], 4) == 0.6320
    assert (row["conf_low"], row["conf_high"], row["p_value"]) == (
        FELL.low,
        FELL.high,
        FELL.p_value,
    )
    assert row["n"] == 2210 + 3497
    gap = EXAMPLES["reconciled"].tidy().iloc[0]
    assert (gap["estimate"], gap["conf_low"], gap["conf_high"]) == (2195, -2805, 7195)
    assert EXAMPLES["money"].tidy()["estimate"].tolist() == [20, 5]
    assert EXAMPLES["proportion"].tidy()["estimate"].tolist() == [92.0]


def test_what_estimates_nothing_counts_its_rows() -> None:
    assert Counted(ROWS)._estimates() == [Estimate("rows", 30, n=30, method="count of rows")]
    assert EXAMPLES["read"].tidy()["estimate"].tolist() == [1]


def test_a_table_carries_caption_notes_and_sources() -> None:
    awards = pcc.load_awards()
    found = pcc.reconcile(awards, "£21.5m", relation="part_of")
    table = found.table(caption="Spend & share_1", notes=["50% <b>"], sources=pcc.cite(awards))
    latex, html, told = table.to_latex(), table.to_html(), table.to_markdown()
    assert r"\caption{Spend \& share\_1}" in latex
    assert r"Note: 50\% <b>" in latex
    assert "Note: 50% &lt;b&gt;" in html
    assert "**Spend & share_1**" in told
    for written in (latex, html, told):
        assert "Police and Crime Commissioner for Cambridgeshire and Peterborough" in written
    # What plain LaTeX cannot set is not left in.
    assert not {"\N{MINUS SIGN}", "£"} & set(FELL.table().to_latex() + found.table().to_latex())
    assert found.table().sources[0].startswith("S0")


def test_a_table_is_written_to_files(tmp_path: Path) -> None:
    FELL.table().to_latex(tmp_path / "a.tex")
    assert (tmp_path / "a.tex").read_text(encoding="utf-8") == FELL.table().to_latex()
    docx = pytest.importorskip("docx")
    made = FELL.table(caption="One").to_word(tmp_path / "a.docx")
    with pytest.raises(FileExistsError):
        FELL.table().to_word(made)
    document = docx.Document(str(made))
    assert document.paragraphs[0].text == "One"
    assert [cell.text for cell in document.tables[0].rows[1].cells][:2] == ["rate ratio", "0.632"]
