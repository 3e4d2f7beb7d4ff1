"""The errors of the library: each names the thing, the value, the place and the next step."""

from __future__ import annotations

import difflib
import importlib
from collections.abc import Iterable
from typing import Any, Self

__all__ = [
    "DataPackageError",
    "DeflatorError",
    "IntervalError",
    "MissingExtraError",
    "MixedFlowError",
    "MixedStatusError",
    "PackError",
    "PccFundingError",
    "PenceError",
    "PeriodError",
    "PopulationError",
    "PrintedError",
    "ReconciliationError",
    "TableError",
    "UnknownNameError",
]


_LONGEST = 500
_ENDING = 150  # characters at the end, where a message says what to do


def _told(said: str) -> str:
    """Make a message printable, and short enough to be read: a file can quote anything in it."""
    if len(said) > 20 * _LONGEST:
        said = f"{said[: 10 * _LONGEST]}{said[-10 * _LONGEST :]}"
    told = said if said.isprintable() else "".join(map(_printable, said))
    if len(told) <= _LONGEST:
        return told
    return f"{told[: _LONGEST - _ENDING - 5]} ... {told[-_ENDING:]}"


def _printable(sign: str) -> str:
    if sign.isprintable():
        return sign
    return " " if sign.isspace() else sign.encode("unicode_escape").decode("ascii")


class PccFundingError(Exception):
    """Base of every error that the library raises on purpose.

    A message holds at most 500 characters, all of them printable, whatever a file says; of a
    longer one the beginning and the end are kept.

    Examples
    --------
    >>> import pccfunding as pcc
    >>> try:
    ...     pcc.find_area("Camelot")
    ... except pcc.errors.PccFundingError as error:
    ...     print(type(error).__name__)
    UnknownNameError
    """

    def __init__(self, *args: object) -> None:
        told = (_told(one) if isinstance(one, str) else one for one in args)
        super().__init__(*told)

    @classmethod
    def among(cls, kind: str, asked: object, known: Iterable[object]) -> Self:
        """Say that nothing of a kind has this name, which one is near, and which there are.

        Examples
        --------
        >>> print(UnknownNameError.among("method", "spearmen", ["spearman", "pearson"]))
        No method 'spearmen'. Did you mean 'spearman'? There are spearman, pearson.
        """
        names = list(map(str, known))
        there = ", ".join(names) or "none"
        return cls(f"No {kind} {asked!r}.{did_you_mean(asked, names)} There are {there}.")


class IntervalError(PccFundingError, ValueError):
    """Arithmetic that has no answer: an empty interval, a float, a division through zero.

    Examples
    --------
    >>> import pccfunding as pcc
    >>> pcc.Interval.of(2, 1)
    Traceback (most recent call last):
        ...
    pccfunding.errors.IntervalError: No number lies in [2, 1].
    """


class PeriodError(PccFundingError, ValueError):
    """A period that cannot be read, or periods that one calculation cannot hold together.

    Examples
    --------
    >>> import pccfunding as pcc
    >>> pcc.Period.parse("20022/23")
    Traceback (most recent call last):
        ...
    pccfunding.errors.PeriodError: Cannot read '20022/23' as a period: ...
    """


class PrintedError(PccFundingError, ValueError):
    """A printed number that cannot be read without guessing.

    Examples
    --------
    >>> import pccfunding as pcc
    >>> pcc.parse_printed("£31,78")
    Traceback (most recent call last):
        ...
    pccfunding.errors.PrintedError: Cannot read '£31,78': ...
    """


class UnknownNameError(PccFundingError, LookupError):
    """A name or code that stands for no area, stream, source or figure known here.

    Examples
    --------
    >>> import pccfunding as pcc
    >>> pcc.find_area("Action Fraud")
    Traceback (most recent call last):
        ...
    pccfunding.errors.UnknownNameError: ...
    """


class TableError(PccFundingError, ValueError):
    """A table that lacks a column or holds values that its contract refuses.

    Examples
    --------
    >>> import pccfunding as pcc
    >>> pcc.cite(pcc.load_awards()[["token"]])
    Traceback (most recent call last):
        ...
    pccfunding.errors.TableError: This table has neither figure_id nor source_id; it has 'token'...
    """

    @classmethod
    def need(
        cls,
        table: str,
        needed: Iterable[str],
        held: Iterable[object],
        *,
        index: Iterable[object] = (),
        cure: str = "",
    ) -> None:
        """Refuse a table that lacks columns; every one is named, and which stand in its index.

        Raises
        ------
        TableError
            Or the class that it was asked of.

        Examples
        --------
        >>> TableError.need("spend", ["area_code", "year"], ["area_cod", "amount_gbp"])
        Traceback (most recent call last):
            ...
        pccfunding.errors.TableError: spend has no columns 'area_code', 'year'. Did you mean \
'area_cod' for 'area_code'? It has: area_cod, amount_gbp.
        """
        if fault := lacking(needed, held, index):
            raise cls(f"{table} {fault}{cure and f' {cure}'}")


class DataPackageError(TableError):
    """A folder that is not a data package of the expected contracts.

    Examples
    --------
    >>> import pccfunding as pcc
    >>> pcc.read_evidence("no/such/folder")
    Traceback (most recent call last):
        ...
    pccfunding.errors.DataPackageError: ... is not a folder. ...
    """


class MissingExtraError(PccFundingError, ImportError):
    """A function that needs an optional package which is not installed.

    Examples
    --------
    >>> import pccfunding as pcc
    >>> issubclass(pcc.errors.MissingExtraError, pcc.errors.PccFundingError)
    True
    """


class MixedStatusError(PccFundingError, ValueError):
    """Rows of different status (bid, award, allocation, budget, outturn, ceiling) in one sum.

    Examples
    --------
    >>> import pandas as pd
    >>> import pccfunding as pcc
    >>> rows = pd.DataFrame({"amount_gbp": [5.0, 7.0], "status": ["award", "budget"]})
    >>> pcc.reconcile(rows, "£12.00")
    Traceback (most recent call last):
        ...
    pccfunding.errors.MixedStatusError: These rows mix 1 award, 1 budget. Keep one status...
    """


class MixedFlowError(PccFundingError, ValueError):
    """Rows of different flow (to the commissioner, from the commissioner) in one sum.

    Examples
    --------
    >>> import pandas as pd
    >>> import pccfunding as pcc
    >>> flows = ["national_to_pcc", "pcc_to_recipient"]
    >>> pcc.reconcile(pd.DataFrame({"amount_gbp": [5.0, 7.0], "flow": flows}), "£12.00")
    Traceback (most recent call last):
        ...
    pccfunding.errors.MixedFlowError: These rows mix ... Keep one flow, or sum them apart.
    """


class PackError(PccFundingError, ValueError):
    """A pack that is not whole, not finished, or no pack at all.

    Examples
    --------
    >>> from pccfunding.review_pack import sign_pack
    >>> sign_pack("review", name="A. Name", role="Chief", decision="wait", reason="None yet")
    Traceback (most recent call last):
        ...
    pccfunding.errors.PackError: No decision 'wait'. ...
    """


class PenceError(PccFundingError, ValueError):
    """An amount that is not a whole number of pence, or too large to be added exactly.

    Examples
    --------
    >>> import pandas as pd
    >>> import pccfunding as pcc
    >>> pcc.reconcile(pd.DataFrame({"amount_gbp": [110.155]}), "£110.16")
    Traceback (most recent call last):
        ...
    pccfunding.errors.PenceError: amount_gbp is 110.155, which is no whole number of pence. ...
    """


class PopulationError(PccFundingError, ValueError):
    """A population that is missing, doubled, or of mixed vintages.

    Examples
    --------
    >>> import pccfunding as pcc
    >>> mixed = pcc.load_evidence().population
    >>> pcc.per_capita_spend(pcc.load_awards(), mixed, by="area_code")
    Traceback (most recent call last):
        ...
    pccfunding.errors.PopulationError: ...
    """


class DeflatorError(PccFundingError, ValueError):
    """A price index that does not hold a year that is needed.

    Examples
    --------
    >>> import pccfunding as pcc
    >>> pcc.real_terms(pcc.load_awards(), pcc.load_deflator(), base="1980-81")
    Traceback (most recent call last):
        ...
    pccfunding.errors.DeflatorError: ...
    """


class ReconciliationError(PccFundingError, ArithmeticError):
    """A statement about figures that the figures contradict.

    Examples
    --------
    >>> import pccfunding as pcc
    >>> pcc.reconcile("£5.00", "£5.05", relation="equal").check()
    Traceback (most recent call last):
        ...
    pccfunding.errors.ReconciliationError: Conflicts: ...
    """


def nearest(
    asked: object, known: Iterable[object], *, n: int = 1, cutoff: float = 0.6
) -> list[str]:
    """Give the known names that are spelt most like the one asked for, the same one left out."""
    near = difflib.get_close_matches(str(asked), list(map(str, known)), n=n, cutoff=cutoff)
    return [name for name in near if name != asked]


def did_you_mean(asked: object, known: Iterable[object]) -> str:
    """Offer the nearest name, as a sentence that follows another; nothing where none is near."""
    return "".join(f" Did you mean {name!r}?" for name in nearest(asked, known))


def lacking(needed: Iterable[str], held: Iterable[object], index: Iterable[object] = ()) -> str:
    """Say which columns are not held, with the nearest that are; nothing where all are there.

    Examples
    --------
    >>> lacking(["offences"], ["offence", "year"])
    "has no column 'offences'. Did you mean 'offence'? It has: offence, year."
    >>> lacking(["offences"], ["year"], index=["offences"])
    "has no column 'offences'. 'offences' stands in the index: reset_index() makes it a column. \
It has: year."
    """
    names, beside = list(map(str, held)), set(index)
    absent = [column for column in dict.fromkeys(needed) if column not in names]
    if not absent:
        return ""
    hints = []
    for column in absent:
        hint = did_you_mean(column, names)
        if column in beside:
            hint = f" {column!r} stands in the index: reset_index() makes it a column."
        elif hint and len(absent) > 1:
            hint = f"{hint[:-1]} for {column!r}?"
        hints.append(hint)
    listed = ", ".join(map(repr, absent))
    return (
        f"has no column{'s' * (len(absent) > 1)} {listed}.{''.join(hints)} "
        f"It has: {', '.join(names) or 'no columns'}."
    )


def one_of(asked: Any, kind: str, known: Iterable[str]) -> str:
    """Give a name that is among the known ones; offer the nearest where it is not.

    Examples
    --------
    >>> one_of("spearmen", "method", ["spearman", "pearson"])
    Traceback (most recent call last):
        ...
    pccfunding.errors.UnknownNameError: No method 'spearmen'. Did you mean 'spearman'? \
There are spearman, pearson.
    """
    names = tuple(known)
    if not isinstance(asked, str):
        listed = ", ".join(map(str, names)) or "none"
        raise UnknownNameError(f"No {kind} is a {type(asked).__name__}. There are {listed}.")
    if asked not in names:
        raise UnknownNameError.among(kind, asked, names)
    return asked


def refuse_other_order(**rows: Any) -> None:
    """Refuse columns of pandas that name the same rows in another order: they pair by position.

    Raises
    ------
    TableError
        If two of them hold the same labels, each once, in different orders.

    Examples
    --------
    >>> import pandas as pd
    >>> refuse_other_order(x=pd.Series([1, 2], ["a", "b"]), y=pd.Series([3, 4], ["b", "a"]))
    Traceback (most recent call last):
        ...
    pccfunding.errors.TableError: x and y hold the same labels in different orders, and pair by ...
    """
    # An index can be reindexed as a column can, and is its own labels.
    columns = {name: one for name, one in rows.items() if hasattr(one, "reindex")}
    held = [(name, one.index) for name, one in columns.items() if hasattr(one, "index")]
    for name, index in held[1:]:
        first, labels = held[0]
        if index.equals(labels) or len(index) != len(labels):
            continue
        if index.is_unique and labels.is_unique and index.isin(labels).all():
            raise TableError(
                f"{first} and {name} hold the same labels in different orders, and pair by "
                f"position. Bring them into one order, {name}.reindex({first}.index), or give "
                f"{name}.to_numpy() where its place counts."
            )


def need_extra(module: str, what: str, *, extra: str) -> Any:
    """Import a module of an extra, or say how to install it.

    Raises
    ------
    MissingExtraError
        The message names what needs the module and the command that installs it.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        package = module.partition(".")[0].replace("_", "-")
        raise MissingExtraError(
            f"{what} needs {package}, which is not installed. "
            f"Install it with: pip install 'pccfunding[{extra}]'"
        ) from error
