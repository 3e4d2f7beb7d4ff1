"""Every pair that was tried, with p for the family."""

import numpy as np
import pandas as pd

import pccfunding as pcc

rng = np.random.default_rng(8)
codes = [f"E2300{number:04d}" for number in range(1, 21)]
streams = pd.DataFrame(
    {
        "area_code": codes * 2,
        "funding_stream": ["Stream A"] * 20 + ["Stream B"] * 20,
        "spend_gbp_per_head": rng.uniform(1, 9, 40).round(2),
    }
)
falls = pd.DataFrame(
    {
        "area_code": codes * 3,
        "offence": [name for name in ("Class 1", "Class 2", "Class 3") for _ in codes],
        "offences_baseline": rng.poisson(3_000, 60),
        "offences_comparison": rng.poisson(2_700, 60),
    }
)
axes = pcc.spend_vs_reduction_family(streams, falls).plot()
