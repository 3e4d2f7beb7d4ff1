"""The plain frames that the pictures of an association are drawn from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from pccfunding.association.finding import Association

__all__ = ["null_rows", "scatter_rows"]

_FEW = 12
_BINS = 40


def scatter_rows(found: Association) -> pd.DataFrame:
    """Give one row an area: its place, its name where it is shown, and the line without it."""
    areas = found.areas
    x, y = areas["spend"].to_numpy(float), areas["g"].to_numpy(float)
    lines = [_line(np.delete(x, place), np.delete(y, place)) for place in range(len(x))]
    assert found.influence is not None
    named = np.ones(len(x), bool)
    if len(x) > _FEW:
        # Names of all would cover each other: the ends of both axes, and what the result rests on.
        ends = {*np.argsort(x)[-3:], *np.argsort(y)[[0, 1, -2, -1]]}
        carrying = set(found.influence.rests_on)
        named = np.array([k in ends or name in carrying for k, name in enumerate(areas["label"])])
    return pd.DataFrame(
        {
            "area": areas["label"],
            "named": named,
            "x": x,
            "y": y,
            "intercept": [line[0] for line in lines],
            "slope": [line[1] for line in lines],
            "x_label": "£ per head",
            "y_label": "log reduction (above 0: a fall)",
            **_facts(found),
        }
    )


def _line(x: Any, y: Any) -> tuple[float, float]:
    """Give the least-squares line, missing where x does not vary."""
    moved = x - x.mean()
    squares = float(moved @ moved)
    if squares == 0:
        return float("nan"), float("nan")
    slope = float(moved @ (y - y.mean())) / squares
    return float(y.mean() - slope * x.mean()), slope


def null_rows(found: Association) -> pd.DataFrame:
    """Give one row a bin of the null distribution, with the orders as far out as the areas' own."""
    null = found.null
    assert null is not None
    edges = np.linspace(-1, 1, _BINS + 1)
    place = np.clip(np.searchsorted(edges, null.values, "right") - 1, 0, _BINS - 1)
    beyond = np.abs(null.values) >= abs(null.statistic) - max(null.near, 1e-12)
    orders = np.bincount(place, null.counts, _BINS)
    outer = np.bincount(place[beyond], null.counts[beyond], _BINS)
    rows = {"low": edges[:-1], "high": edges[1:], "orders": orders, "orders_beyond": outer}
    return pd.DataFrame(rows | _facts(found))


def _facts(found: Association) -> dict[str, Any]:
    from pccfunding.association._wording import NAMES
    from pccfunding.permutation._scores import RULES

    assert found.test is not None
    return {
        "coefficient": NAMES[found.method],
        "statistic": found.estimate,
        "interval_low": found.interval.low if found.interval else None,
        "interval_high": found.interval.high if found.interval else None,
        "p_value": found.p_value,
        "min_p": found.min_p,
        "family_size": found.family_size,
        "rule": RULES[found.two_sided],
        "exact": found.test.exact,
        "n": found.n,
        "unit": found.unit,
        "verdict": found.verdict,
        "estimand": found.estimand,
    }
