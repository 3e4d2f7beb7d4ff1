"""The one face of every result: a frame, a sentence, its cautions; and what each caution says."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from textwrap import shorten, wrap
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, Self

from pccfunding.words import interval_text, is_missing, number_text, p_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from pccfunding.results.paper_table import PaperTable

__all__ = ["CAUTIONS", "MOST_WORDS", "Estimate", "Face", "Report", "Result", "nothing"]

# What a text that chooses its cautions may hold; the rest stands in the report.
MOST_WORDS = 70

# What several rooms may find of the same evidence is one law each, and has one clause.
_NOISE = {
    "dispersion-decides": "dispersion 1, 2 and 4 do not agree, and it was not measured",
    "counting-noise": "the areas' changes differ no more than counting noise would make them",
    "dispersion-raised": "the dispersion given was below 1, and 1 was used",
}
_DRAWS = {
    "exchangeable-areas-assumed": "the interval takes areas as draws, not as all there are",
    "wide-interval": "compatible with almost any association",
}
_ORDERS = {
    "monte-carlo": "p is estimated from random orders",
    "floor-above-05": "with these areas and ties no p below .05 can come out",
}
# What matters most of a result of the ladder, in this order; a text names two of them at most.
_FIRST_OF_LADDER = (
    # it does not say what it seems to say
    "perfect-pre-fit",
    "poor-pre-fit",
    "pre-trends-differ",
    "effects-differ",
    "p-and-interval-disagree",
    "dispersion-decides",
    "counting-noise",
    "base-not-held",
    "counts-of-another-class",
    "counts-revised",
    "zero-count",
    # what it stands beside
    "no-comparison-area",
    "no-control-series",
    "no-comparison-group",
    "pre-trend-not-shown",
    "control-size-differs",
    "one-donor-carries",
    "one-offence-carries",
    "few-treated-areas",
    "rank-floor-above-05",
    "over-dispersed",
    # how well it is known
    "autocorrelated-residuals",
    "short-pre-period",
    "short-after-series",
    "pandemic-months",
    "few-events",
    "few-months",
    "few-areas",
    "no-spread-beyond-noise",
    "poisson-only",
    "displacement-not-controlled",
    "no-displacement-area",
    "small-expected",
    "straight-dose",
    "dispersion-raised",
    "areas-dropped",
    "wide-interval",
    "small-sample-bca",
    "degenerate-resamples",
    "exchangeable-areas-assumed",
    "formula-optimistic",
    # prices and shares
    "unit-cost-not-verified",
    "price-years-differ",
    "price-year-not-given",
    "multiplier-not-given",
    "base-not-stated",
    "several-counts-fit",
    "nothing-supplied",
)
# Each code by the room that raises it. "areas-dropped" has two clauses on purpose: an association
# lists the areas in `dropped`, each with its own reason; a funnel leaves out what has no count.
CAUTIONS = {
    "reconciliation": {
        "reconciles-if-rounded": (
            "reconciles only if a figure is rounded more coarsely than its last digit"
        ),
        "implausible-as-rounding": "within the bound, but implausible as rounding",
        "bounded-on-one-side": "a ceiling or a floor allows this and much else",
    },
    "permutation": {
        "constant": "a series that is the same in every area has no correlation and no p",
        **_ORDERS,
    },
    "evaluation": {
        # one place, before and after
        "no-comparison-area": "before and after only: other places may have changed as much",
        "poisson-only": (
            "events are taken as independent, and repeat victims make the interval wider"
        ),
        **_NOISE,
        "zero-count": (
            "a count is 0, so an end of the interval lies at its bound or cannot be computed"
        ),
        "base-not-held": "the base is not in the documents held, so the change cannot be tested",
        "counts-of-another-class": "the counts are of another class than the printed change",
        "counts-revised": "the counts were revised since the change was printed",
        "p-and-interval-disagree": "the minlike p and the central interval fall on different sides",
        "few-months": "fewer than 12 degrees of freedom: the dispersion itself is poorly known",
        # a place beside another
        "pre-trend-not-shown": "no similar earlier course (5 points, within 5% a year) is shown",
        "pre-trends-differ": "the places compared already moved apart before the baseline",
        "control-size-differs": "comparison counts are not of similar size (half to twice)",
        "no-displacement-area": "nothing was counted in surrounding areas",
        "displacement-not-controlled": "surrounding areas have no comparison area of their own",
        "few-events": "fewer than 20 events: the normal approximation is rough",
        "one-offence-carries": "one offence makes up half or more of the harm",
        # areas over periods
        "few-treated-areas": "fewer than 5 areas had it: each carries much of the result",
        "effects-differ": "p and interval fall on different sides, as effects differ by start",
        "straight-dose": "each further unit is taken to change the rate by the same factor",
        # series
        "no-control-series": "no comparison series: other changes of the same time are in it",
        "short-after-series": "fewer than 12 months afterwards: one season is not covered",
        "pandemic-months": "months from March 2020 to March 2021 lie in the series",
        "autocorrelated-residuals": "neighbouring periods resemble each other beyond the model",
        # built comparisons
        "rank-floor-above-05": "with so few areas no rank can give a p of .05 or less",
        "poor-pre-fit": "before the award the built comparison misses by over a tenth of the mean",
        "perfect-pre-fit": "an area is fitted perfectly before, which says nothing about after",
        "short-pre-period": "fewer than 10 earlier periods: a close fit before says little",
        "one-donor-carries": "one area makes up nine tenths or more of the comparison",
        # need
        "few-areas": "fewer than 10 areas: spread between areas is poorly known",
        "no-spread-beyond-noise": "the areas spread no wider than counting noise",
        "areas-dropped": "areas that lack a count or population, or counted nothing, are left out",
        "over-dispersed": "areas spread wider than Poisson limits allow: use the widened limits",
        "small-expected": "an area expects fewer than 5 events",
        # detection and correlation
        "formula-optimistic": "the formula promises more power than the exact rank test has",
        **_DRAWS,
        "small-sample-bca": "bootstrap intervals are not relied on below 20 areas",
        "degenerate-resamples": "resamples without variation were left out",
        # money and proportions
        "unit-cost-not-verified": "a unit cost was not read from its original source",
        "price-years-differ": "award and unit cost are in prices of different years",
        "price-year-not-given": "price years were not given, so prices may not match",
        "multiplier-not-given": "one recorded offence is counted as one offence",
        "several-counts-fit": "more than one count prints as this percentage",
        "base-not-stated": "the source does not say that this is the base",
        "no-comparison-group": "no comparison group",
        "nothing-supplied": "no result was supplied",
    },
    "association": {
        # what went in
        "areas-dropped": "areas are left out, and listed in `dropped`",
        "population-changed": "areas whose residents changed by over a quarter are left out",
        "windows-not-given": "the order of money and outcome could not be checked",
        "windows-overridden": "the money does not end before the outcome begins; shown on request",
        "windows-unequal": "baseline and follow-up are not of the same length",
        "baseline-not-before-spend": "the baseline does not end before the money starts",
        "series-break-overridden": "what is counted changed in between, and is shown on request",
        "pandemic-overridden": "a window holds pandemic months, and is shown on request",
        "pandemic-between": "the pandemic lies between baseline and follow-up",
        "releases-differ": "baseline and follow-up are from different releases",
        "counts-not-rates": "the outcome compares counts, not rates per resident",
        "spend-floors": "amounts are printed as floors, so that ties between them may not be real",
        # counting noise
        "no-counts": "the outcome is a score without counts: its noise was not tested",
        "dispersion-assumed": "dispersion was not measured; 1, 2 and 4 agree",
        **_NOISE,
        # the coefficient
        **_DRAWS,
        "perfect-order": "at a coefficient of 1 or -1 there is no interval",
        **_ORDERS,
        "more-orders-needed": "so few random orders allow no p below .05 for the family",
        "check-disagrees": "Kendall's tau falls on the other side of .05",
        "sign-within-figures": "within what the printed amounts allow, the sign can turn",
        "neighbours-alike": "areas of one region are alike, so p is too small: give strata",
        # influence
        "crosses-without": "p falls on the other side of .05 without one area",
        "several-areas-carry": "without any one of several areas p is .05 or more",
        "influential-areas": "the sign turns if one area is left out",
        "tied-without": "without one of the areas there is no coefficient",
        "pearson-on-one-area": "the sign of Pearson's r turns if one area is left out",
        # what else the coefficient may show
        "follows-baseline": ("spend goes with the baseline: a return to the mean looks alike"),
        "follows-covariate": "spend goes with the covariate that was allowed for",
        "turns-given-baseline": "the sign turns once the baseline is allowed for",
        "baseline-not-checked": "spend was not held against the baseline",
        "shared-denominator": "pounds dealt out at random over the same residents do as well",
        "denominator-not-checked": "the shared denominator was not checked: no total spend",
        "turns-within-strata": "the sign within most strata is the other way",
        # several tests
        "family-not-stated": "the number of correlations tried was not stated, and 1 was taken",
        "family-too-large": "so few areas carry one stream declared before and up to 8 offences",
        "nested-classes": "some offence classes are parts of others",
    },
    "formats": {
        # award lists
        "sheets-left-out": "tables with amounts were left out, since they may count awards twice",
        "cells-hidden": "rows, columns or cells are hidden, and were read all the same",
        "cells-struck-out": "cells are struck out, and amounts among them do not count",
        "total-conflicts": "a printed total conflicts with its rows",
        "total-if-rounded": "a printed total adds up from its rows only if it is rounded",
        "repeated-awards": "awards are printed more than once; a sum counts each printing",
        "amounts-hedged": "amounts are hedged ('up to', 'about'), so that a sum is a lower bound",
        "dated-outside": "some awards are dated outside the year that they are counted in",
        "amounts-unknown": "amounts are unknown, so that a sum is a lower bound",
        "dates-unread": "dates could not be read and were left out",
        "periods-unread": "periods could not be read and were left out",
        "status-unread": "words of status are not known here, and their rows count as the others",
        "declined-unread": "notes speak of what was declined or withdrawn, and their rows count",
        "unit-assumed": "no unit is printed; amounts were read as pounds",
        # recipients
        "own-office": "the commissioner's own office is among the recipients",
        "police-force": "a police force is among the recipients",
        "identifier-shape": "an identifier has not the shape of its register",
        # counts
        "counts-unknown": "counts are unknown for some areas, which is not zero",
        "total-leaves-areas-out": "a printed total leaves areas out",
        "class-unknown": "a column names no class of the statistics, and may hold no counts",
        "codes-unknown": "codes of areas are not among the areas known here",
        "year-incomplete": "a year is not complete, so that no annual count is given for it",
        "printed-twice-differently": "the same number is printed twice with different values",
        "incidents-are-no-crimes": "incidents stand among the rows, and are no crimes",
        "outcomes-are-no-crimes": "outcomes stand among the rows, and are no crimes",
        "months-missing": "months are missing for a force, which is not zero",
        "greater-manchester-absent": "Greater Manchester has no data from July 2019",
        "files-repeated": "files stand more than once, and are counted once",
        "records-repeated": "records stand more than once, and are counted once",
        "ids-contradict": "one identifier stands beside differing records, which are all kept",
        "places-unknown": "records without a place stand under the force alone",
        "rounded": "the estimates are rounded",
        # shape
        "untitled-column": "rows are wider than their header; give the untitled column a title",
        "headers-tie": "two headers name one field alike; the first was read",
        "recipient-may-be-a-person": "the recipient's header speaks of a person",
        "blank-columns-ignored": "blank columns beyond the header were ignored",
        # 360Giving
        "child-rows-left-out": "rows of child sheets name no grant of the file, and were left out",
        "breaks-standard": "grants break the standard in ways that do not keep them out",
        "supplied-values": "values stand in the file that the caller stated, not the publisher",
        "rows-left-out": "rows could not be exported, and are listed with the reason",
    },
}


_ID_COLUMNS = ("figure_id", "figures", "source_id")


def sources_of(*tables: pd.DataFrame) -> tuple[str, ...]:
    """Give the figures that the rows of tables name, else their sources, each once.

    Examples
    --------
    >>> import pandas as pd
    >>> sources_of(pd.DataFrame({"figure_id": ["S1", "S1", None]}), pd.DataFrame({"n": [1]}))
    ('S1',)
    """
    found: dict[str, None] = {}
    for table in tables:
        named = next((name for name in _ID_COLUMNS if name in table), None)
        if named is not None:
            for cell in table[named].dropna().unique():
                found |= dict.fromkeys(filter(None, str(cell).split(";")))
    return tuple(found)


def nothing(*names: str) -> dict[str, Any]:
    """Give None for each of the fields that a refusal leaves empty."""
    return dict.fromkeys(names)


class Report(str):
    """Labelled lines of a result: text to print, and a table where it is shown in a notebook.

    Attributes
    ----------
    lines : tuple of (label, value)

    Examples
    --------
    >>> print(Report([("areas", "43"), ("periods", "8")]))
    areas    43
    periods  8
    """

    lines: tuple[tuple[str, str], ...]

    def __new__(cls, lines: Iterable[tuple[str, str]]) -> Self:
        """Set the labels in one column."""
        held = tuple(lines)
        wide = max((len(label) for label, _ in held), default=0)
        told = (f"{label.ljust(wide)}  {value}" for label, value in held)
        made = super().__new__(cls, "\n".join(told))
        made.lines = held
        return made

    def _repr_html_(self) -> str:
        from html import escape

        rows = "".join(
            f'<tr><th scope="row">{escape(label)}</th><td>{escape(value)}</td></tr>'
            for label, value in self.lines
        )
        return f"<table>{rows}</table>"


class Estimate(NamedTuple):
    """One row of a tidy table, as broom and marginaleffects name its columns."""

    term: str
    estimate: float | None
    conf_low: float | None = None
    conf_high: float | None = None
    p_value: float | None = None
    n: int | None = None
    method: str = ""


# A line of a repr, and how many of them tell the text.
_LINE, _LINES = 98, 2


class Face(ABC):
    """What every result shows: a frame at full precision, a text to paste, cautions by code."""

    # What is estimated: a term, then the names of the estimate, both ends of its interval and p.
    _terms: ClassVar[tuple[tuple[str, ...], ...]] = ()
    # Which field says over how many, and how it was done where no field `method` says so.
    _over: ClassVar[str] = "n"
    _done_by: ClassVar[str] = ""

    _clauses: ClassVar[Mapping[str, str]] = {}
    # Which cautions the text names first, two of them at most while they fit; None names all.
    _first: ClassVar[tuple[str, ...] | None] = None
    # What a notebook shows beside the text: a field in bold before it, rows of the frame below it.
    _headline: ClassVar[str] = ""
    _rows_shown: ClassVar[int | None] = 0

    # Some results keep a field here and some work it out, so the class itself has neither.
    if TYPE_CHECKING:

        @property
        def frame(self) -> pd.DataFrame: ...

        @property
        def cautions(self) -> tuple[str, ...]: ...

    def __init_subclass__(cls, **options: Any) -> None:
        """Keep the short repr: a data class would write out every field, tables included."""
        super().__init_subclass__(**options)
        if "__repr__" not in vars(cls):
            cls.__repr__ = Face.__repr__  # type: ignore[method-assign]

    def __repr__(self) -> str:
        told = wrap(shorten(self.text, 2 * _LINE, placeholder=" \N{HORIZONTAL ELLIPSIS}"), _LINE)
        kind = type(self).__name__
        doubts = shorten(", ".join(self.cautions) or "none", _LINE, placeholder=" ...")
        lines = [f"<{kind}> {told[0] if told else ''}", *told[1:_LINES]]
        return "\n".join([*lines, f"cautions: {doubts}"])

    def tidy(self) -> pd.DataFrame:
        """Give one row a term, in the columns that broom and marginaleffects have made familiar.

        Returns
        -------
        DataFrame
            `term`; `estimate` with `conf_low` and `conf_high`, missing where it has no interval;
            `p_value`, missing where nothing is tested; `n`; `method`. A result that estimates
            nothing has one row, which counts the rows of its frame.

        Examples
        --------
        >>> from pccfunding import rate_ratio
        >>> rate_ratio(2210, 3497).tidy()[["term", "estimate", "n"]].round(3)
                 term  estimate     n
        0  rate ratio     0.632  5707
        """
        import pandas as pd

        table = pd.DataFrame(self._estimates(), columns=Estimate._fields)
        numbers = ["estimate", "conf_low", "conf_high", "p_value"]
        return table.astype({**dict.fromkeys(numbers, "float64"), "n": "Int64"})

    def table(
        self,
        *,
        caption: str | None = None,
        notes: str | Sequence[str] | None = None,
        sources: str | Sequence[str] | pd.DataFrame | None = None,
    ) -> PaperTable:
        """Give the result as a table for a paper: HTML, LaTeX, Markdown or Word.

        Parameters
        ----------
        caption : str, optional
            By default what the result is.
        notes : str or sequence of str, optional
            By default the text of the result, with its cautions.
        sources : str, sequence of str or DataFrame, optional
            By default the ids of the figures and sources that its rows name; the frame of
            ``cite(result)`` gives publisher, title and address.

        Returns
        -------
        PaperTable
            A pandas Styler with `to_html`, `to_latex`, `to_markdown` and `to_word`.

        Examples
        --------
        >>> from pccfunding import rate_ratio
        >>> print(rate_ratio(2210, 3497).table(caption="Burglary", notes=()).to_markdown())
        **Burglary**
        <BLANKLINE>
        | Term | Estimate | Interval | p | n | Method |
        |---|---|---|---|---|---|
        | rate ratio | 0.632 | 0.5989 to 0.6667 | < 0.001 | 5,707 | exact conditional |
        """
        import pandas as pd

        from pccfunding.results.paper_table import PaperTable

        rows = self._worded() if self._estimates_something() else self.frame
        about = (type(self).__doc__ or type(self).__name__).partition("\n")[0].rstrip(".")
        if isinstance(sources, pd.DataFrame):
            named = [name for name in ("publisher", "title", "url") if name in sources]
            told = sources[named].fillna("").astype(str).to_numpy().tolist()
            sources = [", ".join(filter(None, line)) for line in told]
        return PaperTable(
            rows,
            title=about if caption is None else caption,
            notes=_listed(self.text if notes is None else notes),
            sources=_listed(self.sources if sources is None else sources),
        )

    def _estimates_something(self) -> bool:
        return bool(self._terms) or type(self)._estimates is not Face._estimates

    def _estimates(self) -> list[Estimate]:
        """One row a term; the rows of the frame are counted where nothing is estimated."""
        if not self._terms:
            rows = len(self.frame)
            return [Estimate("rows", rows, n=rows, method="count of rows")]
        method = str(getattr(self, "method", None) or self._done_by)
        over = self._field(self._over)
        n = None if over is None else int(over)
        made = []
        for term, *names in self._terms:
            value, low, high, p = map(self._field, (*names, "", "", "")[:4])
            made.append(Estimate(term, value, low, high, p, n, method))
        return made

    def _field(self, name: str) -> Any:
        """Read a field, or one of a result within; None where there is none."""
        if not name:
            return None
        found: Any = self
        for part in name.split("."):
            found = getattr(found, part, None)
        return None if is_missing(found) else found

    def _worded(self) -> pd.DataFrame:
        """The tidy rows as they are to be read; a column without any entry is left out."""
        import pandas as pd

        rows = [
            {
                "Term": one.term,
                "Estimate": _or_blank(one.estimate, number_text),
                "Interval": ""
                if one.conf_low is None or one.conf_high is None
                else interval_text(one.conf_low, one.conf_high, number_text),
                "p": _or_blank(one.p_value, p_text).removeprefix("p ").removeprefix("= "),
                "n": _or_blank(one.n, number_text),
                "Method": one.method,
            }
            for one in self._estimates()
        ]
        table = pd.DataFrame(rows)
        return table.loc[:, (table != "").any()]

    @property
    def sources(self) -> tuple[str, ...]:
        """Ids of the figures, or else of the sources, that its rows name; ``cite`` tells them.

        A result of bare numbers names none: ``cite(result, of=table)`` takes the table of them.
        """
        return sources_of(self.frame)

    @property
    @abstractmethod
    def text(self) -> str:
        """One or two sentences that can be pasted."""

    def _with_doubts(self, finding: str, lead: str = "Caution") -> str:
        codes = self.cautions
        if self._first is not None:
            codes = tuple(code for code in self._first if code in self.cautions)[:2]
        told = finding
        for shown in range(1, len(codes) + 1):
            doubts = "; ".join(map(self._doubt, codes[:shown]))
            longer = f"{finding} {lead}: {doubts}."
            if self._first is not None and len(longer.split()) > MOST_WORDS:
                break
            told = longer
        return told

    def _doubt(self, code: str) -> str:
        return self._clauses[code]

    def _repr_html_(self) -> str:
        from html import escape

        told = "".join(f"<p>{escape(line)}</p>" for line in self.text.split("\n"))
        if self._headline:
            strong = f"<strong>{escape(getattr(self, self._headline))}</strong>. "
            told = told.replace("<p>", f"<p>{strong}", 1)
        return told + self._below()

    def _below(self) -> str:
        return "" if self._rows_shown == 0 else self.frame[: self._rows_shown].to_html()


def _listed(words: str | Sequence[str]) -> tuple[str, ...]:
    return tuple(filter(None, (words,) if isinstance(words, str) else words))


def _or_blank(value: Any, write: Any) -> str:
    return "" if value is None or is_missing(value) else str(write(value))


@dataclass(frozen=True, kw_only=True)
class Result(Face):
    """A frozen result: fields at full precision, a text that can be pasted, cautions by code.

    Attributes
    ----------
    cautions : tuple of str
        Codes of the closed list `CAUTIONS`, each a clause of the text.
    """

    cautions: tuple[str, ...] = ()
    _clauses = CAUTIONS["evaluation"]
    _first: ClassVar[tuple[str, ...] | None] = _FIRST_OF_LADDER

    @property
    def text(self) -> str:
        """One or two sentences of at most 70 words, with interval and what matters most."""
        return self._with_doubts(self._finding())

    def report(self) -> Report:
        """Give every field that is known and every caution, as labelled lines."""
        lines = [
            (name.replace("_", " "), number_text(value) if isinstance(value, float) else str(value))
            for name, value in self._row().items()
            if value is not None and value != "" and name != "cautions"
        ]
        return Report([*lines, *(("caution", self._clauses[code]) for code in self.cautions)])

    @property
    def frame(self) -> pd.DataFrame:
        """The result as one row at full precision; codes and labels are joined by '; '."""
        import pandas as pd

        return pd.DataFrame([self._row()])

    @property
    def maryland_level(self) -> int:
        """Level on the Maryland scale that this result alone can carry; 0 where it has none."""
        return 0

    @abstractmethod
    def _finding(self) -> str: ...

    def _row(self) -> dict[str, Any]:
        row: dict[str, Any] = {}
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name in ("cautions", "sources") or isinstance(value, Result):
                continue
            row[field.name] = "; ".join(map(str, value)) if isinstance(value, tuple) else value
        row["maryland_level"] = self.maryland_level
        row["cautions"] = "; ".join(self.cautions)
        return row
