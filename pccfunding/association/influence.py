"""What rests on one area: the coefficient and its p without each of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from pccfunding.association.inputs import ALPHA
from pccfunding.association.reordering import Places, Reordered, numbered, within_test
from pccfunding.permutation import PermutationTest, leave_one_out, permutation_test
from pccfunding.permutation.null_distribution import Method
from pccfunding.permutation.scores import Rule

# So many areas are named; of more, the number.
MOST_NAMED = 3


@dataclass(frozen=True, eq=False)
class Influence:
    """A coefficient without each area in turn.

    Attributes
    ----------
    frame : DataFrame
        One row an area left out: its code and name, `estimate`, `p_value`, `adjusted_p` (for the
        family), `min_p`, `undefined` with its `reason`, `crosses` (the p for the family moves
        across .05) and `turns` (the sign turns).
    low, high : float or None
        Range of the coefficient.
    rests_on : tuple of str
        Areas without which the p for the family falls on the other side of .05, or, where it is
        below, the sign turns or nothing is left to correlate.
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
        if len(self.rests_on) > MOST_NAMED:
            return f"turns without any one of {len(self.rests_on)} areas"
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
    labels: Places | None,
    adjust: Callable[[float], float],
    p_value: float,
    statistic: float,
    method: Method,
    two_sided: Rule,
    resamples: int | None,
    seed: int,
) -> Influence:
    """Leave out each area in turn, with the p of the others, within strata where they are given."""
    left = leave_one_out(x, y, method=method)
    how: dict[str, Any] = {
        "method": method, "two_sided": two_sided, "resamples": resamples, "seed": seed,
    }  # fmt: skip
    small = adjust(p_value) < ALPHA
    rows = []
    for place, (code, name) in enumerate(zip(areas["area"], areas["label"], strict=True)):
        row = {on: code, "name": name, "estimate": None, "p_value": None, "adjusted_p": None}
        row |= {"min_p": None, "undefined": bool(left.undefined[place]), "reason": None}
        row |= {"crosses": False, "turns": False}
        if row["undefined"]:
            row["reason"] = _why(left.reasons, place, str(name))
        else:
            others = np.delete(x, place), np.delete(y, place)
            rest: PermutationTest | Reordered | None
            if labels is None:
                rest = permutation_test(*others, **how)
            else:
                rest = within_test(*others, numbered(np.delete(labels, place)), **how)
            assert rest is not None
            assert rest.p_value is not None
            value, adjusted = float(left.statistic[place]), adjust(rest.p_value)
            row |= {"estimate": value, "p_value": rest.p_value, "min_p": rest.min_p}
            row |= {"adjusted_p": adjusted, "crosses": (adjusted < ALPHA) != small}
            row["turns"] = value * statistic < 0
        rows.append(row)
    numeric = dict.fromkeys(("estimate", "p_value", "adjusted_p", "min_p"), "Float64")
    frame = pd.DataFrame(rows).astype(numeric)
    turns, undefined = (frame[name].to_numpy() for name in ("turns", "undefined"))
    carries = frame["crosses"].to_numpy() | ((turns | undefined) & small)
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
    x, y = np.log(areas["spend"].to_numpy()), areas["g"].to_numpy()
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
