"""Streams, outcomes and lags tried together, with p for each pair and for all of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import pandas as pd

from pccfunding.association.coefficients import Floats, coefficients
from pccfunding.association.confounding import (
    BaselineCheck,
    baseline_check,
    baseline_of,
    turns_within,
    within_strata,
)
from pccfunding.association.family_result import AssociationFamily
from pccfunding.association.inputs import need, plain, values_of
from pccfunding.association.noise_test import Gate, Placebo, noise_gate, placebo_of
from pccfunding.association.pairing import Money, Outcome, Pairing, pair
from pccfunding.association.reordering import (
    Places,
    likeness_of,
    numbered,
    strata_of,
    within_family,
)
from pccfunding.association.result import OVERRIDES
from pccfunding.association.verdicts import ALPHA, CAUTIONS, FEWEST, in_order, judged
from pccfunding.association.windows import begins, pick_lag
from pccfunding.errors import one_of
from pccfunding.evaluation.arguments import a_row, names_of
from pccfunding.measures.nesting import offence_clash
from pccfunding.permutation import PermutationFamily, adjusted_p, permutation_family
from pccfunding.permutation.permutation_family import FAMILY_METHODS, FamilyMethod
from pccfunding.permutation.scores import RULES, Rule
from pccfunding.words import is_missing

if TYPE_CHECKING:
    from narwhals.typing import IntoFrame

__all__ = ["Key", "Series", "spend_vs_reduction_family", "table_of"]

Key: TypeAlias = tuple[str | None, int | None]


@dataclass(frozen=True)
class Series:
    """The series of both sides over the same areas."""

    spend: dict[Key, Floats]
    outcomes: dict[str, pd.DataFrame]
    method: FamilyMethod

    @classmethod
    def of(
        cls, able: Mapping[tuple[Key, str], Pairing], areas: Sequence[str], method: FamilyMethod
    ) -> Series:
        spend: dict[Key, Floats] = {}
        outcomes: dict[str, pd.DataFrame] = {}
        for (key, offence), found in able.items():
            table = found.areas.set_index("area").loc[list(areas)]
            values = table["spend"].to_numpy()
            spend.setdefault(key, np.log(values) if method == "pearson" else values)
            outcomes.setdefault(offence, table.reset_index())
        return cls(spend, outcomes, method)

    def arrays(self, tested: Sequence[tuple[Key, str]]) -> tuple[Floats, Floats]:
        keys, offences = _axes(tested)
        x = np.array([self.spend[key] for key in keys])
        y = np.array([self.outcomes[offence]["g"].to_numpy() for offence in offences])
        return x, y

    def coefficient(self, pair: tuple[Key, str]) -> float:
        """Correlate a pair over all areas; NaN where a side does not vary."""
        x, y = self.arrays([pair])
        return float(coefficients(x, y, self.method)[0])

    def turns_within(self, pair: tuple[Key, str], named: pd.Series[Any]) -> bool:
        """Whether a pair has the other sign within most strata."""
        x, areas = self.spend[pair[0]], self.outcomes[pair[1]]
        held = within_strata(areas, x, named, self.method)
        return turns_within(held, self.coefficient(pair))


def _axes(tested: Sequence[tuple[Key, str]]) -> tuple[list[Key], list[str]]:
    keys = list(dict.fromkeys(key for key, _ in tested))
    return keys, list(dict.fromkeys(offence for _, offence in tested))


def _tested_together(x: Floats, y: Floats, labels: Places | None, **how: Any) -> PermutationFamily:
    """Test all pairs by the same orders: of all areas, or within strata where they are given."""
    if labels is None:
        return permutation_family(x, y, **how)
    return within_family(x, y, labels, **how)


def _without_each(
    series: Series,
    tested: Sequence[tuple[Key, str]],
    test: PermutationFamily,
    labels: Places | None,
    **how: Any,
) -> tuple[Floats, Floats]:
    """Give every coefficient and its p for the family without each area."""
    x, y = series.arrays(tested)
    few = test.n <= FEWEST
    how |= {"method": test.method, "max_t": few}
    parts = []
    for area in range(test.n):
        rest = None if labels is None else numbered(np.delete(labels, area))
        parts.append(_tested_together(np.delete(x, area, 1), np.delete(y, area, 1), rest, **how))
    ps = [part.p_max_t if few else _discovery(part.p_value) for part in parts]
    return np.array([part.statistic for part in parts]), np.array(ps)


def _discovery(p_value: Floats) -> Floats:
    """Adjust the p values that are there by Benjamini and Hochberg."""
    found = np.full(p_value.shape, np.nan)
    known = ~np.isnan(p_value)
    found[known] = adjusted_p(p_value[known])
    return found


def table_of(
    pairs: Mapping[tuple[Key, str], Pairing],
    series: Series,
    tested: Sequence[tuple[Key, str]],
    test: PermutationFamily | None,
    gates: Mapping[str, Gate],
    n: int,
    two_sided: str,
    resamples: int | None,
    seed: int,
    labels: Places | None = None,
) -> pd.DataFrame:
    rows = []
    places: dict[tuple[Key, str], tuple[int, int]] = {}
    without = None
    if test is not None:
        keys, offences = _axes(tested)
        row_of = {key: place for place, key in enumerate(keys)}
        column_of = {offence: place for place, offence in enumerate(offences)}
        places = {pair: (row_of[pair[0]], column_of[pair[1]]) for pair in tested}
        how = {"two_sided": two_sided, "resamples": resamples, "seed": seed}
        without = _without_each(series, tested, test, labels, **how)
    for pair_key, found in pairs.items():
        (stream, lag), offence = pair_key
        row: dict[str, Any] = {
            "funding_stream": stream, "lag": lag, "offence": offence, "n": n, "estimate": None,
            "p_value": None, "min_p": None, "p_max_t": None, "q_value": None,
            "adjusted_p": None, "partial": None, "partial_p": None,
            "reliability": None, "gate": None, "leave_one_out_low": None,
            "leave_one_out_high": None, "rests_on": None, "tested": False,
            "verdict": "not estimable", "reason": found.reason,
        }  # fmt: skip
        if found.reason is None and n >= 4:
            row |= _estimates(series, pair_key, gates[offence])
            if test is not None and without is not None and pair_key in places:
                row |= _tests(test, without, places[pair_key], series.outcomes[offence])
        elif found.reason is None:
            row["reason"] = "fewer than four areas"
        rows.append(row)
    frame = pd.DataFrame(rows)
    numeric = ["estimate", "p_value", "min_p", "p_max_t", "q_value", "reliability"]
    numeric += ["adjusted_p", "partial", "partial_p"]
    numeric += ["leave_one_out_low", "leave_one_out_high"]
    frame = frame.astype(dict.fromkeys(numeric, "Float64") | {"lag": "Int64"})
    has_p = frame["p_value"].notna()
    if has_p.any():
        frame.loc[has_p, "q_value"] = adjusted_p(frame.loc[has_p, "p_value"].to_numpy(float))
    how = {"two_sided": two_sided, "resamples": resamples, "seed": seed}
    told, partials, ps = _verdicts(frame, series, gates, n, labels, how)
    return frame.assign(
        verdict=told,
        partial=pd.array(partials, dtype="Float64"),
        partial_p=pd.array(ps, dtype="Float64"),
    )


def _estimates(series: Series, pair_key: tuple[Key, str], gate: Gate) -> dict[str, Any]:
    value = series.coefficient(pair_key)
    opens = "not tested: no counts" if gate.test is None else gate.test.gate
    reliability = None if gate.test is None else gate.test.reliability
    estimate = None if np.isnan(value) else value
    return {"estimate": estimate, "gate": opens, "reliability": reliability}


def _tests(
    test: PermutationFamily,
    without: tuple[Floats, Floats],
    place: tuple[int, int],
    areas: pd.DataFrame,
) -> dict[str, Any]:
    if test.undefined[place]:
        return {}
    assert test.p_max_t is not None
    every = test.p_max_t if test.n <= FEWEST else _discovery(test.p_value)
    adjusted = float(every[place])
    values, others = (part[:, place[0], place[1]] for part in without)
    gone = np.isnan(others)
    crosses = ((others < ALPHA) != (adjusted < ALPHA)) & ~gone
    turns = (np.nan_to_num(values) * test.statistic[place] < 0) | gone
    turns &= adjusted < ALPHA
    names = areas["label"].to_numpy()[crosses | turns]
    return {
        "estimate": float(test.statistic[place]),
        "p_value": float(test.p_value[place]),
        "adjusted_p": adjusted,
        "min_p": float(test.min_p[place]),
        "p_max_t": float(test.p_max_t[place]),
        "leave_one_out_low": float(np.nanmin(values)),
        "leave_one_out_high": float(np.nanmax(values)),
        "rests_on": "; ".join(map(str, names)) or None,
        "tested": True,
    }


def _verdicts(
    frame: pd.DataFrame,
    series: Series,
    gates: Mapping[str, Gate],
    n: int,
    labels: Places | None,
    how: Mapping[str, Any],
) -> tuple[list[str], list[float | None], list[float | None]]:
    """Judge each pair by its p for the family; partials of those that come so far."""
    verdicts: list[str] = []
    partials: list[float | None] = []
    ps: list[float | None] = []
    raw = frame["p_value"].dropna().to_numpy(float)
    nth = frame["p_value"].notna().cumsum() - 1
    for place, row in enumerate(frame.itertuples()):
        check = None
        told = "not estimable"
        if not is_missing(row.estimate):
            case: dict[str, Any] = {
                "gate_opens": gates[str(row.offence)].opens,
                "n": n,
                "floor": row.min_p if row.tested else 1.0,
                "adjusted_p": row.adjusted_p if row.tested else 1.0,
                "undone": len(row.rests_on.split("; ")) if isinstance(row.rests_on, str) else 0,
            }
            told = judged(**case, not_apart_from=None)
            if told == "association, not causal":
                check = _need(row, series, raw, int(nth.iloc[place]), labels, how)
                told = judged(**case, not_apart_from=None if check.told_apart else check.called)
        verdicts.append(told)
        partials.append(None if check is None else check.partial)
        ps.append(None if check is None else check.adjusted_p)
    return verdicts, partials, ps


def _need(
    row: Any,
    series: Series,
    raw: Floats,
    place: int,
    labels: Places | None,
    how: Mapping[str, Any],
) -> BaselineCheck:
    """Allow for the baseline of one pair, its p adjusted among the p of the others."""

    def adjust(p_value: float) -> float:
        every = raw.copy()
        every[place] = p_value
        few = len(areas) <= FEWEST
        return float(adjusted_p(every, method="holm" if few else "benjamini-hochberg")[place])

    lag = None if is_missing(row.lag) else int(row.lag)
    stream = row.funding_stream if isinstance(row.funding_stream, str) else None
    areas = series.outcomes[row.offence].assign(spend=series.spend[stream, lag])
    baseline = baseline_of(areas, areas, areas, "area", None)
    places = np.zeros(len(areas), np.intp) if labels is None else labels
    return baseline_check(areas, baseline, labels=places, adjust=adjust, **how)


_MOST_OFFENCES = 8


def spend_vs_reduction_family(
    spend: IntoFrame,
    reduction: IntoFrame,
    *,
    on: str = "area_code",
    method: FamilyMethod = "spearman",
    lags: Sequence[int] | None = None,
    declared: str | None = None,
    dispersion: Any = None,
    placebo: IntoFrame | None = None,
    strata: str | Mapping[str, Any] | pd.Series[Any] | None = None,
    leave_out: Mapping[str, str] | Collection[str] | None = None,
    override: Collection[str] = (),
    spend_column: str | None = None,
    two_sided: Rule = "double",
    resamples: int | None = None,
    seed: int = 0,
) -> AssociationFamily:
    """Hold every funding stream, at every lag, against every outcome, and count them all.

    Parameters
    ----------
    spend : DataFrame
        As for :func:`spend_vs_reduction`, one row an area, `funding_stream` and window.
    reduction : DataFrame
        As for :func:`spend_vs_reduction`, one row an area and `offence`; one baseline and one
        follow-up for all.
    on : str, default "area_code"
    method : {"spearman", "pearson"}
    lags : sequence of int, optional
        Whole years from the end of the money to the beginning of the follow-up. By default the
        one window that each stream has.
    declared : str, optional
        The stream named before the data were seen. With six areas or fewer only this one is
        tested, against up to eight offence classes; otherwise the grid is without p.
    dispersion : float or Dispersion, optional
        The same for every offence class.
    placebo : DataFrame, optional
        The reductions between two years before the money, by `offence`: they measure the
        dispersion of each class.
    strata : str, mapping or Series, optional
        As for :func:`spend_vs_reduction`: the stratum of each area, or "region". All pairs are
        tested by the same orders within strata.
    leave_out, override, spend_column
        As for :func:`spend_vs_reduction`.
    two_sided : {"double", "abs"}
    resamples : int, optional
    seed : int, default 0

    Returns
    -------
    AssociationFamily

    Raises
    ------
    TableError
        If a column is missing, or an area stands twice for one stream, window or offence class.
    PeriodError
        If a stream holds several windows and no lags pick among them.
    UnknownNameError
        If there is no such method, rule, override or declared stream.

    References
    ----------
    Westfall and Young (1993): max-T, single step; within strata the distance of each coefficient
    from its mean over the orders, in standard deviations. Benjamini and Hochberg (1995).

    Examples
    --------
    >>> import pandas as pd
    >>> codes = [f"E0700000{number}" for number in range(1, 7)]
    >>> spend = pd.DataFrame({"area_code": codes, "spend_gbp_per_head": [1.0, 2, 3, 4, 5, 6]})
    >>> streams = pd.concat(
    ...     [spend.assign(funding_stream=name) for name in ("Youth Fund", "Road Safety")]
    ... )
    >>> fell = pd.DataFrame({"area_code": codes, "log_reduction": [0.1, 0.2, 0.3, 0.4, 0.5, 0.7]})
    >>> found = spend_vs_reduction_family(streams, fell.assign(offence="Robbery"))
    >>> found.size, "family-too-large" in found.cautions
    (0, True)
    """
    one_of(method, "method", FAMILY_METHODS)
    one_of(two_sided, "rule", RULES)
    for name in names_of(override, "override", "the names of refusals to pass over"):
        one_of(name, "override", OVERRIDES)
    money, outcome = plain(on, spend_column, spend=spend, reduction=reduction)
    need(outcome, ["offence"], "reduction")
    streams = values_of(money, "funding_stream")
    if declared is not None:
        one_of(declared, "funding stream", streams)
    sides = _sides(money, outcome, streams, lags)
    offences = values_of(outcome, "offence")
    # Each side is read once, whatever it is held against.
    paid = {
        key: Money.of(side.reset_index(drop=True), on, spend_column) for key, side in sides.items()
    }
    classes = dict(iter(outcome.groupby("offence", observed=True)))
    fell = {
        offence: Outcome.of(classes.get(offence, outcome[:0]).reset_index(drop=True), on)
        for offence in offences
    }
    given: dict[str, Any] = {"on": on, "leave_out": leave_out, "override": override}
    pairs = {
        (key, offence): _pair(one, other, method, given)
        for key, one in paid.items()
        for offence, other in fell.items()
    }
    able = {key: found for key, found in pairs.items() if found.reason is None}
    held = [set(found.areas["area"]) for found in able.values()]
    areas = sorted(set.intersection(*held)) if held else []
    tested = _tested(able, len(areas), declared)
    series = Series.of(able, areas, method)
    named = None
    if strata is not None and areas:
        named = strata_of(pd.DataFrame({"area": areas}), strata, (outcome, money), on)
    labels = None if named is None else numbered(named)
    earlier = None if placebo is None else plain(on, placebo=placebo)[0]
    how: dict[str, Any] = {
        "method": method, "two_sided": two_sided, "resamples": resamples, "seed": seed,
    }  # fmt: skip
    gates = {
        offence: noise_gate(
            table,
            dispersion=dispersion,
            placebo=_placebo(earlier, offence, table, on, money, how),
            alpha=ALPHA,
        )
        for offence, table in series.outcomes.items()
        if len(areas) > 1
    }
    test = None
    if tested and len(areas) >= 4:
        test = _tested_together(*series.arrays(tested), labels, **how)
    frame = table_of(
        pairs, series, tested, test, gates, len(areas), two_sided, resamples, seed, labels
    )
    clear = [
        pair
        for pair, p in zip(pairs, frame["adjusted_p"], strict=True)
        if not is_missing(p) and p < ALPHA
    ]
    if named is None:
        like = any(likeness_of(pairs[pair].areas, seed).alike for pair in clear)
        neighbours = ["neighbours-alike"] * like
    else:
        turned = any(series.turns_within(pair, named) for pair in clear)
        neighbours = ["turns-within-strata"] * turned
    # pandas warns of joining empty frames.
    parts = [found.dropped for found in pairs.values() if len(found.dropped)]
    dropped = pd.concat(parts) if parts else pd.DataFrame(columns=[on, "name", "reason"])
    units = {found.unit for found in able.values()}
    return AssociationFamily(
        frame=frame,
        n=len(areas),
        unit=units.pop() if len(units) == 1 else "areas",
        size=0 if test is None else test.size,
        test=test,
        dropped=dropped.drop_duplicates().sort_values(on, ignore_index=True),
        method=method,
        two_sided=two_sided,
        seed=seed,
        cautions=in_order(
            [*neighbours, *_doubts(pairs, able, gates, test, offences, bool(tested))]
        ),
        n_strata=None if labels is None else int(labels.max()) + 1,
    )


def _placebo(
    earlier: pd.DataFrame | None,
    offence: str,
    table: pd.DataFrame,
    on: str,
    money: pd.DataFrame,
    how: Mapping[str, Any],
) -> Placebo | None:
    if earlier is None:
        return None
    need(earlier, ["offence"], "placebo")
    same = earlier[earlier["offence"] == offence]
    return placebo_of(same, table, on=on, begins=begins(money), **how)


def _sides(
    money: pd.DataFrame, outcome: pd.DataFrame, streams: Sequence[str], lags: Sequence[int] | None
) -> dict[Key, pd.DataFrame]:
    by_stream: dict[str | None, pd.DataFrame] = {
        stream: money[money["funding_stream"] == stream] for stream in streams
    } or {None: money}
    return {
        (stream, lag): pick_lag(rows, outcome, lag)
        for stream, rows in by_stream.items()
        for lag in (a_row(lags, "lags") if lags is not None else [None])
    }


def _pair(money: Money, outcome: Outcome, method: str, given: Mapping[str, Any]) -> Pairing:
    found = pair(money, outcome, **given)
    if method == "pearson" and found.reason is None and (found.areas["spend"] <= 0).any():
        found.reason = "zero spend has no logarithm"
    return found


def _tested(
    able: Mapping[tuple[Key, str], Pairing], n: int, declared: str | None
) -> list[tuple[Key, str]]:
    """Give the pairs to test: all, or with few areas those of one declared stream."""
    if n > FEWEST:
        return list(able)
    sides = list(dict.fromkeys(key for key, _ in able))
    if declared is not None:
        sides = [key for key in sides if key[0] == declared]
    mine = [pair for pair in able if pair[0] in sides]
    return mine if len(sides) == 1 and len(mine) <= _MOST_OFFENCES else []


def _doubts(
    pairs: Mapping[tuple[Key, str], Pairing],
    able: Mapping[tuple[Key, str], Pairing],
    gates: Mapping[str, Gate],
    test: PermutationFamily | None,
    offences: Sequence[str],
    is_tested: bool,
) -> list[str]:
    codes = [code for found in pairs.values() for code in found.cautions]
    codes += [code for gate in gates.values() for code in gate.cautions]
    if test is not None:
        codes += [code for code in test.cautions if code in CAUTIONS]
    if able and not is_tested:
        codes.append("family-too-large")
    if offence_clash(offences) is not None:
        codes.append("nested-classes")
    return codes
