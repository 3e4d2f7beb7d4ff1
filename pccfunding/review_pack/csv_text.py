"""Cells of tables: numbers to ten digits, and text that no spreadsheet runs as a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from pccfunding.texts import disarmed
from pccfunding.words import is_missing

if TYPE_CHECKING:
    import pandas as pd


def csv_bytes(table: pd.DataFrame) -> bytes:
    """Write a table as CSV: numbers to ten digits, text that could run as a formula disarmed.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"token": ["-8.5%", "six"], "value": [-8.5, None]})
    >>> csv_bytes(table).decode().split()
    ['token,value', "'-8.5%,-8.5", 'six,']
    """
    columns = [table[name].tolist() for name in table.columns]
    return csv_rows([str(name) for name in table.columns], zip(*columns, strict=True))


def plain(value: Any) -> Any:
    """A cell as None, bool, int, text or a float of ten digits."""
    if is_missing(value):
        return None
    if isinstance(value, float):
        # Versions of the libraries below differ in the last digits of what they work out; amounts
        # of a million and more keep their pence.
        rounded = float(f"{value:.{10 if abs(value) < 1e6 else 15}g}")
        return int(rounded) if rounded.is_integer() else rounded
    if hasattr(value, "strftime"):
        return f"{value:%Y-%m-%d}"
    return value if isinstance(value, bool | int | str) else str(value)


def risky(value: Any) -> bool:
    """Whether a spreadsheet would run a text as a formula."""
    return isinstance(value, str) and disarmed(value)[:1] != value[:1]


def csv_rows(header: list[str], rows: Iterable[Iterable[Any]]) -> bytes:
    """Write rows as CSV, as `csv_bytes` writes a table."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(header)
    for row in rows:
        writer.writerow(_text(plain(value)) for value in row)
    return written.getvalue().encode()


def _text(cell: Any) -> Any:
    if not isinstance(cell, str):
        return cell
    # Versions of Python differ in whether they quote a lone carriage return.
    return disarmed(cell).replace("\r\n", "\n").replace("\r", "\n")
