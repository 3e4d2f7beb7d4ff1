"""Sums of award lines: by year, flow and kind, by heading, and by recipient."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from pccfunding.formats.award_files.recipient_names import kind_of_body
from pccfunding.measures.award_years import award_years
from pccfunding.money.pence import exact_sum, share_pct
from pccfunding.words import is_missing, sum_text, token_words

if TYPE_CHECKING:
    from fractions import Fraction

    import pandas as pd

# Money of different years, flows or kinds is never in one sum.
KINDS = ["financial_year", "flow", "status"]
ALL_LINES = "all lines"
# So many rows of a table stand on the page, the largest; all of them are in the pack's tables.
MOST_LINES = 40
GIVEN, RECEIVED = "pcc_to_recipient", "national_to_pcc"
_DONE = {
    "award": "Funded",
    "bid": "Applied for",
    "allocation": "Allocated",
    "budget": "Budgeted",
    "outturn": "Spent",
    "ceiling": "Promised at most",
    "forecast": "Forecast",
    "returned": "Returned",
    "carried_forward": "Carried forward",
}


def award_lines(awards: pd.DataFrame) -> pd.DataFrame:
    """Give each award line its share of the money of its own year, flow and kind.

    Parameters
    ----------
    awards : DataFrame
        Contract ``schemas.Awards``, one listing.

    Returns
    -------
    DataFrame
        The lines with `share_pct`: percent of the derived total, from exact pence; missing for an
        award over several years, and where an amount of the total is hedged or unknown.
    """
    years = award_years(awards)
    totals = {kind: _whole(rows) for kind, rows in by_kind(years)}
    whole = years[(years["basis"] == "as printed") & years["is_exact"]]
    shares: dict[Any, Any] = {}
    for row in whole.to_dict("records"):
        shares[row["figure_id"]] = share_pct(row["known_gbp"], totals[kind_of(row)])
    found: list[Any] = [shares.get(one) for one in awards["figure_id"]]
    return awards.assign(share_pct=np.array(found, dtype=np.float64))


def _whole(lines: pd.DataFrame) -> Fraction | None:
    """Add up lines of one year, flow and kind; None where that is a lower bound."""
    return exact_sum(lines["known_gbp"]) if lines["is_exact"].all() else None


def kind_of(row: Mapping[Any, Any]) -> tuple[str, ...]:
    return tuple("not stated" if is_missing(row[name]) else str(row[name]) for name in KINDS)


def by_kind(years: pd.DataFrame) -> list[tuple[tuple[str, ...], pd.DataFrame]]:
    """Part rows whose money may be added up, the earliest year first, money given before others."""
    kinds = [kind_of(row) for row in years[KINDS].to_dict("records")]
    order = sorted(set(kinds), key=lambda one: (one[0], one[1] != GIVEN, one[1:]))
    places: dict[tuple[str, ...], list[int]] = {kind: [] for kind in order}
    for place, kind in enumerate(kinds):
        places[kind].append(place)
    return [(kind, years.iloc[rows]) for kind, rows in places.items()]


def subtotals(awards: pd.DataFrame, *, by: str) -> pd.DataFrame:
    """Add up a listing by heading and in all; the sums are ours, not the publisher's.

    Parameters
    ----------
    awards : DataFrame
        Contract ``schemas.Awards``, one listing, or its rows by year.
    by : str
        Column of the headings, such as "funder_group" or "theme".

    Returns
    -------
    DataFrame
        `by`, `financial_year`, `flow`, `status`, `amount_gbp`, `share_pct`, `n_figures`,
        `n_known`, of which `n_derived` are parts of awards over several years, and `basis` (always
        "derived"). Years, flows and kinds are summed apart; the last row of each is the total of
        all its lines. An amount is missing where no line of it is known, and a lower bound where
        `n_known` is less than `n_figures`: then a hedged line counts with the least that its words
        allow.
    """
    import pandas as pd

    years = awards if "known_gbp" in awards else award_years(awards)
    rows = []
    for kind, lines in by_kind(years):
        headings = stated(lines[by])
        total = _whole(lines)
        parts = [(name, lines[headings == name]) for name in headings.unique()]
        for name, members in [*parts, (ALL_LINES, lines)]:
            added = exact_sum(members["known_gbp"])
            rows.append(
                {
                    by: name,
                    **dict(zip(KINDS, kind, strict=True)),
                    "amount_gbp": None if added is None else float(added),
                    "share_pct": share_pct(added, total),
                    "n_figures": len(members),
                    "n_known": int(members["is_exact"].sum()),
                    "n_derived": int((members["is_exact"] & (members["basis"] == "derived")).sum()),
                    "basis": "derived",
                }
            )
    numbers = dict.fromkeys(("amount_gbp", "share_pct"), "float64") if rows else {}
    return pd.DataFrame(rows).astype(numbers)


def all_sums(sums: pd.DataFrame) -> list[dict[Any, Any]]:
    """Give the rows of `subtotals` that add up all lines of a year, flow and kind."""
    return sums[sums.iloc[:, 0] == ALL_LINES].to_dict("records")


def lines_of(years: pd.DataFrame, group: Mapping[Any, Any], by: str) -> pd.DataFrame:
    """Give the rows by year that a row of `subtotals` adds up."""
    same = of_kind(years, group)
    if by and group[by] != ALL_LINES:
        same &= stated(years[by]) == group[by]
    return years[same]


def of_kind(rows: pd.DataFrame, group: Mapping[Any, Any]) -> pd.Series[Any]:
    """Whether rows are of the year, flow and kind of another."""
    same = stated(rows[KINDS[0]]) == kind_of(group)[0]
    for name, label in zip(KINDS[1:], kind_of(group)[1:], strict=True):
        same &= stated(rows[name]) == label
    return same


def stated(labels: pd.Series[Any]) -> pd.Series[Any]:
    """Name what is missing in a column of labels."""
    return labels.astype("object").where(labels.notna(), "not stated")


def sum_key(group: Mapping[Any, Any], sums: pd.DataFrame) -> str:
    """Name a row of `subtotals` in the register: by its kind too where there are several."""
    name = f"sum:{group[sums.columns[0]]}"
    if sums[KINDS].drop_duplicates().shape[0] == 1:
        return name
    return ":".join([name, *(str(group[one]) for one in KINDS)])


def sum_words(group: Mapping[Any, Any]) -> str:
    """Write a row of `subtotals` as words: a lower bound where an amount of it is unknown."""
    return sum_text(group["amount_gbp"], group["n_known"], group["n_figures"])


def kind_words(group: Mapping[Any, Any]) -> str:
    """Say what the money of a sum is: "Funded in 2023-24"; received money is never "funded"."""
    done = _DONE.get(group["status"], group["status"])
    if group["flow"] == GIVEN:
        return f"{done} in {group['financial_year']}"
    if group["flow"] == RECEIVED:
        said = "" if group["status"] == "award" else f" ({group['status']})"
        return f"Received from government in {group['financial_year']}{said}"
    return f"{done} in {group['financial_year']}, flow not stated"


def beside_sum(tables: dict[str, pd.DataFrame], group: Mapping[Any, Any], otherwise: str) -> str:
    """Say which printed total stands beside the sum of a year.

    Parameters
    ----------
    tables : dict of str to DataFrame
        `award_years` and `totals` of a Review.
    group : mapping
        A row of `subtotals` of all lines.
    otherwise : str
        What to say where the lines are part of no common total of their own period or a longer.

    Returns
    -------
    str
        "printed as £120,000", where the lines add up to it; else "part of £240,000, printed for
        2023-24/2024-25", or "more than the £240,000 printed for 2023-24/2024-25".
    """
    lines, totals = lines_of(tables["award_years"], group, ""), tables["totals"]
    named = lines["part_of"].unique()
    if len(named) != 1:
        return otherwise
    start, end = lines["period_start"].min(), lines["period_end"].max()
    for total in totals[(totals["subject_id"] == named[0]) & totals["token"].notna()].to_dict(
        "records"
    ):
        if total["period_start"] <= start and total["period_end"] >= end:
            same = total["period_start"] == start and total["period_end"] == end
            return _beside(group, total, same)
    return otherwise


def is_one_printed(group: Mapping[Any, Any]) -> bool:
    """Whether a row of `subtotals` of all lines rests on one printed amount, so is no sum."""
    return bool(group["n_figures"] == group["n_known"] == 1 and not group["n_derived"])


def is_unknown(group: Mapping[Any, Any]) -> bool:
    """Whether nothing is known of a row of `subtotals`, not even the least that it comes to."""
    return not group["n_known"] and (is_missing(group["amount_gbp"]) or not group["amount_gbp"])


def _beside(group: Mapping[Any, Any], total: Mapping[Any, Any], same_days: bool) -> str:
    """Say how a derived sum stands to the printed one that its lines are part of."""
    least, most = (
        total["amount_gbp"] if is_missing(total[end]) else total[end]
        for end in ("amount_low_gbp", "amount_high_gbp")
    )
    added = group["amount_gbp"]
    printed = token_words(total["token"], total["unit"])
    if not is_missing(added) and not is_missing(most) and added > most:
        return f"more than the {printed} printed for {total['period']}"
    whole = group["n_known"] == group["n_figures"] and not is_missing(added)
    if same_days and whole and not is_missing(least) and added >= least:
        return f"printed as {printed}"
    return f"part of {printed}, printed for {total['period']}"


# So many recipients of a year are named on a page; all of them stand in the pack's table.
_LARGEST = 20


def recipients(years: pd.DataFrame) -> pd.DataFrame:
    """Add up what each recipient was given, by year, flow and kind, the latest and largest first.

    Names that differ in capitals and blanks alone are one recipient; others are never merged.

    Parameters
    ----------
    years : DataFrame
        Award lines by year, as ``award_years`` gives them.

    Returns
    -------
    DataFrame
        `recipient`, `financial_year`, `flow`, `status`, `amount_gbp`, `share_pct`, `n_figures`,
        `n_known`, `place` (1 for the largest of its year), `body` ("commissioner's office",
        "police force", "council" or "other").
    """
    import pandas as pd

    names: dict[str, str] = {}
    for name in years["recipient"].dropna():
        names.setdefault(" ".join(name.casefold().split()), name)
    folded = years["recipient"].map(lambda name: " ".join(name.casefold().split()), "ignore")
    sums = subtotals(years.assign(recipient=folded.map(names)), by="recipient")
    named = sums[~sums["recipient"].isin([ALL_LINES, "not stated"])]
    ordered = named.assign(_other=named["flow"] != GIVEN).sort_values(
        [KINDS[0], "_other", *KINDS[1:], "amount_gbp", "recipient"],
        ascending=[False, True, True, True, False, True],
        kind="stable",
    )
    place = ordered.groupby(KINDS).cumcount() + 1
    bodies = {name: kind_of_body(name) for name in ordered["recipient"].unique()}
    columns = ["recipient", *KINDS, "amount_gbp", "share_pct", "n_figures", "n_known"]
    return (
        ordered[columns]
        .assign(place=place, body=pd.Series(ordered["recipient"].map(bodies), dtype="object"))
        .reset_index(drop=True)
    )


def largest_recipients(table: pd.DataFrame) -> pd.DataFrame:
    """Give the recipients that a page names: those with most money in all that is listed."""
    return table[table["place"] <= _LARGEST]


def own_recipients(table: pd.DataFrame) -> list[str]:
    """Say which recipients are a commissioner's own office or a police force, and with how much.

    Returns
    -------
    list of str
        One sentence for each kind of body and kind of money.
    """
    said = []
    for body in ("commissioner's office", "police force"):
        for _, rows in table[table["body"] == body].groupby(KINDS, sort=True):
            first = rows.iloc[0].to_dict()
            known, of = int(rows["n_known"].sum()), int(rows["n_figures"].sum())
            added = exact_sum(rows["amount_gbp"])
            amount = sum_text(None if added is None else float(added), known, of)
            names = ", ".join(rows["recipient"].head(3)) + (" and others" if len(rows) > 3 else "")
            whose = "the commissioner's own office" if body.startswith("comm") else "a police force"
            said.append(f"{kind_words(first)}: {amount} to {whose} ({names}).")
    return said
