"""The result of a reconciliation: verdict, proof, working and the words for it."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Unpack

from pccfunding.errors import ReconciliationError
from pccfunding.intervals import Interval
from pccfunding.reconciliation.readings import or_any
from pccfunding.reconciliation.relations import CLAIMS
from pccfunding.results import CAUTIONS, Estimate, Face
from pccfunding.words import amount_text, day_text, decimal_text, share_text

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from pccfunding.plots import PlotOptions

__all__ = ["Reconciliation"]

REASONS = {
    "figure-unknown": "a figure that it needs is unknown",
    "scope-differs": "the two sides are not about the same thing",
    "status-differs": "one side is a plan or promise, the other is not of the same status",
    "parts-missing": "not all parts are in the documents held",
    "may-be-one": "the numbers can meet, and nothing says that they are about different things",
    "one-sided": "the words bound a side on one side only",
    "unit-ambiguous": "the two sides are in different units",
    "vacuous-precision": "a figure is printed too coarsely to tell",
}

_ONE_UNIT = ("equal", "sum", "part_of", "difference", "hull")


@dataclass(frozen=True)
class Reconciliation(Face):
    """What exact arithmetic says of a statement about figures.

    Attributes
    ----------
    verdict : {"reconciles", "conflicts", "cannot be told"}
        "conflicts" needs readings that cannot meet; "reconciles" needs fair readings that do.
    reason : str or None
        Why it cannot be told: figure-unknown, scope-differs, status-differs, parts-missing,
        may-be-one, one-sided, unit-ambiguous or vacuous-precision.
    relation : str
        The relation asserted.
    strict_verdict : str
        The verdict when every written digit is taken at its word; "cannot be told" where no
        precision could settle it.
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
        Codes: reconciles-if-rounded (to `finest_unit`), implausible-as-rounding,
        bounded-on-one-side. A list whose total would only reconcile rounded conflicts, and has
        the first of them.
    figure_ids : tuple of str
        The figures that its rows name, left side first.
    sources : tuple of str
        Those figures, and the sources of rows that name no figure.

    Examples
    --------
    >>> from pccfunding import reconcile
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
    figure_ids: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    _clauses = CAUTIONS["reconciliation"]
    _headline = "verdict"

    @property
    def text(self) -> str:
        """One or two sentences that can be pasted."""
        # These qualify the verdict itself: each is a sentence beside it.
        notes = [self._doubt(code) for code in self.cautions]
        return " ".join([self._sentence(), *(f"{note[0].upper()}{note[1:]}." for note in notes)])

    def _doubt(self, code: str) -> str:
        # Units of both sides are alike in what is not a rate of one to the other.
        if code == "reconciles-if-rounded" and self.finest_unit and self.relation in _ONE_UNIT:
            return f"reconciles if rounded to {amount_text(self.finest_unit, self.unit)}"
        return self._clauses[code]

    def _sentence(self) -> str:
        if self.verdict == "cannot be told":
            return f"Cannot be told ({self.reason}): {REASONS[self.reason or '']}."
        size = "" if not self.gap else amount_text(abs(self.gap), self.unit) + self._share()
        if self.verdict == "conflicts":
            by = f" by {size} as printed" if size else ""
            if self.relation == "part_of":
                return f"Conflicts: the part exceeds the whole{by}."
            if self.cautions:
                return f"Conflicts: the amounts of a list are exact, and differ{by}."
            differ = f"; as printed they differ by {size}" if size else ""
            return f"Conflicts: no rounding lets the two sides meet{differ}."
        if self.relation == "part_of":
            if self.gap is not None and self.gap < 0:
                more = f"as printed it is {size} more"
                return f"Does not exceed the larger amount once rounding is allowed for; {more}."
            rest = f"; the remainder as printed is {size}" if size else ""
            return f"Does not exceed the larger amount{rest}."
        if self.relation == "different":
            what = {"GBP": "sums", "day": "days"}.get(self.unit or "", "numbers")
            rest = f"as printed they differ by {size}" if size else "the same number is printed"
            return f"Two different {what}; {rest}."
        if self.gap is None:
            return "Reconciles within what the words allow."
        return "Reconciles" + (f"; as printed the sides differ by {size}." if size else " exactly.")

    def _share(self) -> str:
        if not self.gap or self.gap_pct is None or self.unit in ("percent", "day"):
            return ""
        share = abs(self.gap_pct)
        whole = amount_text(100 * self.gap / self.gap_pct, self.unit)
        base = "" if self.unit == "GBP" else f" of {whole}"
        return f" ({share_text(share)}{base})"

    def _estimates(self) -> list[Estimate]:
        return [self.as_estimate("gap")]

    def as_estimate(self, term: str) -> Estimate:
        """Give the gap, right side less left, with what exact arithmetic lets it be."""
        rest = None if self.proof is None else self.proof[1] - self.proof[0]
        ends = (None, None) if rest is None else (rest.low, rest.high)
        low, high = (None if end is None else float(end) for end in ends)
        gap = None if self.gap is None else float(self.gap)
        return Estimate(term, gap, low, high, method=f"{self.relation}: {self.verdict}")

    @property
    def frame(self) -> pd.DataFrame:
        """The result as one row; exact numbers as decimal strings."""
        import pandas as pd

        return pd.DataFrame([self.record()])

    def record(self) -> dict[str, Any]:
        """Give the result as a mapping of plain values, in the columns of `frame`.

        Examples
        --------
        >>> from pccfunding import reconcile
        >>> reconcile("£350k", "£352,195", relation="equal").record()["gap"]
        '2195'
        """
        left, right = self.proof or (None, None)
        return {
            "relation": self.relation,
            "verdict": self.verdict,
            "reason": self.reason,
            "strict_verdict": self.strict_verdict,
            "left": None if left is None else self._ends(left),
            "right": None if right is None else self._ends(right),
            "gap": None if self.gap is None else decimal_text(self.gap),
            "unit": self.unit,
            "working": self.working,
            "cautions": "; ".join(self.cautions),
            "figures": ";".join(self.figure_ids),
        }

    def _ends(self, side: Interval) -> str:
        """Write what a side can be; days as days."""
        if self.unit != "day" or side.low is None or side.high is None:
            return str(side)
        return f"[{day_text(side.low)}, {day_text(side.high)}]"

    def check(self) -> Reconciliation:
        """Return the result itself, or raise if the statement conflicts.

        Raises
        ------
        ReconciliationError
            If the verdict is "conflicts"; the message carries the working.

        Examples
        --------
        >>> from pccfunding import reconcile
        >>> reconcile("£350k", "£352,195", relation="equal").check().verdict
        'reconciles'
        """
        if self.verdict == "conflicts":
            raise ReconciliationError(f"{self.text} Working: {self.working}.")
        return self

    def plot(self, ax: Axes | None = None, **how: Unpack[PlotOptions]) -> Axes:
        """Draw what each side can be, as a ladder of two intervals.

        Examples
        --------
        >>> from pccfunding import reconcile
        >>> axes = reconcile("£350k", "£352,195", relation="equal").plot()
        >>> axes.get_title(loc="left").splitlines()[0]
        'What the printed figures allow, side by side'
        """
        from pccfunding.plots import plot_intervals

        return plot_intervals(self.sides(), ax=ax, **how)

    @property
    def wording(self) -> str:
        """The verdict as it may be printed: a part that fits "does not exceed"."""
        fits = self.relation == "part_of" and self.verdict == "reconciles"
        if self.relation == "different" and self.verdict == "reconciles":
            return "is different"
        return "does not exceed" if fits else self.verdict

    def sides(self, statement: str | None = None) -> pd.DataFrame:
        """The two sides as rows: label, bounds as floats, closed ends, verdict.

        Parameters
        ----------
        statement : str, optional
            What is claimed, in words; by default what the relation claims.

        Returns
        -------
        DataFrame
            Two rows, as ``plot_intervals`` takes them.

        Examples
        --------
        >>> from pccfunding import reconcile
        >>> reconcile("£350k", "£352,195", relation="equal").sides()["low"].tolist()
        [345000.0, 352195.0]
        """
        import pandas as pd

        left, right = self.proof or (or_any(None), or_any(None))
        return pd.DataFrame(
            [
                {
                    "statement": statement or CLAIMS[self.relation],
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
