"""Correlations that arithmetic alone brings about: shared denominators, shared baselines."""

from __future__ import annotations

import math

from pccfunding.errors import TableError
from pccfunding.evaluation.arguments import Number, some_number, some_positive

__all__ = ["baseline_coupling", "shared_denominator_correlation"]


def shared_denominator_correlation(cv_x: Number, cv_y: Number, cv_z: Number) -> float:
    """Give the correlation of X/Z with Y/Z where X, Y and Z have nothing to do with each other.

    v_z^2 / sqrt((v_x^2 + v_z^2)(v_y^2 + v_z^2)), to first order in the coefficients of variation.

    Parameters
    ----------
    cv_x, cv_y, cv_z : float
        Coefficients of variation; that of Z is the shared denominator's.

    Returns
    -------
    float

    Raises
    ------
    TableError
        If one is below 0, or nothing varies.

    References
    ----------
    Pearson, K. (1897). On a form of spurious correlation which may arise when indices are used in
    the measurement of organs. Proceedings of the Royal Society 60, 489-498.

    Examples
    --------
    >>> round(shared_denominator_correlation(0.2, 0.2, 0.2), 12)
    0.5
    """
    x, y, z = (
        _not_negative(value, name)
        for value, name in ((cv_x, "cv_x"), (cv_y, "cv_y"), (cv_z, "cv_z"))
    )
    one, other = math.hypot(x, z), math.hypot(y, z)
    if one == 0 or other == 0:
        raise TableError("One ratio does not vary, so it has no correlation.")
    return (z / one) * (z / other)


def baseline_coupling(rho: Number, *, var_base: Number = 1, var_follow: Number = 1) -> float:
    """Give the correlation of a baseline with its reduction where nothing was done anywhere.

    cov(B, B - F) over the standard deviations; sqrt((1 - rho) / 2) for equal variances.

    Parameters
    ----------
    rho : float
        Correlation of baseline with follow-up.
    var_base, var_follow : float, default 1

    Returns
    -------
    float

    Raises
    ------
    TableError
        If rho is no correlation, a variance is not above 0, or the reduction does not vary.

    References
    ----------
    Oldham, P. D. (1962). A note on the analysis of repeated measurements of the same subjects.
    Journal of Chronic Diseases 15, 969-977.

    Examples
    --------
    >>> round(baseline_coupling(0), 4), round(baseline_coupling(0.98), 4)
    (0.7071, 0.1)
    """
    r = some_number(rho, "rho")
    if abs(r) > 1:
        raise TableError(f"rho is {rho!r}; a correlation lies between -1 and 1.")
    base, follow = some_positive(var_base, "var_base"), some_positive(var_follow, "var_follow")
    shared = r * math.sqrt(base * follow)
    spread = base + follow - 2 * shared
    if spread <= 0:
        raise TableError("The reduction does not vary, so it has no correlation.")
    return (base - shared) / math.sqrt(base * spread)


def _not_negative(value: Number, name: str) -> float:
    number = some_number(value, name)
    if number < 0:
        raise TableError(f"{name} is {value!r}; a coefficient of variation is not below 0.")
    return number
