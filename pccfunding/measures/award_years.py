"""The life of an award: the financial years that its money counts in, each pound once."""

from __future__ import annotations

from typing import Any

import pandas as pd

from pccfunding.frames.tables import put_together
from pccfunding.measures.apportion import apportion
from pccfunding.money.pence import exact_pence, exact_sum
from pccfunding.periods import Period
from pccfunding.periods.spellings import financial_label, financial_year_of
from pccfunding.words import is_missing

# What has to be equal before rows of single years are taken for the years of one award.
_SAME_AWARD = ("area_code", "reference", "recipient", "funding_stream", "flow", "status")
_AMOUNTS = ("amount_gbp", "amount_low_gbp", "amount_high_gbp")


def wholes_of(awards: pd.DataFrame) -> pd.Series[Any]:
    """Give for each row of a single year the `subject_id` of the award over several years it is of.

    Such a row names the award in `part_of`, or has the same reference, recipient and stream.

    Parameters
    ----------
    awards : DataFrame
        Contract ``schemas.Awards`` or ``schemas.AwardSubjects``, with `reference` where known.

    Returns
    -------
    Series of str
        Missing for rows that are awards of their own.
    """
    first, last = _years(awards, "period_start"), _years(awards, "period_end")
    several = first < last
    found: dict[Any, Any] = {}
    if several.any():
        wholes = awards[several]
        named = set(wholes["subject_id"])
        by_key: dict[tuple[Any, ...], list[Any]] = {}
        for row in wholes.to_dict("records"):
            if key := _key(row):
                by_key.setdefault(key, []).append(row)
        singles = awards[~several]
        for place, row in zip(singles.index, singles.to_dict("records"), strict=True):
            alike = by_key.get(_key(row), [])
            inside = [
                one["subject_id"]
                for one in alike
                if one["period_start"] <= row["period_start"]
                and row["period_end"] <= one["period_end"]
            ]
            if row.get("part_of") in named:
                found[place] = row["part_of"]
            elif len(inside) == 1:
                found[place] = inside[0]
    return pd.Series(found, index=awards.index, dtype="object")


def _key(row: dict[Any, Any]) -> tuple[Any, ...]:
    if is_missing(row.get("reference")):
        return ()
    return tuple(
        " ".join(str(row.get(name)).casefold().split()) for name in _SAME_AWARD if name in row
    )


def _years(awards: pd.DataFrame, column: str) -> pd.Series[Any]:
    years = [None if is_missing(day) else financial_year_of(day.date()) for day in awards[column]]
    return pd.Series(years, index=awards.index, dtype="float64")


def award_years(awards: pd.DataFrame) -> pd.DataFrame:
    """Give each award one row a financial year, so that no pound counts twice.

    An award within one year keeps its row. One over several years counts by the yearly amounts
    that are printed, and what is left of it by whole months; its parts never add up to more than
    the whole.

    Parameters
    ----------
    awards : DataFrame
        Contract ``schemas.Awards``: rows with a period.

    Returns
    -------
    DataFrame
        The columns of `awards` with amounts, `period`, `period_start` and `period_end` of the
        year, and `financial_year`; `basis` ("as printed" or "derived"); `awarded_gbp` (the whole
        award); `known_gbp`, what a sum counts of it: the amount, or the least that a hedged one
        can be; and `is_exact`, whether that is all of it.
    """
    rows = awards.reset_index(drop=True)
    rows = rows.assign(
        _order=range(len(rows)),
        awarded_gbp=rows["amount_gbp"],
        basis="as printed",
        derived_from=pd.Series(None, index=rows.index, dtype="object"),
    )
    several = _years(rows, "period_start") < _years(rows, "period_end")
    parts = rows[~several]
    if several.any():
        parts = pd.concat([parts, _parts(rows, rows[several])], ignore_index=True)
        parts = parts.sort_values(["_order", "period_start"], kind="stable", ignore_index=True)
    labels = [financial_label(financial_year_of(day.date())) for day in parts["period_start"]]
    hedged = parts["hedge"].notna()
    least = parts["amount_gbp"].mask(hedged, parts["amount_low_gbp"])
    return parts.drop(columns="_order").assign(
        financial_year=pd.Series(labels, dtype="object"),
        known_gbp=least.astype("float64"),
        is_exact=(parts["amount_gbp"].notna() & ~hedged),
    )


def _parts(rows: pd.DataFrame, wholes: pd.DataFrame) -> pd.DataFrame:
    """Split the awards over several years, around the yearly amounts that are printed."""
    whole_of = wholes_of(rows).dropna()
    alone = wholes[~wholes["subject_id"].isin(set(whole_of))]
    made = [_split(alone)] if len(alone) else []
    for name, own in whole_of.groupby(whole_of).groups.items():
        whole = wholes[wholes["subject_id"] == name]
        made.append(_around(whole.iloc[:1], rows.loc[own]))
    return put_together(made or [wholes.iloc[:0]])


def _split(wholes: pd.DataFrame, published: pd.DataFrame | None = None) -> pd.DataFrame:
    given = wholes.drop(columns=["period", "basis", "derived_from"])
    split = apportion(given, to="financial_year", published=published)
    days = zip(split["period_start"], split["period_end"], strict=True)
    labels = [Period.of(start.date(), end.date()).label for start, end in days]
    named = split.assign(period=labels)
    return named[named["basis"] != "published"][[*wholes.columns]]


def _around(whole: pd.DataFrame, printed: pd.DataFrame) -> pd.DataFrame:
    """Give the years of an award without a printed amount what the printed ones leave of it."""
    amount = whole["amount_gbp"].iloc[0]
    years = _years(printed, "period_start")
    pieces = _split(whole)
    left = pieces[~_years(pieces, "period_start").isin(years)]
    known = printed["amount_gbp"].notna().all() and printed["hedge"].isna().all()
    if left.empty or not known or is_missing(amount):
        return left.assign(**dict.fromkeys(_AMOUNTS, float("nan")))
    spent = {year: exact_sum(printed.loc[years == year, "amount_gbp"]) for year in years.unique()}
    rest = (exact_sum([amount]) or 0) - sum(one or 0 for one in spent.values())
    if rest * exact_pence(amount) <= 0:
        return left.iloc[:0]  # nothing is left: the row of the whole is a check
    told = pieces[_years(pieces, "period_start").isin(years)]
    published = pd.DataFrame(
        {
            "part_of": whole["subject_id"].iloc[0],
            "period_start": told["period_start"],
            "period_end": told["period_end"],
            "amount_gbp": [float(spent[year] or 0) for year in _years(told, "period_start")],
        }
    )
    return _split(whole, published)
