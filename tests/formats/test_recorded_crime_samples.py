"""Real published tables against the bundled counts, where a folder of samples is named."""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd
import pytest

import pccfunding as pcc

pytestmark = pytest.mark.samples

KEY = ["area_code", "offence", "period_start", "period_end"]
SOURCES = {
    "policeforceareatablesyearendingmarch2018v2.xlsx": "ons-pfa-ye-mar-2018",
    "policeforceareatablesyearendingjune2019.xlsx": "ons-pfa-ye-jun-2019",
    "pfatablesdec19.xlsx": "ons-pfa-ye-dec-2019",
    "policeforceareatablesyedecember2024.xlsx": "ons-pfa-ye-dec-2024",
    "table_c2_ye_june_2025.csv": "ons-pfa-ye-jun-2025",
}


@pytest.mark.parametrize("name", SOURCES)
def test_every_bundled_count_is_read_from_the_published_table(name: str) -> None:
    if name.endswith(".xlsx"):
        pytest.importorskip("python_calamine")
    result = pcc.read_recorded_crime(Path(os.environ["PCCFUNDING_SAMPLES"]) / "ons" / name)
    assert len(result.frame) + len(result.others) == result.n_rows
    assert result.n_rejected == 0
    recorded = result.frame[result.frame["measure"] == "recorded_offences"]
    bundled = pcc.load_recorded_crime()
    bundled = bundled[bundled["source_id"] == SOURCES[name]]
    both = bundled.merge(recorded, on=KEY, how="outer", suffixes=("", "_read"), indicator=True)
    assert not (both["_merge"] == "left_only").any()
    # The table of partnerships has no row for City of London, whose one partnership it is.
    alone = both[both["_merge"] == "right_only"]
    assert set(alone["area_code"]) <= {"E23000034"}
    both = both[both["_merge"] == "both"]
    assert len(both) == len(bundled)
    pd.testing.assert_series_equal(both["offences"], both["offences_read"], check_names=False)
    unknown = both["offences"].isna()
    assert (both.loc[unknown, "unknown"] == both.loc[unknown, "unknown_read"]).all()


def test_identities_hold_in_the_published_table_of_partnerships() -> None:
    folder = Path(os.environ["PCCFUNDING_SAMPLES"]) / "ons"
    result = pcc.read_recorded_crime(folder / "table_c2_ye_june_2025.csv")
    sums = result.totals[result.totals["label"].str.contains("partnerships")]
    assert sums["label"].nunique() == 42
    untold = sums[sums["verdict"] != "reconciles"]
    assert set(untold["label"]) == {"Surrey: sum of 12 partnerships"}
    assert untold["working"].str.contains("11 of 12 parts known").all()
    assert "conflicts" not in set(result.totals["verdict"])
