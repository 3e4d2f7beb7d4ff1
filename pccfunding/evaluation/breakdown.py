"""How far earlier steps may go on before a change is no longer told: by diff-diff."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pccfunding.errors import need_extra
from pccfunding.evaluation.log_ratios import two_sided_p
from pccfunding.words import counted, quantity

if TYPE_CHECKING:
    import pandas as pd

LEAST_EARLIER = 3
_LARGEST = 10.0


@dataclass(frozen=True)
class Breakdown:
    """Smallest multiple of the largest earlier step at which the interval holds no change.

    Attributes
    ----------
    value : float or None
        0 where the interval holds no change already; None without result.
    beyond : bool
        Whether the change is still told at ten times the largest earlier step.
    earlier_periods : int
    text : str

    Examples
    --------
    >>> Breakdown(value=None, beyond=False, earlier_periods=2).text
    'No breakdown value: 2 earlier periods; at least 3 are needed.'
    """

    value: float | None
    beyond: bool
    earlier_periods: int

    @property
    def text(self) -> str:
        """One sentence, with what it takes for granted."""
        if self.value is None and not self.beyond:
            return (
                f"No breakdown value: {counted(self.earlier_periods, 'earlier period')}; at least "
                f"{LEAST_EARLIER} are needed."
            )
        how = "approximate: takes the largest earlier step as known"
        if self.beyond:
            return f"The change is told even if steps reach ten times the earlier ones ({how})."
        return (
            f"The change is told as long as steps between periods stay under "
            f"{quantity(self.value, places=2)} times the largest earlier one ({how})."
        )


def breakdown_of(
    events: pd.DataFrame, covariance: tuple[tuple[float, ...], ...], alpha: float
) -> Breakdown:
    """Hand the event study over as a result of diff-diff, and ask for its breakdown value."""
    held = events[events["se_log"] > 0]
    earlier = [int(k) for k in held["periods_from_start"] if k < 0]
    later = [int(k) for k in held["periods_from_start"] if k >= 0]
    # The last period before the start is what the others are held against: it is earlier too.
    n_earlier = len(earlier) + 1 if len(events) else 0
    if n_earlier < LEAST_EARLIER:
        return Breakdown(None, False, n_earlier)
    results = need_extra("diff_diff.results", "breakdown", extra="panel")
    honest = need_extra("diff_diff.honest_did", "breakdown", extra="panel")
    effects, matrix = {}, np.array(covariance)
    for k, value, se in zip([*earlier, *later], held["log_ratio"], held["se_log"], strict=True):
        z = float(value / se)
        ends = (float(value - 1.96 * se), float(value + 1.96 * se))
        effects[k] = results.PeriodEffect(k, float(value), float(se), z, two_sided_p(z), ends)
    share = np.array([0.0] * len(earlier) + [1 / len(later)] * len(later))
    mean = float(share @ held["log_ratio"].to_numpy())
    se = math.sqrt(float(share @ matrix @ share))
    given = results.MultiPeriodDiDResults(
        period_effects=effects,
        avg_att=mean,
        avg_se=se,
        avg_t_stat=mean / se,
        avg_p_value=two_sided_p(mean / se),
        avg_conf_int=(mean - 1.96 * se, mean + 1.96 * se),
        n_obs=0,
        n_treated=0,
        n_control=0,
        pre_periods=earlier,
        post_periods=later,
        alpha=alpha,
        vcov=matrix,
        reference_period=-1,
        interaction_indices={k: n for n, k in enumerate([*earlier, *later])},
    )
    asked = honest.HonestDiD(method="relative_magnitude", alpha=alpha)
    value = asked.breakdown_value(given)
    return Breakdown(None if value is None else float(value), value is None, n_earlier)
