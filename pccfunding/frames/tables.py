"""What every measure asks of a frame: its kind, its columns, its days and its keys."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeAlias

import narwhals.stable.v2 as nw

from pccfunding.errors import TableError
from pccfunding.frames.engines import beside, meet
from pccfunding.texts import holds_half

if TYPE_CHECKING:
    import pandas as pd

Reason: TypeAlias = tuple[nw.Expr, nw.Expr]
_TIME_COLUMNS = frozenset(
    {
        "calendar_year",
        "date",
        "financial_year",
        "month",
        "period",
        "period_end",
        "period_start",
        "quarter",
        "reference_date",
        "year",
        "year_start",
    }
)
_UNIT_TOKENS = ("gbp", "pct", "per")
# Characters of a cell that a message shows.
_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Table:
    """A caller's frame, seen through Narwhals, with the name of the argument it came as.

    `eager` says whether its rows are at hand: only then may a check look at them.
    """

    name: str
    native: Any
    frame: nw.LazyFrame[Any]
    eager: bool
    schema: nw.Schema
    # Whether its area_code was read from names.
    coded: bool = False
    # The column of text that said its period.
    spelled: str | None = None

    @property
    def kind(self) -> str:
        """The kind of frame in words, such as 'pandas DataFrame'."""
        kind = type(self.native)
        return f"{kind.__module__.split('.')[0].lstrip('_')} {kind.__name__}"

    def with_frame(self, frame: nw.LazyFrame[Any]) -> Table:
        """Give the same table with other columns."""
        return replace(self, frame=frame, schema=nw.Schema(frame.collect_schema()))

    def need(self, *columns: str) -> None:
        """Refuse a table that lacks one of the columns."""
        index = getattr(getattr(self.native, "index", None), "names", ())
        TableError.need(self.name, columns, self.schema, index=index)

    def text(self, column: str) -> nw.Expr:
        """Give a column as plain strings, whether it held strings or categories."""
        plain = self.schema[column] == nw.String
        return nw.col(column) if plain else nw.col(column).cast(nw.String)

    def number(self, column: str, *, finite: bool = True) -> nw.Expr:
        """Give a column as floats whose missing values are all null: Polars keeps NaN apart.

        Infinite values become null too, unless `finite` is False.
        """
        dtype = self.schema[column]
        if not (dtype.is_numeric() or dtype in (nw.Object, nw.Unknown) or self._is_blank(column)):
            raise holds_text(self.name, column, str(dtype))
        number = nw.col(column)
        if dtype != nw.Float64:
            number = number.cast(nw.Float64)
        return nw.when(number.is_finite() if finite else ~number.is_nan()).then(number)

    def close(self, frame: nw.LazyFrame[Any], *, keep_index: bool = False) -> Any:
        """Hand a result back as the caller's own kind of frame."""
        if not self.eager:
            return frame.to_native()
        result = frame.collect()
        return (result if keep_index else nw.maybe_reset_index(result)).to_native()

    def close_collected(self, frame: nw.DataFrame[Any]) -> Any:
        """Hand a result that was computed at once back as the caller's own kind of frame."""
        if self.eager:
            return nw.maybe_reset_index(frame).to_native()
        if self.frame.implementation.is_duckdb():
            columns = {name: frame[name].to_list() for name in frame.columns}
            return beside(self.frame, columns, frame.schema).to_native()
        session = getattr(self.native, "sparkSession", None)
        return frame.lazy(backend=self.frame.implementation, session=session).to_native()

    def _is_blank(self, column: str) -> bool:
        # pandas calls a column of nothing but None a column of strings.
        return self.eager and self.frame.select(nw.col(column).is_null().all()).collect().item()


def open_column(native: Any, name: str) -> nw.Series[Any]:
    """See a caller's column through Narwhals; refuse what is none."""
    try:
        return nw.from_native(native, series_only=True)
    except TypeError as error:
        raise TableError(
            f"{name} is a {type(native).__name__}, not a column. Give one of a table, such as "
            f"awards['area'], or pandas.Series([...])."
        ) from error


def refuse_halves(texts: Iterable[str], place: str) -> None:
    """Refuse texts of a column that no table could be written with, naming the first."""
    if half := next(filter(holds_half, texts), None):
        raise TableError(
            f"{place} holds {half!r}, which is half of a character: no table can be written with "
            f"it. Read its file again as UTF-8, or correct the text."
        )


def open_table(native: Any, name: str) -> Table:
    """See a caller's frame through Narwhals; refuse what is no table."""
    _refuse_odd_names(native, name)
    try:
        frame = nw.from_native(native)
    except TypeError as error:
        raise TableError(
            f"{name} is a {type(native).__name__}, not a table. "
            f"Give a DataFrame of pandas or Polars, or a lazy frame."
        ) from error
    return Table(
        name=name,
        native=native,
        frame=frame.lazy(),
        eager=isinstance(frame, nw.DataFrame),
        schema=frame.collect_schema(),
    )


def _refuse_odd_names(native: Any, name: str) -> None:
    """Refuse names of columns that no verb can ask for: of two levels, or given twice."""
    if type(native).__module__.startswith("polars"):
        return  # has each name once, and a lazy frame would have to work them out
    columns: Any = getattr(native, "column_names", getattr(native, "columns", ()))
    if getattr(columns, "nlevels", 1) > 1:
        raise TableError(
            f"{name} has columns of {columns.nlevels} levels, such as {columns[0]!r}. Join them to "
            f"one name each: {name}.columns = ['_'.join(map(str, one)) for one in {name}.columns]."
        )
    seen: set[Any] = set()
    for column in columns:
        if column in seen:
            raise TableError(
                f"{name} has more than one column {column!r}. Drop or rename all but one of them."
            )
        seen.add(column)


def refuse_nested(table: Table, columns: Iterable[str]) -> None:
    """Refuse columns of keys that hold what is no one value: lists, dicts and the like.

    Of a lazy frame the types alone are looked at.
    """
    for column in dict.fromkeys(columns):
        dtype = table.schema[column]
        objects = dtype in (nw.Object, nw.Unknown)
        # Polars has columns of Python's objects, and groups by none of them.
        refused = dtype == nw.Object and table.frame.implementation.is_polars()
        refused = refused or dtype.is_nested()
        said = str(dtype)
        if table.eager and (refused or objects):
            values = table.frame.select(column).collect()[column].to_list()
            odd = (at for at, one in enumerate(values) if one is not None)
            at = next((at for at in odd if refused or _is_nested(values[at])), None)
            if at is None:
                continue
            shown, kind = ascii(values[at]), f"a {type(values[at]).__name__}"
            said = f"{shown}, {kind}," if len(shown) < _SHOWN else kind
            said = f"{said} at position {at}"
        elif not refused:
            continue
        raise TableError(
            f"{table.name}: column {column!r} holds {said}. A cell of it takes one text or one "
            f"number: give each value a row of its own, or write the cell as one text."
        )


def _is_nested(value: Any) -> bool:
    try:
        hash(value)
    except TypeError:
        return True
    return False


def holds_text(table: str, column: str, what: str) -> TableError:
    """Say that a column holds what is no number, and how money as text is read."""
    cure = "Turn it into numbers first; leave what is not known missing."
    if "_gbp" in column:
        cure = f"Read the list with pcc.read_awards({table}), which keeps each amount as printed."
    return TableError(f"{table}: column {column!r} holds {what}, not numbers. {cure}")


def of_one_kind(table: Table, other: Table) -> Table:
    """Bring a second table to the kind of the first, where its rows are at hand; else refuse it.

    Frames of pandas and Polars go beside each other, so that own rows meet the bundled ones.
    """
    engine, own = table.frame.implementation, other.frame.implementation
    if engine == own and table.eager == other.eager:
        if not (table.eager or meet(table.frame, other.frame)):
            raise TableError(
                f"{table.name} and {other.name} belong to two connections of DuckDB. Open both "
                f"with one of them."
            )
        return other
    if not (other.eager and {engine, own} <= {nw.Implementation.PANDAS, nw.Implementation.POLARS}):
        raise TableError(
            f"{table.name} is a {table.kind} and {other.name} a {other.kind}. "
            f"Turn one into the other's kind first."
        )
    held = other.frame.collect()
    # An engine reads the values of the other one by one: pandas hands text on by pyarrow alone.
    columns = {
        name: [
            None if missing else value
            for value, missing in zip(
                held[name].to_list(), held[name].is_null().to_list(), strict=True
            )
        ]
        for name in held.columns
    }
    # A column of nothing has no values to tell its kind by.
    kinds = {
        name: nw.Float64 if other.schema[name].is_numeric() else nw.String
        for name, values in columns.items()
        if all(value is None for value in values)
    }
    made = nw.from_dict(columns, backend=engine)
    made = made.with_columns(*(nw.col(name).cast(kind) for name, kind in kinds.items()))
    return open_table((made if table.eager else made.lazy()).to_native(), other.name)


def names_of_columns(by: Any) -> list[Any]:
    """Give the columns that `by` names, one or several; refuse what names none."""
    if by is None or not isinstance(by, str | Iterable) or len(getattr(by, "shape", (0,))) != 1:
        raise TableError(
            f"by is {by!r}; it takes the name of a column or several, such as 'area_code'. "
            f"For one group of the whole table give by=[]."
        )
    return [by] if isinstance(by, str) else list(by)


def key_columns(by: str | Sequence[str], table: Table, results: Iterable[str]) -> list[str]:
    """Read `by` as a list of columns; refuse time, repeats and names that the result uses."""
    keys = names_of_columns(by)
    if table.coded:
        # Two spellings of one name are one area.
        keys = ["area_code" if key == "area" else key for key in keys]
    reserved = set(results)
    for key in keys:
        if not isinstance(key, str):
            raise TableError(f"by holds {key!r}; it takes names of columns.")
        if key in _TIME_COLUMNS or (key in table.schema and table.schema[key].is_temporal()):
            raise TableError(
                f"by holds {key!r}: leave time out of it. Results carry period_start and "
                f"period_end, one row for each period."
            )
        if key in reserved or key.startswith("_"):
            raise TableError(f"by holds {key!r}, which the result needs for itself; rename it.")
        if keys.count(key) > 1:
            raise TableError(f"by holds {key!r} twice.")
    table.need(*keys)
    refuse_nested(table, keys)
    return keys


def named_with(column: str, word: str) -> str:
    """Put a word before the unit of a column's name.

    Examples
    --------
    >>> named_with("amount_gbp", "real"), named_with("offences", "low")
    ('amount_real_gbp', 'offences_low')
    """
    if not isinstance(column, str):
        raise TableError(f"{column!r} is no name of a column; give a text, such as 'amount_gbp'.")
    tokens = column.split("_")
    place = next((n for n, token in enumerate(tokens) if token in _UNIT_TOKENS), len(tokens))
    return "_".join([*tokens[:place], word, *tokens[place:]])


def bound_names(column: str) -> tuple[str, str]:
    """Name the columns of the bounds that belong to a column.

    Examples
    --------
    >>> bound_names("spend_gbp_per_head")
    ('spend_low_gbp_per_head', 'spend_high_gbp_per_head')
    """
    return named_with(column, "low"), named_with(column, "high")


def encoded_key(table: Table, keys: Sequence[str]) -> nw.Expr:
    """One string for the values of all keys, null included: engines differ in joining nulls."""
    pieces = [
        nw.when(nw.col(key).is_null())
        .then(nw.lit("-"))
        .otherwise(nw.concat_str([nw.lit("+"), table.text(key)], ignore_nulls=True))
        for key in keys
    ]
    return nw.concat_str([nw.lit("key"), *pieces], separator="\x1f")


def with_reasons(
    frame: nw.LazyFrame[Any], column: str, found: Sequence[Reason], *, eager: bool
) -> nw.LazyFrame[Any]:
    """Add a column of the texts whose conditions hold, joined by '; '; null where none does.

    Where the rows are at hand, texts that no row needs are not written at all.
    """
    if eager and found:
        conditions = [
            condition.any().alias(f"_{number}") for number, (condition, _) in enumerate(found)
        ]
        holds = frame.select(*conditions).collect().rows()[0]
        found = [reason for reason, needed in zip(found, holds, strict=True) if needed]
    if not found:
        return frame.with_columns(nw.lit(None, dtype=nw.String).alias(column))
    pieces = [nw.when(condition).then(text) for condition, text in found]
    if eager and len(found) == 1:
        return frame.with_columns(pieces[0].alias(column))
    # The leading empty piece keeps the text a string where every condition is unknown.
    joined = nw.concat_str([nw.lit(""), *pieces], separator="; ", ignore_nulls=True)
    frame = frame.with_columns(joined.alias(column))
    text = nw.col(column)
    return frame.with_columns(nw.when(text != "").then(text.str.slice(2)).alias(column))


def describe(row: dict[str, Any], keys: Sequence[str]) -> str:
    """Name a group by its keys, such as funding_stream 'Youth Fund'."""
    named = ", ".join(f"{key} {row[key]!r}" for key in keys)
    return named or "the whole table"


def put_together(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Join pandas frames one below the other; one without rows gives its columns only.

    Before pandas 3, frames without rows had a say in the types of the others' columns. Of frames
    that are all without rows the first gives the types.

    Examples
    --------
    >>> import pandas as pd
    >>> none = pd.DataFrame({"amount_gbp": [], "note": []}, dtype="object")
    >>> put_together([none, pd.DataFrame({"amount_gbp": [1.5]})]).dtypes.tolist()
    [dtype('float64'), dtype('float64')]
    >>> put_together([none.astype({"amount_gbp": "float64"}), none]).dtypes.tolist()
    [dtype('float64'), dtype('O')]
    """
    import pandas as pd

    filled = [frame for frame in frames if len(frame)] or list(frames[:1])
    columns = list(dict.fromkeys(name for frame in frames for name in frame.columns))
    return pd.concat(filled, ignore_index=True).reindex(columns=columns)
