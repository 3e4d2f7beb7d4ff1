"""What was bought, from whose money, per head, and from one year to the next."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pccfunding.measures import per_capita_spend, real_terms, year_on_year
from pccfunding.measures.award_years import award_years
from pccfunding.measures.people import latest_vintage
from pccfunding.money.pence import each_gbp, exact_sum
from pccfunding.office import FolderEvidence
from pccfunding.periods.spellings import financial_label
from pccfunding.review_pack.tables_comparison import CITY_OF_LONDON
from pccfunding.review_pack.tables_sums import (
    ALL_LINES,
    GIVEN,
    RECEIVED,
    all_sums,
    by_kind,
    kind_words,
    stated,
    subtotals,
    sum_words,
)
from pccfunding.words import is_missing, pounds

if TYPE_CHECKING:
    import pandas as pd

    from pccfunding.evidence import Evidence


def spend_per_head(evidence: Evidence, years: pd.DataFrame) -> pd.DataFrame:
    """Spend per resident by funding stream and in all, in cash and in the latest year's prices.

    Parameters
    ----------
    evidence : Evidence
        Gives population and deflator.
    years : DataFrame
        Award lines by year, as ``award_years`` gives them.

    Returns
    -------
    DataFrame
        `funding_stream` ("all lines" last), `financial_year`, `period_start`, `period_end`,
        `flow`, `status`, `spend_gbp`, `persons`, `spend_gbp_per_head`,
        `spend_real_gbp_per_head`, `price_base`, `n_known`, `n_figures`, `unknown_reason`. Where
        an amount is unknown or hedged, the spend is unknown, and `spend_known_gbp` and
        `spend_known_gbp_per_head` are lower bounds of it.
    """
    import pandas as pd

    people = latest_vintage(evidence.population)
    base = price_base(evidence)
    rows = years.assign(amount_gbp=years["amount_gbp"].where(years["is_exact"]))
    least = years.assign(
        amount_gbp=years["known_gbp"],
        amount_low_gbp=years["known_gbp"],
        amount_high_gbp=float("nan"),
    )
    tables = []
    for (_, kind), (_, known) in zip(by_kind(rows), by_kind(least), strict=True):
        order = {name: place for place, name in enumerate(kind["funding_stream"].unique())}
        table, lowest = (
            per_capita_spend(_twice(one), people, by=["area_code", "funding_stream"])
            for one in (kind, known.dropna(subset="amount_gbp"))
        )
        table = table.merge(
            lowest[["funding_stream", "spend_gbp", "spend_gbp_per_head"]].rename(
                columns={"spend_gbp": "_least", "spend_gbp_per_head": "spend_known_gbp_per_head"}
            ),
            on="funding_stream",
            how="left",
            validate="1:1",
        )
        table["spend_known_gbp"] = table.pop("_least")
        place = table["funding_stream"].map(order).fillna(len(order))
        year = [financial_label(start.year) for start in table["period_start"]]
        table = table.assign(_place=place, financial_year=year)
        tables.append(table.sort_values("_place", kind="stable"))
    table = pd.concat(tables, ignore_index=True).drop(columns="_place")
    # Offences and money of the City of London are not those of its few residents.
    few = table["area_code"] == CITY_OF_LONDON
    rates = [name for name in table.columns if name.endswith("_per_head")]
    table[rates] = table[rates].mask(few)
    return real_terms(table, evidence.deflator, base=base, value="spend_gbp_per_head")


def given_heads(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Give the rows of spend per head of all lines of money given, where something is known."""
    heads = tables["spend_per_head"]
    held = heads["persons"].notna() & heads["spend_known_gbp_per_head"].notna()
    return heads[(heads["funding_stream"] == ALL_LINES) & (heads["flow"] != RECEIVED) & held]


def per_head_words(row: Mapping[Any, Any]) -> str:
    """Write a rate per head: a lower bound where an amount behind it is unknown or hedged."""
    if is_missing(row["spend_gbp_per_head"]):
        least = row["spend_known_gbp_per_head"]
        if is_missing(least):
            return "unknown" if is_missing(row["spend_known_gbp"]) else "not given"
        # Of an amount below a penny, "at least" and "less than" would stand side by side.
        shown = pounds(least, places=2)
        return "more than £0" if shown.startswith("less") else f"at least {shown}"
    return pounds(row["spend_gbp_per_head"], places=2)


def _twice(rows: pd.DataFrame) -> pd.DataFrame:
    import pandas as pd

    columns = ["area_code", "funding_stream", "period_start", "period_end", "flow", "status",
               "amount_gbp", "amount_low_gbp", "amount_high_gbp"]  # fmt: skip
    named = rows[columns]
    return pd.concat([named, named.assign(funding_stream=ALL_LINES)], ignore_index=True)


def price_base(evidence: Evidence) -> str:
    """Name the financial year whose prices are used: that of sheet Start, else the latest held."""
    asked = evidence.start["base year of prices"] if isinstance(evidence, FolderEvidence) else None
    return str(asked.label if asked else evidence.deflator["financial_year"].max())


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

    money = series_rows(evidence, area_code)
    if money.empty:
        money = money.assign(basis=None)
    whole = money[money["period"].str.fullmatch(r"\d{4}-\d{2}")]
    base = price_base(evidence)
    real = real_terms(whole, evidence.deflator, base=base)
    for bound in ("amount", "amount_low", "amount_high"):
        real[f"{bound}_gbp"] = real[f"{bound.replace('amount', 'amount_real')}_gbp"]
    both = pd.concat([whole.assign(prices="cash"), real.assign(prices=base)], ignore_index=True)
    compared = year_on_year(both, value="amount_gbp", by=["series", "prices"])
    keys = ["series", "period_start"]
    deflated = compared.loc[compared["prices"] == base, [*keys, "change_pct"]]
    found = compared[compared["prices"] == "cash"].merge(
        deflated.rename(columns={"change_pct": "change_real_pct"}), on=keys, validate="1:1"
    )
    split = set(whole.loc[whole["basis"] == "derived", "series"])
    several = whole[whole["kind"] == "award line"].groupby(["series", "period_start"]).size()
    summed = set(several[several > 1].index.get_level_values("series"))
    said = [
        "; ".join(
            [
                *([] if is_missing(told) else [str(told)]),
                *(_SPLIT if name in split else []),
                *(_LISTED if name in summed else []),
            ]
        )
        for told, name in zip(found["caution"], found["series"], strict=True)
    ]
    cautions: list[Any] = [one or None for one in said]
    return found.assign(caution=cautions)


_LISTED = ["sums of the lines listed, which need not be all of a year"]
_SPLIT = ["awards over several years are split by months"]
# A series that nobody named: the same fund, from the same hand, of the same kind.
_LIKE = ["funding_stream", "funder", "area_code", "flow", "status", "kind", "scope"]
# What rows of one named series must share too: a name alone makes no amounts alike.
_ALIKE = ["funding_stream", "flow", "status", "kind", "scope", "unit", "per"]
_OF_A_FUND = ("award", "grant_received", "allocation", "budget")


def series_rows(evidence: Evidence, area_code: str) -> pd.DataFrame:
    """Give the amounts of each yearly series: named in `series`, else of the same fund and kind.

    Parameters
    ----------
    evidence : Evidence
    area_code : str
        ONS code of the area.

    Returns
    -------
    DataFrame
        Award lines by year, and amounts of `totals`, with `series` filled. An amount of `totals`
        without a named series is in one only where it stands alone in its year, since such
        amounts overlap. A named series whose amounts differ in stream, flow, status, kind or
        scope is parted by them: only like amounts are compared.
    """
    import pandas as pd

    awards, totals = (
        table[(table["area_code"] == area_code) & table["period_end"].notna()]
        for table in (evidence.awards, evidence.totals)
    )
    lines = award_years(awards) if len(awards) else awards.assign(basis=None)
    lines = lines.assign(kind="award line")
    money = pd.concat([lines, totals.assign(basis="as printed")], ignore_index=True)
    if "scope" not in money:
        money["scope"] = None
    money["series"] = _parted(money)
    like = _together(money, _LIKE)
    unnamed = money["series"].isna() & money["unit"].eq("GBP") & money["per"].isna()
    outside = money["kind"] != "award line"
    alone = ~money.assign(like=like).duplicated(["like", "period_start"], keep=False)
    unnamed &= ~outside | (alone & money["kind"].isin(_OF_A_FUND))
    held = money.assign(like=like)[unnamed].groupby("like")["period_start"].nunique()
    unnamed &= like.map(held).fillna(0) > 1
    names = _series_names(money[unnamed].assign(like=like[unnamed]), set(money["series"].dropna()))
    money["series"] = money["series"].where(~unnamed, like.map(names))
    return money[money["series"].notna()]


def _together(money: pd.DataFrame, names: list[str]) -> pd.Series[Any]:
    """Put what rows must share into one text each; capitals and blanks tell nothing apart."""
    import pandas as pd

    told = [
        "\x1f".join(
            "" if is_missing(row[name]) else " ".join(str(row[name]).casefold().split())
            for name in names
        )
        for row in money[names].to_dict("records")
    ]
    return pd.Series(told, index=money.index, dtype="object")


def _parted(money: pd.DataFrame) -> pd.Series[Any]:
    """Name a series by what tells its amounts apart, where one name stands for unlike amounts."""
    series = money["series"].astype("object")
    for name, rows in money.groupby("series"):
        # One line of a list and a total of its stream are alike.
        rows = rows.assign(kind=rows["kind"].replace("award line", "total"))
        kinds = _together(rows, _ALIKE)
        if kinds.nunique() < 2:
            continue
        differ = [one for one in _ALIKE if rows[one].nunique(dropna=False) > 1]
        apart = rows[differ].to_dict("records")
        told = [
            ", ".join(str(one) for one in row.values() if not is_missing(one)).replace("_", " ")
            for row in apart
        ]
        series.loc[rows.index] = [f"{name} ({one or 'not stated'})" for one in told]
    return series


def _series_names(rows: pd.DataFrame, taken: set[str]) -> dict[str, str]:
    """Name each series after its fund; by what tells it apart where two would bear one name."""
    first = rows.drop_duplicates("like")
    streams = first["funding_stream"].value_counts()
    names: dict[str, str] = {}
    for row in first.to_dict("records"):
        name = row["funding_stream"]
        if streams[name] > 1 or name in taken:
            words = ("funder", "status", "kind", "scope")
            apart = [row[one] for one in words if not is_missing(row[one])]
            name = f"{name} ({', '.join(map(str, apart))})".replace("_", " ")
        while name in taken:
            name += ", another"
        taken.add(name)
        names[row["like"]] = name
    return names


def single_years(tables: dict[str, pd.DataFrame]) -> list[str]:
    """Name the funding streams of a Review for which no second like year is published."""
    compared = tables["year_on_year"].dropna(subset=["change_pct", "change_low_pct"], how="all")
    held = tables["series"]
    told = set(held.loc[held["series"].isin(compared["series"]), "figure_id"])
    lines = tables["awards"]
    return lines.loc[~lines["figure_id"].isin(told), "funding_stream"].drop_duplicates().tolist()


_UNITLESS = "Number printed without a unit"


def output_costs(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Set the money of a stream and year over each output that is printed of both.

    Parameters
    ----------
    tables : dict of str to DataFrame
        `award_years` and `outcomes` of a Review.

    Returns
    -------
    DataFrame
        One row an output of a stream with money given of the same days, of one status and known
        exactly: `subject_id`, `funding_stream`, `financial_year`, `status`, `amount_gbp`,
        `measure`, `counted`, `gbp_each`, `n_lines`, `line_figure_ids` (joined by ';'),
        `figure_id` (of the output). A number printed without a unit is of nothing.
    """
    import pandas as pd

    columns = ["subject_id", "funding_stream", "financial_year", "status", "amount_gbp", "measure",
               "counted", "gbp_each", "n_lines", "line_figure_ids", "figure_id"]  # fmt: skip
    lines = tables["award_years"]
    given = lines[lines["flow"] == GIVEN]
    outputs = tables["outcomes"]
    outputs = outputs[
        outputs["figure_kind"].eq("output")
        & outputs["attribution"].eq("output_of_the_stream")
        & outputs["unit"].eq("count")
        & outputs["value"].notna()
        & outputs["value_low"].eq(outputs["value_high"])
        & outputs["measure"].ne(_UNITLESS)
    ]
    days = ["funding_stream", "period_start", "period_end"]
    rows = []
    for row in outputs.dropna(subset=days).to_dict("records"):
        own = given[(given[days] == pd.Series({name: row[name] for name in days})).all(axis=1)]
        if own.empty or not own["is_exact"].all() or own["status"].nunique() > 1:
            continue
        rows.append(
            {name: row[name] for name in ("subject_id", "funding_stream", "measure", "figure_id")}
            | {
                "financial_year": own["financial_year"].iloc[0],
                "status": own["status"].iloc[0],
                "amount_gbp": float(exact_sum(own["known_gbp"]) or 0),
                "counted": int(row["value"]),
                "gbp_each": each_gbp(own["known_gbp"], int(row["value"])),
                "n_lines": len(own),
                "line_figure_ids": ";".join(own["figure_id"]),
            }
        )
    return pd.DataFrame(rows, columns=columns)


def themes(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Count money and results by theme of the Police and Crime Plan.

    Parameters
    ----------
    tables : dict of str to DataFrame
        `award_years` and `outcomes` of a Review.

    Returns
    -------
    DataFrame
        One row a theme: `theme`, `award_lines` (each counted once a year), `amount_gbp` (of the
        `n_known` lines whose amount is known; missing where none is, and where its lines are of
        several years, flows or kinds), `money` (every sum of it in words), `results`, `outcomes`,
        `with_base` (outcomes with a published count behind them).
    """
    import pandas as pd

    awards = tables["award_years"].assign(theme=stated(tables["award_years"]["theme"]))
    results = tables["outcomes"].assign(theme=stated(tables["outcomes"]["theme"]))
    names = list(dict.fromkeys([*results["theme"], *awards["theme"]]))
    rows = []
    for name in sorted(names, key=lambda one: (one == "not stated", one)):
        money, said = awards[awards["theme"] == name], results[results["theme"] == name]
        changes = said[said["figure_kind"] == "outcome"]
        sums = all_sums(subtotals(money, by="theme")) if len(money) else []
        words = [
            sum_words(one) if len(sums) == 1 else f"{kind_words(one)}: {sum_words(one)}"
            for one in sums
        ]
        rows.append(
            {
                "theme": name,
                "award_lines": len(money),
                "amount_gbp": sums[0]["amount_gbp"] if len(sums) == 1 else None,
                "money": "; ".join(words),
                "n_known": int(money["is_exact"].sum()),
                "results": len(said),
                "outcomes": len(changes),
                "with_base": int(changes["base_count"].notna().sum()),
            }
        )
    return pd.DataFrame(rows)
