"""Coefficients of many versions of a series at once, NaN where one does not vary."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
_FEW = 16


def ranked(samples: Floats) -> Floats:
    """Rank each row, ties at their middle.

    Examples
    --------
    >>> ranked(np.array([[3.0, 1.0, 3.0]])).tolist()
    [[2.5, 1.0, 2.5]]
    """
    if samples.shape[-1] <= _FEW:
        # For few areas, comparing all pairs is faster than sorting row by row.
        one, other = samples[..., :, None], samples[..., None, :]
        above = np.count_nonzero(one > other, axis=-1)
        level = np.count_nonzero(one == other, axis=-1)
        middle: Floats = above + (level + 1) / 2
        return middle
    from scipy.stats import rankdata

    found: Floats = np.asarray(rankdata(samples, axis=-1), dtype=np.float64)
    return found


def coefficients(x: Floats, y: Floats, method: str) -> Floats:
    """Correlate each row of x with the same row of y, or with its only row.

    Examples
    --------
    >>> coefficients(np.array([[1.0, 2, 3], [3, 2, 1]]), np.array([[2.0, 4, 9]]), "spearman")
    array([ 1., -1.])
    """
    if method == "kendall":
        upper = np.triu_indices(x.shape[1], 1)
        a, b = (np.sign(v[:, upper[0]] - v[:, upper[1]]) for v in (x, y))
    else:
        if method == "spearman":
            x, y = ranked(x), ranked(y)
        a, b = (v - v.mean(axis=1, keepdims=True) for v in (x, y))
    norm = np.sqrt((a * a).sum(axis=1) * (b * b).sum(axis=1))
    products = (a * b).sum(axis=1)
    found = np.full(np.broadcast(products, norm).shape, np.nan)
    np.divide(products, norm, out=found, where=norm > 1e-12)
    clipped: Floats = np.clip(found, -1, 1)
    return clipped
