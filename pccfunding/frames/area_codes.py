"""A column of names of areas as a column of their ONS codes."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, TypeVar

import narwhals.stable.v2 as nw

from pccfunding.areas import find_area_among
from pccfunding.errors import TableError, UnknownNameError
from pccfunding.frames.opening import translated
from pccfunding.frames.tables import open_column
from pccfunding.words import counted

__all__ = ["area_codes"]

SeriesT = TypeVar("SeriesT")


def area_codes(series: SeriesT, *, kind: str | Collection[str] = ()) -> SeriesT:
    """Give the ONS code of each name in a column; codes stay as they are.

    Parameters
    ----------
    series : Series of pandas or Polars
        Names as offices print them; a missing name has a missing code.
    kind : str or collection of str, optional
        Such as 'police_force_area' or 'local_authority': the kinds of area to look among.

    Returns
    -------
    the same kind of Series
        Named `area_code`, in the order and with the index of `series`.

    Raises
    ------
    TableError
        If it is no column of a table.
    UnknownNameError
        If names are unknown or stand for several areas: all of them are listed.

    Examples
    --------
    >>> import pandas as pd
    >>> area_codes(pd.Series(["Kent Police", "Avon & Somerset"])).tolist()
    ['E23000032', 'E23000036']
    """
    opened = open_column(series, "names")
    given: Any = kind
    if isinstance(given, bytes) or not hasattr(given, "__iter__"):
        raise TableError(f"kind is a {type(kind).__name__}; it takes kinds of area, as texts.")
    kinds = [kind] if isinstance(kind, str) else [*kind]
    faults: list[str] = []

    def read(name: Any) -> str | None:
        try:
            return find_area_among(name, kinds).code
        except UnknownNameError as error:
            faults.append(str(error))
            return None

    codes = translated(opened, read, nw.String)
    if faults:
        none = counted(len(faults), "name in the column is", "names in the column are")
        raise UnknownNameError(f"{none} no area, or several: {' '.join(faults)}")
    named: SeriesT = codes.alias("area_code").to_native()
    return named
