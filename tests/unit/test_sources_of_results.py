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
