"""Areas with an award beside areas without it, over several periods at once."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from pccfunding.evaluation.arguments import proper_fraction, whole_number
from pccfunding.evaluation.breakdown import Breakdown, breakdown_of
from pccfunding.evaluation.earlier_course import SHOWN_PCT, EarlierCourse, course_doubts
from pccfunding.evaluation.log_ratios import change_pct
from pccfunding.evaluation.panel_data import FloatArray, Panel, read_panel
from pccfunding.evaluation.panel_fit import Cell, PanelFit, cell_columns, fit_panel, treated_cells
from pccfunding.evaluation.panel_lots import LARGEST_LOG, deal_lots
from pccfunding.evaluation.panel_steps import (
    earlier_of_panel,
    ends,
    event_study,
    spans_pandemic,
    student,
    why_not,
    without_late,
)
from pccfunding.results import Report, Result, nothing
from pccfunding.words import (
    count,
    counted,
    dispersion_text,
    floor_text,
    interval_text,
    level_text,
    number_text,
    open_interval_text,
    p_text,
    percent,
)

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["PanelChange", "panel_change"]

NOT_ESTIMABLE = "not estimable"
TOO_FEW = "too few areas to tell"
NO_CLEAR = "no clear change"
EARLIER = "not told apart from the earlier course"
CHANGE = "a change beyond the other areas"

_ALPHA, _FEW_AREAS, _FEW_TREATED, _NAMED = 0.05, 10, 5, 3
_SMALL_SAMPLE = "clustered by area, G/(G-1) x (N-1)/(N-k-T), Student's t on G-1"


@dataclass(frozen=True, kw_only=True)
class PanelChange(Result):
    """The change of areas with an award relative to areas without it.

    Attributes
    ----------
    verdict : str
        "not estimable", "too few areas to tell", "no clear change", "not told apart from the
        earlier course", or "a change beyond the other areas".
    ratio, low, high : float or None
        Rate ratio with the interval that inverts the randomisation test; for a dose, the factor
        of one unit. An end is None where nothing is rejected out to 22,000 times the ratio.
    change_pct, change_low_pct, change_high_pct : float or None
    p_value : float or None
        Share of lots whose score is at least as far from 0 (both sides, the abs rule).
    min_p : float or None
        Smallest p that these areas and lots allow.
    lots : int
        Ways to deal the paths out: all of them, or a random sample and the real one.
    lots_exact : bool
        Whether every different way was counted.
    log_ratio, se_log : float or None
        Coefficient of the Poisson model and its clustered standard error.
    clustered_low, clustered_high, clustered_p : float or None
        The interval (as ratio) and p of that error.
    small_sample : str
        Rule of the clustered error.
    kind : {"common start", "staggered start", "dose"}
    treated_by : str
        Column of what was given, or "start".
    n_areas, n_treated, n_periods, n_strata : int
    events, base : int or None
        All counts, and those of treated areas before their start (for a dose, of all areas in
        periods without any).
    dispersion : float or None
        Pearson X2 over residual degrees of freedom.
    pre_points : int
        Periods before the first start.
    pre_trend_pct, pre_trend_low_pct, pre_trend_high_pct : float or None
        Difference of the earlier yearly course, with its 90% interval; of areas with a dose, at
        their mean dose.
    pre_trend_p : float or None
    periods : tuple of str
    dropped : tuple of str
        Areas left out, each with the reason.
    confidence_level : float
    reason : str or None
    cautions : tuple of str
        pre-trends-differ, pre-trend-not-shown, few-treated-areas, effects-differ, straight-dose,
        areas-dropped, few-areas, pandemic-months.
    sources : tuple of str
        Ids of the figures, or of the sources, that the rows of its areas named.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = [(a, y, 50, 1000) for a in ("A", "B", "C") for y in (2018, 2019)]
    >>> frame = pd.DataFrame(rows, columns=["area_code", "year", "offences", "persons"])
    >>> panel_change(frame, treated={}, exposure="persons").verdict
    'not estimable'
    """

    _first: ClassVar[tuple[str, ...]] = (
        "pre-trends-differ",
        "pre-trend-not-shown",
        "few-treated-areas",
        "effects-differ",
        "straight-dose",
        "areas-dropped",
        "few-areas",
        "pandemic-months",
    )

    verdict: str
    ratio: float | None
    low: float | None
    high: float | None
    change_pct: float | None
    change_low_pct: float | None
    change_high_pct: float | None
    p_value: float | None
    min_p: float | None
    lots: int
    lots_exact: bool
    log_ratio: float | None
    se_log: float | None
    clustered_low: float | None
    clustered_high: float | None
    clustered_p: float | None
    small_sample: str
    kind: str
    treated_by: str
    n_areas: int
    n_treated: int
    n_periods: int
    n_strata: int
    events: int | None
    base: int | None
    dispersion: float | None
    pre_points: int
    pre_trend_pct: float | None
    pre_trend_low_pct: float | None
    pre_trend_high_pct: float | None
    pre_trend_p: float | None
    periods: tuple[str, ...]
    dropped: tuple[str, ...]
    confidence_level: float
    reason: str | None
    sources: tuple[str, ...] = ()
    _cells: tuple[tuple[Any, ...], ...] = field(default=(), repr=False)
    _events: tuple[tuple[Any, ...], ...] = field(default=(), repr=False)
    _covariance: tuple[tuple[float, ...], ...] = field(default=(), repr=False)
    _terms = (("rate ratio", "ratio", "low", "high", "p_value"),)
    _over = "n_areas"
    _done_by = "fixed effects of areas and periods"

    @property
    def maryland_level(self) -> int:
        """3 where five or more earlier periods show a similar course; else 2; 0 without result."""
        if self.ratio is None:
            return 0
        return 2 if {"pre-trend-not-shown", "pre-trends-differ"} & set(self.cautions) else 3

    @property
    def event_study(self) -> pd.DataFrame:
        """One row a period relative to the start: log ratio, its clustered error, ratio, ends.

        Period -1 is what the others are held against. Without rows for a dose, and where a cohort
        counted nothing in a period.
        """
        import pandas as pd

        return pd.DataFrame(
            [*self._events],
            columns=["periods_from_start", "log_ratio", "se_log", "ratio", "low", "high"],
        )

    @property
    def cells(self) -> pd.DataFrame:
        """One row a cohort and period: start, period, log ratio, error, and weight by exposure."""
        import pandas as pd

        columns = ["start", "period", "log_ratio", "se_log", "weight"]
        return pd.DataFrame([*self._cells], columns=columns)

    def breakdown(self) -> Breakdown:
        """How far the earlier steps may go on before the interval holds no change.

        Rambachan and Roth's relative magnitudes, by the package diff-diff, from the event study
        of this result. Approximate: it takes the largest earlier step as known.

        Raises
        ------
        MissingExtraError
            If diff-diff is not installed.
        """
        return breakdown_of(self.event_study, self._covariance, 1 - self.confidence_level)

    def report(self) -> Report:
        """Everything that stands behind the sentence, as labelled lines."""
        if self.ratio is None:
            return Report([("verdict", self.verdict), ("why", str(self.reason)), *self._left_out()])
        level = level_text(self.confidence_level)
        how = "every way" if self.lots_exact else "random ways and the real one"
        lines = [
            ("verdict", self.verdict),
            ("Maryland level", f"{self.maryland_level}"),
            ("change", f"{percent(self.change_pct)}{self._unit()}"),
            (f"{level} interval", open_interval_text(self.change_low_pct, self.change_high_pct)),
            ("its p", f"{p_text(self.p_value)}, abs rule, {floor_text(self.min_p)}"),
            ("lots", f"{count(self.lots)} ({how}; strata: {self.n_strata})"),
            (
                f"clustered {level}",
                interval_text(change_pct(self.clustered_low), change_pct(self.clustered_high)),
            ),
            ("its rule", f"{self.small_sample}; {p_text(self.clustered_p)}"),
            (
                "design",
                f"{self.kind}, {self.n_treated} of {self.n_areas} areas, "
                f"{self.n_periods} periods ({self.periods[0]} to {self.periods[-1]})",
            ),
            ("events", f"{count(self.events)}, {dispersion_text(self.dispersion or 1.0)}"),
            ("earlier course", self._earlier()),
            *self._left_out(),
        ]
        lines += [("caution", self._clauses[code]) for code in self.cautions]
        return Report(lines)

    def _below(self) -> str:
        return self.report()._repr_html_()

    def _left_out(self) -> list[tuple[str, str]]:
        more = len(self.dropped) - _NAMED
        named = [("left out", one) for one in self.dropped[:_NAMED]]
        return [*named, ("left out", f"{count(more)} more, in .dropped")] if more > 0 else named

    def _earlier(self) -> str:
        if self.pre_trend_pct is None:
            return f"{counted(self.pre_points, 'period')} before the first start; not shown"
        ends = open_interval_text(self.pre_trend_low_pct, self.pre_trend_high_pct)
        return (
            f"{percent(self.pre_trend_pct)} a year apart over {self.pre_points} periods, 90% "
            f"interval {ends}; similar is within {percent(SHOWN_PCT, places=None, sign=False)} "
            "a year"
        )

    def _unit(self) -> str:
        return f" for each 1 of {self.treated_by}" if self.kind == "dose" else ""

    def _row(self) -> dict[str, Any]:
        row = super()._row()
        for name in ("_cells", "_events", "_covariance"):
            del row[name]
        return row

    def _finding(self) -> str:
        if self.ratio is None or self.base is None:
            return f"Not estimable: {self.reason}."
        if self.kind == "dose":
            what = (
                f"Across {self.n_areas} areas over {self.n_periods} periods, counts changed by "
                f"{percent(self.change_pct)}{self._unit()} (base {count(self.base)} before)"
            )
        else:
            what = (
                f"Beside {counted(self.n_areas - self.n_treated, 'area')} without it, counts in "
                f"the {self.n_treated} with it changed by {percent(self.change_pct)} (base "
                f"{count(self.base)} before)"
            )
        return (
            f"{what}, {level_text(self.confidence_level)} interval "
            f"{open_interval_text(self.change_low_pct, self.change_high_pct)} "
            f"({p_text(self.p_value)}, n = {self.n_areas} areas, family of 1, "
            f"{floor_text(self.min_p)}): {self.verdict}."
        )


def panel_change(
    counts: Any,
    *,
    treated: str | Mapping[Any, Any],
    exposure: str | Mapping[Any, Any],
    by: str = "area_code",
    count: str | None = None,
    covariates: Sequence[str] | None = None,
    strata: str | Mapping[Any, Any] | None = None,
    confidence_level: float = 0.95,
    resamples: int = 4_999,
    seed: int = 0,
) -> PanelChange:
    """Compare areas with an award to areas without it, before and after, over several periods.

    A Poisson model with a dummy for each area and each period, the logarithm of exposure as
    offset. A common start has one term; where areas started in different periods there is one
    term a cohort and period, averaged by exposure, so that areas that started early are not held
    against areas that started later. The test deals the whole paths of treatment out again among
    the areas (of the same stratum) and looks where the real score lies; the interval holds every
    change that this test does not reject.

    Parameters
    ----------
    counts : DataFrame
        One row an area and period: `by`, the count, and `period_start` and `period_end` (or one
        of `period`, `financial_year`, `year`).
    treated : str or mapping of area to period
        A column of 0 and 1, or of a dose such as £ per head; or the first period with the award
        of each area that has one.
    exposure : str or mapping of area to float
        Column of residents (or days) of each row, or one number an area.
    by : str, default "area_code"
    count : str, optional
        Column of the counts; by default the first of `offences`, `count`, `crimes`, `incidents`.
    covariates : sequence of str, optional
        Columns that change over time and are no consequence of the award.
    strata : str or mapping of area to stratum, optional
        Such as the region: paths are dealt out within strata only.
    confidence_level : float, default 0.95
    resamples : int, default 4999
        Random ways to deal the paths out, where there are more ways than this.
    seed : int, default 0

    Returns
    -------
    PanelChange
        Not estimable, with the reason, where no area stays without, an award ends, or nothing was
        counted.

    Raises
    ------
    TableError, PeriodError, UnknownNameError
        If columns are missing, an area stands twice in a period, periods overlap, a count is no
        whole number, or a start is no period of the frame.

    Notes
    -----
    The clustered error is multiplied by G/(G-1) x (N-1)/(N-k-T), the rule of fixest with area
    dummies nested in the clusters; k counts the terms that are no dummies. At 43 areas it rejects
    too often where counts are autocorrelated; the randomisation test does not.

    References
    ----------
    Wooldridge, J. M. (2023). Simple approaches to nonlinear difference-in-differences with panel
    data. The Econometrics Journal 26(3), C31-C66.
    Rambachan, A. and Roth, J. (2023). A more credible approach to parallel trends. Review of
    Economic Studies 90(5), 2555-2591.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = [
    ...     (f"area {a}", year, 100 + 3 * a - (30 if a < 4 and year > 2019 else 0), 1000)
    ...     for a in range(8)
    ...     for year in range(2015, 2023)
    ... ]
    >>> frame = pd.DataFrame(rows, columns=["area_code", "year", "offences", "persons"])
    >>> start = {f"area {a}": 2020 for a in range(4)}
    >>> result = panel_change(frame, treated=start, exposure="persons")
    >>> result.verdict, round(result.change_pct), round(result.p_value, 3)
    ('a change beyond the other areas', -29, 0.029)
    """
    level = proper_fraction(confidence_level, "confidence_level")
    draws = whole_number(resamples, "resamples", least=99)
    panel = read_panel(
        counts, treated, exposure, by, count, () if covariates is None else covariates, strata
    )
    panel = without_late(panel)
    n_periods = len(panel.periods)
    with_award = panel.first < n_periods
    starts = sorted(set(panel.first[with_award].tolist()))
    staggered = len(starts) > 1 and not panel.dose
    same: dict[str, Any] = {
        "kind": "dose" if panel.dose else "staggered start" if staggered else "common start",
        "treated_by": treated if isinstance(treated, str) else "start",
        "n_areas": len(panel.areas),
        "n_treated": int(with_award.sum()),
        "n_periods": n_periods,
        "n_strata": len(set(panel.strata.tolist())),
        "periods": tuple(one.label for one in panel.periods),
        "dropped": tuple(f"{area}: {why}" for area, why in panel.dropped),
        "confidence_level": level,
        "small_sample": _SMALL_SAMPLE,
        "pre_points": starts[0] if starts else n_periods,
        "sources": panel.sources,
    }
    reason = why_not(panel)
    if reason:
        return _refused(reason, **same)
    cells = treated_cells(panel) if staggered else None
    terms = panel.path[..., None] if cells is None else cell_columns(panel, cells)
    fit = fit_panel(panel, terms)
    over = np.einsum("itk,it->k", terms, panel.exposure)
    share = over / over.sum()
    m = len(share)
    effect = float(share @ fit.coefficients[:m])
    se = math.sqrt(float(share @ fit.covariance[:m, :m] @ share))
    clustered = student(effect, se, len(panel.areas), level)
    if max(map(abs, clustered[:2])) > LARGEST_LOG:
        most = number_text(float(np.abs(panel.path).max()))
        reason = f"1 of {same['treated_by']} is far beyond what any area was given (at most {most})"
        return _refused(
            f"{reason}: state it in a smaller unit, such as pounds for millions of pounds", **same
        )
    lots = deal_lots(panel, cells, draws, seed)
    p_value, min_p = lots.p_value(np.zeros_like(panel.counts)), lots.min_p
    low, high = ends(lots, terms, fit, share, se, level)
    course = earlier_of_panel(panel, starts[0], draws, seed)
    events, covariance = event_study(panel, level)
    held = (low is None or low <= 0) and (high is None or high >= 0)
    codes = _doubts(panel, course)
    if cells is not None and held is (p_value < 1 - level):
        codes.append("effects-differ")
    return PanelChange(
        verdict=_verdict(p_value, min_p, course),
        ratio=math.exp(effect),
        low=_ratio(low),
        high=_ratio(high),
        change_pct=change_pct(math.exp(effect)),
        change_low_pct=change_pct(_ratio(low)),
        change_high_pct=change_pct(_ratio(high)),
        p_value=p_value,
        min_p=min_p,
        lots=len(lots.path),
        lots_exact=lots.exact,
        log_ratio=effect,
        se_log=se,
        clustered_low=math.exp(clustered[0]),
        clustered_high=math.exp(clustered[1]),
        clustered_p=clustered[2],
        events=int(panel.counts.sum()),
        base=_base(panel),
        dispersion=fit.dispersion,
        pre_trend_pct=course.pct[0],
        pre_trend_low_pct=course.pct[1],
        pre_trend_high_pct=course.pct[2],
        pre_trend_p=course.p_value,
        reason=None,
        cautions=tuple(codes),
        _cells=_cell_rows(panel, cells, fit, share),
        _events=events,
        _covariance=covariance,
        **same,
    )


def _ratio(log_ratio: float | None) -> float | None:
    # A dose in large units: the factor of a whole unit can be more than a number can hold.
    return None if log_ratio is None or log_ratio > LARGEST_LOG else math.exp(log_ratio)


def _base(panel: Panel) -> int:
    """Counts of treated areas before their start; of a dose, of all areas before any."""
    n = len(panel.periods)
    before = np.arange(n) < panel.first[:, None]
    if panel.dose:
        before = np.broadcast_to(np.arange(n) < max(1, int(panel.first.min())), before.shape)
    else:
        before = before & (panel.first < n)[:, None]
    return int(panel.counts[before].sum())


def _doubts(panel: Panel, course: EarlierCourse) -> list[str]:
    codes = course_doubts(course)
    if panel.dose:
        codes.append("straight-dose")
    elif (panel.first < len(panel.periods)).sum() < _FEW_TREATED:
        codes.append("few-treated-areas")
    if panel.dropped:
        codes.append("areas-dropped")
    if len(panel.areas) < _FEW_AREAS:
        codes.append("few-areas")
    if spans_pandemic(panel):
        codes.append("pandemic-months")
    return codes


def _verdict(p_value: float, min_p: float, course: EarlierCourse) -> str:
    if min_p >= _ALPHA:
        return TOO_FEW
    if p_value >= _ALPHA:
        return NO_CLEAR
    return EARLIER if "pre-trends-differ" in course_doubts(course) else CHANGE


def _cell_rows(
    panel: Panel, cells: list[Cell] | None, fit: PanelFit, share: FloatArray
) -> tuple[tuple[Any, ...], ...]:
    label = [one.label for one in panel.periods]
    return tuple(
        (
            label[start],
            label[t],
            float(fit.coefficients[k]),
            math.sqrt(float(fit.covariance[k, k])),
            float(share[k]),
        )
        for k, (start, t) in enumerate(cells or ())
    )


def _refused(reason: str, **same: Any) -> PanelChange:
    empty = nothing(
        *("ratio", "low", "high", "change_pct", "change_low_pct", "change_high_pct", "p_value"),
        *("min_p", "log_ratio", "se_log", "clustered_low", "clustered_high", "clustered_p"),
        *("events", "base", "dispersion", "pre_trend_pct", "pre_trend_low_pct"),
        *("pre_trend_high_pct", "pre_trend_p"),
    )
    return PanelChange(
        **empty,
        verdict=NOT_ESTIMABLE,
        lots=0,
        lots_exact=False,
        reason=reason,
        cautions=("areas-dropped",) if same["dropped"] else (),
        **same,
    )
