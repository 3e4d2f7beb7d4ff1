"""Do areas differ in their change by more than counting noise."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pccfunding.errors import TableError
from pccfunding.evaluation.arguments import (
    Number,
    a_row,
    optional_dispersion,
    proper_fraction,
    some_number,
    some_positive,
)
from pccfunding.evaluation.log_ratios import DISPERSIONS
from pccfunding.results import Result
from pccfunding.words import (
    counted,
    dispersion_text,
    floor_text,
    is_missing,
    number_text,
    p_text,
    percent,
)

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["CochranQ", "cochran_q"]


@dataclass(frozen=True, kw_only=True)
class CochranQ(Result):
    """Cochran's Q of log reductions, and the gate that stands on it.

    Attributes
    ----------
    q : float or None
        Weighted sum of squares about the weighted mean, at the dispersion used.
    df : int
    p_value : float or None
        Of no difference between the areas, from the chi-squared distribution.
    reliability : float or None
        max(0, 1 - df / Q): the part of the spread between areas that is not counting noise.
    attenuation : float or None
        Its square root: the factor by which noise is expected to shrink a correlation; samples
        can exceed it.
    mean : float or None
        Weighted mean log reduction.
    gate : {"open", "shut", "depends on dispersion", "not estimable"}
        Open where the areas differ by more than noise; only then may an association be judged.
    dispersion : float or None
        What divided Q; None where 1, 2 and 4 are shown and have to agree.
    alpha : float
    n : int
    n_missing : int
    reason : str or None
    cautions : tuple of str
        counting-noise, dispersion-decides, dispersion-raised, areas-dropped.

    Examples
    --------
    >>> cochran_q([0.1, 0.5, 0.9], [0.02, 0.02, 0.02]).by_dispersion.round(4)
       dispersion     q  p_value  reliability
    0         1.0  16.0   0.0003        0.875
    1         2.0   8.0   0.0183        0.750
    2         4.0   4.0   0.1353        0.500
    """

    q: float | None
    df: int
    p_value: float | None
    reliability: float | None
    attenuation: float | None
    mean: float | None
    gate: str
    dispersion: float | None
    alpha: float
    n: int
    n_missing: int
    reason: str | None
    _terms = (("Cochran's Q", "q", "", "", "p_value"),)
    _done_by = "chi-squared"

    @property
    def by_dispersion(self) -> pd.DataFrame:
        """Q, its p and the reliability at dispersion 1, 2 and 4."""
        import pandas as pd

        rows = []
        if self.q is not None:
            unit = self.q * (self.dispersion or 1.0)
            rows = [
                (phi, unit / phi, _p(unit / phi, self.df), _reliability(unit / phi, self.df))
                for phi in DISPERSIONS
            ]
        return pd.DataFrame(rows, columns=["dispersion", "q", "p_value", "reliability"])

    def _finding(self) -> str:
        if self.q is None:
            return f"Not estimable: {self.reason}."
        phi = (
            "dispersion taken as 1"
            if self.dispersion is None
            else (f"{dispersion_text(self.dispersion)}")
        )
        return (
            f"Between {self.n} areas Cochran's Q is {number_text(self.q)} on "
            f"{counted(self.df, 'degree of freedom', 'degrees of freedom')} ({phi}; "
            f"{p_text(self.p_value)}, n = {self.n} areas, family of 1, "
            f"{floor_text(None)}); {percent(100 * (self.reliability or 0), places=0, sign=False)} "
            f"of the spread of {self.n} log changes is beyond counting noise, and the gate is: "
            f"{self.gate}."
        )


def cochran_q(
    log_reductions: Sequence[Number | None],
    variances: Sequence[Number | None],
    *,
    dispersion: Number | None = None,
    alpha: float = 0.05,
) -> CochranQ:
    """Test whether log reductions of areas differ by more than their counting noise.

    Q = sum w (g - mean)^2 with w = 1 / variance, on n - 1 degrees of freedom; the variance of a
    log reduction g = -ln(rate after / rate before) is phi (1/(Y1 + 1/2) + 1/(Y0 + 1/2)).

    Parameters
    ----------
    log_reductions : sequence of float
        One an area; None where a count is not held.
    variances : sequence of float
        Their variances at dispersion 1.
    dispersion : float or Dispersion, optional
        Divides Q. Without it the gate opens or shuts only if dispersion 1, 2 and 4 agree.
    alpha : float, default 0.05

    Returns
    -------
    CochranQ

    Raises
    ------
    TableError
        If the sequences differ in length or a variance is not above 0.

    References
    ----------
    Cochran, W. G. (1954). The combination of estimates from different experiments. Biometrics
    10(1), 101-129.

    Examples
    --------
    >>> result = cochran_q([0.1, 0.5, 0.9], [0.02, 0.02, 0.02])
    >>> round(result.q, 6), result.df, round(result.reliability, 6), result.gate
    (16.0, 2, 0.875, 'depends on dispersion')
    """
    if len(a_row(log_reductions, "log_reductions")) != len(a_row(variances, "variances")):
        raise TableError(
            f"There are {len(log_reductions)} log reductions for {len(variances)} variances."
        )
    phi, cautions = optional_dispersion(dispersion)
    level = proper_fraction(alpha, "alpha")
    pairs = [
        (some_number(g, "a log reduction"), some_positive(v, "a variance"))
        for g, v in zip(log_reductions, variances, strict=True)
        if not (is_missing(g) or is_missing(v))
    ]
    n, dropped = len(pairs), len(log_reductions) - len(pairs)
    codes = ["areas-dropped"] if dropped else []
    if n < 2:
        return CochranQ(
            q=None,
            df=max(n - 1, 0),
            p_value=None,
            reliability=None,
            attenuation=None,
            mean=None,
            gate="not estimable",
            dispersion=phi,
            alpha=level,
            n=n,
            n_missing=dropped,
            reason=f"{counted(n, 'area')} with counts; at least 2 are needed",
            cautions=tuple(codes),
        )
    g, v = np.array(pairs).T
    weight = 1 / v
    mean = float(np.average(g, weights=weight))
    unit = float((weight * (g - mean) ** 2).sum())
    q = unit / (phi or 1.0)
    opens = {_p(unit / one, n - 1) < level for one in ([phi] if phi else DISPERSIONS)}
    gate = "depends on dispersion" if len(opens) > 1 else "open" if opens == {True} else "shut"
    if gate == "shut":
        codes.append("counting-noise")
    if gate == "depends on dispersion":
        codes.append("dispersion-decides")
    reliability = _reliability(q, n - 1)
    return CochranQ(
        q=q,
        df=n - 1,
        p_value=_p(q, n - 1),
        reliability=reliability,
        attenuation=math.sqrt(reliability),
        mean=mean,
        gate=gate,
        dispersion=phi,
        alpha=level,
        n=n,
        n_missing=dropped,
        reason=None,
        cautions=(*codes, *cautions),
    )


def _p(q: float, df: int) -> float:
    from scipy.stats import chi2

    return float(chi2.sf(q, df))


def _reliability(q: float, df: int) -> float:
    return max(0.0, 1 - df / q) if q > 0 else 0.0
