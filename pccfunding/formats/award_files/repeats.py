"""Awards that a file prints twice: found and marked, never dropped."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["first_printings"]

_DATES = ("awarded_on", "period_start", "period_end")
_KEYS = ("recipient", "purpose", "funding_stream", "award_id", "token", "period", "status")


def first_printings(frame: pd.DataFrame) -> Any:
    """Give for each award the row that printed it first, or -1.

    Two rows print one award if recipient, amount, purpose, stream, reference, dates and status
    are the same, and the recipient and the amount are known. Areas and headings may differ.
    """
    import pandas as pd

    first = np.full(len(frame), -1, np.int64)
    if "recipient" not in frame or len(frame) < 2:
        return first
    amount = frame["amount_gbp"].to_numpy()
    rows = np.flatnonzero(~np.isnan(amount))
    # Numbers are compared first, since comparing names costs more and few rows are left for it.
    mixed = np.rint(amount[rows] * 100).astype(np.int64)
    for name in _DATES[:1]:
        if name in frame:
            days = frame[name].to_numpy().astype("datetime64[D]").astype(np.int64)[rows]
            mixed = mixed * 1_000_003 + days
    rows = rows[pd.Series(mixed).duplicated(keep=False).to_numpy()]
    rows = rows[frame["recipient"].iloc[rows].notna().to_numpy(dtype=bool)]
    if not len(rows):
        return first
    names = [name for name in (*_KEYS, *_DATES) if name in frame]
    few = (frame[name].iloc[rows].tolist() for name in names)
    keys = zip(*([str(one).casefold() for one in column] for column in few), strict=True)
    seen: dict[Any, int] = {}
    for row, key in zip(rows, zip(amount[rows], keys, strict=True), strict=True):
        earlier = seen.setdefault(key, int(row))
        if earlier != row:
            first[row] = earlier
    return first
