"""Frames that the tests of associations share: invented areas, amounts and counts."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

DISTRICTS = ["E06000031", *(f"E070000{number:02d}" for number in range(8, 13))]
FORCES = [f"E23000{number:03d}" for number in range(1, 40) if number != 34]
DAYS = {
    "baseline_start": "2012-04-01",
    "baseline_end": "2013-03-31",
    "period_start": "2015-04-01",
    "period_end": "2016-03-31",
}


def spend_of(values: Any, codes: list[str] | None = None, **columns: Any) -> pd.DataFrame:
    """Give spend per head as per_capita_spend does, in 2014-15, of areas of 100,000 people."""
    values = list(values)
    given = {
        "area_code": (codes or DISTRICTS)[: len(values)],
        "funding_stream": "Invented Fund",
        "period_start": pd.Timestamp("2014-04-01"),
        "period_end": pd.Timestamp("2015-03-31"),
        "flow": "pcc_to_recipient",
        "status": "outturn",
        "persons": 100_000.0,
        "spend_gbp_per_head": values,
        "spend_low_gbp_per_head": values,
        "spend_high_gbp_per_head": values,
    }
    return pd.DataFrame(given | columns)


def fall_of(falls: Any, codes: list[str] | None = None, **columns: Any) -> pd.DataFrame:
    """Give reductions as reduction() does, of areas with 20,000 offences in the baseline.

    Falls are in percent; residents stay the same.
    """
    falls = np.asarray(list(falls), float)
    before = columns.pop("before", np.full(len(falls), 20_000.0))
    after = np.round(np.asarray(before) * (1 - falls / 100))
    days = {name: pd.Timestamp(columns.pop(name, day)) for name, day in DAYS.items()}
    given = {
        "area_code": (codes or DISTRICTS)[: len(falls)],
        "offence": "Robbery",
        **days,
        "offences_baseline": before,
        "offences_comparison": after,
        "persons_baseline": 100_000.0,
        "persons_comparison": 100_000.0,
        "log_reduction": -np.log((after + 0.5) / (np.asarray(before) + 0.5)),
        "variance_log_reduction": 1 / (after + 0.5) + 1 / (np.asarray(before) + 0.5),
        "caution": None,
        "unknown_reason": None,
    }
    return pd.DataFrame(given | columns)


def many(rho: float, n: int = 30, seed: int = 1) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give n forces whose falls go with spend to about the degree asked for."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=n)
    y = rho * x + np.sqrt(1 - rho**2) * rng.normal(size=n)
    before = rng.integers(15_000, 40_000, n).astype(float)
    return (
        spend_of(np.exp(x), FORCES),
        fall_of(10 + 8 * y, FORCES, before=before),
    )


def resting_on_one() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give twelve forces whose order is undone by three of them."""
    falls = [5, 12, 11, 6, 8, 9, 10, 7, 14, 13, 15, 16]
    return spend_of(range(1, 13), FORCES), fall_of(falls, FORCES)


def led_by_need(n: int = 30, seed: int = 3) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give forces whose spend and whose falls both follow the baseline, and nothing else."""
    rng = np.random.default_rng(seed)
    need, x, y = rng.normal(size=(3, n))
    before = np.round(20_000 * np.exp(0.3 * need))
    return (
        spend_of(np.exp(need + 0.4 * x), FORCES),
        fall_of(15 + 6 * (need + 0.4 * y), FORCES, before=before),
    )
