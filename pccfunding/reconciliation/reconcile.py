"""The one call that reconciles: a statement, or every group of a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, overload

from pccfunding.errors import TableError
from pccfunding.reconciliation.groups import Reconciliations, judge_groups
from pccfunding.reconciliation.judging import judge
from pccfunding.reconciliation.relations import RelationName
from pccfunding.reconciliation.scopes import Scopes
from pccfunding.reconciliation.sides import Side
from pccfunding.reconciliation.verdicts import Reconciliation

__all__ = ["reconcile"]


@overload
def reconcile(
    left: Side,
    right: Side,
    *,
    relation: RelationName = ...,
    unit: str | None = ...,
    complete: bool = ...,
    scope: Scopes | None = ...,
    by: None = ...,
) -> Reconciliation: ...


@overload
def reconcile(
    left: Side,
    right: Side | Mapping[Any, Any],
    *,
    relation: RelationName = ...,
    unit: str | None = ...,
    complete: bool = ...,
    scope: Scopes | None = ...,
    by: str | Sequence[str],
) -> Reconciliations: ...


def reconcile(
    left: Side,
    right: Side | Mapping[Any, Any],
    *,
    relation: RelationName = "sum",
    unit: str | None = None,
    complete: bool = True,
    scope: Scopes | None = None,
    by: str | Sequence[str] | None = None,
) -> Reconciliation | Reconciliations:
    """Say whether figures reconcile, conflict, or cannot be told apart, and prove it.

    Parameters
    ----------
    left, right : str, Printed, Interval, exact number, row, sequence, DataFrame or Series
        What stands on each side. A DataFrame gives one term a row (its `token`, else its
        `amount_gbp`); a row of one, such as a figure, may stand alone. None is a figure that is
        unknown; a row says by `unknown` which kind of unknown it is. A DataFrame may be of
        any engine; of one with more than 1,000 rows, amounts that are exact and nothing else are
        added on their engine, and stand as one term.
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
        the parts given exceed the total (parts are taken as not negative). What does not add,
        such as a hull, cannot be told at all.
    scope : pair of mappings, optional
        What each side is about: period, area, funder, stream, status, flow, price_base. Without
        it, rows of tables say it by their columns where the relation is ``equal`` or ``sum``; for
        all else the caller vouches that both sides are about the same.
    by : str or sequence of str, optional
        Key columns: every group of `left` is judged against its own total, a row of the table
        `right` or an entry of the mapping `right`.

    Returns
    -------
    Reconciliation
        With `by`, Reconciliations: one verdict a group, with the residual as a row of its own.

    Raises
    ------
    PrintedError
        If a token cannot be read.
    TableError, UnknownNameError
        If the relation has no place for the terms given, or is not one of those above; if a key
        column is missing, or a group has two totals.
    MixedStatusError, MixedFlowError
        If a frame mixes kinds of money.

    Notes
    -----
    Precision is that of the printing. A text alone is prose, whose trailing zeros may be rounding;
    where only that lets the sides meet, `cautions` say so. Numbers, numeric cells and the amounts
    of a list are exact to their last digit, and so is the total that is set against a list, where
    it is written in full pounds ("£80,000", not "£80k"). If it is a sentence's, give it as
    ``parse_printed("£80,000")``.

    Each unknown enters once: a figure that stands twice, or one Printed or Interval given twice,
    is one number, and less itself it is 0. Two figures that print alike are two numbers. So much a
    year or a head is another unit than so much.

    References
    ----------
    Rounding bound of m parts against a total: (m + 1) u / 2, the worst case over all roundings.

    Examples
    --------
    >>> reconcile("£350k", "£352,195", relation="equal").text
    'Reconciles; as printed the sides differ by £2,195 (0.62%). \
Reconciles if rounded to £5,000.'
    >>> reconcile(["£185.2m", "£10.8m"], "£171.5m", relation="difference").verdict
    'conflicts'
    >>> reconcile(["£5,981,458"], "£21.5m", relation="part_of").text
    'Does not exceed the larger amount; the remainder as printed is £15,518,542 (72%).'
    >>> import pccfunding as pcc
    >>> youth = pcc.load_awards().query("funding_stream == 'Youth Fund'")
    >>> reconcile(youth, {"Youth Fund": "£70,023"}, by="funding_stream").text
    'Of 1 groups 1 reconcile, 0 conflict, 0 cannot be told.'
    """
    if by is not None:
        return judge_groups(
            left, right, by=by, relation=relation, unit=unit, complete=complete, scope=scope
        )
    if isinstance(right, Mapping) and not {"token", "amount_gbp"} & set(right):
        raise TableError("A mapping of totals needs by=, the columns that its keys stand for.")
    return judge(left, right, relation=relation, unit=unit, complete=complete, scope=scope)
