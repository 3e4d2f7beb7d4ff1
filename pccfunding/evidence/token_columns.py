"""What follows from a printed token: the columns of a figure that nobody is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from pccfunding.errors import PrintedError
from pccfunding.printed import parse_printed
from pccfunding.printed.amount import notation_in
from pccfunding.words import decimal_text, is_missing

if TYPE_CHECKING:
    import pandas as pd

TOKEN_COLUMNS = ("value", "low", "high", "hedge", "resolution", "low_closed", "high_closed")


def token_columns(
    token: object,
    *,
    unit: str,
    precision: object = "as_printed",
    direction: object = None,
    notation: object = None,
) -> dict[str, Any]:
    """Read a token as the columns of `figures` that follow from it; blank ones without a token.

    Parameters
    ----------
    token : str or None
        The number as printed; anything but text stands for a number that is not known.
    unit : str
        "GBP", "percent", "count" or "rank".
    precision : str, optional
        "exact" where trailing zeros are known to be meant.
    direction : str, optional
        "down" turns the sign round.
    notation : str, optional
        "comma" where decimals stand after a comma.

    Returns
    -------
    dict
        `value`, `low`, `high`, `hedge`, `resolution` (text or None), `low_closed`, `high_closed`,
        and `flags`, what was repaired or doubted in reading.

    Raises
    ------
    PrintedError
        If the token cannot be read without guessing.

    Examples
    --------
    >>> found = token_columns("9.4%", unit="percent", direction="down")
    >>> found["value"], found["low"], found["high"], found["low_closed"]
    ('-9.4', '-9.45', '-9.35', True)
    """
    if not isinstance(token, str):
        return dict(zip(TOKEN_COLUMNS, (*[None] * 5, False, False), strict=True)) | {"flags": None}
    printed = parse_printed(
        token,
        unit=unit,
        exact=precision == "exact",
        notation="comma" if notation == "comma" else "point",
    )
    if direction == "down":
        printed = printed.mirrored()
    hard = printed.hard
    values = (
        _decimal(printed.value),
        _decimal(printed.low),
        _decimal(printed.high),
        printed.hedge,
        _decimal(printed.resolution),
        hard is not None and hard.low_closed,
        hard is not None and hard.high_closed,
    )
    flags = ";".join(printed.flags) or None
    return dict(zip(TOKEN_COLUMNS, values, strict=True)) | {"flags": flags}


def _decimal(value: Fraction | None) -> str | None:
    return None if value is None else decimal_text(value)


def filled_from_tokens(figures: pd.DataFrame) -> pd.DataFrame:
    """Fill what follows from each token and is blank; what a file does state stays as it is.

    Parameters
    ----------
    figures : DataFrame
        Rows of `figures` with `token` and `unit`; any column that follows from a token may lack.

    Returns
    -------
    DataFrame
        With every such column; a token that cannot be read leaves them blank.

    Examples
    --------
    >>> import pandas as pd
    >>> one = pd.DataFrame({"token": ["9.4%"], "unit": ["percent"], "direction": ["down"]})
    >>> filled_from_tokens(one)[["value", "low", "high"]].values.tolist()
    [['-9.4', '-9.45', '-9.35']]
    """
    import pandas as pd

    if not {"token", "unit"} <= set(figures.columns):
        return figures
    table = figures.copy()
    for name, blank in (("precision", "as_printed"), ("direction", None)):
        if name not in table:
            table[name] = pd.Series(blank, index=table.index, dtype="str")
    held = [name for name in TOKEN_COLUMNS if name in table]
    if len(held) == len(TOKEN_COLUMNS) and not table[held].isna().any(axis=None):
        return table
    read = [_read(row) for row in table.to_dict("records")]
    for name in TOKEN_COLUMNS:
        closed = name.endswith("_closed")
        found: Any = [one[name] for one in read]
        if name not in table:
            table[name] = pd.Series(found, index=table.index, dtype="bool" if closed else "str")
            # Blank as a file is read: before pandas 3, text keeps None as it is.
            table[name] = table[name].where(table[name].notna())
        elif closed:
            given = zip(table[name], found, strict=True)
            cells = [bool(made if is_missing(cell) else cell) for cell, made in given]
            table[name] = pd.Series(cells, index=table.index, dtype="bool")
        else:
            made = pd.Series(found, index=table.index, dtype="str")
            made = made.where(made.notna())
            table[name] = table[name].astype("str").where(table[name].notna(), made)
    return table


def _read(row: dict[Any, Any]) -> dict[str, Any]:
    try:
        return token_columns(
            row["token"],
            unit=row["unit"],
            precision=row["precision"],
            direction=row["direction"],
            notation=notation_in(row.get("flags")),
        )
    except (PrintedError, ValueError, TypeError):
        return token_columns(None, unit="GBP")


def misread_tokens(figures: pd.DataFrame) -> Iterator[tuple[Any, str]]:
    """Say of each row of `figures` where it states something else than its token reads as.

    Yields
    ------
    row, str
        The label of the row, and what differs.
    """
    for row, figure in zip(figures.index, figures.to_dict("records"), strict=True):
        if is_missing(figure["token"]):
            continue
        try:
            read = token_columns(
                figure["token"],
                unit=figure["unit"],
                precision=figure["precision"],
                direction=figure["direction"],
                notation=notation_in(figure["flags"]),
            )
        except PrintedError as error:
            yield row, str(error)
            continue
        for column in TOKEN_COLUMNS:
            value, held = read[column], figure[column]
            held = bool(held) if column.endswith("_closed") else held
            held = None if is_missing(held) else held
            if held != value:
                yield row, f"{column} is {held!r}, but {figure['token']!r} reads as {value!r}"


def broken_supersession(figures: pd.DataFrame) -> Iterator[tuple[Any, str]]:
    """Say of each row of `figures` where `superseded_by` leads to no printing that holds.

    Yields
    ------
    row, str
        The label of the row, and what is wrong.
    """
    rows = figures.drop_duplicates("figure_id").set_index("figure_id")
    for row, figure in figures[figures["superseded_by"].notna()].iterrows():
        seen, name = {figure["figure_id"]}, figure["superseded_by"]
        while isinstance(name, str):
            if name in seen or name not in rows.index:
                why = "leads back to itself" if name in seen else f"names no figure: {name!r}"
                yield row, f"superseded_by {why}"
                break
            if rows.at[name, "subject_id"] != figure["subject_id"]:
                yield row, f"superseded_by {name!r} is about another subject"
                break
            seen.add(name)
            name = rows.at[name, "superseded_by"]


def amounts_of_no_token(figures: pd.DataFrame) -> Iterator[tuple[Any, str]]:
    """Say of each row of `figures` where a value stands without the token that printed it."""
    for row, value in figures.loc[figures["token"].isna(), "value"].dropna().items():
        yield row, f"value is {value!r}, but there is no token"
