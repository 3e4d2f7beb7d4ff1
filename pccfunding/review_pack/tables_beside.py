"""Each funding stream beside the results that its own sources set beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pccfunding.frames.tables import put_together
from pccfunding.money.pence import exact_sum
from pccfunding.periods import Period
from pccfunding.review_pack.record import reading_of
from pccfunding.review_pack.tables_sums import KINDS
from pccfunding.words import count, is_missing, token_words

if TYPE_CHECKING:
    import pandas as pd


_MONEY = ["funding_stream", *KINDS, "period", "period_start", "period_end"]
_CLAIMS = {
    "not_attributed": "the source links it to no stream",
    "associated": "set beside the stream; no link is claimed in numbers",
    "attributed_in_text": "the source credits the funding; no comparison is in the documents held",
    "output_of_the_stream": "what the stream delivered, not what changed",
    "disclaimed_in_text": "the source itself says the stream alone does not explain it",
}
_NO_RESULT = "the documents held name no result of it"
_OUR_STREAM = "the source names no stream: which one paid is our reading, so no money is beside it"
_MOST_BESIDE = 60
_AMOUNTS = ["total", "grant_received", "award"]
_RESULT = [
    "subject_id", "measure", "value", "token", "unit", "change_pct", "base_count", "area_code",
    "outcome_period", "outcome_start", "outcome_end", "baseline", "baseline_end", "figure_kind",
    "attribution", "unknown", "figure_id",
]  # fmt: skip


def beside(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Set each stream and year beside the outcomes that the sources name with the stream.

    Parameters
    ----------
    tables : dict of str to DataFrame
        `award_years`, `outcomes`, `totals` and `spend_per_head` of a Review.

    Returns
    -------
    DataFrame
        One row a stream, year and outcome (or the stream alone, where none is held):
        `funding_stream`, `amount_gbp` (the sum of the stream's lines of the year; missing where
        several amounts of a stream outside the listing are held), `n_lines`, `printed` (those
        amounts in words), `money_figure_ids`, `spend_gbp_per_head`, `period`, `measure`, `token`,
        `change_pct`, `base_count`, `outcome_period`, `baseline`, `figure_kind`, `claim`, `order`
        (when the outcome's period and its baseline lie, by the money's), `figure_id`. Results
        whose stream is our reading stand last, with no money beside them.
    """
    outcomes = tables["outcomes"].dropna(subset=["funding_stream"])
    ours = reading_of(outcomes, "funding_stream")
    named_by_source, read_by_us = outcomes[~ours], outcomes[ours]
    streams = _of_listing(tables["award_years"])
    others = named_by_source[~named_by_source["funding_stream"].isin(streams["funding_stream"])]
    named_only = others["funding_stream"].drop_duplicates()
    money = put_together([streams, _of_totals(tables["totals"], named_only)])
    heads = tables["spend_per_head"][["funding_stream", *KINDS, "spend_gbp_per_head"]]
    money = money.merge(heads, on=["funding_stream", *KINDS], how="left")
    results = _of_lines(money, named_by_source).rename(
        columns={"period": "outcome_period", "period_start": "outcome_start",
                 "period_end": "outcome_end"}
    )  # fmt: skip
    table = money.assign(line=range(len(money))).merge(
        results[["line", *_RESULT]], on="line", how="left"
    )
    table["claim"] = table["attribution"].map(_CLAIMS).fillna(_NO_RESULT)
    table["order"] = [
        None if is_missing(row["measure"]) else _order(row) for row in table.to_dict("records")
    ]
    table = put_together([table, _ours(read_by_us)])
    return table.drop(
        columns=["line", "period_end", "outcome_end", "baseline_end", "financial_year"]
    )


def shown_beside(table: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    """Choose the rows of `beside` that a page shows, and say how many it leaves to the tables.

    Every stream with an outcome comes first, then those with most money.
    """
    if len(table) <= _MOST_BESIDE:
        return table, ""
    first = table["measure"].notna().astype("float64")
    order = table.assign(_told=first).sort_values(
        ["_told", "amount_gbp"], ascending=False, kind="stable", na_position="last"
    )
    kept = table.loc[sorted(order.index[:_MOST_BESIDE])]
    return kept, f"{count(len(table) - _MOST_BESIDE)} more rows stand in tables/beside.csv. "


def _of_listing(years: pd.DataFrame) -> pd.DataFrame:
    """The lines by stream, year, flow and kind, so that a result stands beside each once."""
    import pandas as pd

    rows = []
    for _, lines in years.groupby(["funding_stream", *KINDS], sort=False, dropna=False):
        added, first = exact_sum(lines["known_gbp"]), lines.iloc[0].to_dict()
        rows.append(
            {name: first[name] for name in _MONEY}
            | {
                "period": first["period"] if len(lines) == 1 else first["financial_year"],
                "period_start": lines["period_start"].min(),
                "period_end": lines["period_end"].max(),
                "amount_gbp": None if added is None else float(added),
                "n_lines": len(lines),
                "n_known": int(lines["is_exact"].sum()),
                "printed": None,
                "money_figure_ids": ";".join(lines["figure_id"]),
            }
        )
    return pd.DataFrame(rows)


def _of_totals(totals: pd.DataFrame, streams: pd.Series[str]) -> pd.DataFrame:
    """Amounts of streams that are no line of the listing: one as it is, several in words."""
    import pandas as pd

    rows = []
    for stream in streams:
        held = totals[
            (totals["funding_stream"] == stream)
            & totals["amount_gbp"].notna()
            & totals["kind"].isin(_AMOUNTS)
        ]
        # One award of a stream is not what the stream cost: it stands in words only.
        whole = held[held["kind"] != "award"]
        one = whole.iloc[0] if len(held) == len(whole) == 1 else None
        rows.append(
            {
                "funding_stream": stream,
                **{name: None if one is None else one.get(name) for name in _MONEY[1:]},
                "amount_gbp": None if one is None else float(one["amount_gbp"]),
                "n_lines": 0,
                "n_known": len(held),
                "printed": "; ".join(_printed(row) for row in held.to_dict("records")) or None,
                "money_figure_ids": ";".join(held["figure_id"]) or None,
            }
        )
    table = pd.DataFrame(rows, columns=[*_MONEY, "amount_gbp", "n_lines", "n_known", "printed",
                                        "money_figure_ids"])  # fmt: skip
    return table.astype({"period_start": "datetime64[ns]", "period_end": "datetime64[ns]"})


def _printed(row: dict[Any, Any]) -> str:
    """An amount as printed, with whether it was received, and its period where one is stated."""
    what = "received" if row["flow"] == "national_to_pcc" else row["kind"].replace("_", " ")
    when = f", {Period.parse(row['period']).words}" if isinstance(row["period"], str) else ""
    return f"{token_words(row['token'], row['unit'])} ({what}{when})"


def _of_lines(money: pd.DataFrame, outcomes: pd.DataFrame) -> pd.DataFrame:
    """Give each outcome the position of the row that it stands beside, as column `line`.

    Where one stream has rows of several years, that is each row whose period the outcome
    touches; an outcome that touches none, or has no period, stands beside the latest.
    """
    import pandas as pd

    chosen: list[tuple[int, int]] = []
    places = money.reset_index(drop=True)
    for row, outcome in enumerate(outcomes.to_dict("records")):
        of_stream = places[places["funding_stream"] == outcome["funding_stream"]]
        touched = of_stream[
            (of_stream["period_start"] <= outcome["period_end"])
            & (of_stream["period_end"] >= outcome["period_start"])
        ]
        dated = of_stream.sort_values("period_start", kind="stable", na_position="first")
        latest = dated.tail(1)
        chosen += [(row, place) for place in (latest if touched.empty else touched).index]
    pairs = pd.DataFrame(chosen, columns=["row", "line"])
    return outcomes.iloc[pairs["row"]].assign(line=pairs["line"].to_numpy())


def _ours(outcomes: pd.DataFrame) -> pd.DataFrame:
    """Results whose stream the source does not name."""
    renamed = outcomes.rename(columns={"period": "outcome_period", "period_start": "outcome_start",
                                       "period_end": "outcome_end"})  # fmt: skip
    return renamed[["funding_stream", *_RESULT]].assign(claim=_OUR_STREAM)


def _order(row: dict[Any, Any]) -> str:
    """Say when a result's period and its baseline lie, by the first day of the money."""
    money, outcome, ends = row["period_start"], row["outcome_start"], row["baseline_end"]
    if is_missing(outcome):
        return "the days of the result are not in the documents held"
    if is_missing(money):
        return "the days of the money are not in the documents held"
    if row["outcome_end"] < money:
        told = "the result's period ends before the money's begins"
    elif outcome < money:
        told = "the result's period begins before the money's"
    else:
        told = "the result's period begins with or after the money's"
    if is_missing(ends):
        return told
    when = Period.parse(row["baseline"]).words
    return f"{told}; its baseline, {when}, " + (
        "ends before the money's begins" if ends < money else "reaches into the money's period"
    )
