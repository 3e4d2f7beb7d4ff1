"""Tables in the columns and types of their stored contracts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd


def stored_columns(table: str) -> dict[str, Any]:
    from pccfunding.schemas import STORED

    return dict(STORED[table].to_schema().columns)


def stored_table(name: str, content: Mapping[str, Any], length: int) -> pd.DataFrame:
    """Lay a table out in the columns and types of its contract; columns not given are missing."""
    import pandas as pd

    data = {}
    for column, rule in stored_columns(name).items():
        kind = str(rule.dtype)
        if kind.startswith("datetime64"):
            kind = "datetime64[ns]"
        elif kind not in ("bool", "float64", "int64"):
            kind = "str"
        given = content.get(column, False if kind == "bool" else None)
        scalar = not hasattr(given, "__len__") or isinstance(given, str)
        cells = [given] * length if scalar else list(given)
        typed: Any = kind
        data[column] = pd.Series(cells, index=range(length), dtype=typed)
    return pd.DataFrame(data)
