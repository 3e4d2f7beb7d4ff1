"""Did harm move elsewhere: the weighted displacement difference, each offence by its weight."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

from pccfunding.errors import TableError
from pccfunding.evaluation.arguments import Number, a_row, proper_fraction
from pccfunding.evaluation.harm_weights import (
    CARRIES,
    OffenceCounts,
    harm_weights,
    known_counts,
    offences_of,
)
from pccfunding.evaluation.log_ratios import quantile, two_sided_p
from pccfunding.evaluation.wdd import WeightedDisplacementDifference, wdd
from pccfunding.results import Result, nothing
from pccfunding.words import counted, floor_text, interval_text, level_text, number_text, p_text

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["HarmDisplacementDifference", "harm_wdd"]

HarmPair: TypeAlias = Sequence[OffenceCounts]


@dataclass(frozen=True, kw_only=True)
class HarmDisplacementDifference(Result):
    """The change of harm in treated and surrounding areas less that of their comparison areas.

    Attributes
    ----------
    estimate, se, low, high : float or None
        In `unit`, of one weighted period.
    z, p_value : float or None
    local, elsewhere : float or None
        Treated area less its comparison area; surrounding area less its own.
    unit : str
    events : int or None
    confidence_level : float
    counts : WeightedDisplacementDifference or None
        The same difference of the plain counts.
    reason : str or None
    cautions : tuple of str
        Those of the plain difference, and one-offence-carries.

    Examples
    --------
    >>> days = {"Robbery": 365, "Burglary": 20}
    >>> before, after = {"Robbery": 10, "Burglary": 100}, {"Robbery": 8, "Burglary": 60}
    >>> harm_wdd((before, after), (before, before), days).estimate
    -1530.0
    """

    _first: ClassVar[tuple[str, ...]] = (
        "pre-trends-differ",
        "pre-trend-not-shown",
        "one-offence-carries",
        "control-size-differs",
        "few-events",
        "no-displacement-area",
        "displacement-not-controlled",
        "poisson-only",
        "dispersion-raised",
    )

    estimate: float | None
    se: float | None
    low: float | None
    high: float | None
    z: float | None
    p_value: float | None
    local: float | None
    elsewhere: float | None
    unit: str
    events: int | None
    confidence_level: float
    counts: WeightedDisplacementDifference | None
    reason: str | None
    _terms = (
        ("harm displacement difference", "estimate", "low", "high", "p_value"),
        ("local", "local"),
        ("elsewhere", "elsewhere"),
    )
    _over = "events"
    _done_by = "normal"

    @property
    def maryland_level(self) -> int:
        """That of the plain difference; 0 where nothing is estimable."""
        return 0 if self.counts is None else self.counts.maryland_level

    def _row(self) -> dict[str, Any]:
        row = super()._row()
        row["counts"] = None if self.counts is None else self.counts.estimate
        return row

    def _finding(self) -> str:
        if self.estimate is None or self.counts is None:
            return f"Not estimable: {self.reason}."
        moved = partial(number_text, sign=True)
        return (
            f"Relative to comparison areas, {self.unit} changed by {moved(self.estimate)}, "
            f"{level_text(self.confidence_level)} interval "
            f"{interval_text(self.low, self.high, moved)} (weighted displacement difference "
            f"by offence; {p_text(self.p_value)}, n = {counted(self.events, 'event')}, family of "
            f"1, {floor_text(None)}); the plain counts changed by "
            f"{moved(self.counts.estimate or 0.0)}."
        )


def harm_wdd(
    treated: HarmPair,
    control: HarmPair,
    weights: Mapping[str, Number] | pd.DataFrame,
    *,
    displacement: HarmPair | None = None,
    displacement_control: HarmPair | None = None,
    unit: str | None = None,
    confidence_level: float = 0.95,
    **options: Any,
) -> HarmDisplacementDifference:
    """Compare harm before and after in treated and surrounding areas with comparison areas.

    The estimate is the sum over offences of weight times `wdd`, its variance that of weight
    squared times its variance.

    Parameters
    ----------
    treated, control : pair of mappings of offence to int
        Counts before and after.
    weights : mapping of offence to float, or DataFrame
        As for `harm_change`.
    displacement, displacement_control : pair of mappings, optional
    unit : str, optional
    confidence_level : float, default 0.95
    **options
        `time_weights`, `area_weights`, `dispersion`, `pre_treated`, `pre_control`,
        `pre_periods_per_year` and `control_funded`, as for `wdd`; earlier points are plain counts.

    Returns
    -------
    HarmDisplacementDifference

    Raises
    ------
    TableError
        If an area does not have two sets of counts, or an offence has no weight.

    References
    ----------
    Wheeler, A. P. and Ratcliffe, J. H. (2018). A simple weighted displacement difference test to
    evaluate place based crime interventions. Crime Science 7:11.

    Examples
    --------
    >>> days = {"Robbery": 365, "Burglary": 20}
    >>> before, after = {"Robbery": 10, "Burglary": 100}, {"Robbery": 8, "Burglary": 60}
    >>> result = harm_wdd((before, after), (before, before), days)
    >>> result.counts.estimate, round(result.se)
    (-42.0, 2282)
    """
    held, called = harm_weights(weights, unit)
    level = proper_fraction(confidence_level, "confidence_level")
    pairs = {
        "treated": treated,
        "control": control,
        "displacement": displacement,
        "displacement_control": displacement_control,
    }
    named: dict[str, OffenceCounts] = {}
    for area, pair in pairs.items():
        if pair is None and area.startswith("displacement"):
            continue
        both = a_row(pair, area)
        if len(both) != 2:
            raise TableError(f"{area} holds {len(both)} sets of counts; give before and after.")
        named |= {f"{area} before": both[0], f"{area} after": both[1]}
    offences = offences_of(named, held)
    known = {what: known_counts(counts, what) for what, counts in named.items()}
    given = [area for area, pair in pairs.items() if pair is not None]

    def difference(of: list[str]) -> WeightedDisplacementDifference:
        sums = {
            area: tuple(_total(known[f"{area} {side}"], of) for side in ("before", "after"))
            for area in given
        }
        return wdd(**sums, confidence_level=level, **options)  # type: ignore[arg-type]

    plain = difference(offences)
    same: dict[str, Any] = {"unit": called, "confidence_level": level}
    if plain.estimate is None:
        return _refused(str(plain.reason), cautions=plain.cautions, **same)
    # An offence that was counted nowhere changes nothing and has no difference of its own.
    parts = [(held[one], difference([one])) for one in offences]
    parts = [(weight, part) for weight, part in parts if part.estimate is not None]
    estimate = sum(weight * (part.estimate or 0) for weight, part in parts)
    se = math.sqrt(sum((weight * (part.se or 0)) ** 2 for weight, part in parts))
    if not se:
        return _refused("no offence that was counted has a weight", **same)
    reach = quantile((1 + level) / 2) * se
    harm = [weight * (part.events or 0) for weight, part in parts]
    codes = list(plain.cautions)
    if len(parts) > 1 and max(harm) >= CARRIES * sum(harm):
        codes.append("one-offence-carries")
    return HarmDisplacementDifference(
        estimate=estimate,
        se=se,
        low=estimate - reach,
        high=estimate + reach,
        z=estimate / se,
        p_value=two_sided_p(estimate / se),
        local=sum(weight * (part.local or 0) for weight, part in parts),
        elsewhere=(
            None
            if displacement is None
            else sum(weight * (part.elsewhere or 0) for weight, part in parts)
        ),
        events=plain.events,
        counts=plain,
        reason=None,
        cautions=tuple(codes),
        **same,
    )


def _total(counts: Mapping[str, int | None], offences: list[str]) -> int | None:
    found = [counts[one] for one in offences]
    return None if None in found else sum(one or 0 for one in found)


def _refused(reason: str, **same: Any) -> HarmDisplacementDifference:
    empty = nothing(
        *("estimate", "se", "low", "high", "z", "p_value", "local", "elsewhere", "events"),
        "counts",
    )
    return HarmDisplacementDifference(**empty, reason=reason, **same)
