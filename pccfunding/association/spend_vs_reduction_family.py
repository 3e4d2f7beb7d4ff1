"""Streams, outcomes and lags tried together, with p for each pair and for all of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias, Unpack

import numpy as np
import pandas as pd

from pccfunding.association.coefficients import Floats, coefficients
from pccfunding.association.confounding import BaselineCheck, baseline_check, baseline_of
from pccfunding.association.inputs import need, plain, values_of
from pccfunding.association.noise_test import Gate, Placebo, noise_gate, placebo_of
from pccfunding.association.pairing import Pairing, pair
from pccfunding.association.reordering import likeness_of
from pccfunding.association.result import OVERRIDES
from pccfunding.association.verdicts import ALPHA, CAUTIONS, FEWEST, FIRST, in_order, judged
from pccfunding.association.windows import begins, pick_lag
from pccfunding.errors import one_of
from pccfunding.evaluation import bonett_wright, fisher_z_interval
from pccfunding.measures.nesting import offence_clash
from pccfunding.permutation import PermutationFamily, adjusted_p, permutation_family
from pccfunding.permutation.null_distribution import METHODS
from pccfunding.permutation.permutation_family import FAMILY_METHODS, FamilyMethod
from pccfunding.permutation.scores import RULES, Rule
from pccfunding.results import Estimate, Face, Report
from pccfunding.words import counted, floor_text, is_missing, p_text, quantity, signed

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from narwhals.typing import IntoFrame

    from pccfunding.plots import PlotOptions

__all__ = ["AssociationFamily", "Key", "Series", "spend_vs_reduction_family", "table_of"]

Key: TypeAlias = tuple[str | None, int | None]


@dataclass(frozen=True)
class Series:
    """The series of both sides over the same areas."""

    spend: dict[Key, Floats]
    outcomes: dict[str, pd.DataFrame]

    @classmethod
    def of(
        cls, able: Mapping[tuple[Key, str], Pairing], areas: Sequence[str], method: FamilyMethod
    ) -> Series:
        spend: dict[Key, Floats] = {}
        outcomes: dict[str, pd.DataFrame] = {}
        for (key, offence), found in able.items():
            table = found.areas.set_index("area").loc[list(areas)]
            values = table["spend"].to_numpy(np.float64)
            spend.setdefault(key, np.log(values) if method == "pearson" else values)
            outcomes.setdefault(offence, table.reset_index())
        return cls(spend, outcomes)

    def arrays(self, tested: Sequence[tuple[Key, str]]) -> tuple[Floats, Floats]:
        keys, offences = _axes(tested)
        x = np.array([self.spend[key] for key in keys])
        y = np.array([self.outcomes[offence]["g"].to_numpy(np.float64) for offence in offences])
        return x, y


def _axes(tested: Sequence[tuple[Key, str]]) -> tuple[list[Key], list[str]]:
    keys = list(dict.fromkeys(key for key, _ in tested))
    return keys, list(dict.fromkeys(offence for _, offence in tested))


def _without_each(
    series: Series, tested: Sequence[tuple[Key, str]], test: PermutationFamily, **how: Any
) -> tuple[Floats, Floats]:
    """Give every coefficient and its p for the family without each area."""
    x, y = series.arrays(tested)
    few = test.n <= FEWEST
    parts = [
        permutation_family(
            np.delete(x, area, 1), np.delete(y, area, 1), method=test.method, max_t=few, **how
        )
        for area in range(test.n)
    ]
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
) -> pd.DataFrame:
    rows = []
    places: dict[tuple[Key, str], tuple[int, int]] = {}
    without = None
    if test is not None:
        keys, offences = _axes(tested)
        places = {pair: (keys.index(pair[0]), offences.index(pair[1])) for pair in tested}
        how = {"two_sided": two_sided, "resamples": resamples, "seed": seed}
        without = _without_each(series, tested, test, **how)
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
    told, partials, ps = _verdicts(frame, series, gates, n, how)
    return frame.assign(
        verdict=told,
        partial=pd.array(partials, dtype="Float64"),
        partial_p=pd.array(ps, dtype="Float64"),
    )


def _estimates(series: Series, pair_key: tuple[Key, str], gate: Gate) -> dict[str, Any]:
    key, offence = pair_key
    y = series.outcomes[offence]["g"].to_numpy(np.float64)
    value = coefficients(series.spend[key][None], y[None], "spearman")[0]
    opens = "not tested: no counts" if gate.test is None else gate.test.gate
    reliability = None if gate.test is None else gate.test.reliability
    estimate = None if np.isnan(value) else float(value)
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
    frame: pd.DataFrame, series: Series, gates: Mapping[str, Gate], n: int, how: Mapping[str, Any]
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
                check = _need(row, series, raw, int(nth.iloc[place]), n, how)
                told = judged(**case, not_apart_from=None if check.told_apart else check.called)
        verdicts.append(told)
        partials.append(None if check is None else check.partial)
        ps.append(None if check is None else check.adjusted_p)
    return verdicts, partials, ps


def _need(
    row: Any, series: Series, raw: Floats, place: int, n: int, how: Mapping[str, Any]
) -> BaselineCheck:
    """Allow for the baseline of one pair, its p adjusted among the p of the others."""

    def adjust(p_value: float) -> float:
        every = raw.copy()
        every[place] = p_value
        return float(
            adjusted_p(every, method="holm" if n <= FEWEST else "benjamini-hochberg")[place]
        )

    lag = None if is_missing(row.lag) else int(row.lag)
    stream = row.funding_stream if isinstance(row.funding_stream, str) else None
    areas = series.outcomes[row.offence].assign(spend=series.spend[stream, lag])
    baseline = baseline_of(areas, areas, areas, "area", None)
    labels = np.zeros(len(areas), np.intp)
    return baseline_check(areas, baseline, labels=labels, adjust=adjust, **how)


_MOST_OFFENCES = 8
_SOME = "Caution, for some pairs or all"


@dataclass(frozen=True, eq=False, kw_only=True)
class AssociationFamily(Face):
    """Every pair of stream, lag and outcome that was tried, over the same areas.

    Attributes
    ----------
    frame : DataFrame
        One row a pair: `funding_stream`, `lag`, `offence`, `n`, `estimate`; `p_value` and
        `min_p` of the pair, `p_max_t` and `q_value` (Benjamini-Hochberg) of the family;
        `adjusted_p`, the one of them that judges (max-T up to six areas); `partial` and
        `partial_p` given the baseline, for the family, where a verdict asks for them;
        `reliability` and `gate`; `leave_one_out_low`, `leave_one_out_high`, `rests_on`;
        `tested`, `verdict`, `reason`.
    n : int
        Areas, the same for all pairs.
    unit : str
    size : int
        Pairs tested.
    test : PermutationFamily or None
        None where nothing was tested.
    dropped : DataFrame
        Areas left out, each with its reason.
    method, two_sided : str
    seed : int
    cautions : tuple of str
        Codes of the closed list of associations.

    Examples
    --------
    >>> import pandas as pd
    >>> codes = [f"E0700000{number}" for number in range(1, 7)]
    >>> spend = pd.DataFrame({"area_code": codes, "spend_gbp_per_head": [1.0, 2, 3, 4, 5, 6]})
    >>> fell = pd.DataFrame({"area_code": codes, "log_reduction": [0.1, 0.2, 0.3, 0.4, 0.5, 0.7]})
    >>> found = spend_vs_reduction_family(spend, fell.assign(offence="Robbery"))
    >>> found.size, found.frame["p_max_t"].round(4).tolist()
    (1, [0.0028])
    """

    frame: pd.DataFrame
    n: int
    unit: str
    size: int
    test: PermutationFamily | None
    dropped: pd.DataFrame
    method: str
    two_sided: str
    seed: int
    cautions: tuple[str, ...] = ()
    _clauses = CAUTIONS
    _first: ClassVar[tuple[str, ...]] = FIRST

    def _estimates(self) -> list[Estimate]:
        judge = "max-T" if self.n <= FEWEST else "Benjamini-Hochberg"
        tested = f"{METHODS[self.method]}, p by {judge} over {self.size}"
        rows = self.frame.to_dict("records")
        ends = bonett_wright if self.method == "spearman" else fisher_z_interval
        known = [
            None if is_missing(row["estimate"]) else ends(row["estimate"], row["n"]) for row in rows
        ]
        return [
            Estimate(
                f"{_label(row['funding_stream'], row['lag'])} and {row['offence']}",
                row["estimate"],
                None if sure is None else sure.low,
                None if sure is None else sure.high,
                p_value=row["adjusted_p"],
                n=row["n"],
                method=tested if row["tested"] else f"{METHODS[self.method]}, not tested",
            )
            for row, sure in zip(rows, known, strict=True)
        ]

    @property
    def text(self) -> str:
        """At most 70 words to paste, with what matters most."""
        pairs = counted(len(self.frame), "pair")
        tried = f"{pairs} of spend and outcome over {self.n} {self.unit}"
        if self.test is None:
            return self._with_doubts(f"{tried}: none is tested, and no p is given.", _SOME)
        best = self._best()
        said = (
            f"{tried}, {self.size} of them tested: smallest {p_text(float(best['p_value']))} for "
            f"{_label(best['funding_stream'], best['lag'])} and {best['offence']} "
            f"({METHODS[self.method]} {signed(best['estimate'])}, n = {self.n}, family of "
            f"{self.size}, {p_text(float(best['adjusted_p']))} for the family): {best['verdict']}. "
            f"{self._below_05()}."
        )
        return self._with_doubts(said, _SOME)

    def _best(self) -> Any:
        tests = self.frame[self.frame["tested"]]
        return tests.sort_values("p_value", kind="stable").iloc[0]

    def _below_05(self) -> str:
        tests = self.frame[self.frame["tested"]]
        below = int((tests["adjusted_p"] < ALPHA).sum())
        return f"{below} of {self.size} have a p below .05 for the family"

    def report(self) -> Report:
        """Everything that stands behind the text, as labelled lines."""
        lines = [
            ("pairs", f"{len(self.frame)}, {self.size} tested"),
            ("areas", f"{self.n} {self.unit}"),
        ]
        if self.test is not None:
            best = self._best()
            lines += [
                ("smallest p", f"{p_text(float(best['p_value']))} ({RULES[self.two_sided]})"),
                ("its floor", floor_text(float(best["min_p"]))),
                ("by max-T", p_text(float(best["p_max_t"]))),
                ("by Benjamini-Hochberg", f"q = {quantity(best['q_value'], places=3)}"),
                ("judged by", "max-T" if self.n <= FEWEST else "Benjamini-Hochberg"),
                ("below .05", self._below_05()),
            ]
        for verdict, pairs in self.frame["verdict"].value_counts().items():
            lines.append((str(verdict), str(pairs)))
        lines.append(("Maryland level", "1 of 5: about areas, not people, and nothing about why"))
        return Report([*lines, *(("caution", self._doubt(code)) for code in self.cautions)])

    def _below(self) -> str:
        return self.report()._repr_html_()

    def plot(self, ax: Axes | None = None, **how: Unpack[PlotOptions]) -> Axes:
        """Draw the coefficients of all pairs as a grid."""
        from pccfunding.plots import plot_heat

        rows = self.frame.assign(
            spend=[
                _label(stream, lag)
                for stream, lag in zip(self.frame["funding_stream"], self.frame["lag"], strict=True)
            ],
            outcome=self.frame["offence"],
            family_size=self.size,
        )
        return plot_heat(rows, ax=ax, **how)


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
    Westfall and Young (1993): max-T, single step. Benjamini and Hochberg (1995).

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
    for name in [override] if isinstance(override, str) else override:
        one_of(name, "override", OVERRIDES)
    money, outcome = plain(on, spend_column, spend=spend, reduction=reduction)
    need(outcome, ["offence"], "reduction")
    streams = values_of(money, "funding_stream")
    if declared is not None:
        one_of(declared, "funding stream", streams)
    sides = _sides(money, outcome, streams, lags)
    offences = values_of(outcome, "offence")
    given: dict[str, Any] = {
        "on": on, "spend_column": spend_column, "leave_out": leave_out, "override": override,
    }  # fmt: skip
    pairs = {
        (key, offence): _pair(side, outcome[outcome["offence"] == offence], method, given)
        for key, side in sides.items()
        for offence in offences
    }
    able = {key: found for key, found in pairs.items() if found.reason is None}
    held = [set(found.areas["area"]) for found in able.values()]
    areas = sorted(set.intersection(*held)) if held else []
    tested = _tested(able, len(areas), declared)
    series = Series.of(able, areas, method)
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
        test = permutation_family(*series.arrays(tested), **how)
    frame = table_of(pairs, series, tested, test, gates, len(areas), two_sided, resamples, seed)
    small = [
        found
        for found, p in zip(pairs.values(), frame["adjusted_p"], strict=True)
        if not is_missing(p) and p < ALPHA
    ]
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
        cautions=_doubts(pairs, able, gates, test, offences, bool(tested), small, seed),
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


def _label(stream: Any, lag: Any) -> str:
    name = stream if isinstance(stream, str) else "spend"
    return name if is_missing(lag) else f"{name}, lag {int(lag)}"


def _sides(
    money: pd.DataFrame, outcome: pd.DataFrame, streams: Sequence[str], lags: Sequence[int] | None
) -> dict[Key, pd.DataFrame]:
    by_stream: dict[str | None, pd.DataFrame] = {
        stream: money[money["funding_stream"] == stream] for stream in streams
    } or {None: money}
    return {
        (stream, lag): pick_lag(rows, outcome, lag)
        for stream, rows in by_stream.items()
        for lag in (lags if lags is not None else [None])
    }


def _pair(
    side: pd.DataFrame, outcome: pd.DataFrame, method: str, given: Mapping[str, Any]
) -> Pairing:
    found = pair(side.reset_index(drop=True), outcome.reset_index(drop=True), **given)
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
    small: Sequence[Pairing],
    seed: int,
) -> tuple[str, ...]:
    alike = any(likeness_of(found.areas, seed).alike for found in small)
    codes = ["neighbours-alike"] if alike else []
    codes += [code for found in pairs.values() for code in found.cautions]
    codes += [code for gate in gates.values() for code in gate.cautions]
    if test is not None:
        codes += [code for code in test.cautions if code in CAUTIONS]
    if able and not is_tested:
        codes.append("family-too-large")
    if offence_clash(offences) is not None:
        codes.append("nested-classes")
    return in_order(codes)
