"""Panels beside pyfixest: its coefficients and clustered errors stand in a file of their own."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import pccfunding as pcc

# The results held, or those of a run that has just been made.
FILE = os.environ.get("PYFIXEST_PANELS") or Path(__file__).with_name("pyfixest_panels.json")
HELD = json.loads(Path(FILE).read_text(encoding="utf-8"))


def ours(panel: dict[str, Any]) -> tuple[pcc.evaluation.PanelChange, pd.DataFrame]:
    frame = pd.DataFrame(panel["rows"], columns=panel["columns"])
    found = pcc.panel_change(
        frame,
        treated="treated",
        exposure="persons",
        covariates=panel["covariates"],
        resamples=199,
    )
    return found, frame


def test_there_are_three_panels_of_three_kinds() -> None:
    assert HELD["versions"]["pyfixest"] == "0.60.0"
    kinds = {name: ours(panel)[0].kind for name, panel in HELD["panels"].items()}
    assert kinds == {
        "violence-reduction-units": "common start",
        "staggered": "staggered start",
        "dose": "dose",
    }


@pytest.mark.parametrize("name", ["violence-reduction-units", "dose"])
def test_one_term_is_that_of_pyfixest(name: str) -> None:
    panel = HELD["panels"][name]
    found, _ = ours(panel)
    np.testing.assert_allclose(found.log_ratio, panel["coefficients"][0], rtol=0, atol=1e-6)
    np.testing.assert_allclose(found.se_log, panel["errors"][0], rtol=0, atol=1e-6)


def test_cohort_cells_are_those_of_pyfixest() -> None:
    panel = HELD["panels"]["staggered"]
    found, frame = ours(panel)
    cells = found.cells
    assert [f"cell_{row.start}_{row.period}" for row in cells.itertuples()] == panel["terms"]
    np.testing.assert_allclose(cells["log_ratio"], panel["coefficients"], rtol=0, atol=1e-6)
    np.testing.assert_allclose(cells["se_log"], panel["errors"], rtol=0, atol=1e-6)
    on = frame[frame["treated"] == 1]
    start = on.groupby("area_code")["year"].transform("min")
    over = on.groupby([start, on["year"]])["persons"].sum().to_numpy(dtype=float)
    weights = over / over.sum()
    assert found.log_ratio == pytest.approx(float(weights @ panel["coefficients"]), abs=1e-6)


def test_the_bundled_violence_reduction_units_give_no_clear_change() -> None:
    found, _ = ours(HELD["panels"]["violence-reduction-units"])
    assert found.verdict == "no clear change"
    assert found.ratio is not None
    assert found.low is not None
    assert found.high is not None
    assert 0.9 < found.low < 0.96 < found.ratio < 1.02 < found.high < 1.08


def test_the_stored_panel_is_the_bundled_one() -> None:
    panel = HELD["panels"]["violence-reduction-units"]
    frame = pd.DataFrame(panel["rows"], columns=panel["columns"])
    crime, people = pcc.load_recorded_crime(), pcc.load_population()
    chosen = crime[crime["offence"] == "Violence with injury"]
    for row in frame.iloc[::7].itertuples():
        area, year = chosen["area_code"] == row.area_code, str(row.year)
        days = (chosen["period_start"] == f"{year}-01-01") & (
            chosen["period_end"] == f"{year}-12-31"
        )
        assert chosen.loc[area & days, "offences"].tolist() == [row.offences]
        here = people[people["area_code"] == row.area_code]
        assert here.loc[here["reference_date"] == f"{year}-06-30", "persons"].tolist() == [
            row.persons
        ]
