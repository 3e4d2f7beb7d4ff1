"""Estimates of a family above each other, with their intervals: a forest plot."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from pccfunding.errors import TableError
from pccfunding.plots.alt_text import forest_words
from pccfunding.plots.canvas import house_style
from pccfunding.plots.plot_ranking import interval_rows
from pccfunding.plots.records import Record, number, records, span, text
from pccfunding.words import count, is_number, p_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from narwhals.typing import IntoDataFrame

__all__ = ["plot_forest"]


def plot_forest(
    frame: IntoDataFrame,
    *,
    reference: float | None = 0.0,
    ax: Axes | None = None,
    title: str | None = None,
    subtitle: str | None = None,
    figsize: tuple[float, float] | None = None,
    color: str | None = None,
    palette: Sequence[str] | None = None,
) -> Axes:
    """Draw one row an estimate, in the order of the frame, with its interval and its p.

    Parameters
    ----------
    frame : DataFrame
        As `tidy` of a result gives it, or several of them below each other:

        - `term` : what was estimated
        - `estimate` : missing where there is none
        - `conf_low`, `conf_high` : its interval, optional; a mark without one is hollow
        - `p_value`, `n` : optional, written behind the term
    reference : float or None, default 0.0
        Where no effect lies: 0 for coefficients, 1 for ratios; None draws no line.
    ax : Axes, optional
        Where to draw; by default a figure of its own.
    title : str, optional
        Headline of at most ten words.
    subtitle : str, optional
        What is measured, of whom and when.
    figsize : (float, float), optional
        Width and height in inches; words and lines grow or shrink with it. Axes of your own keep
        the size of their figure, and the drawing is fitted into them.
    color : str, optional
        One colour for all marks, as matplotlib writes it.
    palette : sequence of str, optional
        Colours in place of the house's: the estimates, the intervals.

    Returns
    -------
    Axes

    Raises
    ------
    TableError
        If a column is missing, there is no row, or no estimate is known.

    Examples
    --------
    >>> from pccfunding import rate_ratio
    >>> axes = plot_forest(rate_ratio(2210, 3497).tidy(), reference=1)
    >>> [words.get_text() for words in axes.texts if words.get_gid() == "name"]
    ['rate ratio', 'p < 0.001']
    """
    if reference is not None and not (is_number(reference) and math.isfinite(reference)):
        raise TableError(f"reference is {reference!r}; it takes a number, or None for no line.")
    told = records(frame, needs=["term", "estimate"], plot="plot_forest")
    rows: list[Record] = [
        {
            "area": text(row, "term"),
            "detail": "" if row.get("p_value") is None else p_text(number(row, "p_value")),
            "value": number(row, "estimate"),
            "low": number(row, "conf_low"),
            "high": number(row, "conf_high"),
        }
        for row in told
    ]
    sizes = {int(size) for row in told if (size := number(row, "n")) is not None}
    same = f" n = {count(sizes.pop())} in each." if len(sizes) == 1 else ""
    hollow = any(not span(row, "low", "high") for row in rows)
    bare = " Hollow marks have no interval." if hollow else ""
    with house_style(title, subtitle, figsize=figsize, color=color, palette=palette):
        return interval_rows(
            ax,
            rows,
            title=title or "Estimates with their intervals",
            subtitle=subtitle or f"All {count(len(rows))} that were tried.{same}{bare}",
            alt=forest_words(told),
            reference=reference,
        )
