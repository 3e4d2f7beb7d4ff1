"""The displacement quotient, where it means something, beside the difference."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pccfunding.evaluation.arguments import Number
from pccfunding.evaluation.earlier_course import why_not_beside
from pccfunding.evaluation.wdd import CountPair, WeightedDisplacementDifference, count_pair, wdd
from pccfunding.results import Result, nothing
from pccfunding.words import number_text, quantity

__all__ = ["WeightedDisplacementQuotient", "wdq"]


@dataclass(frozen=True, kw_only=True)
class WeightedDisplacementQuotient(Result):
    """Guerette's quotient of what moved in the buffer over what moved in the treated area.

    Attributes
    ----------
    wdq : float or None
        (Da/Ca - Db/Cb) / (Ra/Ca - Rb/Cb); None unless the success measure is below 0.
    success : float or None
        Ra/Ca - Rb/Cb.
    buffer : float or None
        Da/Ca - Db/Cb.
    gross : float or None
        Rb - Ra.
    net : float or None
        Rb/Cb - Ra/Ca.
    total_net : float or None
        [Rb (Ca/Cb) - Ra] + [Db (Ca/Cb) - Da], in events.
    meaning : str
        What the size of the quotient is compatible with.
    difference : WeightedDisplacementDifference
        The same counts with an interval, which the quotient lacks.
    reason : str or None
        Why the quotient is undefined.
    cautions : tuple of str
        Those of the difference.

    Examples
    --------
    >>> wdq((100, 120), (100, 100), (100, 90)).reason
    'the success measure is 0.2, not below 0: nothing was gained that could have moved'
    """

    wdq: float | None
    success: float | None
    buffer: float | None
    gross: float | None
    net: float | None
    total_net: float | None
    meaning: str
    difference: WeightedDisplacementDifference
    reason: str | None
    _terms = (
        ("weighted displacement quotient", "wdq"),
        ("success", "success"),
        ("buffer", "buffer"),
    )
    _over = "difference.events"
    _done_by = "without interval"

    @property
    def maryland_level(self) -> int:
        """That of the difference; 0 where the quotient is undefined."""
        return 0 if self.wdq is None else self.difference.maryland_level

    def _finding(self) -> str:
        beside = self.difference.short()
        if self.wdq is None:
            return f"The displacement quotient is undefined ({self.reason}); {beside}."
        return (
            f"The displacement quotient is {quantity(self.wdq, places=2)}, "
            f"{self.meaning}; it has no interval, so read the difference: {beside}."
        )


def wdq(
    treated: CountPair,
    control: CountPair,
    displacement: CountPair,
    *,
    displacement_control: CountPair | None = None,
    confidence_level: float = 0.95,
    dispersion: Number | None = None,
    pre_treated: Sequence[Number] | None = None,
    pre_control: Sequence[Number] | None = None,
    pre_periods_per_year: Number = 1,
    control_funded: Sequence[object] = (),
) -> WeightedDisplacementQuotient:
    """Compute the weighted displacement quotient where it means something, beside the difference.

    Parameters
    ----------
    treated, control, displacement : pair of int
        Counts before and after: R, C and D.
    displacement_control : pair of int, optional
        For the difference only.
    confidence_level, dispersion, pre_treated, pre_control, pre_periods_per_year, control_funded
        For the difference; see `wdd`.

    Returns
    -------
    WeightedDisplacementQuotient

    Raises
    ------
    TableError
        If an area does not have two counts.

    References
    ----------
    Guerette, R. T. (2009). Analyzing crime displacement and diffusion. Problem-Oriented Guides
    for Police, Problem-Solving Tools No. 10, Appendix B.

    Examples
    --------
    >>> result = wdq((100, 50), (100, 100), (100, 90))
    >>> round(result.wdq, 12), round(result.total_net, 12), result.meaning
    (0.2, 60.0, 'compatible with some diffusion of benefits')
    """
    difference = wdd(
        treated,
        control,
        displacement=displacement,
        displacement_control=displacement_control,
        confidence_level=confidence_level,
        dispersion=dispersion,
        pre_treated=pre_treated,
        pre_control=pre_control,
        pre_periods_per_year=pre_periods_per_year,
        control_funded=control_funded,
    )
    same: dict[str, Any] = {"difference": difference, "cautions": difference.cautions}
    if why_not_beside(control_funded):
        return _no_quotient(str(difference.reason), **same)
    pairs = [count_pair(pair, "a pair") for pair in (treated, control, displacement)]
    counts = [count for pair in pairs for count in pair if count is not None]
    if len(counts) < 6:
        return _no_quotient(difference.reason or "a count is not held", **same)
    r_before, r_after, c_before, c_after, d_before, d_after = counts
    if not c_before or not c_after:
        return _no_quotient("a count of the comparison area is 0", **same)
    # Over the common denominator, so that no rounding decides the sign of the success measure.
    success_part = r_after * c_before - r_before * c_after
    success = success_part / (c_after * c_before)
    buffer = d_after / c_after - d_before / c_before
    shift = c_after / c_before
    same |= {
        "success": success,
        "buffer": buffer,
        "gross": float(r_before - r_after),
        "net": -success,
        "total_net": (r_before * shift - r_after) + (d_before * shift - d_after),
    }
    if success_part >= 0:
        return _no_quotient(
            f"the success measure is {number_text(success)}, not below 0: nothing was gained "
            "that could have moved",
            **same,
        )
    quotient = (d_after * c_before - d_before * c_after) / success_part
    return WeightedDisplacementQuotient(
        wdq=quotient, meaning=_meaning(quotient), reason=None, **same
    )


def _no_quotient(reason: str, **same: Any) -> WeightedDisplacementQuotient:
    empty = nothing("success", "buffer", "gross", "net", "total_net")
    return WeightedDisplacementQuotient(
        wdq=None, meaning="undefined", reason=reason, **{**empty, **same}
    )


def _meaning(quotient: float) -> str:
    if quotient > 1:
        return "compatible with diffusion of benefits larger than the change in the treated area"
    if quotient > 0:
        return "compatible with some diffusion of benefits"
    if quotient == 0:
        return "compatible with neither displacement nor diffusion"
    if quotient > -1:
        return "compatible with partial displacement"
    return "compatible with displacement as large as the change in the treated area, or larger"
