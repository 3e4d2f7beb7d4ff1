"""Frames of any kind as plain pandas, and the columns of each side by the names they may have."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from pccfunding.errors import PeriodError, TableError
from pccfunding.words import count

_POUNDS_PER = re.compile(r"spend_(?:real_)?gbp_per_(?P<per>head|[1-9]\d*)")
_SPEND = ("spend_real_gbp_per_head", "spend_gbp_per_head")
_DAYS = ("baseline_start", "baseline_end", "period_start", "period_end")


def plain(frame: Any, name: str) -> pd.DataFrame:
    """Read a frame of pandas, Polars or another engine as a pandas frame of its own.

    Raises
    ------
    TableError
        If it is no data frame.

    Examples
    --------
    >>> plain({"area_code": []}, "spend")
    Traceback (most recent call last):
        ...
    pccfunding.errors.TableError: spend is a dict; it takes a data frame.
    """
    if isinstance(frame, pd.DataFrame):
        return frame.reset_index(drop=True)
    try:
        table = nw.from_native(frame)
    except TypeError as error:
        raise TableError(f"{name} is a {type(frame).__name__}; it takes a data frame.") from error
    eager = table.collect() if isinstance(table, nw.LazyFrame) else table
    # Column by column: the engines' own ways to pandas ask for pyarrow.
    return pd.DataFrame({column: eager[column].to_list() for column in eager.columns})


def need(frame: pd.DataFrame, columns: Sequence[str], name: str) -> None:
    """Refuse a frame that lacks one of the columns."""
    TableError.need(name, columns, frame.columns)


def numbers(frame: pd.DataFrame, column: str, name: str) -> pd.Series[float]:
    """Read a column as floats; missing stays missing."""
    try:
        values = pd.to_numeric(frame[column], errors="raise").astype("float64")
    except (TypeError, ValueError) as error:
        raise TableError(f"{name} column {column!r} does not hold numbers: {error}") from error
    if np.isinf(values).any():
        raise TableError(f"{name} column {column!r} holds an infinite number; leave it missing.")
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


def spend_named(frame: pd.DataFrame, asked: str | None) -> str:
    """Name the column of spend: the one asked for, else in real terms, else in cash."""
    if asked is not None:
        return asked
    found = [name for name in _SPEND if name in frame.columns]
    found += [name for name in map(str, frame.columns) if name.startswith("spend_gbp_per_")]
    return found[0] if found else "spend_gbp_per_head"


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
    given = {
        "spend": column,
        "spend_low": column.replace("spend_", "spend_low_", 1),
        "spend_high": column.replace("spend_", "spend_high_", 1),
        "spend_gbp": "spend_gbp",
        "spend_persons": "persons",
    }
    if column == "spend_real_gbp_per_head":
        given |= {"spend_low": "spend_real_low_gbp_per_head"}
        given |= {"spend_high": "spend_real_high_gbp_per_head"}
    side = _side(frame, on, given, "spend")
    side["spend_why"] = _texts(frame, "unknown_reason")
    side["label"] = _texts(frame, "name")
    if (side["spend"] < 0).any():
        place = side.loc[side["spend"] < 0, "area"].iloc[0]
        raise TableError(f"spend is below 0 in {place}; corrections belong in the sum before.")
    return side


def outcome_side(frame: pd.DataFrame, on: str) -> pd.DataFrame:
    """Give the outcome as one row an area: counts, people, log reduction and its variance."""
    need(frame, [on], "reduction")
    _refuse_twice(frame, on, "reduction")
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
    side = _side(frame, on, given, "reduction")
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
    twice = frame.loc[frame[on].duplicated() & frame[on].notna(), on]
    if twice.empty:
        return
    for column, what in (("funding_stream", "streams"), ("offence", "offence classes")):
        if len(held := values_of(frame, column)) > 1:
            raise TableError(
                f"{name} holds {len(held)} {what} ({', '.join(held[:3])}, ...). Keep one, or test "
                f"them together with spend_vs_reduction_family."
            )
    windows = windows_of(frame)
    if len(windows) > 1:
        spans = "; ".join(
            " to ".join(f"{day:%Y-%m-%d}" for day in row) for row in windows.itertuples(index=False)
        )
        raise PeriodError(f"{name} holds {len(windows)} windows ({spans}). Keep one, or name lag.")
    raise TableError(f"{name} holds {twice.iloc[0]!r} in {on!r} more than once; keep one row each.")
