"""Frames of any kind as plain pandas, and the columns of each side by the names they may have."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from pccfunding.errors import PeriodError, TableError
from pccfunding.frames.days import in_whole_days
from pccfunding.frames.opening import open_frame, with_area_codes
from pccfunding.frames.tables import Table, bound_names, open_table
from pccfunding.texts import spelt_alike
from pccfunding.words import FARTHEST, count, number_text

# The level at which every verdict is read.
ALPHA = 0.05
_POUNDS_PER = re.compile(r"spend_(?:real_)?gbp_per_(?P<per>head|[1-9]\d*)")
_SPEND = ("spend_real_gbp_per_head", "spend_gbp_per_head")
# Pennies of an area, shared out among its people.
_SLACK = 1e-4
_DAYS = ("baseline_start", "baseline_end", "period_start", "period_end")


def plain(on: str, column: str | None = None, **frames: Any) -> tuple[pd.DataFrame, ...]:
    """Read frames of pandas, Polars or another engine as pandas frames of their own.

    Raises
    ------
    TableError
        If one is no data frame, or lacks the column that areas are told by, or that of spend.

    Examples
    --------
    >>> plain("area_code", spend={"area_code": []})
    Traceback (most recent call last):
        ...
    pccfunding.errors.TableError: spend is a dict, not a table. Give a DataFrame of pandas ...
    """
    opened = [_at_hand(frame, name, on, column) for name, frame in frames.items()]
    tables = with_area_codes(*opened) if on == "area_code" else opened
    return tuple(_in_pandas(table) for table in tables)


def _at_hand(frame: Any, name: str, on: str, column: str | None) -> Table:
    table = open_table(frame, name)
    needs = (on, spend_named(table.schema, column)) if name == "spend" else (on,)
    native = frame if table.eager else table.frame.collect().to_native()
    return in_whole_days(open_frame(native, name, needs=needs, also=_DAYS), _DAYS)


def spend_named(held: Iterable[str], column: str | None) -> str:
    """Name the column of spend: the one asked for, else in real terms, else in cash."""
    if column is not None:
        return column
    names = list(map(str, held))
    found = [name for name in _SPEND if name in names]
    found += [name for name in names if name.startswith("spend_gbp_per_")]
    return found[0] if found else "spend_gbp_per_head"


def _in_pandas(table: Table) -> pd.DataFrame:
    eager = table.frame.collect()
    if eager.implementation.is_pandas():
        held: pd.DataFrame = eager.to_native()
        return held.reset_index(drop=True)
    # Column by column: the engines' own ways to pandas ask for pyarrow.
    return pd.DataFrame({column: eager[column].to_list() for column in eager.columns})


def need(frame: pd.DataFrame, columns: Sequence[str], name: str) -> None:
    """Refuse a frame that lacks one of the columns."""
    open_table(frame, name).need(*columns)


def numbers(frame: pd.DataFrame, column: str, name: str) -> pd.Series[float]:
    """Read a column as floats; missing stays missing."""
    table = open_frame(frame[[column]], name, numbers=(column,))
    read = table.frame.select(table.number(column, finite=False)).collect().to_native()
    values: pd.Series[float] = read[column].astype("float64")
    if np.isinf(values).any():
        raise TableError(f"{name} column {column!r} holds an infinite number; leave it missing.")
    if (far := values[values.abs() > FARTHEST]).size:
        raise TableError(
            f"{name} column {column!r} holds {float(far.iloc[0])!r}, which no rate comes to. "
            f"Check its unit, or leave it missing."
        )
    return values


def one_value(frame: pd.DataFrame, column: str) -> str | None:
    """Give the one value of a column; None where it is absent, empty or mixed."""
    values = values_of(frame, column)
    return values[0] if len(values) == 1 else None


def values_of(frame: pd.DataFrame, column: str) -> list[str]:
    """Give the different values of a column, sorted; none where it is absent."""
    if column not in frame.columns:
        return []
    return sorted(frame[column].dropna().astype(str).unique())


def windows_of(frame: pd.DataFrame, columns: Iterable[str] = _DAYS) -> pd.DataFrame:
    """Give the different windows of a frame, in order; no row where it has no dates."""
    days = [column for column in columns if column in frame.columns]
    if len(days) < 2:
        return pd.DataFrame(columns=days)
    dated = frame[days].apply(pd.to_datetime).dropna().drop_duplicates()
    ordered: pd.DataFrame = dated.sort_values(days, ignore_index=True)
    return ordered


def measured_by(column: str) -> str | None:
    """Say what a column of spend counts for each person; None where its name says no "per"."""
    if pounds := _POUNDS_PER.fullmatch(column):
        per = pounds["per"]
        return f"£ per {per if per == 'head' else f'{count(int(per))} residents'}"
    return column.replace("_", " ") if "_per_" in column else None


def prices_of(frame: pd.DataFrame, column: str) -> str | None:
    """Give the price base of a column of spend; None for cash beside amounts in real terms."""
    in_real_terms = [name for name in map(str, frame.columns) if name.startswith("spend_real_")]
    return None if in_real_terms and column not in in_real_terms else one_value(frame, "price_base")


def spend_side(frame: pd.DataFrame, on: str, column: str) -> pd.DataFrame:
    """Give spend as one row an area: pounds per head, bounds, total, people, labels."""
    need(frame, [on, column], "spend")
    _refuse_twice(frame, on, "spend")
    low, high = bound_names(column)
    given = {
        "spend": column,
        "spend_low": low,
        "spend_high": high,
        "spend_persons": "persons",
    }
    side = _side(frame, on, given, "spend")
    side["spend_why"] = _texts(frame, "unknown_reason")
    side["label"] = _texts(frame, "name")
    slack = _SLACK + 1e-6 * side["spend"].abs()
    outside = (side["spend_low"] > side["spend"] + slack) | (
        side["spend_high"] < side["spend"] - slack
    )
    if outside.any():
        row = side[outside].iloc[0]
        raise TableError(
            f"spend: {column} of {row['area']} is {row['spend']}, outside its own bounds "
            f"{row['spend_low']} to {row['spend_high']}. Correct one of them, or leave the bounds "
            f"out."
        )
    if (side["spend"] < 0).any():
        place = side.loc[side["spend"] < 0, "area"].iloc[0]
        raise TableError(f"spend is below 0 in {place}; corrections belong in the sum before.")
    return side


def outcome_side(frame: pd.DataFrame, on: str, name: str = "reduction") -> pd.DataFrame:
    """Give the outcome as one row an area: counts, people, log reduction and its variance."""
    need(frame, [on], name)
    _refuse_twice(frame, on, name)
    given = {
        "before": "offences_baseline",
        "after": "offences_comparison",
        "persons_before": "persons_baseline",
        "persons_after": "persons_comparison",
        "score_before": "score_baseline",
        "score_after": "score_comparison",
        "g": "log_reduction",
        "variance": "variance_log_reduction",
    }
    side = _side(frame, on, given, name)
    for column in ("before", "after"):
        odd = side[column].notna() & ((side[column] < 0) | (side[column] % 1 != 0))
        if odd.any():
            row = side[odd].iloc[0]
            held = number_text(row[column], digits=9)
            raise TableError(
                f"{name}: {given[column]} of {row['area']} is {held}, which is no count of "
                f"offences. Give counts as they were counted; leave what is not known missing."
            )
    side["outcome_why"] = _texts(frame, "unknown_reason")
    side["outcome_label"] = _texts(frame, "name")
    return side


def _side(frame: pd.DataFrame, on: str, given: Mapping[str, str], name: str) -> pd.DataFrame:
    side = pd.DataFrame({"area": frame[on].astype("str")})
    for ours, theirs in given.items():
        held = theirs in frame.columns
        side[ours] = numbers(frame, theirs, name) if held else float("nan")
    return side[frame[on].notna()].reset_index(drop=True)


def _texts(frame: pd.DataFrame, column: str) -> pd.Series[Any]:
    if column not in frame.columns:
        return pd.Series([None] * len(frame), index=frame.index, dtype=object)
    return frame[column].astype(object)


def _refuse_twice(frame: pd.DataFrame, on: str, name: str) -> None:
    names = frame.loc[frame[on].notna(), on].astype(str)
    twice = names[names.duplicated()]
    if twice.empty:
        if pair := spelt_alike(names):
            raise TableError(
                f"{name} holds {pair[0]!r} and {pair[1]!r} in {on!r}, one area but for capitals "
                f"and spaces. Write it one way, and keep one row each."
            )
        return
    for column, what in (("funding_stream", "streams"), ("offence", "offence classes")):
        if len(held := values_of(frame, column)) > 1:
            some = ", ".join(held[:3]) + ", ..." * (len(held) > 3)
            raise TableError(
                f"{name} holds {len(held)} {what} ({some}). Keep one, or test them together with "
                f"spend_vs_reduction_family."
            )
    windows = windows_of(frame)
    if len(windows) > 1:
        spans = "; ".join(
            " to ".join(f"{day:%Y-%m-%d}" for day in row) for row in windows.itertuples(index=False)
        )
        raise PeriodError(f"{name} holds {len(windows)} windows ({spans}). Keep one, or name lag.")
    raise TableError(f"{name} holds {twice.iloc[0]!r} in {on!r} more than once; keep one row each.")
