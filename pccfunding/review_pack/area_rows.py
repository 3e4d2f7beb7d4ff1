"""What the sections of a Review without awards share: its rows, and how they are worded."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from pccfunding.measures.comparability import since_words
from pccfunding.periods import Period
from pccfunding.review_pack.tables_area import ALL_CLASSES, TOTAL
from pccfunding.review_pack.wording import listed
from pccfunding.words import count, counted, interval_text, is_missing, pounds, quantity

if TYPE_CHECKING:
    import pandas as pd

    from pccfunding.review_pack.blocks import Link
    from pccfunding.review_pack.citations import Citations
    from pccfunding.review_pack.record import Record

_Row = dict[Any, Any]
PENCE = partial(pounds, places=2)
RATE = partial(quantity, places=2)


def of_class(table: pd.DataFrame, offence: str) -> _Row | None:
    """Give the row of one class; None where it is not counted."""
    if table.empty:
        return None
    rows = table[table["offence"] == offence]
    return None if rows.empty else dict(rows.iloc[0])


def beyond_noise(noise: pd.DataFrame) -> tuple[int, int, int]:
    """Count the classes that fell and that rose at each dispersion, and all; the total aside."""
    classes = noise[noise["offence"] != TOTAL] if len(noise) else noise
    told = classes[classes["beyond_noise"] == "at each"] if len(classes) else classes
    fell = int((told["change_pct"] < 0).sum()) if len(told) else 0
    return fell, len(told) - fell, len(classes)


def across_every_class(breaks: pd.DataFrame) -> bool:
    """Whether a break of the series parts the two years of every class."""
    return bool(breaks["offence"].eq(ALL_CLASSES).any())


def across_a_break(breaks: pd.DataFrame, rows: list[dict[Any, Any]]) -> set[str]:
    """Name the classes whose two years a break of the series parts."""
    every = across_every_class(breaks)
    return {row["offence"] for row in rows} if every else set(breaks["offence"])


def across_words(breaks: pd.DataFrame) -> str:
    """Say which classes a break of the series parts the two years of; nothing where none does."""
    if breaks.empty:
        return ""
    whole = breaks[breaks["offence"] == ALL_CLASSES]
    if len(whole):
        days = listed(
            f"{row['kind']}, {since_words(row['kind'], row['changed_on'])}"
            for row in whole.to_dict("records")
        )
        return f"Every class crosses a break of the series ({days})"
    named = listed(dict.fromkeys(breaks["offence"]))
    return f"{named} {'crosses' if breaks['offence'].nunique() == 1 else 'cross'} a break"


def year_words(label: str) -> str:
    """Write the label of a year as words."""
    return Period.parse(label).words


def printed_words(table: pd.DataFrame, what: str, href: str, cited: Citations) -> list[Any]:
    """Say how many amounts or results that sources print of the area stand in the annex."""
    from pccfunding.review_pack.blocks import Link

    number = int(table["token"].notna().sum())
    if not number:
        return []
    shown = counted(number, what)
    has, stand = ("it is", "stands") if number == 1 else ("they are", "stand")
    tally = cited.tally(
        f"printed-{what}s", f"Printed {what}s of this area", str(number),
        f"tables/{'totals' if what == 'amount' else 'outcomes'}.csv with a token",
    )  # fmt: skip
    said = f" {shown} of this area, as {has} printed, {stand} "
    return [said, Link("in the annex", href), " (", tally, ")."]


def place_words(row: _Row) -> str:
    """Write the place of an area among all."""
    return f"place {count(row['place'])} of {count(row['n_areas'])}, the highest first"


def span_words(row: _Row, low: str, high: str) -> str:
    """Write the interval of a row; an end that no count can bound leaves it undefined."""
    least, most = (None if is_missing(row[end]) else row[end] for end in (low, high))
    return interval_text(least, most).replace(" ", "\N{NO-BREAK SPACE}")


def people_of(cited: Citations, span: Period) -> str:
    """Enter the residents of the mid-year inside a period; give their key."""
    import pandas as pd

    return cited.persons(pd.Timestamp(span.start), pd.Timestamp(span.end))


def rank_words(table: pd.DataFrame) -> list[Any]:
    """Write the place of each row among all, for a column; None where there is none."""
    return [
        None if is_missing(place) else f"{count(place)} of {count(n)}"
        for place, n in zip(table["place"], table["n_areas"], strict=True)
    ]


def tally_of_classes(found: Record, cited: Citations) -> Link:
    """Link to the count of classes that fell and rose beyond noise."""
    fell, rose, n = beyond_noise(found.tables["noise"])
    return cited.tally(
        "classes",
        "Classes beyond noise at each dispersion",
        f"{fell} fell, {rose} rose, of {n}",
        "tables/noise.csv, all crime aside",
    )
