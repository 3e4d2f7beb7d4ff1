"""What was bought, from whose money, per head, and from one year to the next."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pccfunding.measures import per_capita_spend, real_terms, year_on_year
from pccfunding.measures.people import latest_vintage
from pccfunding.money.pence import exact_sum, share_pct
from pccfunding.words import is_missing, sum_text

if TYPE_CHECKING:
    import pandas as pd

    from pccfunding.evidence import Evidence


def award_lines(awards: pd.DataFrame) -> pd.DataFrame:
    """Give each award line its share of the listing that it belongs to.

    Parameters
    ----------
    awards : DataFrame
        Contract ``schemas.Awards``, one listing.

    Returns
    -------
    DataFrame
        The lines with `share_pct`: percent of the derived total, from exact pence.
    """
    total = exact_sum(awards["amount_gbp"])
    shares: list[Any] = [share_pct(amount, total) for amount in awards["amount_gbp"]]
    return awards.assign(share_pct=shares)


def subtotals(awards: pd.DataFrame, *, by: str) -> pd.DataFrame:
    """Add up a listing by heading and in all; the sums are ours, not the publisher's.

    Parameters
    ----------
    awards : DataFrame
        Contract ``schemas.Awards``, one listing.
    by : str
        Column of the headings, such as "funder_group" or "theme".

    Returns
    -------
    DataFrame
        `by`, `amount_gbp`, `share_pct`, `n_figures`, `n_known`, `basis` (always "derived"); the
        last row is the total of all lines. An amount is missing where no line of it is known, and
        a lower bound where `n_known` is less than `n_figures`.
    """
    import pandas as pd

    headings = awards[by].fillna("not stated")
    total = exact_sum(awards["amount_gbp"])
    groups: list[tuple[str, pd.Series[Any]]] = [
        (name, awards.loc[headings == name, "amount_gbp"]) for name in headings.unique()
    ]
    rows = [
        {
            by: name,
            "amount_gbp": None if (added := exact_sum(amounts)) is None else float(added),
            "share_pct": share_pct(added, total),
            "n_figures": len(amounts),
            "n_known": int(amounts.notna().sum()),
            "basis": "derived",
        }
        for name, amounts in [*groups, ("all lines", awards["amount_gbp"])]
    ]
    return pd.DataFrame(rows)


def sum_words(group: Mapping[Any, Any]) -> str:
    """Write a row of `subtotals` as words: a lower bound where an amount of it is unknown."""
    return sum_text(group["amount_gbp"], group["n_known"], group["n_figures"])


def printed_total(tables: dict[str, pd.DataFrame]) -> str | None:
    """Give the printed total of all lines, where the sources print one over the same days.

    Parameters
    ----------
    tables : dict of str to DataFrame
        `awards` and `totals` of a Review.

    Returns
    -------
    str or None
        The token; None where the lines are part of no common total of their own period.
    """
    lines, totals = tables["awards"], tables["totals"]
    named = lines["part_of"].unique()
    if len(named) != 1:
        return None
    same = (
        (totals["subject_id"] == named[0])
        & (totals["period_start"] == lines["period_start"].min())
        & (totals["period_end"] == lines["period_end"].max())
    )
    tokens = totals.loc[same, "token"].dropna()
    return None if tokens.empty else str(tokens.iloc[0])


def spend_per_head(evidence: Evidence, awards: pd.DataFrame) -> pd.DataFrame:
    """Spend per resident by funding stream and in all, in cash and in the latest year's prices.

    Parameters
    ----------
    evidence : Evidence
        Gives population and deflator.
    awards : DataFrame
        Contract ``schemas.Awards``: lines of whole financial years.

    Returns
    -------
    DataFrame
        `funding_stream` ("all lines" last), `period_start`, `period_end`, `spend_gbp`, `persons`,
        `spend_gbp_per_head`, `spend_real_gbp_per_head`, `price_base`, `n_known`, `n_figures`,
        `unknown_reason`.
    """
    import pandas as pd

    people = latest_vintage(evidence.population)
    base = evidence.deflator["financial_year"].max()
    twice = pd.concat([awards, awards.assign(funding_stream="all lines")], ignore_index=True)
    table = per_capita_spend(twice, people, by=["area_code", "funding_stream"])
    real = real_terms(table, evidence.deflator, base=base, value="spend_gbp_per_head")
    order = {name: place for place, name in enumerate(awards["funding_stream"])}
    return real.sort_values(
        ["period_start", "funding_stream"],
        key=lambda column: (
            column.map(order).fillna(len(awards)) if column.name == "funding_stream" else column
        ),
        kind="stable",
        ignore_index=True,
    )


def compared_years(evidence: Evidence, area_code: str) -> pd.DataFrame:
    """Compare years wherever two like years of one series are published.

    Parameters
    ----------
    evidence : Evidence
    area_code : str
        ONS code of the area.

    Returns
    -------
    DataFrame
        The result of ``year_on_year`` by `series`, in cash, with `change_real_pct` beside it.
    """
    import pandas as pd

    money = pd.concat([evidence.awards, evidence.totals], ignore_index=True)
    like = money[
        (money["area_code"] == area_code) & money["series"].notna() & money["period_end"].notna()
    ]
    whole = like[like["period"].str.fullmatch(r"\d{4}-\d{2}")]
    base = evidence.deflator["financial_year"].max()
    real = real_terms(whole, evidence.deflator, base=base)
    for bound in ("amount", "amount_low", "amount_high"):
        real[f"{bound}_gbp"] = real[f"{bound.replace('amount', 'amount_real')}_gbp"]
    both = pd.concat([whole.assign(prices="cash"), real.assign(prices=base)], ignore_index=True)
    compared = year_on_year(both, value="amount_gbp", by=["series", "prices"])
    keys = ["series", "period_start"]
    deflated = compared.loc[compared["prices"] == base, [*keys, "change_pct"]]
    return compared[compared["prices"] == "cash"].merge(
        deflated.rename(columns={"change_pct": "change_real_pct"}), on=keys, validate="1:1"
    )


def single_years(tables: dict[str, pd.DataFrame]) -> list[str]:
    """Name the funding streams of a Review for which no second like year is published."""
    compared = tables["year_on_year"].dropna(subset=["change_pct"])["series"]
    lines = tables["awards"]
    return lines.loc[~lines["series"].isin(compared), "funding_stream"].drop_duplicates().tolist()


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
        None if is_missing(measure) else _order(start, outcome)
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
        dated = of_stream.sort_values("period_start", kind="stable", na_position="first")
        latest = dated.tail(1)
        chosen += [(row, place) for place in (latest if touched.empty else touched).index]
    pairs = pd.DataFrame(chosen, columns=["row", "line"])
    return outcomes.iloc[pairs["row"]].assign(line=pairs["line"].to_numpy())


def _amounts_elsewhere(totals: pd.DataFrame, streams: pd.Series[str]) -> pd.DataFrame:
    """Amounts of streams that are no line of the listing, each that is printed."""
    held = totals[
        totals["funding_stream"].isin(streams)
        & totals["amount_gbp"].notna()
        & totals["kind"].isin(["total", "grant_received", "award"])
    ]
    return held[_MONEY].merge(streams.to_frame(), on="funding_stream", how="right")


def themes(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Count money and results by theme of the Police and Crime Plan.

    Parameters
    ----------
    tables : dict of str to DataFrame
        `awards` and `outcomes` of a Review.

    Returns
    -------
    DataFrame
        One row a theme: `theme`, `award_lines`, `amount_gbp` (of the `n_known` lines whose amount
        is known; missing where none is), `results`, `outcomes`, `with_base` (outcomes with a
        published count behind them).
    """
    import pandas as pd

    awards = tables["awards"].assign(theme=tables["awards"]["theme"].fillna("not stated"))
    results = tables["outcomes"].assign(theme=tables["outcomes"]["theme"].fillna("not stated"))
    names = list(dict.fromkeys([*results["theme"], *awards["theme"]]))
    rows = []
    for name in sorted(names, key=lambda one: (one == "not stated", one)):
        money, said = awards[awards["theme"] == name], results[results["theme"] == name]
        changes = said[said["figure_kind"] == "outcome"]
        added = exact_sum(money["amount_gbp"])
        rows.append(
            {
                "theme": name,
                "award_lines": len(money),
                "amount_gbp": float(added) if len(money) and added is not None else None,
                "n_known": int(money["amount_gbp"].notna().sum()),
                "results": len(said),
                "outcomes": len(changes),
                "with_base": int(changes["base_count"].notna().sum()),
            }
        )
    return pd.DataFrame(rows)


def _order(money: pd.Timestamp, outcome: pd.Timestamp) -> str:
    if is_missing(outcome):
        return "the outcome's period is not published"
    if outcome < money:
        return "the outcome's period starts before the money's"
    return "the outcome's period starts with or after the money's"
