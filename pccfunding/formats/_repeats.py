"""Awards that a file prints twice: found and marked, never dropped."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["first_printings"]

_KEYS = ("recipient", "purpose", "funding_stream", "award_id", "token", "period", "status")


def first_printings(frame: pd.DataFrame) -> Any:
    """Give for each award the row that printed it first, or -1.

    Two rows print one award if recipient, amount, purpose, stream, reference, dates and status
    are the same, and the recipient and the amount are known. Areas and headings may differ.
    """
    first = np.full(len(frame), -1, np.int64)
    if "recipient" not in frame or len(frame) < 2:
        return first
    amount = frame["amount_gbp"].to_numpy()
    rows = np.flatnonzero(~np.isnan(amount))
    numbers = [np.rint(amount[rows] * 100).astype(np.int64)]
    for name in ("awarded_on", "period_start", "period_end"):
        if name in frame:
            numbers.append(frame[name].to_numpy().astype("datetime64[s]").astype(np.int64)[rows])
    # Numbers are compared first, since comparing names costs more and few rows are left for it.
    rows = rows[_shared(numbers)]
    rows = rows[frame["recipient"].iloc[rows].notna().to_numpy(dtype=bool)]
    if not len(rows):
        return first
    few = frame.iloc[rows]
    keys = [name for name in _KEYS if name in few]
    dates = [name for name in ("awarded_on", "period_start", "period_end") if name in few]
    texts = few[keys].fillna("").apply(lambda column: column.str.casefold())
    group = texts.assign(**{name: few[name] for name in dates}, amount=few["amount_gbp"])
    codes = group.groupby(list(group.columns), dropna=False, sort=False).ngroup().to_numpy()
    seen: dict[int, int] = {}
    for row, code in zip(rows, codes, strict=True):
        earlier = seen.setdefault(int(code), int(row))
        if earlier != row:
            first[row] = earlier
    return first


def _shared(numbers: list[Any]) -> Any:
    """Tell which rows share all their numbers with another row."""
    import pandas as pd

    return pd.DataFrame(dict(enumerate(numbers))).duplicated(keep=False).to_numpy()
