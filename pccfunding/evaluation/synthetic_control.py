"""A comparison built from other areas, and the rank of the area among placebos."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from pccfunding.errors import TableError
from pccfunding.evaluation.arguments import Number, a_mapping, a_row, some_number, whole_number
from pccfunding.evaluation.earlier_course import SHOWN_POINTS
from pccfunding.results import Result, nothing
from pccfunding.words import counted, floor_text, is_missing, number_text, p_text, percent

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["SyntheticControl", "synthetic_control"]

_FloatArray = npt.NDArray[np.float64]

BEFORE, LEFT_OUT = "error before", "error left out"
_SHORT, _POOR, _CARRIES = 10, 0.1, 0.9
_PERFECT, _PENALTIES, _DONORS_A_PERIOD = 0.05, (0.0, 0.001, 0.01, 0.1, 1.0), 10


@dataclass(frozen=True, kw_only=True)
class SyntheticControl(Result):
    """An area beside a weighted mean of others that ran like it before.

    Attributes
    ----------
    gap, gap_pct : float or None
        Mean of area less comparison after, in units and as a percentage of the comparison.
    p_value : float or None
        Rank of the area among itself and its placebos over their number.
    min_p : float or None
        1 / (placebos + 1): no p can be smaller.
    rank, n_placebos : int or None
        Place of the ratio that is ranked, 1 for the largest; ties count against the area.
    ranked_by : {"error before", "error left out"} or None
        What the error after is divided by: the error of the fit before; or, where one of the areas
        is fitted perfectly before, the error in each earlier period when it is left out of the fit.
    error_ratio : float or None
        Root mean squared gap after over what `ranked_by` says.
    error_before, error_after : float or None
    error_left_out : float or None
        Root mean squared gap of earlier periods, each left out of the fit in turn.
    penalty : float
        Weight of the sum of squared weights in the fit; 0 but where the fit is perfect.
    mean_before : float or None
        Of the area.
    weights : tuple of (label, weight)
        Largest first, without zeros.
    placebos : tuple of (label, error ratio)
        The ranked ratio for each other area.
    path : tuple of float
        The comparison at every time.
    n_before, n_after : int
    reason : str or None
    cautions : tuple of str
        rank-floor-above-05, poor-pre-fit, perfect-pre-fit, short-pre-period, one-donor-carries.

    Examples
    --------
    >>> others = {"A": [10, 12, 11, 12], "B": [20, 22, 21, 22], "C": [30, 28, 29, 30]}
    >>> result = synthetic_control([15, 17, 16, 10], others, n_before=3)
    >>> result.min_p, result.weights
    (0.25, (('A', 0.5), ('B', 0.5)))
    """

    gap: float | None
    gap_pct: float | None
    p_value: float | None
    min_p: float | None
    rank: int | None
    n_placebos: int
    ranked_by: str | None
    error_ratio: float | None
    error_before: float | None
    error_after: float | None
    error_left_out: float | None
    penalty: float
    mean_before: float | None
    weights: tuple[tuple[str, float], ...]
    placebos: tuple[tuple[str, float], ...]
    path: tuple[float, ...]
    n_before: int
    n_after: int
    reason: str | None
    _terms = (
        ("gap", "gap", "", "", "p_value"),
        ("gap in percent", "gap_pct", "", "", "p_value"),
    )
    _over = "n_placebos"
    _done_by = "synthetic control, ranked among placebos"

    @property
    def maryland_level(self) -> int:
        """4 where the comparison fits, not perfectly, over 10 or more earlier periods.

        3 where it fits over 5 or more, else 2.
        """
        if self.gap is None:
            return 0
        if "poor-pre-fit" in self.cautions or self.n_before < SHOWN_POINTS:
            return 2
        doubts = {"poor-pre-fit", "perfect-pre-fit", "short-pre-period"}
        return 3 if doubts & set(self.cautions) else 4

    @property
    def placebo_frame(self) -> pd.DataFrame:
        """One row a placebo area: label and ratio of errors, largest first."""
        import pandas as pd

        return pd.DataFrame(list(self.placebos), columns=["area", "error_ratio"])

    def _finding(self) -> str:
        if self.gap is None or self.mean_before is None:
            return f"Not estimable: {self.reason}."
        how = " (left out)" if self.ranked_by == LEFT_OUT else ""
        return (
            f"Over {counted(self.n_after, 'later period')} the area lay {number_text(self.gap)} "
            f"({percent(self.gap_pct)}) from its weighted comparison (base "
            f"{number_text(self.mean_before)} over {self.n_before} earlier periods); its ratio of "
            f"errors{how} ranks {self.rank} of {self.n_placebos + 1} areas "
            f"({p_text(self.p_value)} by placebo rank, n = {self.n_placebos + 1} areas, family of "
            f"1, {floor_text(self.min_p)}; a rank gives no interval)."
        )


def synthetic_control(
    treated: Sequence[Number | None],
    donors: Mapping[str, Sequence[Number | None]] | pd.DataFrame,
    *,
    n_before: int,
) -> SyntheticControl:
    """Compare an area with the weighted mean of others that fits its earlier course best.

    Weights are not negative, sum to 1 and minimise the squared gap over the earlier periods. Each
    other area is then treated as if it were the one, with all the rest (the area itself among
    them) as its donors, so that all areas are handled alike; p is the rank of the area's ratio of
    errors after and before, over the number of areas.

    With more donors than earlier periods a fit can be perfect, and then says nothing about what
    comes after. Where one area is fitted perfectly, all are ranked by the error of earlier
    periods left out of the fit in turn, and the sum of squared weights is penalised, for all areas
    alike, by as much as misses those periods least.

    Parameters
    ----------
    treated : sequence of float
        Rates of the area over time.
    donors : mapping of label to sequence, or DataFrame with a column an area
        Rates of the other areas at the same times.
    n_before : int
        How many of the first periods come before the award.

    Returns
    -------
    SyntheticControl
        Not estimable, with the reason, below 2 other areas, 2 earlier or 1 later period, with
        more than 10 other areas for each earlier period, or where a value is missing.

    Raises
    ------
    TableError
        If the series differ in length or hold what is no number.

    References
    ----------
    Abadie, A., Diamond, A. and Hainmueller, J. (2010). Synthetic control methods for comparative
    case studies. Journal of the American Statistical Association 105, 493-505.

    Examples
    --------
    >>> others = {
    ...     "A": [10, 13, 11, 12, 11, 12],
    ...     "B": [15, 14, 16, 15, 16, 14],
    ...     "C": [12, 12, 13, 11, 12, 13],
    ...     "D": [18, 17, 18, 19, 18, 18],
    ...     "E": [14, 16, 14, 15, 15, 14],
    ... }
    >>> result = synthetic_control([13, 14, 14, 13, 9, 8], others, n_before=4)
    >>> result.rank, round(result.p_value, 3), round(result.gap, 2)
    (1, 0.167, -5.12)
    """
    donors = a_mapping(donors, "donors", "{'Kent': [12, 14, 13]}")
    named = [(str(label), list(a_row(one, str(label)))) for label, one in donors.items()]
    labels = [label for label, _ in named]
    if len(set(labels)) != len(labels):
        raise TableError("Two donors have the same label.")
    columns = [list(a_row(treated, "treated")), *(series for _, series in named)]
    lengths = {len(column) for column in columns}
    if len(lengths) != 1:
        raise TableError(
            f"The series have {sorted(lengths)} values; give the same periods for all."
        )
    before = whole_number(n_before, "n_before", least=0)
    after = len(columns[0]) - before
    same: dict[str, Any] = {
        "n_placebos": len(labels),
        "n_before": before,
        "n_after": max(after, 0),
    }
    reason = _why_not(columns, len(labels), before, after)
    if reason:
        return _refused(reason, **same)
    values = np.array([[some_number(one, "a rate") for one in column] for column in columns]).T
    fits = [_fit(values, area, before) for area in range(len(columns))]
    penalty, ranked_by = 0.0, BEFORE
    perfect = any(fit.perfect for fit in fits)
    if perfect:
        ranked_by = LEFT_OUT
        penalty = _penalty(values, before)
        fits = [_fit(values, area, before, penalty) for area in range(len(columns))]
    mine = fits[0]
    left_out = [
        _left_out(values, area, before, penalty) for area in range(len(columns) if perfect else 1)
    ]
    ratios_of = [
        fit.over(left_out[area]) if perfect else fit.over(fit.before)
        for area, fit in enumerate(fits)
    ]
    # A ratio that equals the area's but for rounding is a tie, and ties count against the area.
    rank = sum(ratio >= ratios_of[0] * (1 - 1e-9) for ratio in ratios_of)
    gap = float((values[before:, 0] - mine.path[before:]).mean())
    built = float(mine.path[before:].mean())
    mean_before = float(values[:before, 0].mean())
    order = np.argsort(-mine.weights, kind="stable")
    weights = tuple(
        (labels[k], round(float(mine.weights[k]), 12)) for k in order if mine.weights[k] > 1e-9
    )
    ratios = sorted(zip(labels, ratios_of[1:], strict=True), key=lambda pair: -pair[1])
    codes = []
    if 1 / len(columns) > 0.05:
        codes.append("rank-floor-above-05")
    if mine.before > _POOR * abs(mean_before):
        codes.append("poor-pre-fit")
    if perfect:
        codes.append("perfect-pre-fit")
    if before < _SHORT:
        codes.append("short-pre-period")
    if weights[0][1] >= _CARRIES:
        codes.append("one-donor-carries")
    return SyntheticControl(
        gap=gap,
        gap_pct=100 * gap / built if built else None,
        p_value=rank / len(columns),
        min_p=1 / len(columns),
        rank=rank,
        ranked_by=ranked_by,
        error_ratio=ratios_of[0],
        error_before=mine.before,
        error_after=mine.after,
        error_left_out=left_out[0],
        penalty=penalty,
        mean_before=mean_before,
        weights=weights,
        placebos=tuple(ratios),
        path=tuple(mine.path.tolist()),
        reason=None,
        cautions=tuple(codes),
        **same,
    )


@dataclass(frozen=True)
class _Fit:
    weights: _FloatArray
    path: _FloatArray
    before: float
    after: float
    spread: float

    @property
    def perfect(self) -> bool:
        """Whether the fit misses earlier periods by less than a twentieth of their own spread."""
        return self.before <= _PERFECT * self.spread

    def over(self, error: float) -> float:
        """Error after over an error before; infinite where nothing missed before."""
        scale = max(float(np.abs(self.path).max()), 1.0)
        if error <= 1e-9 * scale:
            return 0.0 if self.after <= 1e-9 * scale else math.inf
        return self.after / error


def _fit(values: _FloatArray, area: int, before: int, penalty: float = 0.0) -> _Fit:
    own, others = values[:, area], np.delete(values, area, axis=1)
    weights = _weights(own[:before], others[:before], penalty)
    path = others @ weights
    gaps = own - path
    return _Fit(
        weights,
        path,
        _root_mean_square(gaps[:before]),
        _root_mean_square(gaps[before:]),
        float(own[:before].std()),
    )


def _weights(own: _FloatArray, others: _FloatArray, penalty: float) -> _FloatArray:
    from scipy.optimize import nnls

    misses = others - own[:, None]
    n = misses.shape[1]
    scale = np.sqrt((misses**2).mean()) or 1.0
    # Least squares on the simplex: with the row of ones, v = s w splits into the best weights w
    # and a scale s that does not depend on them, so that dividing by the sum is exact.
    parts = [misses / scale, np.ones((1, n))]
    if penalty:
        parts.append(math.sqrt(penalty * len(misses)) * np.eye(n))
    system = np.vstack(parts)
    wanted = np.zeros(len(system))
    wanted[len(misses)] = 1.0
    solution, _ = nnls(system, wanted)
    weights: _FloatArray = solution / solution.sum()
    return weights


def _left_out(values: _FloatArray, area: int, before: int, penalty: float) -> float:
    """Root mean squared gap of earlier periods, each left out of the fit."""
    own, others = values[:before, area], np.delete(values[:before], area, axis=1)
    gaps = []
    for k in range(before):
        kept = np.arange(before) != k
        gaps.append(own[k] - others[k] @ _weights(own[kept], others[kept], penalty))
    return _root_mean_square(np.array(gaps))


def _penalty(values: _FloatArray, before: int) -> float:
    """The penalty, alike for all areas, at which periods left out are missed least."""
    areas = range(values.shape[1])
    missed = {
        one: sum(_left_out(values, area, before, one) ** 2 for area in areas) for one in _PENALTIES
    }
    return min(_PENALTIES, key=lambda one: missed[one])


def _root_mean_square(gaps: _FloatArray) -> float:
    return float(np.sqrt((gaps**2).mean()))


def _why_not(
    columns: list[list[Number | None]], n_donors: int, before: int, after: int
) -> str | None:
    if n_donors < 2:
        return f"{counted(n_donors, 'other area')}; at least 2 are needed"
    if before < 2 or after < 1:
        return f"{counted(before, 'period')} before and {after} after; at least 2 and 1 are needed"
    if n_donors > _DONORS_A_PERIOD * before:
        return (
            f"{n_donors} other areas for {before} earlier periods; at most {_DONORS_A_PERIOD} for "
            "each, since so many fit any course: choose fewer, or give more periods"
        )
    if any(is_missing(value) for column in columns for value in column):
        return "a rate is not held, and a missing rate is not 0"
    return None


def _refused(reason: str, **same: Any) -> SyntheticControl:
    empty = nothing(
        *("gap", "gap_pct", "p_value", "min_p", "rank", "error_ratio", "error_before"),
        *("error_after", "mean_before", "ranked_by", "error_left_out"),
    )
    return SyntheticControl(
        **empty, penalty=0.0, weights=(), placebos=(), path=(), reason=reason, **same
    )
