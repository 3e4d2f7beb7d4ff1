"""Words that several sections of a page share: intervals, measures, counts of rows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from pccfunding.periods import Period
from pccfunding.words import interval_text, is_missing, percent

if TYPE_CHECKING:
    import pandas as pd

# Changes, or series, that an answer names.
MOST_SAID = 2
_CLASSES = {
    "wider": "counts of a wider class",
    "proxy": "counts of classes put together as a proxy",
}


def bounds_text(row: Any, low: str, high: str) -> str:
    """Write the interval of two columns of a row, so that no line breaks within it."""
    return interval_text(row[low], row[high]).replace(" ", "\N{NO-BREAK SPACE}")


def measured(row: Any) -> str:
    """Name what was measured; a class that is not the printed one is named each time."""
    match, classes = row.get("offence_match"), row.get("offence")
    if match not in _CLASSES or not isinstance(classes, str):
        return str(row["measure"])
    return f"{row['measure']} ({_CLASSES[match]}: {classes})"


def placed(frame: pd.DataFrame, area_code: str, names: pd.Series[Any]) -> pd.DataFrame:
    """Name the district in the measure, where a row is of one and not of the whole area."""
    elsewhere = frame["area_code"].notna() & frame["area_code"].ne(area_code)
    named = frame["area_code"].map(names)
    where = named.where(named.notna(), frame["area_code"])
    return frame.assign(measure=frame["measure"].where(~elsewhere, frame["measure"] + ", " + where))


def moved_text(change_pct: float) -> str:
    """Say which way and how far: "fell 51.9%".

    Examples
    --------
    >>> moved_text(-51.85)
    'fell 51.9%'
    """
    if not change_pct:
        return "did not change"
    return f"{'fell' if change_pct < 0 else 'rose'} {percent(abs(change_pct), sign=False)}"


def when_text(label: Any) -> str:
    """Write a period in words."""
    return Period.parse(label).words if isinstance(label, str) else "not stated"


def listed(names: Iterable[object]) -> str:
    """Join words as a sentence does: "a", "a and b", "a, b and c"."""
    given = [str(name) for name in names if not is_missing(name)]
    if len(given) < 2:
        return "".join(given)
    return f"{', '.join(given[:-1])} and {given[-1]}"


def series_of(parts: list[list[Any]]) -> list[Any]:
    """Join parts of a sentence: "a, b and c"."""
    said: list[Any] = []
    for place, part in enumerate(parts):
        said += ["" if not place else " and " if place == len(parts) - 1 else ", ", *part]
    return said[1:]


def verdict_words(name: str, number: int) -> str:
    """Say how many changes have a verdict."""
    one, several = {
        "reproduced": ("comes out of the counts", "come out of the counts"),
        "consistent": ("agrees with a nearby class", "agree with a nearby class"),
        "not settled": (
            "is not settled by the counts held",
            "are not settled by the counts held",
        ),
        "not testable": ("cannot be tested", "cannot be tested"),
    }[name]
    return f"{number} {one if number == 1 else several}"
