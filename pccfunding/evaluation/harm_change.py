"""A change in harm: counts before and after, each offence with its weight."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from pccfunding.evaluation.arguments import (
    Number,
    optional_dispersion,
    proper_fraction,
    some_positive,
)
from pccfunding.evaluation.harm_weights import (
    CARRIES,
    OffenceCounts,
    harm_weights,
    known_counts,
    offences_of,
)
from pccfunding.evaluation.log_ratios import change_pct
from pccfunding.results import Result, nothing
from pccfunding.words import (
    counted,
    floor_text,
    interval_text,
    level_text,
    number_text,
    p_text,
    percent,
)

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["HarmChange", "harm_change"]


@dataclass(frozen=True, kw_only=True)
class HarmChange(Result):
    """Harm after divided by harm before, where each offence counts by its weight.

    Attributes
    ----------
    harm_before, harm_after : float or None
        Sums of counts times weights, in `unit`.
    unit : str
    ratio, low, high : float or None
        Ratio of harm for each unit of exposure, with its interval.
    change_pct, change_low_pct, change_high_pct : float or None
    p_value : float or None
        Two-sided, central.
    count_change_pct : float or None
        Change of the plain counts, beside it.
    effective_before, effective_after : float or None
        Events of one weight that would be known as well as this harm is.
    events : int or None
    exposure_before, exposure_after : float
    dispersion : float or None
    confidence_level : float
    reason : str or None
    cautions : tuple of str
        no-comparison-area, poisson-only, one-offence-carries, dispersion-raised.

    Examples
    --------
    >>> result = harm_change({"Robbery": 40}, {"Robbery": 30}, {"Robbery": 365})
    >>> round(result.change_pct), result.harm_after
    (-25, 10950.0)
    """

    _first: ClassVar[tuple[str, ...]] = (
        "one-offence-carries",
        "no-comparison-area",
        "poisson-only",
        "dispersion-raised",
    )

    harm_before: float | None
    harm_after: float | None
    unit: str
    ratio: float | None
    low: float | None
    high: float | None
    change_pct: float | None
    change_low_pct: float | None
    change_high_pct: float | None
    p_value: float | None
    count_change_pct: float | None
    effective_before: float | None
    effective_after: float | None
    events: int | None
    exposure_before: float
    exposure_after: float
    dispersion: float | None
    confidence_level: float
    reason: str | None
    _offences: tuple[tuple[str, float, int, int], ...] = field(default=(), repr=False)
    _terms = (("ratio of harm", "ratio", "low", "high", "p_value"),)
    _over = "events"
    _done_by = "weighted Poisson"

    @property
    def offences(self) -> pd.DataFrame:
        """One row an offence: weight, counts, harm before and after, and the change of its harm."""
        import pandas as pd

        columns = ["offence", "weight", "count_before", "count_after"]
        frame = pd.DataFrame([*self._offences], columns=columns)
        for side in ("before", "after"):
            frame[f"harm_{side}"] = frame["weight"] * frame[f"count_{side}"]
        return frame.assign(harm_change=frame["harm_after"] - frame["harm_before"])

    @property
    def maryland_level(self) -> int:
        """2: what came after is compared with what came before; 0 where nothing is estimable."""
        return 0 if self.ratio is None else 2

    def _row(self) -> dict[str, Any]:
        row = super()._row()
        del row["_offences"]
        return row

    def _finding(self) -> str:
        if self.ratio is None or self.harm_before is None or self.harm_after is None:
            return f"Not estimable: {self.reason}."
        return (
            f"Weighted by offence, {self.unit} went from {number_text(round(self.harm_before))} "
            f"(the base) to {number_text(round(self.harm_after))}: "
            f"{percent(self.change_pct)}, {level_text(self.confidence_level)} interval "
            f"{interval_text(self.change_low_pct, self.change_high_pct)} ({p_text(self.p_value)}, "
            f"n = {counted(self.events, 'event')}, family of 1, {floor_text(None)}); the plain "
            f"count changed by {percent(self.count_change_pct)}."
        )


def harm_change(
    before: OffenceCounts,
    after: OffenceCounts,
    weights: Mapping[str, Number] | pd.DataFrame,
    *,
    exposure_before: Number = 1,
    exposure_after: Number = 1,
    unit: str | None = None,
    confidence_level: float = 0.95,
    dispersion: Number | None = None,
) -> HarmChange:
    """Compare harm before and after: counts by offence, each times its weight.

    A sum of weighted Poisson counts has mean H and variance sum w^2 y, as H^2 / sum w^2 y events
    of one weight would have. The interval is the exact conditional one of two such counts; of one
    offence alone it is that of `rate_ratio`.

    Parameters
    ----------
    before, after : mapping of offence to int
        Counts; None where one is not held.
    weights : mapping of offence to float, or DataFrame
        Such as days of the Cambridge Crime Harm Index or weights of the ONS Crime Severity Score;
        a frame has the columns `offence` and `weight`, and `unit` if it has one, as
        ``load_weights`` gives them.
    exposure_before, exposure_after : float, default 1
    unit : str, optional
        What the weighted sum is called; by default the `unit` of the frame, or "harm".
    confidence_level : float, default 0.95
    dispersion : float or Dispersion, optional
        Variance over mean of the counts.

    Returns
    -------
    HarmChange

    Raises
    ------
    TableError
        If an offence has no weight or stands on one side only, weights are in two units, or a
        count is no whole number of 0 or more.

    References
    ----------
    Sherman, L., Neyroud, P. W. and Neyroud, E. (2016). The Cambridge Crime Harm Index. Policing
    10(3), 171-183.
    Fay, M. P. and Feuer, E. J. (1997). Confidence intervals for directly standardized rates.
    Statistics in Medicine 16, 791-801: weighted sums as counts of one weight.

    Examples
    --------
    Fewer offences, and more harm:

    >>> days = {"Robbery": 365, "Shoplifting": 2}
    >>> result = harm_change(
    ...     {"Robbery": 100, "Shoplifting": 900}, {"Robbery": 150, "Shoplifting": 700}, days
    ... )
    >>> round(result.count_change_pct), round(result.change_pct), round(result.change_low_pct)
    (-15, 47, 14)
    """
    held, called = harm_weights(weights, unit)
    level = proper_fraction(confidence_level, "confidence_level")
    phi, cautions = optional_dispersion(dispersion)
    offences = offences_of({"before": before, "after": after}, held)
    counts = known_counts(before, "before"), known_counts(after, "after")
    over = {
        "exposure_before": some_positive(exposure_before, "exposure_before"),
        "exposure_after": some_positive(exposure_after, "exposure_after"),
    }
    same: dict[str, Any] = {**over, "unit": called, "dispersion": phi, "confidence_level": level}
    missing = [one for one in offences if counts[0][one] is None or counts[1][one] is None]
    if missing:
        reason = f"the count of {missing[0]} is not held, and a missing count is not 0"
        return _refused(reason, **same)
    rows = tuple((one, held[one], counts[0][one] or 0, counts[1][one] or 0) for one in offences)
    sides = [[early for _, _, early, _ in rows], [late for _, _, _, late in rows]]
    size = [weight for _, weight, _, _ in rows]
    harm = [sum(w * y for w, y in zip(size, side, strict=True)) for side in sides]
    square = [sum(w * w * y for w, y in zip(size, side, strict=True)) for side in sides]
    if not all(harm):
        return _refused("there is no harm before or after, so that no ratio exists", **same)
    steps = [one / total for one, total in zip(square, harm, strict=True)]
    effective = [total / step for total, step in zip(harm, steps, strict=True)]
    scale = steps[1] / steps[0] * over["exposure_before"] / over["exposure_after"]
    low, high, p_value = _conditional(effective, scale, phi or 1.0, level)
    ratio = harm[1] / harm[0] * over["exposure_before"] / over["exposure_after"]
    plain = [sum(side) for side in sides]
    codes = ["no-comparison-area"]
    if phi is None:
        codes.append("poisson-only")
    largest = max(w * (early + late) for _, w, early, late in rows)
    if len(rows) > 1 and largest >= CARRIES * sum(harm):
        codes.append("one-offence-carries")
    plain_ratio = plain[1] / plain[0] * over["exposure_before"] / over["exposure_after"]
    return HarmChange(
        harm_before=harm[0],
        harm_after=harm[1],
        ratio=ratio,
        low=low,
        high=high,
        change_pct=change_pct(ratio),
        change_low_pct=change_pct(low),
        change_high_pct=change_pct(high),
        p_value=p_value,
        count_change_pct=change_pct(plain_ratio),
        effective_before=effective[0],
        effective_after=effective[1],
        events=sum(plain),
        reason=None,
        cautions=(*codes, *cautions),
        _offences=rows,
        **same,
    )


def _conditional(
    effective: list[float], scale: float, phi: float, level: float
) -> tuple[float, float, float]:
    """Exact conditional interval and central p of two counts that need not be whole."""
    from scipy.stats import beta

    before, after = (one / phi for one in effective)
    tail = (1 - level) / 2
    low, high = float(beta.ppf(tail, after, before + 1)), float(beta.isf(tail, after + 1, before))
    # Share of the later count where harm is the same before and after.
    null = 1 / (1 + scale)
    at_least, at_most = beta.cdf(null, after, before + 1), beta.sf(null, after + 1, before)
    p_value = min(1.0, 2 * float(min(at_least, at_most)))
    return scale * low / (1 - low), scale * high / (1 - high), p_value


def _refused(reason: str, **same: Any) -> HarmChange:
    empty = nothing(
        *("harm_before", "harm_after", "ratio", "low", "high", "change_pct", "change_low_pct"),
        *("change_high_pct", "p_value", "count_change_pct", "effective_before"),
        *("effective_after", "events"),
    )
    return HarmChange(**empty, reason=reason, **same)
