"""The grid of a family: every pair with its coefficient, its p, what it rests on, its verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from pccfunding.association._coefficients import Floats, coefficients
from pccfunding.association._gate import Gate
from pccfunding.association._judging import ALPHA, FEWEST
from pccfunding.association._pairing import Pairing
from pccfunding.permutation import PermutationFamily, adjusted_p, permutation_family

__all__ = ["Key", "Series", "table_of"]

Key: TypeAlias = tuple[str | None, int | None]


@dataclass(frozen=True)
class Series:
    """The series of both sides over the same areas."""

    spend: dict[Key, Floats]
    outcomes: dict[str, pd.DataFrame]

    @classmethod
    def of(
        cls, able: Mapping[tuple[Key, str], Pairing], areas: Sequence[str], method: str
    ) -> Series:
        spend: dict[Key, Floats] = {}
        outcomes: dict[str, pd.DataFrame] = {}
        for (key, offence), found in able.items():
            table = found.areas.set_index("area").loc[list(areas)]
            values = table["spend"].to_numpy(np.float64)
            spend.setdefault(key, np.log(values) if method == "pearson" else values)
            outcomes.setdefault(offence, table.reset_index())
        return cls(spend, outcomes)

    def arrays(self, tested: Sequence[tuple[Key, str]]) -> tuple[Floats, Floats]:
        keys, offences = _axes(tested)
        x = np.array([self.spend[key] for key in keys])
        y = np.array([self.outcomes[offence]["g"].to_numpy(np.float64) for offence in offences])
        return x, y


def _axes(tested: Sequence[tuple[Key, str]]) -> tuple[list[Key], list[str]]:
    keys = list(dict.fromkeys(key for key, _ in tested))
    return keys, list(dict.fromkeys(offence for _, offence in tested))


def _without_each(
    series: Series, tested: Sequence[tuple[Key, str]], test: PermutationFamily, **how: Any
) -> tuple[Floats, Floats]:
    """Give every coefficient and its p without each area: areas by series by series."""
    x, y = series.arrays(tested)
    parts = [
        permutation_family(
            np.delete(x, area, 1), np.delete(y, area, 1), method=test.method, max_t=False, **how
        )
        for area in range(test.n)
    ]
    return np.array([part.statistic for part in parts]), np.array([part.p_value for part in parts])


def table_of(
    pairs: Mapping[tuple[Key, str], Pairing],
    series: Series,
    tested: Sequence[tuple[Key, str]],
    test: PermutationFamily | None,
    gates: Mapping[str, Gate],
    n: int,
    two_sided: str,
    resamples: int | None,
    seed: int,
) -> pd.DataFrame:
    rows = []
    places: dict[tuple[Key, str], tuple[int, int]] = {}
    without = None
    if test is not None:
        keys, offences = _axes(tested)
        places = {pair: (keys.index(pair[0]), offences.index(pair[1])) for pair in tested}
        how = {"two_sided": two_sided, "resamples": resamples, "seed": seed}
        without = _without_each(series, tested, test, **how)
    for pair_key, found in pairs.items():
        (stream, lag), offence = pair_key
        row: dict[str, Any] = {
            "funding_stream": stream, "lag": lag, "offence": offence, "n": n, "estimate": None,
            "p_value": None, "min_p": None, "p_max_t": None, "q_value": None,
            "reliability": None, "gate": None, "leave_one_out_low": None,
            "leave_one_out_high": None, "rests_on": None, "tested": False,
            "verdict": "not estimable", "reason": found.reason,
        }  # fmt: skip
        if found.reason is None and n >= 4:
            row |= _estimates(series, pair_key, gates[offence])
            if test is not None and without is not None and pair_key in places:
                row |= _tests(test, without, places[pair_key], series.outcomes[offence])
        elif found.reason is None:
            row["reason"] = "fewer than four areas"
        rows.append(row)
    frame = pd.DataFrame(rows)
    numeric = ["estimate", "p_value", "min_p", "p_max_t", "q_value", "reliability"]
    numeric += ["leave_one_out_low", "leave_one_out_high"]
    frame = frame.astype(dict.fromkeys(numeric, "Float64") | {"lag": "Int64"})
    has_p = frame["p_value"].notna()
    if has_p.any():
        frame.loc[has_p, "q_value"] = adjusted_p(frame.loc[has_p, "p_value"].to_numpy(float))
    frame["verdict"] = [_verdict(row, gates, n) for row in frame.itertuples()]
    return frame


def _estimates(series: Series, pair_key: tuple[Key, str], gate: Gate) -> dict[str, Any]:
    key, offence = pair_key
    y = series.outcomes[offence]["g"].to_numpy(np.float64)
    value = coefficients(series.spend[key][None], y[None], "spearman")[0]
    opens = "not tested: no counts" if gate.test is None else gate.test.gate
    reliability = None if gate.test is None else gate.test.reliability
    estimate = None if np.isnan(value) else float(value)
    return {"estimate": estimate, "gate": opens, "reliability": reliability}


def _tests(
    test: PermutationFamily,
    without: tuple[Floats, Floats],
    place: tuple[int, int],
    areas: pd.DataFrame,
) -> dict[str, Any]:
    if test.undefined[place]:
        return {}
    assert test.p_max_t is not None
    p = float(test.p_value[place])
    values, others = (part[:, place[0], place[1]] for part in without)
    crosses = ((others < ALPHA) != (p < ALPHA)) & ~np.isnan(others)
    turns = (np.nan_to_num(values) * test.statistic[place] < 0) & (p < ALPHA)
    names = areas["label"].to_numpy()[crosses | turns]
    return {
        "estimate": float(test.statistic[place]),
        "p_value": p,
        "min_p": float(test.min_p[place]),
        "p_max_t": float(test.p_max_t[place]),
        "leave_one_out_low": float(np.nanmin(values)),
        "leave_one_out_high": float(np.nanmax(values)),
        "rests_on": "; ".join(map(str, names)) or None,
        "tested": True,
    }


def _verdict(row: Any, gates: Mapping[str, Gate], n: int) -> str:
    """Judge one pair; with few areas by max-T, with more by the false discovery rate."""
    if pd.isna(row.estimate):
        return "not estimable"
    if not gates[row.offence].opens:
        return "not distinguishable from counting noise"
    if not row.tested or n < FEWEST or row.min_p > ALPHA:
        return "too few areas to tell"
    if isinstance(row.rests_on, str):
        return "rests on one area"
    adjusted = row.p_max_t if n <= FEWEST else row.q_value
    return "association, not causal" if adjusted < ALPHA else "no clear association"
