"""A column of periods, as offices write them, as first and last days."""

from __future__ import annotations

from typing import Any

import narwhals.stable.v2 as nw

from pccfunding.errors import PeriodError
from pccfunding.frames.opening import translated
from pccfunding.frames.tables import open_column
from pccfunding.periods import Period
from pccfunding.words import counted

__all__ = ["parse_periods"]


def parse_periods(series: Any) -> Any:
    """Read a column of periods into first days, last days and one spelling.

    Parameters
    ----------
    series : Series of pandas or Polars
        Text such as '2023/24', 'March 2024' or 'year ending March 2024'.

    Returns
    -------
    DataFrame of the same kind
        `period_start`, `period_end` and `period` (as this library writes it), with the order
        and the index of `series`; missing where the text is missing.

    Raises
    ------
    TableError
        If it is no column of a table.
    PeriodError
        If a text is no period: all of them are listed.

    Examples
    --------
    >>> import pandas as pd
    >>> parse_periods(pd.Series(["2023/24", "2024-25"]))
      period_start period_end   period
    0   2023-04-01 2024-03-31  2023-24
    1   2024-04-01 2025-03-31  2024-25
    """
    opened = open_column(series, "periods")
    faults: dict[str, None] = {}

    def read(value: Any) -> Period | None:
        try:
            return Period.parse(value)
        except PeriodError as error:
            faults[str(error)] = None
            return None

    def part(name: str, dtype: Any) -> nw.Series[Any]:
        return translated(opened, lambda value: getattr(read(value), name, None), dtype)

    columns = {
        "period_start": part("start", nw.Date),
        "period_end": part("end", nw.Date),
        "period": part("label", nw.String),
    }
    if faults:
        none = counted(len(faults), "text is", "texts are")
        raise PeriodError(f"{none} no period: {' '.join(faults)}")
    frame = opened.to_frame().select(**columns)
    return frame.to_native()
