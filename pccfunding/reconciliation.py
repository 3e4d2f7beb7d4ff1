"""Parts against totals, figure against figure: three verdicts, each with its proof."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from pccfunding._readings import (
    ANYTHING,
    amount_text,
    certain,
    finest_unit,
    gap_between,
    gap_in_sd,
    images,
    or_any,
    strictest,
    vacuous,
    working,
)
from pccfunding._relations import RELATIONS, Relation
from pccfunding._sides import Side, printed_side
from pccfunding.errors import ReconciliationError, TableError, UnknownNameError
from pccfunding.intervals import Interval, decimal_text
from pccfunding.printed import Printed

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["Reconciliation", "reconcile"]

IMPLAUSIBLE_SD = 4.0
REASONS = {
    "not-published": "a figure that it needs is not published",
    "scope-differs": "the two sides are not about the same thing",
    "status-differs": "one side is a plan or promise, the other is not of the same status",
    "parts-missing": "not all parts are published",
    "one-sided": "the words bound a side on one side only",
    "unit-ambiguous": "the two sides are in different units",
    "vacuous-precision": "a figure is printed too coarsely to tell",
}
CAUTIONS = {
    "lenient-only": "Holds only if a figure is rounded more coarsely than its last digit.",
    "implausible-as-rounding": "Within the bound, but implausible as rounding.",
}


@dataclass(frozen=True)
class Reconciliation:
    """What exact arithmetic says of a statement about figures.

    Attributes
    ----------
    verdict : {"reconciles", "conflicts", "cannot be told"}
        "conflicts" needs readings that cannot meet; "reconciles" needs fair readings that do.
    reason : str or None
        Why it cannot be told: not-published, scope-differs, status-differs, parts-missing,
        one-sided, unit-ambiguous or vacuous-precision.
    relation : str
        The relation asserted.
    strict_verdict : str
        The verdict when every written digit is taken at its word.
    finest_unit : Fraction or None
        The finest unit of rounding at which the statement holds; None where none does.
    gap, gap_pct : Fraction or None
        Right side minus left side as printed, and in percent of the right side.
    gap_in_sd : float or None
        The gap in standard deviations of rounding error, where something is rounded.
    proof : tuple of Interval or None
        What the left and the right side can be; disjoint where they conflict.
    unit : str or None
        Unit of the two sides.
    working : str
        The arithmetic as one line.
    cautions : tuple of str
        Codes: lenient-only, implausible-as-rounding.

    Examples
    --------
    >>> lines = ["£2,321,845", "£352,195", "£374,849", "£697,595"]
    >>> result = reconcile(lines, "£3,746,484")
    >>> result.verdict, result.working
    ('reconciles', '2321845 + 352195 + 374849 + 697595 = 3746484; against 3746484')
    """

    verdict: str
    reason: str | None
    relation: str
    strict_verdict: str
    finest_unit: Fraction | None
    gap: Fraction | None
    gap_pct: Fraction | None
    gap_in_sd: float | None
    proof: tuple[Interval, Interval] | None
    unit: str | None
    working: str
    cautions: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """One or two sentences that can be pasted."""
        notes = [CAUTIONS[code] for code in self.cautions]
        return " ".join([self._sentence(), *notes])

    def _sentence(self) -> str:
        if self.verdict == "cannot be told":
            return f"Cannot be told ({self.reason}): {REASONS[self.reason or '']}."
        size = "" if not self.gap else amount_text(abs(self.gap), self.unit) + self._share()
        if self.verdict == "conflicts":
            by = f", as printed by {size}" if size else ""
            if self.relation == "part_of":
                return f"Conflicts: the part exceeds the whole{by}."
            return f"Conflicts: no rounding lets the two sides meet{by}."
        if self.relation == "part_of":
            rest = f"; the remainder as printed is {size}" if size else ""
            return f"Does not exceed the larger amount{rest}."
        if self.gap is None:
            return "Reconciles within what the words allow."
        return "Reconciles" + (f"; as printed the sides differ by {size}." if size else " exactly.")

    def _share(self) -> str:
        if self.gap_pct is None:
            return ""
        share = float(abs(self.gap_pct))
        return " (under 0.01%)" if share < 0.01 else f" ({share:.2g}%)"

    @property
    def frame(self) -> pd.DataFrame:
        """The result as one row; exact numbers as decimal strings."""
        import pandas as pd

        return pd.DataFrame([self.record()])

    def record(self) -> dict[str, Any]:
        """Give the result as a mapping of plain values, in the columns of `frame`.

        Examples
        --------
        >>> reconcile("£350k", "£352,195", relation="equal").record()["gap"]
        '2195'
        """
        left, right = self.proof or (None, None)
        return {
            "relation": self.relation,
            "verdict": self.verdict,
            "reason": self.reason,
            "strict_verdict": self.strict_verdict,
            "left": None if left is None else str(left),
            "right": None if right is None else str(right),
            "gap": None if self.gap is None else decimal_text(self.gap),
            "unit": self.unit,
            "working": self.working,
            "cautions": "; ".join(self.cautions),
        }

    def check(self) -> Reconciliation:
        """Return the result itself, or raise if the statement conflicts.

        Raises
        ------
        ReconciliationError
            If the verdict is "conflicts"; the message carries the working.

        Examples
        --------
        >>> reconcile("£350k", "£352,195", relation="equal").check().verdict
        'reconciles'
        """
        if self.verdict == "conflicts":
            raise ReconciliationError(f"{self.text} Working: {self.working}.")
        return self

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw what each side can be, as a ladder of two intervals.

        Examples
        --------
        >>> axes = reconcile("£350k", "£352,195", relation="equal").plot()
        >>> type(axes).__name__
        'Axes'
        """
        from pccfunding.plots import plot_intervals

        return plot_intervals(self.sides(), ax=ax)

    @property
    def wording(self) -> str:
        """The verdict as it may be printed: a part that fits "does not exceed"."""
        fits = self.relation == "part_of" and self.verdict == "reconciles"
        return "does not exceed" if fits else self.verdict

    def sides(self, statement: str | None = None) -> pd.DataFrame:
        """The two sides as rows: label, bounds as floats, closed ends, verdict.

        Parameters
        ----------
        statement : str, optional
            What is claimed, in words; by default the relation.

        Returns
        -------
        DataFrame
            Two rows, as ``plot_intervals`` takes them.

        Examples
        --------
        >>> reconcile("£350k", "£352,195", relation="equal").sides()["low"].tolist()
        [345000.0, 352195.0]
        """
        import pandas as pd

        left, right = self.proof or (ANYTHING, ANYTHING)
        return pd.DataFrame(
            [
                {
                    "statement": statement or self.relation.replace("_", " "),
                    "side": side,
                    "low": None if interval.low is None else float(interval.low),
                    "high": None if interval.high is None else float(interval.high),
                    "low_closed": interval.low_closed,
                    "high_closed": interval.high_closed,
                    "verdict": self.wording,
                    "unit": self.unit,
                }
                for side, interval in (("left side", left), ("right side", right))
            ]
        )

    def _repr_html_(self) -> str:
        from html import escape

        return f"<p><strong>{escape(self.verdict)}</strong>. {escape(self.text)}</p>"


def reconcile(
    left: Side,
    right: Side,
    *,
    relation: str = "sum",
    unit: str | None = None,
    complete: bool = True,
    scope: tuple[Mapping[str, Any], Mapping[str, Any]] | None = None,
) -> Reconciliation:
    """Say whether figures reconcile, conflict, or cannot be told apart, and prove it.

    Parameters
    ----------
    left, right : str, Printed, Interval, exact number, sequence, DataFrame or Series
        What stands on each side. A DataFrame gives one term a row (its `token`, else its
        `amount_gbp`); None is a figure that is not published.
    relation : str, default "sum"
        ``equal``, ``sum`` (terms on the left against the right), ``part_of`` (the sum on the left
        does not exceed the right), ``difference``, ``ratio``, ``percent_change`` (earlier, later),
        ``growth`` (increase, total after it), ``share`` (part, whole), ``count_percentage``
        (a whole count; the right is a percentage of it), ``hull`` (changes of parts; the right is
        the change of their aggregate).
    unit : str, optional
        Unit of bare numbers.
    complete : bool, default True
        Whether all parts are on the left. If not, a sum cannot be told, and conflicts only where
        the parts given exceed the total (parts are taken as not negative).
    scope : pair of mappings, optional
        What each side is about: period, area, funder, stream, status, flow, price_base. Without
        it the caller vouches that both sides are about the same.

    Returns
    -------
    Reconciliation

    Raises
    ------
    PrintedError
        If a token cannot be read.
    TableError, UnknownNameError
        If the relation has no place for the terms given, or is not one of those above.
    MixedStatusError, MixedFlowError
        If a frame mixes kinds of money.

    References
    ----------
    Rounding bound of m parts against a total: (m + 1) u / 2, the worst case over all roundings.

    Examples
    --------
    >>> reconcile("£350k", "£352,195", relation="equal").text
    'Reconciles; as printed the sides differ by £2,195 (0.62%). \
Holds only if a figure is rounded more coarsely than its last digit.'
    >>> reconcile(["£185.2m", "£10.8m"], "£171.5m", relation="difference").verdict
    'conflicts'
    >>> reconcile(["£5,981,458"], "£21.5m", relation="part_of").text
    'Does not exceed the larger amount; the remainder as printed is £15,518,542 (72%).'
    """
    rule = _relation(relation)
    terms = printed_side(left, unit=unit)
    rights = printed_side(right, unit=rule.right_unit or unit)
    rule.check_terms(len(terms))
    if len(rights) != 1:
        raise TableError(f"The right side of {relation!r} is one figure, found {len(rights)}.")
    if any(term is None for term in [*terms, *rights]):
        return _untold(rule, "not-published", None, "a figure is not published")
    known, total = [term for term in terms if term is not None], rights[0]
    assert total is not None
    units = {term.unit for term in known if term.unit}
    shown_unit = rule.right_unit or total.unit or next(iter(units), None)
    differs = _unit_differs(rule, units, total)
    if differs:
        return _untold(rule, "unit-ambiguous", shown_unit, differs)
    return _judge(rule, known, total, shown_unit, _scope_reason(scope), complete)


def _judge(
    rule: Relation,
    terms: Sequence[Printed],
    total: Printed,
    unit: str | None,
    scope_reason: str | None,
    complete: bool,
) -> Reconciliation:
    printed = [*terms, total]
    hard = images(rule, [or_any(one.hard) for one in printed])
    soft = images(rule, [or_any(one.soft) for one in printed])
    strict = images(rule, [or_any(strictest(one)) for one in printed])
    strict_holds, gap = rule.holds(*strict), gap_between(rule, terms, total)
    verdict, reason = "reconciles", None
    if scope_reason:
        verdict, reason = "cannot be told", scope_reason
    elif not (rule if complete else RELATIONS["part_of"]).holds(*hard):
        verdict = "conflicts"
    elif not complete and rule.name != "part_of":
        verdict, reason = "cannot be told", "parts-missing"
    elif any(vacuous(one) for one in printed) and not certain(rule, hard):
        verdict, reason = "cannot be told", "vacuous-precision"
    elif not rule.holds(*soft):
        verdict, reason = "cannot be told", "one-sided"
    sd = gap_in_sd(gap, printed)
    cautions = []
    if verdict == "reconciles":
        if not strict_holds:
            cautions.append("lenient-only")
        if sd is not None and abs(sd) > IMPLAUSIBLE_SD and rule.name == "sum":
            cautions.append("implausible-as-rounding")
    return Reconciliation(
        verdict=verdict,
        reason=reason,
        relation=rule.name,
        strict_verdict="reconciles" if strict_holds else "conflicts",
        finest_unit=finest_unit(rule, printed),
        gap=gap,
        gap_pct=None if gap is None or not total.value else 100 * gap / total.value,
        gap_in_sd=sd,
        proof=soft if verdict == "reconciles" else hard,
        unit=unit,
        working=working(rule, terms, total, soft if verdict == "reconciles" else hard),
        cautions=tuple(cautions),
    )


def _untold(rule: Relation, reason: str, unit: str | None, why: str) -> Reconciliation:
    return Reconciliation(
        verdict="cannot be told",
        reason=reason,
        relation=rule.name,
        strict_verdict="cannot be told",
        finest_unit=None,
        gap=None,
        gap_pct=None,
        gap_in_sd=None,
        proof=None,
        unit=unit,
        working=why,
    )


def _unit_differs(rule: Relation, units: set[str], total: Printed) -> str | None:
    if len(units) > 1:
        return f"the left side mixes {', '.join(sorted(units))}"
    wanted = rule.right_unit or (None if rule.name == "ratio" else next(iter(units), None))
    if wanted and total.unit not in ("", wanted):
        return f"the left side is in {wanted}, {total.text!r} in {total.unit}"
    return None


def _scope_reason(scope: tuple[Mapping[str, Any], Mapping[str, Any]] | None) -> str | None:
    if scope is None:
        return None
    left, right = scope
    differing = {key for key in {*left, *right} if left.get(key) != right.get(key)}
    if not differing:
        return None
    return "status-differs" if differing == {"status"} else "scope-differs"


def _relation(name: str) -> Relation:
    if name not in RELATIONS:
        import difflib

        near = difflib.get_close_matches(name, RELATIONS, n=1)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        raise UnknownNameError(f"No relation {name!r}.{hint} There are {', '.join(RELATIONS)}.")
    return RELATIONS[name]
