"""What a family of associations says: its text, its report, its grid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Unpack

from pccfunding.association.verdicts import ALPHA, CAUTIONS, FEWEST, FIRST
from pccfunding.evaluation import bonett_wright, fisher_z_interval
from pccfunding.permutation import PermutationFamily
from pccfunding.permutation.null_distribution import METHODS
from pccfunding.permutation.scores import RULES
from pccfunding.results import Estimate, Face, Report
from pccfunding.words import count, counted, floor_text, is_missing, p_text, quantity, signed

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from pccfunding.plots import PlotOptions

__all__ = ["AssociationFamily"]

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
    n_strata : int or None
        Strata within which areas changed places; None where any two could.

    Examples
    --------
    >>> import pandas as pd
    >>> from pccfunding.association import spend_vs_reduction_family
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
    n_strata: int | None = None
    _clauses = CAUTIONS
    _first: ClassVar[tuple[str, ...]] = FIRST

    def _estimates(self) -> list[Estimate]:
        tested = f"{METHODS[self.method]}, p by {self._judge} over {self.size}{self._within}"
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
        smallest = f"smallest {p_text(float(best['p_value']))}{self._within}"
        said = (
            f"{tried}, {self._how_many()}: {smallest} for "
            f"{_label(best['funding_stream'], best['lag'])} and {best['offence']} "
            f"({METHODS[self.method]} {signed(best['estimate'])}, n = {self.n}, family of "
            f"{self.size}, {p_text(float(best['adjusted_p']))} for the family): {best['verdict']}. "
            f"{self._below_05()}."
        )
        return self._with_doubts(said, _SOME)

    @property
    def _judge(self) -> str:
        return "max-T" if self.n <= FEWEST else "Benjamini-Hochberg"

    @property
    def _within(self) -> str:
        return "" if self.n_strata is None else " within strata"

    def _best(self) -> Any:
        tests = self.frame[self.frame["tested"]]
        return tests.sort_values("p_value", kind="stable").iloc[0]

    def _below_05(self) -> str:
        tests = self.frame[self.frame["tested"]]
        below = int((tests["adjusted_p"] < ALPHA).sum())
        have = "has" if below == 1 else "have"
        return f"{below} of {self.size} {have} a p below .05 for the family"

    def _how_many(self) -> str:
        all_of_them = self.size == len(self.frame)
        return "tested" if all_of_them else f"{count(self.size)} of them tested"

    def report(self) -> Report:
        """Everything that stands behind the text, as labelled lines."""
        lines = [
            ("pairs", f"{len(self.frame)}, {self.size} tested"),
            ("areas", f"{self.n} {self.unit}"),
        ]
        if self.n_strata is not None:
            lines.append(("strata", f"{count(self.n_strata)}, areas change places within them"))
        if self.test is not None:
            best = self._best()
            lines += [
                ("smallest p", f"{p_text(float(best['p_value']))} ({RULES[self.two_sided]})"),
                ("its floor", floor_text(float(best["min_p"]))),
                ("by max-T", p_text(float(best["p_max_t"]))),
                ("by Benjamini-Hochberg", f"q = {quantity(best['q_value'], places=3)}"),
                ("judged by", self._judge),
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


def _label(stream: Any, lag: Any) -> str:
    name = stream if isinstance(stream, str) else "spend"
    return name if is_missing(lag) else f"{name}, lag {int(lag)}"
