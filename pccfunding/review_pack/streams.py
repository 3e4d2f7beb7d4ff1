"""Each funding stream with what it cost and the outcomes that the sources set beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["beside", "themes"]

_MONEY = [
    "funding_stream",
    "amount_gbp",
    "period",
    "period_start",
    "period_end",
    "figure_id",
]
_CLAIMS = {
    "not_attributed": "the source links it to no stream",
    "associated": "set beside the stream; no link is claimed in numbers",
    "attributed_in_text": "the source credits the funding; no comparison is published",
    "output_of_the_stream": "what the stream delivered, not what changed",
    "disclaimed_in_text": "the source itself says the stream alone does not explain it",
}


def beside(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Set each award line beside the outcomes that the sources name with its stream.

    Parameters
    ----------
    tables : dict of str to DataFrame
        `awards`, `outcomes`, `totals` and `spend_per_head` of a Review.

    Returns
    -------
    DataFrame
        One row a stream and outcome (or the stream alone, where none is published):
        `funding_stream`, `amount_gbp`, `money_figure_id`, `spend_gbp_per_head`, `period`,
        `measure`, `token`, `change_pct`, `base_count`, `outcome_period`, `figure_kind`, `claim`,
        `order` (whether the outcome's period starts after the money's), `figure_id`.
    """
    import pandas as pd

    outcomes = tables["outcomes"].dropna(subset=["funding_stream"])
    lines = tables["awards"][_MONEY]
    elsewhere = outcomes[~outcomes["funding_stream"].isin(lines["funding_stream"])]
    named_only = elsewhere["funding_stream"].drop_duplicates()
    lines = pd.concat([lines, _amounts_elsewhere(tables["totals"], named_only)], ignore_index=True)
    heads = tables["spend_per_head"][["funding_stream", "period_start", "spend_gbp_per_head"]]
    named = _of_lines(lines, outcomes).rename(
        columns={"period": "outcome_period", "period_start": "outcome_start"}
    )
    columns = [
        "line",
        "measure",
        "value",
        "token",
        "unit",
        "change_pct",
        "base_count",
        "outcome_period",
        "outcome_start",
        "figure_kind",
        "attribution",
        "unknown",
        "figure_id",
    ]
    lines = lines.rename(columns={"figure_id": "money_figure_id"})
    table = lines.merge(heads, on=["funding_stream", "period_start"], how="left")
    table = table.assign(line=range(len(table))).merge(named[columns], on="line", how="left")
    table = table.drop(columns=["line", "period_end"])
    table["claim"] = table["attribution"].map(_CLAIMS).fillna("no outcome is published for it")
    table["order"] = [
        None if measure != measure else _order(start, outcome)
        for start, outcome, measure in zip(
            table["period_start"], table["outcome_start"], table["measure"], strict=True
        )
    ]
    return table


def _of_lines(lines: pd.DataFrame, outcomes: pd.DataFrame) -> pd.DataFrame:
    """Give each outcome the position of the line that it stands beside, as column `line`.

    Where one stream has lines of several years, that is each line whose period the outcome
    touches; an outcome that touches none, or has no period, stands beside the latest.
    """
    import pandas as pd

    chosen: list[tuple[int, int]] = []
    places = lines.reset_index(drop=True)
    for row, outcome in enumerate(outcomes.to_dict("records")):
        of_stream = places[places["funding_stream"] == outcome["funding_stream"]]
        touched = of_stream[
            (of_stream["period_start"] <= outcome["period_end"])
            & (of_stream["period_end"] >= outcome["period_start"])
        ]
        latest = of_stream.sort_values("period_start", kind="stable").tail(1)
        chosen += [(row, place) for place in (latest if touched.empty else touched).index]
    pairs = pd.DataFrame(chosen, columns=["row", "line"])
    return outcomes.iloc[pairs["row"]].assign(line=pairs["line"].to_numpy())


def _amounts_elsewhere(totals: pd.DataFrame, streams: pd.Series[str]) -> pd.DataFrame:
    """Amounts of streams that are no line of the listing; none where several are printed."""
    held = totals[
        totals["funding_stream"].isin(streams)
        & totals["amount_gbp"].notna()
        & totals["kind"].isin(["total", "grant_received", "award"])
    ]
    single = held.drop_duplicates("funding_stream", keep=False)
    return single[_MONEY].merge(streams.to_frame(), on="funding_stream", how="right")


def themes(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Count money and results by theme of the Police and Crime Plan.

    Parameters
    ----------
    tables : dict of str to DataFrame
        `awards` and `outcomes` of a Review.

    Returns
    -------
    DataFrame
        One row a theme: `theme`, `award_lines`, `amount_gbp`, `results`, `outcomes`,
        `with_base` (outcomes with a published count behind them).
    """
    import pandas as pd

    awards = tables["awards"].assign(theme=tables["awards"]["theme"].fillna("not stated"))
    results = tables["outcomes"].assign(theme=tables["outcomes"]["theme"].fillna("not stated"))
    names = list(dict.fromkeys([*results["theme"], *awards["theme"]]))
    rows = []
    for name in sorted(names, key=lambda one: (one == "not stated", one)):
        money, said = awards[awards["theme"] == name], results[results["theme"] == name]
        changes = said[said["figure_kind"] == "outcome"]
        rows.append(
            {
                "theme": name,
                "award_lines": len(money),
                "amount_gbp": float(money["amount_gbp"].sum()) if len(money) else None,
                "results": len(said),
                "outcomes": len(changes),
                "with_base": int(changes["base_count"].notna().sum()),
            }
        )
    return pd.DataFrame(rows)


def _order(money: pd.Timestamp, outcome: pd.Timestamp) -> str:
    if outcome is None or outcome != outcome:
        return "the outcome's period is not published"
    if outcome < money:
        return "the outcome's period starts before the money's"
    return "the outcome's period starts with or after the money's"
