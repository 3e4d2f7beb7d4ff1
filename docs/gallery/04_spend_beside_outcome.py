"""Spend beside outcome, with a line for each area left out."""

import pandas as pd

import pccfunding as pcc

codes = ["E06000031", "E07000008", "E07000009", "E07000010", "E07000011", "E07000012"]
spend = pd.DataFrame({"area_code": codes, "spend_gbp_per_head": [5.0, 3.1, 7.2, 4.4, 6.3, 8.1]})
fell = pd.DataFrame(
    {
        "area_code": codes,
        "offences_baseline": [2_400, 1_500, 400, 790, 1_080, 760],
        "offences_comparison": [2_000, 1_400, 270, 700, 880, 490],
    }
)
found = pcc.spend_vs_reduction(spend, fell, family=1)
axes = found.plot()
