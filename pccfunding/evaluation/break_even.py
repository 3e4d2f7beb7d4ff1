"""How many offences an award costs the same as, which needs no claim about what it did."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pccfunding.errors import TableError, one_of
from pccfunding.evaluation.arguments import Number, names_of, optional_count, some_positive
from pccfunding.results import Estimate, Result
from pccfunding.words import count, number_text, percent, pounds

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["BreakEven", "break_even"]

_ONE = "offence"


@dataclass(frozen=True, kw_only=True)
class BreakEven(Result):
    """The number of recorded offences whose cost equals an award.

    Attributes
    ----------
    award_gbp : float
    offences : tuple of str
    unit_costs_gbp : tuple of float
        Cost of one offence, in the order of `offences`.
    multipliers : tuple of float
        Offences for each recorded one.
    recorded_needed : tuple of float
        award / (multiplier x unit cost).
    recorded_needed_whole : tuple of int
        The same, rounded up.
    share_of_baseline_pct : tuple of float
        The same as a percentage of the baseline counts; empty where none were given.
    not_verified : tuple of str
        Offences whose unit cost was not read from its original source.
    award_price_year, cost_price_year : str or None
    cautions : tuple of str
        unit-cost-not-verified, price-years-differ, price-year-not-given, multiplier-not-given.

    Examples
    --------
    >>> result = break_even(10_000, {"A": 500, "B": 2_000}, verified=["A"], multiplier=2)
    >>> result.frame[["offence", "recorded_needed", "verified"]]
      offence  recorded_needed  verified
    0       A             10.0      True
    1       B              2.5     False
    """

    award_gbp: float
    offences: tuple[str, ...]
    unit_costs_gbp: tuple[float, ...]
    multipliers: tuple[float, ...]
    recorded_needed: tuple[float, ...]
    recorded_needed_whole: tuple[int, ...]
    share_of_baseline_pct: tuple[float, ...]
    not_verified: tuple[str, ...]
    award_price_year: str | None
    cost_price_year: str | None

    @property
    def frame(self) -> pd.DataFrame:
        """One row an offence: the award, its unit cost, the number needed, its standing."""
        import pandas as pd

        n = len(self.offences)
        shares: list[float | None] = [*self.share_of_baseline_pct] or [None] * n
        return pd.DataFrame(
            {
                "offence": list(self.offences),
                "award_gbp": [self.award_gbp] * n,
                "unit_cost_gbp": list(self.unit_costs_gbp),
                "multiplier": list(self.multipliers),
                "recorded_needed": list(self.recorded_needed),
                "recorded_needed_whole": list(self.recorded_needed_whole),
                "share_of_baseline_pct": shares,
                "verified": [name not in self.not_verified for name in self.offences],
                "award_price_year": [self.award_price_year] * n,
                "cost_price_year": [self.cost_price_year] * n,
                "cautions": ["; ".join(self.cautions)] * n,
            }
        )

    def _estimates(self) -> list[Estimate]:
        needed = zip(self.offences, self.recorded_needed, strict=True)
        return [
            Estimate(f"{offence}, recorded offences", number, method="award over unit cost")
            for offence, number in needed
        ]

    def _times(self, k: int) -> str:
        times = self.multipliers[k]
        happen = "happens" if times == 1 else "happen"
        return f"where {number_text(times)} {happen} for each one recorded"

    def _finding(self) -> str:
        parts = []
        for k, name in enumerate(self.offences):
            share = ""
            if self.share_of_baseline_pct:
                base = round(100 * self.recorded_needed[k] / self.share_of_baseline_pct[k])
                part = percent(self.share_of_baseline_pct[k], sign=False)
                share = f", {part} of a base of {count(base)}"
            doubt = " (unit cost not verified)" if name in self.not_verified else ""
            of = "" if name == _ONE else f" of {name}"
            parts.append(
                f"{number_text(round(self.recorded_needed[k], 1))} recorded offences{of} at "
                f"{pounds(self.unit_costs_gbp[k], places=0)} each, {self._times(k)}{share}{doubt}"
            )
        return (
            f"{pounds(self.award_gbp, places=0)} equals the cost of {'; or of '.join(parts)}; "
            "this compares prices, without interval, and says nothing about what followed."
        )


def break_even(
    award_gbp: Number,
    unit_cost_gbp: Number | Mapping[str, Number],
    *,
    multiplier: Number | Mapping[str, Number] | None = None,
    verified: bool | Collection[str] = False,
    award_price_year: str | int | None = None,
    cost_price_year: str | int | None = None,
    count_before: Number | Mapping[str, Number] | None = None,
) -> BreakEven:
    """Divide an award by the cost of an offence: the number at which both are equal.

    award / (multiplier x unit cost), where the multiplier is the number of offences for each
    recorded one. No unit cost is built in: give one, and say whether it was read from its source.

    Parameters
    ----------
    award_gbp : float
    unit_cost_gbp : float or mapping of offence to float
    multiplier : float or mapping of offence to float, optional
        Without it one recorded offence counts as one offence, with a caution.
    verified : bool or collection of offences, default False
        Unit costs that were read from their original source.
    award_price_year, cost_price_year : str or int, optional
        Price years of the award and of the unit costs, such as '2015/16'.
    count_before : int or mapping of offence to int, optional
        Baseline counts, for the share of them that the number is.

    Returns
    -------
    BreakEven

    Raises
    ------
    TableError
        If an amount, cost or multiplier is not above 0.
    UnknownNameError
        If `verified`, `multiplier` or `count_before` names an offence without a unit cost.

    Examples
    --------
    >>> result = break_even(820_000, {"robbery": 11_320}, cost_price_year="2015/16")
    >>> round(result.recorded_needed[0], 2), result.recorded_needed_whole, result.not_verified
    (72.44, (73,), ('robbery',))
    >>> result.cautions
    ('unit-cost-not-verified', 'price-year-not-given', 'multiplier-not-given')
    """
    award = some_positive(award_gbp, "award_gbp")
    given = unit_cost_gbp if isinstance(unit_cost_gbp, Mapping) else {_ONE: unit_cost_gbp}
    if not given:
        raise TableError("There is no unit cost; give one, or one for each offence.")
    costs = {
        str(name): some_positive(cost, f"the unit cost of {name}") for name, cost in given.items()
    }
    times = _per_offence(1 if multiplier is None else multiplier, costs, "multiplier")
    needed = {name: award / (times[name] * cost) for name, cost in costs.items()}
    if isinstance(verified, bool):
        known = set(costs) if verified else set()
    else:
        names = names_of(verified, "verified", "True, False, or the offences that were read")
        known = {one_of(str(name), "offence", costs) for name in names}
    unread = tuple(name for name in costs if name not in known)
    shares: tuple[float, ...] = ()
    if count_before is not None:
        bases = _per_offence(count_before, costs, "count_before")
        for name, base in bases.items():
            optional_count(base, f"count_before of {name}")
        shares = tuple(100 * needed[name] / bases[name] for name in costs)
    years = [None if year is None else str(year) for year in (award_price_year, cost_price_year)]
    codes = ["unit-cost-not-verified"] if unread else []
    if None in years:
        codes.append("price-year-not-given")
    elif years[0] != years[1]:
        codes.append("price-years-differ")
    if multiplier is None:
        codes.append("multiplier-not-given")
    return BreakEven(
        award_gbp=award,
        offences=tuple(costs),
        unit_costs_gbp=tuple(costs.values()),
        multipliers=tuple(times[name] for name in costs),
        recorded_needed=tuple(needed.values()),
        recorded_needed_whole=tuple(math.ceil(value - 1e-9) for value in needed.values()),
        share_of_baseline_pct=shares,
        not_verified=unread,
        award_price_year=years[0],
        cost_price_year=years[1],
        cautions=tuple(codes),
    )


def _per_offence(
    value: Number | Mapping[str, Number], costs: Mapping[str, Any], name: str
) -> dict[str, float]:
    if not isinstance(value, Mapping):
        return dict.fromkeys(costs, some_positive(value, name))
    for offence in value:
        one_of(str(offence), "offence", costs)
    absent = [offence for offence in costs if offence not in value]
    if absent:
        raise TableError(
            f"{name} holds nothing for {', '.join(absent)}; give one for each offence."
        )
    return {offence: some_positive(value[offence], f"{name} of {offence}") for offence in costs}
