"""Reconciling group by group: one verdict a group, with the residual as a row of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from pccfunding.errors import ReconciliationError, TableError
from pccfunding.frames.opening import DAYS, day_of, with_area_codes
from pccfunding.frames.tables import names_of_columns, open_table
from pccfunding.reconciliation.judging import IF_ROUNDED, judge
from pccfunding.reconciliation.sides import One, frame_rows, known, series_value
from pccfunding.reconciliation.verdicts import Reconciliation
from pccfunding.results import Estimate, Face
from pccfunding.words import decimal_text

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Reconciliations", "judge_groups"]

Key: TypeAlias = tuple[Any, ...]


@dataclass(frozen=True)
class Reconciliations(Face):
    """One verdict for each group of a table.

    Attributes
    ----------
    by : tuple of str
        The columns that make a group.
    groups : tuple of (tuple, Reconciliation)
        Each key with its result, in order of first appearance; of a long lazy table, by key.

    Examples
    --------
    >>> import pandas as pd
    >>> import pccfunding as pcc
    >>> parts = pd.DataFrame({"year": [1, 1, 2], "token": ["£1.50", "£2.50", "£3.00"]})
    >>> found = pcc.reconcile(parts, {1: "£4.00", 2: "£3.01"}, by="year")
    >>> [result.verdict for _, result in found.groups]
    ['reconciles', 'conflicts']
    """

    by: tuple[str, ...]
    groups: tuple[tuple[Key, Reconciliation], ...]
    _headline = "verdict"

    @property
    def verdict(self) -> str:
        """The worst verdict: one conflict makes the whole conflict."""
        verdicts = {result.verdict for _, result in self.groups}
        for worst in ("conflicts", "cannot be told"):
            if worst in verdicts:
                return worst
        return "reconciles"

    @property
    def text(self) -> str:
        """One sentence that counts the verdicts and names what conflicts."""
        told = [result.verdict for _, result in self.groups]
        named = [
            " / ".join(map(str, key)) for key, one in self.groups if one.verdict == "conflicts"
        ]
        tail = f" Conflicts: {', '.join(named)}." if named else ""
        rounded = [
            " / ".join(map(str, key)) for key, one in self.groups if IF_ROUNDED in one.cautions
        ]
        tail += f" Only if rounded: {', '.join(rounded)}." if rounded else ""
        return (
            f"Of {len(told)} groups {told.count('reconciles')} reconcile, "
            f"{told.count('conflicts')} conflict, "
            f"{told.count('cannot be told')} cannot be told.{tail}"
        )

    @property
    def cautions(self) -> tuple[str, ...]:
        """Every caution that a group carries, once."""
        return tuple(dict.fromkeys(code for _, one in self.groups for code in one.cautions))

    @property
    def figure_ids(self) -> tuple[str, ...]:
        """Every figure that a group was judged by, once."""
        return tuple(dict.fromkeys(name for _, one in self.groups for name in one.figure_ids))

    @property
    def sources(self) -> tuple[str, ...]:
        """Those figures, and the sources of rows that name no figure."""
        return tuple(dict.fromkeys(name for _, one in self.groups for name in one.sources))

    def _estimates(self) -> list[Estimate]:
        return [one.as_estimate(" / ".join(map(str, key))) for key, one in self.groups]

    @property
    def frame(self) -> pd.DataFrame:
        """Two rows a group: its verdict, and the residual (right side less left side)."""
        import pandas as pd

        rows = []
        for key, result in self.groups:
            names = dict(zip(self.by, key, strict=True))
            rows.append(names | {"row": "verdict"} | result.record())
            rows.append(names | {"row": "residual"} | _residual(result))
        return pd.DataFrame(rows)

    def check(self) -> Reconciliations:
        """Return the result itself, or raise if a group conflicts.

        Raises
        ------
        ReconciliationError
            If any group conflicts; the message names the groups.
        """
        if self.verdict == "conflicts":
            raise ReconciliationError(self.text)
        return self


def judge_groups(
    left: Any, right: Any, *, by: str | Sequence[str], relation: str, **options: Any
) -> Reconciliations:
    """Judge the rows of each group of one table against the total of that group.

    The options are those of ``judge``; they hold for every group.
    """
    from pccfunding.reconciliation.ledgers import ledger_rows

    keys = tuple(names_of_columns(by))
    if hasattr(right, "to_dict") and not hasattr(type(right), "columns"):
        unit = options.get("unit")
        right = {key: series_value(value, unit) for key, value in right.to_dict().items()}
    if "area_code" in keys:
        left, right = _with_codes([left, right])
    totals = _mapped(right) if isinstance(right, Mapping) else _rows_by_key(right, keys)
    told = list(totals.values())
    parts: dict[Key, list[One]] = {}
    for row in ledger_rows(left, told, keys, relation=relation, scope=options.get("scope")):
        parts.setdefault(_key(row, keys), []).append(row)
    groups = []
    for key in dict.fromkeys([*parts, *totals]):
        result = judge(parts.get(key), totals.get(key), relation=relation, **options)
        groups.append((key, result))
    return Reconciliations(keys, tuple(groups))


def _with_codes(sides: list[Any]) -> list[Any]:
    """Give the tables among the sides their codes, where they name their areas."""
    opened = {
        place: open_table(side, "table")
        for place, side in enumerate(sides)
        if hasattr(type(side), "columns")
    }
    named = {place: one for place, one in opened.items() if {"area", "area_code"} & {*one.schema}}
    for place, table in zip(named, with_area_codes(*named.values()), strict=True):
        if table.coded:
            sides[place] = table.frame.collect().to_native()
    return sides


def _mapped(right: Mapping[Any, One]) -> dict[Key, One]:
    return {
        _named(name if isinstance(name, tuple) else (name,)): figure
        for name, figure in right.items()
    }


def _rows_by_key(right: Any, keys: tuple[str, ...]) -> dict[Key, One]:
    totals: dict[Key, One] = {}
    for row in frame_rows(right):
        key = _key(row, keys)
        if key in totals:
            raise TableError(
                f"The right side has two rows for {' / '.join(map(str, key))}; give one total "
                f"a group."
            )
        totals[key] = row
    return totals


def _key(row: Mapping[str, Any], keys: tuple[str, ...]) -> Key:
    TableError.need("A table to group", keys, row)
    return _named(tuple(day_of(known(row[name])) if name in DAYS else row[name] for name in keys))


def _named(key: Key) -> Key:
    """Give a missing name as None: NaN differs from itself and would never find its group."""
    return tuple(map(known, key))


def _residual(result: Reconciliation) -> dict[str, Any]:
    """What is left of the right side, as an interval and as printed."""
    residual = None if result.proof is None else result.proof[1] - result.proof[0]
    return {
        "left": None if residual is None else str(residual),
        "gap": None if result.gap is None else decimal_text(result.gap),
        "unit": result.unit,
    }
