"""The gate of counting noise, and the dispersion that it stands on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from pccfunding.association.inputs import outcome_side, plain
from pccfunding.errors import PeriodError, TableError
from pccfunding.evaluation import CochranQ, cochran_q
from pccfunding.permutation import PermutationTest, permutation_test
from pccfunding.permutation.null_distribution import Method
from pccfunding.permutation.scores import Rule


@dataclass(frozen=True)
class Placebo:
    """The whole procedure on a change that came before the money.

    Attributes
    ----------
    dispersion : float
        Q over its degrees of freedom of the earlier change, 1 at least.
    q : float
    df : int
    test : PermutationTest or None
        The same spend against the earlier change; None where it cannot be computed.
    """

    dispersion: float
    q: float
    df: int
    test: PermutationTest | None


@dataclass(frozen=True)
class Gate:
    """Whether the areas' changes differ by more than counting noise.

    Attributes
    ----------
    test : CochranQ or None
        None where there are no counts.
    dispersion : float or None
        None where it was not measured, so that 1, 2 and 4 have to agree.
    dispersion_from : str
    placebo : Placebo or None
    opens : bool
        True also where there are no counts to test.
    cautions : tuple of str
    """

    test: CochranQ | None
    dispersion: float | None
    dispersion_from: str
    placebo: Placebo | None
    opens: bool
    cautions: tuple[str, ...]


def placebo_of(
    frame: Any,
    areas: pd.DataFrame,
    *,
    on: str,
    begins: Any,
    method: Method,
    two_sided: Rule,
    resamples: int | None,
    seed: int,
) -> Placebo:
    """Measure dispersion, and the procedure itself, on an earlier change of the same areas.

    Raises
    ------
    TableError
        If the earlier change has no counts, or covers fewer than three of the areas.
    PeriodError
        If it does not end before the money starts.
    """
    (earlier,) = plain(on, placebo=frame)
    if {"log_reduction", "variance_log_reduction"} - set(earlier.columns):
        raise TableError(
            "placebo takes what reduction() gives for two years before the money: "
            "log_reduction and variance_log_reduction for each area."
        )
    if begins is not None and "period_end" in earlier.columns:
        last = pd.to_datetime(earlier["period_end"]).max()
        if last >= begins:
            raise PeriodError(
                f"The placebo's last day {last:%Y-%m-%d} is not before the money starts "
                f"({begins:%Y-%m-%d}); give two earlier years that do not overlap."
            )
    side = outcome_side(earlier, on, "placebo").dropna(subset=["g", "variance"]).set_index("area")
    side = areas[["area", "spend"]].join(side[["g", "variance"]], on="area", how="inner")
    if len(side) < 3:
        raise TableError(f"placebo knows {len(side)} of the areas; it takes three or more.")
    measured = cochran_q(side["g"].tolist(), side["variance"].tolist(), dispersion=1)
    assert measured.q is not None
    test = permutation_test(
        side["spend"],
        side["g"],
        method=method if method == "kendall" else "spearman",
        two_sided=two_sided,
        resamples=resamples,
        seed=seed,
    )
    return Placebo(
        dispersion=max(1.0, measured.q / measured.df),
        q=measured.q,
        df=measured.df,
        test=None if test.statistic is None else test,
    )


def noise_gate(
    areas: pd.DataFrame, *, dispersion: Any, placebo: Placebo | None, alpha: float
) -> Gate:
    """Test whether the changes differ by more than noise at the dispersion that is known."""
    if areas["variance"].isna().any():
        return Gate(None, None, "not needed: no counts", placebo, True, ("no-counts",))
    if dispersion is not None:
        phi, source = dispersion, "given"
    elif placebo is not None:
        phi, source = placebo.dispersion, "measured on the change before the money"
    else:
        phi, source = None, "not measured: 1, 2 and 4 have to agree"
    test = cochran_q(areas["g"].tolist(), areas["variance"].tolist(), dispersion=phi, alpha=alpha)
    opens = test.gate == "open"
    told = ("dispersion-decides", "counting-noise", "dispersion-raised")
    cautions = [code for code in test.cautions if code in told]
    if phi is None and opens:
        cautions.append("dispersion-assumed")
    return Gate(test, test.dispersion, source, placebo, opens, tuple(cautions))
