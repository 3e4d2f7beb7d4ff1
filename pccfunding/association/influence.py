"""What rests on one area: the coefficient and its p without each of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from pccfunding.permutation import leave_one_out, permutation_test


@dataclass(frozen=True, eq=False)
class Influence:
    """A coefficient without each area in turn.

    Attributes
    ----------
    frame : DataFrame
        One row an area left out: its code and name, `estimate`, `p_value`, `min_p`, `undefined`
        with its `reason`, `crosses` (p moves across .05) and `turns` (the sign turns).
    low, high : float or None
        Range of the coefficient.
    rests_on : tuple of str
        Areas without which p falls on the other side of .05, or, where p is below it, the sign
        turns.
    turns : tuple of str
        Areas without which the sign turns.
    verdict : str
    """

    frame: pd.DataFrame
    low: float | None
    high: float | None
    rests_on: tuple[str, ...]
    turns: tuple[str, ...]

    @property
    def verdict(self) -> str:
        """What the range comes to, in a few words."""
        if not self.rests_on:
            return "does not rest on one area"
        return f"rests on {' or '.join(self.rests_on)}"


@dataclass(frozen=True)
class PearsonCheck:
    """Pearson's r of log spend per head with the log reduction, never without its influence.

    Attributes
    ----------
    statistic, low, high : float or None
        r, and its range with one area left out.
    lowest, highest : str or None
        The areas left out at either end.
    turns : tuple of str
        Areas without which the sign turns.
    reason : str or None
        Why there is none.
    """

    statistic: float | None
    low: float | None = None
    high: float | None = None
    lowest: str | None = None
    highest: str | None = None
    turns: tuple[str, ...] = ()
    reason: str | None = None


def influence_of(
    areas: pd.DataFrame,
    x: np.ndarray,
    y: np.ndarray,
    *,
    on: str,
    p_value: float,
    statistic: float,
    method: str,
    two_sided: str,
    alpha: float,
    resamples: int | None,
    seed: int,
) -> Influence:
    """Leave out each area in turn, with the p of the others."""
    left = leave_one_out(x, y, method=method)
    rows = []
    for place, (code, name) in enumerate(zip(areas["area"], areas["label"], strict=True)):
        row = {on: code, "name": name, "estimate": None, "p_value": None, "min_p": None}
        row |= {"undefined": bool(left.undefined[place]), "reason": None}
        row |= {"crosses": False, "turns": False}
        if row["undefined"]:
            row["reason"] = _why(left.reasons, place, str(name))
        else:
            rest = permutation_test(
                np.delete(x, place),
                np.delete(y, place),
                method=method,
                two_sided=two_sided,
                resamples=resamples,
                seed=seed,
            )
            assert rest.p_value is not None
            value = float(left.statistic[place])
            row |= {"estimate": value, "p_value": rest.p_value, "min_p": rest.min_p}
            row["crosses"] = (rest.p_value < alpha) != (p_value < alpha)
            row["turns"] = value * statistic < 0
        rows.append(row)
    frame = pd.DataFrame(rows).astype({"estimate": "Float64", "p_value": "Float64"})
    frame["min_p"] = frame["min_p"].astype("Float64")
    turns = frame["turns"].to_numpy(bool)
    carries = frame["crosses"].to_numpy(bool) | (turns & (p_value < alpha))
    known = frame["estimate"].dropna()
    return Influence(
        frame=frame,
        low=float(known.min()) if len(known) else None,
        high=float(known.max()) if len(known) else None,
        rests_on=tuple(frame.loc[carries, "name"]),
        turns=tuple(frame.loc[turns, "name"]),
    )


def _why(reasons: Sequence[str], place: int, name: str) -> str:
    sides = [
        {"x": "spend", "y": "the outcome"}[reason[0]]
        for reason in reasons
        if reason.endswith(f"without position {place}.")
    ]
    return f"{' and '.join(sides)} would be the same in all other areas without {name}"


def pearson_check(areas: pd.DataFrame) -> PearsonCheck:
    """Give Pearson's r on the log scale with its range, or say why there is none."""
    without = int((areas["spend"] <= 0).sum())
    if without:
        return PearsonCheck(None, reason=f"{without} areas without spend have no logarithm")
    x, y = np.log(areas["spend"].to_numpy(float)), areas["g"].to_numpy(float)
    if np.ptp(x) <= 1e-12:
        return PearsonCheck(None, reason="log spend does not vary")
    a, b = x - x.mean(), y - y.mean()
    r = float(np.clip((a @ b) / np.sqrt((a @ a) * (b @ b)), -1, 1))
    left = leave_one_out(x, y, method="pearson").statistic
    names = areas["label"].to_numpy()
    turns = tuple(names[np.nan_to_num(left * r) < 0])
    if np.isnan(left).all():
        return PearsonCheck(r, reason="without any one area it is undefined")
    least, most = int(np.nanargmin(left)), int(np.nanargmax(left))
    return PearsonCheck(
        r, float(left[least]), float(left[most]), str(names[least]), str(names[most]), turns
    )
